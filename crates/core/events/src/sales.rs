//! Orders: completed, edited, refunded, cancelled, disputed, overridden.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::{Asset, Millionths};

use crate::{AccountId, AmbassadorId, Code, DeviceId, OrderId, ProgramId, RefundId};

/// `tribute.sale.completed` and `tribute.sale.edited`: an order as it stands from then on.
///
/// The earliest one (by time, then event id) tells who bought, when, and with which codes; a later one
/// replaces lines and amounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaleDocument {
    /// The order's own id. Two events that carry one id are one order.
    pub order: OrderId,
    /// The only program it may count in; every program of the brand where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramId>,
    /// The buyer's account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The device the order was placed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// A hash of the buyer's e-mail address, never the address: SHA-256 of the address without blanks around it and in
    /// small letters, in hexadecimal digits. The hash of `Mina@Example.com` as it is written belongs to nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email_hash: Option<SmolStr>,
    /// A hash of the card or bank account that paid, never the number: SHA-256 in hexadecimal digits, of an IBAN's letters
    /// and digits without blanks, of anything else as those of ambassadors are made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_hash: Option<SmolStr>,
    /// The currency of every amount.
    pub currency: Asset,
    /// Codes used at checkout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<Code>,
    /// What was bought.
    pub lines: Vec<SaleLine>,
    /// Shipping charged; outside the base unless a rule includes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Millionths>,
    /// Tax charged; outside the base unless a rule includes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Millionths>,
    /// The sales channel: online, store …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<SmolStr>,
    /// Where it was sold to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
    /// The shop or venue of an in-store sale.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<SmolStr>,
    /// The subscription that it starts or renews.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<Subscription>,
}

/// One line of an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaleLine {
    /// The line's id within the order, for refunds by line; the SKU serves where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<SmolStr>,
    /// The product.
    pub sku: SmolStr,
    /// The product's category.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<SmolStr>,
    /// How many; never negative.
    pub quantity: i64,
    /// The line's total before `discount`, without tax and shipping.
    pub amount: Millionths,
    /// Discounts still to come off the amount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discount: Option<Millionths>,
}

/// The place of an order in a subscription.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Subscription {
    /// The subscription's own id.
    pub id: SmolStr,
    /// 0 for the order that starts it, then 1, 2, …
    pub renewal: u32,
}

/// `tribute.sale.refunded`: money went back, by line, by amount, or both; shipping and tax also by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaleRefunded {
    /// The order. A refund that names none is quarantined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The refund's own id. Two events that carry one id are one refund.
    pub refund: RefundId,
    /// An amount of the order as a whole, spread over its net lines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Millionths>,
    /// Amounts by line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<RefundLine>,
    /// Shipping that went back by itself, which the lines keep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Millionths>,
    /// Tax that went back with `lines` and `shipping`, which do not hold it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tax: Option<Millionths>,
}

/// A refund of one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RefundLine {
    /// The line's id, where the order gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<SmolStr>,
    /// The product, where the line is not named; its lines are filled in their order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<SmolStr>,
    /// How many came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
    /// How much went back.
    pub amount: Millionths,
}

/// `tribute.sale.cancelled`: the order is void.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaleCancelled {
    /// The order.
    pub order: OrderId,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Where a dispute stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DisputeOutcome {
    /// The buyer's bank took the money back for now: the order counts for nothing.
    Opened,
    /// The shop kept the money: the order counts again.
    Won,
    /// The buyer kept the money.
    Lost,
}

/// `tribute.sale.disputed`: a chargeback was opened, won or lost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SaleDisputed {
    /// The order.
    pub order: OrderId,
    /// Where it stands.
    pub outcome: DisputeOutcome,
}

/// `tribute.conversion.overridden`: a person with the right to do so says who is credited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConversionOverridden {
    /// The program.
    pub program: ProgramId,
    /// The order.
    pub order: OrderId,
    /// Who gets what; nobody where empty.
    pub shares: Vec<OverrideShare>,
    /// Who decided.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// One ambassador's part of an override.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverrideShare {
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// Their weight, relative to the sum of all.
    pub weight: u32,
}
