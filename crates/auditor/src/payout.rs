//! Payout runs: what was cleared up to the cut-off and not paid before.

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, Milliseconds, ProgramId, Timestamp};
use tribute_money::Asset;
use tribute_terms::{OnMissingRate, PayoutCurrency, Period, Schedule, Terms};

use crate::{
    Decision, HeldFor, PayoutKey, PayoutValue,
    brand::Brand,
    exact::{MILLION, ten_to},
    fact::Horizon,
    people::Profile,
    rates::{Fixing, Rates, day_number},
};

/// Balances by ambassador and currency, in minor units.
type Balances = BTreeMap<(AmbassadorId, Asset), i128>;

/// One run of one program.
struct Run<'a> {
    brand: &'a Brand,
    terms: &'a Terms,
    rates: &'a Rates,
    horizon: Horizon,
}

/// Makes every scheduled run of a program up to `to`, the earliest first.
pub(crate) fn runs(
    (brand_id, brand): (&BrandId, &Brand),
    program: &ProgramId,
    rates: &Rates,
    to: Timestamp,
    lateness: Option<Milliseconds>,
) -> BTreeMap<PayoutKey, PayoutValue> {
    let mut paid = Balances::new();
    let mut payouts = BTreeMap::new();
    for (run_at, terms) in brand.cut_offs(program, to) {
        let heard_before = lateness.map_or(Timestamp::MAX, |span| run_at.plus(span).plus(1));
        let horizon = Horizon { until: run_at, heard_before };
        let run = Run { brand, terms, rates, horizon };
        let mut balances = brand.cleared(program, horizon);
        // Where nothing is left of what was paid the balance is below zero.
        for (key, amount) in &paid {
            *balances.entry(key.clone()).or_default() -= amount;
        }
        for ((ambassador, asset), balance) in balances {
            let key = (ambassador.clone(), asset.clone());
            if balance == 0 {
                continue;
            }
            let decision = run.decide(&ambassador, &asset, balance);
            if matches!(decision, Decision::Paid { .. }) {
                *paid.entry(key).or_default() += balance;
            }
            let (brand, program) = (brand_id.clone(), program.clone());
            let key = PayoutKey { brand, program, ambassador, run_at, asset };
            payouts.insert(key, PayoutValue { balance, decision });
        }
    }
    payouts
}

impl Brand {
    /// The cut-offs of a program's schedule up to `to`: the first instant after each period, from the
    /// first order, post or paid click on.
    fn cut_offs(&self, program: &ProgramId, to: Timestamp) -> Vec<(Timestamp, &Terms)> {
        let orders = self.orders.values().filter_map(|order| order.documents.first()).map(|it| it.stamp.time);
        let posts = self.posts.values().filter_map(|post| post.published.first()).map(|it| it.stamp.time);
        let clicks = self.touches.first().map(|it| it.stamp.time).filter(|_| self.pays_for_clicks(program));
        let Some(start) = orders.chain(posts).chain(clicks).min() else { return Vec::new() };
        let versions = self.programs.get(program).map(Vec::as_slice).unwrap_or_default();
        let mut cut_offs = BTreeMap::new();
        for version in versions {
            let period = match version.terms.payout.schedule {
                Schedule::Manual => continue,
                Schedule::Weekly => Period::Week,
                Schedule::Monthly => Period::Month,
            };
            let ends_at = |at| version.terms.program.time_zone.period(period, at).ends_at;
            let mut at = ends_at(start.max(version.terms.program.effective_from).minus(1));
            while at <= to && at < Timestamp::MAX {
                if self.terms(program, at) == Some(&version.terms) {
                    cut_offs.insert(at, &version.terms);
                }
                at = ends_at(at);
            }
        }
        cut_offs.into_iter().collect()
    }

