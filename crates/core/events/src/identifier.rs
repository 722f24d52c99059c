use std::{borrow::Borrow, fmt};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};
use smol_str::SmolStr;

/// The longest identifier, in bytes.
const BYTES_MAX: usize = 128;

/// Why a text can not be an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an identifier has 1 to {BYTES_MAX} bytes and no control characters")]
pub struct NotAnIdentifier;

fn checked(text: SmolStr) -> Result<SmolStr, NotAnIdentifier> {
    let plain = !text.is_empty() && text.len() <= BYTES_MAX && !text.chars().any(char::is_control);
    if plain { Ok(text) } else { Err(NotAnIdentifier) }
}

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident,)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// From a text that is known to be an identifier: one that was read back from the store.
            #[must_use]
            pub fn trusted(text: &str) -> Self {
                Self(text.into())
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnIdentifier;
            fn from_str(text: &str) -> Result<Self, NotAnIdentifier> {
                checked(text.into()).map(Self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                checked(SmolStr::deserialize(deserializer)?).map(Self).map_err(de::Error::custom)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({"type": "string", "minLength": 1, "maxLength": BYTES_MAX})
            }
        }
    )*};
}

identifiers! {
    /// The tenant. Nothing crosses from one brand to another.
    BrandId,
    /// One brand's rules for one group of ambassadors.
    ProgramId,
    /// A person enrolled in programs.
    AmbassadorId,
    /// An event's own id, unique with its source within a brand.
    EventId,
    /// An order: the natural key of a sale.
    OrderId,
    /// A refund: its natural key.
    RefundId,
    /// A click, scan or view: its natural key. For a code used at checkout, the code.
    TouchId,
    /// A piece of content.
    PostId,
    /// A campaign of a program.
    CampaignId,
    /// A tracking link.
    LinkId,
    /// A discount or coupon code.
    Code,
    /// A customer's account at the shop.
    AccountId,
    /// An anonymous device, by the shop's first-party id.
    DeviceId,
    /// A payout.
    PayoutId,
    /// One grant of a mission's reward.
    GrantId,
    /// A correction of the books by hand.
    AdjustmentId,
    /// A claim of a sale that is missing.
    ClaimId,
    /// A rule of the terms: a commission rule, a post fee, a mission, a board.
    RuleId,
}
