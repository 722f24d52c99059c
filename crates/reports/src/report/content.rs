//! Posts as reports read them: each with the program that it was collected for.

use sea_orm::FromQueryResult;
use tribute_commission::{PostFact, PostFacts};
use tribute_events::{AmbassadorId, BrandId, CampaignAnnounced, PostPublished, ProgramId, Timestamp};
use tribute_terms::{Program, Standing, Terms, View, belongs_to_campaign};

use super::{Books, Filter, KeyPart, RowKey};
use crate::{ReportError, error, query::Query};

/// A post that was published.
pub(super) struct Collected<'a> {
    pub(super) brand: &'a str,
    pub(super) id: &'a str,
    pub(super) program_id: &'a str,
    pub(super) program: &'a Program,
    pub(super) facts: &'a PostFacts,
    pub(super) published: &'a PostFact<PostPublished>,
}

/// A post as it is stored.
#[derive(FromQueryResult)]
pub(super) struct Stored {
    pub(super) brand: String,
    pub(super) post_id: String,
    pub(super) program: String,
    at: i64,
    facts: String,
}

/// Gives every post that the filter admits, by brand, program, time and id.
pub(super) async fn each_post(
    books: &Books<'_>,
    filter: &Filter,
    mut take: impl FnMut(Collected<'_>) -> Result<(), ReportError> + Send,
) -> Result<(), ReportError> {
    let read = |row: Stored| row.collected(books, &mut take);
    stored(filter).each(books.database.connection(), read).await
}

/// The posts of the page that the filter asks for, as they are stored.
pub(super) async fn some_posts(books: &Books<'_>, filter: &Filter) -> Result<Vec<Stored>, ReportError> {
    stored(filter).all(books.database.connection()).await
}

fn stored(filter: &Filter) -> Query {
    let mut query =
        Query::new("post", "SELECT brand, post_id, program, at, facts FROM post WHERE at IS NOT NULL");
    filter.narrow(&mut query, ["brand", "program", "author"]);
    filter.during(&mut query, "at");
    filter.sorted(&mut query, &["brand", "program", "at", "post_id"]);
    query
}

impl Stored {
    /// Where it stands among all posts.
    pub(super) fn key(&self) -> RowKey {
        let mut key: RowKey = [&self.brand, &self.program].map(KeyPart::text).into();
        key.extend([KeyPart::Number(self.at), KeyPart::text(self.post_id.as_str())]);
        key
    }

    /// Gives it to `take` with its program, where that is known.
    pub(super) fn collected(
        &self,
        books: &Books<'_>,
        take: &mut (impl FnMut(Collected<'_>) -> Result<(), ReportError> + Send),
    ) -> Result<(), ReportError> {
        let facts: PostFacts = error::json("post", &self.post_id, &self.facts)?;
        let (brand, program) = (BrandId::trusted(&self.brand), ProgramId::trusted(&self.program));
        let Some(program) = books.registry.program(&brand, &program) else { return Ok(()) };
        let Some(published) = facts.published() else { return Ok(()) };
        let (brand, id, program_id) = (&self.brand, &self.post_id, &self.program);
        take(Collected { brand, id, program_id, program, facts: &facts, published })
    }
}

impl Collected<'_> {
    pub(super) const fn author(&self) -> &AmbassadorId {
        &self.published.what.author
    }

    /// The post as it stands now.
    pub(super) fn document(&self) -> &PostPublished {
        self.facts.document_at(Timestamp::MAX).unwrap_or(&self.published.what)
    }

    /// The terms in force when it was published.
    pub(super) fn terms(&self) -> Option<&Terms> {
        self.program.terms_at(self.published.at)
    }

    /// Where its author stood when it was published; `None` where nothing had been heard of them.
    pub(super) fn standing(&self) -> Option<Standing> {
        self.program.standing(self.author(), View::at(self.published.at))
    }

    /// Whether it is by somebody who was not in the program.
    pub(super) fn is_by_outsider(&self) -> bool {
        self.standing().is_none_or(Standing::is_outside)
    }

    pub(super) fn belongs_to(&self, campaign: &CampaignAnnounced) -> bool {
        belongs_to_campaign(self.document(), self.author(), self.published.at, campaign)
    }
}
