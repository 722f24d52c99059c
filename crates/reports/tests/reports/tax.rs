//! A year of a brand that pays in dollars and in yen, by several rails, gives perks and sends products.

use serde_json::{Value, json};
use tribute_events::Arrival;
use tribute_reports::{
    Filter,
    report::{Dac7, Payouts, Tax, TaxRow, TaxRules, collect, table, tax_totals},
};
use tribute_services::Incoming;

use crate::world::World;

/// An order of ten times the commission, each person's by a click of their own.
const TERMS: &str = "version = '1'\neffective_from = '2026-01-01T00:00:00Z'\n[attribution]\nhold = '0d'\ngrace = '0h'\n\
    [[commission]]\nid = 'ten'\npays.percent = '10%'\n[payout]\nschedule = 'monthly'\n";
const FIRST: &str = "[[mission]]\nid = 'first'\nrequires.conversions = 1\n\
    gives = [{ perk = 'SKU:TOTE', fair_value = '12.00' }]\n";

fn on(id: &str, kind: &str, time: &str, data: &Value) -> Incoming {
    let event = json!({
        "specversion": "1.0", "id": id, "source": "/shop", "type": format!("tribute.{kind}"), "brand": "acme",
        "time": time, "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Arrival::Backfill, format!("tax:{id}"))
}

fn program(id: &str, currency: &str, more: &str) -> Incoming {
    let terms = format!("[program]\nbrand = 'acme'\nid = '{id}'\ncurrency = '{currency}'\n{TERMS}{more}");
    on(&format!("terms-{id}"), "program.published", "2026-01-01T00:00:00Z", &json!({"terms": terms}))
}

fn approved(program: &str, who: &str, tax_form: Option<bool>) -> Incoming {
    let mut data = json!({"program": program, "ambassador": who});
    if let Some(on_file) = tax_form {
        data["tax_form"] = on_file.into();
    }
    on(&format!("{program}-{who}"), "ambassador.approved", "2026-01-01T00:00:00Z", &data)
}

/// A click and an hour later an order that it brought.
fn sold(program: &str, who: &str, day: &str, [amount, currency]: [&str; 2]) -> [Incoming; 2] {
    let id = format!("{program}-{who}-{day}");
    let click = json!({"click": id, "program": program, "ambassador": who, "device": id});
    let lines = json!([{"sku": "LAMP", "quantity": 1, "amount": amount}]);
    let sale = json!({"order": id, "device": id, "currency": currency, "lines": lines});
    [
        on(&format!("click-{id}"), "click.recorded", &format!("{day}T09:00:00Z"), &click),
        on(&format!("sale-{id}"), "sale.completed", &format!("{day}T10:00:00Z"), &sale),
    ]
}

fn tick(day: &str) -> Incoming {
    let at = format!("{day}T00:00:00Z");
    on(&format!("tick-{day}"), "clock.ticked", &at, &json!({"at": at}))
}

fn shipment(id: &str, to: &str, units: u32, fair_value: Option<&str>) -> Incoming {
    let mut data = json!({"program": "us", "shipment": id, "to": to, "perk": "SKU:NOVEL", "units": units});
    if let Some(value) = fair_value {
        data["fair_value"] = value.into();
    }
    on(&format!("shipment-{id}"), "shipment.sent", "2026-08-01T00:00:00Z", &data)
}

/// The payout of that person that is proposed: approved, written to a file for a rail, settled.
async fn settle(world: &mut World, (program, who): (&str, &str), rail: Option<&str>, time: &str) -> String {
    let rows = collect(&Payouts, &world.books(), &Filter::default()).await.unwrap();
    let open = |row: &&tribute_reports::report::PayoutRow| {
        (row.program.as_str(), row.ambassador.as_str(), row.status.as_str()) == (program, who, "proposed")
    };
    let payout = rows.iter().find(open).unwrap().payout.clone();
    let mut exported = json!({"payouts": [payout], "file": "payouts", "sha256": "00"});
    if let Some(rail) = rail {
        exported["issue"] =
            json!({"rail": rail, "created": time, "execution_date": &time[..10], "files_before": 0});
    }
    let approved = json!({"payout": payout, "by": "max"});
    let settled = json!({"payout": payout, "outcome": "settled"});
    let told = world.take(vec![
        on(&format!("{payout}-a"), "payout_approval.given", time, &approved),
        on(&format!("{payout}-e"), "payout_file.exported", time, &exported),
        on(&format!("{payout}-s"), "settlement.reported", time, &settled),
    ]);
    assert_eq!(told.await.quarantined_in_all(), 0);
    payout
}

async fn told(mut world: World) -> World {
    let stocked = json!({"program": "us", "perk": "SKU:TOTE", "units": 9});
    let mut facts = vec![program("us", "USD", FIRST), program("jp", "JPY", "")];
    facts.push(on("stock", "perk.stocked", "2026-01-01T00:00:00Z", &stocked));
    for (program, who, tax_form) in [
        ("us", "ada", None),
        ("jp", "ada", None),
        ("us", "bob", None),
        ("us", "dan", None),
        ("us", "eve", Some(true)),
    ] {
        facts.push(approved(program, who, tax_form));
    }
    for (program, who, day, amount) in [
        ("us", "ada", "2026-04-01", ["25000.00", "USD"]),
        ("jp", "ada", "2026-04-02", ["123450", "JPY"]),
        ("us", "bob", "2026-04-03", ["30000.00", "USD"]),
        ("us", "dan", "2026-04-04", ["90000.00", "USD"]),
        ("us", "eve", "2026-04-05", ["1234.50", "USD"]),
    ] {
        facts.extend(sold(program, who, day, amount));
    }
    world.take(facts).await;
    world.take(vec![tick("2026-05-02")]).await;
    settle(&mut world, ("us", "ada"), Some("nacha"), "2026-05-03T00:00:00Z").await;
    settle(&mut world, ("jp", "ada"), None, "2026-05-03T00:00:00Z").await;
    let back = settle(&mut world, ("us", "bob"), Some("nacha"), "2026-05-03T00:00:00Z").await;
    settle(&mut world, ("us", "dan"), Some("paypal"), "2026-05-03T00:00:00Z").await;
    settle(&mut world, ("us", "eve"), Some("nacha"), "2026-12-31T23:59:59.999Z").await;
    for (who, time) in [("ada", "2026-05-04T00:00:00Z"), ("eve", "2027-01-01T00:00:00Z")] {
        let delivered = json!({"grant": format!("us/first/{who}/1"), "outcome": "delivered"});
        world.take(vec![on(&format!("tote-{who}"), "perk.fulfilled", time, &delivered)]).await;
    }
    let mut facts = vec![
        // All that ada's order brought is taken back after it was paid.
        on(
            "refund",
            "sale.refunded",
            "2026-06-01T00:00:00Z",
            &json!({"order": "us-ada-2026-04-01", "refund": "r", "amount": "25000.00"}),
        ),
        shipment("told-first", "zoe", 2, Some("30.005")),
        shipment("no-value", "zoe", 1, None),
    ];
    facts.extend(sold("us", "eve", "2026-11-05", ["100.00", "USD"]));
    world.take(facts).await;
    world.take(vec![tick("2026-12-02")]).await;
    settle(&mut world, ("us", "eve"), Some("nacha"), "2027-01-01T00:00:00Z").await;
    let returned = json!({"payout": back, "outcome": "returned", "reason": "closed"});
    world.take(vec![on("back", "settlement.reported", "2027-02-01T00:00:00Z", &returned)]).await;
    world
}

async fn csv(world: &World, year: u16, rules: &TaxRules) -> String {
    let all = table(&Tax { year, rules }, &world.books(), &Filter::default()).await.unwrap();
    all.to_csv().unwrap().lines().skip(1).collect::<Vec<_>>().join("\n")
}

async fn rows(world: &World, year: u16, rules: &TaxRules) -> Vec<TaxRow> {
    collect(&Tax { year, rules }, &world.books(), &Filter::default()).await.unwrap()
}

/// Bob's payout came back, in another year; dan's processor reports it; of one of zoe's books nobody told the value.
const OF_2026: &str = "\
acme,ada,JPY,12345,0,0,0,12345,0,unknown 12345 JPY,,,,false,
acme,ada,USD,2500.00,12.00,0,0.00,2512.00,0.00,nacha 2500.00 USD,1099-NEC,2000.00,true,false,24%
acme,dan,USD,0.00,0.00,0,0.00,0.00,9000.00,paypal 9000.00 USD,1099-NEC,2000.00,false,false,
acme,eve,USD,123.45,0.00,0,0.00,123.45,0.00,nacha 123.45 USD,1099-NEC,2000.00,false,true,
acme,zoe,USD,0.00,60.01,1,0.00,60.01,0.00,,1099-NEC,2000.00,,false,";
const OF_2027: &str = "acme,eve,USD,10.00,12.00,0,0.00,22.00,0.00,nacha 10.00 USD,,,,true,";

#[tokio::test(flavor = "multi_thread")]
async fn a_year_has_what_arrived_in_it_and_stayed() {
    let world = told(World::empty().await).await;
    let shipped = TaxRules::shipped().unwrap();
    assert_eq!(csv(&world, 2026, &shipped).await, OF_2026);
    assert_eq!(csv(&world, 2027, &shipped).await, OF_2027, "years are those of UTC, to the millisecond");
    assert_eq!(csv(&world, 2025, &shipped).await, "");
    let of = rows(&world, 2026, &shipped).await;
    let lacking: Vec<_> =
        of.iter().filter(|row| row.lacks_form()).map(|row| row.ambassador.as_str()).collect();
    assert_eq!(lacking, ["ada", "zoe"], "what zoe's book is worth may make up the rest");
    let totals: Vec<_> = tax_totals(&of).unwrap().iter().map(ToString::to_string).collect();
    let want = [
        "acme, JPY: 1 people, 12345 JPY in cash and 0 JPY in perks, 12345 JPY in all; 0 JPY by processors",
        "acme, USD: 4 people, 2623.45 USD in cash and 72.01 USD in perks, 2695.46 USD in all; 9000.00 USD by \
         processors; 1 units without a fair value; 2 without a tax form that is due, or may be",
    ];
    assert_eq!(totals, want);
}

/// By quarter, in each currency; what came back is in none.
const SELLERS_OF_2026: &str = "\
acme,ada,JPY,0,12345,0,0,0,1,0,0,0,0,0,0,false
acme,ada,USD,0.00,2500.00,0.00,0.00,0,1,0,0,0.00,0.00,0.00,0.00,false
acme,dan,USD,0.00,9000.00,0.00,0.00,0,1,0,0,0.00,0.00,0.00,0.00,false
acme,eve,USD,0.00,0.00,0.00,123.45,0,0,0,1,0.00,0.00,0.00,0.00,true";

async fn sellers(world: &World) -> String {
    let all = table(&Dac7 { year: 2026 }, &world.books(), &Filter::default()).await.unwrap();
    all.to_csv().unwrap().lines().skip(1).collect::<Vec<_>>().join("\n")
}

fn certified(who: &str) -> Incoming {
    let data = json!({"ambassador": who, "form": "dac7", "by": "dan"});
    on(&format!("dac7-{who}"), "tax_form.received", "2026-03-01T00:00:00Z", &data)
}

#[tokio::test(flavor = "multi_thread")]
async fn sellers_are_told_by_quarter() {
    let mut world = told(World::empty().await).await;
    world.take(vec![certified("eve")]).await;
    assert_eq!(sellers(&world).await, SELLERS_OF_2026);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_have_the_same_tax_totals() {
    // `on_postgres` says so where no server is named.
    let Some(world) = World::empty_on_postgres().await else { return };
    let mut world = told(world).await;
    let shipped = TaxRules::shipped().unwrap();
    let found = (csv(&world, 2026, &shipped).await, csv(&world, 2027, &shipped).await);
    world.take(vec![certified("eve")]).await;
    let quarters = sellers(&world).await;
    world.gone().await;
    assert_eq!(quarters, SELLERS_OF_2026);
    assert_eq!(found, (OF_2026.to_owned(), OF_2027.to_owned()));
}

#[tokio::test(flavor = "multi_thread")]
async fn thresholds_of_ones_own_take_the_place_of_those_shipped() {
    let mut world = told(World::empty().await).await;
    let limit = |amount: &str| {
        format!("[[threshold]]\nform = 'own'\ncurrency = 'USD'\namount = '{amount}'\n")
            .parse::<TaxRules>()
            .unwrap()
    };
    let ada = async |world: &World, rules: &TaxRules| {
        let rows = rows(world, 2026, rules).await;
        let row = rows.into_iter().find(|row| row.ambassador == "ada" && row.currency == "USD").unwrap();
        (row.reached, row.lacks_form(), row.backup_withholding)
    };
    assert_eq!(ada(&world, &limit("2512.00")).await, (Some(true), true, None), "the very total reaches it");
    assert_eq!(ada(&world, &limit("2512.000001")).await, (Some(false), false, None));
    let dan = rows(&world, 2026, &limit("1.00")).await;
    let dan = dan.iter().find(|row| row.ambassador == "dan").unwrap();
    assert_eq!((dan.total.amount.as_str(), dan.reached), ("9000.00", Some(true)), "no processor is named");
    // A year that is not known yet asks for the form of everybody who got anything.
    let ended =
        "[[threshold]]\nform = 'own'\ncurrency = 'USD'\namount = '1.00'\nuntil = 2025\n".parse().unwrap();
    assert_eq!(ada(&world, &ended).await, (None, true, None));
    // A form is the brand's, whichever of its programs was told of it, until one says that it is not there.
    let update = |program: &str, on_file: bool| {
        let data = json!({"program": program, "ambassador": "ada", "tax_form": on_file});
        on(&format!("form-{program}-{on_file}"), "ambassador.updated", "2026-07-01T00:00:00Z", &data)
    };
    world.take(vec![update("jp", true)]).await;
    assert_eq!(ada(&world, &limit("600")).await, (Some(true), false, None));
    world.take(vec![update("us", false)]).await;
    assert_eq!(ada(&world, &limit("600")).await, (Some(true), true, None));
}
