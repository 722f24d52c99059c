use std::fmt;

use sea_orm::EntityTrait;
use serde::Serialize;
use tribute_commission::{PostFacts, Remark};
use tribute_events::{AmbassadorId, BrandId, PostPublished, ProgramId, ReviewVerdict, Timestamp};
use tribute_money::Millionths;
use tribute_store::entity::post;
use tribute_terms::{PostFee, Program, View, belongs_to_campaign};

use super::{Candidate, EarningView, earning_load};
use crate::{ReportError, error, report::Books};

/// A post: what is known of it, what it earned, and why not more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostStory {
    /// The brand.
    pub brand: String,
    /// The post.
    pub post: String,
    /// The program that it is collected for.
    pub program: String,
    /// Who published it.
    pub author: String,
    /// What is known of it, by time.
    pub facts: Vec<PostFactView>,
    /// What it earned.
    pub earnings: Vec<EarningView>,
    /// Why it earned nothing, or why a rule did not pay.
    pub why_not: Vec<String>,
}

/// One thing that is known of a post.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PostFactView {
    /// When it happened.
    pub time: Timestamp,
    /// When the log accepted it.
    pub recorded: Timestamp,
    /// The event.
    pub event: String,
    /// What it says, in words.
    pub says: String,
}

pub(super) async fn tell(books: &Books<'_>, one: &Candidate) -> Result<PostStory, ReportError> {
    let key = (one.brand.clone(), one.id.clone());
    let source = books.database.connection();
    let row = post::Entity::find_by_id(key).one(source).await.map_err(ReportError::read("post"))?;
    let row = row.ok_or_else(|| ReportError::stored("post", &one.id, &"it is gone"))?;
    let facts: PostFacts = error::json("post", &row.post_id, &row.facts)?;
    let earnings = earning_load::of_source(books, &one.brand, &format!("post:{}", one.id)).await?;
    let earnings: Vec<EarningView> = earnings.into_values().flatten().collect();
    let program = books.registry.program(&BrandId::trusted(&row.brand), &ProgramId::trusted(&row.program));
    Ok(PostStory {
        facts: told(&facts),
        why_not: why_not(program, &facts, &earnings),
        brand: row.brand,
        post: row.post_id,
        program: row.program,
        author: row.author,
        earnings,
    })
}

fn told(facts: &PostFacts) -> Vec<PostFactView> {
    let mut told = Vec::new();
    let mut add = |time, recorded, event: &tribute_events::EventId, says: String| {
        told.push(PostFactView { time, recorded, event: event.to_string(), says });
    };
    for (index, fact) in facts.documents().iter().enumerate() {
        let tags = fact.what.hashtags.join(" ");
        let verb = if index == 0 { "published" } else { "edited" };
        let kind = fact.what.kind.as_deref().unwrap_or("post");
        let platform = fact.what.platform.as_deref().unwrap_or("an unnamed platform");
        let mut says = format!("{verb}: {kind} on {platform}, hashtags {tags}");
        if !fact.what.mentions.is_empty() {
            says.push_str(&format!(", mentions {}", fact.what.mentions.join(" ")));
        }
        for (name, value) in [("label", &fact.what.label), ("at", &fact.what.url)] {
            if let Some(value) = value {
                says.push_str(&format!(", {name} {value}"));
            }
        }
        add(fact.at, fact.recorded, &fact.id, says);
    }
    for fact in facts.measurements() {
        let says = format!("measured: {} interactions", fact.what.interactions());
        add(fact.at, fact.recorded, &fact.id, says);
    }
    for fact in facts.reviews() {
        let verdict = if fact.what == ReviewVerdict::Approved { "approved" } else { "rejected" };
        let remark = facts.remarks().iter().find(|it| (it.at, &it.id) == (fact.at, &fact.id));
        let says = remark.map_or_else(String::new, |it| said_besides(&it.what));
        add(fact.at, fact.recorded, &fact.id, format!("reviewed: {verdict}{says}"));
    }
    if let Some(fact) = facts.removed() {
        add(fact.at, fact.recorded, &fact.id, "removed".to_owned());
    }
    told.sort_by(|a, b| (a.time, &a.event).cmp(&(b.time, &b.event)));
    told
}

/// What a review says besides its verdict: ` by max: names a rival; may be used until …`.
fn said_besides(remark: &Remark) -> String {
    let by = remark.by.as_ref().map(|who| format!(" by {who}"));
    let why = remark.reason.as_ref().map(|why| format!(": {why}"));
    let until = remark.usage_rights_until.map(|until| format!("; may be used until {until}"));
    [by, why, until].into_iter().flatten().collect()
}

fn why_not(program: Option<&Program>, facts: &PostFacts, earnings: &[EarningView]) -> Vec<String> {
    let Some(published) = facts.published() else {
        return vec!["its publication has not come yet: what is known of it waits".to_owned()];
    };
    let Some(program) = program else { return vec!["its program is not known".to_owned()] };
    let author: &AmbassadorId = &published.what.author;
    let known = program.ambassador(author);
    if !program.is_active(author, View::at(published.at)) {
        let what = if known.is_some() {
            "was not active in the program when it was published"
        } else {
            "is not enrolled in the program"
        };
        return vec![format!("{author} {what}")];
    }
    let Some(terms) = program.terms_at(published.at) else {
        return vec![format!("no terms were in force at {}", published.at)];
    };
    if terms.post_fee.is_empty() {
        return vec![format!("terms {} pay no fees for posts", terms.program.version)];
    }
    let unpaid = terms.post_fee.iter().filter(|fee| earnings.iter().all(|it| it.rule != fee.id.as_str()));
    unpaid
        .map(|fee| {
            format!("rule {}: {}", fee.id, reasons(fee, program, published.at, &published.what, facts))
        })
        .collect()
}

