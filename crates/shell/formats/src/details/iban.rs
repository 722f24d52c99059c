use smol_str::SmolStr;

use super::{Country, Detail, DetailsError, text::validated};

validated! {
    /// An international bank account number (ISO 13616): its length and shape are those of its country, and its check
    /// digits are right. Written without spaces.
    Iban: checked_iban, masked_iban;
    /// A business identifier code (ISO 9362) of 8 or 11 characters: the name of a bank.
    Bic: checked_bic, masked_bic;
}

/// Countries whose IBANs the SEPA credit transfer reaches: the 27 members of the Union, the European Economic Area, and
/// those who joined (European Payments Council, list of the schemes' geographical scope of 2025).
const SEPA: &str = "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL \
                    PT RO RS SE SI SK SM VA";

impl Iban {
    /// Whether a SEPA credit transfer reaches the account.
    #[must_use]
    pub fn is_sepa(&self) -> bool {
        SEPA.split(' ').any(|country| self.0.starts_with(country))
    }
}

fn checked_iban(text: &str) -> Result<SmolStr, DetailsError> {
    let given: String =
        text.chars().filter(|letter| *letter != ' ').map(|letter| letter.to_ascii_uppercase()).collect();
    let wrong = |reason| DetailsError::new(Detail::Iban, masked_iban(&given), reason);
    let read = given.parse::<iban::Iban>().map_err(|error| {
        wrong(match error {
            iban::ParseIbanError::InvalidBaseIban { source: iban::ParseBaseIbanError::InvalidChecksum } => {
                "its check digits do not fit the rest, so a character is wrong; have it copied again"
            }
            iban::ParseIbanError::InvalidBaseIban { .. } => {
                "it must be a country, two check digits and at most 30 letters and digits; have it copied again"
            }
            iban::ParseIbanError::InvalidBban(_) => {
                "its length or shape is not that of its country; have it copied again"
            }
            iban::ParseIbanError::UnknownCountry(_) => "its country has no IBANs; have it copied again",
        })
    })?;
    use iban::IbanLike;
    Ok(read.electronic_str().into())
}

fn masked_iban(text: &str) -> String {
    let country: String = text.chars().take(2).collect();
    format!("{country}{}", super::text::tail(text))
}

fn checked_bic(text: &str) -> Result<SmolStr, DetailsError> {
    let given = text.trim().to_ascii_uppercase();
    let wrong = |reason| DetailsError::new(Detail::Bic, masked_bic(&given), reason);
    if !matches!(given.len(), 8 | 11)
        || !given.bytes().all(|it| it.is_ascii_uppercase() || it.is_ascii_digit())
    {
        return Err(wrong("it must have 8 or 11 letters and digits"));
    }
    given[4..6].parse::<Country>().map_err(|_| wrong("its fifth and sixth letters must be a country"))?;
    Ok(given.into())
}

fn masked_bic(text: &str) -> String {
    format!("{}***", text.chars().take(6).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_iban_is_taken_with_spaces_and_kept_without() {
        let iban: Iban = "gb29 nwbk 6016 1331 9268 19".parse().unwrap();
        assert_eq!(iban.as_str(), "GB29NWBK60161331926819");
        assert!(iban.is_sepa());
        assert!(!"BR1800360305000010009795493C1".parse::<Iban>().unwrap().is_sepa());
    }

    #[test]
    fn a_wrong_iban_says_what_is_wrong_and_does_not_show_it() {
        let said = |text: &str| text.parse::<Iban>().unwrap_err().to_string();
        assert!(said("GB29NWBK60161331926818").contains("check digits do not fit"));
        assert!(said("US29NWBK60161331926819").contains("US****6819"));
        for text in
            ["", "GB", "GB29", "ZZ680539007547034", "GB29NWBK6016133192681", "GB29NWBK60161331926819é"]
        {
            assert!(text.parse::<Iban>().is_err(), "{text}");
            assert!(!said(text).contains("60161331"), "{}", said(text));
        }
    }

    #[test]
    fn a_bic_has_a_country() {
        assert_eq!("deutdeff500".parse::<Bic>().unwrap().as_str(), "DEUTDEFF500");
        for text in ["DEUTDEF", "DEUTZZFF", "DEUT1EFF", "DEUTDEFF5", "DEUTDEFFÄ"] {
            assert!(text.parse::<Bic>().is_err(), "{text}");
        }
    }
}
