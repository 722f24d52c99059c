//! The independent auditor: recomputes what every ambassador has earned, from a file of events and terms.
//!
//! It is what the pipeline is checked against: written from the definition of the numbers alone, it shares
//! with the pipeline only the contract (how events and terms are read) and no arithmetic and no rule. It
//! holds all facts in memory and asks every question anew, at the end and at every payout run, so that it
//! has no state that could go wrong. It is not a service, and not fast.
//!
//! Of payouts it knows the runs of weekly and monthly schedules and what they take. It does not know runs that people ask
//! for, a `day` of the month, ways of paying, limits, the age of an account, tax forms with a date, what is kept back, and
//! what becomes of a payout afterwards.
//!
//! ```
//! use tribute_auditor::{Options, audit};
//! use tribute_terms::Terms;
//! let terms = Terms::parse(r#"
//!     program = { brand = "acme", id = "friends", version = "1", effective_from = "2026-01-01T00:00:00Z", currency = "USD" }
//!     commission = [{ id = "ten", pays = { percent = "10%" } }]
//! "#).map_err(|problems| problems[0].to_string())?;
//! let approved = r#"{"specversion":"1.0","id":"1","source":"crm","brand":"acme","type":"tribute.ambassador.approved",
//!     "time":"2026-01-01T00:00:00Z","data":{"program":"friends","ambassador":"ana"}}"#;
//! let click = r#"{"specversion":"1.0","id":"2","source":"web","brand":"acme","type":"tribute.click.recorded",
//!     "time":"2026-01-02T00:00:00Z","data":{"click":"c1","program":"friends","ambassador":"ana","account":"kim"}}"#;
//! let sale = r#"{"specversion":"1.0","id":"3","source":"shop","brand":"acme","type":"tribute.sale.completed",
//!     "time":"2026-01-03T00:00:00Z","data":{"order":"1001","account":"kim","currency":"USD",
//!     "lines":[{"sku":"TOTE","quantity":1,"amount":"59.97"}]}}"#;
//! let options = Options { terms: vec![terms], ..Options::default() };
//! let audit = audit([approved, click, sale].into_iter().map(str::as_bytes), &options);
//! assert_eq!(audit.report(), "\
//! accepted 3
//! conversion acme friends 1001 ana 1/1 click
//! duplicates 0
//! earning acme friends order:1001 ana ten USD 6.00
//! total acme friends ana USD 6.00
//! ");
//! # Ok::<(), String>(())
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::float_arithmetic, clippy::as_conversions))]

mod bonus;
mod brand;
mod budget;
mod case;
mod click;
mod credit;
mod earning;
mod exact;
mod fact;
mod intake;
mod mission;
mod order;
mod payout;
mod people;
mod post;
mod rates;
mod report;
mod rule;
mod tally;
mod tier;

use std::collections::BTreeMap;

use tribute_events::{BrandId, Milliseconds, Payload, ProgramId, Timestamp};
use tribute_terms::{Terms, Tier};

pub use report::{
    Audit, BalanceKey, ConversionKey, Credit, Decision, Earning, EarningKey, GrantKey, Grants, HeldFor,
    PayoutKey, PayoutValue, Source,
};

use crate::{
    brand::{Brand, Version},
    fact::{Fact, Horizon, Stamp},
    rates::Rates,
};

/// What is known besides the events.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Terms that are published in no event.
    pub terms: Vec<Terms>,
    /// Up to when payout runs are made and days of clicks are paid, inclusive; the last tick of the clock in the file where absent, no run
    /// without one.
    pub to: Option<Timestamp>,
    /// Where given, a run does not see what was recorded later than this after its cut-off: payouts as they
    /// were made by those who lived through it. Where absent it sees all that had happened by its cut-off.
    pub lateness: Option<Milliseconds>,
}

/// Recomputes everything from the lines of a file of events, in JSON.
pub fn audit<'a>(lines: impl Iterator<Item = &'a [u8]>, options: &Options) -> Audit {
    let intake = intake::read(lines);
    let mut audit = Audit {
        accepted: u64::try_from(intake.events.len()).unwrap_or(u64::MAX),
        duplicates: intake.duplicates,
        quarantined: intake.quarantined.clone(),
        ..Audit::default()
    };
    let (brands, rates, tick) = known(intake, &options.terms);
    let to = options.to.or(tick);
    for (id, brand) in &brands {
        for program in brand.programs.keys() {
            audit.add_program(id, brand, program, to);
            if let Some(to) = to {
                audit.payouts.extend(payout::runs((id, brand), program, &rates, to, options.lateness));
            }
        }
    }
    audit
}

