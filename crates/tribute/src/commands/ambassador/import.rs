use std::{fs::File, io::Read};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tribute_events::{AmbassadorChange, AmbassadorId, BrandId, Payload, ProgramId, Timestamp};
use tribute_reports::Cell;
use tribute_services::{Incoming, Receipt};
use tribute_terms::{Ambassador as Person, Program, Registry, Standing, View};
use tribute_vault::Vault;

use super::{known::Known, line::Line, program_of};
use crate::{
    Done,
    arguments::{Import as Options, Place},
    commands,
    feed::{Stamp, now},
    messages::note,
};

pub(super) async fn run(options: Options, place: &Place) -> Result<Done> {
    let Options { file, brand, program, backfill, shape } = options;
    let reader: Box<dyn Read> = if file == "-" {
        Box::new(std::io::stdin())
    } else {
        Box::new(File::open(&file).with_context(|| format!("{file} cannot be opened"))?)
    };
    let rows = read(reader, &file)?;
    let mut engine = commands::engine(place).await?;
    let stamp = if backfill { Stamp::Backfill } else { Stamp::Now };
    let (known, vault) = (engine.registry(), engine.vault());
    let import = Import { brand, program, file, now: now(), stamp, known, vault };
    program_of(import.known, &import.brand, &import.program)?;
    let mut total = Receipt::default();
    let (mut events, mut kept) = (Vec::new(), 0_usize);
    for (number, row) in rows {
        let origin = format!("{}:{number}", import.file);
        let standing = import.kept_standing(&row);
        kept = kept.saturating_add(usize::from(standing.is_some()));
        let (news, known) = import.events_of(&row, standing, &origin).context(origin)?;
        total.received = total.received.saturating_add(known);
        total.duplicates = total.duplicates.saturating_add(known);
        events.extend(news);
    }
    let known = total.duplicates;
    while !events.is_empty() {
        let rest = events.split_off(events.len().min(crate::feed::BATCH_EVENTS));
        total.add(&commands::take(&mut engine, std::mem::replace(&mut events, rest)).await?);
    }
    if known > 0 {
        note(format_args!("{known} of the list's facts stood already; they were left as they are"));
    }
    if kept > 0 {
        note(format_args!(
            "{kept} person(s) were rejected, suspended or banned, or left, and stay so; give the column `status` to change that"
        ));
    }
    let kept = Cell::count(u64::try_from(kept).unwrap_or(u64::MAX));
    commands::finish(&total, [("standings_kept", kept)], shape.format)
}

/// The rows, with the numbers of their lines.
fn read(reader: Box<dyn Read>, file: &str) -> Result<Vec<(usize, Line)>> {
    let lines = (2_usize..).zip(csv::Reader::from_reader(reader).into_deserialize());
    let row = |(number, line): (usize, csv::Result<Line>)| {
        Ok((number, line.with_context(|| format!("{file}, line {number}"))?))
    };
    lines.map(row).collect()
}

/// A list, and what is known of its people already.
struct Import<'a> {
    brand: String,
    program: String,
    file: String,
    /// When a row without a time of its own holds from.
    now: Timestamp,
    stamp: Stamp,
    known: &'a Registry,
    /// What facts hold in the place of handles and hashes.
    vault: &'a Vault,
}

