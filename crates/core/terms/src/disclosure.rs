//! Whether a post discloses that it is paid: country rules, kept as data.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;
use smol_str::SmolStr;
use tribute_events::PostPublished;

use crate::{
    DisclosureTerms, Mission, Terms,
    finding::{Findings, Place},
    hashtag::bare,
};

/// The hashtags that disclose, by country.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    default: Vec<SmolStr>,
    countries: BTreeMap<SmolStr, Vec<SmolStr>>,
}

/// Every version of the rules that was ever released: terms name one, and it never changes.
const RELEASED: [(&str, &str); 1] = [("2026-1", include_str!("../data/disclosure-2026-1.toml"))];

static RULES: LazyLock<BTreeMap<&str, Rules>> = LazyLock::new(|| {
    let read = |(name, text): &(&'static str, &str)| toml::from_str(text).ok().map(|rules| (*name, rules));
    RELEASED.iter().filter_map(read).collect()
});

/// The versions of the country rules that terms may name, oldest first.
#[must_use]
pub fn disclosure_rules() -> Vec<&'static str> {
    RULES.keys().copied().collect()
}

/// What shows that a post discloses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disclosure {
    /// The hashtag or the platform's label, as the post has it.
    pub sign: SmolStr,
    /// The rule by which it discloses: `DE, rules 2026-1`.
    pub rule: String,
}

impl Terms {
    /// What shows that a post discloses, by the rule of its country, else of its author's; by `hashtags`, which the
    /// rule of the terms names, where the terms name no country rules. A country without a rule, and one that is not
    /// known, has the default. Else by the platform's label, where the terms let it disclose.
    #[must_use]
    pub fn disclosure(
        &self,
        post: &PostPublished,
        author_region: Option<&str>,
        hashtags: &[SmolStr],
    ) -> Option<Disclosure> {
        let labels = &self.disclosure.labels;
        let discloses = |label: &&SmolStr| labels.iter().any(|it| it.eq_ignore_ascii_case(label));
        self.disclosure_by_hashtag(post, author_region, hashtags).or_else(|| {
            let label = post.label.as_ref().filter(discloses)?;
            Some(Disclosure { sign: label.clone(), rule: "the platform's label".to_owned() })
        })
    }

    fn disclosure_by_hashtag(
        &self,
        post: &PostPublished,
        author_region: Option<&str>,
        hashtags: &[SmolStr],
    ) -> Option<Disclosure> {
        let shown = |wanted: &[SmolStr], rule: String| {
            let found = post.hashtags.iter().find(|tag| wanted.iter().any(|it| bare(it) == bare(tag)))?;
            Some(Disclosure { sign: found.clone(), rule })
        };
        let DisclosureTerms { rules: version, default, countries, .. } = &self.disclosure;
        if version.is_none() && default.is_empty() {
            return shown(hashtags, "the terms' own hashtags".to_owned());
        }
        let region = post.region.as_deref().or(author_region).unwrap_or_default();
        let country = region.split('-').next().unwrap_or_default().to_uppercase();
        if let Some(own) = countries.get(country.as_str()) {
            return shown(own, format!("{country}, the terms' own rule"));
        }
        let Some(version) = version else {
            return shown(default, "default, the terms' own rule".to_owned());
        };
        let rules = RULES.get(version.as_str())?;
        match rules.countries.get(country.as_str()) {
            Some(wanted) => shown(wanted, format!("{country}, rules {version}")),
            None if !default.is_empty() => shown(default, "default, the terms' own rule".to_owned()),
            None => shown(&rules.default, format!("default, rules {version}")),
        }
    }
}

impl Terms {
    /// Whether anything that a post may earn asks for a review of it.
    #[must_use]
    pub fn asks_for_reviews(&self) -> bool {
        let mut by_missions = self.mission.iter().flat_map(Mission::steps).flat_map(|step| &step.posts);
        self.post_fee.iter().any(|fee| fee.review) || by_missions.any(|posts| posts.review)
    }

