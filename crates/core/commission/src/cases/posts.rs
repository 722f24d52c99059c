use tribute_events::{
    CampaignAnnounced, CampaignId, Event, HOUR, Metrics, Payload, PostId, PostMeasured, PostPublished,
    PostRemoved, PostReviewed, ReviewVerdict, Timestamp,
};
use tribute_terms::Program;

use crate::{Earning, PostFacts, fixture::*, post_earnings};

fn post(tags: &[&str]) -> PostPublished {
    let text = "{\"program\":\"friends\",\"post\":\"p1\",\"author\":\"ann\",\"kind\":\"video\",\"platform\":\"clips\"}";
    let mut post: PostPublished = serde_json::from_str(text).unwrap();
    post.hashtags = tags.iter().map(|tag| (*tag).into()).collect();
    post
}

fn publish(id: &str, when: Timestamp, tags: &[&str]) -> Event {
    event(id, when, Payload::PostPublished(post(tags)))
}

fn id() -> PostId {
    PostId::trusted("p1")
}

fn measure(name: &str, when: Timestamp, likes: u64) -> Event {
    let metrics = Metrics { likes: Some(likes), ..Metrics::default() };
    event(name, when, Payload::PostMeasured(PostMeasured { post: id(), metrics }))
}

fn review(name: &str, when: Timestamp, verdict: ReviewVerdict) -> Event {
    event(
        name,
        when,
        Payload::PostReviewed(PostReviewed {
            post: id(),
            verdict,
            reason: None,
            by: None,
            usage_rights_until: None,
        }),
    )
}

fn remove(when: Timestamp) -> Event {
    event("gone", when, Payload::PostRemoved(PostRemoved { post: id() }))
}

/// The earnings of the facts, given forwards and backwards.
fn earned(program: &Program, events: &[Event]) -> Vec<Earning> {
    let fold = |events: &mut dyn Iterator<Item = &Event>| {
        let mut facts = PostFacts::default();
        events.for_each(|event| {
            facts.add(event);
            assert!(!facts.add(event));
        });
        facts
    };
    let (forwards, backwards) = (fold(&mut events.iter()), fold(&mut events.iter().rev()));
    assert_eq!(forwards, backwards);
    let json = serde_json::to_string(&forwards).unwrap();
    assert_eq!(serde_json::from_str::<PostFacts>(&json).unwrap(), forwards);
    post_earnings(&forwards, None, &program_id(), program).unwrap()
}

fn fee(rest: &str) -> Program {
    program(&format!("[[post_fee]]\nid = \"post\"\namount = \"100\"\n{rest}"))
}

#[test]
fn case_40_a_late_post_earns_half() {
    let program = fee("late = \"50%\"\n");
    let mut late = post(&[]);
    late.due_at = Some(day(-1));
    let found = earned(&program, &[event("p", day(0), Payload::PostPublished(late.clone()))]);
    assert_eq!((found.len(), found[0].amount()), (1, 5000));
    assert_eq!(found[0].formula, "published after it was due: 50% of 100.00 = 50.00 USD per post");
    late.due_at = Some(day(0));
    assert_eq!(earned(&program, &[event("p", day(0), Payload::PostPublished(late))])[0].amount(), 10_000);
}

#[test]
fn case_42_disclosure_is_a_condition_and_its_withdrawal_revokes() {
    let program = fee("disclosed = true\n");
    for (tag, disclosed) in
        [("#AD", true), ("sponsored", true), ("#sp", false), ("#spon", false), ("#collab", false)]
    {
        assert_eq!(!earned(&program, &[publish("p", day(0), &[tag])]).is_empty(), disclosed, "{tag}");
    }
    let edited = earned(&program, &[publish("p", day(0), &["ad"]), publish("edit", day(50), &[])]);
    assert_eq!(timeline(&edited[0]), [(0, 10_000), (50, 0)]);
    assert!(edited[0].formula.ends_with("taken back"));
}

#[test]
fn a_measurement_completes_the_claim_at_its_time() {
    let program = fee("interactions_from = 100\n");
    let events = [
        publish("p", day(0), &[]),
        measure("m1", day(1), 99),
        measure("m2", day(2), 100),
        measure("m3", day(3), 50),
    ];
    let found = earned(&program, &events);
    assert_eq!(timeline(&found[0]), [(2, 10_000)]);
    assert_eq!((found[0].steps[0].cause.as_str(), found[0].clears_at), ("m2", day(32)));
    assert_eq!(found[0].key(), "friends/post:p1/ann/post");
}

#[test]
fn reviews_open_and_close_a_claim() {
    let asked = fee("review = true\n");
    assert!(earned(&asked, &[publish("p", day(0), &[])]).is_empty());
    let events = [
        publish("p", day(0), &[]),
        review("yes", day(2), ReviewVerdict::Approved),
        review("no", day(4), ReviewVerdict::Rejected),
    ];
    assert_eq!(timeline(&earned(&asked, &events)[0]), [(2, 10_000), (4, 0)]);
    assert_eq!(timeline(&earned(&fee(""), &events)[0]), [(0, 10_000), (4, 0)]);
}

