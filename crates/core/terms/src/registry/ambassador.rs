use tribute_events::{AccountId, AmbassadorJudged, Timestamp};

use super::{
    Dated, Profile, View, insert_dated,
    lives::Said,
    standing::{Outcome, Standing, outcome},
};

/// Everything that was said of one person in one program.
#[derive(Debug, Clone, Default)]
pub struct Ambassador {
    changes: Vec<Said>,
    verdicts: Vec<Dated<AmbassadorJudged>>,
    holds: Vec<Dated<(bool, String)>>,
}

impl Ambassador {
    pub(super) fn change(&mut self, fact: Said) {
        insert_dated(&mut self.changes, fact);
    }

    pub(super) fn judge(&mut self, fact: Dated<AmbassadorJudged>) {
        insert_dated(&mut self.verdicts, fact);
    }

    pub(super) fn hold(&mut self, fact: Dated<(bool, String)>) {
        insert_dated(&mut self.holds, fact);
    }

    /// When and by which event something was said of their standing or of them, by (time, id).
    pub fn changes(&self) -> impl Iterator<Item = &Said> {
        self.changes.iter()
    }

    /// Whether anything at all was said of them, as far as `view` sees.
    #[must_use]
    pub fn is_known(&self, view: View) -> bool {
        self.changes.iter().any(|fact| view.sees(fact.time, fact.recorded))
    }

    /// Since when they are known, as far as `view` sees.
    #[must_use]
    pub fn known_since(&self, view: View) -> Option<Timestamp> {
        self.changes.iter().find(|fact| view.sees(fact.time, fact.recorded)).map(|fact| fact.time)
    }

    /// What was said of them, by time.
    pub(super) fn said(&self) -> &[Said] {
        &self.changes
    }

    /// Where they stood at `view.as_of` by what people decided; an application waits for one.
    pub(super) fn standing(&self, view: View) -> Option<Standing> {
        let seen = self.changes.iter().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.fold(None, |standing, fact| match outcome(standing, fact.what.0) {
            Outcome::Nothing | Outcome::Refused(_) => standing,
            Outcome::Applies => Some(Standing::Applied),
            Outcome::Stands(standing) => Some(standing),
        })
    }

    /// What was known of them at `view.as_of`.
    #[must_use]
    pub fn profile(&self, view: View) -> Profile {
        let mut profile = Profile::default();
        let seen = self.changes.iter().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.for_each(|fact| profile.hear(&fact.what.1));
        profile
    }

    /// Whether `account` is one of their own, as far as `view` sees. An account stays theirs once named.
    #[must_use]
    pub fn owns(&self, account: &AccountId, view: View) -> bool {
        let mut seen = self.changes.iter().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.any(|fact| fact.what.1.accounts.contains(account))
    }

    /// Every account that was ever named as one of their own.
    pub fn accounts(&self) -> impl Iterator<Item = &AccountId> {
        self.changes.iter().flat_map(|fact| &fact.what.1.accounts)
    }

    /// Whether anything but verdicts and holds was said of them at or after `recorded`.
    #[must_use]
    pub fn changed_since(&self, recorded: Timestamp) -> bool {
        self.changes.iter().any(|fact| fact.recorded >= recorded)
    }

    /// The verdict on their touches for an order of `ordered_at`: the latest one that `view` sees.
    #[must_use]
    pub fn judged_invalid(&self, ordered_at: Timestamp, view: View) -> bool {
        let concerns = |verdict: &AmbassadorJudged| verdict.orders_from.is_none_or(|from| from <= ordered_at);
        let seen = self.verdicts.iter().rev().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.map(|fact| &fact.what).find(|verdict| concerns(verdict)).is_some_and(|verdict| !verdict.valid)
    }

    /// The verdicts on their touches, by time.
    #[must_use]
    pub fn verdicts(&self) -> &[Dated<AmbassadorJudged>] {
        &self.verdicts
    }

    /// Why their payouts are on hold at `as_of`, where they are.
    #[must_use]
    pub fn held(&self, as_of: Timestamp) -> Option<&str> {
        let last = self.holds.iter().rev().find(|fact| fact.time <= as_of)?;
        last.what.0.then_some(last.what.1.as_str())
    }
}
