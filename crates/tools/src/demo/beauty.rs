//! The beauty brand: links and codes, orders, refunds, a campaign, and what goes wrong.

use serde_json::json;
use tribute_events::{DAY, HOUR, MINUTE, Timestamp};

use super::{
    shop::{self, Order, Product, Shop, Shopper, document},
    story::{DAYS, Story, day, decimal},
};

/// Ambassador, payout currency, platform, followers, mode of the code, day of joining.
const PEOPLE: [(&str, &str, &str, u64, &str, i64); 12] = [
    ("maya", "USD", "video", 84_000, "always", 0),
    ("jonas", "EUR", "photo", 41_500, "always", 0),
    ("priya", "GBP", "video", 126_000, "always", 1),
    ("lena", "EUR", "photo", 9_800, "if_involved", 1),
    ("tomas", "USD", "video", 15_200, "always", 3),
    ("chloe", "USD", "photo", 6_400, "fallback", 5),
    ("amara", "GBP", "video", 33_000, "always", 8),
    ("diego", "USD", "photo", 11_900, "always", 12),
    ("yuki", "JPY", "video", 58_000, "if_winner", 15),
    ("nora", "EUR", "photo", 4_300, "always", 20),
    ("felix", "CHF", "video", 22_700, "always", 31),
    ("sana", "USD", "photo", 7_700, "always", 40),
];

const PRODUCTS: [Product; 8] = [
    ("SERUM-C", "skincare", 4_200),
    ("CREAM-DAY", "skincare", 3_450),
    ("CREAM-NIGHT", "skincare", 3_900),
    ("LIP-ROSE", "make-up", 1_850),
    ("LIP-CORAL", "make-up", 1_850),
    ("BROW-KIT", "make-up", 2_695),
    ("MIST", "fragrance", 5_800),
    ("GIFT-50", "gift-card", 5_000),
];

const SHOP: Shop<'_> = Shop { currency: "USD", region: "US", products: &PRODUCTS };

pub(super) fn tell(story: &mut Story, terms: &str) {
    story.of("glow", "glow-circle");
    story.setup("program.published", day(0), json!({ "terms": terms }));
    people(story);
    content(story);
    let orders = trade(story);
    incidents(story, &orders);
}

fn people(story: &mut Story) {
    for (name, currency, platform, followers, mode, joined) in PEOPLE {
        let ambassador = format!("amb-{name}");
        let at = day(joined) + HOUR;
        let known = json!({ "program": null, "ambassador": ambassador, "platform": platform, "followers": followers });
        story.setup("ambassador.applied", at, known);
        let approved = json!({
            "program": null, "ambassador": ambassador, "payout_currency": currency, "region": "US",
            // Chloe has not shown where to pay her: her payouts wait.
            "payment_details_verified": name != "chloe", "accounts": [format!("cust-own-{name}")],
        });
        story.setup("ambassador.approved", at + 5 * HOUR, approved);
        let code = name.to_uppercase() + "10";
        let issued = json!({ "program": null, "code": code, "ambassador": ambassador, "mode": mode });
        story.setup("code.issued", at + 5 * HOUR + MINUTE, issued);
        let link = json!({ "program": null, "link": format!("glow-{name}"), "ambassador": ambassador });
        story.setup("link.issued", at + 5 * HOUR + 2 * MINUTE, link);
    }
    let person = |name: &str| json!({ "program": null, "ambassador": format!("amb-{name}") });
    for name in ["viktor", "elif"] {
        story.setup("ambassador.applied", day(6) + HOUR, person(name));
    }
    let reason = json!({ "program": null, "ambassador": "amb-viktor", "reason": "no posts in our field" });
    story.setup("ambassador.rejected", day(9), reason);
    story.setup("ambassador.waitlisted", day(9) + HOUR, person("elif"));
    story.setup("ambassador.left", day(105) + 12 * HOUR, person("tomas"));
    story.setup("perk.stocked", day(2), json!({ "program": null, "perk": "SKU:GLOW-BOX", "units": 6 }));
    story.setup("perk.stocked", day(90), json!({ "program": null, "perk": "SKU:GLOW-BOX", "units": 20 }));
}

/// Posts, most of all in the eight weeks of the campaign.
fn content(story: &mut Story) {
    let (starts, ends) = (day(59), day(115));
    let campaign = json!({
        "program": null, "campaign": "spring-launch", "hashtags": ["#glowspring"],
        "starts_at": Timestamp::from_millis(starts).to_string(), "ends_at": Timestamp::from_millis(ends).to_string(),
    });
    story.setup("campaign.announced", day(45), campaign);
    for number in 3..DAYS - 12 {
        let running = (59..115).contains(&number);
        if !story.random.chance(if running { 55 } else { 25 }) {
            continue;
        }
        let (name, _, platform, followers, _, joined) = *story.random.pick(&PEOPLE);
        if joined >= number {
            continue;
        }
        let time = story.daytime(number);
        let post = format!("glow-post-{number:03}");
        let mut hashtags = vec![if running { "#glowspring" } else { "#glowdaily" }];
        if story.random.chance(85) {
            hashtags.push("#ad");
        }
        let data = json!({
            "program": null, "post": post, "author": format!("amb-{name}"), "platform": platform,
            "kind": platform, "hashtags": hashtags, "followers": followers, "products": ["SERUM-C"],
        });
        story.event("post.published", time, data);
        reception(story, &post, time, followers);
        review(story, &post, time + 20 * HOUR);
        if story.random.chance(5) {
            story.event("post.removed", time + 3 * DAY, json!({ "post": post }));
        }
    }
}

