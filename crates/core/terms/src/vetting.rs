//! What an application is worth under the vetting rules of the terms.

use smol_str::SmolStr;
use tribute_events::{Handle, RuleId, Timestamp};
use tribute_money::Rate;

use crate::{Denominator, Profile, VettingRule, VettingTerms};

/// What an application is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The points of the rules that it meets.
    pub points: u64,
    /// These rules, in the order of the file.
    pub met: Vec<RuleId>,
    /// The required rules that it does not meet.
    pub failed: Vec<RuleId>,
}

impl VettingTerms {
    /// Scores what is known of a person who applies at `at`.
    #[must_use]
    pub fn score(&self, profile: &Profile, at: Timestamp) -> Score {
        let mut score = Score { points: 0, met: Vec::new(), failed: Vec::new() };
        for rule in &self.rule {
            if rule.is_met(profile, at) {
                score.points = score.points.saturating_add(rule.points);
                score.met.push(rule.id.clone());
            } else if rule.required {
                score.failed.push(rule.id.clone());
            }
        }
        score
    }
}

impl VettingRule {
    fn is_met(&self, profile: &Profile, at: Timestamp) -> bool {
        let named = |list: &[SmolStr], value: &str| list.iter().any(|it| it.eq_ignore_ascii_case(value));
        let region = profile.region.as_deref();
        let campus = profile.campus.as_deref();
        let share =
            |(segment, least): (&SmolStr, &Rate)| profile.audience.get(segment).is_some_and(|it| it >= least);
        (self.niches.is_empty() || profile.niches.iter().any(|it| named(&self.niches, it)))
            && self.audience.iter().all(share)
            && (self.regions.is_empty() || region.is_some_and(|it| named(&self.regions, it)))
            && (self.not_regions.is_empty() || region.is_some_and(|it| !named(&self.not_regions, it)))
            && (self.campuses.is_empty()
                || campus.is_some_and(|it| named(&self.campuses, "*") || named(&self.campuses, it)))
            && (!self.asks_for_an_account() || profile.accounts_shown().any(|handle| self.suits(&handle, at)))
    }

    pub(crate) const fn asks_for_an_account(&self) -> bool {
        !self.platforms.is_empty()
            || self.followers_from.is_some()
            || self.followers_below.is_some()
            || self.engagement_from.is_some()
            || self.account_age.is_some()
    }

    fn suits(&self, handle: &Handle, at: Timestamp) -> bool {
        let old = |age: i64| handle.account_created.is_some_and(|since| at.since(since) >= age);
        let platform = |it: &SmolStr| it.eq_ignore_ascii_case(&handle.platform);
        (self.platforms.is_empty() || self.platforms.iter().any(platform))
            && self.followers_from.is_none_or(|from| handle.followers.is_some_and(|it| it >= from))
            && self.followers_below.is_none_or(|below| handle.followers.is_some_and(|it| it < below))
            && self.engagement_from.is_none_or(|least| reaches(handle, self.engagement_by, least))
            && self.account_age.is_none_or(|age| old(age.millis()))
    }
}

/// Whether interactions ÷ denominator is at least `least`, exactly. Without a denominator it is not.
fn reaches(handle: &Handle, by: Denominator, least: Rate) -> bool {
    let Some(engagement) = handle.engagement else { return false };
    let denominator = match by {
        Denominator::Views => engagement.views.map(i128::from),
        Denominator::Followers => {
            let posts = i128::from(engagement.posts.unwrap_or(1));
            handle.followers.map(|it| i128::from(it).saturating_mul(posts))
        }
    };
    let interactions = i128::from(engagement.interactions).saturating_mul(1_000_000);
    denominator
        .filter(|it| *it > 0)
        .is_some_and(|it| interactions >= it.saturating_mul(i128::from(least.millionths())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(json: &str) -> Profile {
        let said: tribute_events::AmbassadorChanged = serde_json::from_str(json).unwrap();
        let mut profile = Profile::default();
        profile.hear(&said);
        profile
    }

    fn score(rules: &str, rest: &str) -> (u64, usize) {
        let terms: VettingTerms = toml::from_str(rules).unwrap();
        let person = profile(&format!("{{\"program\":\"p\",\"ambassador\":\"ann\",{rest}}}"));
        let score = terms.score(&person, "2026-03-01T00:00:00Z".parse().unwrap());
        (score.points, score.failed.len())
    }

    #[test]
    fn an_engagement_rate_has_a_stated_denominator_and_is_exact() {
        let by = |by: &str, rate: &str| {
            let rule = format!(
                "[[rule]]\nid = 'e'\npoints = 1\nengagement_from = '{rate}'\nengagement_by = '{by}'\n"
            );
            let handle = "\"handles\":[{\"platform\":\"tube\",\"handle\":\"a\",\"followers\":1000,\
                          \"engagement\":{\"interactions\":85,\"views\":1000,\"posts\":2}}]";
            score(&rule, handle).0
        };
        assert_eq!((by("views", "8.5%"), by("views", "8.5001%")), (1, 0));
        assert_eq!((by("followers", "4.25%"), by("followers", "4.2501%")), (1, 0));
        let rule = "[[rule]]\nid = 'e'\npoints = 1\nengagement_from = '0%'\n";
        let none = "\"handles\":[{\"platform\":\"tube\",\"handle\":\"a\",\"engagement\":{\"interactions\":85,\"views\":0}}]";
        assert_eq!(score(rule, none).0, 0, "no views, no rate");
    }

    #[test]
    fn conditions_on_an_account_hold_of_one_account() {
        let rule = "[[rule]]\nid = 'r'\npoints = 3\nplatforms = ['Insta']\nfollowers_from = 5000\naccount_age = '365d'\n";
        let with = |platform: &str, followers: u64, since: &str| {
            let handle = format!(
                "\"handles\":[{{\"platform\":\"tube\",\"handle\":\"b\",\"followers\":90000,\"account_created\":\"2015-01-01T00:00:00Z\"}},\
                 {{\"platform\":\"{platform}\",\"handle\":\"a\",\"followers\":{followers},\"account_created\":\"{since}\"}}]"
            );
            score(rule, &handle).0
        };
        assert_eq!(with("insta", 5_000, "2025-03-01T00:00:00Z"), 3);
        assert_eq!(with("insta", 4_999, "2025-03-01T00:00:00Z"), 0);
        assert_eq!(with("insta", 5_000, "2025-03-01T00:00:01Z"), 0);
        assert_eq!(with("tube", 5_000, "2025-03-01T00:00:00Z"), 0);
        assert_eq!(
            score("[[rule]]\nid = 'r'\npoints = 3\nfollowers_from = 5\n", "\"followers\":5").0,
            3,
            "the main platform"
        );
    }

    #[test]
    fn what_is_not_known_holds_nothing() {
        let rules = "[[rule]]\nid = 'a'\npoints = 1\nniches = ['style']\n[[rule]]\nid = 'b'\npoints = 10\naudience = { 'country:US' = '60%' }\n\
                     [[rule]]\nid = 'c'\npoints = 100\ncampuses = ['*']\n[[rule]]\nid = 'd'\npoints = 1000\nrequired = true\nnot_regions = ['US-OH']\n";
        assert_eq!(score(rules, "\"niches\":[]"), (0, 1));
        let known = "\"niches\":[\"Style\"],\"audience\":{\"country:US\":\"60%\"},\"campus\":\"lse\",\"region\":\"US-CA\"";
        assert_eq!(score(rules, known), (1_111, 0));
        assert_eq!(score(rules, "\"region\":\"US-OH\""), (0, 1));
    }
}
