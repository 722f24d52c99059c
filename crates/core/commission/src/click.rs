//! Clicks on ambassadors' links, and the days that they are paid by.

use tribute_events::{AccountId, DAY, DeviceId, EventId, LinkId, Timestamp, TouchId};
use tribute_terms::{Period, PeriodBounds, Program, View};

/// A click on an ambassador's link, or a scan of their QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Click {
    /// Its natural key.
    pub id: TouchId,
    /// The event that told of it.
    pub event: EventId,
    /// When it happened.
    pub at: Timestamp,
    /// When that was recorded.
    pub recorded: Timestamp,
    /// The link that says whose it is; absent where the click itself names the ambassador.
    pub link: Option<LinkId>,
    /// The visitor's account, where they were logged in.
    pub account: Option<AccountId>,
    /// The device.
    pub device: Option<DeviceId>,
    /// The verdicts on it, in any order: against it where it is invalid.
    pub verdicts: Vec<Objection>,
    /// Whose device it was on, in any order: against it where the ambassador's own.
    pub own: Vec<Objection>,
}

/// Something said for or against a click. The last one by (time, event) holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objection {
    /// From when on.
    pub at: Timestamp,
    /// The event that says so.
    pub id: EventId,
    /// `true`: the click does not count.
    pub against: bool,
}

/// Who clicked: an account, else a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Visitor<'a> {
    Account(&'a AccountId),
    Device(&'a DeviceId),
}

impl Click {
    pub(crate) fn visitor(&self) -> Option<Visitor<'_>> {
        let device = || self.device.as_ref().map(Visitor::Device);
        self.account.as_ref().map(Visitor::Account).or_else(device)
    }

    /// Whether neither a verdict nor whose device it was on speaks against it at an instant.
    pub(crate) fn stands_at(&self, instant: Timestamp) -> bool {
        let against = |said: &[Objection]| {
            said.iter().filter(|it| it.at <= instant).max().is_some_and(|last| last.against)
        };
        !against(&self.verdicts) && !against(&self.own)
    }
}

/// When what the clicks of a day earn is settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClickLock {
    /// When it clears: a return window after the day, or after the first of its clicks was recorded where that is later.
    pub clears_at: Timestamp,
    /// Clicks, standings and logins that were recorded at this instant or later change nothing.
    pub recorded_before: Timestamp,
}

impl ClickLock {
    /// The lock of an ambassador's clicks of one day; `None` without a click, and before the first terms.
    #[must_use]
    pub fn of(clicks: &[Click], day: &PeriodBounds, program: &Program) -> Option<Self> {
        let terms = program.terms_at(day.ends_at.minus(1))?;
        let opens_at = clicks.iter().map(|click| click.recorded).min()?.max(day.ends_at);
        let clears_at = opens_at.plus(terms.attribution.hold.max(terms.attribution.grace).millis());
        // Without any window what is known when the day ends counts all the same.
        Some(Self { clears_at, recorded_before: clears_at.max(opens_at.plus(1)) })
    }

    /// What had happened by an instant, as far as it was recorded in time.
    #[must_use]
    pub const fn view(self, as_of: Timestamp) -> View {
        View { as_of, recorded_before: self.recorded_before }
    }
}

/// The day of the program's time zone that an instant lies in; `None` before the first terms.
///
/// Where the terms move the program to another time zone, a day lasts for as long as it does in either.
#[must_use]
pub fn click_day(program: &Program, at: Timestamp) -> Option<PeriodBounds> {
    let zone = &program.terms_at(at)?.program.time_zone;
    let mut day = zone.period(Period::Day, at);
    let (first, last) = (day.starts_at, day.ends_at.minus(1));
    let versions = program.versions();
    let ends = versions.iter().skip(1).map(|terms| terms.program.effective_from).chain([Timestamp::MAX]);
    for (terms, end) in versions.iter().zip(ends).filter(|(terms, _)| terms.program.time_zone != *zone) {
        for instant in [first, last] {
            let other = terms.program.time_zone.period(Period::Day, instant);
            let in_force = terms.program.effective_from < other.ends_at && other.starts_at < end;
            if other.name == day.name && in_force {
                day.starts_at = day.starts_at.min(other.starts_at);
                day.ends_at = day.ends_at.max(other.ends_at);
            }
        }
    }
    Some(day)
}

/// The days that end in `(after, until]` and on which the terms pay for clicks, in their order.
#[must_use]
pub fn click_days(program: &Program, after: Timestamp, until: Timestamp) -> Vec<PeriodBounds> {
    let mut found: Vec<PeriodBounds> = Vec::new();
    let versions = program.versions();
    let Some(begins) = versions.first().map(|terms| terms.program.effective_from) else { return found };
    if !program.pays_for_clicks() {
        return found;
    }
    // From a little earlier: a day may last longer than its time zone says.
    let mut at = after.max(begins).minus(DAY.saturating_mul(2)).max(begins);
    while at < until {
        let (Some(terms), Some(day)) = (program.terms_at(at), click_day(program, at)) else { break };
        let known = found.iter().rev().take(3).any(|it| it.name == day.name);
        if !terms.click_fee.is_empty() && after < day.ends_at && day.ends_at <= until && !known {
            found.push(day);
        }
        let next = versions.iter().map(|terms| terms.program.effective_from).find(|from| *from > at);
        let end = terms.program.time_zone.period(Period::Day, at).ends_at;
        at = next.map_or(end, |next| next.min(end));
    }
    found.sort_by_key(|day| day.ends_at);
    found
}
