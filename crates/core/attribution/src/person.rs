use tribute_events::{AccountId, DeviceId, EventId, Timestamp};
use tribute_terms::View;

use crate::Login;

/// Who stands behind an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person<'a> {
    /// A customer's account.
    Account(&'a AccountId),
    /// A device that nobody is known on.
    Device(&'a DeviceId),
}

/// An account seen on a device; ordered by (time, event id).
pub(crate) type Use<'a> = (Timestamp, &'a EventId, &'a AccountId);

impl Login {
    pub(crate) const fn as_use(&self) -> Use<'_> {
        (self.at, &self.id, &self.account)
    }
}

/// Who used `device` at `at`, as far as `view` sees: the next login on it (one at that very instant is the
/// next), else the last one before, else the device itself.
///
/// ```
/// # use tribute_attribution::{person_of, Login, Person};
/// # use tribute_events::{AccountId, DeviceId, EventId, Timestamp};
/// # use tribute_terms::View;
/// let phone: DeviceId = "phone".parse()?;
/// let noon = Timestamp::from_millis(43_200_000);
/// let login = Login { device: phone.clone(), account: "ann".parse()?, at: noon, recorded: noon, id: "e1".parse()? };
/// let before = noon.minus(1);
/// assert_eq!(person_of(&phone, before, &[login.clone()], View::ALL), Person::Account(&"ann".parse()?));
/// assert_eq!(person_of(&phone, before, &[login], View::at(before)), Person::Device(&phone));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn person_of<'a>(device: &'a DeviceId, at: Timestamp, logins: &'a [Login], view: View) -> Person<'a> {
    owner(device, at, uses(device, logins, view))
}

/// The logins on a device that `view` sees.
pub(crate) fn uses<'a>(device: &DeviceId, logins: &'a [Login], view: View) -> impl Iterator<Item = Use<'a>> {
    let seen = move |login: &&Login| login.device == *device && view.sees(login.at, login.recorded);
    logins.iter().filter(seen).map(Login::as_use)
}

pub(crate) fn owner<'a>(
    device: &'a DeviceId,
    at: Timestamp,
    uses: impl Iterator<Item = Use<'a>>,
) -> Person<'a> {
    let (mut next, mut last) = (None, None);
    for used in uses {
        if used.0 >= at {
            next = Some(next.map_or(used, |known: Use<'a>| known.min(used)));
        } else {
            last = Some(last.map_or(used, |known: Use<'a>| known.max(used)));
        }
    }
    next.or(last).map_or(Person::Device(device), |(_, _, account)| Person::Account(account))
}
