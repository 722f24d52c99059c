use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use tribute_events::{
    AdjustmentId, AmbassadorId, EventId, OrderId, PostId, ProgramId, RuleId, Share, Timestamp,
};
use tribute_money::{Asset, Millionths};

/// What an earning amounts to from one instant on, until the next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// From when on.
    pub effective_at: Timestamp,
    /// The event that brought it about.
    pub cause: EventId,
    /// The ambassador's part of the base on which the rule pays, in the major unit.
    pub base: Millionths,
    /// The amount that stands, in minor units of the earning's asset. Not an increment.
    pub amount: i64,
}

/// A step as it would be without tiers by period and caps per ambassador.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsettled {
    /// From when on.
    pub effective_at: Timestamp,
    /// The event that brought it about.
    pub cause: EventId,
    /// The ambassador's part of the base, in the major unit.
    pub base: Millionths,
    /// The amount before caps per ambassador, in minor units; 0 where tiers by period decide it.
    pub amount: i64,
    /// How the order is shared, where tiers by period need it and there is more than one share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// How an order is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Split {
    /// The rule's base before it is shared.
    pub whole: Millionths,
    /// Every share, the house's included.
    pub shares: Vec<Share>,
}

/// What earned.
///
/// Its text is stable: `order:1001`, `post:p1`, `period:2026-03`, `mission:quest/1`, `clicks:2026-03-04`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// A credited order.
    Order(OrderId),
    /// A post.
    Post(PostId),
    /// A period of the calendar, by its name: for bonuses, guarantees and prizes.
    Period(SmolStr),
    /// A round of a mission: `quest/1`.
    Mission(SmolStr),
    /// A workshop that was held.
    Workshop(SmolStr),
    /// An approved application.
    Recruit(AmbassadorId),
    /// A correction by hand.
    Adjustment(AdjustmentId),
    /// The clicks of a day, by its date in the program's time zone.
    Clicks(SmolStr),
}

/// The text does not name what earned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` does not name what earned; write it like order:1001, post:p1, workshop:w1, recruit:ann, period:2026-03, mission:quest/1, clicks:2026-03-04 or adjustment:a1"
)]
pub struct NotASource(String);

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Order(order) => write!(f, "order:{order}"),
            Self::Post(post) => write!(f, "post:{post}"),
            Self::Period(name) => write!(f, "period:{name}"),
            Self::Mission(round) => write!(f, "mission:{round}"),
            Self::Workshop(workshop) => write!(f, "workshop:{workshop}"),
            Self::Recruit(recruit) => write!(f, "recruit:{recruit}"),
            Self::Adjustment(adjustment) => write!(f, "adjustment:{adjustment}"),
            Self::Clicks(day) => write!(f, "clicks:{day}"),
        }
    }
}

impl FromStr for Source {
    type Err = NotASource;

    fn from_str(text: &str) -> Result<Self, NotASource> {
        let refused = || NotASource(text.chars().take(140).collect());
        let (kind, name) = text.split_once(':').ok_or_else(refused)?;
        match kind {
            "order" => name.parse().map(Self::Order).map_err(|_| refused()),
            "post" => name.parse().map(Self::Post).map_err(|_| refused()),
            "period" if !name.is_empty() => Ok(Self::Period(name.into())),
            "mission" if !name.is_empty() => Ok(Self::Mission(name.into())),
            "workshop" if !name.is_empty() => Ok(Self::Workshop(name.into())),
            "recruit" => name.parse().map(Self::Recruit).map_err(|_| refused()),
            "clicks" if !name.is_empty() => Ok(Self::Clicks(name.into())),
            "adjustment" => name.parse().map(Self::Adjustment).map_err(|_| refused()),
            _ => Err(refused()),
        }
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// What an earning is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EarningKind {
    /// A share of a credited order.
    Commission,
    /// A fee: for a post, a workshop, the clicks of a day.
    Fee,
    /// A threshold that was reached.
    Bonus,
    /// A recruiter's share of a commission.
    Recruiter,
    /// A prize of a leaderboard.
    Prize,
    /// A reward for having been referred or for having recruited.
    Referral,
    /// What was missing to the least that a period brings.
    Guarantee,
    /// A correction by hand, for or against the ambassador.
    Adjustment,
}

/// What one ambassador is owed for one source under one rule, over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Earning {
    /// The program.
    pub program: ProgramId,
    /// What earned.
    pub source: Source,
    /// Who is owed it.
    pub ambassador: AmbassadorId,
    /// The rule of the terms. A recruiter's earning has a rule of its own, which names whose commission it is of.
    pub rule: RuleId,
    /// What it is for.
    pub kind: EarningKind,
    /// What it is counted in.
    pub asset: Asset,
    /// The version of the terms.
    pub terms_version: SmolStr,
    /// When the source happened.
    pub source_at: Timestamp,
    /// When it clears.
    pub clears_at: Timestamp,
    /// The ambassador's weight in the source at the last step.
    pub weight: u64,
    /// The sum of all weights, the house's included.
    pub of_weight: u64,
    /// What it amounted to over time, by effective time.
    pub steps: Vec<Step>,
    /// How the last step's amount came about, for people.
    pub formula: String,
    /// The siblings on which its amount depends: equal for all earnings of one (program, rule, ambassador,
    /// period). Absent where it stands alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// Where it has siblings: its steps before they were considered. [`crate::settle_group`] reads these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unsettled: Vec<Unsettled>,
    /// What it would be without the budget that it shares, where it shares one. [`crate::settle_budget`] reads this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budgeted: Option<Budgeted>,
}

