//! Whatever is paid: what stands in the files is what was given, and what cannot stand there is refused with its payout's
//! name.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used)]

use proptest::{collection::vec, prelude::*};
use quick_xml::{Reader, events::Event};
use tribute_formats::{
    WrittenFile,
    details::{Holder, PaymentDetails, PostalAddress, WiseFields},
    rail::{
        Issue, Limits, NachaSettings, PainVersion, PaymentInstruction, PaypalSettings, RailSettings,
        SepaSettings, WiseSettings, WiseTemplate, write,
    },
};

fn issue() -> Issue {
    Issue {
        created: "2026-11-20T09:00:00.5Z".parse().unwrap(),
        execution_date: "2026-11-23".parse().unwrap(),
        files_before: 0,
    }
}

fn sepa() -> SepaSettings {
    SepaSettings {
        name: "Panfresh B.V.".parse().unwrap(),
        iban: "NL91ABNA0417164300".parse().unwrap(),
        bic: Some("ABNANL2A".parse().unwrap()),
        address: None,
        version: PainVersion::V09,
        file: Limits::NONE,
        block: Limits::NONE,
    }
}

fn nacha() -> NachaSettings {
    NachaSettings {
        destination: "091000019".parse().unwrap(),
        destination_name: "First Bank".into(),
        origin: "1234567890".into(),
        originating_bank: "091000019".parse().unwrap(),
        company_name: "Panfresh".parse().unwrap(),
        company_id: "1234567890".into(),
        entry_description: "Commission".into(),
        file: Limits::NONE,
    }
}

fn wise(csv: &str) -> RailSettings {
    let (person, company) = ("PERSON".into(), "INSTITUTION".into());
    let template = WiseTemplate { csv: csv.into(), optional: ["paymentNote".into()].into(), person, company };
    RailSettings::Wise(WiseSettings {
        source_currency: "EUR".parse().unwrap(),
        templates: [("GBP".parse().unwrap(), template)].into(),
        limits: Limits::NONE,
    })
}

fn pay(number: usize, amount: i64, currency: &str, details: &str) -> PaymentInstruction {
    PaymentInstruction {
        payout: format!("po_{number:020x}").parse().unwrap(),
        amount,
        currency: currency.parse().unwrap(),
        details: serde_json::from_str(details).unwrap(),
        address: None,
        note: format!("Commission {number}"),
    }
}

const TO_IBAN: &str = r#"{"method":"sepa","name":"Zoë Groß","iban":"DE89370400440532013000"}"#;
const TO_WALLET: &str = r#"{"method":"paypal","email":"ada@example.com"}"#;
const TO_PERSON: &str = r#"{"method":"ach","name":"Ada","routing":"021000021","account":"12345","kind":"checking","holder":"person"}"#;
const TO_COMPANY: &str = r#"{"method":"ach","name":"Ada Ltd","routing":"121042882","account":"98","kind":"savings","holder":"company"}"#;

fn text(file: &WrittenFile) -> &str {
    std::str::from_utf8(&file.bytes).unwrap()
}

/// The texts of one element, anywhere in the document.
fn texts(document: &str, element: &str) -> Vec<String> {
    let (mut reader, mut found, mut inside) = (Reader::from_str(document), Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return found,
            Event::Start(start) => inside = start.name().as_ref() == element,
            Event::Text(text) if inside => found.push(text.xml10_content().into_owned()),
            Event::End(_) => inside = false,
            _ => {}
        }
    }
}

/// Cents of a decimal with two places.
fn cents(decimal: &str) -> i64 {
    let (whole, fraction) = decimal.split_once('.').unwrap();
    assert_eq!(fraction.len(), 2, "{decimal}");
    format!("{whole}{fraction}").parse().unwrap()
}

fn sum(amounts: &[i64]) -> i64 {
    amounts.iter().sum()
}

fn refusal(settings: &RailSettings, payment: PaymentInstruction) -> String {
    let said = write(settings, &issue(), &[payment]).unwrap_err().to_string();
    assert!(said.starts_with("payout po_00000000000000000001 cannot be written: "), "{said}");
    said
}

