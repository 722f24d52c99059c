use tribute_events::Timestamp;
use tribute_formats::account_statement::{Statement, StatementAmount, StatementBalance, StatementPayout};

use crate::{Cell, Column, Table};

/// A statement as rows: for each currency and token the opening balance, every line, and the closing balance; then payouts,
/// perks and what is held, which have no change and no balance of their own.
#[must_use]
pub fn table(statement: &Statement) -> Table {
    let columns = [
        Column::for_programs("brand"),
        Column::for_programs("ambassador"),
        Column::for_programs("month"),
        Column::for_programs("asset"),
        Column::left("at"),
        Column::left("kind"),
        Column::left("what"),
        Column::left("detail"),
        Column::for_programs("program"),
        Column::for_programs("event_id"),
        Column::right("change"),
        Column::right("balance"),
        Column::for_programs("anchor"),
    ];
    let mut table = Table::new(columns);
    let amount = |amount: &StatementAmount| Cell::amount(Some(amount.text()), amount.asset().as_str());
    for account in &statement.accounts {
        let mut push = |at, texts: [&str; 5], change, balance: &StatementAmount| {
            let whose = [&statement.brand, &statement.ambassador, &statement.month];
            let mut row: Vec<_> = whose.map(|text| Cell::text(text.as_str())).into();
            row.extend([Cell::text(account.asset.as_str()), Cell::at(at)]);
            row.extend(texts.map(|text| Cell::maybe((!text.is_empty()).then_some(text))));
            row.extend([change, amount(balance), Cell::text(statement.anchor.to_string())]);
            table.push(row);
        };
        let states = |balance: &StatementBalance| {
            let parts = [
                ("pending", &balance.pending),
                ("available", &balance.available),
                ("in transit", &balance.in_transit),
            ];
            let parts =
                parts.into_iter().filter_map(|(name, part)| Some(format!("{name} {}", part.as_ref()?)));
            parts.collect::<Vec<_>>().join(", ")
        };
        let (opens, closes) = (states(&account.opening), states(&account.closing));
        let opening = ["opening", "Opening balance", &opens, "", ""];
        push(statement.from, opening, Cell::Nothing, &account.opening.total);
        for line in &account.lines {
            let texts = [line.kind.as_str(), &line.what, &line.detail, &line.program, &line.event_id];
            push(line.at, texts, amount(&line.change), &line.balance);
        }
        let closing = ["closing", "Closing balance", &closes, "", ""];
        push(statement.to, closing, Cell::Nothing, &account.closing.total);
    }
    for (at, asset, texts) in beside(statement) {
        let whose = [&statement.brand, &statement.ambassador, &statement.month];
        let mut row: Vec<_> = whose.map(|text| Cell::text(text.as_str())).into();
        row.extend([Cell::maybe((!asset.is_empty()).then_some(asset)), Cell::at(at)]);
        row.extend(texts.map(|text| Cell::maybe((!text.is_empty()).then_some(text))));
        row.extend([Cell::Nothing, Cell::Nothing, Cell::Nothing, Cell::Nothing]);
        row.push(Cell::text(statement.anchor.to_string()));
        table.push(row);
    }
    table
}

/// When, what it is counted in, and kind, what and detail.
type Beside = (Timestamp, String, [String; 3]);

/// What stands beside the accounts.
fn beside(statement: &Statement) -> Vec<Beside> {
    let payouts = statement.payouts.iter().map(|it| {
        let asset = it.amount.as_ref().unwrap_or(&it.balance).asset().to_string();
        (it.run_at, asset, ["payout".to_owned(), it.payout.clone(), payout(it)])
    });
    let perks = statement.perks.iter().map(|it| {
        let detail = format!("{} of mission {}, {}", it.units, it.mission, it.status);
        (it.at, it.perk.clone(), ["perk".to_owned(), it.perk.clone(), detail])
    });
    let holds = statement
        .holds
        .iter()
        .map(|it| (it.since, String::new(), ["held".to_owned(), it.what.clone(), it.reason.clone()]));
    payouts.chain(perks).chain(holds).collect()
}

fn payout(it: &StatementPayout) -> String {
    let paid =
        it.amount.as_ref().map_or_else(|| format!("of {}", it.balance), |amount| format!("of {amount}"));
    let more = [&it.rate, &it.reason].into_iter().flatten().map(|text| format!(", {text}"));
    format!("{} {paid}{}", it.status, more.collect::<String>())
}
