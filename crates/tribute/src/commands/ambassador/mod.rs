mod decide;
mod import;
mod judge;
mod known;
mod line;

use anyhow::{Result, bail};
use tribute_events::{AmbassadorChange, BrandId, ProgramId};
use tribute_terms::{Program, Registry};

use crate::{
    Done,
    arguments::{Ambassador, Place},
};

pub(crate) async fn run(command: Ambassador, place: &Place) -> Result<Done> {
    use AmbassadorChange::{Approved, Banned, Invited, Rejected, Suspended, Waitlisted};
    let (change, people, reason) = match command {
        Ambassador::Import(options) => return import::run(options, place).await,
        Ambassador::Judge(verdict) => return judge::run(&verdict, place).await,
        Ambassador::Invite(it) => (Invited, it.people, it.reason),
        Ambassador::Approve(it) => (Approved, it.people, it.reason),
        Ambassador::Waitlist(it) => (Waitlisted, it.people, it.reason),
        Ambassador::Reject(it) => (Rejected, it.people, Some(it.reason)),
        Ambassador::Suspend(it) => (Suspended, it.people, Some(it.reason)),
        Ambassador::Ban(it) => (Banned, it.people, Some(it.reason)),
    };
    decide::run(change, people, reason, place).await
}

/// The program. A name that was mistyped would take people in whom no terms ever pay.
fn program_of<'r>(known: &'r Registry, brand: &str, program: &str) -> Result<&'r Program> {
    let found = known.program(&BrandId::trusted(brand), &ProgramId::trusted(program));
    if let Some(found) = found.filter(|it| !it.versions().is_empty()) {
        return Ok(found);
    }
    let with_terms = known.every_program().filter(|(.., program)| !program.versions().is_empty());
    let names: Vec<String> = with_terms.map(|(brand, id, _)| format!("{id} of brand {brand}")).collect();
    let names = if names.is_empty() { "none yet".to_owned() } else { names.join(", ") };
    bail!(
        "brand {brand} has no terms for a program {program}; programs with terms: {names}. Put its terms into force with \
         `tribute program apply`, then try again"
    );
}
