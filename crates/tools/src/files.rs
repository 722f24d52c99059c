use std::{
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};

use flate2::{read::MultiGzDecoder, write::GzEncoder};
use liblzma::read::XzDecoder;

use crate::ToolError;

/// How an output file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// As it is.
    #[default]
    None,
    /// gzip, `.gz`.
    Gzip,
    /// Zstandard, `.zst`.
    Zstd,
}

impl Compression {
    /// What the file's name gets behind `.ndjson`.
    #[must_use]
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Gzip => ".gz",
            Self::Zstd => ".zst",
        }
    }

    /// As the end of the path says; unpacked where it says nothing.
    #[must_use]
    pub fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::None,
        }
    }
}

/// A file, or the standard output, that lines are written to. Must be [finished](Output::finish).
pub enum Output {
    /// Unpacked.
    Plain(BufWriter<Box<dyn Write>>),
    /// gzip.
    Gzip(GzEncoder<BufWriter<Box<dyn Write>>>),
    /// Zstandard.
    Zstd(zstd::Encoder<'static, BufWriter<Box<dyn Write>>>),
}

impl Output {
    /// Creates the file, packed as its name's end says; `-` is the standard output.
    ///
    /// # Errors
    /// What the system says.
    pub fn create(path: &Path) -> Result<Self, ToolError> {
        let sink: Box<dyn Write> = if path == Path::new("-") {
            Box::new(io::stdout())
        } else {
            Box::new(File::create(path).map_err(ToolError::file(path))?)
        };
        let sink = BufWriter::with_capacity(1 << 18, sink);
        Ok(match Compression::of(path) {
            Compression::None => Self::Plain(sink),
            Compression::Gzip => Self::Gzip(GzEncoder::new(sink, flate2::Compression::default())),
            Compression::Zstd => Self::Zstd(zstd::Encoder::new(sink, 3).map_err(ToolError::file(path))?),
        })
    }

    /// Writes a line and its end.
    ///
    /// # Errors
    /// What the system says.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        let sink: &mut dyn Write = match self {
            Self::Plain(sink) => sink,
            Self::Gzip(sink) => sink,
            Self::Zstd(sink) => sink,
        };
        sink.write_all(line.as_bytes())?;
        sink.write_all(b"\n")
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    /// What the system says.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(mut sink) => sink.flush(),
            Self::Gzip(sink) => sink.finish()?.flush(),
            Self::Zstd(sink) => sink.finish()?.flush(),
        }
    }
}

/// The text of a file, unpacked as its name's end (`.xz`, `.gz`) says.
pub(crate) fn read_text(path: &Path) -> Result<String, ToolError> {
    let file = File::open(path).map_err(ToolError::file(path))?;
    let mut reader: Box<dyn Read> = match path.extension().and_then(|extension| extension.to_str()) {
        Some("xz") => Box::new(XzDecoder::new(file)),
        Some("gz") => Box::new(MultiGzDecoder::new(file)),
        _ => Box::new(file),
    };
    let mut text = String::new();
    reader.read_to_string(&mut text).map_err(ToolError::file(path))?;
    Ok(text)
}
