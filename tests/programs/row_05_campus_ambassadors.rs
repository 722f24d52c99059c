//! Row 5: 175 chosen of many by scores, three at most of a campus, a waiting list; a fee per approved post; boards by
//! campus.

use serde_json::{Value, json};
use tribute_tests::Story;

/// Somebody of a campus, with 70 points: reach, style and engagement.
fn student(who: &str, campus: &str) -> Value {
    json!({"ambassador": who, "campus": campus, "niches": ["fashion"], "handles": [
        {"platform": "clips", "handle": who, "followers": 5000, "engagement": {"interactions": 4, "views": 100}}]})
}

/// 15 points more.
fn diverse(mut student: Value) -> Value {
    student["audience"] = json!({"women of color": "30%"});
    student
}

fn applications(story: &mut Story) {
    let time = |number: u32| format!("2026-01-{:02}T{:02}:00:00Z", 10 + number / 24, number % 24);
    for number in 0..186 {
        let person = student(&format!("s{number}"), &format!("campus-{}", number / 3));
        let person = if number % 31 == 25 { diverse(person) } else { person };
        story.on(&time(number), "ambassador.applied", person);
    }
    // Better than all but six, but of the first campus, which has three already.
    story.on(&time(186), "ambassador.applied", diverse(student("late", "campus-0")));
    let mut small = student("small", "campus-70");
    small["handles"][0]["followers"] = json!(4_999);
    story.on(&time(187), "ambassador.applied", small);
    let mut nowhere = student("nowhere", "campus-71");
    nowhere.as_object_mut().unwrap().remove("campus");
    story.on(&time(188), "ambassador.applied", nowhere);
    let mut quiet = student("quiet", "campus-72");
    quiet["handles"][0]["engagement"]["views"] = json!(101);
    story.on(&time(189), "ambassador.applied", quiet);
}

fn post(story: &mut Story, time: &str, post: &str, author: &str, reviewed: &str, likes: u32) {
    let what = json!({"post": post, "author": author, "hashtags": ["#RosevaleSpring", "#ad"]});
    story.on(time, "post.published", what);
    story.on(time, "post.measured", json!({"post": post, "metrics": {"likes": likes}}));
    story.on(time, "post.reviewed", json!({"post": post, "verdict": reviewed, "reason": "seen"}));
}

#[test]
fn row_05_campus_ambassadors() {
    let mut story = Story::of_program("campus-ambassadors");
    applications(&mut story);
    story.on(
        "2026-02-16T00:00:00Z",
        "campaign.announced",
        json!({"campaign": "spring", "hashtags": ["rosevalespring"], "starts_at": "2026-02-16T00:00:00Z",
               "ends_at": "2026-06-01T00:00:00Z"}),
    );
    // One is let in by a person and takes a place more than there are. So two have to leave for one to be free: it goes
    // to the next in line of those whose campus has room.
    story.on(
        "2026-02-20T12:00:00Z",
        "ambassador.approved",
        json!({"ambassador": "quiet", "reason": "lovely style"}),
    );
    post(&mut story, "2026-02-28T12:00:00Z", "too-early", "s2", "approved", 900);
    story.on(
        "2026-03-01T11:00:00Z",
        "ambassador.banned",
        json!({"ambassador": "s7", "reason": "bought followers"}),
    );
    story.on("2026-03-01T12:00:00Z", "ambassador.left", json!({"ambassador": "s0"}));
    story.on("2026-03-02T12:00:00Z", "ambassador.applied", student("s7", "campus-2"));
    post(&mut story, "2026-03-03T12:00:00Z", "p1", "s1", "approved", 40);
    post(&mut story, "2026-03-04T12:00:00Z", "p2", "s2", "approved", 70);
    post(&mut story, "2026-03-05T12:00:00Z", "p3", "s174", "approved", 500);
    post(&mut story, "2026-03-06T12:00:00Z", "p4", "s3", "rejected", 20);
    story.tick("2026-04-03T04:00:00Z");
    let story = story.unaudited();
    let books = story.books();

    let standings = story.standings();
    let chosen =
        standings.values().filter(|turns| turns.iter().any(|it| it.starts_with("2026-02-15 approved")));
    assert_eq!(chosen.count(), 175);
    assert_eq!(standings["late"], ["2026-01-17 applied", "2026-02-15 approved"]);
    assert_eq!(standings["s2"], ["2026-01-10 applied", "2026-02-15 waitlisted", "2026-03-01 approved"]);
    assert_eq!(standings["s7"][2..], ["2026-03-01 banned", "2026-03-02 banned"]);
    assert_eq!(standings["s180"], ["2026-01-17 applied", "2026-02-15 approved"]);
    assert_eq!(standings["s174"], ["2026-01-17 applied", "2026-02-15 waitlisted"]);
    assert_eq!(standings["small"], ["2026-01-17 rejected"]);
    assert_eq!(standings["quiet"], ["2026-01-17 waitlisted", "2026-02-20 approved"]);
    let why = |who: &str| story.reasons(who).remove(0);
    assert_eq!(why("small"), "does not meet reach, which is required");
    assert_eq!(why("nowhere"), "does not meet student, which is required");
    assert_eq!(why("quiet"), "50 points for student, reach, style, fewer than 60: a person decides");
    assert_eq!(why("s2"), "70 points for student, reach, style, engaged; places are given out later");

    assert_eq!(books.earned_for("post:p1"), "s1 75.00 USD");
    assert_eq!(books.earned_for("post:p2"), "s2 75.00 USD");
    for unpaid in ["post:too-early", "post:p3", "post:p4"] {
        assert_eq!(books.earned_for(unpaid), "nothing", "{unpaid}");
    }
    assert_eq!(
        books.standings().iter().filter(|it| it.contains("2026-03")).collect::<Vec<_>>(),
        [
            "best-of-campus 2026-03 campus-0 1 s2 70 50.00",
            "best-of-campus 2026-03 campus-0 2 s1 40",
            "best-of-campus 2026-03 campus-1 1 s3 20 50.00",
        ]
    );
}
