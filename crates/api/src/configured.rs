//! The brands' configuration, as far as the log has it: read anew where something was added.

use std::sync::Arc;

use tokio::sync::Mutex;
use tribute_events::{AmbassadorId, ProgramId, Timestamp};
use tribute_services::Known;
use tribute_store::Database;
use tribute_terms::{Ambassador, Program};

use crate::{Caller, Problem};

/// What was read so far. Who asks shares it until something is added.
#[derive(Debug, Default)]
pub(crate) struct Configured(Mutex<Arc<Known>>);

impl Configured {
    /// Everything that was committed by now.
    pub(crate) async fn now(&self, database: &Database) -> Result<Arc<Known>, Problem> {
        let mut known = self.0.lock().await;
        if !known.is_current(database).await? {
            // Who reads the older one keeps it.
            Arc::make_mut(&mut known).look(database).await?;
        }
        Ok(Arc::clone(&known))
    }
}

/// A program of the caller's brand.
pub(crate) fn program<'k>(known: &'k Known, caller: &Caller, id: &str) -> Result<&'k Program, Problem> {
    let found = known.registry().program(&caller.brand, &ProgramId::trusted(id));
    found.filter(|it| !it.versions().is_empty()).ok_or_else(|| Problem::not_found("program", id))
}

/// A person that a program knows, and that the caller may see.
pub(crate) fn ambassador<'k>(
    program: &'k Program,
    caller: &Caller,
    id: &str,
) -> Result<&'k Ambassador, Problem> {
    let found = program.ambassador(&AmbassadorId::trusted(id)).filter(|_| caller.sees(id));
    found.ok_or_else(|| Problem::not_found("ambassador", id))
}

/// An instant that is not at the end of time.
pub(crate) fn finite(at: Timestamp) -> Option<Timestamp> {
    Some(at).filter(|at| *at < Timestamp::MAX)
}
