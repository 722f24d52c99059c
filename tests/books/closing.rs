//! A month that is closed, corrections by hand, claims, and what banks make of payouts: the books hold, the replay agrees,
//! and what may not be is refused with a reason.

use serde_json::{Value, json};
use tribute_reports::{
    Books, Filter,
    report::{MonthEnd, MonthEndRow, collect},
    verify,
};
use tribute_tests::{Pipeline, postgres_url, wait};

use crate::story::{on, tick};

const TERMS: &str = "[program]\nbrand = 'acme'\nid = 'p'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\n\
    currency = 'EUR'\n[attribution]\nhold = '1d'\ngrace = '0d'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
    [payout]\nschedule = 'monthly'\ncurrency = 'ambassador'\nrate_age_max = '40d'\n";

fn order(number: u32, who: &str, time: &str, amount: &str) -> [String; 2] {
    let (day, hour) = time.split_at(10);
    assert!(hour.starts_with('T'));
    let click = json!({"click": format!("c{number}"), "program": "p", "ambassador": who, "account": format!("u{number}")});
    let line = json!({"sku": "MUG", "quantity": 1, "amount": amount});
    let sale = json!({"order": number.to_string(), "account": format!("u{number}"), "currency": "EUR", "lines": [line]});
    [
        on("click.recorded", &format!("click-{number}"), &format!("{day}T00:00:01Z"), click),
        on("sale.completed", &format!("sale-{number}"), time, sale),
    ]
}

/// Ada is paid in euros, Cleo in dollars. Both have a payout of the 1st of March.
fn begun(pipeline: Pipeline) -> Pipeline {
    begun_under(pipeline, TERMS)
}

fn begun_under(mut pipeline: Pipeline, terms: &str) -> Pipeline {
    let begins = "2026-01-01T00:00:00Z";
    let mut lines = vec![on("program.published", "terms", begins, json!({"terms": terms}))];
    for (who, currency) in [("ada", "EUR"), ("cleo", "USD")] {
        let data = json!({"program": "p", "ambassador": who, "payout_currency": currency});
        lines.push(on("ambassador.approved", who, begins, data));
    }
    let rates = json!({"base": "EUR", "date": "2026-02-27", "rates": {"USD": "1.1000"}});
    lines.push(on("fx.published", "fx", "2026-02-27T14:00:00Z", rates).replace("\"brand\":\"acme\",", ""));
    lines.extend(order(1, "ada", "2026-02-10T12:00:00Z", "320.00"));
    lines.extend(order(2, "cleo", "2026-02-11T12:00:00Z", "250.00"));
    lines.extend(order(3, "ada", "2026-03-10T12:00:00Z", "90.00"));
    fed(&mut pipeline, &lines);
    fed(&mut pipeline, &[tick("2026-03-01")]);
    pipeline
}

fn fed(pipeline: &mut Pipeline, lines: &[String]) {
    let before = pipeline.books().quarantine.len();
    let _receipt = pipeline.feed(lines);
    let quarantine = pipeline.books().quarantine;
    assert_eq!(quarantine.len(), before, "{:?}", quarantine.last());
}

/// Why one line is put aside: by the service that takes it, where they run apart.
fn refused(pipeline: &mut Pipeline, line: String) -> String {
    let before = pipeline.books().quarantine.len();
    let _receipt = pipeline.feed(&[line]);
    let mut quarantine = pipeline.books().quarantine;
    assert_eq!(quarantine.len(), before + 1, "it was not put aside");
    quarantine.pop().unwrap().reason
}

fn payout(pipeline: &mut Pipeline, who: &str) -> String {
    let books = pipeline.books();
    books.payouts.iter().find(|row| row.ambassador == who && row.amount.is_some()).unwrap().payout.clone()
}

fn settled(payout: &str, time: &str) -> [String; 3] {
    [
        on("payout_approval.given", &format!("{payout}-a"), time, json!({"payout": payout, "by": "max"})),
        on(
            "payout_file.exported",
            &format!("{payout}-b"),
            time,
            json!({"payouts": [payout], "file": "f.xml", "sha256": "00"}),
        ),
        on(
            "settlement.reported",
            &format!("{payout}-c"),
            time,
            json!({"payout": payout, "outcome": "settled", "reference": "B-1"}),
        ),
    ]
}

