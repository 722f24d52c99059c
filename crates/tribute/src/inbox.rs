//! A folder into which files of events are dropped: which of them are complete, and where they go afterwards.

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result};

/// The folder, and what the last look at it saw.
pub(crate) struct Inbox {
    folder: PathBuf,
    seen: BTreeMap<PathBuf, Shape>,
}

/// What changes while a file is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Shape {
    bytes: u64,
    modified: SystemTime,
}

impl Shape {
    fn of(file: &Path) -> Option<Self> {
        let known = std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file)?;
        Some(Self { bytes: known.len(), modified: known.modified().ok()? })
    }
}

impl Inbox {
    /// Opens a folder, and makes it where it is missing.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        for place in [folder.join("done"), folder.join("failed")] {
            std::fs::create_dir_all(&place).with_context(|| format!("{} cannot be made", place.display()))?;
        }
        Ok(Self { folder: folder.to_owned(), seen: BTreeMap::new() })
    }

    /// Files that look complete, by name: neither their size nor their time changed since the last look. What ends in
    /// `.part` or begins with a dot is not looked at.
    pub(crate) fn look(&mut self) -> Result<Vec<PathBuf>> {
        let failed = || format!("{} cannot be read", self.folder.display());
        let mut now = BTreeMap::new();
        for entry in std::fs::read_dir(&self.folder).with_context(failed)? {
            let path = entry.with_context(failed)?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            let unfinished = path.extension().is_some_and(|extension| extension == "part");
            if let (false, false, Some(shape)) = (hidden, unfinished, Shape::of(&path)) {
                now.insert(path, shape);
            }
        }
        let rests = |(path, shape): &(&PathBuf, &Shape)| self.seen.get(*path) == Some(shape);
        let complete = now.iter().filter(rests).map(|(path, _)| path.clone()).collect();
        self.seen = now;
        Ok(complete)
    }

    /// Whether a file is as it was at the last look: if not, it was read while it was written to.
    pub(crate) fn is_unchanged(&self, file: &Path) -> bool {
        Shape::of(file).is_some_and(|shape| self.seen.get(file) == Some(&shape))
    }

    /// Moves a file into a folder of the inbox, never over another one, and returns where it is now.
    pub(crate) fn put_away(&mut self, file: &Path, folder: &str) -> Result<PathBuf> {
        let target = free(&self.folder.join(folder), file.file_name().unwrap_or_default());
        std::fs::rename(file, &target)
            .with_context(|| format!("{} cannot be moved to {}", file.display(), target.display()))?;
        self.seen.remove(file);
        Ok(target)
    }
}

/// `events.ndjson`, or the first of `events.ndjson.2`, `events.ndjson.3` … that no file has.
fn free(folder: &Path, name: &OsStr) -> PathBuf {
    let numbered = (2_u64..).map(|number| {
        let mut name = name.to_owned();
        name.push(format!(".{number}"));
        folder.join(name)
    });
    let mut places = std::iter::once(folder.join(name)).chain(numbered);
    places.find(|place| place.symlink_metadata().is_err()).unwrap_or_else(|| folder.join(name))
}

#[cfg(test)]
mod tests {
    // A test that cannot go on has failed.
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_is_taken_when_it_rests_and_never_put_over_another() {
        let folder = tempfile::tempdir().unwrap();
        let mut inbox = Inbox::open(folder.path()).unwrap();
        let file = folder.path().join("a.ndjson");
        for hidden in ["b.ndjson.part", ".c.ndjson"] {
            std::fs::write(folder.path().join(hidden), "x").unwrap();
        }
        let none: Vec<PathBuf> = Vec::new();
        for (round, kept) in ["a.ndjson", "a.ndjson.2", "a.ndjson.3"].into_iter().enumerate() {
            std::fs::write(&file, format!("{round}")).unwrap();
            assert_eq!(inbox.look().unwrap(), none, "seen once");
            std::fs::write(&file, format!("{round} and more")).unwrap();
            assert_eq!(inbox.look().unwrap(), none, "it grew");
            assert_eq!(inbox.look().unwrap(), std::slice::from_ref(&file));
            assert!(inbox.is_unchanged(&file));
            assert_eq!(inbox.put_away(&file, "done").unwrap(), folder.path().join("done").join(kept));
        }
    }
}
