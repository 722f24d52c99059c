use smol_str::SmolStr;

/// Why an amount could not be read or computed. Nothing is ever guessed in its place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The text is not a plain decimal number.
    #[error("`{0}` is not a decimal amount; write it like \"129.90\"")]
    NotDecimal(SmolStr),
    /// More decimals than six are not accepted on input.
    #[error("`{0}` has more than 6 decimals; round it at its source")]
    TooManyDecimals(SmolStr),
    /// The result does not fit the type that holds it.
    #[error("the amount is too large to be held exactly")]
    Overflow,
    /// A division by zero: weights that sum to zero, or a rate of zero.
    #[error("the divisor is zero")]
    DivisionByZero,
    /// The currency is not one of ISO 4217, present or historic.
    #[error("`{0}` is not a currency known to ISO 4217")]
    UnknownCurrency(SmolStr),
    /// The text can not name an asset.
    #[error("`{0}` is not an asset; use a currency (USD), a token (GAMECOIN) or a perk (SKU:TOTE)")]
    NotAnAsset(SmolStr),
    /// The rate is not a fraction or a percentage.
    #[error("`{0}` is not a rate; write it like \"2.9%\" or \"0.029\"")]
    NotARate(SmolStr),
}
