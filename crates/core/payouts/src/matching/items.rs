//! Entries as items: each the smallest movement that can be matched. An entry whose payments are listed with amounts that
//! add up to it becomes one item for each; any other entry is one item.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};
use tribute_events::EventId;
use tribute_events::statement::{
    Amount, Day, Direction, Entry, EntryDetail, EntryStatus, Exchange, References, ReturnReason, Statement,
};
use tribute_money::Asset;

use super::{EntryPlace, row::entry_id};

/// A movement.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) place: EntryPlace,
    /// What it is known by, in whatever file it stands.
    pub(super) key: SmolStr,
    /// The same as the record calls it.
    pub(super) entry: EventId,
    pub(super) references: References,
    /// References of payments that are listed without amounts.
    pub(super) listed: Vec<References>,
    pub(super) amount: Amount,
    pub(super) direction: Direction,
    pub(super) day: Option<Day>,
    pub(super) returned: Option<ReturnReason>,
    pub(super) reversal: bool,
    /// The sum of the stated fees in the item's own currency.
    pub(super) fees: i64,
    pub(super) exchange: Option<Exchange>,
    pub(super) text: String,
    pub(super) payments: Option<u32>,
    /// Whether it is the bank's own charge: an entry of its own, or what the payments of an entry leave over, stated as a
    /// fee.
    pub(super) is_fee: bool,
}

impl Item {
    /// What it changes the balance by.
    pub(super) fn signed(&self) -> i64 {
        self.direction.signed(self.amount.minor)
    }

    /// Whether the bank marks it as a payment that came back.
    pub(super) fn is_return(&self) -> bool {
        self.direction == Direction::Credit && (self.returned.is_some() || self.reversal)
    }
}

/// An entry with the keys by which it is known again.
pub(super) struct Keyed<'a> {
    pub(super) place: EntryPlace,
    pub(super) entry: &'a Entry,
    pub(super) keys: Vec<SmolStr>,
}

/// Every entry in an order that does not depend on how files and entries came: statements with balances first, because
/// they are the ones that count.
pub(super) fn keyed(statements: &[Statement]) -> Vec<Keyed<'_>> {
    let mut ordered: Vec<&Statement> = statements.iter().collect();
    ordered.sort_by_key(|it| {
        (it.closing.is_none(), it.account.clone(), it.id.clone(), it.sequence.clone(), it.format)
    });
    ordered.into_iter().flat_map(of_statement).collect()
}

fn of_statement(statement: &Statement) -> Vec<Keyed<'_>> {
    let mut entries: Vec<&Entry> = statement.entries.iter().collect();
    entries.sort_by_key(|entry| entry.number);
    // Banks give one reference to several entries of a statement: these are told apart by their order.
    let mut occurrences: BTreeMap<SmolStr, u32> = BTreeMap::new();
    let account = &statement.account;
    let keyed = entries.into_iter().map(|entry| {
        let place = EntryPlace {
            account: account.clone(),
            statement: statement.id.clone(),
            sequence: statement.sequence.clone(),
            number: entry.number,
            detail: None,
            bank: entry.references.bank.clone().or_else(|| single(entry)?.references.bank.clone()),
        };
        let amount = format_smolstr!("{} {}", entry.signed(), entry.amount.asset);
        let sequence = statement.sequence.as_deref().unwrap_or_default();
        let references = [&entry.references.bank, &entry.references.customer, &entry.references.end_to_end];
        let references = references.map(|it| it.as_deref().unwrap_or_default()).join("|");
        let by_place = format_smolstr!(
            "at|{account}|{}|{sequence}|{}|{amount}|{references}",
            statement.id,
            entry.number
        );
        let by_bank = place.bank.as_ref().map(|bank| {
            let key = format_smolstr!("by|{account}|{bank}|{amount}");
            let occurrence = occurrences.entry(key.clone()).or_default();
            *occurrence = occurrence.saturating_add(1);
            format_smolstr!("{key}|{occurrence}")
        });
        Keyed { place, entry, keys: [by_place].into_iter().chain(by_bank).collect() }
    });
    keyed.collect()
}

fn single(entry: &Entry) -> Option<&EntryDetail> {
    if let [detail] = &entry.details[..] { Some(detail) } else { None }
}

