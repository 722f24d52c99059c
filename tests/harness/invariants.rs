//! What must hold of any books.

use std::collections::{BTreeMap, BTreeSet};

use crate::Books;

/// Every statement that does not hold, with the first place where it does not.
pub fn broken(books: &Books) -> Vec<String> {
    let mut found = Vec::new();
    found.extend(unbalanced(books));
    found.extend(balances_that_are_not_the_fold(books));
    found.extend(accruals_without_a_cause(books));
    found.extend(earnings_that_are_not_their_movements(books));
    found.extend(accounts_that_are_not_the_movements(books));
    found.extend(payouts_that_are_not_their_movements(books));
    found.extend(shares_that_do_not_add_up(books));
    found
}

/// Every transaction, and so every asset, sums to zero.
fn unbalanced(books: &Books) -> Vec<String> {
    let mut sums: BTreeMap<_, i128> = BTreeMap::new();
    for entry in &books.entries {
        *sums.entry((&entry.brand, entry.number, &entry.asset)).or_default() += i128::from(entry.amount);
    }
    let unequal = sums.into_iter().filter(|(_, sum)| *sum != 0);
    unequal.map(|(what, sum)| format!("transaction {what:?} sums to {sum}")).collect()
}

fn balances_that_are_not_the_fold(books: &Books) -> Vec<String> {
    let mut sums: BTreeMap<_, i128> = BTreeMap::new();
    for entry in &books.entries {
        *sums.entry((&entry.brand, &entry.account, &entry.asset)).or_default() += i128::from(entry.amount);
    }
    for balance in &books.balances {
        *sums.entry((&balance.brand, &balance.account, &balance.asset)).or_default() -=
            i128::from(balance.amount);
    }
    let wrong = sums.into_iter().filter(|(_, difference)| *difference != 0);
    wrong.map(|(what, by)| format!("balance {what:?} is off by {by} from its entries")).collect()
}

/// The cause of a transaction is an accepted event of the brand or of the whole installation.
fn accruals_without_a_cause(books: &Books) -> Vec<String> {
    let known: BTreeSet<_> =
        books.log.iter().map(|row| (row.brand.as_str(), row.event_id.as_str())).collect();
    let caused = |brand: &str, cause: &str| known.contains(&(brand, cause)) || known.contains(&("*", cause));
    let without = books.transactions.iter().filter(|row| !caused(&row.brand, &row.cause));
    let ledger =
        without.map(|row| format!("transaction {}/{} has no cause: `{}`", row.brand, row.number, row.cause));
    let moved = books.movements.iter().filter(|row| !caused(&row.brand, &row.cause));
    ledger.chain(moved.map(|row| format!("movement {} has no cause: `{}`", row.seq, row.cause))).collect()
}

/// The movements of an earning add up to it.
fn earnings_that_are_not_their_movements(books: &Books) -> Vec<String> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in &books.movements {
        let what = (&row.brand, &row.program, &row.source, &row.ambassador, &row.rule);
        *sums.entry(what).or_default() += row.amount;
    }
    for row in &books.earnings {
        let what = (&row.brand, &row.program, &row.source, &row.ambassador, &row.rule);
        *sums.entry(what).or_default() -= row.amount;
    }
    let wrong = sums.into_iter().filter(|(_, difference)| *difference != 0);
    wrong.map(|(what, by)| format!("earning {what:?}: its movements are off by {by}")).collect()
}

/// What is owed on an ambassador's accounts is what was moved and not paid; what is on its way, what payouts say.
fn accounts_that_are_not_the_movements(books: &Books) -> Vec<String> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    let mut add = |brand: &str, ambassador: &str, holding: &str, asset: &str, amount: i64| {
        let account = format!("ambassador:{ambassador}:{holding}");
        *sums.entry((brand.to_owned(), account, asset.to_owned())).or_default() += amount;
    };
    for row in books.movements.iter().filter(|row| row.payout.is_none()) {
        let holding = if row.cleared { "available" } else { "pending" };
        add(&row.brand, &row.ambassador, holding, &row.asset, row.amount);
    }
    for row in &books.payouts {
        let holding = match row.status.as_str() {
            "proposed" | "approved" | "exported" | "sent" => "in_transit",
            "settled" => "paid",
            _ => continue,
        };
        let (Some(asset), Some(amount)) = (&row.asset, row.amount) else { continue };
        add(&row.brand, &row.ambassador, holding, asset, amount);
    }
    for row in books
        .balances
        .iter()
        .filter(|row| row.account.starts_with("ambassador:") && !row.account.ends_with(":wallet"))
    {
        *sums.entry((row.brand.clone(), row.account.clone(), row.asset.clone())).or_default() += row.amount;
    }
    let wrong = sums.into_iter().filter(|(_, difference)| *difference != 0);
    wrong.map(|(what, by)| format!("account {what:?} is off by {by} from movements and payouts")).collect()
}

/// The movements that a payout took up are its balance; others are in none.
fn payouts_that_are_not_their_movements(books: &Books) -> Vec<String> {
    let mut sums: BTreeMap<_, i64> = BTreeMap::new();
    for row in &books.movements {
        if let Some(payout) = &row.payout {
            *sums.entry((&row.brand, payout)).or_default() += row.amount;
        }
    }
    let given_back = ["failed", "returned", "unclaimed", "cancelled", "carried", "held"];
    for row in books.payouts.iter().filter(|row| !given_back.contains(&row.status.as_str())) {
        *sums.entry((&row.brand, &row.payout)).or_default() -= row.balance;
    }
    let wrong = sums.into_iter().filter(|(_, difference)| *difference != 0);
    wrong.map(|(what, by)| format!("payout {what:?} is off by {by} from its movements")).collect()
}

/// The parts of an order's revenue add up to it, the house's included.
fn shares_that_do_not_add_up(books: &Books) -> Vec<String> {
    let mut orders: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for row in &books.conversions {
        orders.entry((&row.brand, &row.program, &row.order_id)).or_default().push(row);
    }
    let mut wrong = Vec::new();
    for (what, rows) in orders {
        let conversion: tribute_events::Conversion = serde_json::from_str(&rows[0].conversion).unwrap();
        let last = conversion.moments.last().unwrap();
        let net: i64 = last.lines.iter().map(|line| line.net.get()).sum();
        let shared: i64 = rows.iter().map(|row| row.net_revenue).sum();
        let house = last.shares.iter().any(|share| share.ambassador.is_none());
        let adds_up = if house { shared <= net } else { shared == net };
        if !adds_up {
            wrong.push(format!("order {what:?}: {shared} of {net} is shared out"));
        }
        if last.lines.iter().any(|line| line.net.get() < 0) {
            wrong.push(format!("order {what:?} has a line below zero"));
        }
    }
    wrong
}
