use smol_str::{SmolStr, format_smolstr};
use tribute_events::{AmbassadorId, DAY, OrderId, Timestamp};
use tribute_terms::{FraudTerms, Span};

use crate::{
    Finding, Kind,
    leak::{Leak, leaks},
    share::{WHOLE, millionths, percent},
};

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
    /// When anything of it was first refunded, cancelled or charged back.
    pub came_back_at: Option<Timestamp>,
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
            came_back_at: None,
        }
    }
}

/// How one ambassador's orders came about.
#[derive(Debug, Clone)]
pub struct Conduct<'a> {
    terms: &'a FraudTerms,
    ambassador: &'a AmbassadorId,
    /// By time.
    orders: Vec<&'a Ordered>,
    leaks: Vec<Leak<'a>>,
}

impl<'a> Conduct<'a> {
    /// The conduct of an ambassador by their orders, which come in any order, under these thresholds.
    #[must_use]
    pub fn new(terms: &'a FraudTerms, ambassador: &'a AmbassadorId, orders: &'a [Ordered]) -> Self {
        let mut orders: Vec<_> = orders.iter().collect();
        orders.sort_by_key(|it| (it.at, &it.order));
        let leaks = leaks(terms, &orders);
        Self { terms, ambassador, orders, leaks }
    }

    /// What looks like fraud about one of the orders, as it was known at `as_of`, when something that it brings was
    /// about to clear: what happened later is not looked at.
    #[must_use]
    pub fn of(&self, order: &Ordered, as_of: Timestamp) -> Vec<Finding> {
        [self.quick(order), self.flood(order), self.leak(order, as_of), self.refunds(as_of)]
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

    /// The order lies in a window in which its code leaked: the first such window that had ended by then.
    fn leak(&self, order: &Ordered, as_of: Timestamp) -> Option<Finding> {
        let code = order.code.as_ref()?;
        let until = order.at.plus(self.terms.code_window.millis());
        let around = |it: &&Leak<'_>| order.at <= it.ended_at && it.ended_at < until && it.ended_at <= as_of;
        let leak = self.leaks.iter().filter(|it| it.code == code).find(around)?;
        let month = month_of(leak.ended_at);
        let sentence = leak.sentence(self.terms);
        Some(self.finding(Kind::LeakedCode, format_smolstr!("{code}/{month}"), vec![sentence]))
    }

    fn refunds(&self, as_of: Timestamp) -> Option<Finding> {
        let terms = self.terms;
        let from = as_of.minus(terms.refund_window.millis());
        let place = |instant| self.orders.partition_point(|it| it.at <= instant);
        let recent = self.orders.get(place(from)..place(as_of)).unwrap_or_default();
        let back = recent.iter().filter(|it| it.came_back_at.is_some_and(|back| back <= as_of)).count();
        let (all, back) = (u64::try_from(recent.len()).ok()?, u64::try_from(back).ok()?);
        let ratio = back.saturating_mul(WHOLE).checked_div(all)?;
        (all >= terms.refund_orders && ratio > millionths(terms.refund_ratio)).then(|| {
            let sentence = format!(
                "of {all} orders in {} up to {as_of} {back} came back, {} %; more than {} is unusual",
                terms.refund_window,
                percent(ratio),
                terms.refund_ratio
            );
            let about = format_smolstr!("{}/{}", self.ambassador, month_of(as_of.minus(DAY)));
            self.finding(Kind::RefundRatio, about, vec![sentence])
        })
    }
}

/// The month of an instant: `2026-03`.
fn month_of(at: Timestamp) -> String {
    at.to_string().chars().take(7).collect()
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
        let found = Conduct::new(&terms, &ann, orders).of(last, last.at);
        found.iter().map(|it| it.id().to_string()).collect()
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
    fn a_code_that_nobody_used_before_leaks_at_once_where_very_many_do() {
        let strangers = |begins: i64, count| (0..count).map(move |number| with_code(begins, number, false));
        let fresh: Vec<_> = strangers(0, 100).collect();
        assert_eq!(found(&fresh, &fresh[99]), ["leaked_code/ANN10/2026-03"]);
        assert!(found(&fresh[..99], &fresh[98]).is_empty(), "a new code that is shared has its first buyers");
        let slept: Vec<_> = strangers(0, 1).chain(strangers(60, 100)).collect();
        assert_eq!(found(&slept, slept.last().unwrap()), ["leaked_code/ANN10/2026-04"]);
    }

    #[test]
    fn the_first_orders_of_a_leak_are_of_it_once_it_is_known() {
        let (terms, ann) = (FraudTerms::default(), AmbassadorId::trusted("ann"));
        let usual = (0..5).map(|number| with_code(0, number, true));
        let strangers = (0..20).map(|number| with_code(8 + number / 5, 100 + number, false));
        let orders: Vec<_> = usual.chain(strangers).collect();
        let conduct = Conduct::new(&terms, &ann, &orders);
        let kinds = |order: &Ordered, as_of| conduct.of(order, day(as_of)).len();
        assert_eq!([kinds(&orders[5], 8), kinds(&orders[5], 10), kinds(&orders[5], 11)], [0, 0, 1]);
        assert_eq!(kinds(&orders[0], 30), 0, "friends bought before the window began");
    }

    #[test]
    fn what_comes_back_later_is_not_known_yet() {
        let (terms, ann) = (FraudTerms::default(), AmbassadorId::trusted("ann"));
        let back = |number| Ordered { came_back_at: Some(day(20)), ..order(0, number) };
        let orders: Vec<_> = (0..20).map(back).collect();
        let conduct = Conduct::new(&terms, &ann, &orders);
        assert_eq!([19, 20].map(|as_of| conduct.of(&orders[0], day(as_of)).len()), [0, 1]);
    }

    #[test]
    fn refunds_and_floods_have_their_thresholds() {
        let back = |count: i64| -> Vec<_> {
            let back = |number| (number < count).then(|| day(0));
            (0..20).map(|number| Ordered { came_back_at: back(number), ..order(0, number) }).collect()
        };
        assert_eq!(found(&back(9), &order(0, 0)), ["refund_ratio/ann/2026-02"]);
        assert!(found(&back(8), &order(0, 0)).is_empty());
        assert!(found(&back(9)[..19], &order(0, 0)).is_empty(), "too few to tell");
        let flood = |clicks| Ordered { clicks, ..order(0, 1) };
        assert_eq!(found(&[], &flood(51)), ["click_flooding/0-1/ann"]);
        assert!(found(&[], &flood(50)).is_empty());
    }
}