impl Import<'_> {
    fn known_program(&self) -> Option<&Program> {
        self.known.program(&BrandId::trusted(&self.brand), &ProgramId::trusted(&self.program))
    }

    fn known_person(&self, ambassador: &str) -> Option<&Person> {
        self.known_program()?.ambassador(&AmbassadorId::trusted(ambassador))
    }

    /// The standing that a row without a status of its own does not touch: a list says nothing of why it came about.
    fn kept_standing(&self, row: &Line) -> Option<Standing> {
        if row.status.is_some() || row.at.is_some() {
            return None;
        }
        let ambassador = AmbassadorId::trusted(&row.ambassador);
        let standing = self.known_program()?.standing(&ambassador, View::at(self.now))?;
        match standing {
            Standing::Invited | Standing::Applied | Standing::Waitlisted | Standing::Approved => None,
            Standing::Rejected | Standing::Suspended | Standing::Left | Standing::Banned => Some(standing),
        }
    }

    /// Whether a code stands for the person already.
    fn has_code(&self, ambassador: &str, code: &str) -> bool {
        let grant = self.known_program().and_then(|program| program.code(code, View::at(self.now)));
        grant.is_some_and(|grant| grant.issued.ambassador.as_str() == ambassador)
    }

    /// What a row tells that is not known yet, as events; and how many of its facts stood already.
    fn events_of(&self, line: &Line, kept: Option<Standing>, origin: &str) -> Result<(Vec<Incoming>, u64)> {
        let status = line.status.as_deref().unwrap_or(if kept.is_some() { "updated" } else { "approved" });
        let Some(change) =
            AmbassadorChange::ALL.into_iter().find(|it| it.event_type().ends_with(&format!(".{status}")))
        else {
            bail!(
                "`{status}` is not a status; use invited, applied, approved, waitlisted, rejected, suspended, left, banned or updated"
            );
        };
        let data = line.data(&self.program)?;
        let told = match line.at {
            Some(_) => Some((change, data)),
            None => self.news(change, data, origin)?,
        };
        let at = line.at.unwrap_or(self.now);
        let who = format!("{}/{}", self.program, line.ambassador);
        let mut events: Vec<_> = told
            .into_iter()
            .map(|(change, data)| {
                let event_type = change.event_type();
                let word = event_type.rsplit('.').next().unwrap_or(status);
                self.event(event_type, &format!("{who}/{word}/{at}"), at, &data, origin)
            })
            .collect();
        let mut facts = 1_u64;
        if let Some(code) = &line.code {
            facts = 2;
            let data = json!({"program": self.program, "ambassador": line.ambassador, "code": code});
            let id = format!("{who}/code/{code}");
            let id = if line.at.is_some() { id } else { format!("{id}/{at}") };
            if line.at.is_some() || !self.has_code(&line.ambassador, code) {
                events.push(self.event("tribute.code.issued", &id, at, &data, origin));
            }
        }
        let new = u64::try_from(events.len()).unwrap_or(facts);
        Ok((events, facts.saturating_sub(new)))
    }

    fn event(&self, kind: &str, id: &str, at: Timestamp, data: &Value, origin: &str) -> Incoming {
        let event = json!({
            "specversion": "1.0", "type": kind, "source": "/tribute/import", "id": id, "brand": self.brand, "time": at,
            "data": data,
        });
        Incoming::read(event.to_string().into_bytes(), self.stamp.arrival(), origin.to_owned())
    }

    /// What of a row is not known of the person yet: their standing, or fields alone. Nothing where all of it is.
    fn news(
        &self,
        change: AmbassadorChange,
        data: Value,
        origin: &str,
    ) -> Result<Option<(AmbassadorChange, Value)>> {
        let told = self.event(change.event_type(), "row", self.now, &data, origin);
        // What is no event is put aside, with its reason, as everything else is.
        let Ok(event) = told.event else { return Ok(Some((change, data))) };
        let sealed = self.vault.seal(event, told.bytes, None)?.event;
        let Payload::Ambassador(_, said) = &sealed.payload else { return Ok(Some((change, data))) };
        let (Some(program), Some(person)) =
            (self.known_program(), self.known_person(said.ambassador.as_str()))
        else {
            return Ok(Some((change, data)));
        };
        let known = Known { program, person, who: &said.ambassador, view: View::at(self.now) };
        let (stands, rest) = (known.stands(change), known.rest_of(data, said));
        Ok(match (stands, rest) {
            (true, None) => None,
            (true, Some(rest)) => Some((AmbassadorChange::Updated, rest)),
            (false, rest) => {
                let nothing_more = || json!({"program": self.program, "ambassador": said.ambassador});
                let mut rest = rest.unwrap_or_else(nothing_more);
                if let (Some(fields), Some(reason)) = (rest.as_object_mut(), &said.reason) {
                    fields.insert("reason".to_owned(), json!(reason));
                }
                Some((change, rest))
            }
        })
    }
}
