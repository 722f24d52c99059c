//! Row 19: a pilot with three creators, the funnel that says what it brought, and a second campaign with what worked.

use serde_json::json;
use tribute_reports::report::FunnelBy;
use tribute_tests::Story;

/// A post that is approved, measured and clicked: its author, campaign, kind, day, metrics and clicks.
struct Content {
    post: &'static str,
    author: &'static str,
    campaign: &'static str,
    kind: &'static str,
    day: &'static str,
    followers: u64,
    /// Views, likes, comments, shares.
    metrics: [u64; 4],
    clicks: u32,
}

impl Content {
    fn tell(&self, story: &mut Story) {
        let Self { post, day, .. } = self;
        let at = |hour: u32| format!("{day}T{hour:02}:00:00Z");
        let hashtags = json!([format!("#fernhill-{}", self.campaign), "#ad"]);
        let published = json!({"post": post, "author": self.author, "kind": self.kind, "followers": self.followers,
                               "hashtags": hashtags});
        story.on(&at(8), "post.published", published);
        story.on(&at(9), "post.reviewed", json!({"post": post, "verdict": "approved", "by": "max"}));
        let [views, likes, comments, shares] = self.metrics;
        let metrics = json!({"views": views, "likes": likes, "comments": comments, "shares": shares});
        story.on(&at(20), "post.measured", json!({"post": post, "metrics": metrics}));
        for number in 0..self.clicks {
            let shopper = format!("{post}-{number}");
            let click =
                json!({"click": shopper, "ambassador": self.author, "account": shopper, "post": post});
            story.on(&at(10), "click.recorded", click);
        }
    }

    /// The first of those who clicked buy for so much each, a day later.
    fn sell(&self, story: &mut Story, orders: u32, amount: &str) {
        let at = format!("{}T12:00:00Z", self.day);
        for number in 0..orders {
            let (order, shopper) = (format!("{}/{number}", self.post), format!("{}-{number}", self.post));
            let lines = json!([{"sku": "TENT", "quantity": 1, "amount": amount}]);
            story.sale_with(&at, &at, &order, json!({"account": shopper, "lines": lines}));
        }
    }
}

