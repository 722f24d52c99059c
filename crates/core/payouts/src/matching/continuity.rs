use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::statement::{Amount, Day, Statement};
use tribute_money::Asset;

/// Two statements of an account that do not follow on each other: one between them is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The account.
    pub account: SmolStr,
    /// The earlier statement.
    pub after: SmolStr,
    /// What it closes with.
    pub closing: Amount,
    /// The later statement.
    pub before: SmolStr,
    /// What it opens with.
    pub opening: Amount,
}

/// A statement as a link in the chain of its account: what it opens and closes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The account.
    pub account: SmolStr,
    /// The account's currency.
    pub currency: Asset,
    /// The statement's own id.
    pub id: SmolStr,
    /// Its running number.
    pub sequence: Option<SmolStr>,
    /// The day on which it closes.
    pub day: Option<Day>,
    /// What it opens with.
    pub opening: Amount,
    /// What it closes with.
    pub closing: Amount,
}

impl Link {
    /// The link that a statement is; `None` where it does not state both balances.
    #[must_use]
    pub fn of(statement: &Statement) -> Option<Self> {
        let (opening, closing) = (statement.opening.as_ref()?, statement.closing.as_ref()?);
        Some(Self {
            account: statement.account.clone(),
            currency: statement.currency.clone(),
            id: statement.id.clone(),
            sequence: statement.sequence.clone(),
            day: closing.day.or(statement.to),
            opening: opening.amount.clone(),
            closing: closing.amount.clone(),
        })
    }
}

/// Where statements of an account do not follow on each other, nor on those that were read `before`: a closing balance
/// that is not the next opening balance. Statements without both balances say nothing of that.
#[must_use]
pub fn gaps(before: &[Link], statements: &[Statement]) -> Vec<Gap> {
    let mut accounts: BTreeMap<(SmolStr, Asset), Vec<Link>> = BTreeMap::new();
    for link in before.iter().cloned().chain(statements.iter().filter_map(Link::of)) {
        accounts.entry((link.account.clone(), link.currency.clone())).or_default().push(link);
    }
    accounts.into_values().flat_map(of_account).collect()
}

fn of_account(mut links: Vec<Link>) -> Vec<Gap> {
    // Numbers run on within a year and are of different length: the shorter is the smaller.
    let number = |it: &Link| it.sequence.as_ref().map(|text| (text.len(), text.clone()));
    links.sort_by_key(|it| (it.day, number(it), it.id.clone()));
    // The same statement again is no gap.
    links.dedup_by(|a, b| a.id == b.id && a.sequence == b.sequence);
    let pairs = links.iter().zip(links.iter().skip(1));
    let gap = |(earlier, later): (&Link, &Link)| {
        (earlier.closing != later.opening).then(|| Gap {
            account: earlier.account.clone(),
            after: earlier.id.clone(),
            closing: earlier.closing.clone(),
            before: later.id.clone(),
            opening: later.opening.clone(),
        })
    };
    pairs.filter_map(gap).collect()
}
