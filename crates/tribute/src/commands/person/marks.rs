//! What the facts learn of imported people: pseudonyms of their e-mail addresses and accounts, which the look for people
//! with two accounts compares. They are those that `tribute.ambassador.*` events hold of the same hashes.

use anyhow::Result;
use serde_json::json;
use tribute_events::{AmbassadorId, BrandId, ProgramId};
use tribute_services::{Engine, Incoming};
use tribute_terms::{Mark, Program, View};
use tribute_vault::{Marks, PersonDetails};

use crate::feed::Stamp;

/// The events that tell each program in which people are enrolled what it does not know of them yet.
pub(super) async fn events(
    engine: &Engine,
    brand: &BrandId,
    people: &[(AmbassadorId, PersonDetails)],
) -> Result<Vec<Incoming>> {
    let time = super::at_the_clock(engine).await?;
    let mut events = Vec::new();
    for (person, details) in people {
        let marks = engine.vault().marks(brand, details)?;
        for (id, program) in engine.registry().programs(brand).into_iter().flatten() {
            let Some(Marks { email_hashes, payment_hashes }) = unknown(program, person, &marks) else {
                continue;
            };
            let first = email_hashes.iter().chain(&payment_hashes).next().cloned().unwrap_or_default();
            let event = json!({
                "specversion": "1.0", "type": "tribute.ambassador.updated", "source": "/tribute/person", "brand": brand,
                "id": name(id, person, &first), "time": time, "data": {
                    "program": id, "ambassador": person, "email_hashes": email_hashes, "payment_hashes": payment_hashes,
                },
            });
            events.push(Incoming::read(
                event.to_string().into_bytes(),
                Stamp::Now.arrival(),
                "person import".into(),
            ));
        }
    }
    Ok(events)
}

/// The same is said once, whenever it is imported.
fn name(program: &ProgramId, person: &AmbassadorId, first: &str) -> String {
    format!("{program}/{person}/goes by {first}")
}

/// Of these marks those by which the program does not know the person; nothing where it knows all, or not the person.
fn unknown(program: &Program, person: &AmbassadorId, marks: &Marks) -> Option<Marks> {
    program.ambassador(person)?;
    let is_new = |mark: Mark| !program.goes_by(person, &mark, View::ALL);
    let new = Marks {
        email_hashes: marks
            .email_hashes
            .iter()
            .filter(|it| is_new(Mark::Email((*it).clone())))
            .cloned()
            .collect(),
        payment_hashes: marks
            .payment_hashes
            .iter()
            .filter(|it| is_new(Mark::Payment((*it).clone())))
            .cloned()
            .collect(),
    };
    (new != Marks::default()).then_some(new)
}