proptest! {
    #[test]
    fn every_cent_of_a_sepa_file_is_one_that_was_given(
        amounts in vec(1_i64..=99_999_999_999, 1..40), per_file in 1_usize..12, per_block in 1_usize..6,
    ) {
        let payments: Vec<_> = amounts.iter().enumerate().map(|(at, amount)| pay(at, *amount, "EUR", TO_IBAN)).collect();
        let limits = |payments_max| Limits { payments_max, sum_max: 500_000_000_000 };
        let settings = RailSettings::Sepa(SepaSettings { file: limits(per_file), block: limits(per_block), ..sepa() });
        let files = write(&settings, &issue(), &payments).unwrap();
        prop_assert_eq!(&files, &write(&settings, &issue(), &payments).unwrap());
        let (mut written, mut ids) = (Vec::new(), Vec::new());
        for file in &files {
            let amounts: Vec<i64> = texts(text(file), "InstdAmt").iter().map(|it| cents(it)).collect();
            let counts: Vec<usize> = texts(text(file), "NbOfTxs").iter().map(|it| it.parse().unwrap()).collect();
            let sums: Vec<i64> = texts(text(file), "CtrlSum").iter().map(|it| cents(it)).collect();
            prop_assert!(amounts.len() <= per_file && sum(&amounts) <= 500_000_000_000);
            prop_assert_eq!((counts[0], sums[0]), (amounts.len(), sum(&amounts)));
            prop_assert_eq!((counts[1..].iter().sum::<usize>(), sum(&sums[1..])), (amounts.len(), sum(&amounts)));
            prop_assert!(counts[1..].iter().all(|count| *count <= per_block));
            written.extend(amounts);
            ids.extend(texts(text(file), "MsgId"));
            ids.extend(texts(text(file), "PmtInfId"));
            ids.extend(texts(text(file), "EndToEndId"));
        }
        prop_assert_eq!(written, amounts);
        prop_assert!(ids.iter().all(|id| id.len() <= 35), "{:?}", ids);
        let count = ids.len();
        ids.sort();
        ids.dedup();
        prop_assert_eq!(ids.len(), count, "an id is there twice");
    }

    #[test]
    fn every_cent_of_a_nacha_file_is_one_that_was_given(
        given in vec((1_i64..=9_999_999_999, any::<bool>()), 1..40), payments_max in 1_usize..30,
    ) {
        let one = |(at, (amount, person)): (usize, &(i64, bool))| {
            pay(at, *amount, "USD", if *person { TO_PERSON } else { TO_COMPANY })
        };
        let payments: Vec<_> = given.iter().enumerate().map(one).collect();
        let file = Limits { payments_max, ..Limits::NONE };
        let files = write(&RailSettings::Nacha(NachaSettings { file, ..nacha() }), &issue(), &payments);
        if given.len().div_ceil(payments_max) > 36 {
            prop_assert!(files.is_err());
            return Ok(());
        }
        let mut written = Vec::new();
        for file in files.unwrap() {
            let lines: Vec<&str> = text(&file).lines().collect();
            prop_assert!(lines.len().is_multiple_of(10) && lines.iter().all(|line| line.len() == 94));
            let entries: Vec<&&str> = lines.iter().filter(|line| line.starts_with('6')).collect();
            let amounts: Vec<i64> = entries.iter().map(|line| line[29..39].parse().unwrap()).collect();
            let hash: u64 = entries.iter().map(|line| line[3..11].parse::<u64>().unwrap()).sum();
            let control = lines.iter().find(|line| line.starts_with('9') && !line.starts_with("99999")).unwrap();
            prop_assert_eq!(control[43..55].parse::<i64>().unwrap(), sum(&amounts));
            prop_assert_eq!(control[13..21].parse::<usize>().unwrap(), entries.len());
            prop_assert_eq!(control[21..31].parse::<u64>().unwrap(), hash % 10_000_000_000);
            let of_batches = lines.iter().filter(|line| line.starts_with('8')).map(|it| it[32..44].parse::<i64>().unwrap());
            prop_assert_eq!(of_batches.sum::<i64>(), sum(&amounts));
            let named: Vec<&str> = entries.iter().map(|line| line[39..54].trim()).collect();
            prop_assert_eq!(named, file.payments.iter().map(|it| it.reference.as_str()).collect::<Vec<_>>());
            written.extend(amounts);
        }
        written.sort_unstable();
        let mut amounts: Vec<i64> = given.iter().map(|(amount, _)| *amount).collect();
        amounts.sort_unstable();
        prop_assert_eq!(written, amounts);
    }
}

