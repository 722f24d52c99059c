use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::statement::{Amount, Statement};
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

/// Where statements of an account do not follow on each other: a closing balance that is not the next opening balance.
/// Statements without both balances say nothing of that.
#[must_use]
pub fn gaps(statements: &[Statement]) -> Vec<Gap> {
    let mut accounts: BTreeMap<(&SmolStr, &Asset), Vec<&Statement>> = BTreeMap::new();
    for statement in statements.iter().filter(|it| it.opening.is_some() && it.closing.is_some()) {
        accounts.entry((&statement.account, &statement.currency)).or_default().push(statement);
    }
    accounts.into_values().flat_map(of_account).collect()
}

fn of_account(mut statements: Vec<&Statement>) -> Vec<Gap> {
    let day = |it: &Statement| it.closing.as_ref().and_then(|balance| balance.day).or(it.to);
    // Numbers run on within a year and are of different length: the shorter is the smaller.
    let number = |it: &Statement| it.sequence.as_ref().map(|text| (text.len(), text.clone()));
    statements.sort_by_key(|it| (day(it), number(it), it.id.clone()));
    // The same statement again is no gap.
    statements.dedup_by(|a, b| a.id == b.id && a.sequence == b.sequence);
    let pairs = statements.iter().zip(statements.iter().skip(1));
    let gap = |(earlier, later): (&&Statement, &&Statement)| {
        let (closing, opening) = (&earlier.closing.as_ref()?.amount, &later.opening.as_ref()?.amount);
        (closing != opening).then(|| Gap {
            account: earlier.account.clone(),
            after: earlier.id.clone(),
            closing: closing.clone(),
            before: later.id.clone(),
            opening: opening.clone(),
        })
    };
    pairs.filter_map(gap).collect()
}
