use smol_str::SmolStr;
use tribute_events::{
    AccountId, AmbassadorChange, AmbassadorChanged, AmbassadorId, AmbassadorJudged, Timestamp,
};
use tribute_money::Asset;

use super::{Dated, View, insert_dated};

/// Where a person stands in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Asked to join.
    Applied,
    /// On the waiting list.
    Waitlisted,
    /// May earn.
    Approved,
    /// May not join.
    Rejected,
    /// Earns nothing for now.
    Suspended,
    /// Left.
    Left,
    /// Was thrown out.
    Banned,
}

impl Standing {
    /// Where a change puts a person; `None` where it only says more about them.
    #[must_use]
    pub const fn after(change: AmbassadorChange) -> Option<Self> {
        match change {
            AmbassadorChange::Applied => Some(Self::Applied),
            AmbassadorChange::Approved => Some(Self::Approved),
            AmbassadorChange::Waitlisted => Some(Self::Waitlisted),
            AmbassadorChange::Rejected => Some(Self::Rejected),
            AmbassadorChange::Suspended => Some(Self::Suspended),
            AmbassadorChange::Left => Some(Self::Left),
            AmbassadorChange::Banned => Some(Self::Banned),
            AmbassadorChange::Updated => None,
        }
    }
}

/// What is known of a person at one instant: the latest word on each field.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Profile {
    /// The currency they want to be paid in.
    pub payout_currency: Option<Asset>,
    /// Their own accounts at the shop.
    pub accounts: Vec<AccountId>,
    /// The platform they post on.
    pub platform: Option<SmolStr>,
    /// Followers on it.
    pub followers: Option<u64>,
    /// Country or state.
    pub region: Option<SmolStr>,
    /// School or campus.
    pub campus: Option<SmolStr>,
    /// Who recruited them.
    pub recruiter: Option<AmbassadorId>,
    /// Whether a tax form is on file.
    pub tax_form: Option<bool>,
    /// Whether their payment details are verified.
    pub payment_details_verified: Option<bool>,
}

/// Everything that was said of one person in one program.
#[derive(Debug, Clone, Default)]
pub struct Ambassador {
    changes: Vec<Dated<(AmbassadorChange, AmbassadorChanged)>>,
    verdicts: Vec<Dated<AmbassadorJudged>>,
    holds: Vec<Dated<(bool, String)>>,
}

impl Ambassador {
    pub(super) fn change(&mut self, fact: Dated<(AmbassadorChange, AmbassadorChanged)>) {
        insert_dated(&mut self.changes, fact);
    }

    pub(super) fn judge(&mut self, fact: Dated<AmbassadorJudged>) {
        insert_dated(&mut self.verdicts, fact);
    }

    pub(super) fn hold(&mut self, fact: Dated<(bool, String)>) {
        insert_dated(&mut self.holds, fact);
    }

    /// Where they stood at `view.as_of`; `None` before the first word of them.
    #[must_use]
    pub fn standing(&self, view: View) -> Option<Standing> {
        let seen = self.changes.iter().rev().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.map(|fact| fact.what.0).find_map(Standing::after)
    }

    /// Every change of their standing, by time.
    pub fn standings(
        &self,
    ) -> impl Iterator<Item = (&Dated<(AmbassadorChange, AmbassadorChanged)>, Standing)> {
        self.changes.iter().filter_map(|fact| Some((fact, Standing::after(fact.what.0)?)))
    }

    /// Everybody who was ever said to have recruited them.
    pub fn recruiters(&self) -> impl Iterator<Item = &AmbassadorId> {
        self.changes.iter().filter_map(|fact| fact.what.1.recruiter.as_ref())
    }

    /// Whether they might earn at `view.as_of`.
    #[must_use]
    pub fn is_active(&self, view: View) -> bool {
        self.standing(view) == Some(Standing::Approved)
    }

    /// What was known of them at `view.as_of`.
    #[must_use]
    pub fn profile(&self, view: View) -> Profile {
        let mut profile = Profile::default();
        for fact in self.changes.iter().filter(|fact| view.sees(fact.time, fact.recorded)) {
            let said = &fact.what.1;
            let keep = |known: &mut Option<SmolStr>, said: &Option<SmolStr>| {
                if said.is_some() {
                    known.clone_from(said);
                }
            };
            keep(&mut profile.platform, &said.platform);
            keep(&mut profile.region, &said.region);
            keep(&mut profile.campus, &said.campus);
            profile.payout_currency = said.payout_currency.clone().or(profile.payout_currency);
            profile.followers = said.followers.or(profile.followers);
            profile.recruiter = said.recruiter.clone().or(profile.recruiter);
            profile.tax_form = said.tax_form.or(profile.tax_form);
            profile.payment_details_verified =
                said.payment_details_verified.or(profile.payment_details_verified);
            profile.accounts.extend(said.accounts.iter().cloned());
        }
        profile.accounts.sort_unstable();
        profile.accounts.dedup();
        profile
    }

    /// Whether `account` is one of their own, as far as `view` sees. An account stays theirs once named.
    #[must_use]
    pub fn owns(&self, account: &AccountId, view: View) -> bool {
        let mut seen = self.changes.iter().filter(|fact| view.sees(fact.time, fact.recorded));
        seen.any(|fact| fact.what.1.accounts.contains(account))
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
