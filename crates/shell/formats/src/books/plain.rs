use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

use tribute_events::Timestamp;
use tribute_ledger::{Account, Recipe};
use tribute_money::Asset;

use super::{
    Booked, BooksError, BooksHead, Chart, Opening, amount_of, commodity_of, day, names,
    sums::Sums,
    tags::{self, comment},
};

/// hledger's and ledger's common language: everything is declared, every amount is written out.
pub(super) struct Plain<W: Write> {
    chart: Chart,
    head: BooksHead,
    sums: Sums,
    last: Timestamp,
    out: W,
}

impl<W: Write> Plain<W> {
    pub(super) fn begin(chart: Chart, head: BooksHead, out: W) -> Result<Self, BooksError> {
        let last = head.begins;
        let mut file = Self { chart, head, sums: Sums::default(), last, out };
        file.about()?;
        file.commodities()?;
        file.accounts()?;
        let payees = Recipe::ALL.iter().map(|recipe| recipe.as_str()).chain(["opening", "closing"]);
        for payee in payees {
            writeln!(file.out, "payee {payee}")?;
        }
        tags::NAMES.iter().try_for_each(|name| writeln!(file.out, "tag {name}"))?;
        Ok(file)
    }

    fn about(&mut self) -> Result<(), BooksError> {
        let BooksHead { brand, from, to, anchor, .. } = &self.head;
        writeln!(self.out, "; brand   {}", comment(brand.as_str()))?;
        let from = from.map_or_else(|| "the beginning".to_owned(), |from| from.to_string());
        let to = to.map_or_else(|| "the end".to_owned(), |to| to.to_string());
        writeln!(self.out, "; period  from {from} to {to}, by effective time in UTC")?;
        writeln!(self.out, "; anchor  {anchor}\n")?;
        Ok(())
    }

    /// With as many decimals as here a checker accepts no rounding. What is counted in whole units has no format: ledger
    /// cannot read one.
    fn commodities(&mut self) -> Result<(), BooksError> {
        for asset in &self.head.assets {
            let name = commodity_of(asset);
            if asset.is_currency() {
                writeln!(self.out, "commodity {name}\n    format 1000.00000000 {name}")?;
            } else {
                writeln!(self.out, "; {name} is {asset}\ncommodity {name}")?;
            }
        }
        writeln!(self.out)?;
        Ok(())
    }

    fn accounts(&mut self) -> Result<(), BooksError> {
        let mut all: BTreeMap<String, (char, BTreeSet<&Account>)> = BTreeMap::new();
        for account in &self.head.accounts {
            let name = self.chart.plain(account).into_owned();
            let letter = names::class_of(&account.kind()).letter();
            all.entry(name).or_insert((letter, BTreeSet::new())).1.insert(account);
        }
        for (name, (letter, accounts)) in all {
            writeln!(self.out, "account {name}\n    ; type: {letter}")?;
            let mapped = accounts.first().filter(|account| account.as_str() != name && accounts.len() == 1);
            if let Some(account) = mapped {
                writeln!(self.out, "    ; ours: {}", comment(account.as_str()))?;
            }
        }
        writeln!(self.out)?;
        Ok(())
    }

    pub(super) fn opening(&mut self, asset: &Asset, balances: &[Opening]) -> Result<(), BooksError> {
        writeln!(self.out, "\n{} * opening", day(self.head.begins))?;
        for Opening { account, amount } in balances {
            self.posting(account, asset, *amount)?;
        }
        Ok(())
    }

    pub(super) fn transaction(&mut self, booked: &Booked) -> Result<(), BooksError> {
        let it = &booked.transaction;
        self.last = it.effective_at();
        writeln!(self.out, "\n{} * ({}) {}", day(self.last), booked.number, it.recipe())?;
        for (name, value) in tags::tags(booked) {
            writeln!(self.out, "    ; {name}: {}", comment(&value))?;
        }
        it.entries().iter().try_for_each(|entry| self.posting(&entry.account, it.asset(), entry.amount))
    }

    fn posting(&mut self, account: &Account, asset: &Asset, amount: i64) -> Result<(), BooksError> {
        let name = self.chart.plain(account);
        self.sums.add(&name, asset, amount);
        writeln!(self.out, "    {name}  {} {}", amount_of(amount, asset)?, commodity_of(asset))?;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<W, BooksError> {
        for (place, sum) in self.sums.each().enumerate() {
            let (account, amount, asset) = sum?;
            if place == 0 {
                writeln!(self.out, "\n{} * closing", day(self.last))?;
            }
            let commodity = commodity_of(asset);
            writeln!(self.out, "    {account}  0 {commodity} = {amount} {commodity}")?;
        }
        self.out.flush()?;
        Ok(self.out)
    }
}
