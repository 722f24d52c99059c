//! Which orders and posts count towards a mission.

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, Conversion, EventId, Moment, PostId, ReviewVerdict, Timestamp};
use tribute_money::Millionths;
use tribute_terms::{PostRequirement, Program, View, carries_hashtag};

/// One fact that counts: a credited order, or a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualifying {
    /// When it happened; a mission's dates look at this.
    pub at: Timestamp,
    /// When it began to count: later than `at` where a review or an override had to come first.
    pub since: Timestamp,
    /// What it is: `order:1001`, `post:p1`.
    pub id: String,
    /// The event that made it count.
    pub cause: EventId,
}

/// Whether an order counts for an ambassador: they are credited with a part of it, and something of it is left.
#[must_use]
pub fn order_qualifies(conversion: &Conversion, ambassador: &AmbassadorId) -> Option<Qualifying> {
    let counts = |moment: &&Moment| {
        let credited = moment
            .shares
            .iter()
            .any(|share| share.weight > 0 && share.ambassador.as_ref() == Some(ambassador));
        credited && moment.lines.iter().any(|line| line.net > Millionths::ZERO)
    };
    // The first moment of the run of counting moments that has not ended.
    let first = conversion.moments.iter().rev().take_while(counts).last()?;
    Some(Qualifying {
        at: conversion.ordered_at,
        since: first.effective_at,
        id: format!("order:{}", conversion.order),
        cause: first.cause.clone(),
    })
}

/// The last review of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostReview<'a> {
    /// What it found.
    pub verdict: ReviewVerdict,
    /// When.
    pub at: Timestamp,
    /// The event.
    pub cause: &'a EventId,
}

/// A post as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PostState<'a> {
    /// The post.
    pub post: &'a PostId,
    /// Who published it.
    pub author: &'a AmbassadorId,
    /// When.
    pub at: Timestamp,
    /// When that was recorded.
    pub recorded: Timestamp,
    /// The event of its publication.
    pub cause: &'a EventId,
    /// Its hashtags as they stand.
    pub hashtags: &'a [SmolStr],
    /// Its kind.
    pub kind: Option<&'a str>,
    /// Its last review.
    pub review: Option<PostReview<'a>>,
    /// When it was removed.
    pub removed_at: Option<Timestamp>,
}

/// Whether a post counts towards a mission: its author might earn when it was published, it is of the wanted kind
/// with one of the wanted hashtags, disclosed where asked, approved where asked and never rejected, and it was not
/// removed before its time.
#[must_use]
pub fn post_qualifies(
    requirement: &PostRequirement,
    post: &PostState<'_>,
    program: &Program,
) -> Option<Qualifying> {
    let kind = |wanted: &SmolStr| post.kind.is_some_and(|kind| wanted.eq_ignore_ascii_case(kind));
    let live = requirement.live.millis();
    let suits = is_by_active_author(post, program)
        && (requirement.kinds.is_empty() || requirement.kinds.iter().any(kind))
        && (requirement.hashtags.is_empty() || carries_hashtag(post.hashtags, &requirement.hashtags))
        && (!requirement.disclosed || carries_hashtag(post.hashtags, &requirement.disclosure_hashtags))
        && post.removed_at.is_none_or(|removed| removed.since(post.at) >= live);
    if !suits {
        return None;
    }
    let (since, cause) = match post.review {
        Some(review) if review.verdict == ReviewVerdict::Rejected => return None,
        Some(review) if requirement.review => (review.at.max(post.at), review.cause),
        None if requirement.review => return None,
        Some(_) | None => (post.at, post.cause),
    };
    Some(Qualifying { at: post.at, since, id: format!("post:{}", post.post), cause: cause.clone() })
}

/// The author's standing at the publication, as it was known when a fee for the post would have locked.
fn is_by_active_author(post: &PostState<'_>, program: &Program) -> bool {
    let Some(terms) = program.terms_at(post.at) else { return false };
    let lock = post.at.max(post.recorded).plus(terms.attribution.hold.max(terms.attribution.grace).millis());
    let view = View { as_of: post.at, recorded_before: lock };
    program.ambassador(post.author).is_some_and(|author| author.is_active(view))
}

#[cfg(test)]
mod tests {
    use tribute_events::{
        AmbassadorChange, BrandId, DAY, Event, NetLine, OrderId, Payload, ProgramId, ProgramPublished,
        Reason, Share,
    };
    use tribute_terms::Registry;

    use super::*;

    fn day(days: i64) -> Timestamp {
        Timestamp::from_millis(1_772_323_200_000).plus(days * DAY)
    }

    fn program() -> Program {
        let terms = "[program]\nbrand = \"b\"\nid = \"p\"\nversion = \"1\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"";
        let ann = serde_json::from_str("{\"program\":\"p\",\"ambassador\":\"ann\"}").unwrap();
        let mut registry = Registry::default();
        for payload in [
            Payload::Program(ProgramPublished { terms: terms.into() }),
            Payload::Ambassador(AmbassadorChange::Approved, ann),
        ] {
            let event = Event {
                brand: BrandId::trusted("b"),
                source: "/t".into(),
                id: EventId::trusted("e"),
                time: day(-9),
                recorded: day(-9),
                traceparent: None,
                fingerprint: [0; 16],
                payload,
            };
            registry.apply(&event).unwrap();
        }
        registry.program(&BrandId::trusted("b"), &ProgramId::trusted("p")).unwrap().clone()
    }

