use std::collections::BTreeMap;

use serde::Serialize;
use tribute_commission::Deliverables as Counted;
use tribute_events::Timestamp;

use super::{Books, Filter, Record, Report, Sink, clock, content::each_post};
use crate::{Cell, Column, ReportError};

/// How far everybody who takes part in a campaign is with the posts that they owe, as of the clock, and who is to take
/// the place of those who missed it. The campaign is announced again with them: that is a person's decision.
#[derive(Debug, Clone, Copy)]
pub struct Deliverables;

/// One ambassador in one campaign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeliverableRow {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// The campaign.
    pub campaign: String,
    /// The ambassador.
    pub ambassador: String,
    /// How many posts they owe.
    pub owed: u64,
    /// How many of the campaign were there in time and stand: a review that a fee asks for approved them, none rejected
    /// them, and they were not removed before their live days were over.
    pub delivered: u64,
    /// How many stand that came too late.
    pub late: u64,
    /// How many of both a review approved.
    pub approved: u64,
    /// Until when they are owed.
    pub due_at: Timestamp,
    /// `done`, `open`, or `missed` where the clock is past the due time.
    pub status: String,
    /// Who is next to take their place, where they missed it.
    pub instead: Option<String>,
    /// What the campaign asks for: where its brief can be read, else the brief itself.
    pub brief: Option<String>,
}

impl Record for DeliverableRow {
    fn columns() -> Vec<Column> {
        let mut columns: Vec<_> = ["brand", "program", "campaign", "ambassador"].map(Column::left).into();
        columns.extend(["owed", "delivered", "late", "approved"].map(Column::right));
        columns.extend(["due_at", "status", "instead", "brief"].map(Column::left));
        columns
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::text(self.brand.as_str()),
            Cell::text(self.program.as_str()),
            Cell::text(self.campaign.as_str()),
            Cell::text(self.ambassador.as_str()),
            Cell::count(self.owed),
            Cell::count(self.delivered),
            Cell::count(self.late),
            Cell::count(self.approved),
            Cell::at(self.due_at),
            Cell::text(self.status.as_str()),
            Cell::maybe(self.instead.as_deref()),
            Cell::maybe(self.brief.as_deref()),
        ]
    }
}

/// Brand and program.
type Key = (String, String);

impl Report for Deliverables {
    type Row = DeliverableRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, DeliverableRow>,
    ) -> Result<(), ReportError> {
        // Before the first tick everything that is known counts, and nothing is missed yet.
        let now = Some(clock(books.database.connection()).await?).filter(|now| *now > Timestamp::MIN);
        let mut programs: BTreeMap<Key, Vec<(Counted<'_>, String)>> = BTreeMap::new();
        let admitted = books.registry.every_program();
        for (brand, id, program) in
            admitted.filter(|(brand, id, _)| filter.admits(brand.as_str(), id.as_str()))
        {
            let counted = program.campaigns().filter_map(|campaign| {
                let counted = Counted::new(program, &campaign.what, now)?;
                Some((counted, campaign.what.campaign.to_string()))
            });
            programs.insert((brand.to_string(), id.to_string()), counted.collect());
        }
        each_post(books, filter, |post| {
            let key = (post.brand.to_owned(), post.program_id.to_owned());
            let campaigns = programs.get_mut(&key).into_iter().flatten();
            campaigns.for_each(|(counted, _)| counted.count(post.facts));
            Ok(())
        })
        .await?;
        for ((brand, program), campaigns) in &programs {
            for (counted, campaign) in campaigns {
                let wanted = |who: &str| filter.ambassador.as_deref().is_none_or(|it| it == who);
                let deliveries = counted.deliveries().into_iter();
                for delivery in deliveries.filter(|it| wanted(it.ambassador.as_str())) {
                    sink(DeliverableRow {
                        brand: brand.clone(),
                        program: program.clone(),
                        campaign: campaign.clone(),
                        ambassador: delivery.ambassador.to_string(),
                        owed: counted.owed(),
                        delivered: delivery.delivered,
                        late: delivery.late,
                        approved: delivery.approved,
                        due_at: counted.due_at(),
                        status: delivery.status.as_str().to_owned(),
                        instead: delivery.instead.map(|it| it.to_string()),
                        brief: counted.brief().map(str::to_owned),
                    })?;
                }
            }
        }
        Ok(())
    }
}
