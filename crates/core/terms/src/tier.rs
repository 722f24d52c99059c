//! In which tier an ambassador stands.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{AmbassadorId, Timestamp};
use tribute_money::{Asset, Millionths};

use crate::{AmbassadorTier, PeriodBounds, Profile, Program, Terms, TierBy, View};

/// What an order brought an ambassador.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sold {
    /// When it was placed.
    pub at: Timestamp,
    /// Its currency.
    pub currency: Asset,
    /// Their share of its net revenue, each from an instant on.
    pub revenue: Vec<(Timestamp, Millionths)>,
}

impl Sold {
    /// Their share as it stood before an instant.
    fn before(&self, end: Timestamp) -> Millionths {
        let seen = self.revenue.iter().rev().find(|(at, _)| *at < end);
        seen.map_or(Millionths::ZERO, |(_, revenue)| *revenue)
    }
}

impl Terms {
    /// The periods by whose sales the tiers at an instant are reached: those before the ones that it lies in.
    pub fn periods_before(&self, at: Timestamp) -> impl Iterator<Item = PeriodBounds> + '_ {
        let by_sales = self.tier.iter().filter(|tier| tier.is_by_sales());
        by_sales.map(move |tier| self.period_before(tier, at))
    }

    /// The periods whose tiers are reached by sales of an instant: those after the ones that it lies in.
    pub fn periods_after(&self, at: Timestamp) -> impl Iterator<Item = PeriodBounds> + '_ {
        let (zone, by_sales) = (&self.program.time_zone, self.tier.iter().filter(|tier| tier.is_by_sales()));
        by_sales.map(move |tier| zone.period(tier.period, zone.period(tier.period, at).ends_at))
    }

    fn period_before(&self, tier: &AmbassadorTier, at: Timestamp) -> PeriodBounds {
        let zone = &self.program.time_zone;
        zone.period(tier.period, zone.period(tier.period, at).starts_at.minus(1))
    }
}

impl Program {
    /// Whether any version of the terms has tiers that are reached by sales.
    #[must_use]
    pub fn has_tiers_by_sales(&self) -> bool {
        self.versions().iter().flat_map(|terms| &terms.tier).any(AmbassadorTier::is_by_sales)
    }

    /// The tier of somebody at `view.as_of`: the one that a person decided last, else the last one of the file that is
    /// reached, where `sold` is what they sold before.
    #[must_use]
    pub fn tier(&self, who: &AmbassadorId, view: View, sold: &[Sold]) -> Option<SmolStr> {
        let terms = self.terms_at(view.as_of).filter(|terms| !terms.tier.is_empty())?;
        let profile = self.ambassador(who)?.profile(view);
        if let Some(decided) = profile.tier.as_ref().filter(|it| !it.is_empty()) {
            return Some(decided.clone());
        }
        let reached = |tier: &&AmbassadorTier| {
            let measured = tier.by.and_then(|by| measure(terms, (tier, by), &profile, view.as_of, sold));
            measured.zip(tier.from).is_some_and(|(measured, from)| measured >= from)
        };
        terms.tier.iter().rev().find(reached).map(|tier| tier.id.clone())
    }
}

/// How far somebody has come towards a tier; nothing where nobody knows. What is too much to be counted is enough.
fn measure(
    terms: &Terms,
    (tier, by): (&AmbassadorTier, TierBy),
    profile: &Profile,
    at: Timestamp,
    sold: &[Sold],
) -> Option<Millionths> {
    let most = Millionths::new(i64::MAX);
    let whole = |count: u64| i64::try_from(count).ok().and_then(|it| Millionths::from_minor(it, 0).ok());
    if by == TierBy::Followers {
        let followers = profile.followers_on(tier.followers_on.as_deref());
        return followers.map(|it| whole(it).unwrap_or(most));
    }
    let period = terms.period_before(tier, at);
    let counted = sold.iter().filter(|it| period.starts_at <= it.at && it.at < period.ends_at);
    let shares = counted.map(|it| (it, it.before(period.ends_at))).filter(|(_, it)| *it > Millionths::ZERO);
    if by == TierBy::Orders {
        return u64::try_from(shares.count()).ok().and_then(whole).or(Some(most));
    }
    let own = shares.filter(|(it, _)| it.currency == terms.program.currency);
    Some(own.fold(Millionths::ZERO, |sum, (_, revenue)| sum.plus(revenue).unwrap_or(most)))
}

#[cfg(test)]
mod tests {
    use tribute_events::{BrandId, Event, EventId, Payload, ProgramId, ProgramPublished};

    use super::*;
    use crate::Registry;

