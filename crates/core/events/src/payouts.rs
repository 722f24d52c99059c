//! What people decide of payouts before the bank has them: runs, cancellations, and how somebody is paid.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_money::Asset;

use crate::{AmbassadorId, PayoutId, ProgramId, Rejection, RejectionCode, Timestamp};

/// `tribute.payout_run.requested`: a person asks for a run of a program's payouts with this cut-off.
///
/// The clock must have come to the cut-off. A run is its program and its cut-off: asked for twice it pays once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutRunRequested {
    /// The program.
    pub program: ProgramId,
    /// What had cleared by this instant is paid; no run of the program may have a later cut-off already.
    pub cut_off: Timestamp,
    /// Who asks for it. They approve none of its payouts.
    pub by: String,
}

/// `tribute.payout_cancellation.given`: a payout is not made, and its money is available again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutCancelled {
    /// The payout.
    pub payout: PayoutId,
    /// Who cancels it.
    pub by: String,
    /// Why.
    pub reason: String,
    /// The file that it was exported in never went to the bank, or was taken back from it. Without it what was exported
    /// is not cancelled: it might be paid all the same.
    #[serde(default)]
    pub file_withdrawn: bool,
}

/// How somebody is paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PayoutMethod {
    /// A euro credit transfer within SEPA.
    Sepa,
    /// A US dollar credit through the ACH network.
    Ach,
    /// A PayPal wallet.
    Paypal,
    /// A transfer by Wise.
    Wise,
    /// Credit at the brand's shop.
    StoreCredit,
    /// A gift card of the brand.
    GiftCard,
}

/// `tribute.payout_method.chosen`: how somebody is paid from then on, in every program of the brand. Where to lies in the
/// vault; the fact names no account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PayoutMethodChosen {
    /// The person.
    pub ambassador: AmbassadorId,
    /// The method.
    pub method: PayoutMethod,
    /// Whether valid details for it lie in the vault. Store credit and gift cards need none.
    #[serde(default)]
    pub details: bool,
    /// Who entered it. They approve none of the person's payouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<SmolStr>,
}

impl PayoutMethod {
    /// Every method.
    pub const ALL: [Self; 6] =
        [Self::Sepa, Self::Ach, Self::Paypal, Self::Wise, Self::StoreCredit, Self::GiftCard];

    /// The method as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sepa => "sepa",
            Self::Ach => "ach",
            Self::Paypal => "paypal",
            Self::Wise => "wise",
            Self::StoreCredit => "store_credit",
            Self::GiftCard => "gift_card",
        }
    }

    /// Whether the brand hands it over itself, and no bank or provider moves money.
    #[must_use]
    pub const fn is_in_house(self) -> bool {
        matches!(self, Self::StoreCredit | Self::GiftCard)
    }

    /// The one currency that it pays, where there is but one.
    #[must_use]
    pub const fn only_currency(self) -> Option<&'static str> {
        match self {
            Self::Sepa => Some("EUR"),
            Self::Ach => Some("USD"),
            Self::Paypal | Self::Wise | Self::StoreCredit | Self::GiftCard => None,
        }
    }

    /// Whether it pays a currency.
    #[must_use]
    pub fn pays(self, asset: &Asset) -> bool {
        self.only_currency().is_none_or(|only| only == asset.as_str())
    }
}

impl FromStr for PayoutMethod {
    type Err = Rejection;

    fn from_str(text: &str) -> Result<Self, Rejection> {
        let found = Self::ALL.into_iter().find(|method| method.as_str() == text);
        found.ok_or_else(|| {
            let text: String = text.chars().take(40).collect();
            let reason = format!(
                "`{text}` is no way of paying; use sepa, ach, paypal, wise, store_credit or gift_card"
            );
            Rejection::new(RejectionCode::InvalidData, reason)
        })
    }
}

impl fmt::Display for PayoutMethod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_read_back_and_pay_their_currency() {
        for method in PayoutMethod::ALL {
            assert_eq!(method.as_str().parse(), Ok(method));
            let json = format!("\"{method}\"");
            assert_eq!(serde_json::to_string(&method).unwrap(), json);
        }
        let usd: Asset = "USD".parse().unwrap();
        assert!(
            !PayoutMethod::Sepa.pays(&usd) && PayoutMethod::Ach.pays(&usd) && PayoutMethod::Wise.pays(&usd)
        );
        assert!("cash".parse::<PayoutMethod>().is_err());
    }
}
