//! How people are paid who chose nothing, and what is kept back for the tax authority.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{PayoutMethod, Timestamp};
use tribute_money::{Asset, Rate};

use super::PayoutTerms;

/// How somebody is paid who chose nothing. What is absent fits everybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MethodDefault {
    /// Only ambassadors of this region, as their profile has it; without regard to case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<SmolStr>,
    /// Only payouts in this currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Asset>,
    /// The method.
    pub method: PayoutMethod,
}

/// What to do where a tax form is asked for and none is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum OnMissingTaxForm {
    /// Hold the balance, with the reason.
    #[default]
    Hold,
    /// Keep back the rate of backup withholding, and pay the rest.
    Withhold,
}

/// The rate of backup withholding from an instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WithholdingRate {
    /// First instant.
    pub from: Timestamp,
    /// The rate.
    pub rate: Rate,
}

/// 24 % since 2018: 26 U.S.C. 3406(a)(1), the fourth lowest rate of section 1(j)(2)(C).
pub(super) fn withholding_rates() -> Vec<WithholdingRate> {
    // 2018-01-01T00:00:00Z
    let from = Timestamp::from_millis(1_514_764_800_000);
    vec![WithholdingRate { from, rate: Rate::from_millionths(240_000) }]
}

impl PayoutTerms {
    /// The rate of backup withholding at an instant; `None` where none is known.
    #[must_use]
    pub fn withholding_at(&self, at: Timestamp) -> Option<Rate> {
        let begun = self.backup_withholding.iter().filter(|it| it.from <= at);
        begun.max_by_key(|it| it.from).map(|it| it.rate)
    }

    /// How somebody is paid who chose nothing.
    #[must_use]
    pub fn default_method(&self, region: Option<&str>, currency: &Asset) -> Option<PayoutMethod> {
        let here = |it: &&MethodDefault| {
            let of_region = it
                .region
                .as_deref()
                .is_none_or(|own| region.is_some_and(|region| region.eq_ignore_ascii_case(own)));
            of_region && it.currency.as_ref().is_none_or(|own| own == currency)
        };
        self.method_defaults.iter().find(here).map(|it| it.method)
    }
}