#[test]
fn a_fee_clears_by_the_facts_that_it_rests_on() {
    let recorded = |event: Event, recorded| Event { recorded, ..event };
    let clears = |rest: &str, events: &[Event]| earned(&fee(rest), events)[0].clears_at;
    let rejected = recorded(review("no", day(1), ReviewVerdict::Rejected), day(9));
    let approved = recorded(review("yes", day(2), ReviewVerdict::Approved), day(3));
    let published = publish("p", day(0), &[]);
    let all = [published.clone(), rejected, approved.clone()];
    assert_eq!(clears("review = true\n", &all), day(33), "what was overruled is not needed");
    let again = [published.clone(), approved.clone(), review("no", day(5), ReviewVerdict::Rejected)];
    let twice = [&again[..], &[review("anew", day(8), ReviewVerdict::Approved)]].concat();
    assert_eq!(clears("review = true\n", &twice), day(33), "it locks once");
    assert_eq!(clears("", &[recorded(published, day(4)), approved]), day(34), "no review is asked for");
}

#[test]
fn removal_before_its_time_takes_the_fee_back() {
    let program = fee("live = \"7d\"\n");
    let early = [publish("p", day(0), &[]), remove(day(7).minus(HOUR))];
    assert_eq!(timeline(&earned(&program, &early)[0]), [(0, 10_000), (6, 0)]);
    let kept = [publish("p", day(0), &[]), remove(day(7))];
    assert_eq!(timeline(&earned(&program, &kept)[0]), [(0, 10_000)]);
}

#[test]
fn only_posts_of_a_running_campaign_that_is_open_to_the_author() {
    let campaign = |name: &str, people: &[&str]| CampaignAnnounced {
        program: program_id(),
        campaign: CampaignId::trusted(name),
        hashtags: vec!["#Spring".into()],
        mentions: Vec::new(),
        platforms: Vec::new(),
        kinds: Vec::new(),
        brief: None,
        posts_each: None,
        due_at: None,
        reserves: Vec::new(),
        starts_at: day(0),
        ends_at: day(10),
        ambassadors: people.iter().map(|name| tribute_events::AmbassadorId::trusted(name)).collect(),
    };
    let with = |campaigns: &str, announced: CampaignAnnounced| {
        let rules = format!("[[post_fee]]\nid = \"post\"\namount = \"100\"\ncampaigns = [\"{campaigns}\"]\n");
        program_of(&[
            published("1", "2026-01-01T00:00:00Z", &rules),
            approved("ann", |_| {}),
            event("c", day(-9), Payload::Campaign(announced)),
        ])
    };
    let earns = |program: &Program, when, tag| !earned(program, &[publish("p", when, &[tag])]).is_empty();
    let any = with("*", campaign("spring", &[]));
    assert!(earns(&any, day(0), "spring"));
    assert!(!earns(&any, day(10), "spring"));
    assert!(!earns(&any, day(-1), "spring"));
    assert!(!earns(&any, day(1), "springtime"));
    assert!(!earns(&with("autumn", campaign("spring", &[])), day(1), "spring"));
    assert!(!earns(&with("spring", campaign("spring", &["bob"])), day(1), "spring"));
    assert!(earns(&with("spring", campaign("spring", &["ann"])), day(1), "#SPRING"));
}

#[test]
fn a_campaign_counts_as_it_was_announced_by_then() {
    let spring = |starts, ends| CampaignAnnounced {
        program: program_id(),
        campaign: CampaignId::trusted("spring"),
        hashtags: vec!["spring".into()],
        mentions: Vec::new(),
        platforms: Vec::new(),
        kinds: Vec::new(),
        brief: None,
        posts_each: None,
        due_at: None,
        reserves: Vec::new(),
        starts_at: day(starts),
        ends_at: day(ends),
        ambassadors: vec![],
    };
    let program = program_of(&[
        published(
            "1",
            "2026-01-01T00:00:00Z",
            "[[post_fee]]\nid = \"post\"\namount = \"100\"\ncampaigns = [\"*\"]\n",
        ),
        approved("ann", |_| {}),
        event("c1", day(2), Payload::Campaign(spring(-1, 10))),
        event("c2", day(40), Payload::Campaign(spring(20, 30))),
    ]);
    let found = earned(&program, &[publish("p", day(0), &["spring"])]);
    assert_eq!(timeline(&found[0]), [(2, 10_000), (40, 0)]);
    assert_eq!(found[0].clears_at, day(32));
}

#[test]
fn kinds_platforms_seasons_and_strangers() {
    let earns = |rest: &str| !earned(&fee(rest), &[publish("p", day(0), &[])]).is_empty();
    assert!(earns("kinds = [\"Video\"]\nplatforms = [\"clips\"]\n"));
    assert!(!earns("kinds = [\"photo\"]\n"));
    assert!(!earns("platforms = [\"photos\"]\n"));
    assert!(!earns("until = \"2026-03-01T10:00:00Z\"\n"));
    assert!(earns("from = \"2026-03-01T10:00:00Z\"\n"));
    let mut stranger = post(&[]);
    stranger.author = tribute_events::AmbassadorId::trusted("nobody");
    assert!(earned(&fee(""), &[event("p", day(0), Payload::PostPublished(stranger))]).is_empty());
    assert!(earned(&fee(""), &[measure("m", day(0), 5)]).is_empty());
}
