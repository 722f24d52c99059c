use std::{io::Write, path::Path};

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use tribute_events::{PayoutId, ProgramId, Timestamp};
use tribute_formats::{PayoutLine, payout_list};
use tribute_payouts::PayoutStatus;
use tribute_reports::Cell;
use tribute_services::{Engine, Incoming, Receipt};
use tribute_store::entity::payout;

use super::Field;
use crate::{
    Done,
    arguments::{Format, Payout, Place},
    feed::{Stamp, now},
    messages::say,
};

pub(crate) async fn run(command: Payout, place: &Place) -> Result<Done> {
    let mut engine = super::existing_engine(place).await?;
    match command {
        Payout::Approve { by, payouts, brand, program, shape } => {
            let taken = approve(&mut engine, &by, &payouts, brand.as_deref(), program.as_deref()).await?;
            if shape.format == Format::Table {
                say(format_args!("{} payout(s) approved by {by}", taken.accepted));
            }
            super::finish(&taken, [("by", Cell::text(by))], shape.format)
        }
        Payout::Export { output, brand, program, shape } => {
            export(&mut engine, &output, &brand, program.as_deref(), shape.format).await
        }
    }
}

async fn rows(engine: &Engine, brand: Option<&str>, program: Option<&str>) -> Result<Vec<payout::Model>> {
    let mut query = payout::Entity::find()
        .filter(payout::Column::Amount.is_not_null())
        .order_by_asc(payout::Column::RunAt)
        .order_by_asc(payout::Column::Payout);
    if let Some(brand) = brand {
        query = query.filter(payout::Column::Brand.eq(brand));
    }
    if let Some(program) = program {
        query = query.filter(payout::Column::Program.eq(program));
    }
    Ok(query.all(engine.database().connection()).await?)
}

fn event(event_type: &str, brand: &str, id: &str, data: serde_json::Value) -> Incoming {
    let event = json!({
        "specversion": "1.0", "type": event_type, "source": "/tribute/payout", "id": id, "brand": brand, "time": now(), "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "payout".into())
}

async fn approve(
    engine: &mut Engine,
    by: &str,
    named: &[String],
    brand: Option<&str>,
    program: Option<&str>,
) -> Result<Receipt> {
    let proposed = |row: &payout::Model| row.status == PayoutStatus::Proposed.as_str();
    let wanted =
        |row: &payout::Model| if named.is_empty() { proposed(row) } else { named.contains(&row.payout) };
    let rows: Vec<_> = rows(engine, brand, program).await?.into_iter().filter(wanted).collect();
    if let Some(unknown) = named.iter().find(|id| !rows.iter().any(|row| row.payout == **id)) {
        bail!("payout {unknown} is not known; see `tribute report payouts`");
    }
    let approval = |row: &payout::Model| {
        let data = json!({"payout": row.payout, "by": by});
        event("tribute.payout_approval.given", &row.brand, &format!("{}/approved", row.payout), data)
    };
    super::take(engine, rows.iter().map(approval).collect()).await
}

async fn export(
    engine: &mut Engine,
    output: &Path,
    brand: &str,
    program: Option<&str>,
    format: Format,
) -> Result<Done> {
    let mut lines = Vec::new();
    for row in rows(engine, Some(brand), program).await? {
        let run_at = Timestamp::from_millis(row.run_at);
        let program = ProgramId::trusted(&row.program);
        let known = engine.registry().program(&tribute_events::BrandId::trusted(brand), &program);
        let approval = known.and_then(|it| it.terms_at(run_at)).is_none_or(|terms| terms.payout.approval);
        let status: PayoutStatus = row.status.parse()?;
        if let (true, Some(amount), Some(currency)) =
            (status.may_be_exported(approval), row.amount, &row.asset)
        {
            let ambassador = tribute_events::AmbassadorId::trusted(&row.ambassador);
            let payout = PayoutId::trusted(&row.payout);
            lines.push(PayoutLine {
                payout,
                program,
                ambassador,
                amount,
                currency: currency.parse()?,
                run_at,
            });
        }
    }
    if lines.is_empty() {
        let sentence = "nothing may be exported: see `tribute report payouts`, and approve what is proposed";
        super::show_or_say(exported(&Receipt::default(), 0, None), sentence, format)?;
        return Ok(Done::Clean);
    }
    let file = payout_list(&lines)?;
    let name = output.file_name().map_or_else(|| "payouts.csv".into(), |name| name.to_string_lossy());
    let data = json!({
        "payouts": lines.iter().map(|line| line.payout.as_str()).collect::<Vec<_>>(), "file": name, "sha256": file.sha256,
    });
    write_new(output, &file.bytes)?;
    let taken =
        super::take(engine, vec![event("tribute.payout_file.exported", brand, &file.sha256, data)]).await?;
    let place = output.display().to_string();
    let sentence = format!("{} payout(s) in {place}, sha256 {}", lines.len(), file.sha256);
    let fields = exported(&taken, lines.len(), Some((place, file.sha256)));
    super::show_or_say(fields, sentence, format)?;
    Ok(super::done(&taken))
}

/// An export for programs: what became of its event, how many payouts, and the file with its digest where one was written.
fn exported(taken: &Receipt, payouts: usize, file: Option<(String, String)>) -> impl Iterator<Item = Field> {
    let (file, sha256) = file.unzip();
    let payouts = Cell::count(u64::try_from(payouts).unwrap_or(u64::MAX));
    let more = [("payouts", payouts), ("file", Cell::maybe(file)), ("sha256", Cell::maybe(sha256))];
    super::receipt_fields(taken).into_iter().chain(more)
}

/// Writes a file whole or not at all, and never over another one.
fn write_new(output: &Path, bytes: &[u8]) -> Result<()> {
    if output.exists() {
        bail!("{} exists; a payout file is written once", output.display());
    }
    let unfinished = output.with_extension("unfinished");
    let written = || -> std::io::Result<()> {
        let mut file = std::fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, output)
    };
    written().with_context(|| format!("{} cannot be written", output.display()))
}
