//! Clocks that are wrong: a process that believes that it is tomorrow, or yesterday.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tribute_tools::Random;

/// Where the library may be told to lie.
const VARIABLE: &str = "TRIBUTE_PROOF_FAKETIME";
const NAME: &str = "faketime/libfaketimeMT.so.1";

/// Which processes have a wrong clock, and the library that makes it wrong.
#[derive(Debug, Clone)]
pub(crate) struct Clocks {
    library: PathBuf,
    percent: u64,
}

impl Clocks {
    /// So many of a hundred processes; none where nobody is to have one.
    pub(crate) fn open(percent: u64) -> Result<Option<Self>> {
        if percent == 0 {
            return Ok(None);
        }
        let named = std::env::var_os(VARIABLE).map(PathBuf::from);
        let library = named.or_else(|| find(Path::new("/usr/lib"))).with_context(|| {
            format!("--clocks wants libfaketime (Debian: libfaketime); {VARIABLE} may say where {NAME} is")
        })?;
        Ok(Some(Self { library, percent }))
    }

    /// The variables of a process whose clock is a day wrong; none where it is right.
    pub(crate) fn draw(&self, random: &mut Random) -> Option<Vec<(&'static str, String)>> {
        let offset = if random.chance(50) { "+1d" } else { "-1d" };
        random.chance(self.percent).then(|| {
            vec![
                ("LD_PRELOAD", self.library.display().to_string()),
                ("FAKETIME", offset.to_owned()),
                // How long something takes is measured right all the same.
                ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ]
        })
    }
}

/// In a folder for libraries, or in that of one architecture.
fn find(folder: &Path) -> Option<PathBuf> {
    let inner = std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.path());
    inner.chain([folder.to_owned()]).map(|it| it.join(NAME)).find(|it| it.is_file())
}