/// Entries of the bank in euros.
fn bank(id: &str, kind: &str, time: &str, amounts: &[&str], more: Value) -> String {
    let entry = |(place, amount): (usize, &&str)| {
        json!({"entry": format!("be_{id}_{place}"), "account": "NL1", "statement": "S", "reference": id, "day": &time[..10],
               "amount": amount})
    };
    let entries: Vec<_> = amounts.iter().enumerate().map(entry).collect();
    let mut data = json!({"kind": kind, "currency": "EUR", "entries": entries});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    on("bank_entry.reported", &format!("bank-{id}-{kind}"), time, data)
}

fn held(pipeline: &mut Pipeline, account: &str, asset: &str) -> i64 {
    let books = pipeline.books();
    let found = books.balances.iter().find(|row| row.account == account && row.asset == asset);
    found.map_or(0, |row| row.amount)
}

/// The books hold, and the log says the same once more.
fn holds(pipeline: &mut Pipeline) {
    let _caught_up = pipeline.books();
    let found = wait(verify::verify(pipeline.database(), &mut |_| {})).unwrap();
    assert!(found.is_ok(), "{found}");
    let replay = wait(verify::replay(pipeline.database(), &mut |_| {})).unwrap();
    assert!(replay.is_ok(), "{replay:?}");
}

fn month_end(pipeline: &Pipeline, month: &str) -> Vec<MonthEndRow> {
    let books = Books { database: pipeline.database(), registry: pipeline.registry() };
    let filter = Filter { brand: Some("acme".to_owned()), ..Filter::default() };
    wait(collect(&MonthEnd { month: month.parse().unwrap() }, &books, &filter)).unwrap()
}

/// Part, name, item and amount of the rows of some parts.
fn shown(rows: &[MonthEndRow], parts: &[&str]) -> Vec<String> {
    let shown = rows.iter().filter(|row| parts.contains(&row.part)).map(|row| {
        let amount =
            row.amount.as_ref().map(|it| format!("{} {}", it.amount, it.currency)).unwrap_or_default();
        let id = row.id.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
        format!("{} {} {amount}{id}", row.name, row.item)
    });
    shown.collect()
}

/// On SQLite, on PostgreSQL where there is one, and with the services apart.
fn everywhere(tell: impl Fn(Pipeline)) {
    tell(Pipeline::on_sqlite());
    tell(Pipeline::on_sqlite().apart());
    if let Some(server) = postgres_url() {
        tell(Pipeline::on_postgres(&server));
    }
}

#[test]
fn nothing_is_booked_into_a_closed_month_and_what_comes_late_keeps_its_time() {
    everywhere(|pipeline| {
        let mut pipeline = begun(pipeline);
        let close = |id: &str, month: &str, time: &str| {
            on("period.closed", id, time, json!({"month": month, "by": "carla"}))
        };
        let why = refused(&mut pipeline, close("early", "2026-03", "2026-03-31T00:00:00Z"));
        assert!(why.contains("2026-03 is not over: the clock has not come to 2026-04-01T00:00:00Z"), "{why}");
        fed(&mut pipeline, &[tick("2026-04-01")]);
        let before = shown(&month_end(&pipeline, "2026-03"), &["accounts"]);
        fed(&mut pipeline, &[close("closed", "2026-03", "2026-04-01T10:00:00Z")]);
        // The same again says nothing new; an earlier month is closed with it.
        fed(&mut pipeline, &[close("again", "2026-03", "2026-04-02T10:00:00Z")]);
        let why = refused(&mut pipeline, close("february", "2026-02", "2026-04-02T10:00:00Z"));
        assert!(why.contains("2026-02 was closed together with 2026-03"), "{why}");

        let booked = pipeline.books().transactions.len();
        let refund = json!({"order": "3", "refund": "r1", "amount": "30.00"});
        fed(&mut pipeline, &[on("sale.refunded", "late", "2026-03-20T09:00:00Z", refund)]);
        let late: Vec<_> = pipeline.books().transactions.split_off(booked);
        assert!(!late.is_empty());
        let april = "2026-04-01T00:00:00Z".parse::<tribute_events::Timestamp>().unwrap().millis();
        let happened = "2026-03-20T09:00:00Z".parse::<tribute_events::Timestamp>().unwrap().millis();
        for row in &late {
            assert_eq!((row.effective_at, row.happened_at), (april, Some(happened)), "{row:?}");
        }
        assert_eq!(shown(&month_end(&pipeline, "2026-03"), &["accounts"]), before, "the month is as it was");
        assert_eq!(shown(&month_end(&pipeline, "2026-03"), &["period"]).len(), 1);
        // An order of the closed month, taken in late, is paid like any other, and booked in April.
        let [click, sale] = order(4, "ada", "2026-03-25T12:00:00Z", "50.00");
        fed(&mut pipeline, &[click, sale]);
        assert_eq!(shown(&month_end(&pipeline, "2026-03"), &["accounts"]), before);
        holds(&mut pipeline);
    });
}

