//! Bugs that are compiled in on purpose: the proof must find each of them, and nothing where none is planted.

use anyhow::Result;

use crate::{
    figures::Figures,
    options::Options,
    points::Points,
    rounds::{attempt, folder, open_to_all, program},
};

/// A planted bug, and what has to happen so that it does harm.
struct Plant {
    name: &'static str,
    what: &'static str,
    /// How it is switched on, and where processes die beside it.
    failpoints: &'static str,
    harm: fn(&mut Options),
}

const fn nothing(_: &mut Options) {}

const PLANTS: [Plant; 11] = [
    Plant {
        name: "no_fence",
        what: "a position moves whatever its epoch and its number are",
        failpoints: "plant.no_fence=return",
        harm: |options| (options.zombies, options.events) = (6, 5_000),
    },
    Plant {
        name: "position_apart",
        what: "a position is committed before the results are, not with them",
        failpoints: "plant.position_apart=return;step.before_commit=3%panic",
        harm: |options| options.kills = 4,
    },
    Plant {
        name: "relay_position_first",
        what: "the relay moves its position before it writes",
        failpoints: "plant.relay_position_first=return;relay.before_write=5%panic",
        harm: nothing,
    },
    Plant {
        name: "relay_skip",
        what: "the relay goes on after the last batch it saw, whatever the numbers say",
        failpoints: "plant.relay_skip=return",
        harm: nothing,
    },
    Plant {
        name: "no_dedupe",
        what: "an event that comes again under another offset is taken for a new one",
        failpoints: "plant.no_dedupe=return",
        harm: nothing,
    },
    Plant {
        name: "handover_dropped",
        what: "what was handed over is deleted and not booked",
        failpoints: "plant.handover_dropped=5%return",
        harm: nothing,
    },
    Plant {
        name: "tick_early",
        what: "a tick does not wait for what is before it",
        // Whoever takes events in is slow, so that there is something to wait for.
        failpoints: "plant.tick_early=return;consumer.before_commit=sleep(700)",
        harm: nothing,
    },
    Plant {
        name: "registry_stale",
        what: "configuration that another process took in is not read",
        failpoints: "plant.registry_stale=return",
        harm: nothing,
    },
    Plant {
        name: "bad_line_dropped",
        what: "a line that cannot be read is dropped",
        failpoints: "plant.bad_line_dropped=return",
        harm: nothing,
    },
    Plant {
        name: "float",
        what: "amounts go through floating point",
        failpoints: "plant.float=return",
        harm: nothing,
    },
    Plant {
        name: "commit_believed",
        what: "a batch whose commit failed is taken for committed",
        failpoints: "plant.commit_believed=return",
        harm: |options| (options.cuts, options.database_restarts) = (20, 1),
    },
];

/// Runs every planted bug, and once none; whether all were found, and nothing where there was none.
///
/// # Errors
/// Where the servers or the program under test cannot be had at all.
pub async fn planted(options: &Options) -> Result<bool> {
    let (folder, _kept) = folder(options)?;
    let program = program(options, &folder)?;
    let mut missed = Vec::new();
    let control = Plant { name: "none", what: "nothing is planted", failpoints: "", harm: nothing };
    let wanted = |plant: &&Plant| options.only.as_ref().is_none_or(|only| plant.name.contains(only));
    let plants: Vec<_> = PLANTS.iter().filter(wanted).collect();
    for plant in plants.iter().copied().chain([&control]) {
        let place = folder.join(plant.name);
        open_to_all(&place)?;
        let figures =
            attempt(&small(options, plant), &program, &place, plant.failpoints, &Points::default()).await?;
        tell(plant, &figures);
        if figures.is_clean() == (plant.name != control.name) {
            missed.push(plant.name);
        }
        if options.folder.is_none() {
            std::fs::remove_dir_all(&place)?;
        }
    }
    let found = plants.iter().filter(|plant| !missed.contains(&plant.name)).count();
    println!("{found} of {} planted bugs found", plants.len());
    missed.iter().for_each(|name| println!("WRONG: {name}"));
    Ok(missed.is_empty())
}

/// A small round, with what the bug needs to do harm.
fn small(options: &Options, plant: &Plant) -> Options {
    let mut small = Options {
        events: 2_000,
        segments: 3,
        kills: 0,
        terms: 0,
        zombies: 0,
        changes: 0,
        broker_restarts: 0,
        database_restarts: 0,
        cuts: 0,
        points: 0,
        patience_seconds: options.patience_seconds.min(60),
        ..options.clone()
    };
    (plant.harm)(&mut small);
    small
}

/// What gave it away: the first lines of the first signs.
fn tell(plant: &Plant, figures: &Figures) {
    println!("{}: {}", plant.name, plant.what);
    println!("  {} signs", figures.findings.len());
    for finding in figures.findings.iter().take(SIGNS) {
        let lines = finding.lines().take(2).map(|line| line.chars().take(160).collect::<String>());
        println!("  * {}", lines.collect::<Vec<_>>().join("\n    "));
    }
}

/// How many signs are shown of each bug.
const SIGNS: usize = 3;
