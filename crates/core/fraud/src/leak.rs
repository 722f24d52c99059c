//! When a code leaked: strangers use it all of a sudden.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::Timestamp;
use tribute_terms::FraudTerms;

use crate::{
    Ordered,
    share::{WHOLE, millionths, percent},
};

/// How many windows before the present one tell what is usual for a code.
const WINDOWS_BEFORE: i64 = 4;

/// A window of time in which many buyers who never clicked used a code, and their share of its orders was far above
/// what it was in the windows before, or there was nothing before.
#[derive(Debug, Clone)]
pub(crate) struct Leak<'a> {
    pub(crate) code: &'a SmolStr,
    /// With which order it ended.
    pub(crate) ended_at: Timestamp,
    strangers: u64,
    share: u64,
    usual: Option<u64>,
}

impl Leak<'_> {
    pub(crate) fn sentence(&self, terms: &FraudTerms) -> String {
        let Self { code, ended_at, strangers, share, usual } = self;
        let before = usual
            .map_or_else(|| "nobody used it before".into(), |usual| format!("{} % before", percent(usual)));
        format!(
            "{strangers} strangers used code {code} in {} up to {ended_at}; orders without a click were {} % of its \
             orders, and {before}",
            terms.code_window,
            percent(*share)
        )
    }
}

/// The windows in which codes leaked, those of each code by time. `orders` come by time.
pub(crate) fn leaks<'a>(terms: &FraudTerms, orders: &[&'a Ordered]) -> Vec<Leak<'a>> {
    let mut by_code: BTreeMap<&SmolStr, Vec<&'a Ordered>> = BTreeMap::new();
    for order in orders {
        if let Some(code) = &order.code {
            by_code.entry(code).or_default().push(order);
        }
    }
    by_code.into_iter().flat_map(|(code, orders)| leaks_of(terms, code, &orders)).collect()
}

fn leaks_of<'a>(terms: &FraudTerms, code: &'a SmolStr, orders: &[&'a Ordered]) -> Vec<Leak<'a>> {
    let window = terms.code_window.millis();
    let clickless = clickless(orders);
    let place = |instant: Timestamp| orders.partition_point(|it| it.at <= instant);
    let share = |from: usize, to: usize| {
        let counted = |at: usize| clickless.get(at).copied().unwrap_or_default();
        let all = u64::try_from(to.saturating_sub(from)).unwrap_or(u64::MAX);
        counted(to).saturating_sub(counted(from)).saturating_mul(WHOLE).checked_div(all)
    };
    let mut strangers = Strangers::default();
    let (mut found, mut begun, mut end) = (Vec::new(), 0, 0);
    for together in orders.chunk_by(|a, b| a.at == b.at) {
        let Some(ended_at) = together.first().map(|it| it.at) else { continue };
        together.iter().for_each(|order| strangers.come(order));
        end = together.len().saturating_add(end);
        let begins = place(ended_at.minus(window));
        orders.get(begun..begins).unwrap_or_default().iter().for_each(|order| strangers.go(order));
        begun = begins;
        let before = ended_at.minus(window.saturating_mul(WINDOWS_BEFORE.saturating_add(1)));
        let Some(now) = share(begins, end) else { continue };
        let (usual, many) = (share(place(before), begins), strangers.many());
        let leaked = match usual {
            Some(usual) => {
                let jump = now.saturating_sub(usual);
                many >= terms.code_strangers && jump >= millionths(terms.code_jump)
            }
            None => many >= terms.code_strangers_new,
        };
        if leaked {
            found.push(Leak { code, ended_at, strangers: many, share: now, usual });
        }
    }
    found
}

/// How many of the orders before each place came without a click.
fn clickless(orders: &[&Ordered]) -> Vec<u64> {
    let counted = orders.iter().scan(0_u64, |count, order| {
        *count = count.saturating_add(u64::from(!order.clicked));
        Some(*count)
    });
    std::iter::once(0).chain(counted).collect()
}

/// The buyers of a window who never clicked, each with how often they bought.
#[derive(Default)]
struct Strangers<'a>(BTreeMap<&'a SmolStr, u64>);

impl<'a> Strangers<'a> {
    fn come(&mut self, order: &'a Ordered) {
        if !order.clicked {
            let bought = self.0.entry(&order.buyer).or_default();
            *bought = bought.saturating_add(1);
        }
    }

    fn go(&mut self, order: &'a Ordered) {
        if let Some(bought) = self.0.get_mut(&order.buyer).filter(|_| !order.clicked) {
            *bought = bought.saturating_sub(1);
            if *bought == 0 {
                self.0.remove(&order.buyer);
            }
        }
    }

    fn many(&self) -> u64 {
        u64::try_from(self.0.len()).unwrap_or(u64::MAX)
    }
}
