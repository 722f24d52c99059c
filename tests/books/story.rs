//! A brand with three programs in three currencies, tokens and perks, refunds, payouts in another currency, a payout that
//! comes back, and ids that try every syntax.

use serde_json::{Value, json};
use tribute_tests::{Pipeline, event};

/// Ids with whatever an accountant's file cannot carry.
pub(crate) const PEOPLE: [&str; 4] = ["ada", "team: a; b,  5% [x] \"q\"", "zoë-1.2", "Ada"];

const PROGRAMS: [(&str, &str); 3] = [("us", "USD"), ("jp", "JPY"), ("bh", "BHD")];

fn terms(program: &str, currency: &str) -> String {
    format!(
        "[program]\nbrand = 'acme'\nid = '{program}'\nversion = 'spring 2026'\neffective_from = '2026-01-01T00:00:00Z'\n\
         currency = '{currency}'\n[attribution]\nhold = '30d'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n\
         [[mission]]\nid = 'pair'\nrequires.conversions = 2\ngives = [{{ token = 'SPRING_COIN_26', units = 50 }}]\n\
         [[mission]]\nid = 'first'\nrequires.conversions = 1\ngives = [{{ perk = 'SKU:TOTE-1.5', fair_value = '12.00' }}]\n\
         [payout]\nschedule = 'monthly'\ncurrency = 'ambassador'\n"
    )
}

pub(crate) fn on(kind: &str, id: &str, time: &str, data: Value) -> String {
    event("acme", id, kind, time, time, &data)
}

pub(crate) fn tick(day: &str) -> String {
    let at = format!("{day}T00:00:00Z");
    event("*", &format!("tick-{day}"), "clock.ticked", &at, &at, &json!({"at": at}))
}

fn setting(converted: [bool; 2]) -> Vec<String> {
    let begins = "2026-01-01T00:00:00Z";
    let mut lines = Vec::new();
    for (program, currency) in PROGRAMS {
        let id = format!("terms-{program}");
        lines.push(on("program.published", &id, begins, json!({"terms": terms(program, currency)})));
        let stock = json!({"program": program, "perk": "SKU:TOTE-1.5", "units": 9});
        lines.push(on("perk.stocked", &format!("stock-{program}"), begins, stock));
        for (place, who) in PEOPLE.iter().enumerate() {
            let mut data = json!({"program": program, "ambassador": who});
            if converted.get(place) == Some(&true) {
                data["payout_currency"] = "EUR".into();
            }
            lines.push(on("ambassador.approved", &format!("approved-{program}-{place}"), begins, data));
        }
    }
    for month in 1..=5 {
        let day = format!("2026-{month:02}-28");
        let rates =
            json!({"base": "EUR", "date": day, "rates": {"USD": "1.0871", "JPY": "163.17", "BHD": "0.4098"}});
        let time = format!("2026-{month:02}-28T00:00:00Z");
        lines.push(event("*", &format!("fx-{month}"), "fx.published", &time, &time, &rates));
    }
    lines
}

fn shopping() -> Vec<String> {
    let mut lines = Vec::new();
    let amounts = ["129.90", "77", "1234.5"];
    for (number, (program, currency)) in PROGRAMS.iter().cycle().take(36).enumerate() {
        let (who, day) = (PEOPLE[number % PEOPLE.len()], 3 + number % 20);
        let (month, order) = (1 + number / 12, format!("{program}, {number}"));
        let buyer = format!("buyer-{number}");
        let click =
            json!({"click": format!("c{number}"), "program": program, "ambassador": who, "account": buyer});
        lines.push(on(
            "click.recorded",
            &format!("click-{number}"),
            &format!("2026-{month:02}-{day:02}T08:00:00Z"),
            click,
        ));
        let amount = if *currency == "JPY" { "12345" } else { amounts[number % 3] };
        let sold = json!([{"sku": "MUG", "quantity": 1, "amount": amount}]);
        let sale = json!({"order": order, "account": buyer, "currency": currency, "lines": sold});
        lines.push(on(
            "sale.completed",
            &format!("sale-{number}"),
            &format!("2026-{month:02}-{day:02}T09:00:00Z"),
            sale,
        ));
        if number % 5 == 0 {
            let refund = json!({"order": order, "refund": format!("r{number}"), "amount": "7"});
            let time = format!("2026-{:02}-{day:02}T09:00:00Z", month + number % 3);
            lines.push(on("sale.refunded", &format!("refund-{number}"), &time, refund));
        }
    }
    lines
}

/// What the payouts that are proposed meet: most are settled, every third comes back later.
fn bank(pipeline: &mut Pipeline, day: &str) -> Vec<String> {
    let books = pipeline.books();
    let mut lines = Vec::new();
    let proposed = books.payouts.iter().filter(|row| row.status == "proposed");
    for (place, row) in proposed.enumerate() {
        let payout = &row.payout;
        let mut tell = |kind: &str, hour: u32, data: Value| {
            lines.push(on(kind, &format!("{payout}-{hour}"), &format!("{day}T{hour:02}:00:00Z"), data));
        };
        tell("payout_approval.given", 1, json!({"payout": payout, "by": "max"}));
        tell("payout_file.exported", 2, json!({"payouts": [payout], "file": "may.csv", "sha256": "00"}));
        tell("settlement.reported", 3, json!({"payout": payout, "outcome": "settled", "reference": "bank"}));
        if place % 3 == 2 {
            tell(
                "settlement.reported",
                4,
                json!({"payout": payout, "outcome": "returned", "reason": "closed"}),
            );
        }
    }
    lines
}

/// The whole story, on books of its own. Two people are paid in euros.
pub(crate) fn told() -> Pipeline {
    told_in([true; 2])
}

/// The story, in which the first two people are paid in euros or not.
pub(crate) fn told_in(converted: [bool; 2]) -> Pipeline {
    let mut pipeline = Pipeline::on_sqlite();
    let feed = |pipeline: &mut Pipeline, lines: &[String]| {
        let receipt = pipeline.feed(lines);
        assert_eq!(receipt.quarantined_in_all(), 0, "{receipt:?}: {:?}", pipeline.books().quarantine);
    };
    feed(&mut pipeline, &setting(converted));
    feed(&mut pipeline, &shopping());
    feed(&mut pipeline, &[tick("2026-03-02"), tick("2026-04-02")]);
    let told = bank(&mut pipeline, "2026-04-03");
    feed(&mut pipeline, &told);
    let spent = json!({"program": "us", "ambassador": "ada", "token": "SPRING_COIN_26", "amount": "20", "reason": "a hat, [red]\nor so"});
    feed(&mut pipeline, &[on("token.spent", "spent", "2026-04-05T00:00:00Z", spent)]);
    let fulfilled = json!({"grant": "us/first/ada/1", "outcome": "delivered"});
    feed(&mut pipeline, &[on("perk.fulfilled", "fulfilled", "2026-04-06T00:00:00Z", fulfilled)]);
    feed(&mut pipeline, &[tick("2026-05-02")]);
    pipeline
}
