//! `tribute person`: who people are, apart from the books.

mod erase;
mod export;
mod import;
mod marks;
mod row;
mod tax_form;
mod who;

use anyhow::{Result, bail};
use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_reports::{Cell, Column, Table};
use tribute_services::Engine;
use tribute_vault::{Held, PersonDetails};

use super::clock;
use crate::{
    Done,
    arguments::{Format, Person, Place},
    feed::now,
    messages::say,
};

use who::Who;

/// What is shown of whoever was erased.
const REDACTED: &str = "redacted";

pub(crate) async fn run(command: Person, place: &Place) -> Result<Done> {
    match command {
        Person::Import { file, brand, by, shape } => {
            import::run(&file, (&brand, by.as_deref()), shape.format, place).await
        }
        Person::TaxForm(what) => tax_form::run(&mut super::existing_engine(place).await?, &what).await,
        Person::List { brand, shape } => {
            list(&super::existing_engine(place).await?, &brand, shape.format).await
        }
        Person::Show { who, shape } => {
            let engine = super::existing_engine(place).await?;
            show(&engine, &who::find(&engine, &who).await?, shape.format).await
        }
        Person::Export { who, format, output } => {
            let engine = super::existing_engine(place).await?;
            export::run(&engine, &who::find(&engine, &who).await?, format, output.as_deref()).await
        }
        Person::Erase { who, by, reason, shape } => {
            let mut engine = super::existing_engine(place).await?;
            let who = who::find(&engine, &who).await?;
            erase::run(&mut engine, &who, (&by, &reason), shape.format).await
        }
    }
}

/// What the vault says of a person.
async fn held(engine: &Engine, brand: &BrandId, person: &AmbassadorId) -> Result<Option<Held>> {
    let mut transaction = engine.database().begin().await?;
    let found = engine.vault().find(&mut transaction, brand, Some(std::slice::from_ref(person))).await?;
    transaction.rollback().await?;
    Ok(found.into_values().next())
}

/// The programs of a brand in which somebody was ever spoken of.
fn programs(engine: &Engine, brand: &BrandId, person: &AmbassadorId) -> Vec<String> {
    let programs = engine.registry().programs(brand).into_iter().flatten();
    programs
        .filter(|(_, program)| program.ambassador(person).is_some())
        .map(|(id, _)| id.to_string())
        .collect()
}

/// When what is decided here takes effect: where the clock stands, so that whatever is still to come sees it, however far
/// behind the wall clock it is.
async fn at_the_clock(engine: &Engine) -> Result<Timestamp> {
    let (stands, now) = (clock::read(engine.database()).await?, now());
    Ok(if stands > Timestamp::MIN { stands.min(now) } else { now })
}

async fn list(engine: &Engine, brand: &BrandId, format: Format) -> Result<Done> {
    let mut transaction = engine.database().begin().await?;
    let people = engine.vault().find(&mut transaction, brand, None).await?;
    transaction.rollback().await?;
    let columns = ["person", "name", "email", "country", "payment", "handles", "programs", "erased_at"];
    let mut table = Table::new(columns.map(Column::left));
    for (person, held) in people {
        let mut cells = vec![Cell::text(person.as_str())];
        match &held {
            Held::Known(details) => cells.extend(masked(details).map(|(_, text)| Cell::maybe(text))),
            Held::Erased(_) => cells.extend([REDACTED; 5].map(Cell::text)),
        }
        cells.push(Cell::text(programs(engine, brand, &person).join(" ")));
        cells.push(match held {
            Held::Known(_) => Cell::Nothing,
            Held::Erased(at) => Cell::at(at),
        });
        table.push(cells);
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}

/// What both the list and one entry show: enough to recognise, too little to use.
fn masked(details: &PersonDetails) -> [(&'static str, Option<String>); 5] {
    let PersonDetails { name, email, address, payment, handles, .. } = details;
    let handles: Vec<_> = handles.iter().map(|it| it.masked()).collect();
    [
        ("name", name.as_ref().map(|it| it.masked())),
        ("email", email.as_ref().map(|it| it.masked())),
        ("country", address.as_ref().map(|it| it.country().to_string())),
        ("payment", payment.as_ref().map(|it| it.masked())),
        ("handles", (!handles.is_empty()).then(|| handles.join(" "))),
    ]
}

async fn show(engine: &Engine, who: &Who, format: Format) -> Result<Done> {
    let Who { brand, person } = who;
    let enrolled = programs(engine, brand, person);
    let held = held(engine, brand, person).await?;
    if held.is_none() && enrolled.is_empty() && !who::posts(engine, who).await? {
        bail!("brand {brand} knows nobody as {person}; see `tribute person list --brand {brand}`");
    }
    let mut fields = vec![("brand", Some(brand.to_string())), ("person", Some(person.to_string()))];
    match &held {
        Some(Held::Known(details)) => {
            fields.extend(masked(details));
            let tax_ids: Vec<_> = details.tax_ids.iter().map(|it| it.masked()).collect();
            fields.push(("tax_ids", (!tax_ids.is_empty()).then(|| tax_ids.join(" "))));
        }
        erased => {
            let said = erased.as_ref().map(|_| REDACTED.to_owned());
            fields.extend(
                ["name", "email", "country", "payment", "handles", "tax_ids"]
                    .map(|field| (field, said.clone())),
            );
        }
    }
    fields.push(("programs", Some(enrolled.join(" "))));
    let erased_at = match held {
        Some(Held::Erased(at)) => Some(at.to_string()),
        _ => None,
    };
    fields.push(("erased_at", erased_at));
    if format == Format::Table {
        fields
            .iter()
            .for_each(|(name, text)| say(format_args!("{name:<10} {}", text.as_deref().unwrap_or("-"))));
    } else {
        super::show(
            &super::one_row(fields.into_iter().map(|(name, text)| (name, Cell::maybe(text)))),
            format,
        )?;
    }
    Ok(Done::Clean)
}
