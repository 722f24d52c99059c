//! How what a shop says is to be taken: what is not the same in every shop.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::ProgramId;

/// Settings of one shop. Every field has a default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The only program that its orders count in; every program of the brand where absent.
    pub program: Option<ProgramId>,
    /// The note attributes, metadata or order fields that may hold the id of a click, the first that does first.
    pub click_fields: Vec<SmolStr>,
    /// The parameter of the landing page that holds it.
    pub click_parameter: SmolStr,
    /// Stripe: the metadata that may hold a code.
    pub code_fields: Vec<SmolStr>,
    /// What a code is called in the programs, where the shop has another name for it: `{"promo_1Pga" = "ADA10"}`.
    pub codes: BTreeMap<SmolStr, SmolStr>,
    /// Stripe: the product of a payment that names none.
    pub product: SmolStr,
    /// The sales channel, where it is not to be `online`, or `store` for a till.
    pub channel: Option<SmolStr>,
    /// Shopify: whether prices hold the tax, for refunds that do not show it by what they add up to.
    pub prices_include_tax: Option<bool>,
    /// Shopify: whether orders of the test gateway count.
    pub takes_test_orders: bool,
    /// Stripe: decimals of the minor unit of currencies that it counts in its own way.
    pub minor_units: BTreeMap<SmolStr, u32>,
}

impl Default for Settings {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(SmolStr::new).collect();
        Self {
            program: None,
            click_fields: names(&["click", "tribute_click"]),
            click_parameter: "click".into(),
            code_fields: names(&["code", "referral_code"]),
            codes: BTreeMap::new(),
            product: "unnamed".into(),
            channel: None,
            prices_include_tax: None,
            takes_test_orders: false,
            minor_units: BTreeMap::new(),
        }
    }
}

/// Settings that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("the shop's settings: {0}")]
pub struct SettingsError(String);

impl Settings {
    /// Reads a file of settings, TOML.
    ///
    /// # Errors
    /// Where and what is wrong.
    pub fn from_toml(text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error| SettingsError(error.to_string().trim_end().to_owned()))
    }

    /// Reads what [`to_json`](Self::to_json) wrote.
    ///
    /// # Errors
    /// What `serde_json` reports.
    pub fn from_json(text: &str) -> Result<Self, SettingsError> {
        serde_json::from_str(text).map_err(|error| SettingsError(error.to_string()))
    }

    /// The settings as one text, for the store.
    ///
    /// # Errors
    /// What `serde_json` reports; none fails.
    pub fn to_json(&self) -> Result<String, SettingsError> {
        serde_json::to_string(self).map_err(|error| SettingsError(error.to_string()))
    }

    /// The name by which programs know a code.
    pub(crate) fn code(&self, code: &str) -> SmolStr {
        self.codes.get(code).cloned().unwrap_or_else(|| code.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_as_they_are_and_a_mistyped_one_is_refused() {
        let said = "program = 'friends'\nprices_include_tax = true\ncodes = { promo_1 = 'ADA10' }\n";
        let settings = Settings::from_toml(said).unwrap();
        assert_eq!(Settings::from_json(&settings.to_json().unwrap()).unwrap(), settings);
        assert_eq!((settings.code("promo_1").as_str(), settings.code("BEN").as_str()), ("ADA10", "BEN"));
        assert_eq!(Settings::from_json("{}").unwrap(), Settings::default());
        assert!(Settings::from_toml("progam = 'x'").unwrap_err().to_string().contains("progam"));
    }
}
