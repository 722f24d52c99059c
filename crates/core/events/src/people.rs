//! A person is gone: what was known of them is deleted, the books stay.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::AmbassadorId;

/// `tribute.person.erased`: what the vault knew of a person is deleted, in every program of the brand.
///
/// From the event's time on nothing is paid out to them: what they have earned is held, and says why. Nothing takes an
/// erasure back; a person who returns is enrolled under another id. It says nothing of the person but their key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonErased {
    /// The person.
    pub ambassador: AmbassadorId,
    /// Who erased them. Never empty, like why: it cannot be undone.
    pub by: String,
    /// Why, without a word about the person: the request's number, say.
    pub reason: String,
}