fn sum_of(fees: &[Amount], asset: &Asset) -> i64 {
    fees.iter().filter(|fee| fee.asset == *asset).fold(0, |sum, fee| sum.saturating_add(fee.minor))
}

/// The items of a booked entry.
pub(super) fn items(keyed: &Keyed<'_>) -> Vec<Item> {
    debug_assert!(keyed.entry.status == EntryStatus::Booked);
    split(keyed).unwrap_or_else(|| vec![whole(keyed)])
}

/// An entry as one item, whatever payments it lists.
pub(super) fn whole(keyed: &Keyed<'_>) -> Item {
    let entry = keyed.entry;
    let key = keyed.keys.last().cloned().unwrap_or_default();
    let only = single(entry);
    let fees = sum_of(&entry.fees, &entry.amount.asset);
    let fees_of_only = only.map_or(0, |detail| sum_of(&detail.fees, &entry.amount.asset));
    let texts = entry.details.iter().map(|detail| detail.text.as_str()).chain([entry.text.as_str()]);
    let listed = if only.is_some() { &[] } else { &entry.details[..] };
    Item {
        place: keyed.place.clone(),
        entry: entry_id(&key),
        key,
        references: only.map(|it| it.references.clone()).unwrap_or_default().or(&entry.references),
        listed: listed.iter().map(|it| it.references.clone()).filter(|it| !it.is_empty()).collect(),
        amount: entry.amount.clone(),
        direction: entry.direction,
        day: entry.day(),
        returned: only.and_then(|it| it.returned.clone()).or_else(|| entry.returned.clone()),
        reversal: entry.reversal,
        // The same fee is often stated at both levels.
        fees: fees.max(fees_of_only),
        exchange: only.and_then(|it| it.exchange.clone()).or_else(|| entry.exchange.clone()),
        text: texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" "),
        payments: entry.payments,
        is_fee: entry.charge,
    }
}

/// One item for each listed payment, where their amounts, with what the entry states as fees, add up to the entry.
fn split(keyed: &Keyed<'_>) -> Option<Vec<Item>> {
    let entry = keyed.entry;
    if entry.details.len() < 2 {
        return None;
    }
    let amounts: Vec<&Amount> = entry.details.iter().map(|it| it.amount.as_ref()).collect::<Option<_>>()?;
    let asset = &entry.amount.asset;
    let same = |it: &EntryDetail| it.direction.is_none_or(|direction| direction == entry.direction);
    if amounts.iter().any(|amount| amount.asset != *asset) || !entry.details.iter().all(same) {
        return None;
    }
    let sum = amounts.iter().try_fold(0_i64, |sum, amount| sum.checked_add(amount.minor))?;
    let rest = entry.amount.minor.checked_sub(sum)?;
    let fees = sum_of(&entry.fees, asset);
    if rest != 0 && rest != fees {
        return None;
    }
    let base = Item { fees: 0, exchange: None, listed: Vec::new(), payments: None, ..whole(keyed) };
    let mut items = Vec::new();
    for (number, (detail, amount)) in (1_u32..).zip(entry.details.iter().zip(amounts)) {
        let key = format_smolstr!("{}|{number}", base.key);
        items.push(Item {
            place: EntryPlace { detail: Some(number), ..keyed.place.clone() },
            entry: entry_id(&key),
            key,
            // The bank's reference of the entry is not that of each payment.
            references: detail.references.or(&References { bank: None, ..entry.references.clone() }),
            amount: amount.clone(),
            returned: detail.returned.clone().or_else(|| entry.returned.clone()),
            fees: sum_of(&detail.fees, asset),
            exchange: detail.exchange.clone(),
            text: detail.text.clone(),
            ..base.clone()
        });
    }
    if rest != 0 {
        let key = format_smolstr!("{}|0", base.key);
        items.push(Item {
            place: EntryPlace { detail: Some(0), ..keyed.place.clone() },
            entry: entry_id(&key),
            key,
            references: References::default(),
            amount: Amount { minor: rest, asset: asset.clone() },
            text: String::new(),
            is_fee: true,
            ..base
        });
    }
    Some(items)
}
