use tribute_events::statement::{Arithmetic, Entry, EntryStatus, PaymentOutcome, StatementFormat};
use tribute_formats::statement::{Document, ReadError, read};

/// Every sample with its name.
pub(crate) const ALL: [(&str, &[u8]); 6] = [
    ("camt053", include_bytes!("samples/camt053.xml")),
    ("camt054", include_bytes!("samples/camt054.xml")),
    ("pain002", include_bytes!("samples/pain002.xml")),
    ("mt940", include_bytes!("samples/mt940.sta")),
    ("bai2", include_bytes!("samples/bai2.txt")),
    ("ofx", include_bytes!("samples/statement.ofx")),
];

fn sample(name: &str) -> Document {
    let (_, bytes) = ALL.iter().find(|(known, _)| *known == name).unwrap();
    read(bytes).unwrap()
}

fn entries(document: &Document) -> &[Entry] {
    &document.statements[0].entries
}

#[test]
fn a_statement_of_iso_20022() {
    let document = sample("camt053");
    assert_eq!((document.format, document.problems.len()), (StatementFormat::Camt053, 0));
    let statement = &document.statements[0];
    assert_eq!((statement.account.as_str(), statement.id.as_str()), ("NL41MOCK0000000001", "S1"));
    assert_eq!(statement.arithmetic(), Arithmetic::Agrees);
    let [batch, back, abroad, pending] = &statement.entries[..] else { panic!("four entries") };
    assert_eq!(batch.references.payment_info.as_deref(), Some("RUN-1-1"));
    assert_eq!((batch.payments, batch.details.len()), (Some(2), 2));
    assert_eq!(batch.details[0].references.end_to_end.as_deref(), Some("po_1"));
    assert_eq!(back.details[0].returned.as_ref().unwrap().to_string(), "AC04 the account is closed");
    assert_eq!(back.booked.unwrap().to_string(), "2026-11-24");
    let exchange = abroad.exchange.as_ref().unwrap();
    assert_eq!(exchange.instructed.to_string(), "150.00 USD");
    assert_eq!(exchange.rate.unwrap().to_string(), "1.0417");
    assert_eq!(abroad.fees.iter().map(ToString::to_string).collect::<Vec<_>>(), ["0.50 EUR"]);
    assert!(abroad.details[0].references.is_empty());
    assert_eq!(abroad.details[0].text, "payout po_3 & thanks");
    assert_eq!(pending.status, EntryStatus::Pending);
}

#[test]
fn an_entry_that_can_not_be_read_is_named_and_the_others_are_read() {
    let document = sample("camt054");
    let entry = &entries(&document)[0];
    assert_eq!(entry.amount.to_string(), "1200 JPY");
    assert_eq!(entry.details[0].fees[0].to_string(), "200 JPY");
    let said = document.problems[0].to_string();
    assert!(said.starts_with("line 5, entry 2 (Ntry) of statement N1: "), "{said}");
    assert!(said.contains("finer than JPY has decimals"), "{said}");
}

#[test]
fn an_answer_says_what_became_of_each_payment_and_block() {
    let document = sample("pain002");
    let report = &document.reports[0];
    assert_eq!((report.id.as_str(), report.message.as_deref()), ("A1", Some("RUN-1")));
    assert_eq!(report.file.as_ref().unwrap().outcome, PaymentOutcome::Partly);
    let blocks: Vec<_> = report.blocks.iter().map(|it| it.outcome).collect();
    assert_eq!(blocks, [PaymentOutcome::Partly, PaymentOutcome::Rejected]);
    assert_eq!(report.blocks[1].references.payment_info.as_deref(), Some("RUN-1-2"));
    let said = report.blocks[1].reason.as_ref().unwrap().to_string();
    assert_eq!(said, "AM04 insufficient funds on the payer's account");
    let [accepted, rejected] = &report.payments[..] else { panic!("two payments") };
    assert_eq!(accepted.outcome, PaymentOutcome::Accepted);
    assert_eq!(accepted.references.payment_info.as_deref(), Some("RUN-1-1"));
    assert_eq!(rejected.reason.as_ref().unwrap().to_string(), "AC04 the account is closed");
    assert_eq!(rejected.amount.as_ref().unwrap().to_string(), "100.00 EUR");
    let said = document.problems[0].to_string();
    assert!(said.starts_with("line 7, payment 3 (TxInfAndSts): `WHAT`"), "{said}");
}

#[test]
fn a_statement_of_swift_with_both_forms_of_text() {
    let document = sample("mt940");
    assert_eq!(document.problems, []);
    let statement = &document.statements[0];
    assert_eq!((statement.id.as_str(), statement.arithmetic()), ("STMT 7/1", Arithmetic::Agrees));
    let [paid, back, charges] = &statement.entries[..] else { panic!("three entries") };
    assert_eq!(paid.references.end_to_end.as_deref(), Some("po_1"));
    assert_eq!(paid.references.customer.as_deref(), Some("RUN-1"));
    assert_eq!(paid.text, "Commission 10//2026");
    assert_eq!(back.references.end_to_end.as_deref(), Some("po_2"));
    assert_eq!(back.returned.as_ref().unwrap().to_string(), "903 Konto gesperrt");
    assert_eq!((charges.signed(), charges.text.as_str()), (-75, "charges"));
}

#[test]
fn other_statements_add_up_where_they_can() {
    assert_eq!(sample("bai2").statements[0].arithmetic(), Arithmetic::Agrees);
    let document = sample("ofx");
    assert_eq!(document.statements[0].arithmetic(), Arithmetic::NotStated);
    assert_eq!(entries(&document)[0].text, "Café po_1");
}

#[test]
fn a_closing_balance_that_does_not_fit_is_reported() {
    let (_, bytes) = ALL[0];
    let text = String::from_utf8(bytes.to_vec()).unwrap().replace(">655.00<", ">655.01<");
    let said = read(text.as_bytes()).unwrap().statements[0].arithmetic().to_string();
    assert_eq!(said, "opening balance and entries add up to 655.00 EUR, closing says 655.01 EUR");
}

#[test]
fn line_ends_marks_and_encodings_do_not_matter() {
    for (name, bytes) in ALL {
        let expected = read(bytes).unwrap();
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let unix = text.replace("\r\n", "\n");
        for changed in [unix.clone(), unix.replace('\n', "\r\n"), format!("\u{feff}{unix}")] {
            assert_eq!(read(changed.as_bytes()).unwrap(), expected, "{name}");
        }
        let wide: Vec<u8> =
            [0xFF, 0xFE].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(read(&wide).unwrap(), expected, "{name}");
    }
}

#[test]
fn a_file_that_ends_early_is_refused_or_seen_by_its_sum() {
    let (_, camt) = ALL[0];
    let cut = read(&camt[..camt.len() / 2]).unwrap_err();
    assert!(matches!(cut, ReadError::Xml { .. }), "{cut}");
    let (_, swift) = ALL[3];
    let cut = read(&swift[..swift.len() / 2]).unwrap();
    assert_eq!(cut.statements[0].arithmetic(), Arithmetic::NotStated);
}
