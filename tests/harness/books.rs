use std::collections::BTreeMap;

use tribute_events::{Conversion, Timestamp, outgoing::RankState};
use tribute_money::{Asset, format_minor};
use tribute_store::{
    Database, Transaction,
    entity::{
        balance, board, clock, conversion, earning, event_log, ledger_entry, ledger_transaction,
        mission_fact, movement, payout, quarantine, reward, sale, touch,
    },
};

/// Everything that is in a database, table by table, by primary key.
#[derive(Debug, Clone, Default)]
#[allow(missing_docs, reason = "the tables' own names")]
pub struct Books {
    pub sales: Vec<sale::Model>,
    pub touches: Vec<touch::Model>,
    pub conversions: Vec<conversion::Model>,
    pub earnings: Vec<earning::Model>,
    pub movements: Vec<movement::Model>,
    pub balances: Vec<balance::Model>,
    pub payouts: Vec<payout::Model>,
    pub boards: Vec<board::Model>,
    pub rewards: Vec<reward::Model>,
    pub mission_facts: Vec<mission_fact::Model>,
    pub transactions: Vec<ledger_transaction::Model>,
    pub entries: Vec<ledger_entry::Model>,
    pub quarantine: Vec<quarantine::Model>,
    pub log: Vec<event_log::Model>,
    pub clock: Option<i64>,
}

async fn all<E: tribute_store::Entity>(transaction: &mut Transaction) -> Vec<E::Model> {
    transaction.select::<E>("1 = 1 ORDER BY 1, 2, 3, 4", vec![]).await.unwrap()
}

impl Books {
    pub(crate) async fn read(database: &Database) -> Self {
        let mut from = database.begin().await.unwrap();
        let clock = from.select::<clock::Entity>("1 = 1", vec![]).await.unwrap();
        Self {
            sales: all::<sale::Entity>(&mut from).await,
            touches: all::<touch::Entity>(&mut from).await,
            conversions: all::<conversion::Entity>(&mut from).await,
            earnings: all::<earning::Entity>(&mut from).await,
            movements: all::<movement::Entity>(&mut from).await,
            balances: all::<balance::Entity>(&mut from).await,
            payouts: all::<payout::Entity>(&mut from).await,
            boards: all::<board::Entity>(&mut from).await,
            rewards: all::<reward::Entity>(&mut from).await,
            mission_facts: all::<mission_fact::Entity>(&mut from).await,
            transactions: all::<ledger_transaction::Entity>(&mut from).await,
            entries: all::<ledger_entry::Entity>(&mut from).await,
            quarantine: all::<quarantine::Entity>(&mut from).await,
            log: all::<event_log::Entity>(&mut from).await,
            clock: clock.first().map(|row| row.at).filter(|at| *at > i64::MIN),
        }
    }

    /// An order's conversions, as they are stored.
    pub fn conversion(&self, order: &str) -> Conversion {
        let row = self.conversions.iter().find(|row| row.order_id == order);
        let row = row.unwrap_or_else(|| panic!("order {order} has no conversion"));
        serde_json::from_str(&row.conversion).unwrap()
    }

    /// Who is credited with an order and by which tier: `A 1/2, B 1/2: click`, `house 1/1: click`, `none`.
    pub fn credit(&self, order: &str) -> String {
        let conversion = self.conversion(order);
        let shares = &conversion.moments.last().unwrap().shares;
        let total: u64 = shares.iter().map(|share| share.weight).sum();
        let shown = shares.iter().map(|share| {
            let who = share.ambassador.as_ref().map_or("house", |who| who.as_str());
            format!("{who} {}/{total}", share.weight)
        });
        let shown: Vec<_> = shown.collect();
        let tier = &conversion.reason.tier;
        if shown.is_empty() { tier.to_string() } else { format!("{}: {tier}", shown.join(", ")) }
    }

    /// Why claims to an order lost: `B click not_the_last`.
    pub fn losers(&self, order: &str) -> Vec<String> {
        let losers = self.conversion(order).reason.losers.into_iter().map(|loss| {
            let who = loss.claim.ambassador.map_or_else(|| "-".to_owned(), |who| who.to_string());
            format!("{who} {} {}", loss.claim.kind, loss.why)
        });
        losers.collect()
    }

    /// What an order earned, by ambassador: `A 5.00 USD, B 5.00 USD`; `nothing`.
    pub fn earned(&self, order: &str) -> String {
        self.earned_for(&format!("order:{order}"))
    }

