use std::{fs::File, io::Read};

use anyhow::{Context, Result, bail};
use serde_json::json;
use tribute_events::{
    AmbassadorChange, AmbassadorChanged, AmbassadorId, BrandId, Payload, ProgramId, Timestamp,
};
use tribute_reports::Cell;
use tribute_services::{Incoming, Receipt};
use tribute_terms::{Ambassador as Person, Profile, Program, Registry, Standing, View};

use super::{line::Line, program_of};
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
    let import = Import { brand, program, file, now: now(), stamp, known: engine.registry() };
    program_of(import.known, &import.brand, &import.program)?;
    let mut total = Receipt::default();
    let (mut events, mut kept) = (Vec::new(), 0_usize);
    for (number, row) in rows {
        let origin = format!("{}:{number}", import.file);
        let standing = import.kept_standing(&row);
        kept = kept.saturating_add(usize::from(standing.is_some()));
        for event in import.events_of(&row, standing, &origin).context(origin)? {
            if row.at.is_none() && import.stands_already(&event) {
                total.received = total.received.saturating_add(1);
                total.duplicates = total.duplicates.saturating_add(1);
            } else {
                events.push(event);
            }
        }
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

    /// Whether what an event says is so already.
    fn stands_already(&self, incoming: &Incoming) -> bool {
        let view = View::at(self.now);
        match incoming.event.as_ref().map(|event| &event.payload) {
            Ok(Payload::Ambassador(change, said)) => {
                let Some(person) = self.known_person(said.ambassador.as_str()) else { return false };
                let standing = self.known_program().and_then(|it| it.standing(&said.ambassador, view));
                let wanted = Standing::after(*change);
                standing.is_some()
                    && (wanted.is_none() || wanted == standing)
                    && says_nothing_new(said, &person.profile(view))
            }
            Ok(Payload::CodeIssued(said)) => {
                let grant = self.known_program().and_then(|program| program.code(said.code.as_str(), view));
                grant.is_some_and(|grant| grant.issued.ambassador == said.ambassador)
            }
            _ => false,
        }
    }

    fn events_of(&self, line: &Line, kept: Option<Standing>, origin: &str) -> Result<Vec<Incoming>> {
        let at = line.at.unwrap_or(self.now);
        let status = line.status.as_deref().unwrap_or(if kept.is_some() { "updated" } else { "approved" });
        let event_type = format!("tribute.ambassador.{status}");
        if !AmbassadorChange::ALL.iter().any(|change| change.event_type() == event_type) {
            bail!(
                "`{status}` is not a status; use invited, applied, approved, waitlisted, rejected, suspended, left, banned or updated"
            );
        }
        let program = &self.program;
        let data = line.data(program)?;
        let event = |kind: &str, id: String, data| {
            let event = json!({
                "specversion": "1.0", "type": kind, "source": "/tribute/import", "id": id, "brand": self.brand, "time": at, "data": data,
            });
            Incoming::read(event.to_string().into_bytes(), self.stamp.arrival(), origin.to_owned())
        };
        let mut events =
            vec![event(&event_type, format!("{program}/{}/{status}/{at}", line.ambassador), data)];
        if let Some(code) = &line.code {
            let data = json!({"program": program, "ambassador": line.ambassador, "code": code});
            let id = format!("{program}/{}/code/{code}", line.ambassador);
            let id = if line.at.is_some() { id } else { format!("{id}/{at}") };
            events.push(event("tribute.code.issued", id, data));
        }
        Ok(events)
    }
}

/// Whether every field that is said is known so. Hashes are known by pseudonyms, and the link by which somebody came is
/// part of what they said then: a row that has any is said again rather than left out.
fn says_nothing_new(said: &AmbassadorChanged, known: &Profile) -> bool {
    fn same<T: PartialEq>(said: Option<&T>, known: Option<&T>) -> bool {
        said.is_none() || said == known
    }
    same(said.payout_currency.as_ref(), known.payout_currency.as_ref())
        && said.recruiter_link.is_none()
        && said.email_hashes.is_empty()
        && said.payment_hashes.is_empty()
        && said.accounts.iter().all(|account| known.accounts.contains(account))
        && same(said.platform.as_ref(), known.platform.as_ref())
        && same(said.followers.as_ref(), known.followers.as_ref())
        && same(said.region.as_ref(), known.region.as_ref())
        && same(said.campus.as_ref(), known.campus.as_ref())
        && same(said.recruiter.as_ref(), known.recruiter.as_ref())
        && said.handles.iter().all(|handle| known.handles.contains(handle))
        && (said.niches.is_empty() || said.niches == known.niches)
        && (said.audience.is_empty() || said.audience == known.audience)
        && same(said.tax_form.as_ref(), known.tax_form.as_ref())
        && same(said.payment_details_verified.as_ref(), known.payment_details_verified.as_ref())
}
