//! What clicks earn, day by day.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, ClickRecorded, OrderId, ProgramId, RuleId, Timestamp, TouchKind};
use tribute_terms::{Period, PeriodBounds, Terms};

use crate::{
    Source,
    brand::Brand,
    earning::Earned,
    exact::minor,
    fact::{Fact, Horizon},
    people::Person,
};

/// What a rule counted so far of a day.
#[derive(Default)]
struct Count {
    visitors: BTreeSet<String>,
    clicks: u32,
    sum: i128,
}

/// An ambassador's day that has ended.
struct Day<'a> {
    program: &'a ProgramId,
    ambassador: &'a AmbassadorId,
    name: &'a SmolStr,
    ends_at: Timestamp,
    /// Those in force at its end.
    terms: &'a Terms,
    clicks: Vec<&'a Fact<ClickRecorded>>,
}

impl Brand {
    /// The fees for clicks of the days that have ended by `clock`, each with the last instant of its day.
    pub(crate) fn click_earnings(
        &self,
        program: &ProgramId,
        horizon: Horizon,
        clock: Timestamp,
    ) -> Vec<(Timestamp, Earned)> {
        if !self.pays_for_clicks(program) {
            return Vec::new();
        }
        let mut days: BTreeMap<(AmbassadorId, SmolStr), Vec<&Fact<ClickRecorded>>> = BTreeMap::new();
        for touch in self.touches.iter().filter(|touch| horizon.sees(&touch.stamp)) {
            let whose = self.clicked(program, touch, horizon).zip(self.day(program, touch.stamp.time));
            if let Some((ambassador, day)) = whose.filter(|(_, day)| day.ends_at <= clock) {
                days.entry((ambassador.clone(), day.name)).or_default().push(touch);
            }
        }
        let mut all = Vec::new();
        for ((ambassador, name), mut clicks) in days {
            clicks.sort_by_key(|click| (click.stamp.time, &click.body.click));
            let bounds = clicks.first().and_then(|first| self.day(program, first.stamp.time));
            let Some(ends_at) = bounds.map(|bounds| bounds.ends_at) else { continue };
            let Some(terms) = self.terms(program, ends_at.minus(1)) else { continue };
            let day = Day { program, ambassador: &ambassador, name: &name, ends_at, terms, clicks };
            let earned = self.of_day(&day, horizon);
            all.extend(earned.into_iter().map(|it| (ends_at.minus(1), it)));
        }
        all
    }

    pub(crate) fn pays_for_clicks(&self, program: &ProgramId) -> bool {
        let mut versions = self.programs.get(program).into_iter().flatten();
        versions.any(|version| !version.terms.click_fee.is_empty())
    }

