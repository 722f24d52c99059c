use std::collections::BTreeSet;

use smol_str::{SmolStr, format_smolstr};
use tribute_events::{AmbassadorId, DAY, OrderId, Timestamp};
use tribute_money::Rate;
use tribute_terms::{FraudTerms, Span};

use crate::{Finding, Kind};

/// How many windows before the present one tell what is usual for a code.
const WINDOWS_BEFORE: i64 = 4;
/// Millionths of a whole.
const WHOLE: u64 = 1_000_000;

/// An order that an ambassador is credited with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The order.
    pub order: OrderId,
    /// When it was placed.
    pub at: Timestamp,
    /// Who bought, as one shopper is told from another.
    pub buyer: SmolStr,
    /// The code that won it.
    pub code: Option<SmolStr>,
    /// The click that won it.
    pub clicked_at: Option<Timestamp>,
    /// Whether the buyer ever clicked on one of the ambassador's links.
    pub clicked: bool,
    /// How many times they clicked in the window before.
    pub clicks: u64,
    /// Whether anything of it was refunded, cancelled or charged back.
    pub came_back: bool,
}

impl Ordered {
    /// An order of which nothing else is known.
    #[must_use]
    pub const fn plain(order: OrderId, at: Timestamp) -> Self {
        Self {
            order,
            at,
            buyer: SmolStr::new_static(""),
            code: None,
            clicked_at: None,
            clicked: false,
            clicks: 0,
            came_back: false,
        }
    }
}

/// How one ambassador's orders came about.
#[derive(Debug, Clone, Copy)]
pub struct Conduct<'a> {
    /// The thresholds.
    pub terms: &'a FraudTerms,
    /// The ambassador.
    pub ambassador: &'a AmbassadorId,
    /// Their orders, in any order.
    pub orders: &'a [Ordered],
    /// When an earning of theirs is about to clear: later orders are not looked at.
    pub as_of: Timestamp,
}

impl Conduct<'_> {
    /// What looks like fraud about one of the orders.
    #[must_use]
    pub fn of(&self, order: &Ordered) -> Vec<Finding> {
        [self.quick(order), self.flood(order), self.leak(order), self.refunds()]
            .into_iter()
            .flatten()
            .collect()
    }

    fn finding(&self, kind: Kind, about: SmolStr, evidence: Vec<String>) -> Finding {
        Finding { kind, about, ambassador: self.ambassador.clone(), evidence }
    }

    fn quick(&self, order: &Ordered) -> Option<Finding> {
        let (least, age) = (self.terms.click_to_order_min, order.at.since(order.clicked_at?));
        (age < least.millis()).then(|| {
            let age = Span::of_millis(age);
            let sentence =
                format!("the order came {age} after the click; less than {least} is no person's doing");
            self.finding(Kind::QuickOrder, self.about_order(order), vec![sentence])
        })
    }

    fn flood(&self, order: &Ordered) -> Option<Finding> {
        let (most, window) = (self.terms.clicks_max, self.terms.clicks_window);
        (order.clicks > most).then(|| {
            let sentence = format!(
                "one shopper clicked {} times on {}'s links in {window} before the order; more than {most} is a flood",
                order.clicks, self.ambassador
            );
            self.finding(Kind::ClickFlooding, self.about_order(order), vec![sentence])
        })
    }

    fn about_order(&self, order: &Ordered) -> SmolStr {
        format_smolstr!("{}/{}", order.order, self.ambassador)
    }

    /// Strangers use a code all of a sudden: in the window up to the order many buyers who never clicked used it, and
    /// their share of its orders is far above what it was in the windows before.
    fn leak(&self, order: &Ordered) -> Option<Finding> {
        let (code, terms) = (order.code.as_ref()?, self.terms);
        let window = terms.code_window.millis();
        let with_code = |from: Timestamp, to: Timestamp| {
            let of_code = self.orders.iter().filter(|it| it.code.as_ref() == Some(code));
            of_code.filter(move |it| from < it.at && it.at <= to)
        };
        let begins = order.at.minus(window);
        let before = order.at.minus(window.saturating_mul(WINDOWS_BEFORE.saturating_add(1)));
        let strangers: BTreeSet<_> =
            with_code(begins, order.at).filter(|it| !it.clicked).map(|it| &it.buyer).collect();
        let many = u64::try_from(strangers.len()).unwrap_or(u64::MAX);
        let (now, usual) = (share(with_code(begins, order.at))?, share(with_code(before, begins))?);
        let jumped = now.saturating_sub(usual) >= millionths(terms.code_jump);
        (many >= terms.code_strangers && jumped).then(|| {
            let sentence = format!(
                "{many} strangers used code {code} in {} up to {}; orders without a click were {} % of its orders, and \
                 {} % before",
                terms.code_window, order.at, percent(now), percent(usual)
            );
            let month = order.at.to_string().chars().take(7).collect::<String>();
            self.finding(Kind::LeakedCode, format_smolstr!("{code}/{month}"), vec![sentence])
        })
    }

    fn refunds(&self) -> Option<Finding> {
        let terms = self.terms;
        let from = self.as_of.minus(terms.refund_window.millis());
        let recent = || self.orders.iter().filter(|it| from < it.at && it.at <= self.as_of);
        let (all, back) = (recent().count(), recent().filter(|it| it.came_back).count());
        let (all, back) = (u64::try_from(all).ok()?, u64::try_from(back).ok()?);
        let ratio = back.saturating_mul(WHOLE).checked_div(all)?;
        (all >= terms.refund_orders && ratio > millionths(terms.refund_ratio)).then(|| {
            let sentence = format!(
                "of {all} orders in {} up to {} {back} came back, {} %; more than {} is unusual",
                terms.refund_window,
                self.as_of,
                percent(ratio),
                terms.refund_ratio
            );
            let month = self.as_of.minus(DAY).to_string().chars().take(7).collect::<String>();
            self.finding(Kind::RefundRatio, format_smolstr!("{}/{month}", self.ambassador), vec![sentence])
        })
    }
}

