use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tribute_events::statement::{Arithmetic, Statement, StatusReport};
use tribute_formats::statement::{Document, Mapping, ReadError, read, read_mapped};
use tribute_payouts::matching::{Link, gaps};

/// What was read from all files.
#[derive(Debug, Default)]
pub(super) struct Files {
    pub(super) statements: Vec<Statement>,
    pub(super) reports: Vec<StatusReport>,
}

impl Files {
    /// Reads files, and stops where what they say is not complete, beside the statements that were read `before`: what
    /// would be matched then might be wrong.
    pub(super) fn read(paths: &[PathBuf], mapping: Option<&Path>, before: &[Link]) -> Result<Self> {
        let mapping = mapping.map(mapping_of).transpose()?;
        let mut files = Self::default();
        let mut wrong = Vec::new();
        for path in paths {
            let place = path.display();
            let document = document(path, mapping.as_ref())?;
            wrong.extend(document.problems.iter().map(|problem| format!("{place}: {problem}")));
            for statement in &document.statements {
                let sum = statement.arithmetic();
                if matches!(sum, Arithmetic::Differs { .. } | Arithmetic::Overflow) {
                    wrong
                        .push(format!("{place}: statement {} of {}: {sum}", statement.id, statement.account));
                }
            }
            files.statements.extend(document.statements);
            files.reports.extend(document.reports);
        }
        wrong.extend(gaps(before, &files.statements).into_iter().map(|gap| {
            format!(
                "account {}: statement {} closes with {}, and {} opens with {}: a statement between them is missing",
                gap.account, gap.after, gap.closing, gap.before, gap.opening
            )
        }));
        if !wrong.is_empty() {
            let all = wrong.join("\n  ");
            bail!("nothing is booked; ask the bank for complete files, and give them together:\n  {all}");
        }
        Ok(files)
    }
}

fn mapping_of(path: &Path) -> Result<Mapping> {
    let text = std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    Mapping::parse(&text).with_context(|| path.display().to_string())
}

/// The mapping is for what has no format of its own.
fn document(path: &Path, mapping: Option<&Mapping>) -> Result<Document> {
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let document = match (read(&bytes), mapping) {
        (Err(ReadError::UnknownFormat { .. }), Some(mapping)) => read_mapped(&bytes, mapping),
        (document, _) => document,
    };
    document.with_context(|| path.display().to_string())
}
