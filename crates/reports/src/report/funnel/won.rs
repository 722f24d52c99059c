//! By which posts the perks and the money of missions came: those that completed the round.

use std::collections::BTreeMap;

use sea_orm::FromQueryResult;
use serde::Deserialize;
use tribute_events::{EventId, Timestamp};
use tribute_rewards::Spell;

use super::place::Content;
use crate::{
    ReportError,
    error::{self, at},
    query::{Query, Source},
    report::Filter,
};

/// What was won: brand, and the grant; or brand, program, ambassador and the source of the earning.
type Key = [String; 4];

/// The post that completed the round of each grant and prize that a post completed.
///
/// An event may let several posts count at once, as a campaign does that is announced after them: then it is the last
/// of them by id, which is counted last.
#[derive(Debug, Default)]
pub(super) struct Won(BTreeMap<Key, String>);

#[derive(FromQueryResult)]
struct Granted {
    brand: String,
    grant_id: String,
    cause: String,
    effective_at: i64,
    fact: String,
    spells: String,
}

#[derive(FromQueryResult)]
struct Prize {
    brand: String,
    program: String,
    ambassador: String,
    source: String,
    earning: String,
    fact: String,
    spells: String,
}

/// As much of an earning as tells what completed the round.
#[derive(Deserialize)]
struct Booked {
    steps: Vec<Begun>,
}

#[derive(Deserialize)]
struct Begun {
    effective_at: Timestamp,
    cause: EventId,
}

/// That posts count for the mission by which something was won.
const OF_POSTS: &str = " AND f.mission = w.mission AND f.fact LIKE 'post:%'";

impl Won {
    /// Everything that posts won, as far as the filter admits it.
    pub(super) async fn read(source: &impl Source, filter: &Filter) -> Result<Self, ReportError> {
        let mut won = Self::default();
        won.perks(source, filter).await?;
        won.prizes(source, filter).await?;
        Ok(won)
    }

    async fn perks(&mut self, source: &impl Source, filter: &Filter) -> Result<(), ReportError> {
        let mut query = Query::new(
            "reward",
            "SELECT w.brand, w.grant_id, w.cause, w.effective_at, f.fact, f.spells FROM reward w \
             JOIN mission_fact f ON f.brand = w.brand AND f.program = w.program AND f.ambassador = w.ambassador \
             WHERE w.status IN ('reserved', 'delivered')",
        );
        query.push(OF_POSTS);
        filter.narrow(&mut query, ["w.brand", "w.program", "w.ambassador"]);
        filter.during(&mut query, "w.effective_at");
        query
            .each(source, |row: Granted| {
                let key = grant(&row.brand, &row.grant_id);
                self.learn(key, &row.fact, &row.spells, (at(row.effective_at), row.cause.as_str()))
            })
            .await
    }

    async fn prizes(&mut self, source: &impl Source, filter: &Filter) -> Result<(), ReportError> {
        let mut query = Query::new(
            "earning",
            "SELECT w.brand, w.program, w.ambassador, w.source, w.earning, f.fact, f.spells \
             FROM (SELECT e.*, e.rule AS mission FROM earning e WHERE e.amount <> 0 AND e.source LIKE 'mission:%') w \
             JOIN mission_fact f ON f.brand = w.brand AND f.program = w.program AND f.ambassador = w.ambassador \
             WHERE w.amount <> 0",
        );
        query.push(OF_POSTS);
        filter.narrow(&mut query, ["w.brand", "w.program", "w.ambassador"]);
        filter.during(&mut query, "w.source_at");
        query
            .each(source, |row: Prize| {
                let booked: Booked = error::json("earning", &row.source, &row.earning)?;
                let Some(first) = booked.steps.first() else { return Ok(()) };
                let key = prize([&row.brand, &row.program], &row.ambassador, &row.source);
                self.learn(key, &row.fact, &row.spells, (first.effective_at, first.cause.as_str()))
            })
            .await
    }

    fn learn(
        &mut self,
        key: Key,
        fact: &str,
        spells: &str,
        (since, cause): (Timestamp, &str),
    ) -> Result<(), ReportError> {
        let spells: Vec<Spell> = error::json("mission_fact", fact, spells)?;
        let completes = spells.iter().any(|it| it.since == since && it.cause.as_str() == cause);
        let Some(post) = fact.strip_prefix("post:").filter(|_| completes) else { return Ok(()) };
        let known = self.0.entry(key).or_default();
        if known.as_str() < post {
            post.clone_into(known);
        }
        Ok(())
    }

    /// By which content a grant came.
    pub(super) fn by_grant(&self, brand: &str, id: &str) -> Content {
        self.content(&grant(brand, id))
    }

    /// By which content the money of a mission came.
    pub(super) fn by_prize(&self, place: [&str; 2], ambassador: &str, source: &str) -> Content {
        self.content(&prize(place, ambassador, source))
    }

    fn content(&self, key: &Key) -> Content {
        self.0.get(key).map(|post| Content::of_post(post)).unwrap_or_default()
    }
}

fn grant(brand: &str, id: &str) -> Key {
    [brand, id, "", ""].map(str::to_owned)
}

fn prize([brand, program]: [&str; 2], ambassador: &str, source: &str) -> Key {
    [brand, program, ambassador, source].map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPELLS: &str = r#"[{"since":"2026-01-05T00:00:00Z","cause":"reviewed","need":"0/posts.0"}]"#;

    #[test]
    fn the_post_that_the_event_let_count_then_completed_the_round() {
        let mut won = Won::default();
        let day: Timestamp = "2026-01-05T00:00:00Z".parse().unwrap();
        for (fact, since, cause) in [
            ("post:p1", day, "reviewed"),
            ("post:p0", day, "reviewed"),
            ("post:p8", day.plus(1), "reviewed"),
            ("post:p9", day, "published"),
            ("order:q", day, "reviewed"),
        ] {
            won.learn(grant("b", "g"), fact, SPELLS, (since, cause)).unwrap();
        }
        assert_eq!(won.by_grant("b", "g"), Content::of_post("p1"));
        assert_eq!(won.by_grant("b", "other"), Content::default());
        assert!(won.learn(grant("b", "g"), "post:p1", "?", (day, "reviewed")).is_err());
    }
}
