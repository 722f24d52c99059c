//! What reports say of a story's people and posts.

use std::collections::BTreeMap;

use tribute_reports::{
    Books,
    explain::{Answer, PostStory, explain},
    report::{
        DeliverableRow, Deliverables, Filter, Outsiders, PostRow, Posts, Report, RewardRow, Rewards,
        ShipmentRow, Shipments, StandingRow, Standings, collect,
    },
};

use crate::{Pipeline, Story, wait};

impl Story {
    fn report<R: Report>(&self, report: &R) -> Vec<R::Row> {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(self.lines());
        let books = Books { database: pipeline.database(), registry: pipeline.registry() };
        wait(collect(report, &books, &Filter::default())).unwrap()
    }

    /// How everybody's standing changed: `2026-02-15 approved`.
    pub fn standings(&self) -> BTreeMap<String, Vec<String>> {
        let mut people: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in self.report(&Standings) {
            let day = row.at.to_string().chars().take(10).collect::<String>();
            people.entry(row.ambassador).or_default().push(format!("{day} {}", row.standing));
        }
        people
    }

    /// Why somebody's standing changed, each time.
    pub fn reasons(&self, who: &str) -> Vec<String> {
        let rows = self.report(&Standings).into_iter();
        rows.filter(|row: &StandingRow| row.ambassador == who).map(|row| row.why).collect()
    }

    /// Who owes how many posts: `ada 1 of 3 missed, instead ben`.
    pub fn deliverables(&self) -> Vec<String> {
        let shown = |row: DeliverableRow| {
            let instead = row.instead.map_or_else(String::new, |who| format!(", instead {who}"));
            let late = if row.late == 0 { String::new() } else { format!(", {} late", row.late) };
            format!("{} {} of {} {}{late}{instead}", row.ambassador, row.delivered, row.owed, row.status)
        };
        self.report(&Deliverables).into_iter().map(shown).collect()
    }

    /// Who posts without being in: `1 ada 100 invited`.
    pub fn outsiders(&self) -> Vec<String> {
        let rows = self.report(&Outsiders).into_iter();
        rows.map(|row| format!("{} {} {} {}", row.rank, row.author, row.interactions, row.standing)).collect()
    }

    /// The posts that wait for a review.
    pub fn reviews(&self) -> Vec<String> {
        self.report(&Posts::Waiting).into_iter().map(|row| row.post).collect()
    }

    /// What was sent to whom, and the posts that followed: `s-1 ann 18.00 USD 2 ann-photo`.
    pub fn shipments(&self) -> Vec<String> {
        let shown = |row: ShipmentRow| {
            let worth = row.fair_value.unwrap();
            let first = row.first_post.unwrap_or_else(|| "nothing".into());
            format!("{} {} {} {} {} {first}", row.shipment, row.to, worth.amount, worth.currency, row.posts)
        };
        self.report(&Shipments).into_iter().map(shown).collect()
    }

    /// What missions granted, as the report shows it.
    pub fn rewards(&self) -> Vec<RewardRow> {
        self.report(&Rewards)
    }

    /// A thing that has this id, explained.
    pub fn told(&self, id: &str) -> String {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(self.lines());
        let books = Books { database: pipeline.database(), registry: pipeline.registry() };
        wait(explain(&books, id, None)).unwrap().to_string()
    }

    /// The posts with usage rights: until when, and how many days are left.
    pub fn rights(&self) -> Vec<String> {
        let shown = |row: PostRow| {
            let until = row.usage_rights_until.unwrap().to_string().chars().take(10).collect::<String>();
            format!("{} {until} {}", row.post, row.rights_days_left.unwrap())
        };
        self.report(&Posts::WithRights).into_iter().map(shown).collect()
    }

    /// Every post with its engagement rate and sentiment.
    pub fn posts(&self) -> Vec<String> {
        let shown = |row: PostRow| {
            format!(
                "{} {} {}",
                row.post,
                row.engagement_rate.unwrap_or_default(),
                row.sentiment.unwrap_or_default()
            )
        };
        self.report(&Posts::All).into_iter().map(shown).collect()
    }

    fn post(&self, post: &str) -> PostRow {
        self.report(&Posts::All).into_iter().find(|row| row.post == post).unwrap()
    }

    /// What discloses a post, and by which rule.
    pub fn proof(&self, post: &str) -> Option<String> {
        self.post(post).disclosed_by
    }

    /// What a review of a post found.
    pub fn verdict(&self, post: &str) -> String {
        let row = self.post(post);
        format!("{} by {}: {}", row.verdict, row.reviewed_by.unwrap(), row.reason.unwrap())
    }

    /// Why a post earned nothing.
    pub fn explained(&self, post: &str) -> String {
        self.post_story(post).why_not.join("; ")
    }

    fn post_story(&self, post: &str) -> PostStory {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(self.lines());
        let books = Books { database: pipeline.database(), registry: pipeline.registry() };
        match wait(explain(&books, &format!("post:{post}"), None)).unwrap() {
            Answer::Story(story) => match *story {
                tribute_reports::explain::Story::Post(story) => story,
                other => panic!("{post} is no post: {other}"),
            },
            other => panic!("{post} is not explained: {other}"),
        }
    }
}
