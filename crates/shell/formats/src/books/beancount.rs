use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

use tribute_events::{DAY, Timestamp};
use tribute_ledger::Account;
use tribute_money::Asset;

use super::{
    Booked, BooksError, BooksHead, Chart, Opening, amount_of, commodity_of, day,
    sums::Sums,
    tags::{self, quoted},
};

/// Beancount's language. Its tolerance is set so low that a checker accepts no rounding.
pub(super) struct Beancount<W: Write> {
    chart: Chart,
    head: BooksHead,
    sums: Sums,
    last: Timestamp,
    out: W,
}

impl<W: Write> Beancount<W> {
    pub(super) fn begin(chart: Chart, head: BooksHead, out: W) -> Result<Self, BooksError> {
        chart.check_for_beancount()?;
        let last = head.begins;
        let mut file = Self { chart, head, sums: Sums::default(), last, out };
        file.about()?;
        file.declarations()?;
        Ok(file)
    }

    fn about(&mut self) -> Result<(), BooksError> {
        let BooksHead { brand, from, to, anchor, .. } = &self.head;
        let from = from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
        let to = to.map_or_else(|| "the end".to_owned(), |to| to.to_string());
        writeln!(self.out, "; period  from {from} to {to}, by effective time in UTC")?;
        writeln!(self.out, "; anchor  {anchor}")?;
        writeln!(self.out, "option \"title\" {}", quoted(brand.as_str()))?;
        writeln!(self.out, "option \"tolerance_multiplier\" \"0.000001\"\n")?;
        Ok(())
    }

    fn declarations(&mut self) -> Result<(), BooksError> {
        let begins = day(self.head.begins);
        for asset in &self.head.assets {
            writeln!(self.out, "{begins} commodity {}", commodity_of(asset))?;
            writeln!(self.out, "  asset: {}", quoted(asset.as_str()))?;
        }
        let mut all: BTreeMap<String, BTreeSet<&Account>> = BTreeMap::new();
        for account in &self.head.accounts {
            all.entry(self.chart.beancount(account)).or_default().insert(account);
        }
        for (name, accounts) in all {
            writeln!(self.out, "{begins} open {name}")?;
            if let Some(account) = accounts.first().filter(|_| accounts.len() == 1) {
                writeln!(self.out, "  ours: {}", quoted(account.as_str()))?;
            }
        }
        Ok(())
    }

    pub(super) fn opening(&mut self, asset: &Asset, balances: &[Opening]) -> Result<(), BooksError> {
        writeln!(self.out, "\n{} * \"opening\" \"\"", day(self.head.begins))?;
        for Opening { account, amount } in balances {
            self.posting(account, asset, *amount)?;
        }
        Ok(())
    }

    pub(super) fn transaction(&mut self, booked: &Booked) -> Result<(), BooksError> {
        let it = &booked.transaction;
        self.last = it.effective_at();
        let recipe = quoted(it.recipe().as_str());
        writeln!(self.out, "\n{} * {recipe} {}", day(self.last), quoted(it.memo()))?;
        for (name, value) in tags::tags(booked).into_iter().filter(|(name, _)| *name != "memo") {
            writeln!(self.out, "  {name}: {}", quoted(&value))?;
        }
        it.entries().iter().try_for_each(|entry| self.posting(&entry.account, it.asset(), entry.amount))
    }

    fn posting(&mut self, account: &Account, asset: &Asset, amount: i64) -> Result<(), BooksError> {
        let name = self.chart.beancount(account);
        self.sums.add(&name, asset, amount);
        writeln!(self.out, "  {name}  {} {}", amount_of(amount, asset)?, commodity_of(asset))?;
        Ok(())
    }

    /// A balance is asserted for the beginning of its day: the one after the last. One of an account is one with all accounts
    /// below it, as a chart may have them.
    pub(super) fn finish(mut self) -> Result<W, BooksError> {
        let after = day(self.last.plus(DAY));
        writeln!(self.out)?;
        for sum in self.sums.with_those_below().each() {
            let (account, amount, asset) = sum?;
            writeln!(self.out, "{after} balance {account}  {amount} ~ 0.00 {}", commodity_of(asset))?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
