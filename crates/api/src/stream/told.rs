//! What a reader was told of the boards.

use std::{collections::BTreeMap, sync::Arc};

use tribute_events::{AmbassadorId, BrandId};

use super::{
    boards::Following,
    moved::{BoardName, Boards, Standing, moves},
};
use crate::{Api, Caller};

/// What a reader was told of the boards of their brand, and how they stand. Whoever reads slowly is told of the way between
/// as one move: nothing is kept for them.
pub(super) struct Told {
    brand: BrandId,
    own: Option<AmbassadorId>,
    following: Following,
    standings: BTreeMap<BoardName, Arc<Standing>>,
}

impl Told {
    /// Nothing was told yet: everybody who stands on a board moves onto it.
    pub(super) fn new(api: &Api, caller: &Caller) -> Self {
        let following = api.live().followed().follow(api, &caller.brand);
        let (brand, own) = (caller.brand.clone(), caller.only.clone());
        Self { brand, own, following, standings: BTreeMap::new() }
    }

    /// Waits until the boards were looked at.
    pub(super) async fn changed(&mut self) {
        if self.following.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// The moves on the next board that stands otherwise than was told, where there are any for this reader; nothing where all
    /// are told.
    pub(super) fn next(&mut self) -> Vec<String> {
        let now = self.following.borrow_and_update().clone();
        let Some(now) = now else { return Vec::new() };
        // Of a period that is over nothing more is told: what it came to, `tribute.leaderboard.frozen` says.
        self.standings.retain(|name, _| now.standings.contains_key(name));
        while let Some((name, standing)) = self.untold(&now) {
            let before = self.standings.insert(name.clone(), Arc::clone(&standing)).unwrap_or_default();
            let moves = moves(&name, &before, &standing, self.own.as_ref().map(AmbassadorId::as_str));
            if !moves.is_empty() {
                return moves.iter().filter_map(|what| now.line(&self.brand, what)).collect();
            }
        }
        Vec::new()
    }

    fn untold(&self, now: &Boards) -> Option<(BoardName, Arc<Standing>)> {
        let is_told = |(name, standing): &(&BoardName, &Arc<Standing>)| {
            self.standings.get(*name).is_some_and(|told| Arc::ptr_eq(told, standing))
        };
        let untold = now.standings.iter().find(|it| !is_told(it))?;
        Some((untold.0.clone(), Arc::clone(untold.1)))
    }
}
