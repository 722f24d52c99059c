use tribute_events::AmbassadorId;
use tribute_terms::Program;

use crate::{EarningKind, bonuses, fixture::*, movements, recruiter_earnings};

fn recruited(rules: &str) -> Program {
    program_of(&[
        published("1", "2026-01-01T00:00:00Z", rules),
        approved("ann", |it| it.recruiter = Some(AmbassadorId::trusted("bob"))),
        approved("bob", |it| it.recruiter = Some(AmbassadorId::trusted("cleo"))),
        approved("cleo", |it| it.recruiter = Some(AmbassadorId::trusted("bob"))),
    ])
}

const SHARES: &str = "[recruiter]\nfirst_level = \"10%\"\nsecond_level = \"5%\"\n";

#[test]
fn case_31_the_recruiter_gets_a_share_of_the_commission() {
    let program = recruited(&format!("{}{SHARES}", percent("20%")));
    let earning = only(&then(sale("1", day(0), "100"), day(3), "refund", "50"), &program);
    assert_eq!(timeline(&earning), [(0, 2000), (3, 1000)]);
    let shares = recruiter_earnings(&earning, &program).unwrap();
    assert_eq!(shares.len(), 2);
    assert_eq!((shares[0].ambassador.as_str(), shares[0].kind), ("bob", EarningKind::Recruiter));
    assert_eq!(timeline(&shares[0]), [(0, 200), (3, 100)]);
    assert_eq!(shares[0].key(), "friends/order:1/bob/recruiter%2Fshare%2Fann");
    assert_eq!(shares[0].formula, "10% of the commission of ann: 10.00 → 1.00 USD");
    assert_eq!((shares[1].ambassador.as_str(), timeline(&shares[1])), ("cleo", vec![(0, 100), (3, 50)]));
    assert_eq!(shares[0].clears_at, earning.clears_at);
}

#[test]
fn a_circle_of_recruiters_ends() {
    let program = recruited(&format!("{}{SHARES}", percent("20%")));
    let order = conversion("1", vec![moment(day(0), "s", &[("bob", 1)], vec![line("A", "", 1, "100")])]);
    // bob was recruited by cleo, and cleo by bob.
    let shares = recruiter_earnings(&only(&order, &program), &program).unwrap();
    assert_eq!(shares.len(), 1);
    assert!(recruiter_earnings(&shares[0], &program).unwrap().is_empty());
}

#[test]
fn long_names_still_make_a_rule_that_can_be_read_back() {
    let name = "a".repeat(128);
    let program = program_of(&[
        published("1", "2026-01-01T00:00:00Z", &format!("{}{SHARES}", percent("20%"))),
        approved(&name, |it| it.recruiter = Some(AmbassadorId::trusted("bob"))),
        approved("bob", |_| {}),
    ]);
    let order = conversion("1", vec![moment(day(0), "s", &[(&name, 1)], vec![line("A", "", 1, "100")])]);
    let shares = recruiter_earnings(&only(&order, &program), &program).unwrap();
    assert_eq!(shares[0].rule.as_str().len(), "recruiter/".len() + 32);
}

#[test]
fn case_34_a_refund_before_and_after_the_payout() {
    let program = program(&percent("30%"));
    let refunded = only(&then(sale("1", day(0), "49"), day(9), "refund", "0"), &program);
    let booked = only(&sale("1", day(0), "49"), &program);
    assert_eq!((booked.amount(), refunded.amount()), (1470, 0));
    let entries = movements(&booked.steps, &refunded.steps).unwrap();
    assert_eq!(
        entries.iter().map(|entry| (entry.effective_at, entry.amount)).collect::<Vec<_>>(),
        [(day(9), -1470)]
    );
    let again = then(then(sale("1", day(0), "49"), day(9), "refund", "0"), day(10), "again", "0");
    assert!(movements(&refunded.steps, &only(&again, &program).steps).unwrap().is_empty());
}

const BONUS: &str = "[[bonus]]\nid = \"five\"\nby = \"orders\"\nperiod = \"month\"\nfrom = \"2\"\namount = \"50\"\n\
                     [[bonus]]\nid = \"rich\"\nby = \"revenue\"\nperiod = \"month\"\nfrom = \"500\"\namount = \"75\"\n";

#[test]
fn a_bonus_is_granted_at_its_threshold_and_taken_back_below_it() {
    let program = program(&format!("{}{BONUS}", percent("10%")));
    let mut members = vec![
        only(&sale("1", day(0), "100"), &program),
        only(&then(sale("2", day(3), "100"), day(8), "refund", "0"), &program),
        only(&sale("3", day(12), "100"), &program),
    ];
    let ann = AmbassadorId::trusted("ann");
    let found = bonuses(&program_id(), &program, &ann, &members).unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(timeline(&found[0]), [(3, 5000), (8, 0), (12, 5000)]);
    assert_eq!(found[0].key(), "friends/period:2026-03/ann/five");
    assert_eq!(found[0].clears_at, day(33));
    members.reverse();
    assert_eq!(bonuses(&program_id(), &program, &ann, &members).unwrap(), found);
}

#[test]
fn a_revenue_bonus_counts_one_month() {
    let program = program(&format!("{}{BONUS}", percent("10%")));
    let members =
        [only(&sale("1", day(0), "499.99"), &program), only(&sale("2", day(31), "499.99"), &program)];
    let ann = AmbassadorId::trusted("ann");
    assert!(bonuses(&program_id(), &program, &ann, &members).unwrap().is_empty());
    let one = [only(&sale("1", day(0), "500"), &program)];
    let found = bonuses(&program_id(), &program, &ann, &one).unwrap();
    assert_eq!((found[0].rule.as_str(), found[0].amount()), ("rich", 7500));
    assert_eq!(found[0].formula, "revenue of 500.00 reached 500.00 → 75.00 USD");
}