    fn requirement(json: &str) -> PostRequirement {
        serde_json::from_str(json).unwrap()
    }

    struct Facts {
        post: PostId,
        author: AmbassadorId,
        published: EventId,
        reviewed: EventId,
        hashtags: Vec<SmolStr>,
    }

    fn facts(author: &str, tags: &[&str]) -> Facts {
        Facts {
            post: PostId::trusted("p1"),
            author: AmbassadorId::trusted(author),
            published: EventId::trusted("published"),
            reviewed: EventId::trusted("reviewed"),
            hashtags: tags.iter().map(|tag| (*tag).into()).collect(),
        }
    }

    fn state<'a>(facts: &'a Facts, verdict: Option<ReviewVerdict>, removed: Option<i64>) -> PostState<'a> {
        PostState {
            post: &facts.post,
            author: &facts.author,
            at: day(0),
            recorded: day(0),
            cause: &facts.published,
            hashtags: &facts.hashtags,
            kind: Some("video"),
            review: verdict.map(|verdict| PostReview { verdict, at: day(3), cause: &facts.reviewed }),
            removed_at: removed.map(day),
        }
    }

    #[test]
    fn posts_count_by_kind_hashtag_and_disclosure() {
        let (program, ann) = (program(), facts("ann", &["#Quest", "ad"]));
        let counts =
            |json: &str| post_qualifies(&requirement(json), &state(&ann, None, None), &program).is_some();
        assert!(counts("{\"count\":1}"));
        assert!(counts("{\"count\":1,\"hashtags\":[\"quest\"],\"kinds\":[\"Video\"],\"disclosed\":true}"));
        assert!(!counts("{\"count\":1,\"hashtags\":[\"other\"]}"));
        assert!(!counts("{\"count\":1,\"kinds\":[\"photo\"]}"));
        assert!(!counts("{\"count\":1,\"disclosed\":true,\"disclosure_hashtags\":[\"paid\"]}"));
        let stranger = facts("nobody", &[]);
        assert_eq!(
            post_qualifies(&requirement("{\"count\":1}"), &state(&stranger, None, None), &program),
            None
        );
    }

    #[test]
    fn reviews_and_removals_decide() {
        let (program, ann) = (program(), facts("ann", &[]));
        let find = |json: &str, verdict, removed| {
            post_qualifies(&requirement(json), &state(&ann, verdict, removed), &program)
        };
        let asked = "{\"count\":1,\"review\":true}";
        assert_eq!(find(asked, None, None), None);
        let approved = find(asked, Some(ReviewVerdict::Approved), None).unwrap();
        assert_eq!((approved.at, approved.since, approved.cause.as_str()), (day(0), day(3), "reviewed"));
        assert_eq!(find("{\"count\":1}", Some(ReviewVerdict::Rejected), None), None);
        assert_eq!(find("{\"count\":1,\"live\":\"7d\"}", None, Some(6)), None);
        assert!(find("{\"count\":1,\"live\":\"7d\"}", None, Some(7)).is_some());
        assert!(find("{\"count\":1}", None, Some(0)).is_some());
    }

    #[test]
    fn an_order_counts_while_credited_and_not_refunded() {
        let moment = |when: i64, who: &str, net: &str| Moment {
            effective_at: day(when),
            cause: EventId::trusted(&format!("e{when}")),
            shares: vec![Share { ambassador: Some(AmbassadorId::trusted(who)), weight: 1 }],
            lines: vec![NetLine { sku: "A".into(), category: None, quantity: 1, net: net.parse().unwrap() }],
            shipping: Millionths::ZERO,
            tax: Millionths::ZERO,
        };
        let find = |moments: Vec<Moment>| {
            let conversion = Conversion {
                program: ProgramId::trusted("p"),
                order: OrderId::trusted("1001"),
                terms_version: "1".into(),
                ordered_at: day(0),
                locks_at: day(30),
                currency: "USD".parse().unwrap(),
                returning: false,
                channel: None,
                region: None,
                moments,
                reason: Reason {
                    tier: "click".into(),
                    model: None,
                    winners: vec![],
                    losers: vec![],
                    notes: vec![],
                },
            };
            order_qualifies(&conversion, &AmbassadorId::trusted("ann"))
        };
        let plain = find(vec![moment(0, "ann", "5"), moment(2, "ann", "3")]).unwrap();
        assert_eq!((plain.id.as_str(), plain.since, plain.cause.as_str()), ("order:1001", day(0), "e0"));
        assert_eq!(find(vec![moment(0, "ann", "5"), moment(2, "ann", "0")]), None);
        assert_eq!(find(vec![moment(0, "ann", "5"), moment(2, "bob", "5")]), None);
        let moved = find(vec![moment(0, "bob", "5"), moment(2, "ann", "5")]).unwrap();
        assert_eq!((moved.at, moved.since, moved.cause.as_str()), (day(0), day(2), "e2"));
    }
}
