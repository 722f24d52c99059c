//! What shops deliver (Shopify, Stripe, `WooCommerce`): whether it is theirs, and what it says in events.
//!
//! [`Kind::verify`] checks the signature over the bytes as they came; [`read`] tells them as events of the contract. Both
//! are pure: no clock, no network, no state. So the same delivery is always the same events under the same ids, and
//! deliveries may come in any order, twice, or after each other's consequences.
//!
//! Amounts are taken as the shop writes them, decimal texts or minor units, without rounding. Ids of orders, accounts,
//! lines and refunds are the shop's own, behind the name that the shop has here. An e-mail address leaves this crate as
//! a hash. What is not understood is refused with a reason; nothing is guessed.
//!
//! ```
//! use tribute_shops::{Kind, Meaning, Settings, Shop, read};
//! let (brand, settings) = ("acme".parse()?, Settings::default());
//! let shop = Shop { brand: &brand, name: "web", kind: Kind::Shopify, settings: &settings };
//! let body = br#"{"id": 7, "order_id": 1001, "created_at": "2026-03-01T10:00:00-05:00", "refund_line_items": [
//!     {"line_item_id": 5, "quantity": 1, "subtotal": 19.90, "total_tax": 0}]}"#;
//! let Meaning::Events(events) = read(&shop, Some("refunds/create"), body)? else { panic!() };
//! assert!(String::from_utf8_lossy(&events[0]).contains(r#""order":"web:1001","refund":"web:7""#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod click;
mod event;
mod field;
mod settings;
mod shopify;
mod signature;
mod stripe;
mod woocommerce;

use std::{fmt, str::FromStr};

use tribute_events::{BrandId, Rejection, RejectionCode};

pub use click::{click_of, device_of};
pub use settings::{Settings, SettingsError};
pub use signature::{BadSignature, TOLERANCE_SECONDS};

use field::Field;

/// Which kind of shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Shopify: orders and refunds.
    Shopify,
    /// Stripe: checkout, invoices, refunds, disputes.
    Stripe,
    /// `WooCommerce`: orders and refunds.
    WooCommerce,
}

/// No kind of shop has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of shop; there are shopify, stripe, woocommerce")]
pub struct UnknownKind(String);

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Shopify, Self::Stripe, Self::WooCommerce];

    /// Its name, as it stands in paths.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::Stripe => "stripe",
            Self::WooCommerce => "woocommerce",
        }
    }

    /// The header in which it says what a delivery is about; the body says it where there is none.
    #[must_use]
    pub const fn topic_header(self) -> Option<&'static str> {
        match self {
            Self::Shopify => Some("x-shopify-topic"),
            Self::Stripe => None,
            Self::WooCommerce => Some("x-wc-webhook-topic"),
        }
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A shop that was connected.
#[derive(Debug, Clone, Copy)]
pub struct Shop<'a> {
    /// Whose it is.
    pub brand: &'a BrandId,
    /// What it is called within the brand: it stands before the ids that the shop gives.
    pub name: &'a str,
    /// What kind of shop it is.
    pub kind: Kind,
    /// How what it says is to be taken.
    pub settings: &'a Settings,
}

/// What a delivery says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// These events, as `CloudEvents` in JSON.
    Events(Vec<Vec<u8>>),
    /// It is understood, and says nothing that counts: why.
    Nothing(&'static str),
}

/// Tells a delivery as events. `topic` is what the shop says beside the body, which no signature covers: it is believed
/// only where the body bears it out.
///
/// # Errors
/// Why it is not understood, with the place in the body.
pub fn read(shop: &Shop<'_>, topic: Option<&str>, body: &[u8]) -> Result<Meaning, Rejection> {
    if shop.kind == Kind::WooCommerce && woocommerce::is_ping(body) {
        return Ok(Meaning::Nothing("the shop tries the address"));
    }
    let text = std::str::from_utf8(body).map_err(|error| {
        let reason = format!("byte {} of the delivery is not UTF-8", error.valid_up_to());
        Rejection::new(RejectionCode::NotUtf8, reason)
    })?;
    let whole: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| Rejection::new(RejectionCode::NotJson, format!("the delivery: {error}")))?;
    let whole = Field::whole(&whole);
    match shop.kind {
        Kind::Shopify => shopify::read(shop, topic, &whole),
        Kind::Stripe => stripe::read(shop, &whole),
        Kind::WooCommerce => woocommerce::read(shop, topic, &whole),
    }
}
