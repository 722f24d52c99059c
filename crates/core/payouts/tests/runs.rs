//! Runs over balances: what is paid, carried and held, with the sentence that a finance clerk reads.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use proptest::prelude::*;
use tribute_events::{
    AmbassadorChange, AmbassadorChanged, AmbassadorId, BrandId, Event, EventId, HoldChanged, Payload,
    PayoutId, ProgramId, Timestamp,
};
use tribute_payouts::{
    Balance, LedgerEffect, Outcome, PayoutError, PayoutStatus, PayoutStep, Proposal, Rates, advance, propose,
};
use tribute_terms::{Program, Registry, Terms};

const RUN_AT: &str = "2026-04-01T00:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn terms(payout: &str) -> Terms {
    let head = r#"
        [program]
        brand = "acme"
        id = "friends"
        version = "1"
        effective_from = "2026-01-01T00:00:00Z"
        currency = "USD"
        [payout]
    "#;
    Terms::parse(&format!("{head}\n{payout}")).unwrap()
}

fn rates() -> Rates {
    let mut rates = Rates::default();
    for (code, day, rate) in [
        ("USD", "2026-03-30", "1.25"),
        ("USD", "2026-03-31", "1.10"),
        ("USD", "2026-04-01", "9.99"),
        ("GBP", "2026-03-31", "0.88"),
        ("JPY", "2026-03-31", "165"),
        ("BHD", "2026-03-31", "0.41465"),
        ("EEK", "2010-12-31", "15.6466"),
    ] {
        rates.insert(code.parse().unwrap(), day.into(), rate.parse().unwrap());
    }
    rates
}

fn balance(ambassador: &str, asset: &str, amount: i64) -> Balance {
    Balance { ambassador: AmbassadorId::trusted(ambassador), asset: asset.parse().unwrap(), amount }
}

fn event(time: &str, payload: Payload) -> Event {
    let (time, id) = (at(time), EventId::trusted(&format!("e-{time}")));
    let brand = BrandId::trusted("acme");
    let (traceparent, fingerprint) = (None, [0; 16]);
    Event {
        brand,
        source: "/test".into(),
        id,
        time,
        recorded: time,
        traceparent,
        fingerprint,
        unknown: false,
        payload,
    }
}

