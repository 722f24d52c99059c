//! The named fail points: which process passes which, and which one is to die where.

use std::collections::BTreeMap;

use tribute_tools::Random;

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Intake,
    Attribution,
    Rewards,
    Commission,
    Payouts,
    Leaderboards,
    Relay,
}

impl Role {
    /// The services, in the order in which they are started.
    pub(crate) const SERVICES: [Self; 6] =
        [Self::Attribution, Self::Rewards, Self::Commission, Self::Payouts, Self::Leaderboards, Self::Relay];

    /// As in `tribute run <name>`.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Intake => "intake",
            Self::Attribution => "attribution",
            Self::Rewards => "rewards",
            Self::Commission => "commission",
            Self::Payouts => "payouts",
            Self::Leaderboards => "leaderboards",
            Self::Relay => "relay",
        }
    }

    /// The points that it passes, each with how many of a hundred passes are to be the last.
    const fn points(self) -> &'static [(&'static str, u64)] {
        match self {
            Self::Intake => &[("intake.after_write", 60)],
            Self::Attribution => &[
                ("consumer.before_commit", 10),
                ("consumer.after_commit", 10),
                ("step.before_commit", 10),
                ("step.after_commit", 10),
                ("lease.after_take", 50),
            ],
            Self::Rewards | Self::Commission => &[
                ("turn.before_commit", 10),
                ("turn.after_commit", 10),
                ("step.before_commit", 10),
                ("step.after_commit", 10),
            ],
            // They have a turn only when the clock ticks or somebody answers.
            Self::Payouts | Self::Leaderboards => &[
                ("turn.before_commit", 30),
                ("turn.after_commit", 30),
                ("step.before_commit", 30),
                ("step.after_commit", 30),
            ],
            Self::Relay => &[("relay.before_write", 5), ("relay.after_write", 5), ("lease.after_take", 50)],
        }
    }
}

/// How often a process died at each point.
#[derive(Debug, Clone, Default)]
pub(crate) struct Points {
    pub(crate) hits: BTreeMap<&'static str, u64>,
}

impl Points {
    /// Every point, none hit yet.
    pub(crate) fn new() -> Self {
        let all = Role::SERVICES.into_iter().chain([Role::Intake]).flat_map(Role::points);
        Self { hits: all.map(|(name, _)| (*name, 0)).collect() }
    }

    /// Where a process is to die, as the variable `FAILPOINTS` says it: mostly where the fewest have died so far.
    pub(crate) fn arm(&self, role: Role, random: &mut Random) -> String {
        let fewest = role.points().iter().min_by_key(|(name, _)| self.hits.get(name).copied());
        let any = random.pick(role.points());
        let (name, percent) = if random.chance(70) { fewest.unwrap_or(any) } else { any };
        format!("{name}={percent}%panic")
    }

    /// Counts the point that a process says it died at; whether it says so.
    pub(crate) fn note(&mut self, said: &str) -> bool {
        let found = self.hits.iter_mut().find(|(name, _)| said.contains(&format!("failpoint {name} panic")));
        found.into_iter().for_each(|(_, hits)| *hits = hits.saturating_add(1));
        self.hits.keys().any(|name| said.contains(&format!("failpoint {name} panic")))
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (name, hits) in &other.hits {
            let known = self.hits.entry(name).or_default();
            *known = known.saturating_add(*hits);
        }
    }
}
