use std::collections::BTreeSet;

use schemars::JsonSchema;
use sea_orm::FromQueryResult;
use serde::Serialize;
use smol_str::SmolStr;
use tribute_commission::usage_rights;
use tribute_events::{DAY, ReviewVerdict, Timestamp};
use tribute_terms::{Disclosure, View};

use super::{
    Books, Filter, KeyPart, Keyed, Page, Record, Report, RowKey, Sink, clock,
    content::{Collected, Stored, each_post, some_posts},
};
use crate::{Cell, Column, ReportError, query::Query};

/// How many posts are looked at together for a page of some of them.
const STRETCH: u64 = 500;

/// Posts with what became of them: their review, what discloses them, how long the brand may use them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Posts {
    /// Every post.
    All,
    /// Those that wait for a verdict: posts of ambassadors in programs where something asks for a review. The longest
    /// waiting of a program first.
    Waiting,
    /// Those that the brand may use, or might, until an instant.
    WithRights,
}

/// One post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PostRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The post.
    pub post: String,
    /// Who published it.
    pub author: String,
    /// The author's standing when it was published; `outsider` where nobody knew them.
    pub standing: String,
    /// When it was published.
    pub published_at: Timestamp,
    /// The platform.
    pub platform: Option<String>,
    /// The kind of content.
    pub kind: Option<String>,
    /// The campaigns that it belongs to.
    pub campaigns: String,
    /// Interactions by the last count.
    pub interactions: u64,
    /// Interactions ÷ views, in percent with two decimals, half up; absent where no views are known.
    pub engagement_rate: Option<String>,
    /// How the comments sound, as the source judges it.
    pub sentiment: Option<String>,
    /// `approved`, `rejected`, or `waiting`.
    pub verdict: String,
    /// Why.
    pub reason: Option<String>,
    /// Who looked.
    pub reviewed_by: Option<String>,
    /// Whole days between the publication, or its last edit, and the clock, while it waits.
    pub days_waiting: Option<i64>,
    /// The hashtag or label that discloses it and the rule by which it does; absent where nothing does.
    pub disclosed_by: Option<String>,
    /// Until when the brand may use it.
    pub usage_rights_until: Option<Timestamp>,
    /// Whole days from the clock until the right to use it ends; below 0 where it has ended.
    pub rights_days_left: Option<i64>,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
    /// Where it can be seen.
    pub url: Option<String>,
}

impl Record for PostRow {
    fn columns() -> Vec<Column> {
        let texts = [
            "brand",
            "program",
            "post",
            "author",
            "standing",
            "published_at",
            "platform",
            "kind",
            "campaigns",
        ];
        let mut columns: Vec<_> = texts.map(Column::left).into();
        columns.extend(["interactions", "engagement_rate", "sentiment"].map(Column::right));
        columns.extend(["verdict", "reason", "reviewed_by"].map(Column::left));
        columns.push(Column::right("days_waiting"));
        columns.extend(["disclosed_by", "usage_rights_until"].map(Column::left));
        columns.extend([Column::right("rights_days_left"), Column::left("removed_at"), Column::left("url")]);
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        let instant = |at: Option<Timestamp>| at.map_or_else(|| Cell::maybe(None::<&str>), Cell::at);
        let days = |days: Option<i64>| days.map_or_else(|| Cell::maybe(None::<&str>), Cell::Number);
        vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.post.as_str()),
            Cell::text(self.author.as_str()),
            Cell::text(self.standing.as_str()),
            Cell::at(self.published_at),
            Cell::maybe(self.platform.as_deref()),
            Cell::maybe(self.kind.as_deref()),
            Cell::text(self.campaigns.as_str()),
            Cell::count(self.interactions),
            Cell::maybe(self.engagement_rate.as_deref()),
            Cell::maybe(self.sentiment.as_deref()),
            Cell::text(self.verdict.as_str()),
            Cell::maybe(self.reason.as_deref()),
            Cell::maybe(self.reviewed_by.as_deref()),
            days(self.days_waiting),
            Cell::maybe(self.disclosed_by.as_deref()),
            instant(self.usage_rights_until),
            days(self.rights_days_left),
            instant(self.removed_at),
            Cell::maybe(self.url.as_deref()),
        ]
    }
}

