use std::collections::BTreeMap;

use serde::Serialize;
use tribute_events::{AmbassadorId, Timestamp, is_pseudonym};
use tribute_terms::View;

use super::{
    Books, Filter, Record, Report, Sink,
    content::{Collected, each_post},
};
use crate::{Cell, Column, ReportError};

/// People who post for a program without being in it, by the interactions of their posts: whom to invite. They are
/// collected and ranked, and never paid. Only posts count that the terms collect.
#[derive(Debug, Clone, Copy)]
pub struct Outsiders;

/// One outsider of one program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutsiderRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// Equals share the better rank.
    pub rank: u64,
    /// Who, as the facts name them.
    pub author: String,
    /// Their account, where they are named by one: its pseudonym, which [`Readable`](super::Readable) knows.
    pub account: Option<String>,
    /// How many of their posts are there.
    pub posts: u64,
    /// Interactions of these posts, by their last counts.
    pub interactions: u64,
    /// The post with most of them.
    pub best_post: String,
    /// Where they stand now: `invited`, `applied` …; `outsider` where nobody has heard of them.
    pub standing: String,
}

impl Record for OutsiderRow {
    fn columns() -> Vec<Column> {
        let mut columns = vec![Column::left("brand"), Column::left("program"), Column::right("rank")];
        columns.extend([Column::left("author"), Column::left("account")]);
        columns.extend(["posts", "interactions"].map(Column::right));
        columns.extend(["best_post", "standing"].map(Column::left));
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::count(self.rank),
            Cell::text(self.author.as_str()),
            Cell::maybe(self.account.as_deref()),
            Cell::count(self.posts),
            Cell::count(self.interactions),
            Cell::text(self.best_post.as_str()),
            Cell::text(self.standing.as_str()),
        ]
    }
}

#[derive(Default)]
struct Sums {
    posts: u64,
    interactions: u64,
    best: Option<(u64, String)>,
    standing: &'static str,
}

impl Sums {
    fn add(&mut self, post: &Collected<'_>) {
        let interactions = post.facts.metrics_at(Timestamp::MAX).interactions();
        self.posts = self.posts.saturating_add(1);
        self.interactions = self.interactions.saturating_add(interactions);
        if self.best.as_ref().is_none_or(|(most, _)| interactions > *most) {
            self.best = Some((interactions, post.id.to_owned()));
        }
        let standing = post.program.standing(post.author(), View::ALL);
        self.standing = standing.map_or("outsider", |it| it.as_str());
    }
}

impl Report for Outsiders {
    type Row = OutsiderRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, OutsiderRow>,
    ) -> Result<(), ReportError> {
        let mut programs: BTreeMap<(String, String), BTreeMap<AmbassadorId, Sums>> = BTreeMap::new();
        each_post(books, filter, |post| {
            let collected = post.terms().is_none_or(|terms| terms.collects(post.document()));
            if collected && post.is_by_outsider() && post.facts.removed().is_none() {
                let program = (post.brand.to_owned(), post.program_id.to_owned());
                programs.entry(program).or_default().entry(post.author().clone()).or_default().add(&post);
            }
            Ok(())
        })
        .await?;
        for ((brand, program), people) in programs {
            let mut people: Vec<_> = people.into_iter().collect();
            people.sort_by(|(a, left), (b, right)| (right.interactions, a).cmp(&(left.interactions, b)));
            let (mut rank, mut before) = (0, None);
            for (place, (author, sums)) in (1_u64..).zip(people) {
                if before != Some(sums.interactions) {
                    (rank, before) = (place, Some(sums.interactions));
                }
                sink(OutsiderRow {
                    brand: brand.clone(),
                    program: program.clone(),
                    rank,
                    author: author.to_string(),
                    account: Some(author.to_string()).filter(|it| is_pseudonym(it)),
                    posts: sums.posts,
                    interactions: sums.interactions,
                    best_post: sums.best.map(|(_, post)| post).unwrap_or_default(),
                    standing: sums.standing.to_owned(),
                })?;
            }
        }
        Ok(())
    }
}
