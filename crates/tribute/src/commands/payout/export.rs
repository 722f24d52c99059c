use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail};
use jiff::civil::{Date, Weekday};
use tribute_events::{
    AmbassadorId, BrandId, FileIssue, PaymentReference, PayoutExported, PayoutId, ProgramId, Timestamp,
};
use tribute_formats::WrittenFile;
use tribute_money::format_minor;
use tribute_payouts::PayoutStatus;
use tribute_reports::{Cell, Column, Table};
use tribute_services::{Engine, Incoming, Receipt};
use tribute_store::entity::payout;
use tribute_vault::{PaidBy, PersonDetails};

use super::file::{LeftOut, Writer, exported};
use crate::{
    Done,
    arguments::{Format, PayoutExport, PayoutScope, Rail},
    feed::now,
    messages::{note, say},
    output::NewFile,
};

/// Writes what may be paid to files, and marks it as exported.
pub(super) async fn run(engine: &mut Engine, what: &PayoutExport) -> Result<Done> {
    let writer = Writer::read(what.rail.as_str(), what.settings.as_deref())?;
    let issue = issue(engine, what).await?;
    let rows = may_be_exported(engine, what).await?;
    let (rows, barred) = apart_from_barred(engine, &what.brand, rows)?;
    let written = writer.write(engine, &what.brand, &issue, rows, None).await?;
    let (files, payees, mut left_out) = (written.files, written.payees, written.left_out);
    left_out.extend(barred);
    if files.is_empty() && left_out.is_empty() {
        let sentence = "nothing may be exported: see `tribute payout list`, and approve what is proposed";
        if what.shape.format == Format::Table {
            say(sentence);
        } else {
            super::super::show(&told(what.rail, &Receipt::default(), &[], &[])?, what.shape.format)?;
        }
        return Ok(Done::Clean);
    }
    let paths = places(what, &files)?;
    let events = files.iter().zip(&paths).zip(issue.files_before..);
    let events = events.map(|((file, path), before)| event(&what.brand, &issue, file, path, before));
    let events = events.collect::<Result<Vec<_>>>()?;
    keep_payees(engine, &what.brand, &files, &payees).await?;
    let taken = mark_and_name(engine, &what.brand, events, &files, &paths).await?;
    tell(what, &taken, &files.iter().zip(&paths).collect::<Vec<_>>(), &left_out)?;
    Ok(if left_out.is_empty() { super::super::done(&taken) } else { Done::WithFindings })
}

/// What of a brand may go out on a rail.
async fn may_be_exported(engine: &Engine, what: &PayoutExport) -> Result<Vec<payout::Model>> {
    let PayoutExport { brand, program, rail, .. } = what;
    let scope = PayoutScope { brand: Some(brand.to_string()), program: program.clone() };
    let mut found = Vec::new();
    for row in super::rows(engine, &scope).await? {
        let known = engine.registry().program(brand, &ProgramId::trusted(&row.program));
        let terms = known.and_then(|it| it.terms_at(Timestamp::from_millis(row.run_at)));
        let approval = terms.is_none_or(|terms| terms.payout.approval);
        let method = row.method.as_deref().map(str::parse).transpose()?;
        if row.amount.is_some()
            && rail.takes(method)
            && row.status.parse::<PayoutStatus>()?.may_be_exported(approval)
        {
            found.push(row);
        }
    }
    Ok(found)
}

/// What nothing bars, and what something does.
fn apart_from_barred(
    engine: &Engine,
    brand: &BrandId,
    rows: Vec<payout::Model>,
) -> Result<(Vec<payout::Model>, Vec<LeftOut>)> {
    let (mut free, mut barred) = (Vec::new(), Vec::new());
    for row in rows {
        match super::bar(engine, brand, &row)? {
            Some(bar) => barred.push(LeftOut { row, reason: bar.to_string() }),
            None => free.push(row),
        }
    }
    Ok((free, barred))
}

