//! Touches, logins, and the verdicts on them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{AccountId, AmbassadorId, CampaignId, DeviceId, LinkId, PostId, ProgramId, Timestamp, TouchId};

/// How a shopper met an ambassador. In the order of strength at one instant.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum TouchKind {
    /// Saw it.
    View,
    /// Followed a link.
    #[default]
    Click,
    /// Scanned a QR code.
    Qr,
}

/// `tribute.click.recorded`: a click on an ambassador's link, a scan, or a view.
///
/// Without an ambassador and a link it counts in the funnel only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClickRecorded {
    /// The click's own id. Two events that carry one id are one click.
    pub click: TouchId,
    /// What kind of touch it is.
    #[serde(default)]
    pub kind: TouchKind,
    /// The program; may be absent where the link names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ProgramId>,
    /// Whose link it was; may be absent where the link names them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ambassador: Option<AmbassadorId>,
    /// The link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<LinkId>,
    /// The anonymous device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<DeviceId>,
    /// The shopper's account, where they were logged in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountId>,
    /// The post that held the link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostId>,
    /// The campaign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub campaign: Option<CampaignId>,
    /// Where it came from: referral, social, direct …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<SmolStr>,
}

/// `tribute.login.recorded`: an account was used on a device.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoginRecorded {
    /// The device.
    pub device: DeviceId,
    /// The account.
    pub account: AccountId,
}

/// `tribute.click.judged`: a verdict on one click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClickJudged {
    /// The click.
    pub click: TouchId,
    /// `false`: the click is invalid. `true` takes an earlier verdict back.
    pub valid: bool,
    /// Why.
    pub reason: String,
}

/// `tribute.ambassador.judged`: a verdict on an ambassador's touches and codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AmbassadorJudged {
    /// The program.
    pub program: ProgramId,
    /// The ambassador.
    pub ambassador: AmbassadorId,
    /// `false`: their touches are invalid. `true` takes an earlier verdict back.
    pub valid: bool,
    /// Orders before this instant are not concerned; all orders where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders_from: Option<Timestamp>,
    /// Why.
    pub reason: String,
}
