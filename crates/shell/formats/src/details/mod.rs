//! Where a person is paid: validated, never guessed, and masked wherever it is shown.
//!
//! Every type is made by a constructor that checks it (`parse`, [`PostalAddress::new`], [`WiseFields::new`]), also when it
//! is read back as JSON. What cannot be paid to is a [`DetailsError`] that says what to do. `Debug` shows what `masked`
//! shows, so that no account number gets into a log by accident.
//!
//! ```
//! use tribute_formats::details::{Iban, PaymentDetails};
//! let iban: Iban = "NL91 ABNA 0417 1643 00".parse()?;
//! assert_eq!(iban.as_str(), "NL91ABNA0417164300");
//! assert_eq!(iban.masked(), "NL****4300");
//! let details = PaymentDetails::Sepa { name: "Ada Lovelace".parse()?, iban, bic: None };
//! assert_eq!(details.masked(), "sepa A*** L***, NL****4300");
//! assert!("NL91ABNA0417164301".parse::<Iban>().is_err());
//! # Ok::<(), tribute_formats::details::DetailsError>(())
//! ```

mod account;
mod country;
mod error;
mod iban;
mod party;
mod text;
mod wise;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use account::{AccountKind, AccountNumber, RoutingNumber};
pub use country::Country;
pub use error::{Detail, DetailsError};
pub use iban::{Bic, Iban};
pub use party::{Email, Holder, PartyName, PostalAddress};
pub use wise::WiseFields;

/// How an ambassador wants to be paid, and where.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case", deny_unknown_fields)]
pub enum PaymentDetails {
    /// A euro credit transfer within SEPA.
    Sepa {
        /// The holder's legal name, exactly as on the account: banks verify the payee.
        name: PartyName,
        /// The account.
        iban: Iban,
        /// The bank; not needed within SEPA.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bic: Option<Bic>,
    },
    /// A US dollar credit through the ACH network.
    Ach {
        /// The holder's name as on the account.
        name: PartyName,
        /// The bank.
        routing: RoutingNumber,
        /// The account at that bank.
        account: AccountNumber,
        /// Checking or savings.
        kind: AccountKind,
        /// A person is paid with PPD, a company with CCD.
        holder: Holder,
    },
    /// A PayPal wallet.
    Paypal {
        /// The wallet's e-mail address.
        email: Email,
    },
    /// A transfer by Wise; which account fields there are depends on the country and the currency.
    Wise {
        /// The holder's legal name.
        name: PartyName,
        /// Where Wise writes to.
        email: Email,
        /// A person or a company.
        holder: Holder,
        /// The account, under the names that Wise's template has for its columns.
        fields: WiseFields,
    },
    /// Credit at the brand's shop.
    StoreCredit,
    /// A gift card of the brand.
    GiftCard,
}

impl PaymentDetails {
    /// The method's name, as in JSON.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Sepa { .. } => "sepa",
            Self::Ach { .. } => "ach",
            Self::Paypal { .. } => "paypal",
            Self::Wise { .. } => "wise",
            Self::StoreCredit => "store_credit",
            Self::GiftCard => "gift_card",
        }
    }

    /// What a person may see who is not allowed to pay: enough to recognise, too little to use.
    #[must_use]
    pub fn masked(&self) -> String {
        let method = self.method();
        match self {
            Self::Sepa { name, iban, .. } => format!("{method} {}, {}", name.masked(), iban.masked()),
            Self::Ach { name, routing, account, .. } => {
                format!("{method} {}, {} at {}", name.masked(), account.masked(), routing.masked())
            }
            Self::Paypal { email } => format!("{method} {}", email.masked()),
            Self::Wise { name, email, fields, .. } => {
                format!("{method} {}, {}, {}", name.masked(), email.masked(), fields.masked())
            }
            Self::StoreCredit | Self::GiftCard => method.to_owned(),
        }
    }
}

impl fmt::Debug for PaymentDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_come_back_from_json_as_they_were() {
        let all = [
            r#"{"method":"sepa","name":"Zoë Groß","iban":"DE89370400440532013000","bic":"COBADEFFXXX"}"#,
            r#"{"method":"ach","name":"Ada","routing":"021000021","account":"0012-345","kind":"savings","holder":"person"}"#,
            r#"{"method":"paypal","email":"ada@example.com"}"#,
            r#"{"method":"wise","name":"Ada","email":"a@b.co","holder":"company","fields":{"sortCode":"231470"}}"#,
            r#"{"method":"store_credit"}"#,
            r#"{"method":"gift_card"}"#,
        ];
        for text in all {
            let details: PaymentDetails = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&details).unwrap(), text);
        }
    }

    #[test]
    fn what_is_read_back_is_checked_again() {
        let wrong = r#"{"method":"sepa","name":"Ada","iban":"DE89370400440532013001"}"#;
        let said = serde_json::from_str::<PaymentDetails>(wrong).unwrap_err().to_string();
        assert!(said.contains("the IBAN DE****3001 is not right: its check digits"), "{said}");
        let more = r#"{"method":"paypal","email":"ada@example.com","iban":"x"}"#;
        assert!(serde_json::from_str::<PaymentDetails>(more).is_err());
    }

    #[test]
    fn nothing_that_could_be_used_is_shown() {
        let text = r#"{"method":"ach","name":"Ada Lovelace","routing":"021000021","account":"12345678901","kind":"checking","holder":"person"}"#;
        let details: PaymentDetails = serde_json::from_str(text).unwrap();
        assert_eq!(format!("{details:?}"), "ach A*** L***, ****8901 at ****0021");
        let text = r#"{"method":"wise","name":"Ada","email":"ada@example.com","holder":"person","fields":{"IBAN":"GB33BUKB20201555555555"}}"#;
        let details: PaymentDetails = serde_json::from_str(text).unwrap();
        assert_eq!(format!("{details:?}"), "wise A***, a***@example.com, IBAN ****5555");
    }
}
