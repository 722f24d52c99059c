use std::collections::{BTreeMap, BTreeSet, VecDeque};

use smol_str::SmolStr;
use tribute_events::{EventId, Timestamp};
use tribute_terms::Mission;

use crate::{Need, Qualifying, needs, spell::Increment};

/// One round of a mission that was won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Round<'m> {
    /// The mission, as the terms in force at the time of the last fact have it.
    pub mission: &'m Mission,
    /// Which one, from 1.
    pub number: u32,
    /// When the last fact that it needed began to count.
    pub effective_at: Timestamp,
    /// The event of that fact.
    pub cause: EventId,
    /// When no late evidence can undo it any more.
    pub locks_at: Timestamp,
    /// The facts that made it up: `order:1001`, `post:p1`, `ambassador:ben`.
    pub facts: BTreeSet<SmolStr>,
}

/// The rounds that the facts of one ambassador add up to in one mission, as it stood at `as_of`.
///
/// A fact counts by the mission as the terms in force at the fact's own time have it, `mission_at`; not at all where
/// they have none, or outside the mission's dates. Facts are counted in the order in which they began to count, ties
/// by id. Each need of a step is counted by itself: one fact may count towards several. The fact with which every
/// need of its own mission's step is met completes the step, and with the last step the round; what is over counts
/// for the next round. A later step counts what began to count after the step before it was complete. Where the
/// mission says `within`, only facts that lie less than that apart make up a round.
///
/// What the round brings is what the last fact's mission gives. Once there are as many rounds as a fact's mission
/// has, the fact is counted for nothing. So a version of the terms speaks of the facts of its own time alone, and none
/// that comes later takes a round away or gives another one instead.
///
/// The order in which facts are given does not matter. Where a fact no longer counts the last round goes, not the
/// one that the fact stood in.
#[must_use]
pub fn rounds<'m>(
    mission_at: impl Fn(Timestamp) -> Option<&'m Mission>,
    facts: &[Qualifying],
    as_of: Timestamp,
) -> Vec<Round<'m>> {
    come(mission_at, facts, as_of).won
}

/// How far an ambassador has come in the round that is not won yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reached {
    /// How many rounds are won.
    pub rounds: u64,
    /// Which step of the next one is under way, from 0.
    pub step: usize,
    /// How much of each need of that step is there, by the need's name.
    pub counted: BTreeMap<SmolStr, u64>,
}

/// How far the facts of one ambassador lead in one mission, counted as [`rounds`] counts them.
#[must_use]
pub fn reached<'m>(
    mission_at: impl Fn(Timestamp) -> Option<&'m Mission>,
    facts: &[Qualifying],
    as_of: Timestamp,
) -> Reached {
    let present = mission_at(as_of);
    let mut progress = come(mission_at, facts, as_of);
    if let Some(mission) = present {
        progress.let_go(mission, as_of);
    }
    let counted = progress.lots.iter().map(|(need, lots)| (need.clone(), sum(lots))).collect();
    let rounds = u64::try_from(progress.won.len()).unwrap_or(u64::MAX);
    Reached { rounds, step: progress.step, counted }
}

fn sum(lots: &VecDeque<Lot>) -> u64 {
    lots.iter().fold(0, |sum, lot| sum.saturating_add(lot.amount))
}