impl Report for Posts {
    type Row = PostRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, PostRow>,
    ) -> Result<(), ReportError> {
        let now = clock(books.database.connection()).await?;
        if let Some(page) = &filter.page {
            return self.page(books, filter, page, now, sink).await;
        }
        let fees = fees_that_stand(books, filter, None).await?;
        each_post(books, filter, |post| self.row(&post, &fees, now).map_or(Ok(()), &mut *sink)).await
    }
}

impl Posts {
    /// The rows of a page. Which posts wait, or are the brand's to use, is not the database's to say: from the cursor on
    /// they are looked at a stretch at a time, until the page is full.
    async fn page(
        self,
        books: &Books<'_>,
        filter: &Filter,
        page: &Page,
        now: Timestamp,
        sink: Sink<'_, PostRow>,
    ) -> Result<(), ReportError> {
        let (mut missing, mut after) = (page.limit, page.after.clone());
        while missing > 0 {
            let limit = if self == Self::All { missing } else { STRETCH };
            let stretch = Filter { page: Some(Page { after, limit }), ..filter.clone() };
            let posts = some_posts(books, &stretch).await?;
            let fees = fees_that_stand(books, filter, Some(&posts)).await?;
            let mut give = |post: Collected<'_>| {
                let row = self.row(&post, &fees, now).filter(|_| missing > 0);
                missing = missing.saturating_sub(u64::from(row.is_some()));
                row.map_or(Ok(()), &mut *sink)
            };
            posts.iter().try_for_each(|post| post.collected(books, &mut give))?;
            after = posts.last().map(Stored::key);
            if u64::try_from(posts.len()).is_ok_and(|count| count < limit) {
                break;
            }
        }
        Ok(())
    }

    /// The row of a post, where it is wanted.
    fn row(self, post: &Collected<'_>, fees: &BTreeSet<Fee>, now: Timestamp) -> Option<PostRow> {
        let rights = usage_rights(post.facts, post.program, |rule| {
            let source = format!("post:{}", post.id);
            fees.contains(&(post.brand.into(), post.program_id.into(), source, rule.to_string()))
        });
        let is_wanted = match self {
            Self::All => true,
            Self::Waiting => waits(post),
            Self::WithRights => rights.is_some(),
        };
        is_wanted.then(|| row_of(post, rights, now))
    }
}

impl Keyed for Posts {
    fn key(row: &PostRow) -> RowKey {
        let mut key: RowKey = [&row.brand, &row.program].map(KeyPart::text).into();
        key.extend([KeyPart::Number(row.published_at.millis()), KeyPart::text(row.post.as_str())]);
        key
    }
}

/// A fee that stands: brand, program, source, rule.
type Fee = (String, String, String, String);

#[derive(FromQueryResult)]
struct Stands {
    brand: String,
    program: String,
    source: String,
    rule: String,
}

/// The fees for posts of which something stands, where any terms give usage rights with them; only for these posts where
/// some are named.
async fn fees_that_stand(
    books: &Books<'_>,
    filter: &Filter,
    posts: Option<&[Stored]>,
) -> Result<BTreeSet<Fee>, ReportError> {
    let mut found = BTreeSet::new();
    let mut fees = books.registry.every_program().flat_map(|(_, _, program)| program.versions());
    if !fees.any(|terms| terms.post_fee.iter().any(|fee| fee.usage_rights.is_some())) {
        return Ok(found);
    }
    let mut query = Query::new(
        "earning",
        "SELECT brand, program, source, rule FROM earning WHERE source LIKE 'post:%' AND amount > 0",
    );
    filter.narrow(&mut query, ["brand", "program", "ambassador"]);
    if let Some(posts) = posts {
        let sources: Vec<_> = posts.iter().map(|post| format!("post:{}", post.post_id)).collect();
        query.one_of("source", sources.iter().map(String::as_str));
    }
    query
        .each(books.database.connection(), |row: Stands| {
            found.insert((row.brand, row.program, row.source, row.rule));
            Ok(())
        })
        .await?;
    Ok(found)
}

/// Whether somebody has to look at a post: it is by an ambassador, is still there, has no verdict or was edited after
/// the last one, and something that it may earn asks for one.
fn waits(post: &Collected<'_>) -> bool {
    let asked = |terms: &tribute_terms::Terms| terms.asks_for_reviews();
    post.facts.awaits_review()
        && post.facts.removed().is_none()
        && !post.is_by_outsider()
        && post.terms().is_some_and(asked)
}

