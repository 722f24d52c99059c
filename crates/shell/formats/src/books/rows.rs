//! Books for programs: CSV and JSON.

use std::io::Write;

use serde_json::{Value, json};
use tribute_ledger::{Account, Anchor};
use tribute_money::Asset;

use super::{Booked, BooksError, BooksHead, Chart, Opening, amount_of, day, sums::Sums, tags};

const COLUMNS: [&str; 20] = [
    "number",
    "date",
    "effective_at",
    "recorded_at",
    "recipe",
    "program",
    "event_id",
    "memo",
    "source",
    "rule",
    "terms",
    "payout",
    "grant",
    "account",
    "chart_account",
    "amount",
    "asset",
    "minor_units",
    "chain_hash",
    "happened_at",
];

/// A line for each entry. Opening balances have no number.
pub(super) struct Csv<W: Write> {
    chart: Chart,
    begins: String,
    out: csv::Writer<W>,
}

impl<W: Write> Csv<W> {
    pub(super) fn begin(chart: Chart, head: &BooksHead, out: W) -> Result<Self, BooksError> {
        let mut file = Self { chart, begins: day(head.begins), out: csv::Writer::from_writer(out) };
        file.record(COLUMNS)?;
        Ok(file)
    }

    fn record<'r>(&mut self, record: impl IntoIterator<Item = &'r str>) -> Result<(), BooksError> {
        self.out.write_record(record).map_err(|error| match error.into_kind() {
            csv::ErrorKind::Io(error) => error.into(),
            other => std::io::Error::other(format!("{other:?}")).into(),
        })
    }

    pub(super) fn opening(&mut self, asset: &Asset, balances: &[Opening]) -> Result<(), BooksError> {
        for Opening { account, amount } in balances {
            let begins = self.begins.clone();
            let (name, text) = (self.chart.plain(account).into_owned(), amount_of(*amount, asset)?);
            let cause = ["", &begins, "", "", "opening", "", "", "", "", "", "", "", ""];
            let entry = [account.as_str(), &name, &text, asset.as_str(), &amount.to_string(), "", ""];
            self.record(cause.into_iter().chain(entry))?;
        }
        Ok(())
    }

    pub(super) fn transaction(&mut self, booked: &Booked) -> Result<(), BooksError> {
        let it = &booked.transaction;
        let parts = tags::parts(it.memo());
        let part = |name| parts.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        let (number, date) = (booked.number.to_string(), day(it.effective_at()));
        let (effective, recorded) = (it.effective_at().to_string(), it.recorded_at().to_string());
        let cause = [&number, &date, &effective, &recorded, it.recipe().as_str(), it.program().as_str()];
        let hash = Anchor { number: None, hash: booked.hash }.to_string();
        let happened = it.happened_at().map(|at| at.to_string()).unwrap_or_default();
        for entry in it.entries() {
            let name = self.chart.plain(&entry.account).into_owned();
            let (amount, minor) = (amount_of(entry.amount, it.asset())?, entry.amount.to_string());
            let why = [it.cause().as_str(), it.memo()].into_iter();
            let why = why.chain(["source", "rule", "terms", "payout", "grant"].map(part));
            let what =
                [entry.account.as_str(), &name, &amount, it.asset().as_str(), &minor, &hash, &happened];
            self.record(cause.into_iter().chain(why).chain(what))?;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<W, BooksError> {
        self.out.into_inner().map_err(|error| BooksError::Write(error.into_error()))
    }
}

/// One document, a transaction on each line.
pub(super) struct Json<W: Write> {
    chart: Chart,
    sums: Sums,
    /// Rows of the list that is open.
    rows: u64,
    in_transactions: bool,
    out: W,
}

impl<W: Write> Json<W> {
    pub(super) fn begin(chart: Chart, head: &BooksHead, mut out: W) -> Result<Self, BooksError> {
        let BooksHead { brand, from, to, anchor, .. } = head;
        let about = json!({"brand": brand, "from": from, "to": to, "anchor": anchor}).to_string();
        write!(out, "{},\"opening\":[", about.strip_suffix('}').unwrap_or_default())?;
        Ok(Self { chart, sums: Sums::default(), rows: 0, in_transactions: false, out })
    }

    fn row(&mut self, row: &Value) -> Result<(), BooksError> {
        write!(self.out, "{}{row}", if self.rows == 0 { "\n" } else { ",\n" })?;
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    fn entry(&mut self, account: &Account, asset: &Asset, amount: i64) -> Result<Value, BooksError> {
        let name = self.chart.plain(account);
        self.sums.add(&name, asset, amount);
        let text = amount_of(amount, asset)?;
        Ok(json!({
            "account": account, "chart_account": name, "amount": text, "asset": asset, "minor_units": amount,
        }))
    }

    pub(super) fn opening(&mut self, asset: &Asset, balances: &[Opening]) -> Result<(), BooksError> {
        for Opening { account, amount } in balances {
            let row = self.entry(account, asset, *amount)?;
            self.row(&row)?;
        }
        Ok(())
    }

    fn begin_transactions(&mut self) -> Result<(), BooksError> {
        if !self.in_transactions {
            (self.in_transactions, self.rows) = (true, 0);
            write!(self.out, "\n],\"transactions\":[")?;
        }
        Ok(())
    }

    pub(super) fn transaction(&mut self, booked: &Booked) -> Result<(), BooksError> {
        self.begin_transactions()?;
        let it = &booked.transaction;
        let tags = tags::tags(booked).into_iter().filter(|(name, _)| *name != "number");
        let mut row: serde_json::Map<String, Value> =
            tags.map(|(name, value)| (name.to_owned(), value.into())).collect();
        row.insert("number".to_owned(), booked.number.into());
        row.insert("recipe".to_owned(), it.recipe().as_str().into());
        let entries: Result<Vec<_>, _> =
            it.entries().iter().map(|entry| self.entry(&entry.account, it.asset(), entry.amount)).collect();
        row.insert("entries".to_owned(), entries?.into());
        self.row(&row.into())
    }

    pub(super) fn finish(mut self) -> Result<W, BooksError> {
        self.begin_transactions()?;
        write!(self.out, "\n],\"closing\":[")?;
        self.rows = 0;
        let sums = std::mem::take(&mut self.sums);
        for sum in sums.each() {
            let (account, amount, asset) = sum?;
            self.row(&json!({"chart_account": account, "amount": amount, "asset": asset}))?;
        }
        writeln!(self.out, "\n]}}")?;
        self.out.flush()?;
        Ok(self.out)
    }
}
