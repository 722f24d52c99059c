use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use tribute_events::{Arrival, Event, EventId, Payload, ProgramPublished, encode};
use tribute_reports::{Cell, Column, Table};
use tribute_services::{Engine, Incoming, NotNew};
use tribute_terms::{Problem, ProgramHead, Terms};

use crate::{
    Done,
    arguments::{Format, Place, Program, Shape},
    messages::{note, say},
};

pub(crate) async fn run(command: Program, place: &Place) -> Result<Done> {
    match command {
        Program::Check { files, shape: Shape { format: Format::Table } } => {
            check(&files, |line| say(line))?.verdict()?;
        }
        Program::Check { files, shape } => {
            let checked = check(&files, |_| ())?;
            super::show(&checked.findings, shape.format)?;
            checked.verdict()?;
        }
        Program::Diff { old, new, shape } => {
            let (old, new) = (terms_of(&old, place).await?, terms_of(&new, place).await?);
            diff(&old, &new, shape.format)?;
        }
        Program::Apply { files, shape } => return apply(&files, place, shape.format).await,
    }
    Ok(Done::Clean)
}

/// What the terms files are found to be.
struct Checked {
    /// A row for each program that may be applied, each warning and each problem.
    findings: Table,
    wrong: usize,
}

impl Checked {
    fn verdict(&self) -> Result<()> {
        if self.wrong > 0 {
            bail!("{} problem(s) in the terms; nothing was applied", self.wrong);
        }
        Ok(())
    }

    fn push(&mut self, file: &str, finding: &str, head: Option<&ProgramHead>, problem: Option<&Problem>) {
        let line =
            problem.filter(|problem| problem.line > 0).and_then(|problem| i64::try_from(problem.line).ok());
        self.findings.push(vec![
            Cell::text(file),
            Cell::text(finding),
            Cell::maybe(head.map(|head| head.brand.as_str())),
            Cell::maybe(head.map(|head| head.id.as_str())),
            Cell::maybe(head.map(|head| head.version.to_string())),
            head.map_or(Cell::Nothing, |head| Cell::at(head.effective_from)),
            line.map_or(Cell::Nothing, Cell::Number),
            Cell::maybe(problem.map(|problem| problem.message.as_str())),
        ]);
    }
}

