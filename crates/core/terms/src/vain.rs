//! What can be run, but never brings anybody anything: terms whose parts undo each other.

use smol_str::SmolStr;
use tribute_money::Millionths;

use crate::{
    CommissionRule, Gift, Mission, PostFee, Terms,
    demand::{Demand, Demanded},
    finding::{Findings, Place},
    specificity::ranges_meet,
};

impl Terms {
    /// Why no order can ever match a rule; `None` where one might.
    pub(crate) fn never_matches(&self, rule: &CommissionRule) -> Option<String> {
        let beside: Vec<Demand> = self.demanded_tier().into_iter().chain(rule.demanded_minimum()).collect();
        rule.when.contradiction(&beside).or_else(|| self.is_over(rule.when.until))
    }

    /// That a tier is one of those that the terms name: nobody is in another one.
    pub(crate) fn demanded_tier(&self) -> Option<Demand> {
        let known: Vec<SmolStr> = self.tier.iter().map(|tier| tier.id.clone()).collect();
        let shown = if known.is_empty() {
            "there is no [[tier]]".to_owned()
        } else {
            format!("each [[tier]] is one of {}", known.join(", "))
        };
        Some(Demand::new("ambassador.tier", Demanded::OneOf(known, false), shown))
    }

    /// Warns of a rule that matches, and pays nothing or keeps a wider one from paying.
    pub(crate) fn doubt_pay(&self, findings: &mut Findings, place: Place, rule: &CommissionRule) {
        let caps = [
            ("per_order", rule.caps.per_order),
            ("per_ambassador", rule.caps.per_ambassador),
            ("per_customer", rule.caps.per_customer),
            ("budget", rule.caps.budget),
        ];
        for (key, _) in caps.into_iter().filter(|(_, cap)| *cap == Some(Millionths::ZERO)) {
            let message = format!(
                "commission `{}` can never pay: caps.{key} is 0; write what it may pay, or leave the cap out",
                rule.id
            );
            findings.add(place.with(key), message);
        }
        // What is paid for a customer's first order is meant to have its bar: what is below it earns nothing, on purpose.
        let stated = rule.minimum_order.filter(|it| *it > Millionths::ZERO && rule.when.customer.is_none());
        let Some(minimum) = stated else { return };
        let wider = self.commission.iter().find(|other| {
            rule.when.specificity() > other.when.specificity()
                && rule.when.overlaps(&other.when)
                && other.minimum_order.is_none_or(|it| it < minimum)
        });
        if let Some(wider) = wider {
            let message = format!(
                "commission `{}`: an order below its minimum_order {minimum} earns nothing, and does not fall to `{}`, which is \
                 wider; where it shall, write expression = 'order.net >= amount(\"{minimum}\")' in `when` instead",
                rule.id, wider.id
            );
            findings.add(place.with("minimum_order"), message);
        }
    }

    /// Warns of two fees that are both paid for one post.
    pub(crate) fn doubt_both_fees(&self, findings: &mut Findings, index: usize, fee: &PostFee) {
        for earlier in self.post_fee.iter().take(index).filter(|earlier| earlier.pays_beside(fee)) {
            let message = format!(
                "post_fee `{}` and `{}` ask for the same posts, and both are paid for one post; leave one of them out, or give \
                 them different `kinds`, `platforms`, `campaigns` or seasons",
                earlier.id, fee.id
            );
            findings.add(Place::new("post_fee", index, "id"), message);
        }
    }

    /// Warns of tokens that nobody can ever have, or spend.
    pub(crate) fn doubt_tokens(&self, findings: &mut Findings) {
        let wait = self.attribution.hold.max(self.attribution.grace);
        for (index, token) in self.token.iter().enumerate() {
            if let Some(after) = token.expires_after.filter(|after| *after <= wait) {
                let message = format!(
                    "token `{}` can never be spent: it expires {after} after it is won, and clears {wait} after it; let it \
                     expire later, or shorten attribution.hold",
                    token.asset
                );
                findings.add(Place::new("token", index, "expires_after"), message);
            }
        }
    }

    /// Warns of a gift of more tokens than there may ever be.
    pub(crate) fn doubt_gifts(&self, findings: &mut Findings, place: Place, mission: &Mission) {
        let supply = |gift: &Gift| {
            let token = self.token.iter().find(|it| Some(&it.asset) == gift.token.as_ref())?;
            token.supply.filter(|most| *most < u64::from(gift.units)).map(|most| (&token.asset, most))
        };
        for gift in &mission.gives {
            if let Some((token, most)) = supply(gift) {
                let message = format!(
                    "mission `{}` can never give its {} {token}: the supply is {most}; give less, or raise the supply",
                    mission.id, gift.units
                );
                findings.add(place.with("gives"), message);
            }
        }
    }

    /// Warns of a quota without a place.
    pub(crate) fn doubt_quotas(&self, findings: &mut Findings) {
        let quotas = self.vetting.iter().flat_map(|it| &it.quota).enumerate();
        for (index, _) in quotas.filter(|(_, it)| it.places == 0 && it.places_for.values().all(|it| *it == 0))
        {
            let message = "vetting.quota: there are 0 places, so that nobody is ever approved; write how many there are, or \
                leave the quota out"
                .to_owned();
            findings.add(Place::new("vetting.quota", index, "places"), message);
        }
    }
}

