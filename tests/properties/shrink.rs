//! Makes a failing round small enough to read.

use crate::round::{Arrangement, Round};

/// What differs between the round as told and in another arrangement.
pub(crate) fn differences(round: &Round, arrangement: Arrangement) -> Vec<String> {
    let mut said = Vec::new();
    let told = round.run(Arrangement::TOLD, &mut said);
    told.differences(&round.run(arrangement, &mut said))
}

/// The plainest arrangement in which the round fails: the fewer moves there are, the easier it is to see why.
pub(crate) fn plainest(round: &Round, arrangement: Arrangement) -> Arrangement {
    let one_by_one = Arrangement { batch: 1, ..Arrangement::TOLD };
    let shuffled = Arrangement { shuffled: true, ..Arrangement::TOLD };
    let both = Arrangement { shuffled: true, ..one_by_one };
    let fails = |it: &Arrangement| !differences(round, *it).is_empty();
    [one_by_one, shuffled, both].into_iter().find(fails).unwrap_or(arrangement)
}

/// Leaves out one fact after the other, and one table of the terms after the other, as long as the round still fails.
fn smallest(round: &Round, fails: impl Fn(&Round) -> bool) -> Round {
    let mut round = round.clone();
    loop {
        let mut smaller = false;
        for stretch in 0..round.stretches.len() {
            let mut place = 0;
            while place < round.stretches[stretch].facts.len() {
                let mut without = round.clone();
                without.stretches[stretch].facts.remove(place);
                if fails(&without) {
                    round = without;
                    smaller = true;
                    continue;
                }
                smaller |= shorten(&mut round, (stretch, place), &fails);
                place += 1;
            }
        }
        if !smaller {
            return round;
        }
    }
}

/// Leaves tables out of the terms in one line.
fn shorten(round: &mut Round, (stretch, place): (usize, usize), fails: impl Fn(&Round) -> bool) -> bool {
    let line = round.stretches[stretch].facts[place].clone();
    if !line.contains("program.published") {
        return false;
    }
    let mut tables: Vec<_> = line.split("\\n[").collect();
    let mut smaller = false;
    // The first is the event itself, the second the head of the terms; the last holds the end of the event.
    for table in (1..tables.len().saturating_sub(1)).rev() {
        let mut fewer = tables.clone();
        fewer.remove(table);
        let mut without = round.clone();
        without.stretches[stretch].facts[place] = fewer.join("\\n[");
        if fails(&without) {
            (*round, tables, smaller) = (without, fewer, true);
        }
    }
    smaller
}

/// A failing round in its smallest form, and what differs there.
pub(crate) fn explained(round: &Round, differ: impl Fn(&Round) -> Vec<String>) -> String {
    let smallest = smallest(round, |round| !differ(round).is_empty());
    format!("{}{}", told(&smallest), differ(&smallest).join("\n"))
}

/// A round as a person reads it: facts by stretch, each ended by a tick.
fn told(round: &Round) -> String {
    let mut text = String::new();
    for stretch in &round.stretches {
        for line in &stretch.facts {
            text += &line.replace("\\n", "\n        ");
            text.push('\n');
        }
        text += &format!("-- tick {}\n", stretch.until);
    }
    text
}
