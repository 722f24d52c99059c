use tribute_events::{ProgramId, RuleId, Timestamp};
use tribute_money::MoneyError;

use crate::Source;

/// Why an earning could not be computed. Nothing is ever guessed in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CommissionError {
    /// No version of the terms was in force.
    #[error(
        "program {program} has no terms in force at {at}, the time of {origin}; publish terms that begin by then"
    )]
    NoTerms {
        /// The program.
        program: ProgramId,
        /// What was to earn.
        origin: Source,
        /// When it happened.
        at: Timestamp,
    },
    /// An earning names a rule that its terms do not have.
    #[error(
        "the terms of program {program} in force at {at} have no rule {rule}; compute the earnings of {origin} anew"
    )]
    NoRule {
        /// The program.
        program: ProgramId,
        /// What earned.
        origin: Source,
        /// When it happened.
        at: Timestamp,
        /// The rule.
        rule: RuleId,
    },
    /// Earnings of several groups were to be settled as one.
    #[error(
        "earnings of the groups {first} and {second} cannot be settled as one; settle each group by itself"
    )]
    MixedGroups {
        /// The group of the first earning.
        first: String,
        /// Another one.
        second: String,
    },
    /// An amount could not be computed exactly.
    #[error("the earnings of {subject}: {error}")]
    Money {
        /// What was to earn.
        subject: String,
        /// What went wrong.
        #[source]
        error: MoneyError,
    },
}

impl CommissionError {
    /// Says of what the amount was that could not be computed.
    pub(crate) fn of(subject: impl std::fmt::Display) -> impl FnOnce(MoneyError) -> Self {
        move |error| Self::Money { subject: subject.to_string(), error }
    }
}
