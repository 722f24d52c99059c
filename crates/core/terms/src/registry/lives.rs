//! What became of everybody who wished to join a program: a fold of all that was said of its people, in the order of
//! (time, event id), and of the terms.
//!
//! Places are what makes one person's standing depend on another's. So the fold is of the whole program; it is made
//! once and grown at its end, and made anew where something is told of an earlier time.

use std::{cmp::Reverse, collections::BTreeMap};

use tribute_events::{AmbassadorChange, AmbassadorChanged, AmbassadorId, EventId, Timestamp};

use super::{
    Ambassador, Dated, Profile,
    places::{Places, Segments},
    standing::{Outcome, Standing, outcome},
};
use crate::{Score, Terms, VettingTerms};

/// A change of somebody's standing, or an attempt at one that had no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// When.
    pub at: Timestamp,
    /// Where they stand from then on.
    pub standing: Standing,
    /// The event that brought it about; none where places were given out by the terms.
    pub cause: Option<EventId>,
    /// Why, in words.
    pub why: String,
}

/// A place in the line for places: those with most points first where the terms choose, then by time.
pub(super) type Rank = (Reverse<u64>, Timestamp, EventId);

#[derive(Debug, Clone, Default)]
struct Life {
    profile: Profile,
    turns: Vec<Turn>,
    /// Since when they stand where they stand; what was tried in vain does not count.
    since: Option<Timestamp>,
    place: Option<Segments>,
    waits: Option<(Segments, Rank)>,
}

impl Life {
    fn standing(&self) -> Option<Standing> {
        self.turns.last().map(|turn| turn.standing)
    }
}

/// The place in the line of somebody of whom something is said now.
fn line_of(life: &Life, vetting: Option<&VettingTerms>, said: &Said) -> (Segments, Rank) {
    let chosen = vetting.filter(|terms| terms.choose_at.is_some());
    let points = chosen.map_or(0, |terms| terms.score(&life.profile, said.time).points);
    (Segments::of(&life.profile), (Reverse(points), said.time, said.id.clone()))
}

/// Everybody's turns.
#[derive(Debug, Clone, Default)]
pub(super) struct Lives {
    lives: BTreeMap<AmbassadorId, Life>,
    places: Places,
    /// The number of the version in force, and whether its places are given out by now.
    version: Option<usize>,
    is_open: bool,
    /// How many of the terms' milestones are behind.
    passed: usize,
    last: Option<(Timestamp, EventId)>,
    /// For each fact its time, and when the last of it and all before it was recorded.
    heard: Vec<(Timestamp, Timestamp)>,
    /// When the facts were recorded, ascending.
    recorded: Vec<Timestamp>,
    /// Whose turns changed since they are watched, with their turns from before.
    moved: BTreeMap<AmbassadorId, Vec<Turn>>,
    is_watched: bool,
}

/// What was said of a person.
pub(super) type Said = Dated<(AmbassadorChange, AmbassadorChanged)>;

