//! Where events come from: a file, plain or compressed, or standard input.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::Path,
};

use anyhow::{Context, Result};

/// The longest line that is read whole; what lies beyond it is cut off, and the line is quarantined as too large.
const LINE_BYTES_HELD: u64 = 16 << 20;

/// Lines of a file or of standard input.
pub(crate) struct Lines {
    reader: Box<dyn BufRead + Send>,
    name: String,
    number: u64,
}

impl Lines {
    /// Opens `path`; `-` is standard input, whose first bytes are waited for. What gzip, xz or zstd packed is unpacked on
    /// the way: by its first bytes, or by the name where these are missing.
    pub(crate) fn open(path: &str) -> Result<Self> {
        let is_file = path != "-";
        let name = Path::new(path).file_name().filter(|_| is_file);
        let name = name.map_or_else(|| "standard input".into(), |name| name.to_string_lossy().into_owned());
        let failed = || format!("{path} cannot be opened");
        let input: Box<dyn Read + Send> =
            if is_file { Box::new(File::open(path).with_context(failed)?) } else { Box::new(io::stdin()) };
        let named = if is_file { Packing::of_name(Path::new(path)) } else { None };
        let reader = unpacked(input, named).with_context(|| format!("{name} cannot be read"))?;
        Ok(Self { reader: Box::new(BufReader::with_capacity(1 << 20, reader)), name, number: 0 })
    }

    /// The next line without its end, and where it stands. Empty lines are passed over.
    pub(crate) fn next_line(&mut self) -> Result<Option<(Vec<u8>, String)>> {
        loop {
            let mut line = Vec::with_capacity(512);
            let failed = || format!("{} cannot be read after line {}", self.name, self.number);
            let read = self
                .reader
                .by_ref()
                .take(LINE_BYTES_HELD)
                .read_until(b'\n', &mut line)
                .with_context(failed)?;
            if read == 0 {
                return Ok(None);
            }
            self.number = self.number.saturating_add(1);
            if line.last() != Some(&b'\n') && line.len() as u64 >= LINE_BYTES_HELD {
                self.skip_rest()?;
            }
            while line.last().is_some_and(u8::is_ascii_whitespace) {
                line.pop();
            }
            if !line.is_empty() {
                return Ok(Some((line, format!("{}:{}", self.name, self.number))));
            }
        }
    }

    fn skip_rest(&mut self) -> Result<()> {
        let mut rest = Vec::new();
        loop {
            rest.clear();
            let read = self.reader.by_ref().take(LINE_BYTES_HELD).read_until(b'\n', &mut rest)?;
            if read == 0 || rest.last() == Some(&b'\n') {
                return Ok(());
            }
        }
    }
}

/// How a stream is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Gzip,
    Xz,
    Zstd,
}

impl Packing {
    const ALL: [Self; 3] = [Self::Gzip, Self::Xz, Self::Zstd];

    const fn magic(self) -> &'static [u8] {
        match self {
            Self::Gzip => &[0x1f, 0x8b],
            Self::Xz => &[0xfd, b'7', b'z', b'X', b'Z', 0],
            Self::Zstd => &[0x28, 0xb5, 0x2f, 0xfd],
        }
    }

    fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "gz" => Some(Self::Gzip),
            "xz" => Some(Self::Xz),
            "zst" => Some(Self::Zstd),
            _ => None,
        }
    }
}

/// Reads no further than it takes to tell: a live stream may be slow.
fn unpacked(mut input: Box<dyn Read + Send>, named: Option<Packing>) -> io::Result<Box<dyn Read + Send>> {
    let mut head = Vec::with_capacity(8);
    let may_be = |head: &[u8]| {
        let packings = Packing::ALL.into_iter();
        packings.filter(|it| it.magic().starts_with(head) && it.magic().len() > head.len()).count() > 0
    };
    while may_be(&head) && input.by_ref().take(1).read_to_end(&mut head)? > 0 {}
    let found = Packing::ALL.into_iter().find(|it| head.starts_with(it.magic()));
    let whole = io::Cursor::new(head).chain(input);
    Ok(match found.or(named) {
        Some(Packing::Gzip) => Box::new(flate2::read::MultiGzDecoder::new(whole)),
        Some(Packing::Xz) => Box::new(liblzma::read::XzDecoder::new_multi_decoder(whole)),
        Some(Packing::Zstd) => Box::new(zstd::Decoder::new(whole)?),
        None => Box::new(whole),
    })
}