fn known(ambassador: &str, change: &str) -> Payload {
    let text = format!(r#"{{"program": "friends", "ambassador": "{ambassador}" {change}}}"#);
    let changed: AmbassadorChanged = serde_json::from_str(&text).unwrap();
    Payload::Ambassador(AmbassadorChange::Updated, changed)
}

fn program(events: Vec<Event>) -> Program {
    let mut registry = Registry::default();
    for event in events {
        registry.apply(&event).unwrap();
    }
    let found = registry.program(&BrandId::trusted("acme"), &ProgramId::trusted("friends"));
    found.cloned().unwrap_or_default()
}

fn wants(currency: &str) -> Program {
    program(vec![event(
        "2026-01-01T00:00:00Z",
        known("ada", &format!(r#", "payout_currency": "{currency}""#)),
    )])
}

/// Everybody to whom something is owed.
fn enrolled() -> Program {
    let join = |who: &str| event("2026-01-01T00:00:00Z", known(who, ""));
    program(["ada", "bob"].map(join).into())
}

fn run(program: &Program, payout_terms: &str, balances: &[Balance]) -> Vec<Proposal> {
    let terms = terms(payout_terms);
    propose(&ProgramId::trusted("friends"), program, &terms, at(RUN_AT), balances, &[], &rates()).unwrap()
}

fn outcome(program: &Program, payout_terms: &str, asset: &str, amount: i64) -> Outcome {
    run(program, payout_terms, &[balance("ada", asset, amount)]).remove(0).outcome
}

fn carried(outcome: &Outcome) -> &str {
    let Outcome::Carry { reason } = outcome else { panic!("not carried: {outcome:?}") };
    reason
}

fn held(outcome: &Outcome) -> &str {
    let Outcome::Hold { reason } = outcome else { panic!("not held: {outcome:?}") };
    reason
}

/// The currency and amount paid, the fixing's two rates, and the note.
fn paid(outcome: &Outcome) -> (String, i64, Option<(String, String)>, Option<&str>) {
    let Outcome::Pay { asset, amount, fixing, note, .. } = outcome else { panic!("not paid: {outcome:?}") };
    let rates = fixing.as_ref().map(|fixing| (fixing.from.rate.to_string(), fixing.to.rate.to_string()));
    (asset.to_string(), *amount, rates, note.as_deref())
}

#[test]
fn at_the_minimum_it_pays_and_below_it_carries() {
    let program = enrolled();
    let at_minimum = outcome(&program, r#"minimum = "10.00""#, "USD", 1_000);
    assert_eq!(paid(&at_minimum), ("USD".into(), 1_000, None, None));
    let below = outcome(&program, r#"minimum = "10.00""#, "USD", 999);
    assert_eq!(
        carried(&below),
        "the balance of 9.99 USD is below the minimum of 10.00 USD; it is carried to the next run"
    );
}

#[test]
fn case_35_nothing_is_paid_until_the_balance_is_positive() {
    let program = enrolled();
    let clawed_back = outcome(&program, "", "USD", 2_000 - 10_000);
    assert_eq!(
        carried(&clawed_back),
        "the balance is -80.00 USD, below zero after a refund or correction; later earnings fill it first"
    );
    assert_eq!(carried(&outcome(&program, "", "USD", 0)), "the balance is zero; there is nothing to pay");
    assert_eq!(paid(&outcome(&program, "", "USD", -8_000 + 8_001)).1, 1);
}

#[test]
fn a_balance_in_another_currency_meets_the_minimum_at_the_fixing() {
    let program = enrolled();
    // 8.00 GBP at 0.88 is 10.00 USD at 1.10.
    assert_eq!(paid(&outcome(&program, r#"minimum = "10.00""#, "GBP", 800)).1, 800);
    let below = outcome(&program, r#"minimum = "10.00""#, "GBP", 799);
    assert_eq!(
        carried(&below),
        "the balance of 7.99 GBP, worth 9.99 USD at the rates of 2026-03-31, is below the minimum of 10.00 USD; \
         it is carried to the next run"
    );
    let unknown = outcome(&program, r#"minimum = "10.00""#, "EEK", 100_000);
    assert_eq!(
        held(&unknown),
        "1000.00 EEK is held: no reference rate of EEK was published on 2026-03-31 or in the 7d before, so it can \
         not be compared with the minimum of 10.00 USD; publish the rate, and the next run decides"
    );
    assert_eq!(paid(&outcome(&program, "", "EEK", 100_000)).1, 100_000);
}

#[test]
fn it_is_paid_in_the_ambassadors_currency_at_the_last_day_before_the_cut_off() {
    let policy = r#"currency = "ambassador""#;
    let rates = |from: &str, to: &str| Some((from.to_owned(), to.to_owned()));
    let euro = outcome(&wants("EUR"), policy, "USD", 10_000);
    assert_eq!(paid(&euro), ("EUR".into(), 9_091, rates("1.10", "1"), None));
    let yen = outcome(&wants("JPY"), policy, "USD", 10_000);
    assert_eq!(paid(&yen), ("JPY".into(), 15_000, rates("1.10", "165"), None));
    let dinar = outcome(&wants("BHD"), policy, "EUR", 10_000);
    assert_eq!(paid(&dinar), ("BHD".into(), 41_465, rates("1", "0.41465"), None));
    assert_eq!(paid(&outcome(&wants("USD"), policy, "USD", 10_000)), ("USD".into(), 10_000, None, None));
    assert_eq!(paid(&outcome(&wants("EUR"), "", "USD", 10_000)).0, "USD");
    assert_eq!(paid(&outcome(&enrolled(), policy, "USD", 10_000)).0, "USD");
}

#[test]
fn the_fixing_day_is_the_programs_own() {
    let mut terms = terms(r#"currency = "ambassador""#);
    terms.program.time_zone = tribute_terms::Zone::named("America/New_York").unwrap();
    let (id, cleared) = (ProgramId::trusted("friends"), [balance("ada", "USD", 12_500)]);
    let run_at = at("2026-03-31T04:00:00Z");
    let proposals = propose(&id, &wants("EUR"), &terms, run_at, &cleared, &[], &rates()).unwrap();
    let Outcome::Pay { amount, fixing: Some(fixing), .. } = &proposals[0].outcome else { panic!("not paid") };
    assert_eq!((fixing.day.as_str(), *amount), ("2026-03-30", 10_000));
}

#[test]
fn a_missing_rate_is_policy() {
    let (ambassador, estonia) = (r#"currency = "ambassador""#, wants("EEK"));
    let no_rate = outcome(&estonia, ambassador, "USD", 10_000);
    assert_eq!(
        held(&no_rate),
        "100.00 USD is to be paid in EEK and is held: no reference rate of EEK was published on 2026-03-31 or in \
         the 7d before; publish the rate or change the payout currency"
    );
    let as_earned =
        outcome(&estonia, &format!("{ambassador}\non_missing_rate = \"pay_earning\""), "USD", 10_000);
    assert_eq!(
        paid(&as_earned),
        (
            "USD".into(),
            10_000,
            None,
            Some(
                "paid in USD as it was earned: no reference rate of EEK was published on 2026-03-31 or in the 7d before"
            )
        )
    );
    let successor = format!("{ambassador}\non_missing_rate = \"successor\"");
    assert!(held(&outcome(&estonia, &successor, "USD", 10_000)).contains("paid in EEK and is held"));
    let euro = format!("{successor}\nsuccessors = {{ EEK = \"EUR\" }}");
    let successor_paid = outcome(&estonia, &euro, "USD", 10_000);
    let (asset, amount, fixing, note) = paid(&successor_paid);
    assert_eq!((asset.as_str(), amount), ("EUR", 9_091));
    assert_eq!(note, Some("paid in EUR, which took the place of EEK for want of a rate"));
    assert!(fixing.is_some());
    // What was earned in the successor already needs no rate.
    assert_eq!(paid(&outcome(&estonia, &euro, "EUR", 10_000)).1, 10_000);
    let circle = format!("{successor}\nsuccessors = {{ EEK = \"DEM\", DEM = \"EEK\" }}");
    assert!(held(&outcome(&estonia, &circle, "USD", 10_000)).contains("lead in a circle"));
}

#[test]
fn an_old_rate_is_missing() {
    let policy = "currency = \"ambassador\"\nrate_age_max = \"0s\"";
    let mut stale = terms(policy);
    let propose_at = |terms: &Terms, run_at: &str| {
        let cleared = [balance("ada", "USD", 10_000)];
        let id = ProgramId::trusted("friends");
        propose(&id, &wants("EUR"), terms, at(run_at), &cleared, &[], &rates()).unwrap().remove(0).outcome
    };
    assert!(matches!(propose_at(&stale, RUN_AT), Outcome::Pay { .. }));
    assert!(matches!(propose_at(&stale, "2026-04-04T00:00:00Z"), Outcome::Hold { .. }));
    stale.payout.rate_age_max = tribute_terms::Span::days(2);
    assert!(matches!(propose_at(&stale, "2026-04-04T00:00:00Z"), Outcome::Pay { .. }));
}

#[test]
fn what_rounds_to_nothing_is_carried() {
    let cent = outcome(&wants("EUR"), "currency = \"ambassador\"", "JPY", 1);
    assert_eq!(paid(&cent).1, 1);
    let nothing = outcome(&wants("JPY"), "currency = \"ambassador\"", "BHD", 1);
    assert_eq!(
        carried(&nothing),
        "0.001 BHD is less than the smallest unit of JPY at the rates of 2026-03-31; it is carried to the next run"
    );
}

#[test]
fn whoever_is_not_enrolled_is_not_paid() {
    assert_eq!(
        held(&outcome(&Program::default(), "", "USD", 10_000)),
        "100.00 USD is held: nobody is enrolled as ada; approve them as an ambassador, and the next run pays"
    );
}

#[test]
fn papers_are_asked_for_where_the_terms_do() {
    let gates = "tax_form = true\npayment_details = true\nminimum = \"1.00\"";
    assert_eq!(
        held(&outcome(&enrolled(), gates, "USD", 10_000)),
        "100.00 USD is held: no tax form is on file, ask the ambassador for one; the payment details are not \
         verified, verify them; the first run after that pays it"
    );
    assert!(carried(&outcome(&enrolled(), gates, "USD", 99)).contains("below the minimum"));
    let papers = r#", "tax_form": true, "payment_details_verified": true"#;
    let in_time = program(vec![event(RUN_AT, known("ada", papers))]);
    assert_eq!(paid(&outcome(&in_time, gates, "USD", 10_000)).1, 10_000);
    let late = program(vec![event("2026-04-01T00:00:00.001Z", known("ada", papers))]);
    assert!(matches!(outcome(&late, gates, "USD", 10_000), Outcome::Hold { .. }));
}

fn brand_fact(time: &str, kind: &str, data: &str) -> Event {
    let data = serde_json::value::RawValue::from_string(data.to_owned()).unwrap();
    event(time, Payload::read(&format!("tribute.{kind}"), &data).unwrap())
}

fn with(facts: &[(&str, &str, &str)]) -> Program {
    let join = event("2026-01-01T00:00:00Z", known("ada", r#", "region": "us""#));
    let facts = facts.iter().map(|(time, kind, data)| brand_fact(time, kind, data));
    program([join].into_iter().chain(facts).collect())
}

const WITHHOLD: &str = "tax_form = true\non_missing_tax_form = \"withhold\"\ncurrency = \"ambassador\"";

/// What is paid and what is kept back of 100.01 USD.
fn kept(program: &Program, policy: &str) -> (i64, i64) {
    let outcome = outcome(program, policy, "USD", 10_001);
    let Outcome::Pay { amount, withheld, .. } = outcome else { panic!("not paid: {outcome:?}") };
    (amount, withheld)
}

#[test]
fn a_form_expires_and_backup_withholding_takes_its_rate() {
    let gate = "tax_form = true";
    let form = r#"{"ambassador": "ada", "form": "w8ben", "expires_at": "2026-04-01T00:00:00Z", "by": "dan"}"#;
    let expired = with(&[("2026-02-01T00:00:00Z", "tax_form.received", form)]);
    assert_eq!(
        held(&outcome(&expired, gate, "USD", 10_000)),
        "100.00 USD is held: the tax form w8ben has expired at 2026-04-01T00:00:00Z, ask the ambassador for a new one; \
         the first run after that pays it"
    );
    let longer = form.replace("2026-04-01T00:00:00Z", "2026-04-01T00:00:00.001Z");
    let valid = with(&[("2026-02-01T00:00:00Z", "tax_form.received", &longer)]);
    assert_eq!(kept(&valid, gate), (10_001, 0));
    assert_eq!(kept(&valid, WITHHOLD), (10_001, 0));
    // 24 % of 100.01 is 24.0024.
    assert_eq!(kept(&expired, WITHHOLD), (7_601, 2_400));
    assert_eq!(kept(&enrolled(), WITHHOLD), (7_601, 2_400));
    let noticed = r#"{"ambassador": "ada", "form": "w9", "backup_withholding": true, "by": "dan"}"#;
    assert_eq!(kept(&with(&[("2026-02-01T00:00:00Z", "tax_form.received", noticed)]), ""), (7_601, 2_400));
    let revoked = r#"{"ambassador": "ada", "by": "dan", "reason": "the number is wrong"}"#;
    let gone = with(&[
        ("2026-02-01T00:00:00Z", "tax_form.received", &longer),
        ("2026-03-01T00:00:00Z", "tax_form.revoked", revoked),
    ]);
    assert!(held(&outcome(&gone, gate, "USD", 10_000)).contains("no tax form is on file"));
    let dated = format!(
        "{WITHHOLD}\nbackup_withholding = [{{ from = \"2026-04-01T00:00:00.001Z\", rate = \"28%\" }}]"
    );
    assert!(held(&outcome(&enrolled(), &dated, "USD", 10_000)).contains("no rate of backup withholding"));
}

/// What is left is converted; what is kept back stays in the currency of the balance.
#[test]
fn the_rest_is_converted_after_what_is_kept_back() {
    // 76.01 USD at 1.10 USD for a euro.
    assert_eq!(kept(&wants("EUR"), WITHHOLD), (6_910, 2_400));
}

#[test]
fn the_way_of_paying_is_a_rule() {
    let policy = "methods = [\"ach\", \"sepa\", \"store_credit\"]\n\
        method_defaults = [{ region = \"FR\", method = \"sepa\" }, { region = \"US\", currency = \"USD\", method = \"ach\" }]";
    let chose = |method: &str, details: bool| {
        let data = format!(r#"{{"ambassador": "ada", "method": "{method}", "details": {details}}}"#);
        with(&[("2026-02-01T00:00:00Z", "payout_method.chosen", &data)])
    };
    let method = |program: &Program, policy: &str, asset: &str| match outcome(program, policy, asset, 10_000)
    {
        Outcome::Pay { method, .. } => format!("{method:?}"),
        Outcome::Carry { reason } | Outcome::Hold { reason } => reason,
    };
    assert_eq!(method(&chose("ach", true), policy, "USD"), "Some(Ach)");
    assert_eq!(method(&chose("store_credit", false), policy, "USD"), "Some(StoreCredit)");
    for (program, policy, asset, why) in [
        (with(&[]), policy, "USD", "no valid details for ach are known"),
        (with(&[]), policy, "EUR", "no way of paying is chosen; have one chosen of ach, sepa, store_credit"),
        (chose("ach", false), policy, "USD", "no valid details for ach are known"),
        (chose("paypal", true), policy, "USD", "paypal is chosen, which the program does not offer"),
        (chose("sepa", true), policy, "USD", "sepa pays EUR only, and this is USD"),
    ] {
        let said = method(&program, policy, asset);
        assert!(said.contains(why) && said.starts_with("100.00 ") && said.contains(" is held: "), "{said}");
    }
    assert_eq!(method(&chose("paypal", true), "", "USD"), "Some(Paypal)");
    assert_eq!(method(&with(&[]), "", "USD"), "None");
}

#[test]
fn limits_and_the_age_of_an_account_hold_or_carry() {
    let young = outcome(&enrolled(), "account_age_min = \"91d\"", "USD", 10_000);
    let said = held(&young);
    assert!(
        said.contains(
            "ada is known since 2026-01-01T00:00:00Z, less than 91d; the first run from 2026-04-02"
        ),
        "{said}"
    );
    assert_eq!(paid(&outcome(&enrolled(), "account_age_min = \"90d\"", "USD", 10_000)).1, 10_000);
    let limited = "limit_per_payout = \"100.00\"\nlimit_per_month = \"150.00\"";
    assert_eq!(paid(&outcome(&enrolled(), limited, "USD", 10_000)).1, 10_000);
    let said = outcome(&enrolled(), limited, "USD", 10_001);
    assert!(held(&said).contains("above the limit of 100.00 USD for one payout"), "{said:?}");
    // 91 EUR are 100.10 USD at the fixing.
    assert!(held(&outcome(&enrolled(), limited, "EUR", 9_100)).contains("100.00 USD"));
    let terms = terms(limited);
    let propose = |balances: &[Balance], already: &[Balance]| {
        propose(&ProgramId::trusted("friends"), &enrolled(), &terms, at(RUN_AT), balances, already, &rates())
            .unwrap()
    };
    let both = [balance("ada", "EUR", 5_000), balance("ada", "USD", 9_600), balance("bob", "USD", 9_600)];
    let found = propose(&both, &[]);
    assert_eq!(paid(&found[0].outcome).1, 5_000);
    let said = carried(&found[1].outcome);
    assert!(
        said.contains("limit of 150.00 USD for one month, of which payouts took 55.00 USD already"),
        "{said}"
    );
    assert_eq!(paid(&found[2].outcome).1, 9_600);
    assert!(matches!(propose(&both[2..], &[balance("bob", "USD", 5_401)])[0].outcome, Outcome::Carry { .. }));
    assert_eq!(paid(&propose(&both[2..], &[balance("bob", "USD", 5_400)])[0].outcome).1, 9_600);
}

#[test]
fn a_hold_stays_shut_until_it_is_released() {
    let join = event("2020-01-01T00:00:00Z", known("ada", ""));
    let hold = |time: &str, placed: bool| {
        let what = HoldChanged {
            program: ProgramId::trusted("friends"),
            ambassador: AmbassadorId::trusted("ada"),
            by: "eve".into(),
            reason: "clicks from one address".into(),
        };
        event(time, if placed { Payload::HoldPlaced(what) } else { Payload::HoldReleased(what) })
    };
    let placed = program(vec![join.clone(), hold("2020-01-01T00:00:00Z", true)]);
    assert_eq!(
        held(&outcome(&placed, "", "USD", 10_000)),
        "100.00 USD is on hold: clicks from one address; release the hold, and the next run takes it up"
    );
    let released =
        program(vec![join.clone(), hold("2020-01-01T00:00:00Z", true), hold("2026-03-31T00:00:00Z", false)]);
    assert_eq!(paid(&outcome(&released, "", "USD", 10_000)).1, 10_000);
    let later = program(vec![join, hold("2026-04-02T00:00:00Z", true)]);
    assert_eq!(paid(&outcome(&later, "", "USD", 10_000)).1, 10_000);
}

#[test]
fn balances_that_can_not_be_paid_apart_are_refused() {
    let refused = |balances: &[Balance]| {
        let (id, program) = (ProgramId::trusted("friends"), Program::default());
        propose(&id, &program, &terms(""), at(RUN_AT), balances, &[], &rates()).unwrap_err()
    };
    let twice = refused(&[balance("ada", "USD", 1), balance("bob", "USD", 1), balance("ada", "USD", 2)]);
    assert!(matches!(twice, PayoutError::TwoBalances { .. }));
    assert!(matches!(refused(&[balance("ada", "GAMECOIN", 1)]), PayoutError::NotMoney { .. }));
}

fn balances() -> impl Strategy<Value = Vec<Balance>> {
    let assets = prop::sample::select(vec!["USD", "EUR", "GBP", "JPY", "EEK"]);
    let keyed = prop::collection::btree_map((0_u8..6, assets), -50_000_i64..50_000, 0..15);
    keyed.prop_map(|keyed| {
        keyed.into_iter().map(|((who, asset), amount)| balance(&format!("a{who}"), asset, amount)).collect()
    })
}

proptest! {
    #[test]
    fn a_run_does_not_depend_on_the_order_of_the_balances(
        (sorted, shuffled) in balances().prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
    ) {
        let policy = "minimum = \"10.00\"\ncurrency = \"ambassador\"\non_missing_rate = \"pay_earning\"";
        let one = run(&wants("EUR"), policy, &sorted);
        prop_assert_eq!(&one, &run(&wants("EUR"), policy, &shuffled));
        prop_assert_eq!(one.len(), sorted.len());
        for proposal in one {
            match proposal.outcome {
                Outcome::Pay { amount, .. } => prop_assert!(amount > 0 && proposal.balance.amount > 0),
                Outcome::Carry { reason } | Outcome::Hold { reason } => prop_assert!(!reason.is_empty()),
            }
        }
    }

    #[test]
    fn money_goes_back_once_at_most_and_only_from_where_it_is(
        steps in prop::collection::vec(prop::sample::select(PayoutStep::ALL.to_vec()), 0..40),
        approval in any::<bool>(),
    ) {
        let id = PayoutId::trusted("po_1");
        let mut status = PayoutStatus::Proposed;
        // What the payout holds in each place, in units of itself.
        let (mut in_transit, mut cash, mut available) = (1_i32, 0_i32, 0_i32);
        for step in steps {
            let Ok(Some(change)) = advance(&id, status, step, approval) else { continue };
            prop_assert!(change.to == step.status() && change.to != status);
            match change.effect {
                LedgerEffect::None => {}
                LedgerEffect::Settle => (in_transit, cash) = (in_transit - 1, cash + 1),
                LedgerEffect::GiveBackInTransit => (in_transit, available) = (in_transit - 1, available + 1),
                LedgerEffect::GiveBackSettled => (cash, available) = (cash - 1, available + 1),
            }
            status = change.to;
            prop_assert!([in_transit, cash, available].iter().all(|part| (0..=1).contains(part)));
            prop_assert_eq!(available == 1, status.is_given_back());
            prop_assert_eq!(cash == 1, status == PayoutStatus::Settled);
        }
    }
}
