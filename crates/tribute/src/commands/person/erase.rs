//! `tribute person erase`.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tribute_payouts::PayoutStatus;
use tribute_reports::{
    Books, Cell, Filter,
    report::{Balances, collect},
};
use tribute_services::{Engine, Incoming};
use tribute_store::entity::{event_log, payout};
use tribute_vault::{Held, Needles};

use super::{
    held, programs,
    who::{Who, posts},
};
use crate::{Done, arguments::Format, feed::Stamp, messages::note};

/// States in which money is on its way: whom it goes to must be known until it has arrived or come back.
const UNDER_WAY: [PayoutStatus; 4] =
    [PayoutStatus::Proposed, PayoutStatus::Approved, PayoutStatus::Exported, PayoutStatus::Sent];

pub(super) async fn run(
    engine: &mut Engine,
    who: &Who,
    (by, reason): (&str, &str),
    format: Format,
) -> Result<Done> {
    let Who { brand, person } = who;
    let needles = match held(engine, brand, person).await? {
        Some(Held::Erased(at)) => {
            let fields = [("person", Cell::text(person.as_str())), ("erased_at", Cell::at(at))];
            super::super::show_or_say(fields, format_args!("{person} was erased at {at} already"), format)?;
            return Ok(Done::Clean);
        }
        Some(Held::Known(details)) => Needles::of(&details),
        None if programs(engine, brand, person).is_empty()
            && !posts(engine, who).await?
            && !is_in_books(engine, who).await? =>
        {
            bail!("brand {brand} knows nobody as {person}; see `tribute person list --brand {brand}`")
        }
        None => Needles::default(),
    };
    refuse_payouts(engine, who).await?;
    let event = event(engine, who, by, reason).await?;
    let taken = super::super::take(engine, vec![event]).await?;
    if taken.accepted != 1 {
        bail!("{person} was not erased: the event was put aside; see `tribute quarantine list`");
    }
    let gone = engine.database().scrub().await?;
    if !gone {
        note(
            "somebody reads the database at the moment, and its write-ahead log still holds old pages; they go with the next checkpoint",
        );
    }
    let named = facts_that_name(engine, who, &needles).await?;
    if named > 0 {
        note(format_args!(
            "{named} fact(s) still name the person in a free text (a reason, an id); facts cannot be changed: keep names out of them"
        ));
    }
    if let Some(account) = person.as_str().strip_prefix("customer:") {
        note(format_args!(
            "orders still name the account {account} as their buyer: it is a key of the shop, which can forget whose it is"
        ));
    }
    let owed = owed(engine, who).await?;
    let count = |size: usize| Cell::count(u64::try_from(size).unwrap_or(u64::MAX));
    let fields = [
        ("brand", Cell::text(brand.as_str())),
        ("person", Cell::text(person.as_str())),
        ("details", count(taken.erased.details)),
        ("quarantined", count(taken.erased.quarantined)),
        ("messages", count(taken.erased.messages)),
        ("facts_that_name", count(named)),
        ("held", Cell::maybe((!owed.is_empty()).then(|| owed.join(", ")))),
    ];
    let held =
        if owed.is_empty() { "nothing is owed".to_owned() } else { format!("{} stay held", owed.join(", ")) };
    let sentence = format!(
        "{person} is erased: {} detail(s) of the vault, {} entry(ies) of the quarantine, {} message(s); {held}; \
         the books are as they were",
        taken.erased.details, taken.erased.quarantined, taken.erased.messages
    );
    super::super::show_or_say(fields, sentence, format)?;
    Ok(if gone && named == 0 { Done::Clean } else { Done::WithFindings })
}

/// Whether the books know somebody whom the facts do not enrol: a customer who was rewarded.
async fn is_in_books(engine: &Engine, who: &Who) -> Result<bool> {
    let books = Books { database: engine.database(), registry: engine.registry() };
    let record =
        tribute_reports::person::person(&books, &who.brand, &who.person, (None, BTreeMap::new())).await?;
    Ok(!record.is_empty())
}

async fn refuse_payouts(engine: &Engine, who: &Who) -> Result<()> {
    let rows = payout::Entity::find()
        .filter(payout::Column::Brand.eq(who.brand.as_str()))
        .filter(payout::Column::Ambassador.eq(who.person.as_str()))
        .filter(payout::Column::Status.is_in(UNDER_WAY.map(|status| status.as_str())))
        .all(engine.database().connection())
        .await?;
    let open: Vec<_> = rows.iter().map(|row| format!("{} ({})", row.payout, row.status)).collect();
    if open.is_empty() {
        return Ok(());
    }
    bail!(
        "{} cannot be erased while payouts are under way: {}; let them settle, or fail and go back, then erase",
        who.person,
        open.join(", ")
    );
}

async fn event(engine: &Engine, who: &Who, by: &str, reason: &str) -> Result<Incoming> {
    let time = super::at_the_clock(engine).await?;
    let event = json!({
        "specversion": "1.0", "type": "tribute.person.erased", "source": "/tribute/person", "id": format!("{}/erased", who.person),
        "brand": who.brand, "time": time, "data": {"ambassador": who.person, "by": by, "reason": reason},
    });
    Ok(Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "person erase".into()))
}

/// How many facts of the brand hold one of the texts.
async fn facts_that_name(engine: &Engine, who: &Who, needles: &Needles) -> Result<usize> {
    let mut named = std::collections::BTreeSet::new();
    for needle in needles.searched() {
        let rows = event_log::Entity::find()
            .filter(event_log::Column::Brand.eq(who.brand.as_str()))
            .filter(event_log::Column::Body.contains(needle))
            .all(engine.database().connection())
            .await?;
        // LIKE knows wildcards and, in a file, no case.
        named.extend(rows.iter().filter(|row| needles.are_in(row.body.as_bytes())).map(|row| row.seq));
    }
    Ok(named.len())
}

/// What is owed and stays so, each amount with its currency.
async fn owed(engine: &Engine, who: &Who) -> Result<Vec<String>> {
    let (brand, ambassador) = (Some(who.brand.to_string()), Some(who.person.to_string()));
    let filter = Filter { brand, ambassador, ..Filter::default() };
    let books = Books { database: engine.database(), registry: engine.registry() };
    let rows = collect(&Balances, &books, &filter).await?;
    let amounts = rows.into_iter().flat_map(|row| [row.pending, row.available]).flatten();
    let shown = amounts.filter(|it| it.amount.bytes().any(|digit| matches!(digit, b'1'..=b'9')));
    Ok(shown.map(|it| format!("{} {}", it.amount, it.currency)).collect())
}
