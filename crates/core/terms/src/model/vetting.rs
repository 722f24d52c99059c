//! Who may join.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{RuleId, Timestamp};
use tribute_money::Rate;

use crate::Span;

/// Who may join: applications are scored by rules, and places are given out. Where a program has no such table, every
/// application waits for a person.
///
/// An application is judged by the terms in force at its time, by what is known of the person then. A person's own
/// decision (an approval, a rejection, a ban …) stands above it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VettingTerms {
    /// Whoever applies without an invitation is rejected. Who was invited and applies is in.
    #[serde(default)]
    pub by_invitation: bool,
    /// With so many points an application is approved, as far as there are places.
    #[serde(default)]
    pub approve_from: u64,
    /// With so many points, but fewer than `approve_from`, it is waitlisted for a person to decide. Below it is
    /// rejected. As `approve_from` where absent: nothing in between.
    #[serde(default)]
    pub waitlist_from: Option<u64>,
    /// Who was rejected or left may apply again after this long.
    #[serde(default)]
    pub reapply_after: Span,
    /// The instant at which the places are given out, those with most points first. Where absent, and after it, first
    /// come, first served.
    #[serde(default)]
    pub choose_at: Option<Timestamp>,
    /// What brings points.
    #[serde(default)]
    pub rule: Vec<VettingRule>,
    /// How many places there are; without end where empty. Who finds no place is waitlisted; a place that becomes free
    /// goes to the next in line.
    #[serde(default)]
    pub quota: Vec<Quota>,
}

/// What brings points. All conditions that are given must hold; those on an account (`platforms`, `followers_from`,
/// `engagement_from`, `account_age`) of one and the same account. What is not known holds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VettingRule {
    /// The rule's id, unique in the terms; a verdict names it.
    pub id: RuleId,
    /// The points that it brings.
    #[serde(default)]
    pub points: u64,
    /// Whoever does not meet it is rejected, whatever their points.
    #[serde(default)]
    pub required: bool,
    /// An account on one of these platforms; on any where empty.
    #[serde(default)]
    pub platforms: Vec<SmolStr>,
    /// With at least so many followers.
    #[serde(default)]
    pub followers_from: Option<u64>,
    /// With fewer followers than this.
    #[serde(default)]
    pub followers_below: Option<u64>,
    /// With at least this engagement rate: interactions over the denominator.
    #[serde(default)]
    pub engagement_from: Option<Rate>,
    /// The denominator of `engagement_from`.
    #[serde(default)]
    pub engagement_by: Denominator,
    /// That is at least this old at the application.
    #[serde(default)]
    pub account_age: Option<Span>,
    /// Who posts about one of these.
    #[serde(default)]
    pub niches: Vec<SmolStr>,
    /// Of whose audience at least these shares are in these segments: `{ "country:US" = "60%" }`.
    #[serde(default)]
    pub audience: BTreeMap<SmolStr, Rate>,
    /// From one of these regions.
    #[serde(default)]
    pub regions: Vec<SmolStr>,
    /// From none of these regions.
    #[serde(default)]
    pub not_regions: Vec<SmolStr>,
    /// Of one of these schools or campuses; `["*"]`: of any.
    #[serde(default)]
    pub campuses: Vec<SmolStr>,
}

/// What an engagement rate is a rate of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Denominator {
    /// Interactions ÷ views.
    #[default]
    Views,
    /// Interactions ÷ (posts × followers).
    Followers,
}

/// How many places there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// How many, in each segment.
    pub places: u32,
    /// The segments. Those of whom nothing is known share one.
    #[serde(default)]
    pub per: QuotaPer,
    /// Another number for some segments: `{ "US-CA" = 30 }`.
    #[serde(default)]
    pub places_for: BTreeMap<SmolStr, u32>,
}

impl Quota {
    /// How many places a segment has.
    #[must_use]
    pub fn places_in(&self, segment: &str) -> u32 {
        self.places_for.get(segment).copied().unwrap_or(self.places)
    }
}

/// Which segments have places of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum QuotaPer {
    /// Everyone is one segment.
    #[default]
    Everyone,
    /// Each region.
    Region,
    /// Each school or campus.
    Campus,
}
