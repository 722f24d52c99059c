//! What makes vetting rules that can be read rules that can be met.

use std::collections::BTreeSet;

use crate::{
    QuotaPer, Terms, VettingRule, VettingTerms,
    check::check_rate,
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_vetting(&self, findings: &mut Findings) {
        let Some(terms) = &self.vetting else { return };
        let place = Place::new("vetting", 0, "approve_from");
        let (need, most) =
            (terms.approve_from, terms.rule.iter().fold(0, |sum: u64, it| sum.saturating_add(it.points)));
        findings.unless(need <= most, place, || {
            format!("vetting.approve_from is {need}, but all rules together bring {most} points: nobody could be approved")
        });
        let judges = !terms.rule.is_empty() || !terms.quota.is_empty() || terms.choose_at.is_some();
        findings.unless(!terms.by_invitation || !judges, place.with("by_invitation"), || {
            "vetting.by_invitation rejects whoever was not invited, and whoever was is in: leave out rules, quotas and \
             choose_at, which would judge nobody"
                .to_owned()
        });
        let least = terms.waitlist_from.unwrap_or(need);
        findings.unless(least <= need, place.with("waitlist_from"), || {
            format!("vetting.waitlist_from {least} must not be above approve_from {need}")
        });
        let begins = self.program.effective_from;
        findings.unless(terms.choose_at.is_none_or(|at| at > begins), place.with("choose_at"), || {
            format!(
                "vetting.choose_at must be later than effective_from {begins}: nobody could apply in between"
            )
        });
        for (index, rule) in terms.rule.iter().enumerate() {
            check_rule(findings, Place::new("vetting.rule", index, ""), rule);
        }
        check_quotas(findings, terms);
    }
}

fn check_rule(findings: &mut Findings, place: Place, rule: &VettingRule) {
    let name = format!("vetting.rule `{}`", rule.id);
    findings.unless(rule.points > 0 || rule.required, place.with("points"), || {
        format!("{name} brings no points and is not required: give it `points`, or `required = true`")
    });
    let bounds = rule.followers_from.zip(rule.followers_below);
    findings.unless(bounds.is_none_or(|(from, below)| from < below), place.with("followers_below"), || {
        format!(
            "{name}: nobody has at least {} and fewer than {} followers",
            bounds.unwrap_or_default().0,
            bounds.unwrap_or_default().1
        )
    });
    if let Some(rate) = rule.engagement_from {
        check_rate(findings, place.with("engagement_from"), &format!("{name}: engagement_from"), rate);
    }
    for (segment, share) in &rule.audience {
        check_rate(findings, place.with("audience"), &format!("{name}: audience `{segment}`"), *share);
    }
    let asks = rule.asks_for_an_account()
        || !rule.audience.is_empty()
        || [&rule.niches, &rule.regions, &rule.not_regions, &rule.campuses].iter().any(|it| !it.is_empty());
    findings.unless(asks, place.with("id"), || {
        format!("{name} asks for nothing, so that everybody meets it; name at least one condition, such as followers_from")
    });
}

fn check_quotas(findings: &mut Findings, terms: &VettingTerms) {
    let mut known = BTreeSet::new();
    for (index, quota) in terms.quota.iter().enumerate() {
        let place = Place::new("vetting.quota", index, "per");
        findings.unless(known.insert(quota.per), place, || {
            "vetting.quota: there is one quota already for the same segments; keep the smaller one".to_owned()
        });
        findings.unless(
            quota.per != QuotaPer::Everyone || quota.places_for.is_empty(),
            place.with("places_for"),
            || {
                "vetting.quota: `places_for` names segments; say `per = \"region\"` or `per = \"campus\"`"
                    .to_owned()
            },
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::Terms;

    #[test]
    fn vetting_that_nobody_could_meet_is_refused_with_its_line() {
        let head = "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"\n";
        let rule = "[[vetting.rule]]\nid = \"r\"\n";
        for (rest, expected) in [
            (
                "[vetting]\napprove_from = 5\n",
                "line 8: vetting.approve_from is 5, but all rules together bring 0",
            ),
            (
                "[vetting]\nby_invitation = true\n[[vetting.quota]]\nplaces = 1\n",
                "line 8: vetting.by_invitation rejects",
            ),
            ("[vetting]\nwaitlist_from = 5\n", "line 8: vetting.waitlist_from 5 must not"),
            ("[vetting]\nchoose_at = \"2025-01-01T00:00:00Z\"\n", "line 8: vetting.choose_at must be later"),
            (&format!("{rule}points = 1\n"), "line 8: vetting.rule `r` asks for nothing"),
            (&format!("{rule}followers_from = 3\n"), "line 7: vetting.rule `r` brings no points"),
            (
                &format!("{rule}points = 1\nfollowers_from = 3\nfollowers_below = 3\n"),
                "line 11: vetting.rule `r`: nobody has",
            ),
            (
                &format!("{rule}points = 1\nengagement_from = \"120%\"\n"),
                "line 10: vetting.rule `r`: engagement_from: 120%",
            ),
            (
                "[[vetting.quota]]\nplaces = 1\n[[vetting.quota]]\nplaces = 2\n",
                "line 9: vetting.quota: there is one",
            ),
            (
                "[[vetting.quota]]\nplaces = 1\nplaces_for = { a = 2 }\n",
                "line 9: vetting.quota: `places_for`",
            ),
        ] {
            let found = Terms::parse(&format!("{head}{rest}")).unwrap_err();
            assert!(found.iter().any(|it| it.to_string().starts_with(expected)), "{rest}: {found:?}");
        }
    }
}
