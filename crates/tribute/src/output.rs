//! Files that a command writes for others.

use std::{
    io::{BufWriter, Write},
    path::Path,
};

use anyhow::{Context, Result, bail};
use tempfile::NamedTempFile;

/// A file that appears whole or not at all, and never in the place of another one.
pub(crate) struct NewFile<'p> {
    path: &'p Path,
    out: BufWriter<NamedTempFile>,
}

impl<'p> NewFile<'p> {
    pub(crate) fn begin(path: &'p Path) -> Result<Self> {
        if path.exists() {
            bail!("{} exists; name another file, or remove it", path.display());
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let file = NamedTempFile::new_in(folder).with_context(|| cannot(path))?;
        Ok(Self { path, out: BufWriter::new(file) })
    }

    /// Gives it its name, once it is on the disk.
    pub(crate) fn finish(self) -> Result<()> {
        let file = self.out.into_inner().map_err(std::io::IntoInnerError::into_error);
        let file = file.with_context(|| cannot(self.path))?;
        file.as_file().sync_all().with_context(|| cannot(self.path))?;
        file.persist_noclobber(self.path).with_context(|| cannot(self.path))?;
        Ok(())
    }
}

impl Write for NewFile<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.out.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

fn cannot(path: &Path) -> String {
    format!("{} cannot be written", path.display())
}
