//! The program that is put to the proof: `tribute`, with its fail points compiled in.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// The folder of the workspace.
pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Builds `tribute` with its fail points, and copies it into a folder: a later build may replace the original.
pub(crate) fn build(folder: &Path) -> Result<PathBuf> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut build = Command::new(cargo);
    // The whole workspace, whose dependencies have the features with which its tests were built just now.
    build.current_dir(workspace()).args(["build", "--workspace", "--bin", "tribute"]);
    build.args(["--features", "tribute/failpoints", "--message-format", "json-render-diagnostics"]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let built = build.stderr(std::process::Stdio::inherit()).output().context("cargo cannot be run")?;
    ensure!(built.status.success(), "`tribute` with fail points was not built");
    let messages = String::from_utf8_lossy(&built.stdout);
    let executable = messages.lines().filter_map(executable).next_back();
    let Some(executable) = executable else { bail!("cargo did not say where `tribute` is") };
    let copy = folder.join("tribute");
    std::fs::copy(&executable, &copy).with_context(|| format!("{executable} cannot be copied"))?;
    Ok(copy)
}

/// The executable that a message of cargo names.
fn executable(message: &str) -> Option<String> {
    let message: Value = serde_json::from_str(message).ok()?;
    message.get("executable")?.as_str().map(str::to_owned)
}
