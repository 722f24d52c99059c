use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{
    Detail, DetailsError,
    text::{tail, validated},
};

validated! {
    /// The nine digits that name a bank in the United States (ABA). The check digit is right, and the first two digits
    /// are those of a bank that takes ACH entries.
    RoutingNumber: checked_routing, tail;
    /// An account at a US bank: up to 17 letters, digits and hyphens, exactly as the bank writes it.
    AccountNumber: checked_account, tail;
}

/// Which kind of account an ACH entry goes to: it decides the transaction code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A checking (demand deposit) account.
    Checking,
    /// A savings account.
    Savings,
}

fn checked_routing(text: &str) -> Result<SmolStr, DetailsError> {
    let given = text.trim();
    let wrong = |reason| DetailsError::new(Detail::RoutingNumber, tail(given), reason);
    if given.len() != 9 || !given.bytes().all(|it| it.is_ascii_digit()) {
        return Err(wrong("it must have nine digits"));
    }
    let weights = [3_u32, 7, 1].iter().cycle();
    let sum: u32 = given.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    if !sum.is_multiple_of(10) {
        return Err(wrong(
            "its check digit does not fit the rest, so a digit is wrong; have it copied again",
        ));
    }
    // 00 is the government's, 80 is for traveller's cheques: nobody's account lies there.
    if !matches!(given[..2].parse(), Ok(1_u8..=12 | 21..=32 | 61..=72)) {
        return Err(wrong("no bank that takes ACH entries begins like this"));
    }
    Ok(given.into())
}

fn checked_account(text: &str) -> Result<SmolStr, DetailsError> {
    let given = text.trim();
    let wrong = |reason| DetailsError::new(Detail::AccountNumber, tail(given), reason);
    let listed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if given.is_empty() || given.len() > 17 || !given.bytes().all(listed) {
        return Err(wrong("it must have 1 to 17 letters, digits and hyphens"));
    }
    if !given.bytes().any(|byte| matches!(byte, b'1'..=b'9')) {
        return Err(wrong("it has no digit other than 0"));
    }
    Ok(given.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_routing_number_has_a_check_digit_and_a_bank() {
        for text in ["021000021", "121042882", " 091000019 "] {
            assert_eq!(text.parse::<RoutingNumber>().unwrap().as_str(), text.trim());
        }
        for text in
            ["021000022", "02100002", "0210000211", "02100002a", "000000000", "800000005", "130000003"]
        {
            assert!(text.parse::<RoutingNumber>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_account_number_is_kept_as_the_bank_writes_it() {
        assert_eq!("00-12a".parse::<AccountNumber>().unwrap().as_str(), "00-12a");
        for text in ["", "000", "123456789012345678", "12 34", "12,4"] {
            assert!(text.parse::<AccountNumber>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_short_account_number_is_not_shown_at_all() {
        assert_eq!("1234567".parse::<AccountNumber>().unwrap().masked(), "****");
    }
}
