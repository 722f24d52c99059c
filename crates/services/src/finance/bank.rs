use tribute_events::{
    BankEntryKind, BankEntryReported, Event, ProgramId, Rejection, RejectionCode, statement::Amount,
};
use tribute_ledger::{Account, Transaction, Value, Voucher, bank as ledger};
use tribute_money::format_minor;
use tribute_payouts::{AtBank, BookedPayout, PayoutStatus, at_bank};
use tribute_store::entity::{bank_entry, payout};

use super::{Outcome, exact, not_possible};
use crate::{
    ServiceError, payouts,
    step::{Step, key},
};

/// Keeps what entries of a bank are, and books its charge and what its exchange made of payouts.
pub(super) async fn report(
    step: &mut Step<'_>,
    event: &Event,
    what: &BankEntryReported,
) -> Result<Outcome, ServiceError> {
    let known = known(step, event, what).await?;
    if !known.is_empty() && known.iter().all(|row| says_the_same(row, what)) {
        return Ok(Ok(()));
    }
    if let Some(row) = known.iter().find(|row| row.kind != BankEntryKind::Unexpected.as_str()) {
        let reason = format!(
            "entry {} ({}) was told as {} before, which stands; correct what is wrong with an adjustment",
            row.entry, row.reference, row.kind
        );
        return Ok(Err(Rejection::new(RejectionCode::Conflict, reason)));
    }
    let paid = match of_payouts(step, event, what).await? {
        Ok(paid) => paid,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let amounts = match amounts(what) {
        Ok(amounts) => amounts,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let Some(found) = made_of(what, &paid, &amounts) else {
        let reason =
            "the payouts are in several currencies, or an amount is too large to be held exactly".to_owned();
        return Ok(Err(not_possible(reason)));
    };
    if let Some(rejection) = more_than_withheld(step, event, what, &found).await? {
        return Ok(Err(rejection));
    }
    book(step, event, what, &paid, &found).await?;
    let rows = rows_of(event, what, &amounts, &found)?;
    step.transaction.upsert::<bank_entry::Entity>(&rows).await?;
    Ok(Ok(()))
}

/// What was said of these entries before.
async fn known(
    step: &mut Step<'_>,
    event: &Event,
    what: &BankEntryReported,
) -> Result<Vec<bank_entry::Model>, ServiceError> {
    let keys: Vec<_> = what.entries.iter().map(|it| key([event.brand.as_str(), it.entry.as_str()])).collect();
    let columns = [bank_entry::Column::Brand, bank_entry::Column::Entry];
    Ok(step.transaction.find::<bank_entry::Entity>(&columns, &keys).await?)
}

fn says_the_same(row: &bank_entry::Model, what: &BankEntryReported) -> bool {
    row.kind == what.kind.as_str() && serde_json::to_string(&what.payouts).is_ok_and(|it| it == row.payouts)
}

/// The payouts, each booked as the entries say: what is not settled was not paid.
async fn of_payouts(
    step: &mut Step<'_>,
    event: &Event,
    what: &BankEntryReported,
) -> Result<Result<Vec<Paid>, Rejection>, ServiceError> {
    let mut all = Vec::with_capacity(what.payouts.len());
    for id in &what.payouts {
        let keys = [key([event.brand.as_str(), id.as_str()])];
        let columns = [payout::Column::Brand, payout::Column::Payout];
        let found = step.transaction.find::<payout::Entity>(&columns, &keys).await?;
        let Some(row) = found.into_iter().next() else {
            return Ok(Err(not_possible(format!("payout {id} is not known; see `tribute payout list`"))));
        };
        let was_settled = payouts::has_been(&row, PayoutStatus::Settled)?;
        let returned = row.status == PayoutStatus::Returned.as_str();
        let is_booked = match what.kind {
            // It names the payout and is not of it: a second debit, say.
            BankEntryKind::Unexpected => true,
            BankEntryKind::Return => returned,
            _ => was_settled,
        };
        if !is_booked {
            let wanted = if what.kind == BankEntryKind::Return { "returned" } else { "settled" };
            let reason = format!(
                "payout {id} is {} and not {wanted}: report its settlement first, then the bank's entry",
                row.status
            );
            return Ok(Err(not_possible(reason)));
        }
        let value = payouts::value_of(&row)?;
        let amount = |value: Value| Amount { minor: value.amount, asset: value.asset };
        let booked = BookedPayout { taken: amount(value.taken), paid: amount(value.paid) };
        all.push(Paid { program: ProgramId::trusted(&row.program), booked, was_settled });
    }
    Ok(Ok(all))
}

/// A payout that entries are of.
struct Paid {
    program: ProgramId,
    booked: BookedPayout,
    /// Whether the books had the money leave the account.
    was_settled: bool,
}

/// The amounts of the entries and the stated charge, in minor units.
struct Amounts {
    entries: Vec<i64>,
    sum: i64,
    charge: Option<i64>,
}

fn amounts(what: &BankEntryReported) -> Result<Amounts, Rejection> {
    let of = |amount| exact("entries.amount", amount, &what.currency);
    let entries = what.entries.iter().map(|it| of(it.amount)).collect::<Result<Vec<_>, _>>()?;
    let sum = entries.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount));
    let sum = sum.ok_or_else(|| not_possible("the entries are too large to be added up".to_owned()))?;
    let charge = what.charge.map(|charge| exact("charge", charge, &what.currency)).transpose()?;
    Ok(Amounts { entries, sum, charge })
}