async fn issue(engine: &Engine, what: &PayoutExport) -> Result<FileIssue> {
    let created = now();
    let today = jiff::Timestamp::from_millisecond(created.millis())?.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = match what.date {
        Some(day) => day,
        None => next_weekday(today)?,
    };
    let same = |issue: &FileIssue| {
        issue.rail == what.rail.as_str() && issue.created.to_string().starts_with(&today.to_string())
    };
    let before = exported(engine, &what.brand).await?;
    let before = before.iter().filter(|file| file.issue.as_ref().is_some_and(same)).count();
    Ok(FileIssue {
        rail: what.rail.as_str().into(),
        created,
        execution_date: day.to_string().into(),
        files_before: u32::try_from(before)?,
        note: what.note.clone(),
        message: None,
    })
}

/// Banks pay on weekdays; holidays are the bank's to know.
fn next_weekday(today: Date) -> Result<Date> {
    let mut day = today.tomorrow()?;
    while matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) {
        day = day.tomorrow()?;
    }
    Ok(day)
}

/// Where the files are to be: the one file of a list, else a folder that holds them.
fn places(what: &PayoutExport, files: &[WrittenFile]) -> Result<Vec<PathBuf>> {
    if what.rail.is_list() {
        return Ok(vec![what.output.clone()]);
    }
    let folder = &what.output;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("the folder {} cannot be made", folder.display()))?;
    Ok(files.iter().map(|file| folder.join(&file.name)).collect())
}

fn event(
    brand: &BrandId,
    issue: &FileIssue,
    file: &WrittenFile,
    path: &Path,
    files_before: u32,
) -> Result<Incoming> {
    let name = path.file_name().map_or_else(|| file.name.clone(), |name| name.to_string_lossy().into_owned());
    let reference = |it: &tribute_formats::WrittenPayment| PaymentReference {
        payout: it.payout.clone(),
        end_to_end: it.reference.as_str().into(),
        payment_info: it.payment_info.as_deref().map(Into::into),
        trace: it.trace.as_deref().map(Into::into),
    };
    let data = PayoutExported {
        payouts: file.payments.iter().map(|it| it.payout.clone()).collect(),
        file: name,
        sha256: file.sha256.as_str().into(),
        issue: Some(FileIssue {
            files_before,
            message: file.message.as_deref().map(Into::into),
            ..issue.clone()
        }),
        references: file.payments.iter().map(reference).collect(),
    };
    let data = serde_json::to_value(data)?;
    Ok(super::event("tribute.payout_file.exported", brand.as_str(), &file.sha256, data))
}

/// Keeps where each file pays, under the keys of those who are paid: it can be written again after they changed it, and
/// not once they are erased. What is kept of a file that is not marked in the end belongs to nothing, and harms nobody.
async fn keep_payees(
    engine: &Engine,
    brand: &BrandId,
    files: &[WrittenFile],
    payees: &BTreeMap<PayoutId, (AmbassadorId, PaidBy)>,
) -> Result<()> {
    let mut people: BTreeMap<AmbassadorId, PersonDetails> = BTreeMap::new();
    for file in files {
        for (who, paid) in file.payments.iter().filter_map(|it| payees.get(&it.payout)) {
            people.entry(who.clone()).or_default().paid_by.insert(file.sha256.clone(), paid.clone());
        }
    }
    if people.is_empty() {
        // A list says nothing of where anybody is paid.
        return Ok(());
    }
    let mut transaction = engine.database().begin().await?;
    engine.vault().keep(&mut transaction, brand, &Vec::from_iter(people)).await?;
    transaction.commit().await?;
    Ok(())
}

