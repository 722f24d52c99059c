//! What attribution hands to commission: who is credited with an order, why, and what the order was worth
//! at each moment of its life.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::{Asset, Millionths};

use crate::{AccountId, AmbassadorId, EventId, OrderId, ProgramId, Timestamp, TouchId};

/// `tribute.conversion.credited`, `.changed`, `.withdrawn`, `.declined`: an order as one program sees it.
///
/// It is a function of the facts alone, so that it comes out the same in whatever order they arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Conversion {
    /// The program.
    pub program: ProgramId,
    /// The order.
    pub order: OrderId,
    /// The version of the terms in force at the order's time.
    pub terms_version: SmolStr,
    /// When it was ordered.
    pub ordered_at: Timestamp,
    /// When who-gets-what freezes and the earnings clear.
    pub locks_at: Timestamp,
    /// The order's currency.
    pub currency: Asset,
    /// Whether the buyer had an earlier order in the program that was not cancelled by then.
    pub returning: bool,
    /// The sales channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<SmolStr>,
    /// Where it was sold to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
    /// The buyer's account, where it is known and a rule of the terms asks for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub buyer: Option<AccountId>,
    /// The tier in which each of its ambassadors stood when it was ordered, where the terms have tiers and one is reached.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tiers: BTreeMap<AmbassadorId, SmolStr>,
    /// Its place in a subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renewal: Option<Renewal>,
    /// What changed, in the order of its effect. The first one is the order itself.
    pub moments: Vec<Moment>,
    /// Why it is credited as it is at the last moment.
    pub reason: Reason,
}

/// The place of an order in a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renewal {
    /// 0 for the order that starts it, then 1, 2, …
    pub number: u32,
    /// When the subscription began: its own time for the order that starts it; absent for one that renews and inherits
    /// nothing, since its beginning is not known, or too long ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began_at: Option<Timestamp>,
}

/// The order and its credit from one instant on, until the next moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moment {
    /// From when on.
    pub effective_at: Timestamp,
    /// The event that brought it about.
    pub cause: EventId,
    /// Who gets which part; empty where nobody is credited.
    pub shares: Vec<Share>,
    /// The lines net of discounts, refunds, cancellation and disputes.
    pub lines: Vec<NetLine>,
    /// Shipping, net.
    pub shipping: Millionths,
    /// Tax, net.
    pub tax: Millionths,
}

/// One party's part of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// The ambassador; absent for the house, which keeps a part that was taken from somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambassador: Option<AmbassadorId>,
    /// Its weight, relative to the sum of all shares.
    pub weight: u64,
}

/// A line of an order as it counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NetLine {
    /// The product.
    pub sku: SmolStr,
    /// Its category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SmolStr>,
    /// Units not returned.
    pub quantity: i64,
    /// `max(0, amount - discount - refunded)`.
    pub net: Millionths,
}

/// Why an order is credited as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// The tier that decided: `override`, `code`, `binding`, `workshop`, `click`, `fallback_code`, `view`,
    /// `post`; `none` where nobody is credited.
    pub tier: SmolStr,
    /// The model within the tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<SmolStr>,
    /// The claims that were credited.
    pub winners: Vec<Claim>,
    /// The claims that were not, each with why.
    pub losers: Vec<Loss>,
    /// What a person should know besides: refund lines that fit no line of the order, a share that a verdict
    /// zeroed, evidence that came after the lock and what it would have changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

/// A touch, a code, or whatever else may claim an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Claim {
    /// Whose claim it is; absent where a link or code is unknown.
    pub ambassador: Option<AmbassadorId>,
    /// `click`, `qr`, `view`, `code`, `binding`, `workshop`, `post`, `override`.
    pub kind: SmolStr,
    /// The touch, the code, the order inherited from, the workshop, the post.
    pub touch: TouchId,
    /// When it happened; the order's time for a code.
    pub at: Timestamp,
    /// Its weight, relative to those of the other claims that were credited; absent where there is no other, and of a
    /// claim that was not credited or is only named beside one that was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<u64>,
}

/// A claim that was not credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Loss {
    /// The claim.
    pub claim: Claim,
    /// `outside_window`, `after_order`, `too_young`, `inactive`, `self`, `invalid`, `lower_tier`, `not_the_last`,
    /// `not_the_first`, `collapsed`, `unknown_code`, `code_not_valid`, `needs_click`, `not_the_winner`,
    /// `after_lock`, `other_program`, `unknown_link`, `views_off`, `several_posts`.
    pub why: SmolStr,
}
