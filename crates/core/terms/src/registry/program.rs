use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use smol_str::SmolStr;
use tribute_events::{
    AccountId, AmbassadorId, AmbassadorJudged, CampaignAnnounced, CampaignId, Code, CodeIssued, LinkId,
    LinkIssued, Timestamp, WorkshopAnnounced, WorkshopHeld,
};

use super::{
    Ambassador, Dated, Papers, Profile, Standing, TaxForm, Turn, View,
    identity::Identities,
    insert_dated,
    lives::{Lives, Said, choices},
    shipment::Shipments,
};
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
    /// The workshops that somebody was ever announced to host.
    hosted: BTreeMap<AmbassadorId, BTreeSet<SmolStr>>,
    pub(super) shipments: Shipments,
    pub(super) identities: Identities,
    held_workshops: BTreeMap<SmolStr, Vec<Dated<WorkshopHeld>>>,
    /// Everybody who ever named an account as their own.
    owners: BTreeMap<AccountId, BTreeSet<AmbassadorId>>,
    /// Since when people are gone.
    erased: BTreeMap<AmbassadorId, Timestamp>,
    papers: BTreeMap<AmbassadorId, Papers>,
    folded: Folded,
}

/// What all that was said of a program's people comes to under its terms. It follows from the rest of the program, and
/// is made when it is first asked for.
#[derive(Debug, Default)]
struct Folded {
    whole: OnceLock<Lives>,
    /// What it came to when it was watched, where it had to be made anew since.
    before: Option<Lives>,
    /// The fold of the first so many facts by the time of recording, which the last question was about that saw fewer.
    part: Mutex<Option<(usize, Arc<Lives>)>>,
}

impl Clone for Folded {
    fn clone(&self) -> Self {
        Self { whole: self.whole.clone(), before: self.before.clone(), part: Mutex::default() }
    }
}

impl Folded {
    fn begin_anew(&mut self) {
        let whole = self.whole.take();
        if self.before.is_none() {
            self.before = whole;
        }
        self.part = Mutex::default();
    }
}

impl Program {
    /// A program of which nothing is known but who of its brand is gone, and how its people are paid.
    pub(super) fn without(
        erased: &BTreeMap<AmbassadorId, Timestamp>,
        papers: &BTreeMap<AmbassadorId, Papers>,
    ) -> Self {
        Self { erased: erased.clone(), papers: papers.clone(), ..Self::default() }
    }

    pub(super) fn know_papers(&mut self, person: &AmbassadorId, papers: &Papers) {
        self.papers.insert(person.clone(), papers.clone());
    }

    /// How somebody is paid, and their tax forms; `None` where nothing was said of either.
    #[must_use]
    pub fn papers(&self, who: &AmbassadorId) -> Option<&Papers> {
        self.papers.get(who)
    }

    /// Where somebody's tax form stands at `view.as_of`: by the forms that were received, and where none ever was by
    /// what the program says of them.
    #[must_use]
    pub fn tax_form(&self, who: &AmbassadorId, view: View) -> TaxForm {
        let told = || {
            let on_file = self.ambassador(who).and_then(|known| known.profile(view).tax_form);
            let (form, backup_withholding) = (None, false);
            if on_file == Some(true) {
                TaxForm::OnFile { form, backup_withholding }
            } else {
                TaxForm::Missing
            }
        };
        self.papers(who).and_then(|papers| papers.tax_form(view)).unwrap_or_else(told)
    }

    pub(super) fn erase(&mut self, person: &AmbassadorId, since: Timestamp) {
        self.erased.insert(person.clone(), since);
    }

    /// Whether a person was erased by then: nobody is paid any more.
    #[must_use]
    pub fn is_erased(&self, person: &AmbassadorId, as_of: Timestamp) -> bool {
        self.erased.get(person).is_some_and(|since| *since <= as_of)
    }

    /// Adds a version of the terms; the same version published again replaces nothing.
    pub(super) fn publish(&mut self, terms: Terms) {
        let key = |terms: &Terms| (terms.program.effective_from, terms.program.version.clone());
        if self.versions.iter().all(|known| known.program.version != terms.program.version) {
            let place = self.versions.partition_point(|known| key(known) <= key(&terms));
            self.versions.insert(place, terms);
            self.folded.begin_anew();
        }
    }