/// Checks the files, and tells people of each finding.
fn check(files: &[PathBuf], tell: impl Fn(std::fmt::Arguments<'_>)) -> Result<Checked> {
    let columns = ["file", "finding", "brand", "program", "version", "effective_from", "line", "message"];
    let mut checked = Checked { findings: Table::new(columns.map(Column::left)), wrong: 0 };
    for path in files {
        let text = read(path)?;
        let file = path.display().to_string();
        match Terms::parse(&text) {
            Ok(terms) => {
                let head = &terms.program;
                tell(format_args!(
                    "{file}: program {} version {} from {}: no errors",
                    head.id, head.version, head.effective_from
                ));
                checked.push(&file, "no_errors", Some(head), None);
                for warning in terms.warnings_in(&text) {
                    tell(format_args!("{file}: warning: {warning}"));
                    checked.push(&file, "warning", Some(head), Some(&warning));
                }
            }
            Err(problems) => {
                checked.wrong = checked.wrong.saturating_add(problems.len());
                for problem in problems {
                    tell(format_args!("{file}: {problem}"));
                    checked.push(&file, "error", None, Some(&problem));
                }
            }
        }
    }
    Ok(checked)
}

/// The terms of a file, or those of a version that was published: `friends@2026-1`, `acme/friends@2026-1`.
async fn terms_of(named: &str, place: &Place) -> Result<Terms> {
    let file = Path::new(named);
    let Some((program, version)) = named.split_once('@').filter(|_| !file.exists()) else {
        return parsed(file);
    };
    let (brand, program) = program.split_once('/').map_or((None, program), |(brand, id)| (Some(brand), id));
    let engine = super::existing_engine(place).await?;
    let wanted = engine
        .registry()
        .every_program()
        .filter(|(of, id, _)| id.as_str() == program && brand.is_none_or(|it| it == of.as_str()));
    let versions = wanted.flat_map(|(_, _, known)| known.versions());
    let found: Vec<_> = versions.filter(|terms| terms.program.version == version).collect();
    match found.as_slice() {
        [terms] => Ok((*terms).clone()),
        [] => bail!("{named} is neither a file nor a published version; write it like friends@2026-1"),
        several => {
            let brands: Vec<_> = several.iter().map(|terms| terms.program.brand.as_str()).collect();
            bail!(
                "{named} is a version of {}; write the brand before it, like {}/{named}",
                brands.join(" and "),
                brands[0]
            )
        }
    }
}

/// Says in what terms differ from others.
fn diff(old: &Terms, new: &Terms, format: Format) -> Result<()> {
    let differences = old.differences(new);
    if format == Format::Table {
        differences.iter().for_each(say);
        if differences.is_empty() {
            say("they say the same");
        }
        return Ok(());
    }
    let mut table = Table::new(["what", "before", "after"].map(Column::left));
    for it in differences {
        table.push(vec![
            Cell::text(&it.what),
            Cell::maybe(it.before.as_deref()),
            Cell::maybe(it.after.as_deref()),
        ]);
    }
    super::show(&table, format)
}

/// The terms of a file, which must pass the check.
fn parsed(file: &Path) -> Result<Terms> {
    parse(file, &read(file)?)
}

/// The text of a terms file, which must pass the check.
pub(crate) fn checked(file: &Path) -> Result<String> {
    let text = read(file)?;
    parse(file, &text)?;
    Ok(text)
}

fn parse(file: &Path, text: &str) -> Result<Terms> {
    let problems = |problems: Vec<Problem>| {
        let list: Vec<_> = problems.iter().map(|it| format!("{}: {it}", file.display())).collect();
        anyhow::anyhow!(list.join("\n"))
    };
    Terms::parse(text).map_err(problems)
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// A table of media values keeps its name only while it keeps its values.
fn one_table_of_media_values(engine: &Engine, terms: &Terms, file: &Path) -> Result<()> {
    let head = &terms.program;
    let known = engine.registry().program(&head.brand, &head.id).and_then(|it| it.other_media_values(terms));
    if let (Some(known), Some(table)) = (known, &terms.media_value) {
        bail!(
            "{}: media_value.version {} was published with other values in version {} of the terms; give the table a new name",
            file.display(),
            table.version,
            known.program.version
        );
    }
    Ok(())
}

async fn apply(files: &[PathBuf], place: &Place, format: Format) -> Result<Done> {
    // Programs get the receipt alone.
    check(files, |line| if format == Format::Table { say(line) } else { note(line) })?.verdict()?;
    let events: Vec<Incoming> = files.iter().map(|file| published(&read(file)?)).collect::<Result<_>>()?;
    let mut engine = super::engine(place).await?;
    for file in files {
        one_table_of_media_values(&engine, &parsed(file)?, file)?;
    }
    let taken = super::take(&mut engine, events).await?;
    if taken.duplicates > 0 {
        note(format_args!("{} version(s) were in force already, word for word", taken.duplicates));
    }
    for exception in &taken.exceptions {
        if let NotNew::Quarantined { reason, .. } = &exception.what {
            note(reason);
        }
    }
    if taken.quarantined_in_all() > 0 {
        note(
            "what is in force stays; a change of terms is a new `version` with an `effective_from` of its own",
        );
    }
    super::finish(&taken, [], format)
}

/// The event that puts terms into force. The same terms make the same event.
pub(crate) fn published(terms: &str) -> Result<Incoming> {
    let problems = |problems: Vec<Problem>| {
        anyhow::anyhow!(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))
    };
    let head = Terms::parse(terms).map_err(problems)?.program;
    let event = Event {
        brand: head.brand,
        source: "/tribute/program".into(),
        id: EventId::trusted(&format!("{}/{}", head.id, head.version)),
        time: head.effective_from,
        recorded: head.effective_from,
        traceparent: None,
        fingerprint: [0; 16],
        unknown: false,
        payload: Payload::Program(ProgramPublished { terms: terms.to_owned() }),
    };
    Ok(Incoming::read(encode(&event)?.into_bytes(), Arrival::Backfill, "program apply".into()))
}
