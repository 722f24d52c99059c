//! The public contract: what comes in, what goes out, and how each is written.
//!
//! An [`Event`] is an immutable fact in CloudEvents 1.0.2 JSON with two times: when it happened
//! (`time`) and when the log first accepted it (`recorded`). [`decode`] turns bytes into an `Event` or a
//! [`Rejection`] that a person can act on; [`outgoing`] holds what the services say in return;
//! [`catalogue`] lists every type with its topic, its key and its JSON Schema; [`statement`] is what a bank says, before
//! it is matched and becomes events.
//!
//! This crate decides nothing about money and knows no program's terms.
//!
//! ```
//! use tribute_events::{decode, Arrival, Payload, Timestamp};
//! let line = br#"{"specversion":"1.0","id":"e1","source":"/shop","type":"tribute.sale.cancelled","brand":"acme",
//!                 "time":"2026-03-01T10:00:00Z","data":{"order":"1001"}}"#;
//! let now: Timestamp = "2026-03-01T10:00:02Z".parse()?;
//! let event = decode(line, Arrival::Live(now))?;
//! assert!(matches!(event.payload, Payload::SaleCancelled(_)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::float_arithmetic, clippy::as_conversions)
)]

mod application;
pub mod catalogue;
mod configuration;
mod conversion;
mod delivery;
mod envelope;
mod finance;
mod identifier;
mod month;
pub mod outgoing;
mod payload;
mod payouts;
mod people;
mod posts;
mod rejection;
mod sales;
mod sealing;
mod sealing_post;
mod settlements;
pub mod statement;
mod tax;
mod timestamp;
mod touches;
mod unknown;

pub use application::{Engagement, Handle};
pub use configuration::{
    AmbassadorChanged, Brief, CampaignAnnounced, CodeIssued, CodeMode, CodeWithdrawn, FxPublished,
    LinkIssued, ProgramPublished, WorkshopAnnounced, WorkshopHeld,
};
pub use conversion::{Claim, Conversion, Loss, Moment, NetLine, Reason, Renewal, Share};
pub use delivery::RefusedDelivery;
pub use envelope::{
    Arrival, Event, Identity, LINE_BYTES_MAX, Opened, canonical_data, decode, digest_of_bytes, encode, open,
    stamp,
};
pub use finance::{
    AdjustmentApproved, AdjustmentProposed, AdjustmentRefused, BankEntry, BankEntryKind, BankEntryReported,
    ClaimAccepted, ClaimEvidenced, ClaimOpened, ClaimRefused, ClaimRemedy, PeriodClosed,
};
pub use identifier::{
    AccountId, AdjustmentId, AmbassadorId, BrandId, CampaignId, ClaimId, Code, DeviceId, EventId, GrantId,
    LinkId, OrderId, PayoutId, PostId, ProgramId, RefundId, RuleId, TouchId,
};
pub use month::{Month, NotAMonth};
pub use payload::{AmbassadorChange, Payload};
pub use payouts::{PayoutCancelled, PayoutMethod, PayoutMethodChosen, PayoutRunRequested};
pub use people::PersonErased;
pub use posts::{Metrics, PostMeasured, PostPublished, PostRemoved, PostReviewed, ReviewVerdict};
pub use rejection::{Rejection, RejectionCode};
pub use sales::{
    ConversionOverridden, DisputeOutcome, OverrideShare, RefundLine, SaleCancelled, SaleDisputed,
    SaleDocument, SaleLine, SaleRefunded, Subscription,
};
pub use sealing::{
    PersonalKind, PersonalText, Sealed, SealedAddress, SealedHandle, is_open, is_pseudonym, pseudonym, seal,
    wants_sealing,
};
pub use settlements::{
    ClockTicked, FileIssue, FindingDecided, FindingDecision, HoldChanged, PaymentReference, PayoutApproved,
    PayoutExported, PerkFulfilled, PerkOutcome, PerkStocked, SettlementOutcome, SettlementReported,
    ShipmentSent, StatementRead, TokenSpent,
};
pub use tax::{TaxFormKind, TaxFormReceived, TaxFormRevoked};
pub use timestamp::{DAY, HOUR, MINUTE, Milliseconds, Timestamp};
pub use touches::{AmbassadorJudged, ClickJudged, ClickRecorded, LoginRecorded, TouchKind};
pub use unknown::leave_out_unknown;
