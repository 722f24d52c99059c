//! There are only so many places: what is said of one person moves others, and with them what depends on their standing.

use serde_json::json;
use tribute_tests::Story;

/// The best two are chosen at the end of January. A recruiter gets 20.00 for who is in, and a badge.
const TERMS: &str = "[vetting]\napprove_from = 1\nchoose_at = '2026-02-01T00:00:00Z'\n\
    [[vetting.rule]]\nid = 'some'\npoints = 1\nfollowers_from = 100\n\
    [[vetting.rule]]\nid = 'many'\npoints = 1\nfollowers_from = 1000\n\
    [[vetting.quota]]\nplaces = 2\n\
    [[application_fee]]\nid = 'join'\nrecruiter = '20.00'\n\
    [[mission]]\nid = 'friend'\nrequires.recruits = 1\ngives = [{ badge = 'FRIEND' }]\n";

fn apply(story: &mut Story, day: u8, who: &str, followers: u64) {
    // Everybody came by the link of one of those who are in already.
    let link = json!({"ambassador": who, "followers": followers, "recruiter_link": "rita-page"});
    story.on(&format!("2026-01-{day:02}T12:00:00Z"), "ambassador.applied", link);
}

/// Whom Rita brought, once the clock has come to the choice. Before it nothing is booked.
fn recruits(story: &Story) -> Vec<String> {
    assert_eq!(booked(story), Vec::<String>::new());
    booked(story.clone().tick("2026-02-01T00:00:00Z"))
}

fn booked(story: &Story) -> Vec<String> {
    let books = story.clone().unaudited().books();
    let earnings = books.earnings.iter().filter(|row| row.amount != 0);
    let badges = books.rewards.iter().filter(|row| row.status == "granted");
    earnings
        .map(|row| format!("{} {}", row.ambassador, row.source))
        .chain(badges.map(|row| row.asset.clone()))
        .collect()
}

#[test]
fn who_is_displaced_by_a_later_and_better_application_brings_their_recruiter_nothing() {
    let mut story = Story::without_people(TERMS);
    story.on("2026-01-01T00:00:00Z", "ambassador.approved", json!({"ambassador": "rita"}));
    story.on("2026-01-02T00:00:00Z", "link.issued", json!({"link": "rita-page", "ambassador": "rita"}));
    apply(&mut story, 10, "ann", 500);
    assert_eq!(recruits(&story), ["rita recruit:ann", "BADGE:FRIEND"]);
    // One place is Rita's own.
    apply(&mut story, 20, "ben", 5_000);
    assert_eq!(recruits(&story), ["rita recruit:ben", "BADGE:FRIEND"]);
    // Ben gives his place back, and it is Ann's.
    story.tick("2026-02-01T00:00:00Z");
    story.on("2026-02-10T12:00:00Z", "ambassador.rejected", json!({"ambassador": "ben", "reason": "a fake"}));
    assert_eq!(booked(&story), ["rita recruit:ann", "BADGE:FRIEND"]);
}

#[test]
fn a_link_that_is_told_after_the_application_recruits_all_the_same() {
    let mut story = Story::without_people(TERMS);
    story.on("2026-01-01T00:00:00Z", "ambassador.approved", json!({"ambassador": "rita"}));
    apply(&mut story, 10, "ann", 500);
    assert_eq!(recruits(&story), Vec::<String>::new());
    let link = json!({"link": "rita-page", "ambassador": "rita"});
    story.late("2026-01-02T00:00:00Z", "2026-01-12T00:00:00Z", "link.issued", link);
    assert_eq!(recruits(&story), ["rita recruit:ann", "BADGE:FRIEND"]);
}
