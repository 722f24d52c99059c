//! What apps read: one module for each kind of thing.

pub(crate) mod adjustments;
mod ambassadors;
mod boards;
mod brand;
pub(crate) mod claims;
mod codes;
mod conversions;
mod earnings;
mod explain;
mod findings;
mod funnel;
mod missions;
mod money;
mod posts;
mod programs;
pub(crate) mod quarantine;
mod rewards;
mod statements;

use schemars::JsonSchema;
use serde::Deserialize;
use tribute_events::Timestamp;
use tribute_reports::Filter;

use crate::{
    Caller, Problem,
    http::{operation::Operation, page::narrowed},
};

pub(crate) fn operations() -> Vec<Operation> {
    [
        brand::operations(),
        programs::operations(),
        ambassadors::operations(),
        codes::operations(),
        posts::operations(),
        missions::operations(),
        conversions::operations(),
        earnings::operations(),
        money::operations(),
        rewards::operations(),
        statements::operations(),
        boards::operations(),
        funnel::operations(),
        explain::operations(),
        findings::operations(),
        claims::operations(),
        adjustments::operations(),
        quarantine::operations(),
    ]
    .concat()
}

/// Which rows of a program.
#[derive(Debug, Deserialize, JsonSchema)]
pub(crate) struct Narrow {
    /// Only of this ambassador; of everybody where absent. Who sees their own only gets their own.
    ambassador: Option<String>,
    /// Only from this instant on.
    from: Option<Timestamp>,
    /// Only before this instant.
    to: Option<Timestamp>,
}

impl Narrow {
    /// The filter that it is, of a program where one is named.
    fn filter(&self, caller: &Caller, program: Option<String>) -> Result<Filter, Problem> {
        let filter = narrowed(caller, program, self.ambassador.as_deref())?;
        Ok(Filter { from: self.from, to: self.to, ..filter })
    }
}

/// Nothing to choose.
#[derive(Debug, JsonSchema)]
pub(crate) struct Whole {}
