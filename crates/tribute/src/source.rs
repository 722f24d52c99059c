//! Where events come from: a file, plain or compressed, or standard input.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
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
    /// Opens `path`; `-` is standard input. `.gz`, `.xz` and `.zst` are unpacked on the way.
    pub(crate) fn open(path: &str) -> Result<Self> {
        let reader: Box<dyn Read + Send> = if path == "-" {
            Box::new(std::io::stdin())
        } else {
            unpacked(Path::new(path), File::open(path).with_context(|| format!("{path} cannot be opened"))?)?
        };
        let file = Path::new(path)
            .file_name()
            .map_or("standard input".into(), |name| name.to_string_lossy().into_owned());
        let name = if path == "-" { "standard input".to_owned() } else { file };
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

fn unpacked(path: &Path, file: File) -> Result<Box<dyn Read + Send>> {
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("gz") => Box::new(flate2::read::MultiGzDecoder::new(file)),
        Some("xz") => Box::new(liblzma::read::XzDecoder::new_multi_decoder(file)),
        Some("zst") => {
            Box::new(zstd::Decoder::new(file).with_context(|| format!("{} is not zstd", path.display()))?)
        }
        _ => Box::new(file),
    })
}
