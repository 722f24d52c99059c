//! What attribution hands over to the services after it, where these run apart.
//!
//! A batch of facts goes to rewards, then to commission; an event that takes effect in the state in which it comes goes
//! to the service that it concerns. The rows lie in the database, so that what was decided and that it is to be booked
//! are committed as one. They are booked strictly in the order of their batches.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use tribute_events::{Payload, Timestamp};
use tribute_store::{Transaction, entity::handover};
use tribute_traces::Traced;

use crate::{
    ServiceError,
    attribution::Decided,
    clicks::ClickOutcome,
    commission::{PostOutcome, SourceKey},
    payouts::Appointment,
    rewards::Grounds,
};

/// A service of the pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Takes events in, and says who is credited.
    Attribution,
    /// Missions, tokens, perks.
    Rewards,
    /// Money for conversions and posts.
    Commission,
    /// Clearing, payouts, settlements.
    Payouts,
    /// Boards and their prizes.
    Leaderboards,
}

impl Service {
    /// Those that book what attribution decided.
    pub const BOOKING: [Self; 4] = [Self::Rewards, Self::Commission, Self::Payouts, Self::Leaderboards];

    /// The name, as in `tribute run <name>`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Attribution => "attribution",
            Self::Rewards => "rewards",
            Self::Commission => "commission",
            Self::Payouts => "payouts",
            Self::Leaderboards => "leaderboards",
        }
    }

    /// Who takes an event that is taken by itself.
    pub(crate) const fn of_single(payload: &Payload) -> Self {
        match payload {
            Payload::PerkStocked(_) | Payload::PerkFulfilled(_) | Payload::TokenSpent(_) => Self::Rewards,
            _ => Self::Payouts,
        }
    }
}

/// How many batches of facts may wait to be booked before attribution waits for the others.
const WINDOW: usize = 16;

/// What is handed over.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Body {
    /// What a batch of facts bears on.
    Facts {
        conversions: Vec<Decided>,
        posts: Vec<PostOutcome>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clicks: Vec<ClickOutcome>,
        #[serde(default)]
        grounds: Grounds,
        #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
        standing: BTreeSet<SourceKey>,
        /// Those of the batch's events that are traced.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        traced: Vec<Traced>,
    },
    /// An event of the log that is taken by itself, and how far it was taken.
    Single { seq: i64, origin: String, tick: Option<Ticking> },
}

/// How far a tick of the clock was taken, which several services take in turns.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Ticking {
    /// Where the clock stood before, ms UTC: it may not have begun yet, which no date says.
    since: i64,
    /// What was kept last.
    pub(crate) done: Option<Appointment>,
}

impl Ticking {
    pub(crate) const fn begin(clock: Timestamp) -> Self {
        Self { since: clock.millis(), done: None }
    }

    pub(crate) const fn since(&self) -> Timestamp {
        Timestamp::from_millis(self.since)
    }
}

/// A batch that waits for a service.
#[derive(Debug)]
pub(crate) struct Handover {
    pub(crate) number: i64,
    pub(crate) turn: Service,
    pub(crate) recorded: Timestamp,
    pub(crate) log_next: i64,
    pub(crate) body: Body,
}

/// What waits to be booked, as attribution sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    batches: usize,
    singles: bool,
}

impl Waiting {
    pub(crate) async fn read(transaction: &mut Transaction) -> Result<Self, ServiceError> {
        let batches = transaction.count::<handover::Entity>("TRUE", vec![]).await?;
        if batches == 0 {
            return Ok(Self { batches: 0, singles: false });
        }
        let singles = transaction.count::<handover::Entity>("turn LIKE 'single:%'", vec![]).await? > 0;
        Ok(Self { batches, singles })
    }

    /// Nothing waits: whoever books a batch at once may do so.
    pub(crate) const fn is_over(self) -> bool {
        self.batches == 0
    }

    /// Attribution may go ahead of the books, but not without bound, and never past an event that moves the clock or
    /// may be refused.
    pub(crate) const fn lets_attribution_on(self) -> bool {
        !self.singles && self.batches < WINDOW
    }
}

impl Handover {
    /// The first batch that waits.
    pub(crate) async fn first(transaction: &mut Transaction) -> Result<Option<Self>, ServiceError> {
        let rows = transaction.select::<handover::Entity>("TRUE ORDER BY number LIMIT 1", vec![]).await?;
        rows.into_iter().next().map(Self::read).transpose()
    }

    fn read(row: handover::Model) -> Result<Self, ServiceError> {
        let name = row.turn.trim_start_matches("single:");
        let turn = Service::BOOKING.into_iter().find(|service| service.name() == name);
        let turn = turn.ok_or_else(|| ServiceError::Turn { batch: row.number, turn: row.turn.clone() })?;
        let body = serde_json::from_str(&row.body)
            .map_err(ServiceError::stored("handover", row.number.to_string()))?;
        let recorded = Timestamp::from_millis(row.recorded_at);
        Ok(Self { number: row.number, turn, recorded, log_next: row.log_next, body })
    }

    /// Leaves the batch to the service whose turn it is.
    pub(crate) async fn pass_on(&self, transaction: &mut Transaction) -> Result<(), ServiceError> {
        let single = if matches!(self.body, Body::Single { .. }) { "single:" } else { "" };
        let row = handover::Model {
            number: self.number,
            turn: format!("{single}{}", self.turn.name()),
            recorded_at: self.recorded.millis(),
            log_next: self.log_next,
            body: serde_json::to_string(&self.body)
                .map_err(ServiceError::stored("handover", self.number.to_string()))?,
        };
        Ok(transaction.upsert::<handover::Entity>(&[row]).await?)
    }

    /// The batch is booked.
    pub(crate) async fn finish(&self, transaction: &mut Transaction) -> Result<(), ServiceError> {
        transaction.delete::<handover::Entity>(&[vec![self.number.into()]]).await?;
        Ok(())
    }
}
