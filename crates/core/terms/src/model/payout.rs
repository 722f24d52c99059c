//! When balances are paid, and the boards.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{CampaignId, PayoutMethod, RuleId, Timestamp};
use tribute_money::{Asset, Millionths};

use super::{MethodDefault, OnMissingTaxForm, WithholdingRate, withholding_rates};
use crate::{Period, PeriodBounds, Span, Zone};

/// When and how balances are paid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PayoutTerms {
    /// When a run happens by itself.
    pub schedule: Schedule,
    /// After which day of the month a monthly run cuts off, from 1 to 31; in a month that has no such day, after its
    /// last. The last day where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub day: Option<u8>,
    /// The least balance that is paid, in the program's currency; at or above it pays.
    pub minimum: Millionths,
    /// In which currency.
    pub currency: PayoutCurrency,
    /// What to do where there is no reference rate.
    pub on_missing_rate: OnMissingRate,
    /// A currency that took another's place: `{ EEK = "EUR" }`.
    pub successors: BTreeMap<SmolStr, Asset>,
    /// A reference rate older than this on the fixing day is missing.
    pub rate_age_max: Span,
    /// Whether a person must approve each payout before it is exported.
    pub approval: bool,
    /// From this balance on, in the program's currency, two people must approve. A balance in another currency takes two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub second_approval_from: Option<Millionths>,
    /// Whether a tax form must be on file.
    pub tax_form: bool,
    /// What to do where it is not, or has expired.
    pub on_missing_tax_form: OnMissingTaxForm,
    /// The rate of backup withholding from an instant on.
    pub backup_withholding: Vec<WithholdingRate>,
    /// Whether payment details must be verified.
    pub payment_details: bool,
    /// How the program pays. Whoever is paid in no other way than one of these is held; where empty, any way will do.
    pub methods: Vec<PayoutMethod>,
    /// How those are paid who chose nothing: the first that fits.
    pub method_defaults: Vec<MethodDefault>,
    /// How long somebody must be known before they are paid.
    pub account_age_min: Span,
    /// The most that one payout may take, in the program's currency; a balance above it is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_per_payout: Option<Millionths>,
    /// The most that the payouts of one ambassador may take whose cut-offs end in one calendar month, in the program's
    /// currency; a balance that goes beyond it is carried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit_per_month: Option<Millionths>,
}

impl Default for PayoutTerms {
    fn default() -> Self {
        Self {
            schedule: Schedule::Manual,
            day: None,
            minimum: Millionths::ZERO,
            currency: PayoutCurrency::Earning,
            on_missing_rate: OnMissingRate::Hold,
            successors: BTreeMap::new(),
            rate_age_max: Span::days(7),
            approval: true,
            second_approval_from: None,
            tax_form: false,
            on_missing_tax_form: OnMissingTaxForm::Hold,
            backup_withholding: withholding_rates(),
            payment_details: false,
            methods: Vec::new(),
            method_defaults: Vec::new(),
            account_age_min: Span::ZERO,
            limit_per_payout: None,
            limit_per_month: None,
        }
    }
}

/// When a run happens by itself. Its cut-off is the first instant after the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Schedule {
    /// Only when a person starts one.
    #[default]
    Manual,
    /// At the end of each ISO week.
    Weekly,
    /// Each month, at its end or after its `day`.
    Monthly,
}

/// In which currency a balance is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum PayoutCurrency {
    /// The one it was earned in.
    #[default]
    Earning,
    /// The one that the ambassador asked for.
    Ambassador,
}

/// What to do where there is no reference rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnMissingRate {
    /// Hold the balance, with the reason.
    #[default]
    Hold,
    /// Pay in the currency it was earned in.
    PayEarning,
    /// Pay in the named successor; hold where none is named.
    Successor,
}

