//! The terms as a person writes them, one struct per table of the file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{AmbassadorId, BrandId, CampaignId, ProgramId, RuleId, Timestamp};
use tribute_money::{Asset, Millionths, Rate, Rounding};

use crate::{Span, Zone};

/// One version of a program's terms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// What program this is, and from when this version holds.
    pub program: ProgramHead,
    /// Who is credited with an order.
    #[serde(default)]
    pub attribution: AttributionTerms,
    /// What a credited order earns. Each line of the order goes to the most specific rule that matches it.
    #[serde(default)]
    pub commission: Vec<CommissionRule>,
    /// The recruiters' share.
    #[serde(default)]
    pub recruiter: Option<RecruiterTerms>,
    /// What a post earns.
    #[serde(default)]
    pub post_fee: Vec<PostFee>,
    /// What a threshold earns.
    #[serde(default)]
    pub bonus: Vec<Bonus>,
    /// What content and conversions earn in tokens and perks.
    #[serde(default)]
    pub mission: Vec<Mission>,
    /// When and how balances are paid out.
    #[serde(default)]
    pub payout: PayoutTerms,
    /// The boards.
    #[serde(default)]
    pub leaderboard: Vec<Leaderboard>,
}

/// What program this is, and from when this version holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgramHead {
    /// The brand that runs it.
    pub brand: BrandId,
    /// The program's id.
    pub id: ProgramId,
    /// Its name for people.
    #[serde(default)]
    pub name: String,
    /// This version's name, such as `2026-1`; unique within the program.
    pub version: SmolStr,
    /// Orders and posts from this instant on fall under this version.
    pub effective_from: Timestamp,
    /// The program's own currency: flat amounts, minimums and prizes are in it.
    pub currency: Asset,
    /// Where its days and months begin.
    #[serde(default)]
    pub time_zone: Zone,
    /// How money is rounded.
    #[serde(default = "half_up")]
    pub rounding: Rounding,
}

const fn half_up() -> Rounding {
    Rounding::HalfUp
}

/// Who is credited with an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AttributionTerms {
    /// How credit is shared within the tier that decides.
    pub model: Model,
    /// How long before the order a touch counts.
    pub window: Span,
    /// The return window: between accrual and clearing.
    pub hold: Span,
    /// How long streams of different speed may take to meet.
    pub grace: Span,
    /// A click younger than this at the order does not count.
    pub min_click_to_order: Span,
    /// The half-life of `time_decay`.
    pub half_life: Span,
    /// The tiers, strongest first.
    pub precedence: Vec<Tier>,
    /// Whether views may be credited.
    pub views: bool,
    /// Whether exactly one live, disclosed post that names a product of the order may be credited.
    pub posts: bool,
    /// Whether a shopper's first credited order binds all their later ones to the same ambassadors.
    pub lifetime: bool,
}

impl Default for AttributionTerms {
    fn default() -> Self {
        Self {
            model: Model::LastTouch,
            window: Span::days(30),
            hold: Span::days(30),
            grace: Span::hours(24),
            min_click_to_order: Span::ZERO,
            half_life: Span::days(7),
            precedence: Tier::DEFAULT.to_vec(),
            views: true,
            posts: false,
            lifetime: false,
        }
    }
}

/// How credit is shared within a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// All to the last.
    LastTouch,
    /// All to the first.
    FirstTouch,
    /// Alike.
    Linear,
    /// 40 % first, 40 % last, 20 % between.
    PositionBased,
    /// The younger the more.
    TimeDecay,
}

/// Where a claim to an order comes from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A person's decision; always first.
    Override,
    /// A code with mode `always`.
    Code,
    /// A renewal inherits the first order's credit, or the shopper is bound for life.
    Binding,
    /// A workshop or event.
    Workshop,
    /// A click or a QR scan.
    Click,
    /// A code with mode `fallback`.
    FallbackCode,
    /// A view.
    View,
    /// A post, where the terms opt in.
    Post,
}

impl Tier {
    /// Override, code, binding, workshop, click, then fallback codes, views and posts.
    pub const DEFAULT: [Self; 8] = [
        Self::Override,
        Self::Code,
        Self::Binding,
        Self::Workshop,
        Self::Click,
        Self::FallbackCode,
        Self::View,
        Self::Post,
    ];

    /// The tier's name as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Code => "code",
            Self::Binding => "binding",
            Self::Workshop => "workshop",
            Self::Click => "click",
            Self::FallbackCode => "fallback_code",
            Self::View => "view",
            Self::Post => "post",
        }
    }
}

