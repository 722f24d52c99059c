use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{
    AccountId, AmbassadorId, DeviceId, Event, EventId, LinkId, OrderId, Payload, PostId, ProgramId, Share,
    Timestamp, TouchId, TouchKind,
};

/// A click, scan or view, with the verdicts on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Touch {
    /// Its natural key.
    pub id: TouchId,
    /// What kind of touch it is.
    pub kind: TouchKind,
    /// When it happened.
    #[serde(with = "crate::millis")]
    pub at: Timestamp,
    /// When it was recorded.
    #[serde(with = "crate::millis")]
    pub recorded: Timestamp,
    /// The program; the link's where absent.
    pub program: Option<ProgramId>,
    /// Whose it is; the link's where absent.
    pub ambassador: Option<AmbassadorId>,
    /// The link.
    pub link: Option<LinkId>,
    /// The device.
    pub device: Option<DeviceId>,
    /// The account, where the shopper was logged in.
    pub account: Option<AccountId>,
    /// The verdicts on it, in any order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub verdicts: Vec<Verdict>,
}

impl Touch {
    /// The touch that an event tells of, without verdicts; `None` for an event of another kind.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let Payload::Click(click) = &event.payload else { return None };
        Some(Self {
            id: click.click.clone(),
            kind: click.kind,
            at: event.time,
            recorded: event.recorded,
            program: click.program.clone(),
            ambassador: click.ambassador.clone(),
            link: click.link.clone(),
            device: click.device.clone(),
            account: click.account.clone(),
            verdicts: Vec::new(),
        })
    }
}

/// A verdict on one touch. The last one by (time, id) holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// When it was given.
    #[serde(with = "crate::millis")]
    pub at: Timestamp,
    /// When it was recorded.
    #[serde(with = "crate::millis")]
    pub recorded: Timestamp,
    /// Whether the touch may be credited.
    pub valid: bool,
    /// The event.
    pub id: EventId,
}

impl Verdict {
    /// The touch that an event judges, and the verdict; `None` for an event of another kind.
    #[must_use]
    pub fn of(event: &Event) -> Option<(TouchId, Self)> {
        let Payload::ClickJudged(judged) = &event.payload else { return None };
        let (at, recorded, id) = (event.time, event.recorded, event.id.clone());
        Some((judged.click.clone(), Self { at, recorded, valid: judged.valid, id }))
    }
}

/// An account was used on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Login {
    /// The device.
    pub device: DeviceId,
    /// The account.
    pub account: AccountId,
    /// When it happened.
    #[serde(with = "crate::millis")]
    pub at: Timestamp,
    /// When it was recorded.
    #[serde(with = "crate::millis")]
    pub recorded: Timestamp,
    /// The event.
    pub id: EventId,
}

impl Login {
    /// The login that an event tells of: a login, or any touch or sale that carries both a device and an
    /// account.
    #[must_use]
    pub fn of(event: &Event) -> Option<Self> {
        let (device, account) = match &event.payload {
            Payload::Login(login) => (Some(&login.device), Some(&login.account)),
            Payload::Click(click) => (click.device.as_ref(), click.account.as_ref()),
            Payload::SaleCompleted(sale) | Payload::SaleEdited(sale) => {
                (sale.device.as_ref(), sale.account.as_ref())
            }
            _ => (None, None),
        };
        let (device, account) = (device?.clone(), account?.clone());
        Some(Self { device, account, at: event.time, recorded: event.recorded, id: event.id.clone() })
    }
}

/// Another order of somebody who may be the same person: it says whether they are a returning customer, and where
/// the terms bind for life whose they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierOrder {
    /// The order.
    pub order: OrderId,
    /// The account that bought.
    pub account: Option<AccountId>,
    /// The device that it was bought on.
    pub device: Option<DeviceId>,
    /// When it was placed.
    pub at: Timestamp,
    /// When that was recorded.
    pub recorded: Timestamp,
    /// When it was cancelled, where it was, and when that was recorded.
    pub cancelled: Option<(Timestamp, Timestamp)>,
    /// Who was credited with it otherwise than for life; asked only where the terms bind for life.
    pub credit: Vec<CreditedFrom>,
}

/// Who is credited with an order from an instant on, until the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreditedFrom {
    /// When it took effect.
    pub at: Timestamp,
    /// The event that brought it about.
    pub cause: EventId,
    /// The shares, the house's included.
    pub shares: Vec<Share>,
}

/// The shares that were in effect at an instant.
pub(crate) fn shares_at(credit: &[CreditedFrom], at: Timestamp) -> &[Share] {
    credit.iter().rev().find(|it| it.at <= at).map_or(&[], |it| it.shares.as_slice())
}

/// The order that started a subscription, and its credit as it was known before this order's lock
/// ([`credit_as_known`](crate::credit_as_known)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    /// The earlier order.
    pub order: OrderId,
    /// When it was placed.
    pub ordered_at: Timestamp,
    /// Who was credited with it.
    pub credit: Vec<CreditedFrom>,
}

/// A post that may be credited where the terms opt in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LivePost {
    /// The post.
    pub post: PostId,
    /// Who published it.
    pub author: AmbassadorId,
    /// When it was published.
    pub at: Timestamp,
    /// When it was removed, where it was, each time with when that was recorded.
    pub removals: Vec<(Timestamp, Timestamp)>,
    /// The products that it shows, by SKU.
    pub products: Vec<SmolStr>,
    /// Whether it is disclosed as advertising.
    pub disclosed: bool,
    /// When its publication was recorded.
    pub recorded: Timestamp,
}

/// What is known besides the order itself, in any order. What does not concern the order does no harm.
///
/// Touches are unique by id. An event that carries both a device and an account counts as a login
/// ([`Login::of`]); the order's own pair is always known, whether or not it is among `logins`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Evidence<'a> {
    /// Touches that may be the buyer's: of their account, and of every device that was ever theirs.
    pub touches: &'a [Touch],
    /// Every login on the devices of the order, of the touches and of the earlier orders.
    pub logins: &'a [Login],
    /// Other orders in the program that may be the buyer's: of their account, and of every device that was ever
    /// theirs.
    pub earlier_orders: &'a [EarlierOrder],
    /// The first order of this order's subscription, as long as renewals inherit its credit.
    pub subscription: Option<&'a Inherited>,
    /// Posts of the program's ambassadors; looked at only where the terms opt in.
    pub posts: &'a [LivePost],
}
