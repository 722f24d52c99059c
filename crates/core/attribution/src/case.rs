use smol_str::SmolStr;
use tribute_events::{AccountId, AmbassadorId, DeviceId, ProgramId, Timestamp};
use tribute_terms::{AttributionTerms, Program, View};

use crate::{
    EarlierOrder, Evidence, OrderFacts, Person, Placed, Touch, Verdict,
    person::{owner, uses},
};

/// One order before one program: what stays the same from moment to moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case<'a> {
    pub(crate) program_id: &'a ProgramId,
    pub(crate) program: &'a Program,
    pub(crate) terms: &'a AttributionTerms,
    pub(crate) terms_version: &'a SmolStr,
    pub(crate) facts: &'a OrderFacts,
    pub(crate) placed: Placed<'a>,
    pub(crate) lock: Timestamp,
    /// What was recorded at this instant or later is not known at all, not even overrides and verdicts: the order is
    /// looked at on behalf of another one, which inherits its credit.
    pub(crate) heard_before: Timestamp,
    pub(crate) evidence: Evidence<'a>,
}

/// Whom a touch speaks for.
pub(crate) enum Whose<'a> {
    Ambassadors(&'a AmbassadorId),
    Another(&'static str, Option<&'a AmbassadorId>),
    Nobodys,
}

impl<'a> Case<'a> {
    /// What had happened by the order, as far as it was recorded before `recorded_before`.
    pub(crate) const fn at_order(&self, recorded_before: Timestamp) -> View {
        View { as_of: self.placed.at, recorded_before }
    }

    /// The link is asked at the touch's time: it may stand for another ambassador later.
    pub(crate) fn whose(&self, touch: &'a Touch, recorded_before: Timestamp) -> Whose<'a> {
        let here = touch.program.as_ref() == Some(self.program_id);
        let named = touch.ambassador.as_ref();
        if touch.program.is_some() && !here {
            return Whose::Another("other_program", named);
        }
        if let Some(ambassador) = named {
            let known = here || self.program.ambassador(ambassador).is_some();
            return if known {
                Whose::Ambassadors(ambassador)
            } else {
                Whose::Another("other_program", named)
            };
        }
        let Some(link) = &touch.link else { return Whose::Nobodys };
        match self.program.link(link, View { as_of: touch.at, recorded_before }) {
            Some(ambassador) => Whose::Ambassadors(ambassador),
            None => Whose::Another(if here { "unknown_link" } else { "other_program" }, None),
        }
    }
}

/// A case from one point of view: what had happened by `as_of`, as far as it was recorded in time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look<'a> {
    pub(crate) case: &'a Case<'a>,
    pub(crate) view: View,
    buyer: Option<Person<'a>>,
}

impl<'a> Look<'a> {
    /// What counts at `as_of`: evidence recorded before the lock.
    pub(crate) fn locked(case: &'a Case<'a>, as_of: Timestamp) -> Self {
        Self::new(case, View { as_of, recorded_before: case.lock })
    }

    /// What would count at `as_of` if there were no lock. Verdicts are still asked as of the lock.
    pub(crate) fn unlocked(case: &'a Case<'a>, as_of: Timestamp) -> Self {
        Self::new(case, View::at(as_of))
    }

    fn new(case: &'a Case<'a>, view: View) -> Self {
        let sale = case.placed.sale;
        let mut look = Self { case, view, buyer: None };
        look.buyer = look.person(sale.account.as_ref(), sale.device.as_ref(), case.placed.at);
        look
    }

    fn person(
        &self,
        account: Option<&'a AccountId>,
        device: Option<&'a DeviceId>,
        at: Timestamp,
    ) -> Option<Person<'a>> {
        if let Some(account) = account {
            return Some(Person::Account(account));
        }
        let (device, placed) = (device?, &self.case.placed);
        let same_device = placed.sale.device.as_ref() == Some(device);
        let own = placed.sale.account.as_ref().filter(|_| same_device);
        let own = own.map(|account| (placed.at, placed.event, account));
        Some(owner(device, at, uses(device, self.case.evidence.logins, self.view).chain(own)))
    }

    /// The buyer's account, where it is known.
    pub(crate) const fn buying_account(&self) -> Option<&'a AccountId> {
        match self.buyer {
            Some(Person::Account(account)) => Some(account),
            Some(Person::Device(_)) | None => None,
        }
    }

    /// Whether the order is an earlier one of the same person's.
    pub(crate) fn is_earlier(&self, other: &'a EarlierOrder) -> bool {
        let placed = &self.case.placed;
        let before = other.order != *placed.order() && (other.at, &other.order) < (placed.at, placed.order());
        before && self.view.sees(other.at, other.recorded) && {
            let person = self.person(other.account.as_ref(), other.device.as_ref(), other.at);
            person.is_some() && person == self.buyer
        }
    }

    /// Whether the touch is the buyer's.
    pub(crate) fn is_buyers(&self, touch: &'a Touch) -> bool {
        let person = self.person(touch.account.as_ref(), touch.device.as_ref(), touch.at);
        person.is_some() && person == self.buyer
    }

    /// Why an ambassador may not be credited for what they did at `since`.
    ///
    /// Standing and own accounts are asked as of the order: a later change does not reach back.
    pub(crate) fn refusal(
        &self,
        ambassador: &AmbassadorId,
        verdicts: &[Verdict],
        since: Timestamp,
    ) -> Option<&'static str> {
        let at_order = self.case.at_order(self.view.recorded_before);
        let at_touch = View { as_of: since.min(self.case.placed.at), ..at_order };
        let Some(known) = self.case.program.ambassador(ambassador) else { return Some("inactive") };
        let active = self.case.program.is_active(ambassador, at_order)
            && (since == at_order.as_of || self.case.program.is_active(ambassador, at_touch));
        let buyer = self.buying_account();
        let frozen = View { as_of: self.view.as_of, recorded_before: self.case.lock };
        if !active {
            Some("inactive")
        } else if buyer.is_some_and(|account| known.owns(account, at_order)) {
            Some("self")
        } else if self.is_invalid(ambassador, verdicts, frozen) {
            Some("invalid")
        } else {
            None
        }
    }

    /// Whether a verdict says so by now, also one that was recorded after the lock.
    pub(crate) fn is_zeroed(&self, ambassador: &AmbassadorId, verdicts: &[Verdict]) -> bool {
        let known = View { as_of: self.view.as_of, recorded_before: self.case.heard_before };
        self.is_invalid(ambassador, verdicts, known)
    }

    fn is_invalid(&self, ambassador: &AmbassadorId, verdicts: &[Verdict], view: View) -> bool {
        let seen = verdicts.iter().filter(|verdict| view.sees(verdict.at, verdict.recorded));
        let last = seen.max_by_key(|verdict| (verdict.at, &verdict.id));
        let ordered_at = self.case.placed.at;
        let known = self.case.program.ambassador(ambassador);
        last.is_some_and(|verdict| !verdict.valid)
            || known.is_some_and(|known| known.judged_invalid(ordered_at, view))
    }
}