impl CommissionRule {
    /// What the least net base demands of the whole order, of which the base is a part unless tax or shipping is in it.
    fn demanded_minimum(&self) -> Option<Demand> {
        let minimum = self.minimum_order.filter(|_| !self.include_tax && !self.include_shipping)?;
        let of = Demanded::Within(minimum.get(), i64::MAX);
        Some(Demand::new("order.net", of, format!("minimum_order = \"{minimum}\"")))
    }
}

impl PostFee {
    /// Whether each post that earns the one earns the other, while both run.
    fn pays_beside(&self, other: &Self) -> bool {
        let asked = |fee: &Self| {
            let lists = [&fee.kinds, &fee.platforms].map(|list| {
                let mut list: Vec<_> = list.iter().map(|it| it.to_lowercase()).collect();
                list.sort();
                list
            });
            let mut campaigns = fee.campaigns.clone();
            campaigns.sort();
            (lists, campaigns, fee.interactions_from, fee.expression.as_ref().map(ToString::to_string))
        };
        self.pieces.is_none()
            && other.pieces.is_none()
            && self.table.is_empty() == other.table.is_empty()
            && asked(self) == asked(other)
            && ranges_meet((self.from, self.until), (other.from, other.until))
    }
}

#[cfg(test)]
mod tests {
    use crate::Terms;

    fn warnings(rest: &str) -> Vec<String> {
        let text = format!(
            "[program]\nbrand = 'acme'\nid = 'p'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n{rest}"
        );
        Terms::parse(&text).unwrap().warnings_in(&text).iter().map(ToString::to_string).collect()
    }

    const RULE: &str = "[[commission]]\nid = 'c'\npays.percent = '1%'\n";
    const WIN: &str =
        "[[mission]]\nid = 'm'\nrequires.conversions = 1\ngives = [{ token = 'COIN', units = 5 }]\n";

    #[test]
    fn what_never_pays_is_warned_of() {
        for (rest, expected) in [
            (
                format!("[[tier]]\nid = 'gold'\n{RULE}when.expression = 'ambassador.tier == \"golld\"'\n"),
                "line 12: commission `c` can never match: `ambassador.tier == \"golld\"` can never hold: `each [[tier]] is one of gold`",
            ),
            (
                format!("{RULE}minimum_order = '100'\nwhen.expression = 'order.net < amount(\"50\")'\n"),
                "line 11: commission `c` can never match: `order.net < amount(\"50\")` can never hold: `minimum_order = \"100.00\"`",
            ),
            (format!("{RULE}caps.per_order = '0'\n"), "line 10: commission `c` can never pay: caps.per_order is 0"),
            (
                format!("{RULE}minimum_order = '100'\nwhen.skus = ['A']\n[[commission]]\nid = 'w'\npays.percent = '1%'\n"),
                "line 10: commission `c`: an order below its minimum_order 100.00 earns nothing, and does not fall to `w`",
            ),
            (
                format!("{WIN}[[token]]\nasset = 'COIN'\nexpires_after = '10d'\n"),
                "line 13: token `COIN` can never be spent: it expires 10d after it is won, and clears 30d after it",
            ),
            (
                format!("{WIN}[[token]]\nasset = 'COIN'\nsupply = 3\n"),
                "line 10: mission `m` can never give its 5 COIN: the supply is 3",
            ),
            ("[[vetting.quota]]\nplaces = 0\n".to_owned(), "line 8: vetting.quota: there are 0 places"),
            (
                "[[post_fee]]\nid = 'a'\namount = '1'\nkinds = ['Video']\n[[post_fee]]\nid = 'b'\namount = '2'\nkinds = ['video']\n"
                    .to_owned(),
                "line 12: post_fee `a` and `b` ask for the same posts, and both are paid for one post",
            ),
        ] {
            let found = warnings(&rest);
            assert!(found.len() == 1 && found[0].starts_with(expected), "{rest}: {found:?}");
        }
    }

    #[test]
    fn what_may_pay_is_not() {
        for rest in [
            format!("[[tier]]\nid = 'gold'\n{RULE}when.expression = 'ambassador.tier == \"gold\"'\n"),
            format!("{RULE}minimum_order = '100'\nwhen.expression = 'order.net < amount(\"150\")'\n"),
            format!("{RULE}minimum_order = '50'\ninclude_tax = true\nwhen.expression = 'order.net < amount(\"50\")'\n"),
            format!("{WIN}[[token]]\nasset = 'COIN'\nexpires_after = '31d'\nsupply = 5\n"),
            "[[post_fee]]\nid = 'a'\namount = '1'\n[[post_fee]]\nid = 'b'\namount = '2'\ninteractions_from = 100\n".to_owned(),
        ] {
            assert_eq!(warnings(&rest), Vec::<String>::new(), "{rest}");
        }
    }

    /// Which of them stands first makes no difference.
    #[test]
    fn a_rule_that_never_matches_ties_with_none() {
        let never = "[[commission]]\nid = 'n'\npays.percent = '1%'\nwhen.expression = '1 > 2'\n";
        let other = "[[commission]]\nid = 'o'\npays.percent = '1%'\nwhen.expression = 'order.items > 2'\n";
        for rest in [format!("{never}{other}"), format!("{other}{never}")] {
            let found = warnings(&rest);
            assert!(found.len() == 1 && found[0].contains("`n` can never match"), "{found:?}");
        }
    }
}