/// What the entries leave to be booked, and what of them nobody explains.
fn made_of(what: &BankEntryReported, paid: &[Paid], amounts: &Amounts) -> Option<AtBank> {
    match what.kind {
        BankEntryKind::Unexpected => Some(AtBank { unexplained: amounts.sum, ..AtBank::default() }),
        BankEntryKind::Charge => Some(AtBank { charge: amounts.sum.checked_neg()?, ..AtBank::default() }),
        BankEntryKind::Tax => Some(AtBank { tax: amounts.sum.checked_neg()?, ..AtBank::default() }),
        // The books never had the money leave: here it only comes in.
        _ if paid.iter().any(|it| !it.was_settled) => {
            Some(AtBank { unexplained: amounts.sum, ..AtBank::default() })
        }
        _ => {
            let booked: Vec<_> = paid.iter().map(|it| it.booked.clone()).collect();
            at_bank(&booked, &Amount { minor: amounts.sum, asset: what.currency.clone() }, amounts.charge)
        }
    }
}

/// Only what was kept back is paid over: more than that is not booked as tax.
async fn more_than_withheld(
    step: &mut Step<'_>,
    event: &Event,
    what: &BankEntryReported,
    found: &AtBank,
) -> Result<Option<Rejection>, ServiceError> {
    if found.tax <= 0 {
        return Ok(None);
    }
    let account = Account::TAX_WITHHELD;
    let held = step.journal.balance(&mut step.transaction, &event.brand, &account, &what.currency).await?;
    let left = held.saturating_neg();
    if found.tax <= left {
        return Ok(None);
    }
    let shown = |minor: i64| format_minor(minor, &what.currency).map_err(ServiceError::money("bank_entry"));
    let reason = format!(
        "{} {} was paid to the tax authority, and {} {} is withheld: accept as tax what is withheld, and correct the \
         rest with an adjustment",
        shown(found.tax)?,
        what.currency,
        shown(left)?,
        what.currency
    );
    Ok(Some(not_possible(reason)))
}

async fn book(
    step: &mut Step<'_>,
    event: &Event,
    what: &BankEntryReported,
    paid: &[Paid],
    found: &AtBank,
) -> Result<(), ServiceError> {
    let program = paid.first().map(|it| &it.program).or(what.program.as_ref());
    let Some(program) = program else { return Ok(()) };
    let memo = match (&what.payouts[..], what.entries.first()) {
        ([payout], _) => format!("payout {payout}"),
        (_, Some(first)) => format!("bank entry {}", first.entry),
        (_, None) => String::new(),
    };
    let voucher = step.voucher(program.as_str(), event.time, &event.id, memo);
    for posted in transactions(&voucher, what, found)? {
        step.post(&event.brand, posted).await?;
    }
    Ok(())
}

fn transactions(
    voucher: &Voucher,
    what: &BankEntryReported,
    found: &AtBank,
) -> Result<Vec<Transaction>, ServiceError> {
    let mut posted = Vec::new();
    if let Some(exchange) = &found.exchange {
        let exchange = ledger::BankExchange {
            paid: Value { asset: exchange.paid.asset.clone(), amount: exchange.paid.minor },
            given: Value { asset: what.currency.clone(), amount: exchange.given },
            at_payout_rate: exchange.at_payout_rate,
        };
        posted.extend(ledger::exchange(voucher, &exchange)?);
    }
    if found.charge != 0 {
        let value = Value { asset: what.currency.clone(), amount: found.charge };
        posted.push(ledger::charge(voucher, &value)?);
    }
    if found.tax != 0 {
        let value = Value { asset: what.currency.clone(), amount: found.tax };
        posted.push(ledger::remit_tax(voucher, &value)?);
    }
    Ok(posted)
}

fn rows_of(
    event: &Event,
    what: &BankEntryReported,
    amounts: &Amounts,
    found: &AtBank,
) -> Result<Vec<bank_entry::Model>, ServiceError> {
    let day = || event.time.to_string().chars().take(10).collect();
    let mut rows = Vec::with_capacity(what.entries.len());
    for (place, (entry, amount)) in what.entries.iter().zip(&amounts.entries).enumerate() {
        let first = |amount: i64| if place == 0 { amount } else { 0 };
        let payouts = serde_json::to_string(&what.payouts);
        rows.push(bank_entry::Model {
            brand: event.brand.to_string(),
            entry: entry.entry.to_string(),
            account: entry.account.to_string(),
            statement: entry.statement.to_string(),
            reference: entry.reference.to_string(),
            day: entry.day.as_ref().map_or_else(day, ToString::to_string),
            asset: what.currency.to_string(),
            amount: *amount,
            kind: what.kind.as_str().to_owned(),
            payouts: payouts.map_err(ServiceError::stored("bank_entry", entry.entry.as_str()))?,
            charge: first(found.charge),
            unexplained: first(found.unexplained),
            cause: event.id.to_string(),
        });
    }
    Ok(rows)
}
