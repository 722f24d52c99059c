use std::collections::BTreeSet;

use tribute_events::{AmbassadorId, RuleId, Timestamp};
use tribute_store::entity::{movement, reward};

/// What a hold on a grant is kept under, before the grant's id.
pub(super) const GRANT: &str = "grant:";

/// What something that is about to clear comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ground {
    /// An order.
    Order(String),
    /// A round of a mission.
    Round { mission: RuleId, number: u32 },
    /// A period, by a board or a bonus.
    Period { name: String },
    /// A post, a workshop, an application.
    Other,
}

/// An earning or a grant that is about to clear.
#[derive(Debug, Clone)]
pub(crate) struct Due {
    /// What holds are kept under: the source of an earning, `grant:` and the id of a grant.
    pub(super) source: String,
    pub(super) ground: Ground,
    pub(super) ambassador: AmbassadorId,
    pub(super) rule: RuleId,
    pub(super) effective_at: Timestamp,
    pub(super) clears_at: Timestamp,
    /// Whether it adds to what the ambassador has.
    pub(super) adds: bool,
    /// The orders that it comes from.
    pub(super) orders: BTreeSet<String>,
}

impl Due {
    pub(super) fn of_movement(row: &movement::Model) -> Self {
        Self {
            ground: ground_of(&row.source),
            source: row.source.clone(),
            ambassador: AmbassadorId::trusted(&row.ambassador),
            rule: RuleId::trusted(&row.rule),
            effective_at: Timestamp::from_millis(row.effective_at),
            clears_at: Timestamp::from_millis(row.available_at),
            adds: row.amount > 0,
            orders: BTreeSet::new(),
        }
    }

    /// A grant that clears at an instant.
    pub(crate) fn of_grant(row: &reward::Model, clears_at: Timestamp) -> Self {
        let number = u32::try_from(row.round).unwrap_or_default();
        Self {
            source: format!("{GRANT}{}", row.grant_id),
            ground: Ground::Round { mission: RuleId::trusted(&row.mission), number },
            ambassador: AmbassadorId::trusted(&row.ambassador),
            rule: RuleId::trusted(&row.mission),
            effective_at: Timestamp::from_millis(row.effective_at),
            clears_at,
            adds: true,
            orders: BTreeSet::new(),
        }
    }

    /// Whether it is the pay for one order.
    pub(super) const fn is_of_order(&self) -> bool {
        matches!(self.ground, Ground::Order(_))
    }
}

fn ground_of(source: &str) -> Ground {
    let (kind, name) = source.split_once(':').unwrap_or_default();
    let round = |text: &str| {
        let (mission, number) = text.rsplit_once('/')?;
        Some(Ground::Round { mission: RuleId::trusted(mission), number: number.parse().ok()? })
    };
    match kind {
        "order" => Ground::Order(name.to_owned()),
        "mission" => round(name).unwrap_or(Ground::Other),
        // The source of a prize names the board before the period.
        "period" => Ground::Period { name: name.rsplit('/').next().unwrap_or_default().to_owned() },
        _ => Ground::Other,
    }
}
