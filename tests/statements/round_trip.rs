//! What a bank answered to two payment files, from acceptance to settlement and return, matched with the payouts in them.

use tribute_events::{
    PayoutId, SettlementReported,
    statement::{Amount, Statement, StatusReport},
};
use tribute_payouts::{
    PayoutStatus,
    matching::{KnownPayout, PayoutReferences, Row, Seen, Settings, answers, gaps, reconcile},
};

use crate::{document, real_statements};

fn payout(id: &str, minor: i64, asset: &str, references: PayoutReferences) -> KnownPayout {
    KnownPayout {
        payout: PayoutId::trusted(id),
        amount: Amount { minor, asset: asset.parse().unwrap() },
        status: PayoutStatus::Exported,
        references,
        file: None,
        exported: Some("2026-11-20".parse().unwrap()),
        accepted_by: None,
    }
}

fn euros(number: u32, minor: i64) -> KnownPayout {
    let references = PayoutReferences {
        end_to_end: Some(format!("PO-000{number}").into()),
        message: Some("PAYRUN-2026-11-0001".into()),
        payment_info: Some("PAYRUN-2026-11-0001-1".into()),
        ..PayoutReferences::default()
    };
    payout(&format!("po_{number}"), minor, "EUR", references)
}

fn dollars(number: u32, minor: i64) -> KnownPayout {
    let trace = Some(format!("09100001000000{number}").into());
    payout(&format!("po_{number}"), minor, "USD", PayoutReferences { trace, ..PayoutReferences::default() })
}

fn shown(settlement: &SettlementReported) -> String {
    let reason = settlement.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{} {:?}{reason}", settlement.payout, settlement.outcome)
}

fn answered(reports: &[StatusReport], payouts: &[KnownPayout]) -> Vec<String> {
    answers(reports, payouts).iter().flat_map(|answer| &answer.settlements).map(shown).collect()
}

fn row(row: &Row) -> String {
    format!(
        "{} {} {}",
        row.kind,
        row.confidence,
        row.booked.as_ref().map(ToString::to_string).unwrap_or_default()
    )
}

#[test]
fn a_transfer_file_from_acceptance_to_settlement() {
    let Some(folder) = real_statements() else { return };
    let read = |name: &str| document(&folder.join("mockbank").join(name));
    let mut payouts = [euros(1, 20_050), euros(2, 10_000), euros(3, 5_000)];
    let said = answered(&read("1-pain.002.001.10-ACME.xml").reports, &payouts);
    let closed = "po_3 Failed (AC04 the creditor account NL84MOCK0000000003 is closed)";
    assert_eq!(said, ["po_1 Sent", "po_2 Sent", closed]);
    (payouts[0].status, payouts[1].status, payouts[2].status) =
        (PayoutStatus::Sent, PayoutStatus::Sent, PayoutStatus::Failed);

    let names = ["2-camt.054", "3-camt.054", "4-camt.053", "10-camt.053"];
    let statements: Vec<Statement> =
        names.iter().flat_map(|name| read(&format!("{name}.001.08-ACME.xml")).statements).collect();
    let found = reconcile(&statements, &payouts, &Seen::default(), &Settings::default());
    let certain: Vec<String> = found.certain().map(shown).collect();
    assert_eq!(certain, ["po_1 Settled", "po_2 Settled"]);
    let mut rows: Vec<String> = found.rows.iter().map(row).collect();
    rows.sort();
    // The notifications tell what the statements tell: each movement counts once.
    let expected = [
        "duplicate certain -100.00 EUR",
        "duplicate certain -200.50 EUR",
        "duplicate certain 1180.00 EUR",
        "matched certain -100.00 EUR",
        "matched certain -200.50 EUR",
        "unexpected certain 1180.00 EUR",
    ];
    assert_eq!(rows, expected);
    assert_eq!(gaps(&[], &statements), [], "the statement between them moved nothing");
}

#[test]
fn an_ach_file_from_acknowledgement_to_return() {
    let Some(folder) = real_statements() else { return };
    let read = |name: &str| document(&folder.join("mockbank").join(name));
    let mut payouts = [dollars(1, 124_050), dollars(2, 5_000)];
    payouts[0].references.end_to_end = Some("PO-0001".into());
    let said = answered(&read("nacha.ack.txt").reports, &payouts);
    assert_eq!(said, ["po_1 Sent", "po_2 Failed (R02 the creditor account NL84MOCK0000000003 is closed)"]);
    let said = answered(&read("nacha.return.ach").reports, &payouts);
    assert_eq!(said, ["po_2 Returned (R02 the account is closed)"]);
    let statements = read("statement-with-debit.bai2").statements;
    let found = reconcile(&statements, &payouts[..1], &Seen::default(), &Settings::default());
    assert_eq!(found.certain().map(shown).collect::<Vec<_>>(), ["po_1 Settled"]);
}
