//! What each program knows of a person.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Serialize;
use smol_str::SmolStr;
use tribute_events::{AmbassadorId, BrandId, CodeIssued, Handle, LinkIssued, ProgramId, Timestamp};
use tribute_terms::{Profile, Program, Sold, View};

use crate::{ReportError, error, query::Query, report::Books};

/// What a program knows of a person.
#[derive(Debug, Clone, Serialize)]
pub struct Enrolment {
    /// The program.
    pub program: String,
    /// Where they stand; absent where they only were spoken of.
    pub standing: Option<String>,
    /// The tier in which they stand at the clock, by a person's decision or by the terms.
    pub tier: Option<String>,
    /// The currency they want to be paid in.
    pub payout_currency: Option<String>,
    /// Their own accounts at the shop.
    pub accounts: Vec<String>,
    /// The platform they post on.
    pub platform: Option<String>,
    /// Followers on it.
    pub followers: Option<u64>,
    /// Their accounts on platforms with their counts; a pseudonym where the vault does not know the name.
    pub handles: Vec<Handle>,
    /// What they post about.
    pub niches: Vec<String>,
    /// The shares of their audience by segment.
    pub audience: BTreeMap<String, String>,
    /// Country or state.
    pub region: Option<String>,
    /// School or campus.
    pub campus: Option<String>,
    /// Who recruited them: whom they named, or whose link it was by which they came.
    pub recruiter: Option<String>,
    /// Whether a tax form is on file.
    pub tax_form: Option<bool>,
    /// Whether their payment details are verified.
    pub payment_details_verified: Option<bool>,
    /// Codes that were ever theirs.
    pub codes: Vec<CodeIssued>,
    /// Links that were ever theirs.
    pub links: Vec<LinkIssued>,
    /// Why their payouts are on hold at the clock.
    pub payouts_held: Option<String>,
}

pub(super) async fn read(
    books: &Books<'_>,
    brand: &BrandId,
    person: &AmbassadorId,
    clock: Timestamp,
) -> Result<Vec<Enrolment>, ReportError> {
    let mut found = Vec::new();
    for (id, program) in books.registry.programs(brand).into_iter().flatten() {
        let (codes, links) = (program.codes_of(person), program.links_of(person));
        if program.ambassador(person).is_none() && codes.is_empty() && links.is_empty() {
            continue;
        }
        let sold = sold(books, brand, id, person).await?;
        let tier = program.tier(person, View::at(clock), &sold);
        let profile = program.ambassador(person).map(|it| it.profile(View::ALL)).unwrap_or_default();
        found.push(Enrolment { codes, links, tier: text(tier), ..of(id, program, person, profile, clock) });
    }
    Ok(found)
}

fn of(
    id: &ProgramId,
    program: &Program,
    person: &AmbassadorId,
    known: Profile,
    clock: Timestamp,
) -> Enrolment {
    let texts = |texts: &[SmolStr]| texts.iter().map(ToString::to_string).collect();
    Enrolment {
        program: id.to_string(),
        standing: program.standing(person, View::ALL).map(|it| it.as_str().to_owned()),
        tier: None,
        payout_currency: known.payout_currency.map(|it| it.to_string()),
        accounts: known.accounts.iter().map(ToString::to_string).collect(),
        platform: text(known.platform),
        followers: known.followers,
        handles: known.handles,
        niches: texts(&known.niches),
        audience: known
            .audience
            .iter()
            .map(|(segment, share)| (segment.to_string(), share.to_string()))
            .collect(),
        region: text(known.region),
        campus: text(known.campus),
        recruiter: program.recruiter(person, View::ALL).map(|it| it.to_string()),
        tax_form: known.tax_form,
        payment_details_verified: known.payment_details_verified,
        codes: Vec::new(),
        links: Vec::new(),
        payouts_held: program.ambassador(person).and_then(|it| it.held(clock)).map(str::to_owned),
    }
}

fn text(text: Option<SmolStr>) -> Option<String> {
    text.map(String::from)
}

#[derive(FromQueryResult)]
struct Stored {
    order_id: String,
    sold: String,
}

/// What the person sold, as tiers count it.
async fn sold(
    books: &Books<'_>,
    brand: &BrandId,
    program: &ProgramId,
    person: &AmbassadorId,
) -> Result<Vec<Sold>, ReportError> {
    let mut query = Query::new("tier_sale", "SELECT order_id, sold FROM tier_sale WHERE 1 = 1");
    query.only("brand", Some(brand.as_str()));
    query.only("program", Some(program.as_str()));
    query.only("ambassador", Some(person.as_str()));
    query.push(" ORDER BY at, order_id");
    let rows: Vec<Stored> = query.all(books.database.connection()).await?;
    rows.iter().map(|row| error::json("tier_sale", &row.order_id, &row.sold)).collect()
}