#[test]
fn what_the_bank_took_and_exchanged_is_booked_with_its_cause_and_the_month_agrees_to_the_cent() {
    everywhere(|pipeline| {
        let mut pipeline = begun(pipeline);
        let (ada, cleo) = (payout(&mut pipeline, "ada"), payout(&mut pipeline, "cleo"));
        let time = "2026-03-03T00:00:00Z";
        let early = bank("1", "payment", time, &["-32.35"], json!({"payouts": [ada], "charge": "0.35"}));
        let why = refused(&mut pipeline, early.replace("bank-1-", "early-1-"));
        assert!(why.contains("is proposed and not settled"), "{why}");
        fed(&mut pipeline, &settled(&ada, time));
        fed(&mut pipeline, &settled(&cleo, time));
        fed(&mut pipeline, std::slice::from_ref(&early));
        // Told twice under another id it says nothing new; as something else it is refused.
        fed(&mut pipeline, &[early.replace("bank-1-", "again-1-")]);
        let other = bank("1", "charge", time, &["-32.35"], json!({"program": "p"}));
        let why = refused(&mut pipeline, other);
        assert!(why.contains("was told as payment before, which stands"), "{why}");
        // 27.50 USD were worth 25.00 EUR at the payout's rate; the bank took 25.40.
        fed(&mut pipeline, &[bank("2", "payment", time, &["-25.40"], json!({"payouts": [cleo]}))]);
        fed(
            &mut pipeline,
            &[bank("3", "charge", "2026-03-31T00:00:00Z", &["-1.50"], json!({"program": "p"}))],
        );
        // Nobody explains it at first; then a person says what it is.
        fed(&mut pipeline, &[bank("4", "unexpected", time, &["-12.00"], json!({}))]);
        let rows = month_end(&pipeline, "2026-03");
        assert_eq!(
            shown(&rows, &["compared", "differences"])[..4],
            [
                "cash books -59.25 EUR",
                "cash bank -71.25 EUR",
                "cash books less bank 12.00 EUR",
                "cash books less bank 12.00 EUR (be_4_0)"
            ]
        );
        fed(&mut pipeline, &[bank("4", "charge", time, &["-12.00"], json!({"program": "p", "by": "carla"}))]);
        let (charges, difference) = ("expense:bank_charges", "expense:fx_difference");
        assert_eq!(
            [charges, difference, "cash", "fx"].map(|it| held(&mut pipeline, it, "EUR")),
            [1385, 40, -7125, 0]
        );
        assert_eq!(["cash", "fx"].map(|it| held(&mut pipeline, it, "USD")), [0, 0], "no position is open");
        let rows = month_end(&pipeline, "2026-03");
        let differing = |item: &str| {
            let rows = rows.iter().filter(|row| row.part == "compared" && row.item == item);
            rows.map(|row| row.amount.clone().unwrap().amount).collect::<Vec<_>>()
        };
        assert_eq!(differing("books less bank"), ["0.00", "0.00"], "euros and dollars");
        assert_eq!(differing("books less payouts")[..2], ["-39.25", "27.50"]);
        let named = rows.iter().filter(|row| row.part == "differences" && row.item == "books less payouts");
        let named: Vec<_> = named.map(|row| row.amount.clone().unwrap().amount).collect();
        assert_eq!(named, ["-0.35", "-25.40", "-1.50", "-12.00", "27.50"]);
        // It comes back, less a charge.
        let back = json!({"payout": cleo, "outcome": "returned", "reference": "B-9"});
        fed(&mut pipeline, &[on("settlement.reported", "back", "2026-03-05T00:00:00Z", back)]);
        let returned = bank(
            "5",
            "return",
            "2026-03-05T00:00:00Z",
            &["24.65"],
            json!({"payouts": [cleo], "charge": "0.35"}),
        );
        fed(&mut pipeline, &[returned]);
        assert_eq!(
            [charges, difference, "cash", "fx"].map(|it| held(&mut pipeline, it, "EUR")),
            [1420, 40, -4660, 0]
        );
        assert_eq!(["cash", "fx"].map(|it| held(&mut pipeline, it, "USD")), [0, 0]);
        assert_eq!(
            held(&mut pipeline, "ambassador:cleo:available", "EUR"),
            -2500,
            "the balance is whole again"
        );
        holds(&mut pipeline);
    });
}

