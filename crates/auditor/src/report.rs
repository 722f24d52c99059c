//! What the audit found, cell by cell, and as lines of text.

use std::{collections::BTreeMap, fmt};

use tribute_events::{AmbassadorId, BrandId, OrderId, PostId, ProgramId, RuleId, Timestamp};
use tribute_money::{Asset, format_minor};

/// What an earning is for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// An order: `order:1001`.
    Order(OrderId),
    /// A post: `post:p7`.
    Post(PostId),
    /// A period of the calendar: `period:2026-03`.
    Period(smol_str::SmolStr),
    /// The clicks of a day: `clicks:2026-03-04`.
    Clicks(smol_str::SmolStr),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(order) => write!(f, "order:{order}"),
            Self::Post(post) => write!(f, "post:{post}"),
            Self::Period(name) => write!(f, "period:{name}"),
            Self::Clicks(day) => write!(f, "clicks:{day}"),
        }
    }
}

/// One party of one order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ConversionKey {
    /// The brand.
    pub brand: BrandId,
    /// The program.
    pub program: ProgramId,
    /// The order.
    pub order: OrderId,
    /// The ambassador; `None`, written `-`, for the house.
    pub ambassador: Option<AmbassadorId>,
}

/// A party's part of an order, in lowest terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credit {
    /// The party's weight.
    pub weight: i128,
    /// The sum of all weights.
    pub of: i128,
    /// The tier that decided.
    pub tier: &'static str,
}

/// What was earned, by whom and for what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct EarningKey {
    /// The brand.
    pub brand: BrandId,
    /// The program.
    pub program: ProgramId,
    /// What for.
    pub source: Source,
    /// By whom.
    pub ambassador: AmbassadorId,
    /// The rule of the terms; `recruiter` for what a recruiter gets of others' commissions on the order.
    pub rule: RuleId,
    /// What it is counted in.
    pub asset: Asset,
}

/// How much was earned, and when it clears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Earning {
    /// Minor units.
    pub amount: i128,
    /// When it clears.
    pub clears_at: Timestamp,
}

/// An ambassador's balance in one asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BalanceKey {
    /// The brand.
    pub brand: BrandId,
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// What it is counted in.
    pub asset: Asset,
}

/// One balance in one payout run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PayoutKey {
    /// The brand.
    pub brand: BrandId,
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The cut-off.
    pub run_at: Timestamp,
    /// The currency that it was earned in.
    pub asset: Asset,
}

/// A balance and what a run made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayoutValue {
    /// Minor units of the currency it was earned in.
    pub balance: i128,
    /// What became of it.
    pub decision: Decision,
}

/// What a payout run makes of a balance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It is paid.
    Paid {
        /// In this currency.
        asset: Asset,
        /// Minor units.
        amount: i128,
    },
    /// It is below zero or below the minimum.
    Carried,
    /// It may not be paid.
    Held(HeldFor),
}

/// Why a balance is not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldFor {
    /// A person placed a hold.
    Fraud,
    /// They are gone, and there is nobody to pay.
    Erased,
    /// Nobody of that name was ever spoken of.
    NotEnrolled,
    /// There is no tax form.
    TaxForm,
    /// The payment details are not verified.
    PaymentDetails,
    /// There is no reference rate.
    MissingRate,
}

/// What one mission brought one ambassador.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantKey {
    /// The brand.
    pub brand: BrandId,
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// The mission.
    pub mission: RuleId,
    /// The token or perk.
    pub asset: Asset,
}

/// How often it was granted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Grants {
    /// How many rounds.
    pub count: u64,
    /// Units of all rounds.
    pub units: i128,
}

/// Everything that was found. Equal audits mean equal numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audit {
    /// Accepted events.
    pub accepted: u64,
    /// Lines that repeat an accepted event.
    pub duplicates: u64,
    /// Lines that were not accepted, by code.
    pub quarantined: BTreeMap<&'static str, u64>,
    /// Who is credited with which order.
    pub conversions: BTreeMap<ConversionKey, Credit>,
    /// What was earned; nothing of zero.
    pub earnings: BTreeMap<EarningKey, Earning>,
    /// The earnings by ambassador, in minor units; nothing of zero.
    pub totals: BTreeMap<BalanceKey, i128>,
    /// The payout runs.
    pub payouts: BTreeMap<PayoutKey, PayoutValue>,
    /// The missions.
    pub grants: BTreeMap<GrantKey, Grants>,
}

impl Audit {
    /// The report as sorted lines.
    #[must_use]
    pub fn report(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        lines.extend(self.conversions.iter().map(|(key, credit)| {
            let who = key.ambassador.as_ref().map_or("-", AsRef::as_ref);
            let Credit { weight, of, tier } = credit;
            format!("conversion {} {} {} {who} {weight}/{of} {tier}", key.brand, key.program, key.order)
        }));
        lines.extend(self.earnings.iter().map(|(key, earning)| {
            let EarningKey { brand, program, source, ambassador, rule, asset } = key;
            let amount = money(earning.amount, asset);
            format!("earning {brand} {program} {source} {ambassador} {rule} {asset} {amount}")
        }));
        lines.extend(self.totals.iter().map(|(key, amount)| {
            let BalanceKey { brand, program, ambassador, asset } = key;
            format!("total {brand} {program} {ambassador} {asset} {}", money(*amount, asset))
        }));
        lines.extend(self.payouts.iter().map(|(key, value)| payout_line(key, value)));
        lines.extend(self.grants.iter().map(|(key, grants)| {
            let GrantKey { brand, program, ambassador, mission, asset } = key;
            let Grants { count, units } = grants;
            format!("grant {brand} {program} {ambassador} {mission} {count} {asset} {units}")
        }));
        lines.extend(self.quarantined.iter().map(|(code, count)| format!("quarantined {code} {count}")));
        lines.push(format!("accepted {}", self.accepted));
        lines.push(format!("duplicates {}", self.duplicates));
        lines.sort();
        lines.join("\n") + "\n"
    }
}

fn payout_line(key: &PayoutKey, value: &PayoutValue) -> String {
    let PayoutKey { brand, program, ambassador, run_at, asset } = key;
    let rest = format!("{brand} {program} {ambassador} {run_at} {} {asset}", money(value.balance, asset));
    match &value.decision {
        Decision::Paid { asset, amount } => format!("payout {rest} -> {} {asset}", money(*amount, asset)),
        Decision::Carried => format!("carried {rest}"),
        Decision::Held(reason) => format!("held {rest} {reason}"),
    }
}

impl fmt::Display for HeldFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fraud => "fraud_hold",
            Self::Erased => "person_erased",
            Self::NotEnrolled => "not_enrolled",
            Self::TaxForm => "tax_form",
            Self::PaymentDetails => "payment_details",
            Self::MissingRate => "missing_rate",
        })
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

/// Minor units as a decimal; what no ledger could hold is written in minor units.
fn money(amount: i128, asset: &Asset) -> String {
    let written = i64::try_from(amount).ok().and_then(|minor| format_minor(minor, asset).ok());
    written.unwrap_or_else(|| format!("{amount}(minor)"))
}