    /// What a source (`order:1001`, `post:p1`, `period:…`) earned, by ambassador.
    pub fn earned_for(&self, source: &str) -> String {
        let mut sums: BTreeMap<(&str, &str), i64> = BTreeMap::new();
        for row in self.earnings.iter().filter(|row| row.source == source && row.amount != 0) {
            *sums.entry((&row.ambassador, &row.asset)).or_default() += row.amount;
        }
        let shown: Vec<_> =
            sums.into_iter().map(|((who, asset), sum)| format!("{who} {}", money(sum, asset))).collect();
        if shown.is_empty() { "nothing".to_owned() } else { shown.join(", ") }
    }

    /// What everything together earned an ambassador: `47.00 USD`.
    pub fn earned_by(&self, ambassador: &str) -> String {
        let of = self.earnings.iter().filter(|row| row.ambassador == ambassador);
        money(of.map(|row| row.amount).sum(), "USD")
    }

    /// When an order's earnings clear.
    pub fn clears_at(&self, order: &str) -> String {
        let source = format!("order:{order}");
        let row = self.earnings.iter().find(|row| row.source == source).unwrap();
        Timestamp::from_millis(row.clears_at).to_string()
    }

    /// What one of an ambassador's accounts says is owed to them, or was paid: `15.00 USD`.
    pub fn owed(&self, ambassador: &str, holding: &str) -> String {
        let account = format!("ambassador:{ambassador}:{holding}");
        let of = self.balances.iter().filter(|row| row.account == account && row.asset == "USD");
        money(-of.map(|row| row.amount).sum::<i64>(), "USD")
    }

    /// What an account holds of an asset, debits positive.
    pub fn held(&self, account: &str, asset: &str) -> i64 {
        let of = self.balances.iter().filter(|row| row.account == account && row.asset == asset);
        of.map(|row| row.amount).sum()
    }

    /// Every change of what an order owes, by effective time: `2026-03-01 A 10.00 USD`.
    pub fn movements(&self, order: &str) -> Vec<String> {
        let source = format!("order:{order}");
        let mut of: Vec<_> = self.movements.iter().filter(|row| row.source == source).collect();
        of.sort_by_key(|row| (row.effective_at, &row.ambassador, row.amount));
        let shown = of.into_iter().map(|row| {
            format!("{} {} {}", day(row.effective_at), row.ambassador, money(row.amount, &row.asset))
        });
        shown.collect()
    }

    /// What the payout runs made of the balances: `2026-04-01 A 14.70 USD proposed 14.70 USD`.
    pub fn payouts(&self) -> Vec<String> {
        let mut rows: Vec<_> = self.payouts.iter().collect();
        rows.sort_by_key(|row| (row.run_at, &row.ambassador));
        let shown = rows.into_iter().map(|row| {
            let head =
                format!("{} {} {}", day(row.run_at), row.ambassador, money(row.balance, &row.balance_asset));
            match (&row.asset, row.amount) {
                (Some(asset), Some(amount)) => format!("{head} {} {}", row.status, money(amount, asset)),
                _ => format!("{head} {}", row.status),
            }
        });
        shown.collect()
    }

    /// The frozen boards' rows: `top 2026-03 1 A 300.00 75.00`.
    pub fn standings(&self) -> Vec<String> {
        let mut shown = Vec::new();
        for board in &self.boards {
            for row in serde_json::from_str::<Vec<RankState>>(&board.ranks).unwrap() {
                let prize = row.prize.map_or_else(String::new, |prize| format!(" {prize}"));
                let segment = if board.segment.is_empty() { "" } else { " " };
                let place = format!("{} {}{segment}{}", board.board, board.period, board.segment);
                shown.push(format!("{place} {} {} {}{prize}", row.rank, row.ambassador, row.score));
            }
        }
        shown
    }

    /// The grants: `A tote 1 SKU:TOTE 1 reserved`.
    pub fn grants(&self) -> Vec<String> {
        let shown = self.rewards.iter().map(|row| {
            format!(
                "{} {} {} {} {} {}",
                row.ambassador, row.mission, row.round, row.asset, row.units, row.status
            )
        });
        shown.collect()
    }
}

/// `12.34 USD`.
pub(crate) fn money(minor: i64, asset: &str) -> String {
    let parsed: Asset = asset.parse().unwrap();
    format!("{} {asset}", format_minor(minor, &parsed).unwrap())
}

pub(crate) fn day(millis: i64) -> String {
    Timestamp::from_millis(millis).to_string()[..10].to_owned()
}
