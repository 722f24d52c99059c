use tribute_formats::{
    details::{Holder, PaymentDetails, PostalAddress, WiseFields},
    rail::{Limits, PainVersion, PaypalSettings, RailSettings, SepaSettings, WiseSettings, WiseTemplate},
};

use crate::{
    checks::{achkit, bank, rows, schema},
    payments::{dollars, euros, file, nacha, payment, sepa},
};

/// The text with one replacement, which must be there to make.
fn changed(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    let text = std::str::from_utf8(file).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    text.replacen(from, to, 1).into_bytes()
}

#[test]
fn the_iso_schema_and_a_bank_take_our_credit_transfers() {
    let bank = bank();
    let town = PostalAddress::new("Århus", "DK".parse().unwrap()).unwrap();
    let mut payments = euros(&[1, 123_456, 99_999_999_999, 5]);
    payments[1].address = Some(town.clone().with_street("Søndergade", "12 B", "8000").unwrap());
    payments[2].address = Some(town.clone());
    payments[3].note = String::new();
    for version in [PainVersion::V09, PainVersion::V03] {
        let settings = SepaSettings { version, address: Some(town.clone()), ..sepa() };
        let file = file(RailSettings::Sepa(settings), &payments);
        assert_eq!(schema(version.name(), &file.bytes), Vec::<String>::new());
        let said = bank.inspect(&file.bytes);
        assert!(said.contains("2 batches, 4 payments, 0 findings"), "{said}");

        let broken = changed(&file.bytes, "SLEV", "SLVE");
        assert!(schema(version.name(), &broken).concat().contains("ChrgBr"), "the schema takes anything");
        let cent = changed(&file.bytes, ">1234.56<", ">1234.57<");
        assert!(
            bank.inspect(&cent).contains("AM10"),
            "the bank does not see a cent: {}",
            bank.inspect(&cent)
        );
    }
}

#[test]
fn achkit_and_a_bank_take_our_ach_credits() {
    let bank = bank();
    for amounts in [vec![1], vec![123_456, 9_999_999_999, 7], vec![5; 23]] {
        let file = file(RailSettings::Nacha(nacha()), &dollars(&amounts));
        assert_eq!(achkit(&file.bytes), Vec::<String>::new());
        let said = bank.inspect(&file.bytes);
        assert!(
            said.contains(&format!("{} payment", amounts.len())) && said.contains("0 findings"),
            "{said}"
        );

        let entry = |amount: i64| format!("{:<17}{amount:010}", "12345678");
        let cent = changed(&file.bytes, &entry(amounts[0]), &entry(amounts[0] + 1));
        assert!(achkit(&cent).concat().contains("BAD_FILE_CREDIT"), "achkit does not see a cent");
        assert!(
            bank.inspect(&cent).contains("AM10"),
            "the bank does not see a cent: {}",
            bank.inspect(&cent)
        );
    }
}

#[test]
fn python_reads_the_rows_that_paypal_gets() {
    let to = |email: &str| PaymentDetails::Paypal { email: email.parse().unwrap() };
    let mut first = payment(1, 123_456, "EUR", to("o'neil+pay@example.com"));
    first.note = "\"March\", with thanks; 10 % – Ada".into();
    let written = [first, payment(2, 1, "EUR", to("b@example.com"))];
    let settings = || RailSettings::Paypal(PaypalSettings { limits: Limits::NONE });
    let read = rows(&file(settings(), &written).bytes);
    let id = |number: u32| format!("po_{number:020x}");
    let note = "Commission 2 – März";
    assert_eq!(
        read,
        [
            [
                "o'neil+pay@example.com",
                "1234.56",
                "EUR",
                &id(1),
                "\"March\", with thanks; 10 % – Ada",
                "PAYPAL"
            ],
            ["b@example.com", "0.01", "EUR", &id(2), note, "PAYPAL"],
        ]
    );
    let yen = rows(&file(settings(), &[payment(3, 500, "JPY", to("c@example.com"))]).bytes);
    assert_eq!(yen[0][1..3], ["500", "JPY"]);
}

#[test]
fn python_reads_the_template_that_wise_gets_back() {
    let fields = WiseFields::new([("IBAN", "DE89370400440532013000"), ("Town, or city", "Köln")]).unwrap();
    let details = PaymentDetails::Wise {
        name: "Groß & Söhne, \"Köln\"".parse().unwrap(),
        email: "a@example.com".parse().unwrap(),
        holder: Holder::Company,
        fields,
    };
    let header =
        "name,recipientEmail,receiverType,amountCurrency,amount,targetCurrency,IBAN,\"Town, or city\"";
    let template = WiseTemplate {
        csv: format!("{header}\r\n"),
        optional: [].into(),
        person: "PERSON".into(),
        company: "INSTITUTION".into(),
    };
    let settings = RailSettings::Wise(WiseSettings {
        source_currency: "USD".parse().unwrap(),
        templates: [("EUR".parse().unwrap(), template)].into(),
        limits: Limits::NONE,
    });
    let read = rows(&file(settings, &[payment(1, 123_456, "EUR", details)]).bytes);
    let filled = ["Groß & Söhne, \"Köln\"", "a@example.com", "INSTITUTION", "target", "1234.56", "EUR"];
    assert_eq!(read[0], rows(header.as_bytes())[0]);
    assert_eq!(read[1], [&filled[..], &["DE89370400440532013000", "Köln"]].concat());
}
