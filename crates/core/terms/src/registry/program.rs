use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::{
    AccountId, AmbassadorId, CampaignAnnounced, CampaignId, Code, CodeIssued, LinkId, LinkIssued, Timestamp,
    WorkshopAnnounced, WorkshopHeld,
};

use super::{Ambassador, Dated, View, insert_dated};
use crate::Terms;

/// A campaign as it was announced.
pub type Campaign = Dated<CampaignAnnounced>;
/// A workshop as it was announced.
pub type Workshop = Dated<WorkshopAnnounced>;

/// A code as it stands at one instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeGrant<'a> {
    /// What was issued.
    pub issued: &'a CodeIssued,
    /// First instant at which it counts.
    pub valid_from: Timestamp,
    /// First instant at which it no longer counts.
    pub valid_until: Timestamp,
}

/// One program: its terms, its people, its codes, links, campaigns and workshops.
#[derive(Debug, Clone, Default)]
pub struct Program {
    versions: Vec<Terms>,
    ambassadors: BTreeMap<AmbassadorId, Ambassador>,
    codes: BTreeMap<SmolStr, Vec<Dated<Option<CodeIssued>>>>,
    links: BTreeMap<LinkId, Vec<Dated<LinkIssued>>>,
    campaigns: BTreeMap<CampaignId, Vec<Campaign>>,
    workshops: BTreeMap<SmolStr, Vec<Workshop>>,
    held_workshops: BTreeMap<SmolStr, Vec<Dated<WorkshopHeld>>>,
    /// Everybody who ever named an account as their own.
    owners: BTreeMap<AccountId, BTreeSet<AmbassadorId>>,
}

impl Program {
    /// Adds a version of the terms; the same version published again replaces nothing.
    pub(super) fn publish(&mut self, terms: Terms) {
        let key = |terms: &Terms| (terms.program.effective_from, terms.program.version.clone());
        if self.versions.iter().all(|known| known.program.version != terms.program.version) {
            let place = self.versions.partition_point(|known| key(known) <= key(&terms));
            self.versions.insert(place, terms);
        }
    }

    pub(super) fn ambassador_mut(&mut self, id: &AmbassadorId) -> &mut Ambassador {
        self.ambassadors.entry(id.clone()).or_default()
    }

    pub(super) fn set_code(&mut self, code: &Code, fact: Dated<Option<CodeIssued>>) {
        insert_dated(self.codes.entry(folded(code.as_str())).or_default(), fact);
    }

    pub(super) fn set_link(&mut self, fact: Dated<LinkIssued>) {
        insert_dated(self.links.entry(fact.what.link.clone()).or_default(), fact);
    }

    pub(super) fn announce(&mut self, fact: Campaign) {
        insert_dated(self.campaigns.entry(fact.what.campaign.clone()).or_default(), fact);
    }

    pub(super) fn host(&mut self, fact: Workshop) {
        insert_dated(self.workshops.entry(fact.what.workshop.clone()).or_default(), fact);
    }

    pub(super) fn hold_workshop(&mut self, fact: Dated<WorkshopHeld>) {
        insert_dated(self.held_workshops.entry(fact.what.workshop.clone()).or_default(), fact);
    }

    pub(super) fn name_accounts(&mut self, ambassador: &AmbassadorId, accounts: &[AccountId]) {
        for account in accounts {
            self.owners.entry(account.clone()).or_default().insert(ambassador.clone());
        }
    }

    /// Whose own account it is, as far as `view` sees; the first by id where several say so.
    #[must_use]
    pub fn owner_of(&self, account: &AccountId, view: View) -> Option<&AmbassadorId> {
        let owns = |id: &&AmbassadorId| self.ambassador(id).is_some_and(|known| known.owns(account, view));
        self.owners.get(account)?.iter().find(owns)
    }

