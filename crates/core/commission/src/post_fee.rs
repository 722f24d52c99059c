//! Fees for posts.

use smol_str::SmolStr;
use tribute_events::{EventId, PostPublished, ProgramId, ReviewVerdict, Timestamp};
use tribute_money::{Millionths, MoneyError, format_minor};
use tribute_terms::{
    AboutPost, Campaign, Disclosure, FeeRow, PostFee, Profile, Program, Terms, View, belongs_to_campaign,
};

use crate::{
    CommissionError, Earning, EarningKind, PostFact, PostFacts, Source, Step, earning::stand,
    pieces::as_piece,
};

/// What a post earns: one earning per fee rule that it ever satisfied. `tier` is the one of its author when it was
/// published.
///
/// The terms and the author's standing are those at its publication, the campaigns those that ran then. Hashtags,
/// kind, platform, reviews, measurements and announcements of campaigns count from their own times on: a fee stands while all that the rule
/// asks for holds, and falls to zero when a review rejects the post, when its disclosure is withdrawn, when it is removed
/// before its time, or when its author is judged invalid. A post is late where it was published after its own due date,
/// else after the first one of the campaigns that the rule names and it belongs to. It clears a return window after the
/// fact that first completed it, and not before the days are over for which the post has to stay.
///
/// Nothing for a post that is not published yet, of another program, before the first terms, or by somebody who
/// might not earn, or not earn money, then.
///
/// # Errors
/// [`CommissionError::Money`] where an amount does not fit.
pub fn post_earnings(
    post: &PostFacts,
    tier: Option<&SmolStr>,
    program_id: &ProgramId,
    program: &Program,
) -> Result<Vec<Earning>, CommissionError> {
    let Some(published) = post.published().filter(|fact| fact.what.program == *program_id) else {
        return Ok(Vec::new());
    };
    let Some(terms) = program.terms_at(published.at) else { return Ok(Vec::new()) };
    let Some(view) = author_view(published, program) else { return Ok(Vec::new()) };
    let author = &published.what.author;
    if !program.is_active(author, view) || !program.may_be_paid(terms, author, view) {
        return Ok(Vec::new());
    }
    let profile = program.profile(author, view);
    let rules = terms.post_fee.iter().filter(|rule| {
        rule.from.is_none_or(|from| from <= published.at)
            && rule.until.is_none_or(|until| published.at < until)
    });
    let earning = |rule| {
        let claim = Claim { post, published, rule, terms, program, profile: &profile, tier };
        let found = claim.earning(program_id);
        found.map(|earning| earning.map(|earning| as_piece(earning, rule)))
    };
    let subject = || format!("post {} in program {program_id}", published.what.post);
    rules
        .filter_map(|rule| earning(rule).transpose())
        .collect::<Result<_, _>>()
        .map_err(|error| CommissionError::of(subject())(error))
}

/// From which point of view the author of a post is seen: as they were when it was published, as far as it was recorded
/// before a fee that is due at once would clear. `None` before the first terms.
#[must_use]
pub fn author_view(published: &PostFact<PostPublished>, program: &Program) -> Option<View> {
    let terms = program.terms_at(published.at)?;
    let recorded_before = clears_at(terms, published.at, published.recorded);
    Some(View { as_of: published.at, recorded_before })
}

/// When what was completed by a fact with these two times clears.
fn clears_at(terms: &Terms, time: Timestamp, recorded: Timestamp) -> Timestamp {
    time.max(recorded).plus(terms.attribution.hold.max(terms.attribution.grace).millis())
}

/// A post's claim to one fee.
struct Claim<'a> {
    post: &'a PostFacts,
    published: &'a PostFact<PostPublished>,
    rule: &'a PostFee,
    terms: &'a Terms,
    program: &'a Program,
    /// The author as they were known when it was published.
    profile: &'a Profile,
    tier: Option<&'a SmolStr>,
}

/// A fee that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Due {
    /// In full.
    fee: Millionths,
    /// Whether it is cut, because the post was late.
    late: bool,
}

/// Whether a list of permitted values is empty or has the value, without regard to case.
fn listed(list: &[SmolStr], value: &Option<SmolStr>) -> bool {
    let named = |it: &SmolStr| list.iter().any(|wanted| wanted.eq_ignore_ascii_case(it));
    list.is_empty() || value.as_ref().is_some_and(named)
}

