//! The places of a program, and the line for them.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_events::AmbassadorId;

use super::{Profile, lives::Rank};
use crate::{QuotaPer, VettingTerms};

/// The segments whose places somebody takes up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Segments {
    region: SmolStr,
    campus: SmolStr,
}

impl Segments {
    pub(super) fn of(profile: &Profile) -> Self {
        let named = |value: &Option<SmolStr>| value.clone().unwrap_or_default();
        Self { region: named(&profile.region), campus: named(&profile.campus) }
    }

    fn named(&self, per: QuotaPer) -> SmolStr {
        match per {
            QuotaPer::Everyone => SmolStr::default(),
            QuotaPer::Region => self.region.clone(),
            QuotaPer::Campus => self.campus.clone(),
        }
    }
}

/// How many places are taken in each segment, and who waits for one.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    taken: BTreeMap<(QuotaPer, SmolStr), u32>,
    line: BTreeMap<Segments, BTreeMap<Rank, AmbassadorId>>,
}

const EVERY: [QuotaPer; 3] = [QuotaPer::Everyone, QuotaPer::Region, QuotaPer::Campus];

impl Places {
    /// Whether every quota has a place in these segments.
    pub(super) fn has_room(&self, vetting: &VettingTerms, segments: &Segments) -> bool {
        vetting.quota.iter().all(|quota| {
            let segment = segments.named(quota.per);
            let places = quota.places_in(&segment);
            self.taken.get(&(quota.per, segment)).copied().unwrap_or(0) < places
        })
    }

    pub(super) fn take(&mut self, segments: &Segments) {
        for per in EVERY {
            let taken = self.taken.entry((per, segments.named(per))).or_default();
            *taken = taken.saturating_add(1);
        }
    }

    pub(super) fn free(&mut self, segments: &Segments) {
        for per in EVERY {
            let taken = self.taken.entry((per, segments.named(per))).or_default();
            *taken = taken.saturating_sub(1);
        }
    }

    pub(super) fn queue(&mut self, (segments, rank): &(Segments, Rank), who: &AmbassadorId) {
        self.line.entry(segments.clone()).or_default().insert(rank.clone(), who.clone());
    }

    pub(super) fn leave(&mut self, (segments, rank): &(Segments, Rank)) {
        if let Some(line) = self.line.get_mut(segments) {
            line.remove(rank);
            if line.is_empty() {
                self.line.remove(segments);
            }
        }
    }

    /// Takes the free places up for those who are first in line for them, and says who they are.
    pub(super) fn fill(&mut self, vetting: &VettingTerms) -> Vec<AmbassadorId> {
        let head = |(segments, line): (&Segments, &BTreeMap<Rank, AmbassadorId>)| {
            line.first_key_value().map(|(rank, _)| (rank.clone(), segments.clone()))
        };
        let mut heads: BTreeSet<(Rank, Segments)> = self.line.iter().filter_map(head).collect();
        let mut chosen = Vec::new();
        while let Some((rank, segments)) = heads.pop_first() {
            // A segment without room gets none while places are only taken.
            if !self.has_room(vetting, &segments) {
                continue;
            }
            let who = self.line.get_mut(&segments).and_then(|line| line.remove(&rank));
            self.take(&segments);
            chosen.extend(who);
            match self.line.get(&segments).and_then(|line| line.first_key_value()) {
                Some((next, _)) => drop(heads.insert((next.clone(), segments))),
                None => drop(self.line.remove(&segments)),
            }
        }
        chosen
    }
}
