//! `tribute person import`.

use std::{fs::File, io::Read};

use anyhow::{Context, Result, bail};
use tribute_events::{AmbassadorId, BrandId, PayoutMethod};
use tribute_reports::Cell;
use tribute_services::Engine;
use tribute_vault::{Kept, PersonDetails};

use super::{marks, programs, row::Row};
use crate::{
    Done,
    arguments::{Format, Place},
    commands::payout::chosen,
    messages::note,
};

/// How many people are written at a time.
const AT_ONCE: usize = 5_000;
/// How many wrong lines are told.
const TOLD: usize = 20;

pub(super) async fn run(
    file: &str,
    (brand, by): (&BrandId, Option<&str>),
    format: Format,
    place: &Place,
) -> Result<Done> {
    let reader: Box<dyn Read> = if file == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(file).with_context(|| format!("{file} cannot be opened"))?)
    };
    let people = read(reader, file)?;
    let mut engine = super::super::engine(place).await?;
    let mut kept = Kept::default();
    for some in people.chunks(AT_ONCE) {
        let mut transaction = engine.database().begin().await?;
        let Kept { new, changed, erased } = engine.vault().keep(&mut transaction, brand, some).await?;
        transaction.commit().await?;
        kept.new.extend(new);
        kept.changed.extend(changed);
        kept.erased.extend(erased);
    }
    say_methods(&mut engine, (brand, by), &people, &kept).await?;
    let strangers = people.iter().filter(|(person, _)| programs(&engine, brand, person).is_empty()).count();
    if strangers > 0 {
        note(format_args!(
            "{strangers} of them are not enrolled in any program of brand {brand}; where that is not meant, check their ids"
        ));
    }
    tell_marks(&mut engine, brand, &people, &kept).await?;
    let known = people.len().saturating_sub(kept.new.len()).saturating_sub(kept.changed.len());
    let unchanged = known.saturating_sub(kept.erased.len());
    tell(&kept, unchanged, format)
}

/// Tells the facts by what people are known again; nothing of whoever was erased.
async fn tell_marks(
    engine: &mut Engine,
    brand: &BrandId,
    people: &[(AmbassadorId, PersonDetails)],
    kept: &Kept,
) -> Result<()> {
    let there: Vec<_> = people.iter().filter(|(person, _)| !kept.erased.contains(person)).cloned().collect();
    let mut events = marks::events(engine, brand, &there).await?;
    while !events.is_empty() {
        let rest = events.split_off(events.len().min(AT_ONCE));
        let taken = super::super::take(engine, std::mem::replace(&mut events, rest)).await?;
        if taken.quarantined_in_all() > 0 {
            bail!("the facts did not learn by what people are known again; see `tribute quarantine list`");
        }
    }
    Ok(())
}

/// Says of whom something is new how they are paid: the method alone, the account stays in the vault.
async fn say_methods(
    engine: &mut Engine,
    (brand, by): (&BrandId, Option<&str>),
    people: &[(AmbassadorId, PersonDetails)],
    kept: &Kept,
) -> Result<()> {
    let mut events = Vec::new();
    for (person, details) in people {
        let is_new = kept.new.contains(person) || kept.changed.contains(person);
        if let Some(payment) = details.payment.as_ref().filter(|_| is_new) {
            let method: PayoutMethod = payment.method().parse()?;
            events.push(chosen(brand, person, (method, true), by)?);
        }
    }
    super::super::take(engine, events).await?;
    Ok(())
}

fn tell(kept: &Kept, unchanged: usize, format: Format) -> Result<Done> {
    let Kept { new, changed, erased } = kept;
    let count = |size: usize| Cell::count(u64::try_from(size).unwrap_or(u64::MAX));
    let fields = [
        ("new", count(new.len())),
        ("changed", count(changed.len())),
        ("unchanged", count(unchanged)),
        ("erased", count(erased.len())),
    ];
    let sentence = format!("{} people new, {} changed, {unchanged} as they were", new.len(), changed.len());
    super::super::show_or_say(fields, sentence, format)?;
    for person in erased {
        note(format_args!(
            "{person} was erased, and nothing is kept of them; enrol who returns under a new id"
        ));
    }
    Ok(if erased.is_empty() { Done::Clean } else { Done::WithFindings })
}

/// The people of a list. Every line is right, and nobody is in it twice, or none of it is taken.
fn read(reader: impl Read, file: &str) -> Result<Vec<(AmbassadorId, PersonDetails)>> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(reader);
    let mut people: Vec<(AmbassadorId, PersonDetails)> = Vec::new();
    let (mut seen, mut wrong) = (std::collections::BTreeMap::new(), Vec::new());
    for row in reader.deserialize::<Row>() {
        let line = people.len().saturating_add(wrong.len()).saturating_add(2);
        // What cannot be split into fields may hold anything: it is not quoted.
        let read = row.map_err(|error| anyhow::anyhow!(plain(&error))).and_then(|row| row.read());
        match read {
            Ok((person, details)) => {
                if let Some(before) = seen.insert(person.clone(), line) {
                    bail!(
                        "{file}, line {line}: {person} is on line {before} already; give everybody one line"
                    );
                }
                people.push((person, details));
            }
            Err(why) => wrong.push(format!("{file}, line {line}: {why:#}")),
        }
    }
    if wrong.is_empty() {
        return Ok(people);
    }
    let told: Vec<_> = wrong.iter().take(TOLD).map(String::as_str).collect();
    let rest = wrong.len().saturating_sub(TOLD);
    let more = if rest == 0 { String::new() } else { format!("\nand {rest} more lines") };
    bail!("nothing was imported: {} line(s) are wrong\n{}{more}", wrong.len(), told.join("\n"));
}

/// What is wrong with the form of a line.
fn plain(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("it has {len} fields, and the first line names {expected_len}")
        }
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        csv::ErrorKind::Deserialize { err, .. } => err.kind().to_string(),
        _ => "it cannot be read".to_owned(),
    }
}
