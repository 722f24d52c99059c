//! Row 15: hundreds of brands in one installation, each by itself; guaranteed content; late posts at half.

use serde_json::{Value, json};
use tribute_tests::{Pipeline, Story, event};

const BRANDS: usize = 300;

/// One brand's events: the same people, posts and ids in each.
fn lines(brand: usize) -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../deploy/programs/content-platform.toml");
    let name = format!("brand-{brand}");
    let terms = std::fs::read_to_string(folder).unwrap();
    let terms =
        terms.replace("\"brand-0\"", &format!("\"{name}\"")).replace("\"80.00\"", &format!("\"{brand}.00\""));
    let mut lines = Vec::new();
    let mut on = |time: &str, kind: &str, data: Value| {
        let id = format!("e{}", lines.len());
        lines.push(event(&name, &id, kind, time, time, &data));
    };
    on("2026-01-01T00:00:00Z", "program.published", json!({"terms": terms}));
    for (who, followers) in [("ada", 2_000), ("ben", 9_000), ("small", 1_999)] {
        let data =
            json!({"program": "pieces", "ambassador": who, "platform": "clips", "followers": followers});
        on("2026-02-01T00:00:00Z", "ambassador.applied", data);
    }
    on(
        "2026-02-02T00:00:00Z",
        "campaign.announced",
        json!({"program": "pieces", "campaign": "mugs", "hashtags": ["mug"], "starts_at": "2026-02-02T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z"}),
    );
    for (author, day) in [("ada", "10"), ("ben", "12"), ("small", "10")] {
        let data = json!({"program": "pieces", "post": format!("{author}-1"), "author": author, "hashtags": ["#mug", "#ad"],
            "due_at": "2026-02-11T00:00:00Z"});
        on(&format!("2026-02-{day}T12:00:00Z"), "post.published", data);
    }
    lines
}

#[test]
fn row_15_content_platform() {
    let mut pipeline = Pipeline::on_sqlite();
    let all: Vec<String> = (1..=BRANDS).flat_map(lines).collect();
    let receipt = pipeline.feed_by(1_000, &all);
    assert_eq!(
        (receipt.duplicates, receipt.quarantined_in_all()),
        (0, 0),
        "one id in two brands is two events"
    );
    let books = pipeline.books();
    for brand in 1..=BRANDS {
        let name = format!("brand-{brand}");
        let of = |who: &str| {
            let rows = books.earnings.iter().filter(|row| row.brand == name && row.ambassador == who);
            rows.map(|row| row.amount).sum::<i64>()
        };
        let fee = i64::try_from(brand).unwrap() * 100;
        assert_eq!((of("ada"), of("ben"), of("small")), (fee, fee / 2, 0), "{name}");
    }
    assert_eq!(books.earnings.len(), 2 * BRANDS);
}

#[test]
fn row_15_a_missed_post_goes_to_the_next_in_reserve() {
    let mut story = Story::of_program("content-platform");
    story.enrol(["ada", "ben", "cleo"]);
    let campaign = |people: Value, due: &str| {
        json!({"campaign": "mugs", "hashtags": ["mug"], "starts_at": "2026-02-02T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z",
               "posts_each": 1, "due_at": due, "ambassadors": people, "reserves": ["cleo"]})
    };
    story.on(
        "2026-02-02T00:00:00Z",
        "campaign.announced",
        campaign(json!(["ada", "ben"]), "2026-02-11T00:00:00Z"),
    );
    let post = |author: &str| json!({"post": author, "author": author, "hashtags": ["#mug", "#ad"]});
    story.on("2026-02-10T12:00:00Z", "post.published", post("ada"));
    story.tick("2026-02-11T00:00:00Z");
    assert_eq!(story.deliverables(), ["ada 1 of 1 done", "ben 0 of 1 missed, instead cleo"]);
    // The program's people put Cleo in Ben's place, with a date of her own.
    story.on(
        "2026-02-12T00:00:00Z",
        "campaign.announced",
        campaign(json!(["ada", "cleo"]), "2026-02-20T00:00:00Z"),
    );
    story.on("2026-02-13T12:00:00Z", "post.published", post("ben"));
    story.on("2026-02-14T12:00:00Z", "post.published", post("cleo"));
    story.tick("2026-02-20T00:00:00Z");
    assert_eq!(story.deliverables(), ["ada 1 of 1 done", "cleo 1 of 1 done"]);
    let books = story.unaudited().books();
    let earned = |post: &str| books.earned_for(&format!("post:{post}"));
    assert_eq!(["ada", "ben", "cleo"].map(earned), ["ada 80.00 USD", "nothing", "cleo 80.00 USD"]);
}