impl Lives {
    /// Folds everything that was recorded before an instant.
    pub(super) fn fold<'a>(
        versions: &[Terms],
        people: impl Iterator<Item = (&'a AmbassadorId, &'a Ambassador)>,
        recorded_before: Timestamp,
    ) -> Self {
        let seen = |said: &&Said| said.recorded < recorded_before || recorded_before == Timestamp::MAX;
        let mut facts: Vec<_> =
            people.flat_map(|(who, it)| it.said().iter().filter(seen).map(move |said| (who, said))).collect();
        facts.sort_by(|(_, a), (_, b)| (a.time, &a.id).cmp(&(b.time, &b.id)));
        let mut lives = Self::default();
        let milestones = milestones(versions);
        for (who, said) in facts {
            lives.pass(versions, &milestones, said.time);
            lives.hear(versions, who, said);
        }
        lives.pass(versions, &milestones, Timestamp::MAX);
        lives.recorded.sort_unstable();
        lives
    }

    /// Grows the fold by a fact; `false` where it belongs before its end, and has to be made anew.
    pub(super) fn grow(&mut self, versions: &[Terms], who: &AmbassadorId, said: &Said) -> bool {
        let behind = |(time, id): &(Timestamp, EventId)| (*time, id) < (said.time, &said.id);
        let milestone = milestones(versions).last().map(|it| it.at);
        if !self.last.as_ref().is_none_or(behind) || milestone.is_some_and(|at| said.time < at) {
            return false;
        }
        self.hear(versions, who, said);
        true
    }

    /// Tells one life anew, where the terms let nobody's standing depend on another's.
    pub(super) fn tell_anew(&mut self, versions: &[Terms], who: &AmbassadorId, said: &[Said]) {
        let before = self.lives.remove(who).map(|life| life.turns).unwrap_or_default();
        if self.is_watched {
            self.moved.entry(who.clone()).or_insert(before);
        }
        said.iter().for_each(|said| self.live(versions, who, said));
    }

    /// From now on it is noted whose turns change.
    pub(super) fn watch(&mut self) {
        self.moved.clear();
        self.is_watched = true;
    }

    /// Whose turns changed since they are watched, with their turns from before.
    pub(super) const fn moved(&self) -> &BTreeMap<AmbassadorId, Vec<Turn>> {
        &self.moved
    }

    /// Whether everything that happened by `as_of` was recorded before an instant.
    pub(super) fn is_complete(&self, as_of: Timestamp, recorded_before: Timestamp) -> bool {
        let count = self.heard.partition_point(|(time, _)| *time <= as_of);
        let last = count.checked_sub(1).and_then(|place| self.heard.get(place));
        recorded_before == Timestamp::MAX || last.is_none_or(|(_, recorded)| *recorded < recorded_before)
    }

    /// How many facts were recorded before an instant.
    pub(super) fn count_before(&self, recorded_before: Timestamp) -> usize {
        self.recorded.partition_point(|it| *it < recorded_before)
    }

    pub(super) fn standing(&self, who: &AmbassadorId, as_of: Timestamp) -> Option<Standing> {
        let turns = self.turns(who);
        let count = turns.partition_point(|turn| turn.at <= as_of);
        turns.get(count.checked_sub(1)?).map(|turn| turn.standing)
    }

    pub(super) fn turns(&self, who: &AmbassadorId) -> &[Turn] {
        self.lives.get(who).map(|life| life.turns.as_slice()).unwrap_or_default()
    }

    /// Lets the terms' milestones up to an instant happen.
    fn pass(&mut self, versions: &[Terms], milestones: &[Milestone], until: Timestamp) {
        while let Some(milestone) = milestones.get(self.passed).filter(|it| it.at <= until) {
            self.passed = self.passed.saturating_add(1);
            self.version = Some(milestone.version);
            self.is_open = milestone.opens;
            if let Some(vetting) = vetting(versions, self.version).filter(|_| milestone.opens) {
                self.fill(vetting, milestone.at, None);
                self.tell_who_waits(milestone.at);
            }
        }
    }

    fn hear(&mut self, versions: &[Terms], who: &AmbassadorId, said: &Said) {
        let latest = self.heard.last().map_or(said.recorded, |(_, latest)| (*latest).max(said.recorded));
        self.heard.push((said.time, latest));
        let place = self.recorded.partition_point(|it| *it <= said.recorded);
        self.recorded.insert(place, said.recorded);
        self.last = Some((said.time, said.id.clone()));
        self.live(versions, who, said);
    }

    /// What was said of somebody becomes of them.
    fn live(&mut self, versions: &[Terms], who: &AmbassadorId, said: &Said) {
        let (change, what) = &said.what;
        let life = self.lives.entry(who.clone()).or_default();
        life.profile.hear(what);
        let standing = life.standing();
        let told = || what.reason.clone().unwrap_or_default();
        let vetting = vetting(versions, self.version);
        match outcome(standing, *change) {
            Outcome::Nothing => {}
            Outcome::Stands(standing) => {
                // Whom a person puts on the waiting list keeps their place in the line, or gets one as of now.
                let line = (standing == Standing::Waitlisted)
                    .then(|| life.waits.clone().unwrap_or_else(|| line_of(life, vetting, said)));
                self.stand(vetting, who, standing, said.time, Some(&said.id), told());
                if let Some(line) = line {
                    self.wait(who, line);
                }
            }
            Outcome::Refused(why) => {
                self.note(who, standing.unwrap_or(Standing::Applied), said.time, Some(&said.id), why.into());
            }
            Outcome::Applies => self.judge(vetting, who, said),
        }
    }

    /// Judges an application by the terms in force.
    fn judge(&mut self, vetting: Option<&VettingTerms>, who: &AmbassadorId, said: &Said) {
        let (at, cause) = (said.time, Some(&said.id));
        let Some(terms) = vetting else {
            let why = "a person decides: the terms have no [vetting]".to_owned();
            return self.stand(None, who, Standing::Applied, at, cause, why);
        };
        let Some(life) = self.lives.get(who) else { return };
        if let Some((standing, why)) = too_soon(life, terms, at) {
            return self.note(who, standing, at, cause, why);
        }
        if terms.by_invitation {
            let why = "in only by invitation".to_owned();
            return self.stand(vetting, who, Standing::Rejected, at, cause, why);
        }
        let score = terms.score(&life.profile, at);
        let line = line_of(life, vetting, said);
        let (standing, why) = match verdict(terms, &score) {
            Verdict::Stands(standing, why) => return self.stand(vetting, who, standing, at, cause, why),
            Verdict::Qualifies(why) if !self.is_open => {
                (Standing::Applied, format!("{why}; places are given out later"))
            }
            Verdict::Qualifies(why) if self.places.has_room(terms, &line.0) => (Standing::Approved, why),
            Verdict::Qualifies(why) => (Standing::Waitlisted, format!("{why}; no place is free")),
        };
        self.stand(vetting, who, standing, at, cause, why);
        if standing != Standing::Approved {
            self.wait(who, line);
        }
    }

    /// Puts somebody in the line for places.
    fn wait(&mut self, who: &AmbassadorId, line: (Segments, Rank)) {
        self.places.queue(&line, who);
        if let Some(life) = self.lives.get_mut(who) {
            life.waits = Some(line);
        }
    }

    /// Puts somebody where they stand from now on; a place that they give up goes to the next in line.
    fn stand(
        &mut self,
        vetting: Option<&VettingTerms>,
        who: &AmbassadorId,
        standing: Standing,
        at: Timestamp,
        cause: Option<&EventId>,
        why: String,
    ) {
        let Some(life) = self.lives.get_mut(who) else { return };
        if let Some(line) = life.waits.take() {
            self.places.leave(&line);
        }
        life.since = Some(at);
        let had = life.place.take();
        let frees = had.is_some() && !standing.has_place();
        match had {
            Some(segments) if standing.has_place() => life.place = Some(segments),
            Some(segments) => self.places.free(&segments),
            None if standing == Standing::Approved => {
                let segments = Segments::of(&life.profile);
                self.places.take(&segments);
                life.place = Some(segments);
            }
            None => {}
        }
        self.note(who, standing, at, cause, why);
        if let Some(vetting) = vetting.filter(|_| frees && self.is_open) {
            self.fill(vetting, at, cause);
        }
    }

    fn note(
        &mut self,
        who: &AmbassadorId,
        standing: Standing,
        at: Timestamp,
        cause: Option<&EventId>,
        why: String,
    ) {
        if let Some(life) = self.lives.get_mut(who) {
            if self.is_watched {
                self.moved.entry(who.clone()).or_insert_with(|| life.turns.clone());
            }
            life.turns.push(Turn { at, standing, cause: cause.cloned(), why });
        }
    }

    /// Gives free places to those who are first in line for them.
    fn fill(&mut self, vetting: &VettingTerms, at: Timestamp, cause: Option<&EventId>) {
        for who in self.places.fill(vetting) {
            let Some(life) = self.lives.get_mut(&who) else { continue };
            life.place = life.waits.take().map(|(segments, _)| segments);
            self.note(&who, Standing::Approved, at, cause, "was next in line for a place".to_owned());
        }
    }

    /// Those who applied for the choice and were not chosen wait from now on.
    fn tell_who_waits(&mut self, at: Timestamp) {
        let waits = |life: &Life| life.waits.is_some() && life.standing() == Some(Standing::Applied);
        for life in self.lives.values_mut().filter(|life| waits(life)) {
            let why = "was not among the first for the places there are".to_owned();
            life.turns.push(Turn { at, standing: Standing::Waitlisted, cause: None, why });
        }
    }
}

