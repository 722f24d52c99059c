//! Everything that is held of one person: what they may ask for.

mod claims;
mod clicks;
mod enrolment;
mod facts;
mod flat;
mod months;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use serde::Serialize;
use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_formats::account_statement::Statement;
use tribute_terms::View;
use tribute_vault::{Held, PersonDetails};

pub use claims::ClaimRecord;
pub use clicks::Clicks;
pub use enrolment::Enrolment;
pub use facts::HeldFact;
pub use flat::table;

use crate::{
    ReportError,
    error::at,
    query::Query,
    report::{
        Amount, BalanceRow, Balances, Books, ConversionRow, Conversions, EarningRow, Earnings, Filter,
        FindingRow, Fraud, PayoutRow, Payouts, PostRow, Posts, RewardRow, Rewards, ShipmentRow, Shipments,
        StandingRow, Standings, clock, collect,
    },
};

/// Everything that is held of one person, in words and exact amounts. After an erasure the person is `redacted`, and what
/// the books hold under their key is still there: it names nobody.
#[derive(Debug, Clone, Serialize)]
pub struct PersonRecord {
    /// The brand.
    pub brand: String,
    /// The key by which facts and books know them.
    pub person: String,
    /// Where each part is from.
    pub sources: BTreeMap<&'static str, &'static str>,
    /// Who they are.
    pub identity: Identity,
    /// What stands behind pseudonyms in the facts: the names of their accounts on platforms, where their posts can be seen.
    pub pseudonyms: BTreeMap<String, String>,
    /// What each program knows of them.
    pub programs: Vec<Enrolment>,
    /// How they are paid, where it was said.
    pub payout_method: Option<String>,
    /// The tax form of theirs that was received last.
    pub tax_form: Option<String>,
    /// How their standing changed.
    pub standings: Vec<StandingRow>,
    /// Their posts.
    pub posts: Vec<PostRow>,
    /// How often their links, codes' scans and posts were followed, also by who named a link of theirs alone.
    pub clicks: Vec<Clicks>,
    /// Orders that were credited to them.
    pub conversions: Vec<ConversionRow>,
    /// What they earned.
    pub earnings: Vec<EarningRow>,
    /// Tokens, perks and badges.
    pub rewards: Vec<RewardRow>,
    /// What was sent to them.
    pub shipments: Vec<ShipmentRow>,
    /// Findings about their conduct.
    pub findings: Vec<FindingRow>,
    /// Sales that they said were missing.
    pub claims: Vec<ClaimRecord>,
    /// What is theirs now.
    pub balances: Vec<BalanceRow>,
    /// What was paid, carried and held.
    pub payouts: Vec<PayoutRow>,
    /// What arrived, by the calendar year (UTC) of the payout's cut-off, and currency.
    pub paid: Vec<PaidInYear>,
    /// A statement for each month in which something changed for them.
    pub statements: Vec<Statement>,
    /// Every fact that was told of them, as the log holds it.
    pub facts: Vec<HeldFact>,
}

/// Where the parts of a record are from.
const SOURCES: [(&str, &str); 17] = [
    ("identity", "the vault"),
    ("pseudonyms", "the vault"),
    ("programs", "facts: ambassador, code and link events"),
    ("standings", "facts and the programs' terms"),
    ("posts", "facts: post events"),
    ("clicks", "facts: click events"),
    ("conversions", "attribution"),
    ("earnings", "commission"),
    ("rewards", "missions"),
    ("shipments", "facts: shipment events"),
    ("findings", "the look for fraud, and facts: decisions"),
    ("claims", "facts: claim events"),
    ("balances", "the ledger"),
    ("payouts", "payout runs, and what banks said"),
    ("paid", "payouts that are settled"),
    ("statements", "the ledger"),
    ("facts", "the log of events"),
];

/// Who a person is, as far as it is known.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "there is one, and nearly everybody is known")]
pub enum Identity {
    /// The vault knows nothing of them.
    Unknown,
    /// The vault knows this.
    Known(PersonDetails),
    /// They were erased.
    Redacted {
        /// When.
        erased_at: Timestamp,
    },
}

impl From<Option<Held>> for Identity {
    fn from(held: Option<Held>) -> Self {
        match held {
            None => Self::Unknown,
            Some(Held::Known(details)) => Self::Known(details),
            Some(Held::Erased(erased_at)) => Self::Redacted { erased_at },
        }
    }
}

/// What arrived in a year.
#[derive(Debug, Clone, Serialize)]
pub struct PaidInYear {
    /// The year.
    pub year: String,
    /// How many payouts.
    pub payouts: u64,
    /// How much.
    pub amount: Amount,
}