/// An earning as it would be without its budget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budgeted {
    /// Equal for all earnings that share the budget in one period.
    pub key: String,
    /// What it would amount to over time.
    pub steps: Vec<Step>,
    /// How the last step's amount came about.
    pub formula: String,
}

impl Earning {
    /// Its id: `program/source/ambassador/rule`; a `/` within a part is written `%2F`.
    #[must_use]
    pub fn key(&self) -> String {
        let source = self.source.to_string();
        format!(
            "{}/{}/{}/{}",
            part(self.program.as_str()),
            part(&source),
            part(self.ambassador.as_str()),
            part(self.rule.as_str())
        )
    }

    /// What it amounts to after its last step, in minor units.
    #[must_use]
    pub fn amount(&self) -> i64 {
        self.steps.last().map_or(0, |step| step.amount)
    }

    /// What it amounted to at an instant, in minor units.
    #[must_use]
    pub fn amount_at(&self, at: Timestamp) -> i64 {
        self.steps.iter().rev().find(|step| step.effective_at <= at).map_or(0, |step| step.amount)
    }

    /// The ambassador's part of the base after the last step.
    #[must_use]
    pub fn base(&self) -> Millionths {
        self.steps.last().map_or(Millionths::ZERO, |step| step.base)
    }
}

/// One part of an id, such that parts joined by `/` stay apart.
pub(crate) fn part(text: &str) -> Cow<'_, str> {
    if text.contains(['/', '%']) { text.replace('%', "%25").replace('/', "%2F").into() } else { text.into() }
}

/// What stands for a text too long for an id: the first half of its SHA-256, in hexadecimal digits.
pub(crate) fn digits(text: &str) -> String {
    Sha256::digest(text).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Adds a step: the last word of one cause at one instant counts, and a step that changes nothing is left out.
pub(crate) fn stand(steps: &mut Vec<Step>, step: Step) {
    if steps.last().is_some_and(|last| (last.effective_at, &last.cause) == (step.effective_at, &step.cause)) {
        steps.pop();
    }
    if steps.last().is_none_or(|last| (last.base, last.amount) != (step.base, step.amount)) {
        steps.push(step);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_read_as_they_are_written() {
        for text in [
            "order:1001",
            "post:p:1",
            "period:2026-03",
            "workshop:w:1",
            "recruit:ann",
            "adjustment:a1",
            "clicks:2026-03-04",
        ] {
            assert_eq!(text.parse::<Source>().unwrap().to_string(), text);
            let json = format!("\"{text}\"");
            assert_eq!(serde_json::to_string(&serde_json::from_str::<Source>(&json).unwrap()).unwrap(), json);
        }
        for text in ["1001", "order:", "period:", "click:1"] {
            assert!(text.parse::<Source>().is_err(), "{text}");
        }
    }

    #[test]
    fn parts_of_a_key_stay_apart() {
        assert_eq!(part("a/b%"), "a%2Fb%25");
    }
}
