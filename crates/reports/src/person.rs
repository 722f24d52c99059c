//! Everything that is held of one person: what they may ask for.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder};
use serde::Serialize;
use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_store::entity::claim;
use tribute_terms::{Profile, View};
use tribute_vault::{Held, PersonDetails};

use crate::{
    ReportError,
    error::{self, at},
    query::Query,
    report::{
        Amount, BalanceRow, Balances, Books, ConversionRow, Conversions, EarningRow, Earnings, Filter,
        FindingRow, Fraud, PayoutRow, Payouts, PostRow, Posts, RewardRow, Rewards, ShipmentRow, Shipments,
        StandingRow, Standings, collect,
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
    /// Who they are.
    pub identity: Identity,
    /// What each program knows of them.
    pub programs: Vec<Enrolment>,
    /// How their standing changed.
    pub standings: Vec<StandingRow>,
    /// Their posts.
    pub posts: Vec<PostRow>,
    /// How often their links, codes' scans and posts were followed.
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
}

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

/// What a program knows of a person.
#[derive(Debug, Clone, Serialize)]
pub struct Enrolment {
    /// The program.
    pub program: String,
    /// Where they stand; absent where they only were spoken of.
    pub standing: Option<String>,
    /// The currency they want to be paid in.
    pub payout_currency: Option<String>,
    /// Their own accounts at the shop.
    pub accounts: Vec<String>,
    /// The platform they post on.
    pub platform: Option<String>,
    /// Followers on it.
    pub followers: Option<u64>,
    /// What they post about.
    pub niches: Vec<String>,
    /// Country or state.
    pub region: Option<String>,
    /// School or campus.
    pub campus: Option<String>,
    /// Who recruited them.
    pub recruiter: Option<String>,
    /// Whether a tax form is on file.
    pub tax_form: Option<bool>,
    /// Whether their payment details are verified.
    pub payment_details_verified: Option<bool>,
}

/// How often something of theirs was followed.
#[derive(Debug, Clone, Serialize, FromQueryResult)]
pub struct Clicks {
    /// The program, where it is known.
    pub program: Option<String>,
    /// `view`, `click` or `qr`.
    pub kind: String,
    /// How often.
    pub count: i64,
}

/// A sale that they said was missing.
#[derive(Debug, Clone, Serialize)]
pub struct ClaimRecord {
    /// The claim.
    pub claim: String,
    /// The program.
    pub program: String,
    /// The order.
    pub order: String,
    /// `open`, `accepted` or `refused`.
    pub status: String,
    /// Everything that was said of it.
    pub history: serde_json::Value,
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

/// Gathers everything that is held of a person. `held` is what the vault says.
///
/// # Errors
/// Where the database is away, or holds what cannot be read.
pub async fn person(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
    held: Option<Held>,
) -> Result<PersonRecord, ReportError> {
    let (named, who) = (Some(brand.to_string()), Some(person.to_string()));
    let filter = Filter { brand: named, ambassador: who, ..Filter::default() };
    let mut posts = collect(&Posts::All, books, &filter).await?;
    posts.retain(|post| post.author == person.as_str());
    let mut standings = collect(&Standings, books, &filter).await?;
    standings.retain(|row| row.ambassador == person.as_str());
    let mut shipments = collect(&Shipments, books, &filter).await?;
    shipments.retain(|row| row.to == person.as_str());
    let mut findings = collect(&Fraud, books, &filter).await?;
    findings.retain(|row| row.ambassador == person.as_str());
    Ok(PersonRecord {
        brand: brand.to_string(),
        person: person.to_string(),
        identity: held.into(),
        programs: enrolments(books, brand, person),
        standings,
        posts,
        clicks: clicks(books, brand, person).await?,
        conversions: collect(&Conversions, books, &filter).await?,
        earnings: collect(&Earnings, books, &filter).await?,
        rewards: collect(&Rewards, books, &filter).await?,
        shipments,
        findings,
        claims: claims(books, brand, person).await?,
        balances: collect(&Balances, books, &filter).await?,
        payouts: collect(&Payouts, books, &filter).await?,
        paid: paid(books, brand, person).await?,
    })
}

async fn claims(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
) -> Result<Vec<ClaimRecord>, ReportError> {
    let query = claim::Entity::find()
        .filter(claim::Column::Brand.eq(brand.as_str()))
        .filter(claim::Column::Ambassador.eq(person.as_str()))
        .order_by_asc(claim::Column::OpenedAt)
        .order_by_asc(claim::Column::Claim);
    let rows = query.all(books.database.connection()).await.map_err(ReportError::read("claim"))?;
    let record = |row: claim::Model| {
        let history = error::json("claim", &row.claim, &row.history)?;
        let claim::Model { claim, program, order_id: order, status, .. } = row;
        Ok(ClaimRecord { claim, program, order, status, history })
    };
    rows.into_iter().map(record).collect()
}

fn enrolments(books: &Books<'_>, brand: &BrandId, person: &AmbassadorId) -> Vec<Enrolment> {
    let programs = books.registry.programs(brand).into_iter().flatten();
    let known = programs.filter_map(|(id, program)| {
        let profile = program.ambassador(person)?.profile(View::ALL);
        Some(enrolment(id.as_str(), program.standing(person, View::ALL).map(|it| it.as_str()), profile))
    });
    known.collect()
}

fn enrolment(program: &str, standing: Option<&str>, profile: Profile) -> Enrolment {
    let text = |text: Option<smol_str::SmolStr>| text.map(String::from);
    Enrolment {
        program: program.to_owned(),
        standing: standing.map(str::to_owned),
        payout_currency: profile.payout_currency.map(|it| it.to_string()),
        accounts: profile.accounts.iter().map(ToString::to_string).collect(),
        platform: text(profile.platform),
        followers: profile.followers,
        niches: profile.niches.iter().map(ToString::to_string).collect(),
        region: text(profile.region),
        campus: text(profile.campus),
        recruiter: profile.recruiter.map(|it| it.to_string()),
        tax_form: profile.tax_form,
        payment_details_verified: profile.payment_details_verified,
    }
}

async fn clicks(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
) -> Result<Vec<Clicks>, ReportError> {
    let text = "SELECT program, kind, CAST(COUNT(*) AS BIGINT) AS count FROM touch WHERE 1 = 1";
    let mut query = Query::new("touch", text);
    query.only("brand", Some(brand.as_str()));
    query.only("ambassador", Some(person.as_str()));
    query.push(" GROUP BY program, kind ORDER BY program, kind");
    query.all(books.database.connection()).await
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