/// What discloses a post, by the hashtags of the first rule that asks for disclosed posts and finds one; by the
/// default ones where none asks.
fn disclosure(post: &Collected<'_>) -> Option<Disclosure> {
    let terms = post.terms()?;
    let region = post.program.region(post.author(), View::at(post.published.at));
    let steps = terms.mission.iter().flat_map(tribute_terms::Mission::steps);
    let missions = steps.flat_map(|step| &step.posts).filter(|it| it.disclosed);
    let fees = terms.post_fee.iter().filter(|it| it.disclosed);
    let mut asked: Vec<&[SmolStr]> = fees.map(|it| it.disclosure_hashtags.as_slice()).collect();
    asked.extend(missions.map(|it| it.disclosure_hashtags.as_slice()));
    let default = tribute_terms::DISCLOSURE_HASHTAGS.map(SmolStr::from);
    if asked.is_empty() {
        asked.push(&default);
    }
    asked.into_iter().find_map(|own| terms.disclosure(post.document(), region.as_deref(), own))
}

fn row_of(post: &Collected<'_>, rights: Option<Timestamp>, now: Timestamp) -> PostRow {
    let (facts, document) = (post.facts, post.document());
    let metrics = facts.metrics_at(Timestamp::MAX);
    // What is said beside an older verdict is not said of this one.
    let review = facts.reviews().last().map(|review| (review.at, &review.id));
    let remark = facts.remarks().iter().rfind(|it| Some((it.at, &it.id)) == review).map(|fact| &fact.what);
    let verdict = facts.review_at(Timestamp::MAX);
    let days = |from: Timestamp, to: Timestamp| to.since(from).div_euclid(DAY);
    let ticked = now > Timestamp::MIN;
    let disclosure = disclosure(post);
    let waiting_since = facts.documents().last().map_or(post.published.at, |it| it.at);
    let campaigns = post.program.campaigns().filter(|it| post.belongs_to(&it.what));
    let named: Vec<&str> = campaigns.map(|it| it.what.campaign.as_str()).collect();
    PostRow {
        brand: post.brand.to_owned(),
        program: post.program_id.to_owned(),
        post: post.id.to_owned(),
        author: post.author().to_string(),
        standing: post.standing().map_or("outsider", |it| it.as_str()).to_owned(),
        published_at: post.published.at,
        platform: document.platform.as_ref().map(ToString::to_string),
        kind: document.kind.as_ref().map(ToString::to_string),
        campaigns: named.join(", "),
        interactions: metrics.interactions(),
        engagement_rate: metrics.views.and_then(|views| rate(metrics.interactions().into(), views.into())),
        sentiment: metrics.sentiment.map(|it| it.to_string()),
        verdict: match verdict {
            Some(ReviewVerdict::Approved) => "approved",
            Some(ReviewVerdict::Rejected) => "rejected",
            None => "waiting",
        }
        .to_owned(),
        reason: remark.and_then(|it| it.reason.clone()),
        reviewed_by: remark.and_then(|it| it.by.clone()),
        days_waiting: (ticked && waits(post)).then(|| days(waiting_since, now)),
        disclosed_by: disclosure.map(|it| format!("{} ({})", it.sign, it.rule)),
        usage_rights_until: rights,
        rights_days_left: rights.filter(|_| ticked).map(|until| days(now, until)),
        removed_at: facts.removed().map(|it| it.at),
        url: document.url.as_ref().map(ToString::to_string),
    }
}

/// A share in percent with two decimals, half up; nothing of nothing.
pub(super) fn rate(part: i128, whole: i128) -> Option<String> {
    let whole = Some(whole).filter(|whole| *whole > 0)?;
    let hundredths = part.checked_mul(20_000)?.checked_add(whole)?.checked_div(whole.checked_mul(2)?)?;
    Some(format!("{}.{:02}%", hundredths / 100, hundredths % 100))
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn an_engagement_rate_is_interactions_by_views() {
        assert_eq!(rate(85, 1_000).as_deref(), Some("8.50%"));
        assert_eq!(rate(1, 3).as_deref(), Some("33.33%"));
        assert_eq!(rate(1, 8_000).as_deref(), Some("0.01%"));
        assert_eq!(rate(5, 0), None);
    }
}
