use std::collections::BTreeMap;

use anyhow::Result;
use clap::{CommandFactory, error::ErrorKind};
use tribute_reports::{
    Books,
    simulate::{self, Simulation},
};

use super::{program, verify::Shown};
use crate::{
    Done,
    arguments::{Arguments, Format, Place, Simulate},
    messages::{note, say},
};

/// What the options cannot mean ends the program as wrong usage.
fn check(options: &Simulate) {
    if let (Some(from), Some(to)) = (options.from, options.to)
        && from >= to
    {
        let refused = format!("--from {from} is not before --to {to}; the stretch ends just before --to");
        Arguments::command().error(ErrorKind::ArgumentConflict, refused).exit()
    }
}

pub(crate) async fn run(options: &Simulate, place: &Place) -> Result<Done> {
    check(options);
    let terms = program::checked(&options.terms)?;
    let engine = super::existing_engine(place).await?;
    let books = Books { database: engine.database(), registry: engine.registry() };
    let mut shown = Shown::default();
    let simulated =
        simulate::simulate(&books, &terms, options.from, options.to, &mut |stage| shown.at(&stage)).await;
    shown.finish();
    let found = simulated?;
    tell(&found, options.shape.format)?;
    Ok(refused(&found))
}

fn tell(found: &Simulation, format: Format) -> Result<()> {
    if format != Format::Table {
        note(found);
        return super::show(&found.table(), format);
    }
    say(found.table_for_people().to_text());
    say(format_args!("\n{found}"));
    say(
        "Orders, posts and grants of that time, with the refunds and removals known today; cost is commission, other \
         earnings and perks at fair value.",
    );
    Ok(())
}

/// Says what of the recorded facts a side could not take in.
fn refused(found: &Simulation) -> Done {
    let [old, new] = &found.refused;
    let mut done = Done::Clean;
    for (side, codes) in [("the terms in force", old), ("the other terms", new)] {
        if codes.is_empty() {
            continue;
        }
        note(format_args!(
            "under {side} some recorded events are not possible, and are left out: {}",
            listed(codes)
        ));
        done = Done::WithFindings;
    }
    done
}

fn listed(codes: &BTreeMap<&'static str, u64>) -> String {
    codes.iter().map(|(code, count)| format!("{count} × {code}")).collect::<Vec<_>>().join(", ")
}
