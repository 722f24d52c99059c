use std::{collections::BTreeMap, io::Write, path::Path};

use anyhow::{Context, Result, bail};
use tribute_events::{BrandId, PayoutExported};
use tribute_payouts::PayoutStatus;
use tribute_reports::Cell;
use tribute_services::Engine;

use super::file::{Writer, Written, exported};
use crate::{Done, arguments::Format, output::NewFile};

/// Writes an exported file again, byte for byte, or not at all. It marks nothing: the payouts are exported already.
pub(super) async fn run(
    engine: &Engine,
    sha256: &str,
    brand: &BrandId,
    settings: Option<&Path>,
    output: &Path,
    format: Format,
) -> Result<Done> {
    let file = named(exported(engine, brand).await?, sha256)?;
    let Some(issue) = &file.issue else {
        bail!("the file {} was exported without what is needed to write it again", file.file);
    };
    let writer = Writer::read(&issue.rail, settings)?;
    let mut rows: BTreeMap<String, _> = BTreeMap::new();
    for row in super::paid(engine, brand.as_str()).await? {
        rows.insert(row.payout.clone(), row);
    }
    let row = |payout: &tribute_events::PayoutId| {
        rows.remove(payout.as_str()).with_context(|| format!("payout {payout} is not known any more"))
    };
    let rows = file.payouts.iter().map(row).collect::<Result<Vec<_>>>()?;
    for row in &rows {
        if row.status.parse::<PayoutStatus>()?.is_given_back() {
            bail!(
                "{} is not issued again: payout {} in it is {}, and its money is available again; written again, the file \
                 would pay it twice. Export what is still to be paid to a file of its own",
                file.file,
                row.payout,
                row.status
            );
        }
    }
    let Written { mut files, left_out, .. } =
        writer.write(engine, brand, issue, rows, Some(&file.sha256)).await?;
    if let Some(left) = left_out.first() {
        bail!("{} can not be issued again: payout {}: {}", file.file, left.row.payout, left.reason);
    }
    let again = files.pop().filter(|it| files.is_empty() && it.sha256 == file.sha256.as_str());
    let Some(again) = again else {
        bail!(
            "{} can not be issued again byte for byte: the rail's settings are other ones than they were when it was \
             exported, or where it paid was not kept then; nothing is written",
            file.file
        );
    };
    let mut new = NewFile::begin(output)?;
    new.write_all(&again.bytes).with_context(|| format!("{} cannot be written", output.display()))?;
    new.finish()?;
    let place = output.display().to_string();
    let sentence =
        format!("{} payout(s) in {place}, sha256 {}, as exported before", file.payouts.len(), file.sha256);
    let payouts = Cell::count(u64::try_from(file.payouts.len())?);
    let fields =
        [("payouts", payouts), ("file", Cell::text(place)), ("sha256", Cell::text(file.sha256.as_str()))];
    super::super::show_or_say(fields, sentence, format)?;
    Ok(Done::Clean)
}

/// The one file whose SHA-256 begins so.
fn named(files: Vec<PayoutExported>, sha256: &str) -> Result<PayoutExported> {
    if sha256.is_empty() {
        bail!(
            "name the file by the beginning of its SHA-256; `tribute payout show` names the file of a payout"
        );
    }
    let mut found = files.into_iter().filter(|file| file.sha256.starts_with(sha256));
    let one = found.next().with_context(|| {
        format!(
            "no file with the SHA-256 {sha256} was exported; `tribute payout show` names the file of a payout"
        )
    })?;
    if found.next().is_some() {
        bail!("several files have a SHA-256 that begins with {sha256}; give more of it");
    }
    Ok(one)
}