fn come<'m>(
    mission_at: impl Fn(Timestamp) -> Option<&'m Mission>,
    facts: &[Qualifying],
    as_of: Timestamp,
) -> Progress<'m> {
    let by_id: BTreeMap<_, _> = facts.iter().map(|fact| (&fact.id, fact)).collect();
    let mut counted: Vec<(&Qualifying, Increment<'_>)> = Vec::new();
    for fact in by_id.values() {
        counted.extend(fact.increments(as_of).into_iter().map(|it| (*fact, it)));
    }
    counted.sort_by(|(a, x), (b, y)| (x.since, &a.id, a.at, x.need).cmp(&(y.since, &b.id, b.at, y.need)));
    let mut progress = Progress::default();
    let mut known: Option<(&Mission, Vec<Need<'_>>)> = None;
    for (fact, increment) in &counted {
        let Some(mission) = mission_at(fact.at).filter(|it| is_within(it, fact.at)) else { continue };
        if known.as_ref().is_none_or(|(it, _)| !std::ptr::eq(*it, mission)) {
            known = Some((mission, needs(mission)));
        }
        let Some((_, needs)) = &known else { continue };
        progress.count(mission, needs, fact, increment);
    }
    progress
}

fn is_within(mission: &Mission, at: Timestamp) -> bool {
    mission.from.is_none_or(|from| from <= at) && mission.until.is_none_or(|until| at < until)
}

/// Something that was counted and not used up by a round.
struct Lot {
    fact: SmolStr,
    at: Timestamp,
    amount: u64,
    locks_at: Timestamp,
}

/// How far an ambassador has come.
#[derive(Default)]
struct Progress<'m> {
    won: Vec<Round<'m>>,
    step: usize,
    /// When the steps before the present one were begun and complete.
    begun: Option<Timestamp>,
    complete: Option<Timestamp>,
    locks_at: Option<Timestamp>,
    /// What the round was made up of so far.
    facts: BTreeSet<SmolStr>,
    lots: BTreeMap<SmolStr, VecDeque<Lot>>,
}