    const TERMS: &str = "[program]\nbrand = 'acme'\nid = 'p'\nversion = '1'\ncurrency = 'USD'\n\
        effective_from = '2026-01-01T00:00:00Z'\n\
        [[tier]]\nid = 'nano'\nby = 'followers'\nfrom = '0'\n\
        [[tier]]\nid = 'silver'\nby = 'revenue'\nfrom = '100'\n\
        [[tier]]\nid = 'gold'\nby = 'orders'\nfrom = '3'\n";

    fn event(id: &str, time: &str, payload: Payload) -> Event {
        let time = time.parse().unwrap();
        Event {
            brand: BrandId::trusted("acme"),
            source: "/test".into(),
            id: EventId::trusted(id),
            time,
            recorded: time,
            traceparent: None,
            fingerprint: [0; 16],
            unknown: false,
            payload,
        }
    }

    fn program(said: &[(&str, &str)]) -> Program {
        let mut registry = Registry::default();
        let published = Payload::Program(ProgramPublished { terms: TERMS.to_owned() });
        registry.apply(&event("terms", "2026-01-01T00:00:00Z", published)).unwrap();
        for (number, (time, what)) in said.iter().enumerate() {
            let what = format!("{{\"program\":\"p\",\"ambassador\":\"ann\"{what}}}");
            let changed = serde_json::from_str(&what).unwrap();
            let approved = Payload::Ambassador(tribute_events::AmbassadorChange::Approved, changed);
            registry.apply(&event(&format!("e{number}"), time, approved)).unwrap();
        }
        registry.program(&BrandId::trusted("acme"), &ProgramId::trusted("p")).unwrap().clone()
    }

    fn sold(at: &str, currency: &str, revenue: &[(&str, &str)]) -> Sold {
        let revenue = revenue.iter().map(|(at, share)| (at.parse().unwrap(), share.parse().unwrap()));
        Sold { at: at.parse().unwrap(), currency: currency.parse().unwrap(), revenue: revenue.collect() }
    }

    fn tier(program: &Program, at: &str, sold: &[Sold]) -> Option<SmolStr> {
        program.tier(&AmbassadorId::trusted("ann"), View::at(at.parse().unwrap()), sold)
    }

    #[test]
    fn what_was_sold_in_a_period_gives_a_tier_for_the_whole_next_one() {
        let ann = program(&[("2026-01-01T00:00:00Z", "")]);
        let once = [sold("2026-02-10T00:00:00Z", "USD", &[("2026-02-10T00:00:00Z", "100.00")])];
        for (at, expected) in [
            ("2026-02-28T23:59:59Z", None),
            ("2026-03-01T00:00:00Z", Some("silver")),
            ("2026-03-31T23:59:59Z", Some("silver")),
            ("2026-04-01T00:00:00Z", None),
        ] {
            assert_eq!(tier(&ann, at, &once).as_deref(), expected, "{at}");
        }
        let march = "2026-03-15T00:00:00Z";
        let refunded = |at: &str| {
            let shares = [("2026-02-10T00:00:00Z", "100.00"), (at, "99.99")];
            tier(&ann, march, &[sold("2026-02-10T00:00:00Z", "USD", &shares)])
        };
        assert_eq!(refunded("2026-02-28T23:59:59Z"), None);
        assert_eq!(refunded("2026-03-01T00:00:00Z").as_deref(), Some("silver"), "too late to take it away");
        let euros = sold("2026-02-10T00:00:00Z", "EUR", &[("2026-02-10T00:00:00Z", "900.00")]);
        assert_eq!(tier(&ann, march, std::slice::from_ref(&euros)), None, "no rate is guessed");
        assert_eq!(tier(&ann, march, &[euros.clone(), euros.clone(), euros]).as_deref(), Some("gold"));
    }

    #[test]
    fn a_persons_decision_stands_until_another_one() {
        let known = [
            (
                "2026-01-01T00:00:00Z",
                ",\"handles\":[{\"platform\":\"clips\",\"handle\":\"a\",\"followers\":7}]",
            ),
            ("2026-02-01T00:00:00Z", ",\"tier\":\"gold\""),
            ("2026-03-01T00:00:00Z", ",\"tier\":\"\""),
        ];
        let ann = program(&known);
        for (at, expected) in [
            ("2026-01-31T00:00:00Z", "nano"),
            ("2026-02-01T00:00:00Z", "gold"),
            ("2026-03-01T00:00:00Z", "nano"),
        ] {
            assert_eq!(tier(&ann, at, &[]).as_deref(), Some(expected), "{at}");
        }
    }
}
