//! The game launch: reviews, clips and screenshots for tokens; outsiders post too.

use serde_json::json;
use tribute_events::{DAY, HOUR, MINUTE};

use super::story::{DAYS, Story, day};

/// Ambassador and followers.
const PEOPLE: [(&str, u64); 10] = [
    ("rook", 2_400),
    ("vex", 61_000),
    ("nyx", 18_300),
    ("juno", 900),
    ("kestrel", 7_100),
    ("moss", 12_800),
    ("tarn", 3_900),
    ("wren", 145_000),
    ("flint", 5_500),
    ("sable", 27_400),
];

/// The day on which the game comes out.
const LAUNCH: i64 = 48;

pub(super) fn tell(story: &mut Story, terms: &str) {
    story.of("ironwing", "ironwing-squad");
    story.setup("program.published", day(0), json!({ "terms": terms }));
    for (index, (name, followers)) in (0_i64..).zip(PEOPLE) {
        let at = day(10) + index * 7 * HOUR;
        let person = json!({
            "program": null, "ambassador": format!("amb-{name}"), "platform": "stream", "followers": followers,
        });
        story.setup("ambassador.applied", at, person.clone());
        story.setup("ambassador.approved", at + DAY, person);
    }
    story.setup("perk.stocked", day(20), json!({ "program": null, "perk": "SKU:WING-SKIN", "units": 5 }));
    let banned = json!({ "program": null, "ambassador": "amb-flint", "reason": "cheating in ranked games" });
    story.setup("ambassador.banned", day(120), banned);
    posts(story);
    spending(story);
}

/// Most posts come in the four weeks around the launch.
fn posts(story: &mut Story) {
    let mut serial = 0_u32;
    for number in 22..DAYS - 10 {
        let busy = (LAUNCH - 10..LAUNCH + 20).contains(&number);
        for _ in 0..story.random.between(0, if busy { 7 } else { 3 }) {
            serial += 1;
            let outsider = story.random.chance(12);
            let (name, followers) = *story.random.pick(&PEOPLE);
            let author = if outsider { format!("x-{:05}", 700 + serial) } else { format!("amb-{name}") };
            publish(story, &format!("iw-post-{serial:04}"), &author, story_kind(number), followers, number);
        }
    }
}

/// Before the launch there is nothing to review yet.
const fn story_kind(number: i64) -> &'static [&'static str] {
    if number < LAUNCH { &["screenshot", "clip"] } else { &["screenshot", "screenshot", "clip", "review"] }
}

fn publish(story: &mut Story, post: &str, author: &str, kinds: &[&str], followers: u64, number: i64) {
    let time = story.daytime(number);
    let kind = *story.random.pick(kinds);
    let platform = *story.random.pick(&["stream", "video", "forum"]);
    let data = json!({
        "program": null, "post": post, "author": author, "platform": platform, "kind": kind,
        "hashtags": ["#ironwing", "#ad"], "followers": followers,
    });
    story.event("post.published", time, data);
    let views = followers / 8 + story.random.below(followers);
    for (after, percent) in [(2 * HOUR, 30), (3 * DAY, 100)] {
        let views = views * percent / 100;
        let metrics =
            json!({ "views": views, "reactions": views / 9, "comments": views / 70, "shares": views / 150 });
        story.event("post.measured", time + after, json!({ "post": post, "metrics": metrics }));
    }
    if kind == "screenshot" {
        return;
    }
    let data = if story.random.chance(85) {
        json!({ "post": post, "verdict": "approved" })
    } else {
        json!({ "post": post, "verdict": "rejected", "reason": "shows content that is under embargo" })
    };
    story.event("post.reviewed", time + 26 * HOUR + 5 * MINUTE, data);
}

/// Late in the season some spend a part of what a review has brought them.
fn spending(story: &mut Story) {
    for (name, amount, what, number) in [
        ("vex", "100", "a banner", 130),
        ("nyx", "60", "a name change", 133),
        ("wren", "120", "a season pass", 139),
        ("moss", "40", "a sticker", 144),
    ] {
        let (post, author) = (format!("iw-review-{name}"), format!("amb-{name}"));
        let review = json!({
            "program": null, "post": post, "author": author, "platform": "video", "kind": "review",
            "hashtags": ["#ironwing", "#ad"],
        });
        story.setup("post.published", day(number - 60) + 12 * HOUR, review);
        story.setup("post.reviewed", day(number - 59), json!({ "post": post, "verdict": "approved" }));
        let data = json!({
            "program": null, "ambassador": author, "token": "WINGCOIN", "amount": amount, "reason": what,
        });
        story.event("token.spent", day(number) + 18 * HOUR, data);
    }
}
