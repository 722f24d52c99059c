//! Payments to people with names from everywhere, and the settings of a brand that banks at the bank of the tests.

use tribute_formats::{
    WrittenFile,
    details::PaymentDetails,
    rail::{
        Issue, Limits, NachaSettings, PainVersion, PaymentInstruction, RailSettings, SepaSettings, write,
    },
};

/// What the clock of the bank shows when it opens: a Friday.
pub(crate) const OPENS: &str = "2026-11-20T09:00";
/// An account at another bank, to which every payment settles.
pub(crate) const ELSEWHERE: &str = "DE89370400440532013000";
/// An account that the bank has closed.
pub(crate) const CLOSED: &str = "NL84MOCK0000000003";

/// An account at a bank that does not exist.
pub(crate) const NO_SUCH_BANK: &str = "NL57MOCK0000000004";

pub(crate) fn issue() -> Issue {
    Issue {
        created: "2026-11-20T08:00:00Z".parse().unwrap(),
        execution_date: "2026-11-23".parse().unwrap(),
        files_before: 0,
    }
}

/// The payer is the bank's customer `ACME`.
pub(crate) fn sepa() -> SepaSettings {
    SepaSettings {
        name: "ACME Corporation".parse().unwrap(),
        iban: "NL41MOCK0000000001".parse().unwrap(),
        bic: Some("MOCKNL2A".parse().unwrap()),
        address: None,
        version: PainVersion::V09,
        file: Limits::NONE,
        block: Limits { payments_max: 2, ..Limits::NONE },
    }
}

/// The bank knows its customer by the company's number.
pub(crate) fn nacha() -> NachaSettings {
    NachaSettings {
        destination: "091000019".parse().unwrap(),
        destination_name: "Mock Bank".into(),
        origin: "1234567890".into(),
        originating_bank: "091000019".parse().unwrap(),
        company_name: "ACME Corporation".parse().unwrap(),
        company_id: "0000000001".into(),
        entry_description: "Commission".into(),
        file: Limits::NONE,
    }
}

pub(crate) fn payment(
    number: u32,
    amount: i64,
    currency: &str,
    details: PaymentDetails,
) -> PaymentInstruction {
    PaymentInstruction {
        payout: format!("po_{number:020x}").parse().unwrap(),
        amount,
        currency: currency.parse().unwrap(),
        details,
        address: None,
        note: format!("Commission {number} – März"),
    }
}

pub(crate) fn to_iban(name: &str, iban: &str) -> PaymentDetails {
    PaymentDetails::Sepa { name: name.parse().unwrap(), iban: iban.parse().unwrap(), bic: None }
}

/// Euro payments of these amounts in cents to accounts at another bank.
pub(crate) fn euros(amounts: &[i64]) -> Vec<PaymentInstruction> {
    let names = ["Zoë Groß", "Łukasz Żółć", "Æsa Þórsdóttir & Søn", "O’Neil, Seán"];
    let one = |((number, amount), name): ((u32, &i64), &&str)| {
        payment(number, *amount, "EUR", to_iban(name, ELSEWHERE))
    };
    (1..).zip(amounts).zip(names.iter().cycle()).map(one).collect()
}

/// Dollar payments of these amounts in cents to persons and companies by turns.
pub(crate) fn dollars(amounts: &[i64]) -> Vec<PaymentInstruction> {
    let one = |(number, amount): (u32, &i64)| {
        let details = if number % 2 == 1 {
            r#"{"method":"ach","name":"Renée O’Connor","routing":"021000021","account":"12345678","kind":"checking","holder":"person"}"#
        } else {
            r#"{"method":"ach","name":"Ambassadors & Friends of Long Names LLC","routing":"121042882","account":"987-6","kind":"savings","holder":"company"}"#
        };
        payment(number, *amount, "USD", serde_json::from_str(details).unwrap())
    };
    (1..).zip(amounts).map(one).collect()
}

/// The one file that these payments make.
pub(crate) fn file(settings: RailSettings, payments: &[PaymentInstruction]) -> WrittenFile {
    let mut files = write(&settings, &issue(), payments).unwrap();
    assert_eq!(files.len(), 1);
    files.remove(0)
}