fn proposed(id: &str, debit: &str, credit: &str, amount: &str) -> String {
    let data = json!({"adjustment": id, "program": "p", "debit": debit, "credit": credit, "amount": amount, "currency": "EUR",
                      "day": "2026-03-02", "by": "max", "reason": "a voucher"});
    on("adjustment.proposed", &format!("{id}-proposed"), "2026-03-02T10:00:00Z", data)
}

fn decided(id: &str, decision: &str, by: &str) -> String {
    let mut data = json!({"adjustment": id, "by": by});
    if decision == "refused" {
        data["reason"] = "no".into();
    }
    let name = format!("{id}-{decision}-{by}");
    on(&format!("adjustment.{decision}"), &name, "2026-03-02T11:00:00Z", data)
}

#[test]
fn two_people_answer_for_a_correction_and_runs_pay_it() {
    everywhere(|pipeline| {
        let mut pipeline = begun(pipeline);
        let available = "ambassador:ada:available";
        fed(&mut pipeline, &[proposed("a1", "expense:adjustments", available, "5.00")]);
        assert_eq!(held(&mut pipeline, available, "EUR"), 0, "a proposal books nothing");
        let why = refused(&mut pipeline, decided("a1", "approved", "Max"));
        assert!(why.contains("was proposed by max: somebody else has to approve it"), "{why}");
        fed(&mut pipeline, &[decided("a1", "approved", "carla")]);
        assert_eq!(held(&mut pipeline, available, "EUR"), -500);
        let why = refused(&mut pipeline, decided("a1", "refused", "eve"));
        assert!(why.contains("was approved before, which stands"), "{why}");
        fed(
            &mut pipeline,
            &[proposed("a2", available, "expense:adjustments", "1.00"), decided("a2", "refused", "max")],
        );
        fed(
            &mut pipeline,
            &[proposed("a3", "expense:bank_charges", "cash", "2.00"), decided("a3", "approved", "eve")],
        );
        for (id, debit, credit, amount, says) in [
            ("b1", "ambassador:ada:paid", "cash", "1.00", "is not corrected by hand"),
            ("b2", "expense:rent", "cash", "1.00", "data.debit"),
            ("b3", "expense:adjustments", "ambassador:eve:available", "1.00", "nobody of program p has"),
            ("b4", "cash", "cash", "1.00", "on both sides"),
            ("b5", "expense:adjustments", available, "0.001", "no whole amount of EUR"),
            ("a1", "expense:adjustments", available, "9.00", "is known already"),
        ] {
            let line = proposed(id, debit, credit, amount).replace("-proposed\"", "-other\"");
            let why = refused(&mut pipeline, line);
            assert!(why.contains(says), "{id}: {why}");
        }
        fed(&mut pipeline, &[tick("2026-04-01")]);
        let books = pipeline.books();
        let run = "2026-04-01T00:00:00Z".parse::<tribute_events::Timestamp>().unwrap().millis();
        let paid = books.payouts.iter().find(|row| row.ambassador == "ada" && row.run_at == run).unwrap();
        assert_eq!(paid.balance, 1_400, "9.00 of the order and 5.00 by hand");
        holds(&mut pipeline);
    });
}

