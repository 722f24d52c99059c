//! Posts as reports read them: each with the program that it was collected for.

use sea_orm::FromQueryResult;
use tribute_commission::{PostFact, PostFacts};
use tribute_events::{AmbassadorId, BrandId, CampaignAnnounced, PostPublished, ProgramId, Timestamp};
use tribute_terms::{Program, Standing, Terms, View, belongs_to_campaign};

use super::{Books, Filter};
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

#[derive(FromQueryResult)]
struct Stored {
    brand: String,
    post_id: String,
    program: String,
    facts: String,
}

/// Gives every post that the filter admits, by brand, program, time and id.
pub(super) async fn each_post(
    books: &Books<'_>,
    filter: &Filter,
    mut take: impl FnMut(Collected<'_>) -> Result<(), ReportError> + Send,
) -> Result<(), ReportError> {
    let mut query =
        Query::new("post", "SELECT brand, post_id, program, facts FROM post WHERE at IS NOT NULL");
    filter.narrow(&mut query, ["brand", "program", "author"]);
    filter.during(&mut query, "at");
    filter.sorted(&mut query, &["brand", "program", "at", "post_id"]);
    query
        .each(books.database.connection(), |row: Stored| {
            let facts: PostFacts = error::json("post", &row.post_id, &row.facts)?;
            let (brand, program) = (BrandId::trusted(&row.brand), ProgramId::trusted(&row.program));
            let Some(program) = books.registry.program(&brand, &program) else { return Ok(()) };
            let Some(published) = facts.published() else { return Ok(()) };
            let (brand, id, program_id) = (&row.brand, &row.post_id, &row.program);
            take(Collected { brand, id, program_id, program, facts: &facts, published })
        })
        .await
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
