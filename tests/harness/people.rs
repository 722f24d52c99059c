//! What became of a story's people.

use std::collections::BTreeMap;

use tribute_reports::{
    Books,
    report::{Filter, StandingRow, Standings, collect},
};

use crate::{Pipeline, Story, wait};

impl Story {
    fn turns(&self) -> Vec<StandingRow> {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(self.lines());
        let books = Books { database: pipeline.database(), registry: pipeline.registry() };
        wait(collect(&Standings, &books, &Filter::default())).unwrap()
    }

    /// How everybody's standing changed: `2026-02-15 approved`.
    pub fn standings(&self) -> BTreeMap<String, Vec<String>> {
        let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.turns() {
            let day = row.at.to_string().chars().take(10).collect::<String>();
            people.entry(row.ambassador).or_default().push(format!("{day} {}", row.standing));
        }
        people
    }

    /// Why somebody's standing changed, each time.
    pub fn reasons(&self, who: &str) -> Vec<String> {
        self.turns().into_iter().filter(|row| row.ambassador == who).map(|row| row.why).collect()
    }
}
