use sea_orm::FromQueryResult;
use tribute_events::{AmbassadorId, BrandId, LinkId, Metrics, ProgramId, Timestamp};
use tribute_rewards::{MediaValues, earned_media_value};
use tribute_terms::{Program, View};

use super::{
    FunnelBy,
    orders::Orders,
    place::{Content, Places, PostPlace},
    tally::{Group, Tally},
    won::Won,
};
use crate::{
    ReportError,
    error::{self, at},
    query::{Query, Source},
    report::{
        Books, Filter,
        content::{Collected, each_post},
        rewards::currency,
    },
};

/// Counts everything that the filter admits.
pub(super) async fn gather<'a>(
    by: FunnelBy,
    books: &Books<'a>,
    filter: &Filter,
) -> Result<(Places<'a>, Tally), ReportError> {
    let source = books.database.connection();
    let places = Places::new(by, books.registry);
    let won = if by.is_of_content() { Won::read(source, filter).await? } else { Won::default() };
    let mut gathered = Gathered { books, filter, places, won, tally: Tally::default() };
    gathered.sales(source).await?;
    gathered.posts().await?;
    gathered.touches(source).await?;
    gathered.perks(source).await?;
    let mut orders = Orders::new(gathered);
    orders.conversions(source).await?;
    orders.earnings(source).await?;
    Ok(orders.finish())
}

pub(super) struct Gathered<'b, 'a> {
    pub(super) books: &'b Books<'a>,
    pub(super) filter: &'b Filter,
    pub(super) places: Places<'a>,
    /// Read only where content is asked for.
    pub(super) won: Won,
    pub(super) tally: Tally,
}

#[derive(FromQueryResult)]
struct Touches {
    brand: String,
    program: Option<String>,
    ambassador: Option<String>,
    link: Option<String>,
    post: Option<String>,
    campaign: Option<String>,
    kind: String,
    at: i64,
    count: i64,
}

#[derive(FromQueryResult)]
struct Sale {
    brand: String,
    program: String,
    ambassador: String,
    sold: String,
}

#[derive(FromQueryResult)]
struct Perk {
    brand: String,
    program: String,
    grant_id: String,
    ambassador: String,
    units: i64,
    effective_at: i64,
    fair_value: Option<i64>,
}

impl Gathered<'_, '_> {
    pub(super) fn is_wanted(&self, ambassador: Option<&str>) -> bool {
        self.filter.ambassador.as_deref().is_none_or(|it| Some(it) == ambassador)
    }

    /// The program's own currency, as it is now.
    fn group(&self, brand: &str, program: &str) -> Option<Group> {
        let currency = currency(self.books.registry, brand, program, Timestamp::MAX)?;
        Some((brand.to_owned(), program.to_owned(), currency))
    }

    /// What ambassadors sold, where the tiers of a program are reached by it.
    async fn sales(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let mut programs = self.books.registry.every_program();
        if self.places.by != FunnelBy::Tier || !programs.any(|(.., it)| it.has_tiers_by_sales()) {
            return Ok(());
        }
        let mut query =
            Query::new("tier_sale", "SELECT brand, program, ambassador, sold FROM tier_sale WHERE 1 = 1");
        self.filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        query
            .each(source, |row: Sale| {
                let sold = error::json("tier_sale", &row.ambassador, &row.sold)?;
                let who = [row.brand, row.program, row.ambassador];
                self.places.sold.entry(who).or_default().push(sold);
                Ok(())
            })
            .await
    }

    /// Every post of the brand is learnt, since an order may come by one that is not itself asked for.
    async fn posts(&mut self) -> Result<(), ReportError> {
        let every = Filter { brand: self.filter.brand.clone(), ..Filter::default() };
        let books = self.books;
        each_post(books, &every, |post| self.post(&post)).await
    }

    /// An outsider's post is collected, but nobody's funnel.
    fn post(&mut self, post: &Collected<'_>) -> Result<(), ReportError> {
        let counts = post.program.ambassador(post.author()).is_some()
            && self.filter.admits(post.brand, post.program_id)
            && self.filter.is_during(post.published.at)
            && self.is_wanted(Some(post.author().as_str()));
        let metrics = post.facts.metrics_at(Timestamp::MAX);
        let place = PostPlace::of(post, &self.places, counts && metrics.views.is_some());
        self.places.learn(post.brand, post.id, place);
        let group = self.group(post.brand, post.program_id).filter(|_| counts);
        let Some(group) = group else { return Ok(()) };
        let part = self.places.part_of_post([post.brand, post.program_id], post.author().as_str(), post.id);
        let interactions = metrics.interactions();
        self.tally.add(&group, part.as_deref(), |sums| {
            sums.posts = sums.posts.saturating_add(1);
            sums.interactions = sums.interactions.saturating_add(interactions);
            if let Some(views) = metrics.views {
                sums.measured_views = sums.measured_views.saturating_add(views);
                sums.interactions_of_measured = sums.interactions_of_measured.saturating_add(interactions);
            }
        });
        self.media_value(post, group, part.as_deref(), &metrics);
        Ok(())
    }

