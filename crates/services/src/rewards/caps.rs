//! Caps of tokens for each ambassador and period.

use std::collections::{BTreeMap, BTreeSet};

use tribute_events::{RuleId, Timestamp};
use tribute_money::Asset;
use tribute_rewards::{Grant, Won, within_cap};
use tribute_terms::{Program, Token};

/// A grant as far as the caps let it be.
pub(crate) struct Capped {
    pub(crate) grant: Grant,
    /// Why it brings less than its mission says.
    pub(crate) reason: Option<String>,
}

/// What the terms in force at an instant say of a token.
pub(super) fn token_at<'p>(program: &'p Program, asset: &Asset, at: Timestamp) -> Option<&'p Token> {
    program.terms_at(at)?.token.iter().find(|token| token.asset == *asset)
}

/// These missions, and all others where a cap counts what they give together.
pub(super) fn joined(program: &Program, missions: BTreeSet<RuleId>) -> BTreeSet<RuleId> {
    let versions = program.versions();
    if versions.iter().flat_map(|terms| &terms.token).all(|token| token.per_ambassador.is_none()) {
        return missions;
    }
    versions
        .iter()
        .flat_map(|terms| &terms.mission)
        .map(|mission| mission.id.clone())
        .chain(missions)
        .collect()
}

/// Cuts one ambassador's grants to the caps of their periods.
pub(crate) fn within(program: &Program, granted: Vec<Grant>) -> Vec<Capped> {
    let mut found = Vec::with_capacity(granted.len());
    let mut periods: BTreeMap<(Asset, Timestamp), Vec<(Grant, Won)>> = BTreeMap::new();
    for grant in granted {
        let at = grant.effective_at;
        let capped =
            token_at(program, &grant.asset, at).and_then(|token| Some((token, token.per_ambassador?)));
        let Some(((token, cap), terms)) = capped.zip(program.terms_at(at)) else {
            found.push(Capped { grant, reason: None });
            continue;
        };
        let starts_at = terms.program.time_zone.period(token.period, at).starts_at;
        let won = Won { grant: grant.id.clone(), effective_at: at, units: grant.units, cap };
        periods.entry((grant.asset.clone(), starts_at)).or_default().push((grant, won));
    }
    for grants in periods.into_values() {
        let won: Vec<_> = grants.iter().map(|(_, won)| won.clone()).collect();
        for ((grant, won), units) in grants.into_iter().zip(within_cap(&won)) {
            let cut =
                || format!("cut from {}: one ambassador has at most {} in a period", won.units, won.cap);
            let reason = (units < won.units).then(cut);
            found.push(Capped { grant: Grant { units, ..grant }, reason });
        }
    }
    found
}
