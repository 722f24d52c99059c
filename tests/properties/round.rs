//! One round: facts between ticks of the clock, taken through the pipeline in the order in which they were told or
//! in another arrangement.

use serde_json::json;
use tribute_events::Timestamp;
use tribute_tests::{Books, Pipeline, event};
use tribute_tools::Random;

use crate::facts::{Fact, Facts, day};

/// What is known between two ticks, and the tick that ends it.
#[derive(Debug, Clone)]
pub(crate) struct Stretch {
    pub(crate) facts: Vec<String>,
    pub(crate) until: Timestamp,
}

/// A story with its ticks.
#[derive(Debug, Clone)]
pub(crate) struct Round {
    pub(crate) seed: u64,
    pub(crate) stretches: Vec<Stretch>,
}

/// How the same facts arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arrangement {
    pub(crate) shuffled: bool,
    pub(crate) doubled: bool,
    pub(crate) batch: usize,
    pub(crate) restarted: bool,
    /// Every service by itself.
    pub(crate) apart: bool,
    /// What the order and the doubles are drawn from.
    pub(crate) salt: u64,
}

impl Arrangement {
    /// As told, each stretch in one batch.
    pub(crate) const TOLD: Self =
        Self { shuffled: false, doubled: false, batch: usize::MAX, restarted: false, apart: false, salt: 0 };

    /// So many ways for one story. The first is backwards enough: one by one, shuffled.
    pub(crate) fn several(seed: u64, count: u64) -> impl Iterator<Item = Self> {
        let mut random = Random::new(seed ^ 0x5EED);
        let batches = [1, 7, usize::MAX, 2];
        (0..count).zip(batches.into_iter().cycle()).map(move |(place, batch)| Self {
            shuffled: place == 0 || random.chance(85),
            doubled: random.chance(40),
            batch,
            restarted: random.chance(if batch == 1 { 3 } else { 10 }),
            apart: place % 2 == 1,
            salt: random.bits(),
        })
    }
}

impl Round {
    /// A story with facts that come late.
    pub(crate) fn of(seed: u64) -> Self {
        Self::between_ticks(seed, Facts::of(seed))
    }

    fn between_ticks(seed: u64, facts: Vec<Fact>) -> Self {
        let mut random = Random::new(!seed);
        let mut ticks: Vec<_> = (0..random.between(1, 3)).map(|_| day(random.between(25, 110))).collect();
        ticks.push(day(200));
        ticks.sort_unstable();
        ticks.dedup();
        let mut stretches: Vec<_> =
            ticks.into_iter().map(|until| Stretch { facts: Vec::new(), until }).collect();
        for fact in facts {
            let place =
                stretches.iter().position(|stretch| fact.recorded <= stretch.until).unwrap_or_default();
            stretches[place].facts.push(fact.line);
        }
        Self { seed, stretches }
    }

    /// A story in which everything is recorded when it happens.
    pub(crate) fn punctual(seed: u64) -> Self {
        Self::between_ticks(seed, Facts::punctual(seed))
    }

    /// The same facts, all of them before the first tick.
    pub(crate) fn imported(&self) -> Self {
        let mut round = self.clone();
        let later: Vec<_> =
            round.stretches.iter_mut().skip(1).flat_map(|stretch| stretch.facts.drain(..)).collect();
        round.stretches[0].facts.extend(later);
        round
    }

    /// Takes the round through a fresh pipeline, and nobody says anything of its payouts.
    pub(crate) fn run_unanswered(&self) -> Books {
        self.run(Arrangement::TOLD, &mut vec![Vec::new(); self.stretches.len()])
    }

    /// Takes the round through a fresh pipeline. `said` is what people and banks say after each tick: it depends on
    /// the payouts, so that the first run of a round writes it and later ones repeat it.
    pub(crate) fn run(&self, arrangement: Arrangement, said: &mut Vec<Vec<String>>) -> Books {
        let mut pipeline = Pipeline::on_sqlite();
        if arrangement.apart {
            pipeline = pipeline.apart();
        }
        let mut before: Vec<String> = Vec::new();
        for (index, stretch) in self.stretches.iter().enumerate() {
            let facts = self.arranged(arrangement, stretch, &before);
            for batch in facts.chunks(arrangement.batch.min(facts.len().max(1))) {
                pipeline.feed(batch);
                if arrangement.restarted {
                    pipeline.restart();
                }
            }
            pipeline.feed(&[self.tick(stretch.until)]);
            if said.len() == index {
                said.push(self.answers(&pipeline.books(), stretch.until));
            }
            pipeline.feed_by(arrangement.batch, &said[index]);
            before.extend(facts);
        }
        pipeline.books()
    }