    /// What every ambassador has earned and cleared, in money.
    fn cleared(&self, program: &ProgramId, horizon: Horizon) -> Balances {
        let credited = self.credited(program, horizon);
        let mut balances = Balances::new();
        for earned in self.earnings(program, &credited, horizon, horizon.until) {
            if earned.asset.is_currency() && earned.clears_at <= horizon.until {
                *balances.entry((earned.ambassador, earned.asset)).or_default() += earned.amount;
            }
        }
        balances
    }
}

impl Run<'_> {
    fn decide(&self, ambassador: &AmbassadorId, asset: &Asset, balance: i128) -> Decision {
        let Self { brand, terms, horizon, .. } = *self;
        if balance <= 0 {
            return Decision::Carried;
        }
        let program = &terms.program.id;
        if brand.erased.get(ambassador).is_some_and(|erased| horizon.last(erased, |_| true).is_some()) {
            return Decision::Held(HeldFor::Erased);
        }
        let profile = brand.profile(program, ambassador, horizon.until, horizon);
        // A hold says so whatever the amount: it never hides behind a minimum.
        let holds = brand.holds.get(&(program.clone(), ambassador.clone()));
        if holds.and_then(|holds| horizon.last(holds, |_| true)).is_some_and(|last| last.body) {
            return Decision::Held(HeldFor::Fraud);
        }
        if !brand.knows(program, ambassador, horizon) {
            return Decision::Held(HeldFor::NotEnrolled);
        }
        match self.reaches_minimum(asset, balance) {
            None => return Decision::Held(HeldFor::MissingRate),
            Some(false) => return Decision::Carried,
            Some(true) => (),
        }
        if terms.payout.tax_form && !profile.tax_form {
            return Decision::Held(HeldFor::TaxForm);
        }
        if terms.payout.payment_details && !profile.payment_details_verified {
            return Decision::Held(HeldFor::PaymentDetails);
        }
        self.pay(&profile, asset, balance)
    }

    /// Whether a balance is above zero and at or above the minimum; `None` where there is no rate to tell.
    fn reaches_minimum(&self, asset: &Asset, balance: i128) -> Option<bool> {
        let minimum = i128::from(self.terms.payout.minimum.get());
        if balance <= 0 || minimum == 0 {
            return Some(balance > 0);
        }
        let currency = &self.terms.program.currency;
        let comparable = if asset == currency { balance } else { self.exchange(balance, asset, currency)? };
        Some(comparable * MILLION >= minimum * ten_to(currency.exponent().ok()?))
    }

    fn pay(&self, profile: &Profile, asset: &Asset, balance: i128) -> Decision {
        let payout = &self.terms.payout;
        let wanted =
            profile.payout_currency.as_ref().filter(|_| payout.currency == PayoutCurrency::Ambassador);
        let as_earned = Decision::Paid { asset: asset.clone(), amount: balance };
        let Some(wanted) = wanted.filter(|wanted| *wanted != asset) else { return as_earned };
        let exchanged = |to: &Asset| {
            let amount = if to == asset { Some(balance) } else { self.exchange(balance, asset, to) };
            amount.map(|amount| Decision::Paid { asset: to.clone(), amount })
        };
        exchanged(wanted).unwrap_or_else(|| match payout.on_missing_rate {
            OnMissingRate::Hold => Decision::Held(HeldFor::MissingRate),
            OnMissingRate::PayEarning => as_earned,
            OnMissingRate::Successor => {
                let successor = payout.successors.get(wanted.as_str());
                successor.and_then(exchanged).unwrap_or(Decision::Held(HeldFor::MissingRate))
            }
        })
    }

    /// At the fixing: the last day before the cut-off, in the program's time zone.
    fn exchange(&self, amount: i128, from: &Asset, to: &Asset) -> Option<i128> {
        let program = &self.terms.program;
        let day = day_number(&program.time_zone.day(self.horizon.until.minus(1)))?;
        let fixing = Fixing { horizon: self.horizon, day, age_max: self.terms.payout.rate_age_max.millis() };
        self.rates.exchange(amount, (from, to), fixing, program.rounding)
    }
}