#[test]
fn a_sepa_file_as_a_bank_reads_it() {
    let address = PostalAddress::new("Köln", "DE".parse().unwrap()).unwrap();
    let payment = PaymentInstruction { address: Some(address), ..pay(1, 123_456, "EUR", TO_IBAN) };
    let files = write(&RailSettings::Sepa(sepa()), &issue(), &[payment]).unwrap();
    let document = text(&files[0]);
    assert!(document.contains("<CreDtTm>2026-11-20T09:00:00Z</CreDtTm>"), "{document}");
    for part in [
        "<ReqdExctnDt>\n    <Dt>2026-11-23</Dt>",
        "<InstdAmt Ccy=\"EUR\">1234.56</InstdAmt>",
        "<Nm>Zoe Gross</Nm>",
        "<PstlAdr>\n      <TwnNm>Koln</TwnNm>\n      <Ctry>DE</Ctry>",
        "<EndToEndId>po-00000000000000000001</EndToEndId>",
        "<BICFI>ABNANL2A</BICFI>",
    ] {
        assert!(document.contains(part), "{part} is not in {document}");
    }
    let legacy = SepaSettings { version: PainVersion::V03, ..sepa() };
    let files = write(&RailSettings::Sepa(legacy), &issue(), &[pay(1, 1, "EUR", TO_IBAN)]).unwrap();
    let document = text(&files[0]);
    assert!(
        document.contains("<ReqdExctnDt>2026-11-23</ReqdExctnDt>")
            && document.contains("<BIC>ABNANL2A</BIC>")
    );
}

#[test]
fn another_time_or_another_payment_is_another_message() {
    let id = |issue: &Issue, amount| {
        let files = write(&RailSettings::Sepa(sepa()), issue, &[pay(1, amount, "EUR", TO_IBAN)]).unwrap();
        texts(text(&files[0]), "MsgId").remove(0)
    };
    let later = Issue { created: "2026-11-20T09:00:01Z".parse().unwrap(), ..issue() };
    assert_eq!(id(&issue(), 5), id(&issue(), 5));
    assert_ne!(id(&issue(), 5), id(&issue(), 6));
    assert_ne!(id(&issue(), 5), id(&later, 5));
}

#[test]
fn a_payment_that_a_rail_does_not_take_is_refused_with_its_reason() {
    let rail = RailSettings::Sepa(sepa());
    assert!(refusal(&rail, pay(1, 5, "USD", TO_IBAN)).ends_with("SEPA does not pay USD; it takes EUR"));
    assert!(refusal(&rail, pay(1, 5, "EUR", TO_WALLET)).contains("its details are for paypal"));
    assert!(refusal(&rail, pay(1, 0, "EUR", TO_IBAN)).ends_with("its amount is not above zero"));
    assert!(refusal(&rail, pay(1, 100_000_000_000, "EUR", TO_IBAN)).contains("above 999999999.99 EUR"));
    let brazil = r#"{"method":"sepa","name":"Ada","iban":"BR1800360305000010009795493C1"}"#;
    assert!(refusal(&rail, pay(1, 5, "EUR", brazil)).contains("outside SEPA"));
    let name = |name: &str| TO_IBAN.replace("Zoë Groß", name);
    assert!(refusal(&rail, pay(1, 5, "EUR", &name("李"))).contains("its name holds `李`"));
    assert!(
        refusal(&rail, pay(1, 5, "EUR", &name(&"ß".repeat(36)))).contains("72 characters as it is written")
    );
    let small = SepaSettings { file: Limits { payments_max: 9, sum_max: 4 }, ..sepa() };
    assert!(refusal(&RailSettings::Sepa(small), pay(1, 5, "EUR", TO_IBAN)).contains("above 0.04 EUR"));

    let rail = RailSettings::Nacha(nacha());
    assert!(refusal(&rail, pay(1, 5, "EUR", TO_PERSON)).ends_with("NACHA does not pay EUR; it takes USD"));
    assert!(refusal(&rail, pay(1, 10_000_000_000, "USD", TO_PERSON)).contains("above 99999999.99 USD"));
    let rail = RailSettings::Paypal(PaypalSettings { limits: Limits::NONE });
    assert!(refusal(&rail, pay(1, 5, "BHD", TO_WALLET)).contains("PayPal does not pay BHD"));
    assert!(refusal(&rail, pay(1, 150, "HUF", TO_WALLET)).contains("whole HUF only"));
    let long = PaymentInstruction { note: "n".repeat(401), ..pay(1, 5, "USD", TO_WALLET) };
    assert!(refusal(&rail, long).contains("401 characters"));
}

#[test]
fn two_payments_under_one_reference_are_refused() {
    let twice = [pay(1, 5, "EUR", TO_IBAN), pay(1, 6, "EUR", TO_IBAN)];
    let said = write(&RailSettings::Sepa(sepa()), &issue(), &twice).unwrap_err().to_string();
    assert!(said.contains("is that of payout po_00000000000000000001 too"), "{said}");
}

