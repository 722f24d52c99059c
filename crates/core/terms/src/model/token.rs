//! What limits tokens, and when places are taken up.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::Timestamp;
use tribute_money::Asset;

use crate::{Period, Span};

/// What limits a token that missions give, and when it expires.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Token {
    /// The token: `GAMECOIN`.
    pub asset: Asset,
    /// Tokens that are not spent so long after they were granted expire, the oldest first; never where absent.
    #[serde(default)]
    pub expires_after: Option<Span>,
    /// The most that there may be; grants beyond it wait, the first come by time first.
    #[serde(default)]
    pub supply: Option<u64>,
    /// The most that one ambassador is granted in a period; a grant beyond it is cut to what is left.
    #[serde(default)]
    pub per_ambassador: Option<u64>,
    /// The period of `per_ambassador`; of all time where absent.
    #[serde(default)]
    pub period: Period,
}

/// A perk that is a place at an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    /// The perk: `SKU:AUTHOR-EVENING`. Places come in as its stock.
    pub perk: Asset,
    /// Its name for people.
    #[serde(default)]
    pub name: SmolStr,
    /// When it begins: who won no place by then goes without one.
    pub starts_at: Timestamp,
}
