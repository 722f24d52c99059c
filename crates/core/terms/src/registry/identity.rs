use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{AccountId, AmbassadorChange, AmbassadorChanged, AmbassadorId, LinkId};

use super::{Dated, Program, View, program::folded};

/// What a person goes by. Two people who go by the same one may be one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The hash of an e-mail address.
    Email(SmolStr),
    /// The hash of a card or bank account.
    Payment(SmolStr),
    /// An account at the shop.
    Account(AccountId),
    /// An account on a platform, without regard to case: `clips/ann`.
    Handle(SmolStr),
}

impl Mark {
    /// What it is, in words.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Email(_) => "e-mail",
            Self::Payment(_) => "payment details",
            Self::Account(_) => "shop account",
            Self::Handle(_) => "account on a platform",
        }
    }

    fn of(said: &AmbassadorChanged) -> impl Iterator<Item = Self> {
        let payments = said.payment_hashes.iter().cloned().map(Self::Payment);
        let accounts = said.accounts.iter().cloned().map(Self::Account);
        let named = said.handles.iter().filter(|it| !it.handle.is_empty());
        let handles = named.map(|it| {
            Self::Handle(folded(&format!("{}/{}", it.platform, it.handle.trim_start_matches('@'))))
        });
        said.email_hashes.iter().cloned().map(Self::Email).chain(payments).chain(accounts).chain(handles)
    }
}

/// Who goes by what, and who recruited whom: by name, or by a link that was ever theirs.
#[derive(Debug, Clone, Default)]
pub(super) struct Identities {
    people: BTreeMap<Mark, BTreeSet<AmbassadorId>>,
    recruits: BTreeMap<AmbassadorId, BTreeSet<AmbassadorId>>,
    /// Who came by a link.
    came_by: BTreeMap<LinkId, BTreeSet<AmbassadorId>>,
    /// The links that were ever somebody's.
    links: BTreeMap<AmbassadorId, BTreeSet<LinkId>>,
}

impl Identities {
    pub(super) fn issue(&mut self, link: &LinkId, owner: &AmbassadorId) {
        self.links.entry(owner.clone()).or_default().insert(link.clone());
    }
}

impl Program {
    pub(super) fn enrol(&mut self, id: &AmbassadorId, fact: Dated<(AmbassadorChange, AmbassadorChanged)>) {
        for mark in Mark::of(&fact.what.1) {
            self.identities.people.entry(mark).or_default().insert(id.clone());
        }
        if let Some(recruiter) = &fact.what.1.recruiter {
            self.identities.recruits.entry(recruiter.clone()).or_default().insert(id.clone());
        }
        if let Some(link) = &fact.what.1.recruiter_link {
            self.identities.came_by.entry(link.clone()).or_default().insert(id.clone());
        }
        self.change(id, fact);
    }

    /// Everyone who ever named a person as their recruiter, or came by a link that was ever theirs.
    pub fn recruits_of(&self, recruiter: &AmbassadorId) -> impl Iterator<Item = &AmbassadorId> {
        let named = self.identities.recruits.get(recruiter).into_iter().flatten();
        let links = self.identities.links.get(recruiter).into_iter().flatten();
        named.chain(links.flat_map(|link| self.came_by(link)))
    }

    /// Everyone who ever came by a link.
    pub fn came_by(&self, link: &LinkId) -> impl Iterator<Item = &AmbassadorId> {
        self.identities.came_by.get(link).into_iter().flatten()
    }

    /// Whether a person goes by a mark, as far as `view` sees.
    #[must_use]
    pub fn goes_by(&self, person: &AmbassadorId, mark: &Mark, view: View) -> bool {
        let listed = self.identities.people.get(mark).is_some_and(|people| people.contains(person));
        listed
            && self.ambassador(person).is_some_and(|it| {
                let mut seen = it.changes().filter(|fact| view.sees(fact.time, fact.recorded));
                seen.any(|fact| Mark::of(&fact.what.1).any(|it| it == *mark))
            })
    }

    /// Everybody who goes by a mark of which somebody is known by `later` and was not by `before`.
    #[must_use]
    pub fn known_anew(&self, before: View, later: View) -> BTreeSet<&AmbassadorId> {
        let mut found = BTreeSet::new();
        for (mark, people) in &self.identities.people {
            let is_new = |who: &&AmbassadorId| {
                self.ambassador(who).is_some_and(|it| it.changed_since(before.recorded_before))
                    && self.goes_by(who, mark, later)
                    && !self.goes_by(who, mark, before)
            };
            if people.iter().any(|who| is_new(&who)) {
                found.extend(people);
            }
        }
        found
    }

    /// Others who go by one of a person's marks, each with the mark, as far as `view` sees.
    #[must_use]
    pub fn namesakes(&self, person: &AmbassadorId, view: View) -> Vec<(&AmbassadorId, Mark)> {
        let Some(own) = self.ambassador(person) else { return Vec::new() };
        let seen = own.changes().filter(|fact| view.sees(fact.time, fact.recorded));
        let marks: BTreeSet<_> = seen.flat_map(|fact| Mark::of(&fact.what.1)).collect();
        let mut found = Vec::new();
        for mark in marks {
            let people = self.identities.people.get(&mark).into_iter().flatten();
            let others = people.filter(|it| *it != person && self.goes_by(it, &mark, view));
            found.extend(others.map(|it| (it, mark.clone())));
        }
        found
    }
}
