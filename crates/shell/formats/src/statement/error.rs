use std::fmt;

use smol_str::SmolStr;
use tribute_events::statement::{NotADay, StatementFormat};
use tribute_money::MoneyError;

/// Why a file could not be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// No reader knows the content.
    #[error(
        "the file is in no format that is known (it begins with `{begins}`); for a list from a bank or provider, give a \
         mapping of its columns"
    )]
    UnknownFormat {
        /// How it begins.
        begins: String,
    },
    /// It is what was sent to the bank, not what the bank answered.
    #[error(
        "this is a payment file that goes to the bank ({kind}), not what the bank says; reconcile the bank's answer"
    )]
    PaymentFile {
        /// Which kind.
        kind: &'static str,
    },
    /// The bytes are not text in the encoding that the file declares.
    #[error("the file says that it is {encoding} and is not; ask for it again, or convert it to UTF-8")]
    Encoding {
        /// What it declares.
        encoding: &'static str,
    },
    /// The XML is not well-formed, or ends early.
    #[error(
        "line {line}: the XML is not well-formed ({reason}); the file is damaged or incomplete: ask for it again"
    )]
    Xml {
        /// The line.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// The structure is not that of the format.
    #[error("{format}, {place}: {reason}")]
    Structure {
        /// The format.
        format: StatementFormat,
        /// The line or element.
        place: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// There is nothing in it.
    #[error("the {format} file has no {what}: ask the bank whether it is complete")]
    Empty {
        /// The format.
        format: StatementFormat,
        /// What is missing.
        what: &'static str,
    },
    /// The mapping of a list is not usable.
    #[error("the mapping can not be used: {0}")]
    Mapping(String),
}

/// Why a value of a file could not be read. Nothing is guessed in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ValueError {
    /// An element, field or column that is needed is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// The text is not a decimal amount.
    #[error("`{0}` is not an amount")]
    NotAnAmount(SmolStr),
    /// The amount is finer than its currency.
    #[error(
        "`{text}` is finer than {asset} has decimals; nothing is rounded: ask the bank what it stands for"
    )]
    TooFine {
        /// The amount.
        text: SmolStr,
        /// The currency.
        asset: SmolStr,
    },
    /// The amount leaves 64 bits.
    #[error("`{0}` is too large to be held exactly")]
    TooLarge(SmolStr),
    /// The currency is not known.
    #[error(transparent)]
    Currency(#[from] MoneyError),
    /// The day is not one of the calendar.
    #[error(transparent)]
    Day(#[from] NotADay),
    /// The text is no such day in the form that is expected.
    #[error("`{text}` is not a day in the form {form}")]
    DayForm {
        /// The text.
        text: SmolStr,
        /// The form.
        form: SmolStr,
    },
    /// Debit or credit is not said.
    #[error("`{0}` does not say whether money came in or went out")]
    Direction(SmolStr),
    /// A line is not in the form of its format.
    #[error("`{0}` is not in the form of this format")]
    Form(SmolStr),
    /// A total that the file states is not what its lines add up to.
    #[error("{what} is stated as {stated}, the lines add up to {computed}: the file may be incomplete")]
    Total {
        /// Which total.
        what: &'static str,
        /// As stated.
        stated: SmolStr,
        /// As computed.
        computed: SmolStr,
    },
}

/// Something in a file that could not be read, or does not add up; the rest was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line, entry or element.
    pub place: String,
    /// What is wrong with it.
    pub why: ValueError,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.why)
    }
}

/// A text as it may stand in a message: short, on one line.
pub(super) fn shown(text: &str) -> SmolStr {
    text.chars().take(40).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}
