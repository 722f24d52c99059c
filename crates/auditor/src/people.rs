//! Who somebody is: the buyer behind a device, the ambassador at an instant.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AccountId, AmbassadorChange, AmbassadorId, DeviceId, OrderId, ProgramId, Timestamp};
use tribute_money::Asset;
use tribute_terms::Terms;

use crate::{
    brand::{Brand, Login},
    fact::{Fact, Horizon},
};

/// A buyer or a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Person {
    Account(AccountId),
    Device(DeviceId),
}

/// What is known of an ambassador at an instant.
#[derive(Debug, Clone, Default)]
pub(crate) struct Profile {
    pub(crate) active: bool,
    pub(crate) accounts: Vec<AccountId>,
    /// Followers by platform and account; those of the main platform under an account without a name.
    pub(crate) followers: BTreeMap<(SmolStr, SmolStr), u64>,
    main: (Option<SmolStr>, Option<u64>),
    pub(crate) tier: Option<SmolStr>,
    pub(crate) region: Option<SmolStr>,
    pub(crate) recruiter: Option<AmbassadorId>,
    pub(crate) payout_currency: Option<Asset>,
    pub(crate) tax_form: bool,
    pub(crate) payment_details_verified: bool,
}

impl Profile {
    /// Followers of the largest account on a platform, of all accounts where none is named; an account of which nobody
    /// knows the platform is on each.
    pub(crate) fn followers_on(&self, platform: Option<&str>) -> Option<u64> {
        let on = |known: &str| {
            known.is_empty() || platform.is_none_or(|wanted| wanted.eq_ignore_ascii_case(known))
        };
        let main = self.main.1.filter(|_| on(self.main.0.as_deref().unwrap_or_default()));
        let named = self.followers.iter().filter(|((known, _), _)| on(known)).map(|(_, count)| *count);
        named.chain(main).max()
    }

    /// Whether the terms pay money where they are.
    pub(crate) fn is_payable(&self, terms: &Terms) -> bool {
        let (only, not) = (&terms.pay.regions, &terms.pay.not_regions);
        let among = |list: &[SmolStr]| {
            self.region.as_ref().is_some_and(|it| list.iter().any(|one| one.eq_ignore_ascii_case(it)))
        };
        let known = self.region.is_some() || (only.is_empty() && not.is_empty());
        known && (only.is_empty() || among(only)) && !among(not)
    }
}

impl Brand {
    /// The person behind an account or a device at an instant, as `order` sees it: an anonymous device
    /// belongs to the next login on it, else to the last one before, else to itself.
    pub(crate) fn person(
        &self,
        (account, device): (Option<&AccountId>, Option<&DeviceId>),
        at: Timestamp,
        order: &OrderId,
        evidence: Horizon,
    ) -> Option<Person> {
        if let Some(account) = account {
            return Some(Person::Account(account.clone()));
        }
        let device = device?;
        let logins = self.logins.get(device).map(Vec::as_slice).unwrap_or_default();
        // In order of time: those before the instant, then those from it on.
        let (before, after) = logins.split_at(logins.partition_point(|it| it.stamp.time < at));
        let known = |it: &&Fact<Login>| evidence.sees(&it.stamp) || it.body.order.as_ref() == Some(order);
        let login = after.iter().find(known).or_else(|| before.iter().rfind(known));
        Some(
            login.map_or_else(
                || Person::Device(device.clone()),
                |it| Person::Account(it.body.account.clone()),
            ),
        )
    }

    /// Whether anything was said of an ambassador by an instant.
    pub(crate) fn knows(&self, program: &ProgramId, ambassador: &AmbassadorId, evidence: Horizon) -> bool {
        let changes = self.people.get(&(program.clone(), ambassador.clone()));
        let seen = |fact: &Fact<_>| fact.stamp.time <= evidence.until && evidence.sees(&fact.stamp);
        changes.into_iter().flatten().any(seen)
    }

    /// An ambassador at an instant: every change up to then, one after the other.
    pub(crate) fn profile(
        &self,
        program: &ProgramId,
        ambassador: &AmbassadorId,
        at: Timestamp,
        evidence: Horizon,
    ) -> Profile {
        let mut profile = Profile::default();
        let changes = self.people.get(&(program.clone(), ambassador.clone()));
        let seen = |fact: &&Fact<_>| fact.stamp.time <= at && evidence.sees(&fact.stamp);
        let mut last = AmbassadorChange::Updated;
        for fact in changes.into_iter().flatten().filter(seen) {
            let (change, what) = &fact.body;
            last = stands(last, *change);
            // An account stays theirs once named.
            profile.accounts.extend(what.accounts.iter().cloned());
            profile.main.0 = what.platform.clone().or(profile.main.0);
            profile.main.1 = what.followers.or(profile.main.1);
            for handle in &what.handles {
                let account = (handle.platform.clone(), handle.handle.clone());
                profile.followers.remove(&account);
                profile.followers.extend(handle.followers.map(|count| (account, count)));
            }
            profile.tier = what.tier.clone().or(profile.tier);
            profile.region = what.region.clone().or(profile.region);
            profile.recruiter = what.recruiter.clone().or(profile.recruiter);
            profile.payout_currency = what.payout_currency.clone().or(profile.payout_currency);
            profile.tax_form = what.tax_form.unwrap_or(profile.tax_form);
            profile.payment_details_verified =
                what.payment_details_verified.unwrap_or(profile.payment_details_verified);
        }
        profile.active = last == AmbassadorChange::Approved;
        // Nobody is their own recruiter.
        profile.recruiter = profile.recruiter.filter(|it| it != ambassador);
        profile
    }
}

/// The change that somebody's standing rests on, one change later. Who is in does not fall out by applying or by being
/// invited, and who was stopped does not get in by it; whoever applies on an invitation is in.
const fn stands(last: AmbassadorChange, change: AmbassadorChange) -> AmbassadorChange {
    use AmbassadorChange::{Applied, Approved, Banned, Invited, Suspended, Updated};
    match (last, change) {
        (_, Updated) | (Approved | Suspended | Banned, Applied | Invited) => last,
        (Invited, Applied) => Approved,
        _ => change,
    }
}