    pub(super) fn ambassador_mut(&mut self, id: &AmbassadorId) -> &mut Ambassador {
        self.ambassadors.entry(id.clone()).or_default()
    }

    /// Takes in what was said of a person.
    pub(super) fn change(&mut self, who: &AmbassadorId, fact: Said) {
        self.folded.part = Mutex::default();
        let grown = self.folded.whole.get_mut().is_none_or(|lives| lives.grow(&self.versions, who, &fact));
        self.ambassador_mut(who).change(fact);
        if grown {
            return;
        }
        let said = self.ambassadors.get(who).map(Ambassador::said).unwrap_or_default();
        match self.folded.whole.get_mut() {
            Some(lives) if self.versions.iter().all(|terms| terms.vetting.is_none()) => {
                lives.tell_anew(&self.versions, who, said);
            }
            _ => self.folded.begin_anew(),
        }
    }

    /// From now on it is noted whose turns change.
    pub(super) fn watch(&mut self) {
        self.lives();
        self.folded.before = None;
        if let Some(lives) = self.folded.whole.get_mut() {
            lives.watch();
        }
    }

    /// Whose [turns](Self::turns) changed since they are watched, with their turns from before. What is said of one
    /// person may change where others stand: a place that becomes free, a choice among all who applied.
    #[must_use]
    pub fn moved(&self) -> BTreeMap<&AmbassadorId, &[Turn]> {
        let now = self.lives();
        let mut moved = BTreeMap::new();
        if let Some(before) = &self.folded.before {
            let changed = |who: &&AmbassadorId| before.turns(who) != now.turns(who);
            let changed = self.ambassadors.keys().filter(changed);
            moved.extend(changed.map(|who| (who, before.turns(who))));
            moved.extend(before.moved().iter().map(|(who, turns)| (who, turns.as_slice())));
        }
        for (who, turns) in now.moved() {
            moved.entry(who).or_insert(turns);
        }
        moved
    }

    /// The instants in `(after, until]` at which the terms themselves give places out.
    pub fn choices(&self, after: Timestamp, until: Timestamp) -> impl Iterator<Item = Timestamp> + use<> {
        choices(&self.versions, after, until)
    }

    pub(super) fn set_code(&mut self, code: &Code, fact: Dated<Option<CodeIssued>>) {
        insert_dated(self.codes.entry(folded(code.as_str())).or_default(), fact);
    }

    pub(super) fn set_link(&mut self, fact: Dated<LinkIssued>) {
        self.identities.issue(&fact.what.link, &fact.what.ambassador);
        insert_dated(self.links.entry(fact.what.link.clone()).or_default(), fact);
    }

    pub(super) fn announce(&mut self, fact: Campaign) {
        insert_dated(self.campaigns.entry(fact.what.campaign.clone()).or_default(), fact);
    }

    pub(super) fn host(&mut self, fact: Workshop) {
        let hosted = self.hosted.entry(fact.what.ambassador.clone()).or_default();
        hosted.insert(fact.what.workshop.clone());
        insert_dated(self.workshops.entry(fact.what.workshop.clone()).or_default(), fact);
    }

