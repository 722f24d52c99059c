//! The files that banks and payment providers take.
//!
//! A rail takes the settings of the brand, the [`Issue`] (when, and for which day) and the payments in the order in which
//! they are to be written. It splits them into as many files as the limits ask for. Amounts come as minor units
//! and are written as exact decimals; a control sum is the sum of what is written.
//!
//! Refused, with the payout's name and without any file: details of another method, a currency that the rail does not
//! pay, an amount that is not above zero, a text that the rail cannot carry.
//!
//! ```
//! use tribute_formats::{details::PaymentDetails, rail::{Issue, Limits, PaymentInstruction, PaypalSettings, RailSettings, write}};
//! let payment = PaymentInstruction {
//!     payout: "po_1".parse()?, amount: 1_250, currency: "USD".parse()?, note: "March".into(), address: None,
//!     details: PaymentDetails::Paypal { email: "ada@example.com".parse()? },
//! };
//! let settings = RailSettings::Paypal(PaypalSettings { limits: Limits::NONE });
//! let issue = Issue { created: "2026-04-01T08:00:00Z".parse()?, execution_date: "2026-04-01".parse()?, files_before: 0 };
//! let files = write(&settings, &issue, &[payment])?;
//! assert_eq!(String::from_utf8(files[0].bytes.clone())?, "ada@example.com,12.50,USD,po_1,March,PAYPAL\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod entry;
mod latin;
mod limits;
mod nacha;
mod paypal;
mod reference;
mod sepa;
mod wise;

use jiff::civil::{Date, DateTime};
use serde::{Deserialize, Serialize};
use tribute_events::{PayoutId, Timestamp};
use tribute_money::Asset;

use crate::{
    FormatError, WrittenFile,
    details::{PaymentDetails, PostalAddress},
};

pub use limits::Limits;
pub use nacha::{NachaSettings, nacha_credits};
pub use paypal::{PaypalSettings, paypal_payouts};
pub use reference::{end_to_end_id, individual_id};
pub use sepa::{PainVersion, SepaSettings, sepa_credit_transfers};
pub use wise::{WiseSettings, WiseTemplate, wise_batch};

/// One amount to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentInstruction {
    /// The payout that is paid.
    pub payout: PayoutId,
    /// Minor units of the currency.
    pub amount: i64,
    /// The currency.
    pub currency: Asset,
    /// Where it is paid to.
    pub details: PaymentDetails,
    /// The receiver's address, where the rail carries one.
    pub address: Option<PostalAddress>,
    /// What the receiver reads; empty where nothing is said.
    pub note: String,
}

/// One export: whatever in a file depends on when it is written. The same issue of the same payments is the same file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    /// When the files are made. Written in UTC, in whole seconds.
    pub created: Timestamp,
    /// The day on which the bank is asked to pay.
    pub execution_date: Date,
    /// How many files went out on the same rail on that day before: NACHA tells files of one minute apart by it.
    pub files_before: u32,
}

impl Issue {
    /// The time of creation in UTC.
    fn created(&self, rail: &'static str) -> Result<DateTime, FormatError> {
        let wrong = |setting, reason: String| FormatError::Settings { rail, setting, reason };
        let at = jiff::Timestamp::from_millisecond(self.created.millis())
            .map_err(|error| wrong("created", error.to_string()))?;
        let at = at.to_zoned(jiff::tz::TimeZone::UTC).datetime();
        // West of Greenwich it may still be the day before.
        let earliest = at.date().yesterday().unwrap_or(Date::MIN);
        if self.execution_date < earliest {
            let reason = format!("{} has passed; banks pay on a day to come", self.execution_date);
            return Err(wrong("execution_date", reason));
        }
        Ok(at)
    }
}

/// What a brand has set for one rail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rail", rename_all = "snake_case")]
pub enum RailSettings {
    /// SEPA credit transfers in ISO 20022 pain.001.
    Sepa(SepaSettings),
    /// ACH credits in a NACHA file.
    Nacha(NachaSettings),
    /// PayPal Payouts in CSV.
    Paypal(PaypalSettings),
    /// Wise batch payments in CSV.
    Wise(WiseSettings),
}

/// The files for these payments; none where there are no payments.
///
/// # Errors
/// [`FormatError::Payment`] and [`FormatError::Amount`] with the payout that cannot be written, and
/// [`FormatError::Settings`]. There is never a part of the files.
pub fn write(
    settings: &RailSettings,
    issue: &Issue,
    payments: &[PaymentInstruction],
) -> Result<Vec<WrittenFile>, FormatError> {
    match settings {
        RailSettings::Sepa(settings) => sepa_credit_transfers(settings, issue, payments),
        RailSettings::Nacha(settings) => nacha_credits(settings, issue, payments),
        RailSettings::Paypal(settings) => paypal_payouts(settings, issue, payments),
        RailSettings::Wise(settings) => wise_batch(settings, issue, payments),
    }
}
