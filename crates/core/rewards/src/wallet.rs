use tribute_money::{Millionths, MoneyError, Rounding};

/// Why tokens cannot be spent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SpendRefused {
    /// Tokens are whole.
    #[error("{0} is not a whole number of tokens above 0; spend whole tokens")]
    NotWhole(Millionths),
    /// There are not enough of them.
    #[error("{wanted} tokens are to be spent, but the wallet holds {held}")]
    NotEnough {
        /// How many were to be spent.
        wanted: i64,
        /// How many there are.
        held: i64,
    },
    /// The amount does not fit.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// How many tokens leave a wallet that holds `held` when `amount` is spent.
///
/// # Errors
/// [`SpendRefused`], where the amount is not whole and positive or the wallet holds less.
///
/// ```
/// use tribute_rewards::spend;
/// assert_eq!(spend(50, "20".parse()?)?, 20);
/// assert_eq!(spend(50, "51".parse()?).unwrap_err().to_string(), "51 tokens are to be spent, but the wallet holds 50");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn spend(held: i64, amount: Millionths) -> Result<i64, SpendRefused> {
    let wanted = amount.to_minor(0, Rounding::Down)?;
    if wanted <= 0 || Millionths::from_minor(wanted, 0)? != amount {
        return Err(SpendRefused::NotWhole(amount));
    }
    if wanted > held { Err(SpendRefused::NotEnough { wanted, held }) } else { Ok(wanted) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_tokens_that_are_there() {
        for (amount, spent) in
            [("50", Some(50)), ("0", None), ("-1", None), ("1.5", None), ("50.000001", None)]
        {
            assert_eq!(spend(50, amount.parse().unwrap()).ok(), spent, "{amount}");
        }
    }
}
