use tribute_events::PayoutId;
use tribute_money::{Asset, MoneyError};

/// Why no file was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// An amount cannot be shown, or a sum cannot be formed.
    #[error("payout {payout}: {source}")]
    Amount {
        /// The payout.
        payout: PayoutId,
        /// Why.
        source: MoneyError,
    },
    /// A payout cannot be written for this rail.
    #[error("payout {payout} cannot be written: {refusal}")]
    Payment {
        /// The payout.
        payout: PayoutId,
        /// Why, and what to do.
        refusal: Refusal,
    },
    /// What the brand has set for the rail is not usable.
    #[error("the setting `{setting}` of the rail {rail} is not right: {reason}")]
    Settings {
        /// The rail.
        rail: &'static str,
        /// The setting.
        setting: &'static str,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The lines could not be written.
    #[error("the lines could not be written")]
    Csv(#[from] csv::Error),
    /// The XML could not be written.
    #[error("the XML could not be written")]
    Xml(#[from] std::io::Error),
}

/// Why a rail does not take a payout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// Other details than the rail's.
    #[error("its details are for {method}, which {rail} does not pay; export it with that method's rail")]
    Method {
        /// The method of its details.
        method: &'static str,
        /// The rail.
        rail: &'static str,
    },
    /// Another currency than the rail's.
    #[error("{rail} does not pay {currency}; it takes {taken}")]
    Currency {
        /// The rail.
        rail: &'static str,
        /// The payout's currency.
        currency: Asset,
        /// What would be taken.
        taken: &'static str,
    },
    /// Nothing, or less than nothing.
    #[error("its amount is not above zero")]
    NotPositive,
    /// More than one payment may be.
    #[error("its amount is above {max} {currency}, the most that one payment may be")]
    TooLarge {
        /// The most, as a decimal.
        max: String,
        /// Its currency.
        currency: Asset,
    },
    /// The currency is not divided here.
    #[error("{rail} takes whole {currency} only; pay a whole amount")]
    NotWhole {
        /// The rail.
        rail: &'static str,
        /// The currency.
        currency: Asset,
    },
    /// An account that a SEPA transfer does not reach.
    #[error("its IBAN is of a country outside SEPA; choose another method")]
    OutsideSepa,
    /// A character that the rail cannot carry.
    #[error("its {field} holds `{character}`, which {rail} cannot carry; have it given in Latin letters")]
    Character {
        /// Which field.
        field: &'static str,
        /// The character.
        character: char,
        /// The rail.
        rail: &'static str,
    },
    /// A text that does not fit.
    #[error("its {field} has {length} characters as it is written, and at most {max} fit; have it shortened")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// How many there are.
        length: usize,
        /// How many fit.
        max: usize,
    },
    /// Two payments that answers could not tell apart.
    #[error("its reference {reference} is that of payout {other} too, and answers could not tell them apart")]
    SameReference {
        /// The reference.
        reference: String,
        /// The payout before it.
        other: PayoutId,
    },
    /// Columns that the template has and the details do not.
    #[error(
        "the template for {currency} has columns that its details do not fill: {columns}; have them given, or list \
             them as optional"
    )]
    MissingColumns {
        /// The currency.
        currency: Asset,
        /// The columns.
        columns: String,
    },
    /// Fields that the details have and the template does not.
    #[error("its details have fields that the template for {currency} has no column for: {columns}")]
    UnknownColumns {
        /// The currency.
        currency: Asset,
        /// The fields.
        columns: String,
    },
}

impl Refusal {
    pub(crate) fn of(self, payout: &PayoutId) -> FormatError {
        FormatError::Payment { payout: payout.clone(), refusal: self }
    }
}
