//! Rates by the age of a subscription.

use tribute_events::Conversion;
use tribute_money::Rate;
use tribute_terms::{CommissionRule, Pays, Stage, Zone};

/// Whether the rule pays by the age of a subscription and nobody knows when this one began: no age is guessed.
pub(crate) fn is_unknown(rule: &CommissionRule, conversion: &Conversion) -> bool {
    matches!(rule.pays, Pays::Stages(_)) && conversion.renewal.is_some_and(|it| it.began_at.is_none())
}

/// The rate of the stage that the order lies in; nothing after the last.
pub(crate) fn rate_at(stages: &[Stage], conversion: &Conversion, zone: &Zone) -> Rate {
    let began = conversion.renewal.and_then(|it| it.began_at).unwrap_or(conversion.ordered_at);
    let mut months = 0_u16;
    for stage in stages {
        let Some(length) = stage.months else { return stage.percent };
        months = months.saturating_add(length);
        if conversion.ordered_at < zone.months_after(began, months) {
            return stage.percent;
        }
    }
    Rate::from_millionths(0)
}