fn vetting(versions: &[Terms], version: Option<usize>) -> Option<&VettingTerms> {
    versions.get(version?)?.vetting.as_ref()
}

/// An instant at which the terms themselves change who stands where.
#[derive(Debug, Clone, Copy)]
struct Milestone {
    at: Timestamp,
    version: usize,
    /// Whether places are given out from then on.
    opens: bool,
}

/// The instants in `(after, until]` at which the terms themselves give places out.
pub(super) fn choices(
    versions: &[Terms],
    after: Timestamp,
    until: Timestamp,
) -> impl Iterator<Item = Timestamp> + use<> {
    let opens = move |it: &Milestone| it.opens && after < it.at && it.at <= until;
    milestones(versions).into_iter().filter(opens).map(|it| it.at)
}

/// When each version begins to hold, and when it gives its places out, as far as it holds then.
fn milestones(versions: &[Terms]) -> Vec<Milestone> {
    let mut all = Vec::new();
    for (version, terms) in versions.iter().enumerate() {
        let from = terms.program.effective_from;
        let next =
            versions.get(version.saturating_add(1)).map_or(Timestamp::MAX, |it| it.program.effective_from);
        let choose_at = terms.vetting.as_ref().and_then(|it| it.choose_at);
        all.push(Milestone { at: from, version, opens: choose_at.is_none_or(|at| at <= from) });
        let chosen = choose_at.filter(|at| from < *at && *at < next);
        all.extend(chosen.map(|at| Milestone { at, version, opens: true }));
    }
    all
}