/// What of a rule's conditions the post does not meet, as far as it shows in the post itself.
fn reasons(
    fee: &PostFee,
    program: &Program,
    at: Timestamp,
    what: &PostPublished,
    facts: &PostFacts,
) -> String {
    let mut reasons = Vec::new();
    let listed = |list: &[smol_str::SmolStr], value: Option<&smol_str::SmolStr>| {
        list.is_empty() || value.is_some_and(|value| list.contains(value))
    };
    if !listed(&fee.kinds, what.kind.as_ref()) {
        reasons.push(format!("its kind is not one of {}", fee.kinds.join(", ")));
    }
    if !listed(&fee.platforms, what.platform.as_ref()) {
        reasons.push(format!("its platform is not one of {}", fee.platforms.join(", ")));
    }
    if fee.from.is_some_and(|from| at < from) || fee.until.is_some_and(|until| at >= until) {
        reasons.push("it was published outside the rule's season".to_owned());
    }
    if !fee.campaigns.is_empty() && !is_in_campaign(fee, program, at, what) {
        reasons.push(
            "it carries no hashtag of a campaign of the rule that was running and open to its author"
                .to_owned(),
        );
    }
    let interactions = facts.metrics_at(Timestamp::MAX).interactions();
    if interactions < fee.interactions_from {
        reasons.push(format!("it has {interactions} interactions, fewer than {}", fee.interactions_from));
    }
    if fee.review && facts.review_at(Timestamp::MAX) != Some(ReviewVerdict::Approved) {
        reasons.push("no review approved it".to_owned());
    }
    let region = program.region(&what.author, View::at(at));
    let terms = program.terms_at(at);
    let disclosed = terms.and_then(|it| it.disclosure(what, region.as_deref(), &fee.disclosure_hashtags));
    if fee.disclosed && disclosed.is_none() {
        let own = terms.is_some_and(|it| !it.disclosure.default.is_empty());
        let wanted = match terms.and_then(|it| it.disclosure.rules.as_ref()) {
            Some(version) => format!("the rule of its country in rules {version}"),
            None if own => "the terms' own rule for its country".to_owned(),
            None => format!("one of {}", fee.disclosure_hashtags.join(", ")),
        };
        reasons.push(format!("no hashtag discloses it: {wanted}"));
    }
    if facts.removed_early(fee.live.millis()).is_some() {
        reasons.push("it was removed before it was live for long enough".to_owned());
    }
    if reasons.is_empty() && fee.amount == Millionths::ZERO && !fee.table.is_empty() {
        reasons.push(no_row(program, at, what));
    }
    if reasons.is_empty() {
        "another condition of the rule does not hold".to_owned()
    } else {
        reasons.join("; ")
    }
}

/// That no row of a fee's table takes the post, with what the rows ask for. A tier that is reached by sales is told
/// where it is booked, with the earnings.
fn no_row(program: &Program, at: Timestamp, what: &PostPublished) -> String {
    let view = View::at(at);
    let known = || program.profile(&what.author, view).followers_on(what.platform.as_deref());
    let tier = if program.has_tiers_by_sales() { None } else { program.tier(&what.author, view, &[]) };
    let followers = what.followers.or_else(known).map(|it| it.to_string());
    let said = [
        ("kind", what.kind.as_deref()),
        ("platform", what.platform.as_deref()),
        ("followers", followers.as_deref()),
        ("tier", tier.as_deref()),
    ];
    let said = said.into_iter().filter_map(|(name, value)| Some(format!("{name} {}", value?)));
    format!("no row of the table takes {}", said.collect::<Vec<_>>().join(", "))
}

fn is_in_campaign(fee: &PostFee, program: &Program, at: Timestamp, what: &PostPublished) -> bool {
    program.campaigns().map(|campaign| &campaign.what).any(|campaign| {
        let named = |id: &tribute_events::CampaignId| id.as_str() == "*" || *id == campaign.campaign;
        fee.campaigns.iter().any(named) && belongs_to_campaign(what, &what.author, at, campaign)
    })
}

impl fmt::Display for PostStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { post, author, program, brand, .. } = self;
        writeln!(f, "Post {post} of {author} for program {program}, brand {brand}")?;
        for fact in &self.facts {
            write!(f, "    {}  {} (event {}", fact.time, fact.says, fact.event)?;
            if fact.recorded != fact.time {
                write!(f, ", recorded {}", fact.recorded)?;
            }
            writeln!(f, ")")?;
        }
        self.earnings.iter().try_for_each(|earning| earning.fmt(f))?;
        self.why_not.iter().try_for_each(|why| writeln!(f, "    {why}"))
    }
}