    /// Some lines come twice: again in their own stretch, or in a later one.
    fn arranged(&self, arrangement: Arrangement, stretch: &Stretch, before: &[String]) -> Vec<String> {
        let mut facts = stretch.facts.clone();
        if arrangement.doubled {
            facts.extend(
                stretch
                    .facts
                    .iter()
                    .filter(|line| drawn(arrangement.salt, line, "again").is_multiple_of(4))
                    .cloned(),
            );
            facts.extend(
                before
                    .iter()
                    .filter(|line| drawn(arrangement.salt, line, "later").is_multiple_of(7))
                    .cloned(),
            );
        }
        if arrangement.shuffled {
            let mut keyed: Vec<_> = facts.into_iter().enumerate().collect();
            keyed.sort_by_key(|(place, line)| {
                let purpose = if *place < stretch.facts.len() { "place" } else { "copy" };
                (drawn(arrangement.salt, line, purpose), *place)
            });
            facts = keyed.into_iter().map(|(_, line)| line).collect();
        }
        facts
    }

    /// Every line of it, with its ticks.
    pub(crate) fn lines(&self) -> Vec<String> {
        let all = self
            .stretches
            .iter()
            .flat_map(|stretch| stretch.facts.iter().cloned().chain([self.tick(stretch.until)]));
        all.collect()
    }

    fn tick(&self, at: Timestamp) -> String {
        let at = at.to_string();
        event("*", &format!("tick-{at}"), "clock.ticked", &at, &at, &json!({"at": at}))
    }

    /// What becomes of the payouts that are proposed and of the grants.
    fn answers(&self, books: &Books, at: Timestamp) -> Vec<String> {
        let mut lines = Vec::new();
        let time = at.plus(1).to_string();
        let mut say =
            |id: String, kind: &str, data| lines.push(event("acme", &id, kind, &time, &time, &data));
        for row in books.payouts.iter().filter(|row| row.status == "proposed") {
            let id = &row.payout;
            let outcomes: &[&str] = match drawn(self.seed, id, "bank") % 6 {
                0 | 1 => &["settled"],
                2 => &["sent", "settled", "returned"],
                3 => &["failed"],
                4 => &["settled", "settled", "unclaimed"],
                _ => continue,
            };
            say(
                format!("file-{id}"),
                "payout_file.exported",
                json!({"payouts": [id], "file": "f", "sha256": "0"}),
            );
            for (place, outcome) in outcomes.iter().enumerate() {
                say(
                    format!("bank-{place}-{id}"),
                    "settlement.reported",
                    json!({"payout": id, "outcome": outcome}),
                );
            }
        }
        for row in &books.rewards {
            let id = &row.grant_id;
            match (row.status.as_str(), drawn(self.seed, id, "perk") % 3) {
                ("reserved", 0) => say(
                    format!("gave-{at}-{id}"),
                    "perk.fulfilled",
                    json!({"grant": id, "outcome": "delivered"}),
                ),
                ("reserved", 1) => say(
                    format!("void-{at}-{id}"),
                    "perk.fulfilled",
                    json!({"grant": id, "outcome": "cancelled"}),
                ),
                ("granted", 0) => {
                    let data = json!({"program": row.program, "ambassador": row.ambassador, "token": row.asset, "amount": "2", "reason": "hat"});
                    say(format!("spent-{at}-{id}"), "token.spent", data);
                }
                _ => {}
            }
        }
        lines
    }
}

/// A number drawn for one line, which stays the same where other lines are left out.
fn drawn(salt: u64, line: &str, purpose: &str) -> u64 {
    let bytes = purpose.bytes().chain(line.bytes());
    let mixed = bytes.fold(salt, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3));
    Random::new(mixed).bits()
}