impl Claim<'_> {
    fn earning(&self, program_id: &ProgramId) -> Result<Option<Earning>, MoneyError> {
        let currency = &self.terms.program.currency;
        let (mut steps, mut clears, mut paid, mut proof) = (Vec::new(), None, None, None);
        for (effective_at, cause) in self.breakpoints() {
            let due = self.due_at(effective_at);
            if due.is_some() || paid.is_some() {
                // The fee is known to be owed when the last of the facts that it rests on is known.
                let lived = self.published.at.plus(self.rule.live.millis());
                let known = || clears_at(self.terms, effective_at, self.recorded_by(effective_at)).max(lived);
                clears.get_or_insert_with(known);
                let amount = due.map(|due| self.fee(due)).transpose()?.map_or(0, |(amount, _)| amount);
                paid = due.or(paid);
                proof = if due.is_some() { self.proof_at(effective_at) } else { proof };
                let base = paid.map(|due| due.fee).unwrap_or_default();
                stand(&mut steps, Step { effective_at, cause: cause.clone(), base, amount });
            }
        }
        let (Some(clears_at), Some(last), Some(paid)) = (clears, steps.last(), paid) else { return Ok(None) };
        let (fee, note) = self.fee(paid)?;
        let shown = format_minor(fee, currency)?;
        let revoked = if last.amount == 0 && fee != 0 { "; taken back" } else { "" };
        Ok(Some(Earning {
            program: program_id.clone(),
            source: Source::Post(self.published.what.post.clone()),
            ambassador: self.published.what.author.clone(),
            rule: self.rule.id.clone(),
            kind: EarningKind::Fee,
            asset: currency.clone(),
            terms_version: self.terms.program.version.clone(),
            source_at: self.published.at,
            clears_at,
            weight: 1,
            of_weight: 1,
            steps,
            formula: format!("{note}{shown} {currency} per post{}{revoked}", proof.unwrap_or_default()),
            group: None,
            unsettled: Vec::new(),
            budgeted: None,
        }))
    }

    /// The fee in minor units, cut where the post is late, with a note on the cut.
    fn fee(&self, Due { fee, late }: Due) -> Result<(i64, String), MoneyError> {
        let (exponent, rounding) = (self.terms.program.currency.exponent()?, self.terms.program.rounding);
        match self.rule.late.filter(|_| late) {
            Some(rate) => {
                let note = format!("published after it was due: {rate} of {fee} = ");
                Ok((fee.times(rate, exponent, rounding)?, note))
            }
            None => Ok((fee.to_minor(exponent, rounding)?, String::new())),
        }
    }

    /// When the last of the facts that the fee rests on at an instant was recorded: the publication, the edit in
    /// force, the measurement that was enough, the review where one is asked for or lifts a rejection, and the first
    /// known of the campaigns that it belongs to.
    fn recorded_by(&self, at: Timestamp) -> Timestamp {
        fn last<T>(facts: &[PostFact<T>], at: Timestamp) -> Option<&PostFact<T>> {
            facts.iter().rev().find(|fact| fact.at <= at)
        }
        let asked = self.rule.interactions_from > 0;
        let enough = self.post.measurements().iter().find(|fact| asked && self.is_enough(fact));
        let rejection = |fact: &PostFact<_>| fact.at <= at && fact.what == ReviewVerdict::Rejected;
        let reviewed = self.rule.review || self.post.reviews().iter().any(rejection);
        let review = last(self.post.reviews(), at).filter(|_| reviewed);
        let edit = last(self.post.documents(), at).unwrap_or(self.published);
        let named = !self.rule.campaigns.is_empty();
        let campaigns = self.campaigns_of(&edit.what, at).filter(|_| named);
        let announced = campaigns.map(|it| it.recorded).min();
        // A verdict that lifts one before it.
        let author = &self.published.what.author;
        let verdicts = self.program.verdicts_on(author, self.published.at).take_while(|it| it.time <= at);
        let verdict = verdicts.last().map(|it| it.recorded);
        let others = [
            Some(edit.recorded),
            enough.map(|it| it.recorded),
            review.map(|it| it.recorded),
            announced,
            verdict,
        ];
        others.into_iter().flatten().fold(self.published.recorded, Timestamp::max)
    }

    /// Every instant at which the claim may come or go, not before the publication, with its cause.
    fn breakpoints(&self) -> Vec<(Timestamp, &EventId)> {
        fn told<T>(fact: &PostFact<T>) -> (Timestamp, &EventId) {
            (fact.at, &fact.id)
        }
        let reached = |fact: &&PostFact<_>| self.is_enough(fact);
        let mut all: Vec<_> = self.post.documents().iter().skip(1).map(told).collect();
        all.extend(self.post.measurements().iter().find(reached).map(told));
        all.extend(self.post.reviews().iter().map(told));
        all.extend(self.post.removed_early(self.rule.live.millis()).map(told));
        if !self.rule.campaigns.is_empty() {
            all.extend(self.program.campaign_announcements().map(|it| (it.time, &it.id)));
        }
        let verdicts = self.program.verdicts_on(&self.published.what.author, self.published.at);
        all.extend(verdicts.map(|it| (it.time, &it.id)));
        for (at, ..) in &mut all {
            *at = self.published.at.max(*at);
        }
        all.sort_unstable();
        // Nothing comes before the publication, whatever its id.
        all.insert(0, told(self.published));
        all
    }

    fn is_enough(&self, measured: &PostFact<tribute_events::Metrics>) -> bool {
        measured.what.interactions() >= self.rule.interactions_from
    }

    /// The fee that is due at an instant.
    fn due_at(&self, at: Timestamp) -> Option<Due> {
        let document = self.post.document_at(at)?;
        let fee = if self.holds_at(document, at) { self.fee_of(document) } else { None };
        Some(Due { fee: fee?, late: self.is_late(document, at) })
    }

    /// Whether it was published after it was due: by its own date, else by the first one that is announced by `at`.
    fn is_late(&self, document: &PostPublished, at: Timestamp) -> bool {
        let announced = || self.campaigns_of(document, at).filter_map(|it| it.what.due_at).min();
        self.published.what.due_at.or_else(announced).is_some_and(|due| self.published.at > due)
    }

    /// The author's followers: the post's own number, else what was known of them on its platform when it was published.
    fn followers(&self, document: &PostPublished) -> Option<u64> {
        self.published.what.followers.or_else(|| self.profile.followers_on(document.platform.as_deref()))
    }

    /// The fee of the first row of the table that matches.
    fn fee_of(&self, document: &PostPublished) -> Option<Millionths> {
        let (rule, at, followers) = (self.rule, self.published.at, self.followers(document));
        let matches = |row: &&FeeRow| {
            listed(&row.kinds, &document.kind)
                && listed(&row.platforms, &document.platform)
                && (row.tiers.is_empty() || self.tier.is_some_and(|it| row.tiers.contains(it)))
                && row.from.is_none_or(|from| from <= at)
                && row.until.is_none_or(|until| at < until)
                && row.followers_from.is_none_or(|from| followers.is_some_and(|count| count >= from))
                && row.followers_below.is_none_or(|below| followers.is_some_and(|count| count < below))
        };
        let row = rule.table.iter().find(matches).map(|row| row.amount);
        row.or_else(|| (rule.table.is_empty() || rule.amount > Millionths::ZERO).then_some(rule.amount))
    }

    fn holds_at(&self, document: &PostPublished, at: Timestamp) -> bool {
        let review = self.post.review_at(at);
        let reviewed = if self.rule.review {
            review == Some(ReviewVerdict::Approved)
        } else {
            review != Some(ReviewVerdict::Rejected)
        };
        let measured = self.rule.interactions_from == 0
            || self.post.measurements().iter().any(|fact| fact.at <= at && self.is_enough(fact));
        let live = self.post.removed_early(self.rule.live.millis()).is_none_or(|removal| removal.at > at);
        let (author, published) = (&self.published.what.author, self.published.at);
        reviewed
            && measured
            && live
            && !self.program.is_judged_invalid(author, published, at)
            && self.suits(document, at)
    }

    fn suits(&self, document: &PostPublished, at: Timestamp) -> bool {
        let rule = self.rule;
        let about = AboutPost {
            document,
            published_at: self.published.at,
            terms: self.terms,
            profile: self.profile,
            tier: self.tier,
            followers: self.followers(document),
        };
        listed(&rule.kinds, &document.kind)
            && rule.expression.as_ref().is_none_or(|it| it.holds(&about))
            && listed(&rule.platforms, &document.platform)
            && (!rule.disclosed || self.disclosure(document).is_some())
            && (rule.campaigns.is_empty() || self.campaigns_of(document, at).next().is_some())
    }

    /// By the rule of the post's country, else of where its author was known to be when it was published.
    fn disclosure(&self, document: &PostPublished) -> Option<Disclosure> {
        let region = self.program.region(&self.published.what.author, View::at(self.published.at));
        self.terms.disclosure(document, region.as_deref(), &self.rule.disclosure_hashtags)
    }

    /// What disclosed the post at an instant, where the rule asks for it: kept with the earning.
    fn proof_at(&self, at: Timestamp) -> Option<String> {
        let disclosed = self.post.document_at(at).filter(|_| self.rule.disclosed);
        let Disclosure { sign, rule } = self.disclosure(disclosed?)?;
        Some(format!("; disclosed by {sign} ({rule})"))
    }

    /// The campaigns that the rule names, as announced by `at`, that ran when the post was published, were open to
    /// its author, and one of whose hashtags it carries.
    fn campaigns_of<'a>(
        &'a self,
        document: &'a PostPublished,
        at: Timestamp,
    ) -> impl Iterator<Item = &'a Campaign> {
        let wanted = |id: &str| self.rule.campaigns.iter().any(|it| it.as_str() == "*" || it.as_str() == id);
        let author = &self.published.what.author;
        self.program.campaigns_seen(View::at(at)).filter(move |campaign| {
            let campaign = &campaign.what;
            wanted(campaign.campaign.as_str())
                && belongs_to_campaign(document, author, self.published.at, campaign)
        })
    }
}
