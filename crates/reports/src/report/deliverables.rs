use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use tribute_events::{AmbassadorId, CampaignAnnounced, ReviewVerdict, Timestamp};
use tribute_terms::{Program, View};

use super::{Books, Filter, Record, Report, Sink, clock, content::each_post};
use crate::{Cell, Column, ReportError};

/// How far everybody who takes part in a campaign is with the posts that they owe, and who is to take the place of
/// those who missed it. The campaign is announced again with them: that is a person's decision.
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
    /// How many of the campaign they published that stand: not rejected, not removed.
    pub delivered: u64,
    /// How many of these a review approved.
    pub approved: u64,
    /// Until when they are owed.
    pub due_at: Timestamp,
    /// `done`, `open`, or `missed` where the clock is past the due time.
    pub status: String,
    /// Who is next to take their place, where they missed it.
    pub instead: Option<String>,
}

impl Record for DeliverableRow {
    fn columns() -> Vec<Column> {
        let mut columns: Vec<_> = ["brand", "program", "campaign", "ambassador"].map(Column::left).into();
        columns.extend(["owed", "delivered", "approved"].map(Column::right));
        columns.extend(["due_at", "status", "instead"].map(Column::left));
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
            Cell::count(self.approved),
            Cell::at(self.due_at),
            Cell::text(self.status.as_str()),
            Cell::maybe(self.instead.as_deref()),
        ]
    }
}

/// Brand, program, campaign, ambassador.
type Key = (String, String, String, AmbassadorId);

impl Report for Deliverables {
    type Row = DeliverableRow;

    async fn each(
        &self,
        books: &Books<'_>,
        filter: &Filter,
        sink: Sink<'_, DeliverableRow>,
    ) -> Result<(), ReportError> {
        let now = clock(books.database.connection()).await?;
        let mut counts: BTreeMap<Key, (u64, u64)> = BTreeMap::new();
        each_post(books, filter, |post| {
            let verdict = post.facts.review_at(Timestamp::MAX);
            let stands = verdict != Some(ReviewVerdict::Rejected) && post.facts.removed().is_none();
            let author = post.author();
            let active = post.program.is_active(author, View::at(post.published.at));
            for campaign in
                post.program.campaigns().filter(|it| stands && active && post.belongs_to(&it.what))
            {
                let campaign = campaign.what.campaign.to_string();
                let key = (post.brand.to_owned(), post.program_id.to_owned(), campaign, author.clone());
                let count = counts.entry(key).or_default();
                count.0 = count.0.saturating_add(1);
                count.1 = count.1.saturating_add(u64::from(verdict == Some(ReviewVerdict::Approved)));
            }
            Ok(())
        })
        .await?;
        let programs = books.registry.every_program();
        for (brand, id, program) in
            programs.filter(|(brand, id, _)| filter.admits(brand.as_str(), id.as_str()))
        {
            for campaign in program.campaigns() {
                let Some(owed) = campaign.what.posts_each else { continue };
                let count = |who: &AmbassadorId| {
                    let name = campaign.what.campaign.to_string();
                    let key = (brand.to_string(), id.to_string(), name, who.clone());
                    counts.get(&key).copied().unwrap_or_default()
                };
                let progress = Progress { campaign: &campaign.what, owed: u64::from(owed), now };
                for row in progress.rows(program, count) {
                    let wanted = filter.ambassador.as_deref().is_none_or(|it| it == row.ambassador);
                    if wanted {
                        sink(DeliverableRow { brand: brand.to_string(), program: id.to_string(), ..row })?;
                    }
                }
            }
        }
        Ok(())
    }
}

struct Progress<'a> {
    campaign: &'a CampaignAnnounced,
    owed: u64,
    now: Timestamp,
}

impl Progress<'_> {
    fn rows(&self, program: &Program, count: impl Fn(&AmbassadorId) -> (u64, u64)) -> Vec<DeliverableRow> {
        let campaign = self.campaign;
        let due_at = campaign.due_at.unwrap_or(campaign.ends_at);
        let members: BTreeSet<AmbassadorId> = if campaign.ambassadors.is_empty() {
            let people = program.ambassadors().keys();
            people.filter(|who| program.is_active(who, View::at(campaign.starts_at))).cloned().collect()
        } else {
            campaign.ambassadors.iter().cloned().collect()
        };
        // Who is in already, or may not earn now, is no help.
        let mut reserves = campaign.reserves.iter().filter(|who| {
            !members.contains(*who) && program.is_active(who, View::at(self.now.max(campaign.starts_at)))
        });
        let mut rows = Vec::new();
        for who in &members {
            let (delivered, approved) = count(who);
            let status = match (delivered >= self.owed, self.now >= due_at) {
                (true, _) => "done",
                (false, false) => "open",
                (false, true) => "missed",
            };
            let instead = if status == "missed" { reserves.next() } else { None };
            rows.push(DeliverableRow {
                brand: String::new(),
                program: String::new(),
                campaign: campaign.campaign.to_string(),
                ambassador: who.to_string(),
                owed: self.owed,
                delivered,
                approved,
                due_at,
                status: status.to_owned(),
                instead: instead.map(ToString::to_string),
            });
        }
        rows
    }
}