/// Marks the payouts in one transaction, then gives the files their names: a file that nobody knows of might be paid and
/// its payouts exported again.
async fn mark_and_name(
    engine: &mut Engine,
    brand: &BrandId,
    events: Vec<Incoming>,
    files: &[WrittenFile],
    paths: &[PathBuf],
) -> Result<Receipt> {
    let mut written = Vec::new();
    for (file, path) in files.iter().zip(paths) {
        let mut new = NewFile::begin(path)?;
        new.write_all(&file.bytes).with_context(|| format!("{} cannot be written", path.display()))?;
        written.push(new);
    }
    let taken = super::super::take(engine, events).await?;
    let marked: BTreeSet<String> =
        super::paid(engine, brand.as_str()).await?.iter().filter_map(marked_by).collect();
    for ((place, new), file) in written.into_iter().enumerate().zip(files) {
        let count = file.payments.len();
        let own = file.payments.iter().filter(|it| marked.contains(&mark(it.payout.as_str(), &file.sha256)));
        // Of two exports of the same list at one moment, one is the file that is paid by.
        let is_new = taken.exceptions.iter().all(|exception| exception.place != place);
        if !is_new || own.count() != count {
            bail!(
                "{count} payout(s) were to be in {}, and some were exported or changed meanwhile by somebody else; \
                 the file is not written: see `tribute payout list`",
                file.name
            );
        }
        new.finish().with_context(|| {
            format!("its payouts are marked as exported; `tribute payout reissue {}` writes it", file.sha256)
        })?;
    }
    Ok(taken)
}

/// A payout and the file that it was exported in.
fn mark(payout: &str, sha256: &str) -> String {
    format!("{payout} {sha256}")
}

fn marked_by(row: &payout::Model) -> Option<String> {
    let history = super::history(row).ok()?;
    let line = history.iter().rev().find(|line| line.status == PayoutStatus::Exported.as_str())?;
    Some(mark(&row.payout, &line.cause))
}

fn tell(
    what: &PayoutExport,
    taken: &Receipt,
    files: &[(&WrittenFile, &PathBuf)],
    left_out: &[LeftOut],
) -> Result<()> {
    if what.shape.format != Format::Table {
        return super::super::show(&told(what.rail, taken, files, left_out)?, what.shape.format);
    }
    for (file, path) in files {
        let (count, place) = (file.payments.len(), path.display());
        say(format_args!("{count} payout(s) in {place}, sha256 {}", file.sha256));
    }
    if !left_out.is_empty() {
        note(format_args!("{} payout(s) are in no file:", left_out.len()));
        for LeftOut { row, reason } in left_out {
            note(format_args!("  {} to {}, {}: {reason}", row.payout, row.ambassador, shown(row)?));
        }
    }
    Ok(())
}

fn shown(row: &payout::Model) -> Result<String> {
    let (Some(amount), Some(asset)) = (row.amount, &row.asset) else { return Ok(String::new()) };
    Ok(format!("{} {asset}", format_minor(amount, &asset.parse()?)?))
}

/// For programs: a row for each file with what became of its event, and one for each payout that is in none.
fn told(
    rail: Rail,
    taken: &Receipt,
    files: &[(&WrittenFile, &PathBuf)],
    left_out: &[LeftOut],
) -> Result<Table> {
    let names = ["rail", "payouts", "file", "sha256", "message", "left_out", "reason"].map(Column::left);
    let receipt = super::super::receipt_fields(taken);
    let mut table =
        Table::new(receipt.iter().map(|(name, _)| Column::left(name)).chain(names).collect::<Vec<_>>());
    let mut push = |cells: [Cell; 6]| {
        let receipt = super::super::receipt_fields(taken).into_iter().map(|(_, cell)| cell);
        table.push(receipt.chain([Cell::text(rail.as_str())]).chain(cells).collect());
    };
    for (file, path) in files {
        let count = Cell::count(u64::try_from(file.payments.len())?);
        let file_cell = Cell::text(path.display().to_string());
        let (sha256, message) = (Cell::text(file.sha256.as_str()), Cell::maybe(file.message.as_deref()));
        push([count, file_cell, sha256, message, Cell::Nothing, Cell::Nothing]);
    }
    for LeftOut { row, reason } in left_out {
        let (payout, reason) = (Cell::text(row.payout.as_str()), Cell::text(reason.as_str()));
        push([Cell::count(0), Cell::Nothing, Cell::Nothing, Cell::Nothing, payout, reason]);
    }
    if files.is_empty() && left_out.is_empty() {
        push([Cell::count(0), Cell::Nothing, Cell::Nothing, Cell::Nothing, Cell::Nothing, Cell::Nothing]);
    }
    Ok(table)
}
