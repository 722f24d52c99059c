//! The neutral events as their files write them.

use serde::Deserialize;
use smol_str::SmolStr;
use tribute_events::{
    AccountId, AmbassadorId, CampaignId, Code, DeviceId, EventId, Metrics, OrderId, PostId, ProgramId,
    Timestamp,
};
use tribute_money::{Asset, Millionths};

/// What every neutral event has.
#[derive(Deserialize)]
pub(super) struct Head {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) id: EventId,
    pub(super) time: Timestamp,
}

#[derive(Deserialize)]
pub(super) struct Joined {
    pub(super) program_id: ProgramId,
    pub(super) ambassador_id: AmbassadorId,
    pub(super) platform: Option<SmolStr>,
    pub(super) followers: Option<u64>,
    pub(super) payout_currency: Asset,
    pub(super) coupon_code: Code,
    pub(super) customer_id: Option<AccountId>,
}

#[derive(Deserialize)]
pub(super) struct Left {
    pub(super) program_id: ProgramId,
    pub(super) ambassador_id: AmbassadorId,
}

#[derive(Deserialize)]
pub(super) struct Campaign {
    pub(super) id: CampaignId,
    pub(super) program_id: ProgramId,
    pub(super) hashtag: Option<SmolStr>,
    pub(super) coupon_code: Option<Code>,
    pub(super) ambassador_id: Option<AmbassadorId>,
    pub(super) starts: Timestamp,
    pub(super) ends: Timestamp,
}

#[derive(Deserialize)]
pub(super) struct Post {
    pub(super) id: PostId,
    pub(super) program_id: ProgramId,
    pub(super) author_id: AmbassadorId,
    pub(super) platform: Option<SmolStr>,
    pub(super) kind: Option<SmolStr>,
    #[serde(default)]
    pub(super) hashtags: Vec<SmolStr>,
    pub(super) followers: Option<u64>,
}

#[derive(Deserialize)]
pub(super) struct PostMetrics {
    pub(super) post_id: PostId,
    pub(super) metrics: Metrics,
}

#[derive(Deserialize)]
pub(super) struct Click {
    pub(super) program_id: ProgramId,
    pub(super) visitor_id: DeviceId,
    pub(super) channel: Option<SmolStr>,
    pub(super) ambassador_id: Option<AmbassadorId>,
    pub(super) post_id: Option<PostId>,
}

#[derive(Deserialize)]
pub(super) struct Sale {
    pub(super) id: OrderId,
    pub(super) program_id: ProgramId,
    pub(super) customer_id: Option<AccountId>,
    pub(super) visitor_id: Option<DeviceId>,
    #[serde(default)]
    pub(super) coupon_codes: Vec<Code>,
    pub(super) country: Option<SmolStr>,
    pub(super) currency: Asset,
    pub(super) amount: Millionths,
    pub(super) lines: Vec<Line>,
}

#[derive(Deserialize)]
pub(super) struct Line {
    pub(super) sku: SmolStr,
    pub(super) qty: i64,
    pub(super) amount: Millionths,
    #[serde(default)]
    pub(super) discounts: Discounts,
}

/// Discounts of a line. A retailer's own discount is in the line's amount already and is not read.
#[derive(Deserialize, Default)]
pub(super) struct Discounts {
    pub(super) coupon: Option<Millionths>,
    pub(super) coupon_match: Option<Millionths>,
}

#[derive(Deserialize)]
pub(super) struct Refund {
    pub(super) program_id: ProgramId,
    pub(super) sale_id: Option<OrderId>,
    pub(super) amount: Millionths,
    pub(super) lines: Vec<Line>,
}

/// A product of the catalogue.
#[derive(Deserialize)]
pub(super) struct Product {
    pub(super) program_id: ProgramId,
    pub(super) sku: SmolStr,
    pub(super) kind: SmolStr,
}