fn millionths(rate: Rate) -> u64 {
    u64::try_from(rate.millionths()).unwrap_or_default()
}

const fn percent(millionths: u64) -> u64 {
    millionths / 10_000
}

/// Which share of orders came without a click; nothing where there are none.
fn share<'o>(orders: impl Iterator<Item = &'o Ordered>) -> Option<u64> {
    let (mut all, mut clickless) = (0_u64, 0_u64);
    for order in orders {
        all = all.saturating_add(1);
        clickless = clickless.saturating_add(u64::from(!order.clicked));
    }
    clickless.saturating_mul(WHOLE).checked_div(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(days: i64) -> Timestamp {
        Timestamp::from_millis(1_772_323_200_000).plus(days * DAY)
    }

    fn order(days: i64, number: i64) -> Ordered {
        let buyer = format_smolstr!("a:{number}");
        Ordered { buyer, ..Ordered::plain(OrderId::trusted(&format!("{days}-{number}")), day(days)) }
    }

    fn found(orders: &[Ordered], last: &Ordered) -> Vec<String> {
        let (terms, ann) = (FraudTerms::default(), AmbassadorId::trusted("ann"));
        let conduct = Conduct { terms: &terms, ambassador: &ann, orders, as_of: last.at };
        conduct.of(last).iter().map(|it| it.id().to_string()).collect()
    }

    fn with_code(days: i64, number: i64, clicked: bool) -> Ordered {
        Ordered { code: Some("ANN10".into()), clicked, ..order(days, number) }
    }

    #[test]
    fn a_code_leaks_where_strangers_come_all_of_a_sudden() {
        let usual = (0..5).map(|number| with_code(0, number, true));
        let strangers = (0..20).map(|number| with_code(10, 100 + number, false));
        let orders: Vec<_> = usual.chain(strangers).collect();
        assert_eq!(found(&orders, orders.last().unwrap()), ["leaked_code/ANN10/2026-03"]);
        assert!(found(&orders[..24], &orders[23]).is_empty(), "nineteen are not many");
        let always: Vec<_> = (0..40).map(|number| with_code(number / 4, number, false)).collect();
        assert!(
            found(&always, always.last().unwrap()).is_empty(),
            "a code that never had clicks did not jump"
        );
    }

    #[test]
    fn refunds_and_floods_have_their_thresholds() {
        let back = |count: i64| -> Vec<_> {
            (0..20).map(|number| Ordered { came_back: number < count, ..order(0, number) }).collect()
        };
        assert_eq!(found(&back(9), &order(0, 0)), ["refund_ratio/ann/2026-02"]);
        assert!(found(&back(8), &order(0, 0)).is_empty());
        assert!(found(&back(9)[..19], &order(0, 0)).is_empty(), "too few to tell");
        let flood = |clicks| Ordered { clicks, ..order(0, 1) };
        assert_eq!(found(&[], &flood(51)), ["click_flooding/0-1/ann"]);
        assert!(found(&[], &flood(50)).is_empty());
    }
}