/// Sorts the accepted events by brand; exchange rates and the clock belong to all of them.
fn known(intake: intake::Intake, terms: &[Terms]) -> (BTreeMap<BrandId, Brand>, Rates, Option<Timestamp>) {
    let mut brands: BTreeMap<BrandId, Brand> = BTreeMap::new();
    let mut publish = |terms: &Terms, published| {
        let versions = &mut brands.entry(terms.program.brand.clone()).or_default().programs;
        versions
            .entry(terms.program.id.clone())
            .or_default()
            .push(Version { terms: terms.clone(), published });
    };
    for terms in terms {
        publish(terms, None);
    }
    for (index, terms) in &intake.terms {
        publish(terms, intake.events.get(*index).map(stamp));
    }
    let (mut rates, mut tick) = (Vec::new(), None);
    for event in intake.events {
        match event.payload {
            Payload::Clock(clock) => tick = tick.max(Some(clock.at)),
            Payload::Fx(ref published) => rates.push(Fact { stamp: stamp(&event), body: published.clone() }),
            _ => brands.entry(event.brand.clone()).or_default().add(event),
        }
    }
    brands.values_mut().for_each(Brand::seal);
    (brands, Rates::new(rates), tick)
}

fn stamp(event: &tribute_events::Event) -> Stamp {
    let (id, source) = (event.id.clone(), event.source.clone());
    Stamp { time: event.time, id, source, recorded: event.recorded }
}

impl Audit {
    /// One program at the end of all facts.
    fn add_program(
        &mut self,
        brand_id: &BrandId,
        brand: &Brand,
        program: &ProgramId,
        clock: Option<Timestamp>,
    ) {
        let credited = brand.credited(program, Horizon::END);
        for order in &credited {
            self.add_conversion(brand_id, program, order);
        }
        for earned in brand.earnings(program, &credited, Horizon::END, clock.unwrap_or(Timestamp::MIN)) {
            self.add_earning(brand_id, program, earned);
        }
        for ((mission, ambassador), rounds) in brand.rounds(program, &credited, Horizon::END) {
            for (asset, units) in rounds.iter().flat_map(|won| &won.gives).filter_map(counted) {
                let key = GrantKey {
                    brand: brand_id.clone(),
                    program: program.clone(),
                    ambassador: ambassador.clone(),
                    mission: mission.clone(),
                    asset,
                };
                let grants = self.grants.entry(key).or_default();
                grants.count += 1;
                grants.units += i128::from(units);
            }
        }
    }

    fn add_conversion(&mut self, brand: &BrandId, program: &ProgramId, order: &credit::Credited<'_>) {
        let (of, tier) = (order.credit.of(), order.credit.tier.map_or("none", Tier::as_str));
        for (ambassador, weight) in &order.credit.shares {
            let key = ConversionKey {
                brand: brand.clone(),
                program: program.clone(),
                order: order.case.id.clone(),
                ambassador: ambassador.clone(),
            };
            self.conversions.insert(key, Credit { weight: *weight, of, tier });
        }
    }

    fn add_earning(&mut self, brand: &BrandId, program: &ProgramId, earned: earning::Earned) {
        if earned.amount == 0 {
            return;
        }
        let (brand, program) = (brand.clone(), program.clone());
        let earning::Earned { source, ambassador, rule, asset, amount, clears_at } = earned;
        let balance = BalanceKey {
            brand: brand.clone(),
            program: program.clone(),
            ambassador: ambassador.clone(),
            asset: asset.clone(),
        };
        *self.totals.entry(balance).or_default() += amount;
        let key = EarningKey { brand, program, source, ambassador, rule, asset };
        let earning = self.earnings.entry(key).or_insert(Earning { amount: 0, clears_at });
        earning.amount += amount;
        earning.clears_at = earning.clears_at.max(clears_at);
    }
}

/// What a gift is counted in, and how much of it; nothing for money, which is a prize.
fn counted(gift: &tribute_terms::Gift) -> Option<(tribute_money::Asset, u32)> {
    Some((gift.asset()?, gift.units))
}
