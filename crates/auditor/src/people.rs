//! Who somebody is: the buyer behind a device, the ambassador at an instant.

use tribute_events::{AccountId, AmbassadorChange, AmbassadorId, DeviceId, OrderId, ProgramId, Timestamp};
use tribute_money::Asset;

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
    pub(crate) followers: u64,
    pub(crate) recruiter: Option<AmbassadorId>,
    pub(crate) payout_currency: Option<Asset>,
    pub(crate) tax_form: bool,
    pub(crate) payment_details_verified: bool,
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
        for fact in changes.into_iter().flatten().filter(seen) {
            let (change, what) = &fact.body;
            if *change != AmbassadorChange::Updated {
                profile.active = *change == AmbassadorChange::Approved;
            }
            // An account stays theirs once named.
            profile.accounts.extend(what.accounts.iter().cloned());
            profile.followers = what.followers.unwrap_or(profile.followers);
            profile.recruiter = what.recruiter.clone().or(profile.recruiter);
            profile.payout_currency = what.payout_currency.clone().or(profile.payout_currency);
            profile.tax_form = what.tax_form.unwrap_or(profile.tax_form);
            profile.payment_details_verified =
                what.payment_details_verified.unwrap_or(profile.payment_details_verified);
        }
        // Nobody is their own recruiter.
        profile.recruiter = profile.recruiter.filter(|it| it != ambassador);
        profile
    }
}