    /// Whose click it is in this program; views and clicks of nobody in particular are nobody's.
    fn clicked<'a>(
        &'a self,
        program: &ProgramId,
        touch: &'a Fact<ClickRecorded>,
        seen: Horizon,
    ) -> Option<&'a AmbassadorId> {
        let click = &touch.body;
        let visited = click.account.is_some() || click.device.is_some();
        let here = click.program.as_ref().is_none_or(|named| named == program);
        if click.kind == TouchKind::View || !visited || !here {
            return None;
        }
        click.ambassador.as_ref().or_else(|| {
            let issued = self.links.get(&(program.clone(), click.link.clone()?))?;
            let last = seen.last(issued, |fact| fact.stamp.time <= touch.stamp.time)?;
            Some(&last.body.ambassador)
        })
    }

    /// The day that an instant lies in. Where the time zone changes it lasts as long as in either zone.
    fn day(&self, program: &ProgramId, at: Timestamp) -> Option<PeriodBounds> {
        let mut day = self.terms(program, at)?.program.time_zone.period(Period::Day, at);
        let versions = self.programs.get(program)?;
        let mut spans = Vec::new();
        for (index, version) in versions.iter().enumerate() {
            let (head, next) = (&version.terms.program, versions.get(index + 1));
            let until = next.map_or(Timestamp::MAX, |next| next.terms.program.effective_from);
            for instant in [day.starts_at, day.ends_at.minus(1)] {
                let span = head.time_zone.period(Period::Day, instant);
                if span.name == day.name && head.effective_from < span.ends_at && span.starts_at < until {
                    spans.push(span);
                }
            }
        }
        for span in spans {
            day.starts_at = day.starts_at.min(span.starts_at);
            day.ends_at = day.ends_at.max(span.ends_at);
        }
        Some(day)
    }

    fn of_day(&self, day: &Day<'_>, horizon: Horizon) -> Vec<Earned> {
        let heard = day.clicks.iter().map(|click| click.stamp.recorded).min().unwrap_or(day.ends_at);
        let opens_at = heard.max(day.ends_at);
        let attribution = &day.terms.attribution;
        let clears_at = opens_at.plus(attribution.hold.max(attribution.grace).millis());
        let evidence = horizon.before(clears_at.max(opens_at.plus(1)));
        let mut counts: BTreeMap<&RuleId, Count> = BTreeMap::new();
        for click in day.clicks.iter().filter(|click| self.counts(day, click, horizon, evidence)) {
            let at = click.stamp.time;
            let Some(terms) = self.terms(day.program, at) else { continue };
            if terms.program.currency != day.terms.program.currency {
                continue;
            }
            let visitor = match (&click.body.account, &click.body.device) {
                (Some(account), _) => format!("account {account}"),
                (None, device) => format!("device {device:?}"),
            };
            for fee in &terms.click_fee {
                let named = fee.ambassadors.is_empty() || fee.ambassadors.contains(day.ambassador);
                let begun = fee.from.is_none_or(|from| at >= from);
                let count = counts.entry(&fee.id).or_default();
                if !named
                    || !begun
                    || fee.until.is_some_and(|until| at >= until)
                    || !count.visitors.insert(visitor.clone())
                {
                    continue;
                }
                if fee.per_day.is_none_or(|most| count.clicks < most) {
                    count.clicks += 1;
                    count.sum += i128::from(fee.amount.get());
                }
            }
        }
        let program = &day.terms.program;
        let Ok(exponent) = program.currency.exponent() else { return Vec::new() };
        let earned = counts.into_iter().map(|(rule, count)| Earned {
            source: Source::Clicks(day.name.clone()),
            ambassador: day.ambassador.clone(),
            rule: rule.clone(),
            asset: program.currency.clone(),
            amount: minor(count.sum, exponent, program.rounding),
            clears_at,
        });
        earned.collect()
    }

    /// Whether a click counts, unless its visitor clicked before.
    fn counts(
        &self,
        day: &Day<'_>,
        click: &Fact<ClickRecorded>,
        horizon: Horizon,
        evidence: Horizon,
    ) -> bool {
        let (at, who) = (click.stamp.time, day.ambassador);
        let profile = self.profile(day.program, who, at, evidence);
        let payable = self.terms(day.program, at).is_some_and(|terms| profile.is_payable(terms));
        // No order looks at the device here.
        let nobodys = OrderId::trusted("");
        let visitor = (click.body.account.as_ref(), click.body.device.as_ref());
        let person = self.person(visitor, at, &nobodys, evidence);
        let own = matches!(&person, Some(Person::Account(account)) if profile.accounts.contains(account));
        let on_click = self.click_verdicts.get(&click.body.click);
        let refused =
            on_click.and_then(|verdicts| horizon.last(verdicts, |_| true)).is_some_and(|last| !last.body);
        let on_person = self.verdicts.get(&(day.program.clone(), who.clone()));
        let concerns = |from: Option<Timestamp>| from.is_none_or(|from| from <= at);
        let judged = on_person
            .and_then(|verdicts| horizon.last(verdicts, |fact| concerns(fact.body.orders_from)))
            .is_some_and(|last| !last.body.valid);
        evidence.sees(&click.stamp)
            && self.clicked(day.program, click, evidence) == Some(who)
            && profile.active
            && payable
            && !own
            && !refused
            && !judged
    }
}
