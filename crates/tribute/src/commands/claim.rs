//! `tribute claim`: sales that ambassadors say are missing.

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use tribute_events::{BrandId, ClaimOpened, ClaimRemedy, EventId};
use tribute_payouts::same_name;
use tribute_reports::{Cell, Column, Table};
use tribute_services::{Engine, claim_history, claim_override, claim_remedy};
use tribute_store::entity::{claim, sale};

use crate::{
    Done,
    arguments::{Claim, Format, Place, WhichClaim},
    messages::say,
};

const SOURCE: &str = "/tribute/claim";

pub(crate) async fn run(command: Claim, place: &Place) -> Result<Done> {
    let mut engine = super::existing_engine(place).await?;
    match command {
        Claim::Open { claim, brand, program, ambassador, order, reason, shape } => {
            if rows(&engine, &brand).await?.iter().any(|row| row.claim == claim.as_str()) {
                bail!(
                    "claim {claim} is known already; bring evidence to it, or open another under an id of its own"
                );
            }
            let data = serde_json::to_value(ClaimOpened {
                claim: claim.clone(),
                program,
                ambassador,
                order,
                reason,
            })?;
            tell(&mut engine, &brand, ("opened", &format!("{claim}/opened")), &data, shape.format).await
        }
        Claim::Evidence { which, evidence, shape } => {
            let row = open(&engine, &which).await?;
            let number = claim_history(&row)?.len();
            let data = json!({"claim": which.claim, "by": which.by, "evidence": evidence});
            let id = format!("{}/evidence/{number}", which.claim);
            tell(&mut engine, &which.brand, ("evidenced", &id), &data, shape.format).await
        }
        Claim::Accept { which, sale, shape } => accept(&mut engine, &which, sale, shape.format).await,
        Claim::Refuse { which, reason, shape } => {
            open(&engine, &which).await?;
            let data = json!({"claim": which.claim, "by": which.by, "reason": reason});
            let id = format!("{}/refused", which.claim);
            tell(&mut engine, &which.brand, ("refused", &id), &data, shape.format).await
        }
        Claim::List { brand, shape } => list(&engine, &brand, shape.format).await,
        Claim::Show { claim, brand, shape } => show(&engine, &brand, claim.as_str(), shape.format).await,
    }
}

/// Takes one event in and says so.
async fn tell(
    engine: &mut Engine,
    brand: &BrandId,
    (what, id): (&str, &str),
    data: &Value,
    format: Format,
) -> Result<Done> {
    let claim = data["claim"].as_str().unwrap_or_default().to_owned();
    let event = super::event(&format!("tribute.claim.{what}"), SOURCE, brand, id, data);
    let taken = super::take(engine, vec![event]).await?;
    if format == Format::Table && taken.accepted > 0 {
        say(format_args!("claim {claim}: {what}"));
    }
    super::finish(&taken, [("claim", Cell::text(claim))], format)
}

/// A claim is accepted first, then takes effect: where that is cut short, the same command goes on.
async fn accept(
    engine: &mut Engine,
    which: &WhichClaim,
    sale: Option<EventId>,
    format: Format,
) -> Result<Done> {
    let row = find(engine, &which.brand, which.claim.as_str()).await?;
    if row.status == "refused" {
        bail!("claim {} was refused before, which stands; open another one", row.claim);
    }
    if same_name(&row.ambassador, &which.by) {
        bail!("claim {} is {}'s own: somebody else has to accept it", row.claim, which.by);
    }
    let known = sale::Entity::find_by_id((row.brand.clone(), row.order_id.clone()));
    let known = known.one(engine.database().connection()).await?.is_some();
    let (remedy, event) = claim_remedy(&row, known, sale)?;
    let data = json!({"claim": which.claim, "by": which.by, "remedy": remedy, "event": event});
    let id = format!("{}/accepted", which.claim);
    let done = tell(engine, &which.brand, ("accepted", &id), &data, format).await?;
    // What was not accepted has no effect.
    if matches!(done, Done::WithFindings) {
        return Ok(done);
    }
    if remedy == ClaimRemedy::Sale {
        crate::messages::note(format_args!("now ingest the sale under the event id {event}"));
        return Ok(done);
    }
    let data = serde_json::to_value(claim_override(&row, &which.by))?;
    let decided = super::event("tribute.conversion.overridden", SOURCE, &which.brand, event.as_str(), &data);
    let taken = super::take(engine, vec![decided]).await?;
    if format == Format::Table && taken.accepted > 0 {
        say(format_args!(
            "order {} is credited to {}: tribute explain {}",
            row.order_id, row.ambassador, row.order_id
        ));
    }
    crate::messages::receipt(&taken);
    Ok(super::done(&taken))
}

async fn find(engine: &Engine, brand: &BrandId, id: &str) -> Result<claim::Model> {
    let row = claim::Entity::find_by_id((brand.to_string(), id.to_owned()));
    let row = row.one(engine.database().connection()).await?;
    row.with_context(|| format!("claim {id} is not known; see `tribute claim list`"))
}

async fn open(engine: &Engine, which: &WhichClaim) -> Result<claim::Model> {
    let row = find(engine, &which.brand, which.claim.as_str()).await?;
    if row.status != "open" {
        bail!("claim {} was {} before, which stands; open another one", row.claim, row.status);
    }
    Ok(row)
}

async fn rows(engine: &Engine, brand: &BrandId) -> Result<Vec<claim::Model>> {
    let query = claim::Entity::find().filter(claim::Column::Brand.eq(brand.as_str()));
    let query = query.order_by_asc(claim::Column::OpenedAt).order_by_asc(claim::Column::Claim);
    Ok(query.all(engine.database().connection()).await?)
}

/// How many claims of a brand nobody has decided on.
pub(super) async fn undecided(engine: &Engine, brand: &BrandId) -> Result<usize> {
    Ok(rows(engine, brand).await?.iter().filter(|row| row.status == "open").count())
}

async fn list(engine: &Engine, brand: &BrandId, format: Format) -> Result<Done> {
    let mut table = Table::new([
        Column::for_programs("brand"),
        Column::left("claim"),
        Column::left("program"),
        Column::left("ambassador"),
        Column::left("order"),
        Column::left("status"),
        Column::left("last"),
        Column::left("by"),
        Column::left("text"),
    ]);
    for row in rows(engine, brand).await? {
        let last = claim_history(&row)?.pop();
        let last = last.as_ref();
        let texts = [&row.brand, &row.claim, &row.program, &row.ambassador, &row.order_id, &row.status];
        let mut cells = texts.map(|text| Cell::text(text.as_str())).to_vec();
        cells.extend([
            Cell::maybe(last.map(|line| line.what.as_str())),
            Cell::maybe(last.map(|line| line.by.as_str())),
            Cell::maybe(last.map(|line| line.text.as_str())),
        ]);
        table.push(cells);
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}

async fn show(engine: &Engine, brand: &BrandId, id: &str, format: Format) -> Result<Done> {
    let row = find(engine, brand, id).await?;
    let columns = ["claim", "order", "ambassador", "at", "what", "by", "text", "event"];
    let mut table = Table::new(columns.map(Column::left));
    for line in claim_history(&row)? {
        let mut cells =
            [&row.claim, &row.order_id, &row.ambassador].map(|text| Cell::text(text.as_str())).to_vec();
        cells.push(Cell::at(line.at));
        cells.extend([line.what, line.by, line.text].map(Cell::text));
        cells.push(Cell::maybe(line.event));
        table.push(cells);
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}
