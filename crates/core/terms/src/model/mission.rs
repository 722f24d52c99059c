//! Missions: what has to be done, and what it brings.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use smol_str::{SmolStr, format_smolstr};
use tribute_events::{CampaignId, RuleId, Timestamp};
use tribute_money::{Asset, Millionths};

use super::content::disclosure_hashtags;
use crate::{Expression, Span};

/// What content, conversions and recruits earn in tokens, perks, badges and money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mission {
    /// The mission's id.
    pub id: RuleId,
    /// What must be reached by the ambassador in each round: all of it, in any order.
    pub requires: Requirements,
    /// Further steps, each one counted only once the step before it is complete.
    #[serde(default)]
    pub then: Vec<Requirements>,
    /// What a round brings: `[{ token = "GAMECOIN", units = 50 }, { perk = "SKU:TOTE" }]`.
    pub gives: Vec<Gift>,
    /// How many times it can be granted to one ambassador; once where absent, without end where 0.
    #[serde(default = "once")]
    pub rounds: u32,
    /// Only orders and posts of ambassadors who were of one of these tiers then; see `[[tier]]`.
    #[serde(default)]
    pub tiers: Vec<SmolStr>,
    /// Only what lies within so much time of each other makes up a round; without limit where absent.
    #[serde(default)]
    pub within: Option<Span>,
    /// The points that each grant counts on a board of mission points; they are no token.
    #[serde(default)]
    pub points: u32,
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

impl Mission {
    /// Whether what somebody of a tier does counts.
    #[must_use]
    pub fn is_open_to(&self, tier: Option<&str>) -> bool {
        self.tiers.is_empty() || tier.is_some_and(|it| self.tiers.iter().any(|wanted| wanted == it))
    }

    /// Its steps, the first one first.
    pub fn steps(&self) -> impl Iterator<Item = &Requirements> {
        std::iter::once(&self.requires).chain(&self.then)
    }
}

/// What one step of a mission asks for: everything that is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Requirements {
    /// So many credited orders.
    #[serde(skip_serializing_if = "is_zero")]
    pub conversions: u64,
    /// Only orders for which this condition in CEL holds: `order.net >= amount("50.00") && !order.returning`. One that fails,
    /// because it asks for what is not known of the order, does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order_expression: Option<Expression>,
    /// So many approved ambassadors whom they recruited.
    #[serde(skip_serializing_if = "is_zero")]
    pub recruits: u64,
    /// Only recruits for whom this condition in CEL holds when they are approved: `ambassador.followers >= 5000`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recruit_expression: Option<Expression>,
    /// Posts: one requirement, or a list of several.
    #[serde(deserialize_with = "one_or_many", skip_serializing_if = "Vec::is_empty")]
    #[schemars(schema_with = "one_or_many_schema")]
    pub posts: Vec<PostRequirement>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for it")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Posts that a mission asks for: how many, or how much attention they have together, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostRequirement {
    /// How many.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub count: u64,
    /// How many views they have together.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub views: u64,
    /// How many interactions they have together: reactions, comments, shares and saves.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub interactions: u64,
    /// With any of these hashtags; any post where empty.
    #[serde(default)]
    pub hashtags: Vec<SmolStr>,
    /// Of these kinds.
    #[serde(default)]
    pub kinds: Vec<SmolStr>,
    /// On these platforms.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub platforms: Vec<SmolStr>,
    /// That mention any of these accounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<SmolStr>,
    /// That belong to one of these campaigns; `["*"]`: to any campaign of the program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<CampaignId>,
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
    /// Only posts by somebody to whom a product was sent no longer than this before.
    #[serde(default)]
    pub after_shipment: Option<Span>,
    /// Only posts for which this condition in CEL holds: `'mug' in post.hashtags && post.weekday >= 6`. One that fails,
    /// because it asks for what is not known of the post, does not hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expression: Option<Expression>,
}

/// One thing that a round of a mission brings. Exactly one of `token`, `perk`, `badge`, `money`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// A token: `GAMECOIN`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<Asset>,
    /// A perk out of the stock, or a place at an `[[experience]]`: `SKU:TOTE`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub perk: Option<Asset>,
    /// A badge, by its name in capitals: `SUPERFAN`. It is kept, and cannot be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub badge: Option<SmolStr>,
    /// Money, in the program's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<Millionths>,
    /// How many tokens or perks; one where absent.
    #[serde(default = "once")]
    pub units: u32,
    /// The fair market value of one unit, for tax totals, in the program's currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fair_value: Option<Millionths>,
}

impl Gift {
    /// The token, perk or badge as it is counted; nothing for money.
    #[must_use]
    pub fn asset(&self) -> Option<Asset> {
        let badge = || format_smolstr!("BADGE:{}", self.badge.as_ref()?).parse().ok();
        self.token.clone().or_else(|| self.perk.clone()).or_else(badge)
    }
}

/// A table, or a list of tables.
fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<PostRequirement>, D::Error> {
    struct OneOrMany;

    impl<'de> de::Visitor<'de> for OneOrMany {
        type Value = Vec<PostRequirement>;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("a requirement such as { count = 3 }, or a list of them")
        }

        fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
            PostRequirement::deserialize(de::value::MapAccessDeserializer::new(map)).map(|one| vec![one])
        }

        fn visit_seq<A: de::SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(de::value::SeqAccessDeserializer::new(list))
        }
    }

    deserializer.deserialize_any(OneOrMany)
}

fn one_or_many_schema(generator: &mut SchemaGenerator) -> Schema {
    let one = generator.subschema_for::<PostRequirement>();
    json_schema!({"anyOf": [one, {"type": "array", "items": one}]})
}
