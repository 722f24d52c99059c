//! What the nemesis does, and when: drawn from the seed, so that a run can be repeated.

use tribute_tools::Random;

use crate::{options::Options, points::Role};

/// One blow. The number says whom it hits, among those who are there by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Blow {
    /// `kill -9` of a service.
    Kill(u64),
    /// SIGTERM to a service.
    Terminate(u64),
    /// SIGSTOP to a service, for longer than its lease.
    Sleep(u64),
    /// One more copy of a service.
    Grow(Role),
    /// One copy less, by SIGTERM; it is not replaced as long as enough remain.
    Shrink(Role),
    /// `kill -9` of the broker.
    Broker,
    /// PostgreSQL stops as at a crash.
    Database,
    /// The next COMMIT's connection is cut.
    Cut,
    /// Nothing can be read in one partition for a while.
    Poison,
}

/// A blow, and how far the events must be taken in before it falls: in a thousand parts of all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Due {
    pub(crate) at: u64,
    pub(crate) blow: Blow,
}

/// Whose copies come and go.
const MOVED: [Role; 4] = [Role::Attribution, Role::Relay, Role::Attribution, Role::Commission];

/// All blows of a round, the first one last.
pub(crate) fn draw(options: &Options) -> Vec<Due> {
    let mut random = Random::new(options.seed ^ 0x9E_3E515);
    let mut blows = Vec::new();
    let mut add = |count: u64, random: &mut Random, blow: &dyn Fn(&mut Random) -> Blow| {
        for _ in 0..count {
            let blow = blow(random);
            let at = 30 + random.below(920);
            blows.push(Due { at, blow });
        }
    };
    add(options.kills, &mut random, &|random| Blow::Kill(random.bits()));
    add(options.terms, &mut random, &|random| Blow::Terminate(random.bits()));
    add(options.zombies, &mut random, &|random| Blow::Sleep(random.bits()));
    add(options.changes, &mut random, &|random| {
        let role = *random.pick(&MOVED);
        if random.chance(50) { Blow::Grow(role) } else { Blow::Shrink(role) }
    });
    add(options.broker_restarts, &mut random, &|_| Blow::Broker);
    add(options.database_restarts, &mut random, &|_| Blow::Database);
    add(options.cuts, &mut random, &|_| Blow::Cut);
    add(options.poisons, &mut random, &|_| Blow::Poison);
    blows.sort_by_key(|due| std::cmp::Reverse(due.at));
    blows
}
