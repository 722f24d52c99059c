//! Whom money may be paid to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// Whom money may be paid to, by the region that is known of an ambassador at the order or post. Others may take part:
/// orders are credited to them, and they earn tokens and perks, but no money of any kind: no commission, fee, bonus,
/// recruiter's share, referral, guarantee or prize. Where regions are named, nobody of an unknown region earns money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, Default)]
#[serde(deny_unknown_fields, default)]
pub struct PayTerms {
    /// Only in these regions; everywhere where empty.
    pub regions: Vec<SmolStr>,
    /// In none of these regions.
    pub not_regions: Vec<SmolStr>,
}

impl PayTerms {
    /// Whether it makes a difference where somebody is.
    #[must_use]
    pub const fn asks_for_a_region(&self) -> bool {
        !self.regions.is_empty() || !self.not_regions.is_empty()
    }

    /// Whether somebody in a region may earn money.
    #[must_use]
    pub fn allows(&self, region: Option<&str>) -> bool {
        let named = |list: &[SmolStr], region: &str| list.iter().any(|it| it.eq_ignore_ascii_case(region));
        let allows = |region| {
            (self.regions.is_empty() || named(&self.regions, region)) && !named(&self.not_regions, region)
        };
        !self.asks_for_a_region() || region.is_some_and(allows)
    }
}

#[cfg(test)]
mod tests {
    use super::PayTerms;

    #[test]
    fn nobody_of_an_unknown_region_is_paid_where_regions_are_named() {
        let terms = |text: &str| toml::from_str::<PayTerms>(text).unwrap();
        assert!(terms("").allows(None));
        let without = terms("not_regions = ['US-OH']");
        assert!(without.allows(Some("US-CA")) && !without.allows(Some("us-oh")) && !without.allows(None));
        let only = terms("regions = ['US-CA']");
        assert!(only.allows(Some("US-CA")) && !only.allows(Some("US-OH")) && !only.allows(None));
    }
}