impl<'m> Progress<'m> {
    fn count(&mut self, mission: &'m Mission, needs: &[Need<'_>], fact: &Qualifying, it: &Increment<'_>) {
        let is_over =
            |won: usize| mission.rounds != 0 && won >= usize::try_from(mission.rounds).unwrap_or(usize::MAX);
        let Some(need) = needs.iter().find(|need| need.name == *it.need) else { return };
        let at = if need.of.is_measured() { it.since } else { fact.at };
        self.let_go(mission, at);
        let too_soon = self.complete.is_some_and(|complete| it.since <= complete);
        if is_over(self.won.len()) || need.step != self.step || too_soon {
            return;
        }
        let lot = Lot { fact: fact.id.as_str().into(), at, amount: it.amount, locks_at: it.locks_at };
        self.lots.entry(need.name.clone()).or_default().push_back(lot);
        while !is_over(self.won.len()) && self.completes(needs) {
            self.use_up(needs);
            if needs.iter().any(|need| need.step > self.step) {
                self.step = self.step.saturating_add(1);
                self.complete = Some(it.since);
                self.lots.clear();
                return;
            }
            let locks_at = self.locks_at.take().unwrap_or(it.locks_at).max(it.since);
            let number = u32::try_from(self.won.len().saturating_add(1)).unwrap_or(u32::MAX);
            self.won.push(Round {
                mission,
                number,
                effective_at: it.since,
                cause: it.cause.clone(),
                locks_at,
                facts: std::mem::take(&mut self.facts),
            });
            if self.step > 0 {
                self.lots.clear();
            }
            (self.step, self.begun, self.complete) = (0, None, None);
        }
    }

    /// Lets go of what lies too far back to be of one round with what happened at an instant.
    fn let_go(&mut self, mission: &Mission, at: Timestamp) {
        let Some(within) = mission.within.map(|span| span.millis()) else { return };
        if self.begun.is_some_and(|begun| at.since(begun) >= within) {
            (self.step, self.begun, self.complete, self.locks_at) = (0, None, None, None);
            self.facts.clear();
            self.lots.clear();
        }
        let latest = self.lots.values().flatten().map(|lot| lot.at).max().map_or(at, |last| last.max(at));
        for lots in self.lots.values_mut() {
            lots.retain(|lot| latest.since(lot.at) < within);
        }
    }

    fn completes(&self, needs: &[Need<'_>]) -> bool {
        let counted = |need: &Need<'_>| self.lots.get(&need.name).map_or(0, sum);
        let mut present = needs.iter().filter(|need| need.step == self.step).peekable();
        present.peek().is_some() && present.all(|need| counted(need) >= need.amount)
    }

    /// Takes what the present step needs, the oldest first.
    fn use_up(&mut self, needs: &[Need<'_>]) {
        for need in needs.iter().filter(|need| need.step == self.step) {
            let mut left = need.amount;
            let Some(lots) = self.lots.get_mut(&need.name) else { continue };
            while let Some(lot) = lots.front_mut().filter(|_| left > 0) {
                let taken = lot.amount.min(left);
                left = left.saturating_sub(taken);
                lot.amount = lot.amount.saturating_sub(taken);
                self.begun = self.begun.min(Some(lot.at)).or(Some(lot.at));
                self.locks_at = self.locks_at.max(Some(lot.locks_at));
                self.facts.insert(lot.fact.clone());
                if lot.amount == 0 {
                    lots.pop_front();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tribute_terms::Requirements;

    use super::*;
    use crate::Spell;

    fn mission(rest: &str) -> Mission {
        let text = format!(
            "[program]\nbrand = 'b'\nid = 'p'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\n\
             currency = 'USD'\n[[mission]]\nid = 'm'\ngives = [{{ perk = 'SKU:TOTE' }}]\n{rest}\n"
        );
        tribute_terms::Terms::parse(&text).unwrap().mission.remove(0)
    }

    fn orders(rounds: u32, rest: &str) -> Mission {
        mission(&format!("requires.conversions = 2\nrounds = {rounds}\n{rest}"))
    }

    fn fact(day: i64) -> Qualifying {
        counting(day, "0/conversions", 1)
    }

    fn counting(day: i64, need: &str, amount: u64) -> Qualifying {
        let at = Timestamp::from_millis(1_767_225_600_000).plus(day * tribute_events::DAY);
        let cause = EventId::trusted(&format!("e{day}"));
        let spell = Spell { since: at, until: None, cause, need: need.into(), amount, locks_at: at };
        Qualifying { at, id: format!("{need}:{day}"), spells: vec![spell] }
    }

    fn won<'m>(mission: &'m Mission, facts: &[Qualifying]) -> Vec<Round<'m>> {
        rounds(|_| Some(mission), facts, Timestamp::MAX)
    }

    fn causes(mission: &Mission, facts: &[Qualifying]) -> Vec<String> {
        won(mission, facts).iter().map(|round| round.cause.to_string()).collect()
    }

    #[test]
    fn each_version_of_the_terms_speaks_of_its_own_facts() {
        let old = orders(0, "");
        let requires = Requirements { conversions: 3, ..Requirements::default() };
        let new = Mission { requires, points: 7, ..old.clone() };
        let from = fact(3).at;
        let version = |at| Some(if at < from { &old } else { &new });
        let facts: Vec<_> = (0..7).map(fact).collect();
        let shown = |found: Vec<Round<'_>>| -> Vec<_> {
            found.iter().map(|it| (it.mission.points, it.cause.to_string())).collect()
        };
        let found = shown(rounds(version, &facts, Timestamp::MAX));
        // Two of the old, then one of the old and two of the new, then two of the new: one short.
        assert_eq!(found, [(0, "e1".to_owned()), (7, "e4".to_owned())]);
        let single = Mission { rounds: 1, ..old.clone() };
        let later = |at| Some(if at < from { &single } else { &new });
        let found = shown(rounds(later, &facts, Timestamp::MAX));
        let expected = [(0, "e1".to_owned()), (7, "e5".to_owned())];
        assert_eq!(found, expected, "what comes after the last round counts for nothing");
    }

    #[test]
    fn what_ended_later_counted_then() {
        let (mission, mut facts) = (orders(0, ""), vec![fact(0), fact(1)]);
        facts[0].spells[0].until = Some(fact(5).at);
        let as_of = |day| rounds(|_| Some(&mission), &facts, fact(day).at).len();
        assert_eq!([0, 1, 4, 5].map(as_of), [0, 1, 1, 0]);
    }

    #[test]
    fn each_round_needs_its_own_facts_and_rounds_are_limited() {
        let facts: Vec<_> = (0..7).map(fact).collect();
        assert_eq!(causes(&orders(1, ""), &facts), ["e1"]);
        assert_eq!(causes(&orders(0, ""), &facts), ["e1", "e3", "e5"]);
        assert!(causes(&orders(0, ""), &facts[..1]).is_empty());
        assert!(causes(&orders(0, ""), &[fact(0), fact(0)]).is_empty(), "one fact counts once");
    }

    #[test]
    fn only_what_lies_within_the_dates_counts() {
        let dated = orders(0, "from = '2026-01-02T00:00:00Z'\nuntil = '2026-01-04T00:00:00Z'");
        let facts: Vec<_> = (0..7).map(fact).collect();
        assert_eq!(causes(&dated, &facts), ["e2"]);
    }

    #[test]
    fn a_window_keeps_far_facts_apart() {
        let facts = [fact(0), fact(30), fact(59), fact(60)];
        assert_eq!(causes(&orders(0, "within = '30d'"), &facts), ["e59"], "day 0 and 30 are 30 days apart");
        assert_eq!(causes(&orders(0, "within = '31d'"), &facts), ["e30", "e60"]);
    }

    #[test]
    fn what_is_missing_for_the_next_round_is_known() {
        let mission =
            mission("requires.conversions = 3\nrounds = 0\nwithin = '31d'\nthen = [{ recruits = 1 }]");
        let facts: Vec<_> = (0..4).map(fact).collect();
        let come = |facts: &[Qualifying], day| {
            let found = reached(|_| Some(&mission), facts, fact(day).at);
            (found.rounds, found.step, found.counted.into_values().collect::<Vec<_>>())
        };
        assert_eq!(come(&facts[..2], 2), (0, 0, vec![2]));
        assert_eq!(come(&facts[..2], 31), (0, 0, vec![1]), "the first lies too far back by then");
        assert_eq!(come(&facts[..3], 3), (0, 1, vec![]));
        assert_eq!(
            come(&[facts[0].clone(), facts[1].clone(), facts[2].clone(), counting(5, "0/recruits", 1)], 6).0,
            0
        );
    }

    #[test]
    fn every_requirement_must_be_met() {
        let both = mission("requires = { conversions = 2, recruits = 1 }\nrounds = 0");
        let mut facts: Vec<_> = (0..5).map(fact).collect();
        assert!(causes(&both, &facts).is_empty());
        facts.push(counting(8, "0/recruits", 1));
        assert_eq!(causes(&both, &facts), ["e8"]);
        facts.push(counting(9, "0/recruits", 1));
        assert_eq!(causes(&both, &facts), ["e8", "e9"], "what was over counts for the next round");
    }

    #[test]
    fn measures_count_across_posts_and_may_fill_several_rounds() {
        let views = mission("requires.posts = { views = 1000 }\nrounds = 0");
        let facts = [counting(0, "0/views.0", 900), counting(1, "0/views.0", 2_300)];
        assert_eq!(causes(&views, &facts), ["e1", "e1", "e1"]);
    }

    #[test]
    fn steps_come_one_after_the_other() {
        let steps = mission("requires.posts = { count = 1 }\nthen = [{ conversions = 2 }]\nrounds = 0");
        let early = [fact(0), fact(1), counting(2, "0/posts.0", 1)];
        let later = [counting(3, "1/conversions", 1), counting(4, "1/conversions", 1)];
        let soon = counting(1, "1/conversions", 1);
        assert!(causes(&steps, &early).is_empty());
        let all: Vec<_> = early.into_iter().chain([soon]).chain(later).collect();
        assert_eq!(causes(&steps, &all), ["e4"], "an order before the post is of no step");
    }

    proptest! {
        #[test]
        fn the_order_of_the_facts_does_not_matter(days in prop::collection::vec(0_i64..20, 0..12)) {
            let facts: Vec<_> = days.iter().copied().map(fact).collect();
            let mut reversed = facts.clone();
            reversed.reverse();
            let mission = orders(0, "within = '6d'");
            prop_assert_eq!(won(&mission, &facts), won(&mission, &reversed));
        }
    }
}