const fn post(
    [post, author, campaign, kind, day]: [&'static str; 5],
    followers: u64,
    metrics: [u64; 4],
    clicks: u32,
) -> Content {
    Content { post, author, campaign, kind, day, followers, metrics, clicks }
}

const POSTS: [(Content, u32, &str); 5] = [
    (post(["ana-1", "ana", "pilot", "video", "2026-03-03"], 8_000, [6_000, 400, 60, 20], 2), 1, "120.00"),
    (
        post(["ben-1", "ben", "pilot", "video", "2026-03-04"], 40_000, [30_000, 1_800, 300, 150], 4),
        3,
        "200.00",
    ),
    (
        post(["cleo-1", "cleo", "pilot", "photo", "2026-03-05"], 150_000, [90_000, 1_200, 40, 10], 3),
        1,
        "80.00",
    ),
    (
        post(["ben-2", "ben", "season", "video", "2026-05-04"], 41_000, [32_000, 2_000, 320, 180], 6),
        4,
        "250.00",
    ),
    (
        post(["dan-1", "dan", "season", "video", "2026-05-05"], 55_000, [44_000, 2_600, 400, 300], 5),
        3,
        "200.00",
    ),
];

fn story() -> Story {
    let mut story = Story::of_program("pilot-then-scale");
    for (who, followers) in [("ana", 8_000), ("ben", 40_000), ("cleo", 150_000), ("dan", 55_000)] {
        let profile = json!({"ambassador": who, "followers": followers});
        story.on("2026-01-02T00:00:00Z", "ambassador.approved", profile);
    }
    story.code("DAN10", "dan", "always");
    story.on("2026-01-03T00:00:00Z", "perk.stocked", json!({"perk": "SKU:DAYPACK", "units": 5}));
    for (campaign, starts_at, ends_at) in
        [("pilot", "2026-03-01", "2026-04-01"), ("season", "2026-05-01", "2026-06-01")]
    {
        let announced = json!({"campaign": campaign, "hashtags": [format!("fernhill-{campaign}")],
            "starts_at": format!("{starts_at}T00:00:00Z"), "ends_at": format!("{ends_at}T00:00:00Z")});
        story.on("2026-02-01T00:00:00Z", "campaign.announced", announced);
    }
    for (content, orders, amount) in &POSTS {
        content.tell(&mut story);
        content.sell(&mut story, *orders, amount);
    }
    story.refund("2026-03-10T12:00:00Z", "ben-1/0", "r1", "50.00");
    // The platform counts this view already.
    let view = json!({"click": "v1", "kind": "view", "ambassador": "ben", "device": "d1", "post": "ben-2"});
    story.on("2026-05-04T10:00:00Z", "click.recorded", view);
    // Nobody's click, on the campaign's own page.
    let own = json!({"click": "own", "device": "d2", "campaign": "season"});
    story.on("2026-05-06T10:00:00Z", "click.recorded", own);
    let by_code = json!({"account": "fay", "codes": ["DAN10"], "lines": [{"sku": "MAT", "quantity": 1, "amount": "90.00"}]});
    let at = "2026-05-20T12:00:00Z";
    story.sale_with(at, at, "by-code", by_code);
    story.tick("2026-07-01T00:00:00Z");
    story
}

#[test]
fn row_19_which_posts_did_best() {
    let story = story();
    let books = story.books();
    assert_eq!(
        books.grants(),
        ["ben three-sales 1 SKU:DAYPACK 1 reserved", "dan three-sales 1 SKU:DAYPACK 1 reserved"]
    );
    let best = [
        "ben-2 (ben): reach 32000, engagement 7.81%, clicks 6, orders 4, net 1000.00, fees 150.00, commission 100.00, perks 0.00, cost 250.00, return 4.00, media value 497.00 USD",
        "dan-1 (dan): reach 44000, engagement 7.50%, clicks 5, orders 3, net 600.00, fees 150.00, commission 60.00, perks 0.00, cost 210.00, return 2.86, media value 651.00 USD",
        "ben-1 (ben): reach 30000, engagement 7.50%, clicks 4, orders 3, net 550.00, fees 150.00, commission 55.00, perks 0.00, cost 205.00, return 2.68, media value 457.50 USD",
        "ana-1 (ana): reach 6000, engagement 8.00%, clicks 2, orders 1, net 120.00, fees 150.00, commission 12.00, perks 0.00, cost 162.00, return 0.74, media value 95.00 USD",
        "cleo-1 (cleo): reach 90000, engagement 1.39%, clicks 3, orders 1, net 80.00, fees 50.00, commission 8.00, perks 0.00, cost 58.00, return 1.38, media value 500.50 USD",
        "-: reach 0, engagement -, clicks 1, orders 1, net 90.00, fees 0.00, commission 9.00, perks 80.00, cost 89.00, return 1.01, media value -",
        "total: reach 202000, engagement 4.84%, clicks 21, orders 13, net 2440.00, fees 650.00, commission 244.00, perks 80.00, cost 974.00, return 2.51, media value 2201.00 USD",
    ];
    assert_eq!(story.funnel(FunnelBy::Post), best);
}

#[test]
fn row_19_the_pilot_against_the_scaled_campaign() {
    let story = story();
    let campaigns = [
        "season: reach 76000, engagement 7.63%, clicks 12, orders 7, net 1600.00, fees 300.00, commission 160.00, perks 0.00, cost 460.00, return 3.48, media value 1148.00 USD",
        "pilot: reach 126000, engagement 3.16%, clicks 9, orders 5, net 750.00, fees 350.00, commission 75.00, perks 0.00, cost 425.00, return 1.76, media value 1053.00 USD",
    ];
    assert_eq!(story.funnel(FunnelBy::Campaign)[..2], campaigns);
}

#[test]
fn row_19_by_tier_kind_and_ambassador() {
    let story = story();
    let tiers = [
        "micro: reach 106000, engagement 7.59%, clicks 15, orders 11, net 2240.00, fees 450.00, commission 224.00, perks 80.00, cost 754.00, return 2.97, media value 1605.50 USD",
        "nano: reach 6000, engagement 8.00%, clicks 2, orders 1, net 120.00, fees 150.00, commission 12.00, perks 0.00, cost 162.00, return 0.74, media value 95.00 USD",
        "macro: reach 90000, engagement 1.39%, clicks 3, orders 1, net 80.00, fees 50.00, commission 8.00, perks 0.00, cost 58.00, return 1.38, media value 500.50 USD",
    ];
    assert_eq!(story.funnel(FunnelBy::Tier)[..3], tiers);
    let kinds = [
        "video: reach 112000, engagement 7.62%, clicks 17, orders 11, net 2270.00, fees 600.00, commission 227.00, perks 0.00, cost 827.00, return 2.74, media value 1700.50 USD",
        "photo: reach 90000, engagement 1.39%, clicks 3, orders 1, net 80.00, fees 50.00, commission 8.00, perks 0.00, cost 58.00, return 1.38, media value 500.50 USD",
    ];
    assert_eq!(story.funnel(FunnelBy::Kind)[..2], kinds);
    let ben = "ben: reach 62000, engagement 7.66%, clicks 10, orders 7, net 1550.00, fees 300.00, commission 155.00, perks 40.00, cost 495.00, return 3.13, media value 954.50 USD";
    assert_eq!(story.funnel(FunnelBy::Ambassador)[0], ben);
}