/// What a credited order, or the lines of it that match, earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CommissionRule {
    /// The rule's id, unique in the terms; the earning records it.
    pub id: RuleId,
    /// What it pays: `pays.percent = "10%"`.
    pub pays: Pays,
    /// Which lines and orders it matches.
    #[serde(default)]
    pub when: Conditions,
    /// Whether tax is in the base.
    #[serde(default)]
    pub include_tax: bool,
    /// Whether shipping is in the base.
    #[serde(default)]
    pub include_shipping: bool,
    /// The least net base for which it pays.
    #[serde(default)]
    pub minimum_order: Option<Millionths>,
    /// The most it pays.
    #[serde(default)]
    pub caps: Caps,
    /// Renewals of a subscription inherit the first order's credit: how many, or for ever.
    #[serde(default)]
    pub renewals: Renewals,
}

/// What a commission rule pays. Exactly one of `percent`, `per_order`, `per_item`, `tiers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pays {
    /// A share of the base.
    Percent(Rate),
    /// A flat amount per order with at least one matching line.
    PerOrder(Millionths),
    /// A flat amount per unit of the matching lines.
    PerItem(Millionths),
    /// A share of the base that depends on what the ambassador sold in the period.
    Tiers(TierTable),
}

/// Rates by what was sold in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierTable {
    /// What is counted.
    pub by: TierBy,
    /// Over which period; all time where absent.
    #[serde(default)]
    pub period: Period,
    /// Whether a tier holds for what lies above its threshold, or for everything once it is reached.
    #[serde(default)]
    pub mode: TierMode,
    /// The steps, lowest first; the first one from 0.
    pub steps: Vec<TierStep>,
}

/// What a tier table counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TierBy {
    /// Net base of the rule, in the major unit.
    Revenue,
    /// Credited orders with a base above zero.
    Orders,
    /// The ambassador's followers at the order.
    Followers,
}

/// Whether a tier reaches back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum TierMode {
    /// Each rate holds for what lies between its threshold and the next.
    #[default]
    Marginal,
    /// The highest rate reached holds for everything in the period.
    Retroactive,
}

/// One step of a tier table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TierStep {
    /// The threshold: from this much (revenue), this many (orders, the n-th included) or so many followers on.
    pub from: Millionths,
    /// The rate.
    pub percent: Rate,
}

/// A stretch of the calendar in the program's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Period {
    /// A day.
    Day,
    /// An ISO week, from Monday.
    Week,
    /// A month.
    Month,
    /// A year.
    Year,
    /// Everything.
    #[default]
    AllTime,
}

/// The most a rule pays, in the program's currency. First come, first served, by the orders' times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Caps {
    /// Per order.
    pub per_order: Option<Millionths>,
    /// Per ambassador and period.
    pub per_ambassador: Option<Millionths>,
    /// The period of `per_ambassador`.
    pub period: Period,
}

/// How long renewals of a subscription inherit the first order's credit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Renewals {
    /// Renewals are credited like any other order.
    #[default]
    None,
    /// For so many months after the first order, the last instant excluded by the calendar (31 January + 1 month = 28 February).
    Months(u16),
    /// For ever.
    Forever,
}

/// Which lines and orders a rule matches: all conditions that are given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// Only these ambassadors.
    pub ambassadors: Vec<AmbassadorId>,
    /// Only these products.
    pub skus: Vec<SmolStr>,
    /// Only these product categories.
    pub categories: Vec<SmolStr>,
    /// Not these product categories.
    pub not_categories: Vec<SmolStr>,
    /// Only these sales channels.
    pub channels: Vec<SmolStr>,
    /// Only these regions of the sale.
    pub regions: Vec<SmolStr>,
    /// Only new, or only returning customers.
    pub customer: Option<Customer>,
    /// Only orders from this instant on: a seasonal rate.
    pub from: Option<Timestamp>,
    /// Only orders before this instant.
    pub until: Option<Timestamp>,
    /// Only ambassadors with at least so many followers.
    pub followers_from: Option<u64>,
    /// Only ambassadors with fewer followers than this.
    pub followers_below: Option<u64>,
}

/// Whether the buyer bought before in this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Customer {
    /// No earlier order that was not cancelled by then.
    New,
    /// At least one.
    Returning,
}

/// The recruiters' share of a commission, on top of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecruiterTerms {
    /// Share of the commission for who recruited the ambassador.
    pub first_level: Rate,
    /// Share of the commission for who recruited the recruiter.
    #[serde(default)]
    pub second_level: Option<Rate>,
}