enum Verdict {
    Stands(Standing, String),
    Qualifies(String),
}

fn verdict(terms: &VettingTerms, score: &Score) -> Verdict {
    let (points, need) = (score.points, terms.approve_from);
    let named =
        |rules: &[tribute_events::RuleId]| rules.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    let met = if score.met.is_empty() { "no rule".to_owned() } else { named(&score.met) };
    let found = format!("{points} points for {met}");
    let least = terms.waitlist_from.unwrap_or(need);
    if !score.failed.is_empty() {
        Verdict::Stands(
            Standing::Rejected,
            format!("does not meet {}, which is required", named(&score.failed)),
        )
    } else if points >= need {
        Verdict::Qualifies(found)
    } else if points >= least {
        Verdict::Stands(Standing::Waitlisted, format!("{found}, fewer than {need}: a person decides"))
    } else {
        Verdict::Stands(Standing::Rejected, format!("{found}, fewer than {least}"))
    }
}

/// Why an application is not judged: it comes too soon after the last, or they are in line already.
fn too_soon(life: &Life, terms: &VettingTerms, at: Timestamp) -> Option<(Standing, String)> {
    let last = life.turns.last()?;
    let wait = matches!(last.standing, Standing::Rejected | Standing::Left);
    let from = life.since.unwrap_or(last.at).plus(terms.reapply_after.millis());
    if life.waits.is_some() {
        return Some((last.standing, "is in line already, and keeps the place in it".to_owned()));
    }
    (wait && at < from).then(|| (last.standing, format!("applied again before {from}")))
}