#[test]
fn settings_that_no_bank_would_take_are_refused() {
    let said = |settings| write(&settings, &issue(), &[]).unwrap_err().to_string();
    let wages = NachaSettings { entry_description: "Payroll".into(), ..nacha() };
    assert!(said(RailSettings::Nacha(wages)).contains("`entry_description` of the rail NACHA"));
    let origin = NachaSettings { origin: "12-3456789".into(), ..nacha() };
    assert!(said(RailSettings::Nacha(origin)).contains("letters and digits only"));
    let elsewhere = SepaSettings { iban: "BR1800360305000010009795493C1".parse().unwrap(), ..sepa() };
    assert!(said(RailSettings::Sepa(elsewhere)).contains("BR****93C1 is not an account within SEPA"));
    let empty = SepaSettings { file: Limits { payments_max: 0, sum_max: 1 }, ..sepa() };
    assert!(said(RailSettings::Sepa(empty)).contains("`limits`"));
    let late = Issue { execution_date: "2026-11-01".parse().unwrap(), ..issue() };
    assert!(write(&RailSettings::Sepa(sepa()), &late, &[]).unwrap_err().to_string().contains("has passed"));
}

#[test]
fn paypal_gets_one_currency_a_file_with_its_decimals() {
    let payments = [
        pay(1, 1_250, "USD", TO_WALLET),
        pay(2, 1_250, "JPY", TO_WALLET),
        pay(3, 120_000, "HUF", TO_WALLET),
        pay(4, 5, "USD", TO_WALLET),
    ];
    let files =
        write(&RailSettings::Paypal(PaypalSettings { limits: Limits::NONE }), &issue(), &payments).unwrap();
    let rows: Vec<&str> = files.iter().map(text).collect();
    assert_eq!(
        rows,
        [
            "ada@example.com,1200,HUF,po_00000000000000000003,Commission 3,PAYPAL\n",
            "ada@example.com,1250,JPY,po_00000000000000000002,Commission 2,PAYPAL\n",
            "ada@example.com,12.50,USD,po_00000000000000000001,Commission 1,PAYPAL\n\
             ada@example.com,0.05,USD,po_00000000000000000004,Commission 4,PAYPAL\n",
        ]
    );
    let many: Vec<_> = (0..5_001).map(|number| pay(number, 1, "USD", TO_WALLET)).collect();
    let files =
        write(&RailSettings::Paypal(PaypalSettings { limits: Limits::NONE }), &issue(), &many).unwrap();
    assert_eq!(files.iter().map(|file| file.payments.len()).collect::<Vec<_>>(), [5_000, 1]);
}

const TEMPLATE: &str = "\u{feff}name,recipientEmail,paymentReference,receiverType,amountCurrency,amount,sourceCurrency,\
                        targetCurrency,sortCode,accountNumber,paymentNote\nExample,,,,,,,,,,\n";

fn to_wise(fields: &[(&str, &str)]) -> PaymentInstruction {
    let details = PaymentDetails::Wise {
        name: "Ada, Countess".parse().unwrap(),
        email: "ada@example.com".parse().unwrap(),
        holder: Holder::Person,
        fields: WiseFields::new(fields.iter().copied()).unwrap(),
    };
    PaymentInstruction { details, ..pay(1, 1_250, "GBP", TO_WALLET) }
}

#[test]
fn a_wise_template_is_filled_as_it_is() {
    let fields = [("sortCode", "231470"), ("accountNumber", "28821822")];
    let files = write(&wise(TEMPLATE), &issue(), &[to_wise(&fields)]).unwrap();
    let header = TEMPLATE.trim_start_matches('\u{feff}').lines().next().unwrap();
    let row = "\"Ada, Countess\",ada@example.com,po_00000000000000000001,PERSON,target,12.50,EUR,GBP,231470,28821822,";
    assert_eq!(text(&files[0]), format!("{header}\n{row}\n"));
}

#[test]
fn a_column_that_nobody_fills_is_refused_with_its_name() {
    let said = refusal(&wise(TEMPLATE), to_wise(&[("sortCode", "231470")]));
    assert!(said.contains("columns that its details do not fill: accountNumber;"), "{said}");
    let more = [("sortCode", "231470"), ("accountNumber", "28821822"), ("IBAN", "GB33BUKB20201555555555")];
    assert!(refusal(&wise(TEMPLATE), to_wise(&more)).ends_with("has no column for: IBAN"));
    let dollars = PaymentInstruction { currency: "USD".parse().unwrap(), ..to_wise(&[]) };
    assert!(refusal(&wise(TEMPLATE), dollars).contains("Wise does not pay USD"));
    for template in ["", "name,amount\n", "name,name,amount,amountCurrency,targetCurrency\n"] {
        let said = write(&wise(template), &issue(), &[to_wise(&[])]).unwrap_err().to_string();
        assert!(said.contains("`templates` of the rail Wise"), "{said}");
    }
}

#[test]
fn settings_come_back_from_json_as_they_were() {
    for settings in [RailSettings::Sepa(sepa()), RailSettings::Nacha(nacha()), wise(TEMPLATE)] {
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(serde_json::from_str::<RailSettings>(&text).unwrap(), settings);
    }
}