    /// What was said of a workshop that took place, by time.
    #[must_use]
    pub fn held(&self, workshop: &str) -> &[Dated<WorkshopHeld>] {
        self.held_workshops.get(workshop).map(Vec::as_slice).unwrap_or_default()
    }

    /// A workshop as last announced.
    #[must_use]
    pub fn workshop(&self, workshop: &str) -> Option<&Workshop> {
        self.workshops.get(workshop)?.last()
    }

    /// The versions of the terms, by the instant from which they hold.
    #[must_use]
    pub fn versions(&self) -> &[Terms] {
        &self.versions
    }

    /// The terms in force at an instant; none before the first version.
    #[must_use]
    pub fn terms_at(&self, at: Timestamp) -> Option<&Terms> {
        self.versions.iter().rev().find(|terms| terms.program.effective_from <= at)
    }

    /// One person.
    #[must_use]
    pub fn ambassador(&self, id: &AmbassadorId) -> Option<&Ambassador> {
        self.ambassadors.get(id)
    }

    /// Everyone, by id.
    #[must_use]
    pub const fn ambassadors(&self) -> &BTreeMap<AmbassadorId, Ambassador> {
        &self.ambassadors
    }

    /// What a code stands for at `view.as_of`: the last word on it; `None` where it is unknown or withdrawn.
    ///
    /// Validity dates are the caller's to compare: a code that has expired is known, and explained.
    #[must_use]
    pub fn code(&self, code: &str, view: View) -> Option<CodeGrant<'_>> {
        let facts = self.codes.get(&folded(code))?;
        let seen = || facts.iter().rev().filter(|fact| view.sees(fact.time, fact.recorded));
        let begun = |fact: &&Dated<Option<CodeIssued>>| {
            fact.what.as_ref().and_then(|it| it.valid_from).is_none_or(|from| from <= view.as_of)
        };
        // One that has not begun displaces nothing yet.
        let last = seen().find(begun).or_else(|| seen().next())?;
        let issued = last.what.as_ref()?;
        Some(CodeGrant {
            issued,
            valid_from: issued.valid_from.unwrap_or(last.time),
            valid_until: issued.valid_until.unwrap_or(Timestamp::MAX),
        })
    }

    /// Whose link it is at `view.as_of`.
    #[must_use]
    pub fn link(&self, link: &LinkId, view: View) -> Option<&AmbassadorId> {
        let facts = self.links.get(link)?;
        let last = facts.iter().rev().find(|fact| view.sees(fact.time, fact.recorded))?;
        Some(&last.what.ambassador)
    }

    /// Every campaign as last announced, by id.
    pub fn campaigns(&self) -> impl Iterator<Item = &Campaign> {
        self.campaigns.values().filter_map(|facts| facts.last())
    }

    /// Every campaign as `view` sees it announced, by id.
    pub fn campaigns_seen(&self, view: View) -> impl Iterator<Item = &Campaign> {
        let seen = move |fact: &&Campaign| view.sees(fact.time, fact.recorded);
        self.campaigns.values().filter_map(move |facts| facts.iter().rev().find(seen))
    }

    /// Every announcement of every campaign: one that was announced again has several.
    pub fn campaign_announcements(&self) -> impl Iterator<Item = &Campaign> {
        self.campaigns.values().flatten()
    }

    /// Every workshop as `view` sees it announced, by id.
    pub fn workshops_seen(&self, view: View) -> impl Iterator<Item = &Workshop> {
        let seen = move |fact: &&Workshop| view.sees(fact.time, fact.recorded);
        self.workshops.values().filter_map(move |facts| facts.iter().rev().find(seen))
    }

    /// Every workshop as last announced, by id.
    pub fn workshops(&self) -> impl Iterator<Item = &Workshop> {
        self.workshops.values().filter_map(|facts| facts.last())
    }
}

/// A code, hashtag or name without regard to case.
pub(crate) fn folded(text: &str) -> SmolStr {
    if text.chars().any(char::is_uppercase) { text.to_lowercase().into() } else { text.into() }
}