/// A board.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leaderboard {
    /// The board's id.
    pub id: RuleId,
    /// What is ranked.
    pub metric: Metric,
    /// Over which period; of all time where absent, or over the season.
    #[serde(default)]
    pub period: Period,
    /// The one season that it ranks, instead of a period of the calendar.
    #[serde(default)]
    pub season: Option<Season>,
    /// Which ambassadors stand against each other.
    #[serde(default)]
    pub segment: Segment,
    /// The tiers by followers of `segment = "tier"`, each from its number on: nano, micro from 10,000, macro from
    /// 100,000 where absent.
    #[serde(default = "tiers")]
    pub tiers: BTreeMap<SmolStr, u64>,
    /// The platform whose followers say who is in which tier; the ambassador's largest account where absent.
    #[serde(default)]
    pub followers_on: Option<SmolStr>,
    /// Only posts with one of these hashtags; all posts where empty. For the metrics `posts` and `engagement`.
    #[serde(default)]
    pub hashtags: Vec<SmolStr>,
    /// Only posts of one of these campaigns. `["*"]`: of any campaign of the program. For the metrics `posts` and
    /// `engagement`.
    #[serde(default)]
    pub campaigns: Vec<CampaignId>,
    /// How long after the period's end the board freezes.
    #[serde(default)]
    pub grace: Span,
    /// Prizes by rank, first first, in the program's currency.
    #[serde(default)]
    pub prizes: Vec<Millionths>,
    /// What equals win.
    #[serde(default)]
    pub ties: Ties,
}

impl Leaderboard {
    /// The period of this board that an instant lies in; of a season there is just the one.
    #[must_use]
    pub fn period_at(&self, zone: &Zone, at: Timestamp) -> PeriodBounds {
        let season =
            |it: &Season| PeriodBounds { name: it.name.clone(), starts_at: it.from, ends_at: it.until };
        self.season.as_ref().map_or_else(|| zone.period(self.period, at), season)
    }

    /// The tier of somebody with so many followers: the highest that begins at or below that.
    #[must_use]
    pub fn tier_of(&self, followers: u64) -> Option<&SmolStr> {
        tier_in(&self.tiers, followers)
    }
}

impl crate::Terms {
    /// The tier of somebody with so many followers, by the first board that ranks by tier; by the tiers of a board that
    /// names none where there is no such board.
    #[must_use]
    pub fn tier_of(&self, followers: u64) -> Option<SmolStr> {
        let board = self.leaderboard.iter().find(|board| board.segment == Segment::Tier);
        board.map_or_else(|| tier_in(&tiers(), followers).cloned(), |board| board.tier_of(followers).cloned())
    }
}

/// The highest tier that begins at or below so many followers.
fn tier_in(tiers: &BTreeMap<SmolStr, u64>, followers: u64) -> Option<&SmolStr> {
    let reached = tiers.iter().filter(|(_, from)| **from <= followers);
    reached.max_by_key(|(_, from)| **from).map(|(name, _)| name)
}

/// A stretch of time that a board ranks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// Its name: `spring-2026`.
    pub name: SmolStr,
    /// First instant.
    pub from: Timestamp,
    /// First instant after it.
    pub until: Timestamp,
}

fn tiers() -> BTreeMap<SmolStr, u64> {
    [("nano", 0), ("micro", 10_000), ("macro", 100_000)].map(|(name, from)| (name.into(), from)).into()
}

/// What equals on a board win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Ties {
    /// They share the prizes of the ranks that they occupy.
    #[default]
    Share,
    /// Each wins the whole prize of the rank that they share.
    Each,
}

/// What a board ranks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Net revenue credited.
    NetRevenue,
    /// Orders credited; shares count in parts.
    Conversions,
    /// Posts published.
    Posts,
    /// Interactions of posts.
    Engagement,
    /// Tokens granted.
    Tokens,
    /// The points of the missions fulfilled.
    MissionPoints,
}

/// Which ambassadors stand against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    /// Everyone in one board.
    #[default]
    Everyone,
    /// A board per region.
    Region,
    /// A board per campus.
    Campus,
    /// A board per tier by followers.
    Tier,
}
