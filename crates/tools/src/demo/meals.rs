//! The meal kit: first boxes, weekly renewals, recruiters.

use serde_json::json;
use tribute_events::{DAY, HOUR, MINUTE, Timestamp};

use super::{
    shop::{self, Shop, Shopper, document},
    story::{DAYS, Story, day, decimal},
};

/// Ambassador, who recruited them, day of joining.
const PEOPLE: [(&str, Option<&str>, i64); 8] = [
    ("ines", None, 0),
    ("oskar", Some("ines"), 4),
    ("karim", Some("oskar"), 11),
    ("greta", Some("ines"), 18),
    ("luca", None, 25),
    ("wanda", Some("luca"), 33),
    ("hugo", Some("karim"), 47),
    ("petra", None, 60),
];

/// The boxes, in hundredths.
const BOXES: [(&str, i64); 3] = [("BOX-2", 4_199), ("BOX-3", 5_799), ("BOX-4", 6_999)];

const SHOP: Shop<'_> = Shop { currency: "EUR", region: "DE", products: &[] };

pub(super) fn tell(story: &mut Story, terms: &str) {
    story.of("panfresh", "panfresh-friends");
    story.setup("program.published", day(0), json!({ "terms": terms }));
    people(story);
    let mut customers = 0;
    for number in 2..DAYS {
        for _ in 0..story.random.between(2, 5) {
            visit(story, number, &mut customers);
        }
    }
}

fn people(story: &mut Story) {
    for (name, recruiter, joined) in PEOPLE {
        let at = day(joined) + 9 * HOUR;
        let ambassador = format!("amb-{name}");
        story.setup(
            "ambassador.applied",
            at - 6 * HOUR,
            json!({ "program": null, "ambassador": ambassador }),
        );
        let mut approved =
            json!({ "program": null, "ambassador": ambassador, "region": "DE", "payout_currency": "EUR" });
        if let Some(recruiter) = recruiter {
            approved["recruiter"] = format!("amb-{recruiter}").into();
        }
        story.setup("ambassador.approved", at, approved);
        let code = format!("PAN-{}", name.to_uppercase());
        story.setup(
            "code.issued",
            at + MINUTE,
            json!({ "program": null, "code": code, "ambassador": ambassador }),
        );
        let link = json!({ "program": null, "link": format!("pan-{name}"), "ambassador": ambassador });
        story.setup("link.issued", at + 2 * MINUTE, link);
    }
    let campaign = json!({
        "program": null, "campaign": "new-year-kitchen", "hashtags": ["#newyearkitchen"],
        "starts_at": Timestamp::from_millis(day(5)).to_string(), "ends_at": Timestamp::from_millis(day(40)).to_string(),
        "ambassadors": ["amb-ines", "amb-oskar", "amb-karim"],
    });
    story.setup("campaign.announced", day(3), campaign);
}

/// A click, and in one case of three a first box with some renewals after it.
fn visit(story: &mut Story, number: i64, customers: &mut u64) {
    let (name, _, joined) = *story.random.pick(&PEOPLE);
    if joined >= number {
        return;
    }
    let time = story.daytime(number);
    *customers += 1;
    let shopper = Shopper { account: true, number: *customers, shop: "pan" };
    shop::touch(story, "click", time, &format!("pan-{name}"), shopper);
    if !story.random.chance(30) {
        return;
    }
    let code = format!("PAN-{}", name.to_uppercase());
    let codes: &[&str] = if story.random.chance(40) { &[&code] } else { &[] };
    let (sku, price) = *story.random.pick(&BOXES);
    let first = time + story.random.between(10 * MINUTE, 6 * DAY);
    let login = json!({ "device": shopper.device(), "account": shopper.account() });
    story.event("login.recorded", first - 2 * MINUTE, login);
    for renewal in 0..=story.random.between(0, 3) {
        let at = first + renewal * 7 * DAY;
        // The first box is at half price; what comes after is not.
        let discount = if renewal == 0 { price / 2 } else { 0 };
        let line = json!({
            "sku": sku, "category": "box", "quantity": 1, "amount": decimal(price), "discount": decimal(discount),
        });
        let order = format!("P-{:04}-{renewal}", shopper.number);
        let used: &[&str] = if renewal == 0 { codes } else { &[] };
        let mut data = document(&SHOP, &order, shopper, used, vec![line]);
        data["subscription"] = json!({ "id": format!("sub-{:04}", shopper.number), "renewal": renewal });
        story.event("sale.completed", at, data);
        if renewal == 0 && story.random.chance(5) {
            let reason = json!({ "order": order, "reason": "the box could not be delivered" });
            story.event("sale.cancelled", at + 2 * DAY, reason);
            return;
        }
    }
}