/// Counts of a post after an hour, a day and a week.
fn reception(story: &mut Story, post: &str, time: i64, followers: u64) {
    let views = followers / 10 + story.random.below(followers / 2);
    for (after, percent) in [(HOUR, 20), (DAY, 70), (7 * DAY, 100)] {
        let views = views * percent / 100;
        let likes = views / 14;
        let metrics = json!({ "views": views, "likes": likes, "comments": likes / 12, "shares": likes / 30 });
        story.event("post.measured", time + after, json!({ "post": post, "metrics": metrics }));
    }
}

fn review(story: &mut Story, post: &str, time: i64) {
    let data = if story.random.chance(88) {
        json!({ "post": post, "verdict": "approved" })
    } else {
        json!({ "post": post, "verdict": "rejected", "reason": "claims that we cannot prove" })
    };
    story.event("post.reviewed", time, data);
}

/// Clicks of every day, and the orders that follow from some of them.
fn trade(story: &mut Story) -> Vec<Order> {
    let mut orders = Vec::new();
    for number in 1..DAYS {
        for _ in 0..story.random.between(7, 13) {
            let (name, _, _, followers, _, joined) = *story.random.pick(&PEOPLE);
            let reach = if followers > 30_000 { 95 } else { 45 };
            if joined >= number || !story.random.chance(reach) {
                continue;
            }
            let time = story.daytime(number);
            let number = story.random.below(420);
            let shopper = Shopper { account: number % 5 < 3, number, shop: "glow" };
            let kind = *story.random.pick(&["click", "click", "click", "click", "qr", "view"]);
            shop::touch(story, kind, time, &format!("glow-{name}"), shopper);
            if story.random.chance(34) {
                let time = time + story.random.between(3 * MINUTE, 9 * DAY);
                orders.push(buy(story, shopper, time, name, 1_001 + orders.len()));
            }
        }
    }
    for order in &orders {
        shop::perhaps_refund(story, order);
    }
    orders
}

/// One order in four carries a code: mostly of who was clicked, else of somebody else.
fn buy(story: &mut Story, shopper: Shopper, time: i64, clicked: &str, number: usize) -> Order {
    let (other, ..) = *story.random.pick(&PEOPLE);
    let whose = if story.random.chance(70) { clicked } else { other };
    let code = whose.to_uppercase() + "10";
    let codes: &[&str] = if story.random.chance(25) { &[&code] } else { &[] };
    shop::order(story, &SHOP, format!("G-{number}"), time, shopper, codes)
}

/// What a person has to look at: an edit, a cancellation, disputes, verdicts, an override, a hold.
fn incidents(story: &mut Story, orders: &[Order]) {
    let after = |index: usize, days: i64| orders.get(index).map(|it| (it.id.clone(), it.time + days * DAY));
    if let Some((order, time)) = after(20, 1) {
        story.event(
            "sale.cancelled",
            time,
            json!({ "order": order, "reason": "the shopper changed their mind" }),
        );
    }
    for (index, outcome) in [(35, "won"), (60, "lost")] {
        if let Some((order, time)) = after(index, 12) {
            story.event("sale.disputed", time, json!({ "order": order, "outcome": "opened" }));
            story.event("sale.disputed", time + 25 * DAY, json!({ "order": order, "outcome": outcome }));
        }
    }
    if let Some((order, time)) = after(80, 2) {
        let shares =
            json!([{ "ambassador": "amb-maya", "weight": 2 }, { "ambassador": "amb-jonas", "weight": 1 }]);
        let reason = "both made the video that the shopper wrote to us about";
        let data =
            json!({ "program": null, "order": order, "shares": shares, "by": "team-lead", "reason": reason });
        story.event("conversion.overridden", time, data);
    }
    edit(story);
    own_order(story);
    let from = Timestamp::from_millis(day(70)).to_string();
    let reason = "forty clicks from one device within a minute";
    let verdict = json!({ "program": null, "ambassador": "amb-diego", "valid": false, "orders_from": from, "reason": reason });
    story.event("ambassador.judged", day(78) + 9 * HOUR, verdict);
    let hold = |reason: &str| json!({ "program": null, "ambassador": "amb-diego", "by": "fraud-desk", "reason": reason });
    story.event("hold.placed", day(78) + 10 * HOUR, hold("until the clicks are explained"));
    let hold = |reason: &str| json!({ "program": null, "ambassador": "amb-nora", "by": "finance", "reason": reason });
    story.event("hold.placed", day(50), hold("new bank account is being checked"));
    story.event("hold.released", day(66), hold("bank account confirmed"));
}

/// Maya buys for herself, with her own code: she is not credited.
fn own_order(story: &mut Story) {
    let shopper = Shopper { account: true, number: 501, shop: "glow" };
    let line = json!({
        "sku": "MIST", "category": "fragrance", "quantity": 1, "amount": "58.00", "discount": "5.80",
    });
    let mut data = document(&SHOP, "G-901", shopper, &["MAYA10"], vec![line]);
    data["account"] = "cust-own-maya".into();
    story.event("sale.completed", day(93) + 12 * HOUR, data);
}

/// An order to which the shopper adds a second product the next day.
fn edit(story: &mut Story) {
    let shopper = Shopper { account: true, number: 500, shop: "glow" };
    let time = day(88) + 15 * HOUR;
    shop::touch(story, "click", time - HOUR, "glow-priya", shopper);
    let line = |sku: &str, category: &str, amount: i64| json!({ "line": sku, "sku": sku, "category": category, "quantity": 1, "amount": decimal(amount) });
    let first = line("SERUM-C", "skincare", 4_200);
    let both = vec![first.clone(), line("MIST", "fragrance", 5_800)];
    story.event("sale.completed", time, document(&SHOP, "G-900", shopper, &[], vec![first]));
    story.event("sale.edited", time + DAY, document(&SHOP, "G-900", shopper, &[], both));
}