/// What a post earns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostFee {
    /// The rule's id.
    pub id: RuleId,
    /// The fee, in the program's currency.
    pub amount: Millionths,
    /// Only posts with a hashtag of one of these campaigns while it runs. `["*"]`: of any campaign of the program.
    #[serde(default)]
    pub campaigns: Vec<CampaignId>,
    /// Only these kinds of content.
    #[serde(default)]
    pub kinds: Vec<SmolStr>,
    /// Only these platforms.
    #[serde(default)]
    pub platforms: Vec<SmolStr>,
    /// Only once a measurement shows so many interactions.
    #[serde(default)]
    pub interactions_from: u64,
    /// Only once a person approved it.
    #[serde(default)]
    pub review: bool,
    /// Only posts that carry a disclosure hashtag.
    #[serde(default)]
    pub disclosed: bool,
    /// The hashtags that disclose.
    #[serde(default = "disclosure_hashtags")]
    pub disclosure_hashtags: Vec<SmolStr>,
    /// The share of the fee for a post that was published after its due date.
    #[serde(default)]
    pub late: Option<Rate>,
    /// A post that is removed sooner than this after it was published earns nothing.
    #[serde(default)]
    pub live: Span,
    /// From this instant on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Before this instant.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

fn disclosure_hashtags() -> Vec<SmolStr> {
    crate::DISCLOSURE_HASHTAGS.map(SmolStr::from).to_vec()
}

/// What a threshold earns, once per ambassador and period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bonus {
    /// The rule's id.
    pub id: RuleId,
    /// What is counted.
    pub by: TierBy,
    /// Over which period.
    #[serde(default)]
    pub period: Period,
    /// The threshold.
    pub from: Millionths,
    /// The bonus, in the program's currency.
    pub amount: Millionths,
}

/// What content and conversions earn in tokens and perks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mission {
    /// The mission's id.
    pub id: RuleId,
    /// What must be reached, by the ambassador, in each round.
    pub requires: Requirement,
    /// How many times it can be granted to one ambassador; once where absent, without end where 0.
    #[serde(default = "once")]
    pub rounds: u32,
    /// The token or perk.
    pub asset: Asset,
    /// How many units per grant.
    pub units: u32,
    /// The fair market value of one unit, for tax totals, in the program's currency.
    #[serde(default)]
    pub fair_value: Option<Millionths>,
    /// From this instant on.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Before this instant.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

const fn once() -> u32 {
    1
}

/// What a mission counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Requirement {
    /// So many credited orders.
    Conversions(u32),
    /// So many posts.
    Posts(PostRequirement),
}

/// The posts that a mission counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostRequirement {
    /// How many.
    pub count: u32,
    /// With any of these hashtags; any post where empty.
    #[serde(default)]
    pub hashtags: Vec<SmolStr>,
    /// Of these kinds.
    #[serde(default)]
    pub kinds: Vec<SmolStr>,
    /// Only once a person approved it.
    #[serde(default)]
    pub review: bool,
    /// Only posts that carry a disclosure hashtag.
    #[serde(default)]
    pub disclosed: bool,
    /// The hashtags that disclose.
    #[serde(default = "disclosure_hashtags")]
    pub disclosure_hashtags: Vec<SmolStr>,
    /// A post that is removed sooner than this after it was published no longer counts.
    #[serde(default)]
    pub live: Span,
}

/// When and how balances are paid out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PayoutTerms {
    /// When a run happens by itself.
    pub schedule: Schedule,
    /// The least balance that is paid, in the program's currency; at or above it pays.
    pub minimum: Millionths,
    /// In which currency.
    pub currency: PayoutCurrency,
    /// What to do where there is no reference rate.
    pub on_missing_rate: OnMissingRate,
    /// A currency that took another's place: `{ EEK = "EUR" }`.
    pub successors: std::collections::BTreeMap<SmolStr, Asset>,
    /// A reference rate older than this on the fixing day is missing.
    pub rate_age_max: Span,
    /// Whether a person must approve each payout before it is exported.
    pub approval: bool,
    /// Whether a tax form must be on file.
    pub tax_form: bool,
    /// Whether payment details must be verified.
    pub payment_details: bool,
}

impl Default for PayoutTerms {
    fn default() -> Self {
        Self {
            schedule: Schedule::Manual,
            minimum: Millionths::ZERO,
            currency: PayoutCurrency::Earning,
            on_missing_rate: OnMissingRate::Hold,
            successors: std::collections::BTreeMap::new(),
            rate_age_max: Span::days(7),
            approval: true,
            tax_form: false,
            payment_details: false,
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
    /// At the end of each month.
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
    /// Over which period.
    pub period: Period,
    /// Which ambassadors stand against each other.
    #[serde(default)]
    pub segment: Segment,
    /// How long after the period's end the board freezes.
    #[serde(default)]
    pub grace: Span,
    /// Prizes by rank, first first, in the program's currency. Equals share the prizes of the ranks they occupy.
    #[serde(default)]
    pub prizes: Vec<Millionths>,
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
}
