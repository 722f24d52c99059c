use smol_str::SmolStr;

/// Which part of the details is not right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Detail {
    /// A holder's name.
    Name,
    /// An IBAN.
    Iban,
    /// A BIC.
    Bic,
    /// A US routing number.
    RoutingNumber,
    /// A US account number.
    AccountNumber,
    /// An e-mail address.
    Email,
    /// A country's code.
    Country,
    /// A part of a postal address.
    Address,
    /// A field of a Wise account.
    WiseField,
}

impl Detail {
    const fn words(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Iban => "IBAN",
            Self::Bic => "BIC",
            Self::RoutingNumber => "routing number",
            Self::AccountNumber => "account number",
            Self::Email => "e-mail address",
            Self::Country => "country",
            Self::Address => "postal address",
            Self::WiseField => "Wise field",
        }
    }
}

/// Why details were not taken. It holds the text masked, so that it may be shown and logged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the {} {masked} is not right: {reason}", detail.words())]
pub struct DetailsError {
    /// Which part.
    pub detail: Detail,
    /// What was given, masked.
    pub masked: SmolStr,
    /// What is wrong, and what would be right.
    pub reason: &'static str,
}

impl DetailsError {
    pub(super) fn new(detail: Detail, masked: impl Into<SmolStr>, reason: &'static str) -> Self {
        Self { detail, masked: masked.into(), reason }
    }
}
