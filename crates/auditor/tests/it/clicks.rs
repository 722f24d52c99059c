//! What clicks earn.

use crate::story::story;

#[test]
fn a_visitor_counts_once_a_day_and_a_day_once_it_has_ended() {
    let mut it = story();
    it.terms("[[click_fee]]\nid = 'visit'\namount = '0.025'\nper_day = 3\n");
    let mut click = |time: &str, click: &str, more: &str| {
        it.on(time, "click.recorded", &format!(r#""click":"{click}","ambassador":"A"{more}"#));
    };
    click("2026-03-01T10:00:00Z", "c1", r#","device":"d1""#);
    click("2026-03-01T11:00:00Z", "c2", r#","device":"d1""#);
    click("2026-03-01T11:00:00Z", "c3", r#","device":"d2","kind":"qr""#);
    click("2026-03-01T11:00:00Z", "c4", r#","device":"d3","kind":"view""#);
    click("2026-03-01T11:00:00Z", "c5", "");
    click("2026-03-01T12:00:00Z", "c6", r#","device":"d4""#);
    click("2026-03-01T13:00:00Z", "c7", r#","device":"d5""#);
    click("2026-03-02T10:00:00Z", "c8", r#","device":"d1""#);
    assert_eq!(it.earned(), "", "no clock");
    it.on("2026-03-02T00:00:00Z", "clock.ticked", r#""at":"2026-03-02T00:00:00Z""#);
    assert_eq!(it.earned(), "A 8", "three times 0.025 of the first day");
    it.on("2026-03-05T00:00:00Z", "click.judged", r#""click":"c7","valid":false,"reason":"bot""#);
    assert_eq!(it.earned(), "A 8", "it was one too many anyway");
    it.on("2026-03-05T00:00:00Z", "click.judged", r#""click":"c6","valid":false,"reason":"bot""#);
    assert_eq!(it.earned(), "A 5");
}