    /// The workshops that somebody was ever announced to host.
    pub fn hosted_by(&self, host: &AmbassadorId) -> impl Iterator<Item = &SmolStr> {
        self.hosted.get(host).into_iter().flatten()
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

    /// Whether any version of the terms pays for clicks.
    #[must_use]
    pub fn pays_for_clicks(&self) -> bool {
        self.versions.iter().any(|terms| !terms.click_fee.is_empty())
    }

    /// One person.
    #[must_use]
    pub fn ambassador(&self, id: &AmbassadorId) -> Option<&Ambassador> {
        self.ambassadors.get(id)
    }

    /// Where somebody stood at `view.as_of`; `None` before the first word of them.
    ///
    /// Who was recorded too late for the view takes no place from anybody in it.
    #[must_use]
    pub fn standing(&self, who: &AmbassadorId, view: View) -> Option<Standing> {
        let person = self.ambassadors.get(who)?;
        if self.versions.iter().all(|terms| terms.vetting.is_none()) {
            return person.standing(view);
        }
        let whole = self.lives();
        if whole.is_complete(view.as_of, view.recorded_before) {
            return whole.standing(who, view.as_of);
        }
        let count = whole.count_before(view.recorded_before);
        let mut part = self.folded.part.lock().unwrap_or_else(PoisonError::into_inner);
        let lives = match &*part {
            Some((known, lives)) if *known == count => Arc::clone(lives),
            _ => {
                let people = self.ambassadors.iter();
                let lives = Arc::new(Lives::fold(&self.versions, people, view.recorded_before));
                *part = Some((count, Arc::clone(&lives)));
                lives
            }
        };
        lives.standing(who, view.as_of)
    }

    /// Whether somebody might earn at `view.as_of`.
    #[must_use]
    pub fn is_active(&self, who: &AmbassadorId, view: View) -> bool {
        self.standing(who, view) == Some(Standing::Approved)
    }

    /// The verdicts on somebody that concern what they did at an instant, by time.
    pub fn verdicts_on(
        &self,
        who: &AmbassadorId,
        at: Timestamp,
    ) -> impl Iterator<Item = &Dated<AmbassadorJudged>> {
        let all = self.ambassadors.get(who).map(Ambassador::verdicts).unwrap_or_default();
        all.iter().filter(move |it| it.what.orders_from.is_none_or(|from| from <= at))
    }

    /// Whether what somebody did at an instant is invalid by the last verdict on it until `by`.
    #[must_use]
    pub fn is_judged_invalid(&self, who: &AmbassadorId, at: Timestamp, by: Timestamp) -> bool {
        self.verdicts_on(who, at).take_while(|it| it.time <= by).last().is_some_and(|it| !it.what.valid)
    }

    /// Where somebody was known to be at `view.as_of`.
    #[must_use]
    pub fn region(&self, who: &AmbassadorId, view: View) -> Option<SmolStr> {
        self.ambassadors.get(who).and_then(|it| it.profile(view).region)
    }

    /// Whether these terms let somebody earn money, by where they were known to be at `view.as_of`.
    #[must_use]
    pub fn may_be_paid(&self, terms: &Terms, who: &AmbassadorId, view: View) -> bool {
        !terms.pay.asks_for_a_region() || terms.pay.allows(self.region(who, view).as_deref())
    }

    /// How somebody's standing changed, and what was tried in vain, by time.
    #[must_use]
    pub fn turns(&self, who: &AmbassadorId) -> &[Turn] {
        self.lives().turns(who)
    }

    /// Where somebody stood one after the other: since when, by what they said themselves, or by what was said of others.
    #[must_use]
    pub fn standings(&self, who: &AmbassadorId) -> Vec<Dated<Standing>> {
        self.standings_by(who, Timestamp::MAX)
    }

    /// As [`Program::standings`], without what the terms themselves decide after the `clock`: until it has come there, an
    /// earlier fact that arrives may let them decide otherwise.
    #[must_use]
    pub fn standings_by(&self, who: &AmbassadorId, clock: Timestamp) -> Vec<Dated<Standing>> {
        let said = self.ambassadors.get(who).map(Ambassador::said).unwrap_or_default();
        let mut standings: Vec<Dated<Standing>> = Vec::new();
        for turn in self.turns(who).iter().filter(|turn| turn.cause.is_some() || turn.at <= clock) {
            let own = said.iter().find(|fact| turn.cause.as_ref() == Some(&fact.id));
            let behind = own.or_else(|| said.iter().rev().find(|fact| fact.time <= turn.at));
            let is_new = standings.last().is_none_or(|last| last.what != turn.standing);
            let Some(behind) = behind.filter(|_| is_new) else { continue };
            let recorded = own.map_or(turn.at, |fact| fact.recorded);
            standings.push(Dated { time: turn.at, recorded, id: behind.id.clone(), what: turn.standing });
        }
        standings
    }

    fn lives(&self) -> &Lives {
        let fold = || Lives::fold(&self.versions, self.ambassadors.iter(), Timestamp::MAX);
        self.folded.whole.get_or_init(fold)
    }

    /// What is known of somebody, as `view` sees it; nothing of whom nothing was said.
    #[must_use]
    pub fn profile(&self, who: &AmbassadorId, view: View) -> Profile {
        self.ambassadors.get(who).map(|known| known.profile(view)).unwrap_or_default()
    }

    /// Who recruited somebody, as `view` sees it: whom they named, else whose link it was by which they came.
    #[must_use]
    pub fn recruiter(&self, who: &AmbassadorId, view: View) -> Option<AmbassadorId> {
        let person = self.ambassadors.get(who)?;
        let seen = || person.said().iter().rev().filter(|fact| view.sees(fact.time, fact.recorded));
        let named = seen().find_map(|fact| fact.what.1.recruiter.clone());
        named.or_else(|| {
            let (link, at) =
                seen().find_map(|fact| Some((fact.what.1.recruiter_link.as_ref()?, fact.time)))?;
            self.link(link, View { as_of: at, ..view }).cloned()
        })
    }

    /// Everybody who was ever said to have recruited somebody, or by whose link they came.
    #[must_use]
    pub fn recruiters_of(&self, who: &AmbassadorId) -> Vec<&AmbassadorId> {
        let said = self.ambassadors.get(who).map(Ambassador::said).unwrap_or_default();
        let named = said.iter().filter_map(|fact| fact.what.1.recruiter.as_ref());
        let links = said.iter().filter_map(|fact| fact.what.1.recruiter_link.as_ref());
        let owners = links.filter_map(|link| self.links.get(link)).flatten().map(|it| &it.what.ambassador);
        named.chain(owners).collect()
    }

    /// Everybody who was ever recruited, with [those who did](Self::recruiters_of).
    pub fn recruited(&self) -> impl Iterator<Item = (&AmbassadorId, Vec<&AmbassadorId>)> {
        let with = |who| (who, self.recruiters_of(who));
        self.ambassadors.keys().map(with).filter(|(_, by)| !by.is_empty())
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

    /// Every code that stands for somebody at `view.as_of`, by the code without regard to case.
    pub fn codes(&self, view: View) -> impl Iterator<Item = CodeGrant<'_>> {
        self.codes.keys().filter_map(move |code| self.code(code, view))
    }

    /// Every link as `view` sees it issued, by id.
    pub fn links(&self, view: View) -> impl Iterator<Item = &Dated<LinkIssued>> {
        let seen = move |fact: &&Dated<LinkIssued>| view.sees(fact.time, fact.recorded);
        self.links.values().filter_map(move |facts| facts.iter().rev().find(seen))
    }

    /// Whose link it is at `view.as_of`.
    #[must_use]
    pub fn link(&self, link: &LinkId, view: View) -> Option<&AmbassadorId> {
        let facts = self.links.get(link)?;
        let last = facts.iter().rev().find(|fact| view.sees(fact.time, fact.recorded))?;
        Some(&last.what.ambassador)
    }

    /// Everybody whose link it ever was.
    pub fn owners_of(&self, link: &LinkId) -> impl Iterator<Item = &AmbassadorId> {
        self.links.get(link).into_iter().flatten().map(|fact| &fact.what.ambassador)
    }

    /// Codes that were ever issued to somebody, by code and time.
    #[must_use]
    pub fn codes_of(&self, who: &AmbassadorId) -> Vec<CodeIssued> {
        let issued = self.codes.values().flatten().filter_map(|fact| fact.what.as_ref());
        issued.filter(|it| it.ambassador == *who).cloned().collect()
    }

    /// Links that were ever issued to somebody, by link and time.
    #[must_use]
    pub fn links_of(&self, who: &AmbassadorId) -> Vec<LinkIssued> {
        let issued = self.links.values().flatten().map(|fact| &fact.what);
        issued.filter(|it| it.ambassador == *who).cloned().collect()
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