    pub(crate) fn check_disclosure(&self, findings: &mut Findings) {
        let place = Place::new("disclosure", 0, "rules");
        let known = disclosure_rules();
        let (rules, own) = (&self.disclosure.rules, &self.disclosure.countries);
        findings.unless(rules.as_ref().is_none_or(|it| known.contains(&it.as_str())), place, || {
            format!(
                "disclosure.rules: there is no version `{}` of the country rules; name one of {}",
                rules.clone().unwrap_or_default(),
                known.join(", ")
            )
        });
        let has_rest = rules.is_some() || !self.disclosure.default.is_empty();
        findings.unless(has_rest || own.is_empty(), place.with("countries"), || {
            "disclosure.countries changes the country rules; say which with `rules`, such as \"2026-1\", or what holds in \
             all other countries with `default`"
                .to_owned()
        });
        for (country, hashtags) in own {
            let plain = country.len() == 2 && country.chars().all(|it| it.is_ascii_uppercase());
            findings.unless(plain && !hashtags.is_empty(), place.with("countries"), || {
                format!("disclosure.countries: `{country}` must be two capital letters, such as DE, with at least one hashtag")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disclosed(rules: &str, region: Option<&str>, author: Option<&str>, tag: &str) -> Option<String> {
        let terms = format!(
            "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"\n{rules}"
        );
        let mut post: PostPublished =
            serde_json::from_str("{\"program\":\"p\",\"post\":\"1\",\"author\":\"ann\"}").unwrap();
        post.hashtags = vec!["#spring".into(), tag.into()];
        post.region = region.map(SmolStr::from);
        let found = Terms::parse(&terms).unwrap().disclosure(&post, author, &["paid".into()]);
        found.map(|it| format!("{} by {}", it.sign, it.rule))
    }

    #[test]
    fn every_release_can_be_read() {
        assert_eq!(disclosure_rules().len(), RELEASED.len());
    }

    #[test]
    fn a_country_has_its_own_words_and_the_rest_the_default() {
        let rules = "[disclosure]\nrules = \"2026-1\"\n";
        let shown = |region, author, tag| disclosed(rules, region, author, tag);
        for (tag, discloses) in
            [("#ad", true), ("#sponsored", true), ("#sp", false), ("#spon", false), ("#collab", false)]
        {
            assert_eq!(shown(None, None, tag).is_some(), discloses, "{tag}");
        }
        assert_eq!(
            shown(Some("DE-BY"), Some("US"), "#Werbung").as_deref(),
            Some("#Werbung by DE, rules 2026-1")
        );
        assert_eq!(shown(None, Some("de"), "#ad"), None);
        assert_eq!(shown(Some("XX"), Some("DE"), "#ad").as_deref(), Some("#ad by default, rules 2026-1"));
    }

    #[test]
    fn terms_may_carry_the_whole_of_the_rules() {
        let rules = "[disclosure]\ndefault = [\"promo\"]\ncountries = { DE = [\"werbung\"] }\n";
        let shown = |region, tag| disclosed(rules, Some(region), None, tag);
        assert_eq!(shown("DE", "#werbung").as_deref(), Some("#werbung by DE, the terms' own rule"));
        assert_eq!(shown("DE", "#promo"), None);
        assert_eq!(shown("FR", "#promo").as_deref(), Some("#promo by default, the terms' own rule"));
        assert_eq!(shown("FR", "#publicité"), None, "no released rules hold beside them");
        let both = "[disclosure]\nrules = \"2026-1\"\ndefault = [\"promo\"]\n";
        assert!(disclosed(both, Some("FR"), None, "#publicité").is_some());
        assert!(disclosed(both, Some("XX"), None, "#ad").is_none());
        assert!(disclosed(both, Some("XX"), None, "#promo").is_some());
    }

    #[test]
    fn a_label_of_the_platform_discloses_where_the_terms_say_so() {
        let mut post: PostPublished = serde_json::from_str(
            "{\"program\":\"p\",\"post\":\"1\",\"author\":\"ann\",\"label\":\"Paid partnership\"}",
        )
        .unwrap();
        let terms = |rest: &str| {
            let text = format!(
                "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"\n{rest}"
            );
            Terms::parse(&text).unwrap()
        };
        let labels = terms("[disclosure]\nlabels = [\"paid partnership\"]\n");
        let own = ["paid".into()];
        assert_eq!(labels.disclosure(&post, None, &own).unwrap().rule, "the platform's label");
        assert_eq!(terms("").disclosure(&post, None, &own), None);
        post.hashtags = vec!["#paid".into()];
        assert_eq!(labels.disclosure(&post, None, &own).unwrap().sign, "#paid", "a hashtag goes first");
    }

    #[test]
    fn terms_may_have_a_rule_of_their_own() {
        let rules = "[disclosure]\nrules = \"2026-1\"\ncountries = { DE = [\"bezahltewerbung\"] }\n";
        assert_eq!(disclosed(rules, Some("DE"), None, "#werbung"), None);
        let own = disclosed(rules, Some("DE"), None, "#bezahlteWerbung");
        assert_eq!(own.as_deref(), Some("#bezahlteWerbung by DE, the terms' own rule"));
        assert_eq!(
            disclosed("", Some("DE"), None, "#paid").as_deref(),
            Some("#paid by the terms' own hashtags")
        );
        let unknown = "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"\n[disclosure]\nrules = \"1999\"\n";
        let problem = Terms::parse(unknown).unwrap_err().remove(0).to_string();
        assert_eq!(
            problem,
            "line 8: disclosure.rules: there is no version `1999` of the country rules; name one of 2026-1"
        );
    }
}