    /// A post whose worth is more than an amount can hold has none: the funnel of everybody else stands.
    fn media_value(
        &mut self,
        post: &Collected<'_>,
        (brand, program, _): Group,
        part: Option<&str>,
        metrics: &Metrics,
    ) {
        let values = post.terms().and_then(MediaValues::of).filter(|_| *metrics != Metrics::default());
        let Some(values) = values else { return };
        let Ok(worth) = earned_media_value(metrics, &values) else { return };
        let group = (brand, program, values.currency.to_string());
        self.tally.add(&group, part, |sums| {
            sums.media_value = sums.media_value.saturating_add(worth.get().into());
            sums.media_value_versions.insert(values.version.clone());
        });
    }

    /// Only tiers ask when a touch happened.
    async fn touches(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let at = if self.places.by == FunnelBy::Tier { "at" } else { "CAST(0 AS BIGINT)" };
        let mut query = Query::new(
            "touch",
            format!(
                "SELECT brand, program, ambassador, link, post, campaign, kind, at, \
                    CAST(COUNT(*) AS BIGINT) AS count \
                 FROM (SELECT brand, program, ambassador, link, post, campaign, kind, {at} AS at FROM touch \
                    WHERE kind <> 'waiting'"
            ),
        );
        query.only("brand", self.filter.brand.as_deref());
        self.filter.during(&mut query, "touch.at");
        query.push(") counted GROUP BY brand, program, ambassador, link, post, campaign, kind, at");
        query
            .each(source, |row: Touches| {
                self.touch(&row);
                Ok(())
            })
            .await
    }

    fn touch(&mut self, row: &Touches) {
        let content = Content { post: row.post.clone(), campaign: row.campaign.clone() };
        let named = row.post.as_deref().and_then(|post| self.places.post(&row.brand, post));
        let is_measured = named.is_some_and(|post| post.is_measured);
        let count = row.count.unsigned_abs();
        for (program, who) in self.whose(row) {
            if !self.filter.admits(&row.brand, &program) || !self.is_wanted(who.as_deref()) {
                continue;
            }
            let Some(group) = self.group(&row.brand, &program) else { continue };
            let part = self.places.part([&row.brand, &program], who.as_deref(), at(row.at), &content);
            self.tally.add(&group, part.as_deref(), |sums| match row.kind.as_str() {
                // The platform counts these views too.
                "view" if is_measured => {}
                "view" => sums.tracked_views = sums.tracked_views.saturating_add(count),
                _ => sums.clicks = sums.clicks.saturating_add(count),
            });
        }
    }

    /// The programs and ambassadors that touches count for: what they name themselves, else what their link stands for;
    /// else nobody, in the one program that they can belong to.
    fn whose(&self, row: &Touches) -> Vec<(String, Option<String>)> {
        let programs = self.books.registry.programs(&BrandId::trusted(&row.brand)).into_iter().flatten();
        let named = |id: &ProgramId| row.program.as_deref().is_none_or(|named| named == id.as_str());
        let programs: Vec<(&ProgramId, &Program)> = programs.filter(|(id, _)| named(id)).collect();
        let link = row.link.as_deref().map(LinkId::trusted);
        let owned = |(id, program): &(&ProgramId, &Program)| {
            let named = row.ambassador.as_deref().map(AmbassadorId::trusted);
            let linked = || program.link(link.as_ref()?, View::ALL).cloned();
            let ambassador = named.or_else(linked)?;
            program.ambassador(&ambassador)?;
            Some((id.to_string(), Some(ambassador.to_string())))
        };
        let found: Vec<_> = programs.iter().filter_map(owned).collect();
        if !found.is_empty() {
            return found;
        }
        let by_post = row.post.as_deref().and_then(|post| self.places.post(&row.brand, post));
        let by_post = by_post.map(|post| post.program.clone()).filter(|_| row.program.is_none());
        let only = match programs.as_slice() {
            [(id, _)] => Some(id.to_string()),
            _ => None,
        };
        by_post.or(only).map(|program| (program, None)).into_iter().collect()
    }

    async fn perks(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let mut query = Query::new(
            "reward",
            "SELECT brand, program, grant_id, ambassador, units, effective_at, fair_value FROM reward \
             WHERE status IN ('reserved', 'delivered')",
        );
        self.filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        self.filter.during(&mut query, "effective_at");
        query
            .each(source, |row: Perk| {
                self.perk(&row);
                Ok(())
            })
            .await
    }

    /// Its value is in the currency that the program had when it was earned.
    fn perk(&mut self, row: &Perk) {
        let earned_at = at(row.effective_at);
        let Some(currency) = currency(self.books.registry, &row.brand, &row.program, earned_at) else {
            return;
        };
        let place = [row.brand.as_str(), row.program.as_str()];
        let content = self.won.by_grant(&row.brand, &row.grant_id);
        let part = self.places.part(place, Some(&row.ambassador), earned_at, &content);
        let group = (row.brand.clone(), row.program.clone(), currency);
        self.tally.add(&group, part.as_deref(), |sums| match row.fair_value {
            Some(one) => {
                let value = i128::from(one).saturating_mul(row.units.into());
                sums.perk_value = sums.perk_value.saturating_add(value);
            }
            None => {
                sums.perks_without_value = sums.perks_without_value.saturating_add(row.units.unsigned_abs());
            }
        });
    }
}
