//! What an expression of the terms may ask about an order, a post or a recruit.

use smol_str::{SmolStr, ToSmolStr};
use tribute_events::{AmbassadorId, Claim, Conversion, Moment, PostPublished, Timestamp};
use tribute_money::Millionths;

use crate::{Fact, Facts, Profile, Terms};

/// An order as it was placed, and the ambassador in question as they were known then.
#[derive(Debug, Clone, Copy)]
pub struct AboutOrder<'a> {
    /// The order, with who is credited.
    pub conversion: &'a Conversion,
    /// The terms in force when it was placed.
    pub terms: &'a Terms,
    /// The ambassador in question.
    pub ambassador: &'a AmbassadorId,
    /// What was known of them then.
    pub profile: &'a Profile,
    /// Their tier then.
    pub tier: Option<&'a SmolStr>,
}

impl Facts for AboutOrder<'_> {
    fn fact(&self, name: &str) -> Option<Fact> {
        let order = self.conversion;
        let placed = order.moments.first();
        Some(match name {
            "order.net" => Fact::Number(net(placed?)?.get()),
            "order.items" => {
                Fact::Number(placed?.lines.iter().map(|line| line.quantity).fold(0, i64::saturating_add))
            }
            "order.skus" => Fact::Texts(placed?.lines.iter().map(|line| line.sku.clone()).collect()),
            "order.categories" => {
                Fact::Texts(placed?.lines.iter().filter_map(|line| line.category.clone()).collect())
            }
            "order.channel" => Fact::Text(order.channel.clone()?),
            "order.region" => Fact::Text(order.region.clone()?),
            "order.currency" => Fact::Text(order.currency.to_smolstr()),
            "order.returning" => Fact::Truth(order.returning),
            "order.renewal" => Fact::Number(order.renewal.map_or(0, |it| it.number.into())),
            "order.credited_by" => Fact::Text(order.reason.tier.clone()),
            "order.credited_kind" => {
                let own = |claim: &&Claim| claim.ambassador.as_ref() == Some(self.ambassador);
                Fact::Text(order.reason.winners.iter().rfind(own)?.kind.clone())
            }
            _ => match name.strip_prefix("order.") {
                Some(part) => of_clock(part, self.terms, order.ordered_at)?,
                None => of_ambassador(name, self.ambassador, self.profile, self.tier)?,
            },
        })
    }
}

fn net(moment: &Moment) -> Option<Millionths> {
    moment.lines.iter().try_fold(Millionths::ZERO, |sum, line| sum.plus(line.net).ok())
}

/// A post as it stands, and its author as they were known when it was published.
#[derive(Debug, Clone, Copy)]
pub struct AboutPost<'a> {
    /// The post as it stands.
    pub document: &'a PostPublished,
    /// When it was published.
    pub published_at: Timestamp,
    /// The terms in force then.
    pub terms: &'a Terms,
    /// What was known of its author then.
    pub profile: &'a Profile,
    /// Their tier then.
    pub tier: Option<&'a SmolStr>,
    /// Their followers: the number that the post itself gives, else what was known of them on its platform.
    pub followers: Option<u64>,
}

impl Facts for AboutPost<'_> {
    fn fact(&self, name: &str) -> Option<Fact> {
        let post = self.document;
        Some(match name {
            "post.kind" => Fact::Text(post.kind.clone()?),
            "post.platform" => Fact::Text(post.platform.clone()?),
            "post.hashtags" => Fact::Texts(post.hashtags.iter().map(plain).collect()),
            "post.products" => Fact::Texts(post.products.clone()),
            "post.followers" => number(self.followers?)?,
            _ => match name.strip_prefix("post.") {
                Some(part) => of_clock(part, self.terms, self.published_at)?,
                None => of_ambassador(name, &post.author, self.profile, self.tier)?,
            },
        })
    }
}

/// A recruit, as they were known when they were first approved.
#[derive(Debug, Clone, Copy)]
pub struct AboutRecruit<'a> {
    /// Who was recruited.
    pub recruit: &'a AmbassadorId,
    /// What was known of them then.
    pub profile: &'a Profile,
}

impl Facts for AboutRecruit<'_> {
    fn fact(&self, name: &str) -> Option<Fact> {
        of_ambassador(name, self.recruit, self.profile, None)
    }
}

/// A hashtag without `#` and without regard to case.
fn plain(hashtag: &SmolStr) -> SmolStr {
    hashtag.trim_start_matches('#').to_lowercase().into()
}

fn of_clock(part: &str, terms: &Terms, at: Timestamp) -> Option<Fact> {
    let [month, weekday, hour] = terms.program.time_zone.clock(at)?;
    match part {
        "month" => Some(Fact::Number(month)),
        "weekday" => Some(Fact::Number(weekday)),
        "hour" => Some(Fact::Number(hour)),
        _ => None,
    }
}

fn of_ambassador(
    name: &str,
    ambassador: &AmbassadorId,
    profile: &Profile,
    tier: Option<&SmolStr>,
) -> Option<Fact> {
    Some(match name {
        "ambassador.id" => Fact::Text(ambassador.as_str().into()),
        "ambassador.followers" => number(profile.followers_on(None)?)?,
        "ambassador.platform" => Fact::Text(profile.platform.clone()?),
        "ambassador.region" => Fact::Text(profile.region.clone()?),
        "ambassador.tier" => Fact::Text(tier?.clone()),
        "ambassador.campus" => Fact::Text(profile.campus.clone()?),
        _ => return None,
    })
}

fn number(count: u64) -> Option<Fact> {
    i64::try_from(count).ok().map(Fact::Number)
}
