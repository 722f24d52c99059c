//! Payout runs, and which lines are accepted.

use crate::story::{Story, story};

/// Monthly payouts of 30 % of Ana's orders.
fn monthly(payout: &str) -> Story {
    let mut it = story();
    it.terms(&format!(
        "[payout]\nschedule = 'monthly'\n{payout}\n[[commission]]\nid = 'r'\npays.percent = '30%'\n"
    ));
    it.click("2026-01-04T10:00:00Z", "A");
    it
}

#[test]
fn case_34_a_refund_before_and_after_the_payout() {
    let refund = |refund: &str| format!(r#""order":"1","refund":"{refund}","amount":"49.00""#);
    let mut before = monthly("");
    before.sale("2026-01-05T10:00:00Z", "1", "49.00").on(
        "2026-02-10T10:00:00Z",
        "sale.refunded",
        &refund("r"),
    );
    assert!(before.to("2026-06-01T00:00:00Z").payouts().is_empty());
    let mut after = monthly("");
    after.sale("2026-01-05T10:00:00Z", "1", "49.00").on(
        "2026-03-10T10:00:00Z",
        "sale.refunded",
        &refund("r"),
    );
    let expected =
        ["2026-03-01 A 1470 paid 1470 USD", "2026-04-01 A -1470 carried", "2026-05-01 A -1470 carried"];
    assert_eq!(after.to("2026-05-31T23:59:59Z").payouts(), expected);
    after.on("2026-03-11T10:00:00Z", "sale.refunded", &refund("r2"));
    assert_eq!(after.payouts(), expected);
}

#[test]
fn case_35_a_clawback_is_filled_by_later_earnings() {
    let mut it = monthly("");
    it.sale("2026-01-05T10:00:00Z", "1", "333.33").to("2026-05-01T00:00:00Z"); // 100.00, paid on 1 March
    it.on("2026-03-05T10:00:00Z", "sale.cancelled", r#""order":"1""#);
    it.click("2026-02-20T10:00:00Z", "A").sale("2026-02-25T10:00:00Z", "2", "66.67"); // 20.00, cleared in March
    let expected =
        ["2026-03-01 A 10000 paid 10000 USD", "2026-04-01 A -8000 carried", "2026-05-01 A -8000 carried"];
    assert_eq!(it.payouts(), expected);
}

#[test]
fn a_minimum_is_reached_at_it() {
    let mut it = monthly("minimum = '30.00'");
    it.sale("2026-01-05T10:00:00Z", "1", "99.96")
        .sale("2026-02-01T09:00:00Z", "2", "0.04")
        .to("2026-04-01T00:00:00Z");
    assert_eq!(it.payouts(), ["2026-03-01 A 2999 carried", "2026-04-01 A 3000 paid 3000 USD"]);
}

#[test]
fn a_run_sees_what_had_happened_by_its_cut_off() {
    let mut it = monthly("");
    it.attribution("hold = '0s'\ngrace = '0s'");
    it.sale("2026-01-05T10:00:00Z", "1", "100.00").to("2026-03-01T00:00:00Z");
    let refund = r#""order":"1","refund":"r","amount":"50.00""#;
    it.late("2026-01-31T10:00:00Z", "2026-02-03T10:00:00Z", "sale.refunded", refund);
    assert_eq!(it.payouts(), ["2026-02-01 A 1500 paid 1500 USD"]);
    // Those who lived through it had not heard of the refund yet.
    it.lived(300_000);
    assert_eq!(it.payouts(), ["2026-02-01 A 3000 paid 3000 USD", "2026-03-01 A -1500 carried"]);
}

#[test]
fn a_hold_stops_payouts_until_it_is_released() {
    let mut it = monthly("tax_form = true");
    it.sale("2026-01-05T10:00:00Z", "1", "100.00").to("2026-06-01T00:00:00Z");
    it.on("2026-02-10T00:00:00Z", "hold.placed", r#""ambassador":"A","by":"eve","reason":"looks odd""#);
    it.on("2026-03-10T00:00:00Z", "hold.released", r#""ambassador":"A","by":"eve","reason":"is fine""#);
    it.on("2026-04-10T00:00:00Z", "ambassador.updated", r#""ambassador":"A","tax_form":true"#);
    let expected = [
        "2026-03-01 A 3000 held fraud_hold",
        "2026-04-01 A 3000 held tax_form",
        "2026-05-01 A 3000 paid 3000 USD",
    ];
    assert_eq!(it.payouts(), expected);
}

fn with_rates(payout: &str, wanted: &str, rates: &[(&str, &str)]) -> Story {
    let mut it = monthly(&format!("currency = 'ambassador'\n{payout}"));
    it.sale("2026-01-05T10:00:00Z", "1", "100.00").to("2026-03-01T00:00:00Z");
    it.on(
        "2026-01-03T00:00:00Z",
        "ambassador.updated",
        &format!(r#""ambassador":"A","payout_currency":"{wanted}""#),
    );
    for (day, rates) in rates {
        let data = format!(r#""base":"EUR","date":"{day}","rates":{{{rates}}}"#);
        it.on(&format!("{day}T16:00:00Z"), "fx.published", &data);
    }
    it
}

#[test]
fn a_payout_in_another_currency_is_fixed_on_the_last_day_before_the_cut_off() {
    let rates = [
        ("2026-02-26", r#""USD":"1.1","GBP":"0.80""#),
        ("2026-02-27", r#""USD":"1.20","GBP":"0.86675""#),
        ("2026-03-01", r#""USD":"2","GBP":"2""#),
    ];
    // 30.00 × 0.86675 / 1.20 = 21.66875
    assert_eq!(with_rates("", "GBP", &rates).payouts(), ["2026-03-01 A 3000 paid 2167 GBP"]);
    assert_eq!(with_rates("", "EUR", &rates).payouts(), ["2026-03-01 A 3000 paid 2500 EUR"]);
    assert_eq!(with_rates("", "USD", &[]).payouts(), ["2026-03-01 A 3000 paid 3000 USD"]);
}

#[test]
fn a_missing_rate_holds_unless_the_terms_say_otherwise() {
    let rates = [("2026-02-20", r#""USD":"1.2""#), ("2026-02-21", r#""USD":"1.2","JPY":"160""#)];
    assert_eq!(with_rates("", "EEK", &rates).payouts(), ["2026-03-01 A 3000 held missing_rate"]);
    assert_eq!(with_rates("", "JPY", &rates).payouts(), ["2026-03-01 A 3000 paid 4000 JPY"]);
    assert_eq!(with_rates("", "JPY", &rates[..1]).payouts(), ["2026-03-01 A 3000 held missing_rate"]);
    assert_eq!(
        with_rates("rate_age_max = '6d'", "EUR", &rates).payouts(),
        ["2026-03-01 A 3000 held missing_rate"]
    );
    let earning = with_rates("on_missing_rate = 'pay_earning'", "EEK", &rates);
    assert_eq!(earning.payouts(), ["2026-03-01 A 3000 paid 3000 USD"]);
    let successor = with_rates("on_missing_rate = 'successor'\nsuccessors = { EEK = 'EUR' }", "EEK", &rates);
    assert_eq!(successor.payouts(), ["2026-03-01 A 3000 paid 2500 EUR"]);
}

#[test]
fn the_last_tick_of_the_clock_says_how_far_to_run() {
    let mut it = monthly("");
    it.sale("2026-01-05T10:00:00Z", "1", "100.00");
    assert!(it.payouts().is_empty());
    it.on("2026-03-01T00:05:00Z", "clock.ticked", r#""at":"2026-03-01T00:00:00Z""#);
    assert_eq!(it.payouts(), ["2026-03-01 A 3000 paid 3000 USD"]);
}

#[test]
fn duplicates_count_once_and_of_a_conflict_the_first_stands() {
    let mut it = monthly("");
    it.sale("2026-01-05T10:00:00Z", "1", "100.00").again();
    let conflicting = it.all_lines().last().unwrap().replace("100.00", "900.00");
    it.line(conflicting).line("not json".into());
    let audit = it.audit_of(it.all_lines());
    assert_eq!((audit.accepted, audit.duplicates), (5, 1));
    let report = audit.report();
    assert!(report.contains("earning acme p order:1 A r USD 30.00\n"), "{report}");
    assert!(report.contains("quarantined conflict 1\nquarantined not_json 1\n"), "{report}");
}