/// Gathers everything that is held of a person. `held` is what the vault says of them, and `pseudonyms` what it says stands
/// behind those in their facts.
///
/// # Errors
/// Where the database is away, or holds what cannot be read.
pub async fn person(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
    (held, pseudonyms): (Option<Held>, BTreeMap<String, String>),
) -> Result<PersonRecord, ReportError> {
    let (named, who) = (Some(brand.to_string()), Some(person.to_string()));
    let filter = Filter { brand: named, ambassador: who, ..Filter::default() };
    let mut shipments = collect(&Shipments, books, &filter).await?;
    shipments.retain(|row| row.to == person.as_str());
    let papers = books.registry.papers(brand, person);
    let now = clock(books.database.connection()).await?;
    let mut record = PersonRecord {
        brand: brand.to_string(),
        person: person.to_string(),
        sources: BTreeMap::from(SOURCES),
        identity: held.into(),
        pseudonyms,
        programs: enrolment::read(books, brand, person, now).await?,
        payout_method: papers.and_then(|it| it.method(View::ALL)).map(|it| it.method.to_string()),
        tax_form: papers.and_then(|it| it.form(View::ALL)).map(|it| it.form.as_str().to_owned()),
        standings: collect(&Standings, books, &filter).await?,
        posts: collect(&Posts::All, books, &filter).await?,
        clicks: clicks::read(books, brand, person).await?,
        conversions: collect(&Conversions, books, &filter).await?,
        earnings: collect(&Earnings, books, &filter).await?,
        rewards: collect(&Rewards, books, &filter).await?,
        shipments,
        findings: collect(&Fraud, books, &filter).await?,
        claims: claims::read(books, brand, person).await?,
        balances: collect(&Balances, books, &filter).await?,
        payouts: collect(&Payouts, books, &filter).await?,
        paid: paid(books, brand, person).await?,
        statements: months::read(books, brand, person).await?,
        facts: Vec::new(),
    };
    record.read_pseudonyms();
    record.facts = facts::read(books, brand, person, &record.theirs()).await?;
    Ok(record)
}

impl PersonRecord {
    fn read_pseudonyms(&mut self) {
        let Self { pseudonyms, programs, posts, .. } = self;
        for handle in programs.iter_mut().flat_map(|it| &mut it.handles) {
            if let Some(name) = pseudonyms.get(handle.handle.as_str()) {
                handle.handle = name.into();
            }
        }
        for url in posts.iter_mut().filter_map(|it| it.url.as_mut()) {
            if let Some(address) = pseudonyms.get(url) {
                url.clone_from(address);
            }
        }
    }

    /// Whether nothing at all is held of the person.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.identity, Identity::Unknown)
            && self.programs.is_empty()
            && self.posts.is_empty()
            && self.facts.is_empty()
            && self.earnings.is_empty()
    }

    /// The keys of what is the person's, by the field in which events name it.
    fn theirs(&self) -> BTreeSet<(&'static str, String)> {
        let posts = self.posts.iter().map(|it| ("post", it.post.clone()));
        let payouts = self.payouts.iter().map(|it| ("payout", it.payout.clone()));
        let findings = self.findings.iter().map(|it| ("finding", it.finding.clone()));
        let codes = self.programs.iter().flat_map(|it| &it.codes).map(|it| ("code", it.code.to_string()));
        let links = self.programs.iter().flat_map(|it| &it.links).map(|it| ("link", it.link.to_string()));
        let grants = self.rewards.iter().map(|it| ("grant", it.grant.clone()));
        posts.chain(payouts).chain(findings).chain(codes).chain(links).chain(grants).collect()
    }
}

#[derive(FromQueryResult)]
struct Settled {
    run_at: i64,
    asset: String,
    amount: i64,
}

async fn paid(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
) -> Result<Vec<PaidInYear>, ReportError> {
    let text = "SELECT run_at, asset, amount FROM payout WHERE status = 'settled' AND asset IS NOT NULL AND amount IS NOT NULL";
    let mut query = Query::new("payout", text);
    query.only("brand", Some(brand.as_str()));
    query.only("ambassador", Some(person.as_str()));
    let mut sums: BTreeMap<(String, String), (u64, i64)> = BTreeMap::new();
    let too_large = || ReportError::stored("payout", person.as_str(), &"the sum of a year is too large");
    query
        .each(books.database.connection(), |row: Settled| {
            let year = at(row.run_at).to_string().split('-').next().unwrap_or_default().to_owned();
            let (count, sum) = sums.entry((year, row.asset)).or_default();
            *count = count.saturating_add(1);
            *sum = sum.checked_add(row.amount).ok_or_else(too_large)?;
            Ok(())
        })
        .await?;
    let row = |((year, asset), (payouts, sum)): ((String, String), (u64, i64))| {
        Ok(PaidInYear { year, payouts, amount: Amount::minor("payout", sum, &asset)? })
    };
    sums.into_iter().map(row).collect()
}