#[test]
fn a_claim_goes_from_evidence_to_a_decision_and_moves_nothing_by_itself() {
    everywhere(|pipeline| {
        let mut pipeline = begun(pipeline);
        let say = |kind: &str, id: &str, data: Value| {
            on(&format!("claim.{kind}"), id, "2026-03-02T10:00:00Z", data)
        };
        let opened = json!({"claim": "c1", "program": "p", "ambassador": "cleo", "order": "3", "reason": "by my story"});
        let why = refused(
            &mut pipeline,
            say("opened", "x", {
                let mut stranger = opened.clone();
                stranger["ambassador"] = "nobody".into();
                stranger
            }),
        );
        assert!(why.contains("nobody of program p is called nobody"), "{why}");
        fed(
            &mut pipeline,
            &[
                say("opened", "o", opened),
                say("evidenced", "e", json!({"claim": "c1", "by": "max", "evidence": "ticket 17"})),
            ],
        );
        let booked = pipeline.books().transactions.len();
        let accepted = json!({"claim": "c1", "by": "carla", "remedy": "override", "event": "c1/override"});
        fed(&mut pipeline, &[say("accepted", "a", accepted)]);
        assert_eq!(pipeline.books().transactions.len(), booked);
        let why =
            refused(&mut pipeline, say("refused", "r", json!({"claim": "c1", "by": "eve", "reason": "no"})));
        assert!(why.contains("claim c1 was accepted before, which stands"), "{why}");
        let why = refused(
            &mut pipeline,
            say("evidenced", "f", json!({"claim": "c9", "by": "eve", "evidence": "x"})),
        );
        assert!(why.contains("claim c9 is not known"), "{why}");
        holds(&mut pipeline);
    });
}

#[test]
fn tax_that_was_withheld_is_paid_over_once_and_never_more_of_it() {
    everywhere(|pipeline| {
        let mut pipeline =
            begun_under(pipeline, &format!("{TERMS}tax_form = true\non_missing_tax_form = 'withhold'\n"));
        let time = "2026-03-03T00:00:00Z";
        // 24 % of 32.00 EUR.
        assert_eq!(held(&mut pipeline, "tax_withheld", "EUR"), -768 - 600);
        let why = refused(
            &mut pipeline,
            bank("1", "tax", time, &["-13.69"], json!({"program": "p", "by": "carla"})),
        );
        assert!(why.contains("13.69 EUR was paid to the tax authority, and 13.68 EUR is withheld"), "{why}");
        let nobody = refused(&mut pipeline, bank("9", "tax", time, &["-1.00"], json!({})));
        assert!(nobody.contains("which program"), "{nobody}");
        let paid_over = bank("2", "tax", time, &["-13.68"], json!({"program": "p", "by": "carla"}));
        fed(&mut pipeline, std::slice::from_ref(&paid_over));
        fed(&mut pipeline, &[paid_over.replace("bank-2-", "again-2-")]);
        assert_eq!(["tax_withheld", "cash"].map(|it| held(&mut pipeline, it, "EUR")), [0, -1368]);
        let rows = month_end(&pipeline, "2026-03");
        let differing = rows.iter().find(|row| row.part == "compared" && row.item == "books less bank");
        assert_eq!(differing.unwrap().amount.clone().unwrap().amount, "0.00");
        // A part comes back from the authority.
        fed(&mut pipeline, &[bank("3", "tax", time, &["0.68"], json!({"program": "p"}))]);
        assert_eq!(["tax_withheld", "cash"].map(|it| held(&mut pipeline, it, "EUR")), [-68, -1300]);
        holds(&mut pipeline);
    });
}
