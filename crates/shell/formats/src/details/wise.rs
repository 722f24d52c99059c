use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{Detail, DetailsError, text::tail};

/// Columns of Wise's template that Tribute fills itself: nobody's details may name them.
const FILLED: [&str; 8] = [
    "name",
    "recipientEmail",
    "paymentReference",
    "receiverType",
    "amountCurrency",
    "amount",
    "sourceCurrency",
    "targetCurrency",
];

/// The fields of an account at Wise, under the names of the columns in Wise's template (`IBAN`, `sortCode`,
/// `accountNumber` …). Which ones are needed the template of the tenant says.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<SmolStr, SmolStr>", into = "BTreeMap<SmolStr, SmolStr>")]
pub struct WiseFields(BTreeMap<SmolStr, SmolStr>);

impl WiseFields {
    /// From columns and values; white space around them is not kept.
    ///
    /// # Errors
    /// Where a column is one that Tribute fills itself, such as `amount`; where a name or a value is empty, longer than
    /// 140 characters, or not on one line.
    pub fn new<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, DetailsError> {
        let mut kept = BTreeMap::new();
        for (column, value) in fields {
            let (column, value) = (column.trim(), value.trim());
            let shown: SmolStr = column.chars().take(40).collect();
            let wrong = |reason| Err(DetailsError::new(Detail::WiseField, shown.clone(), reason));
            let line =
                |text: &str| (1..=140).contains(&text.chars().count()) && !text.chars().any(char::is_control);
            if FILLED.iter().any(|filled| filled.eq_ignore_ascii_case(column)) {
                return wrong("Tribute fills this column itself; leave it out");
            }
            if !line(column) || !line(value) {
                return wrong("the column and its value must have 1 to 140 characters on one line");
            }
            if kept.insert(column.into(), value.into()).is_some() {
                return wrong("the column is there twice");
            }
        }
        Ok(Self(kept))
    }

    /// The value of a column.
    #[must_use]
    pub fn get(&self, column: &str) -> Option<&str> {
        self.0.get(column).map(SmolStr::as_str)
    }

    /// Every column and value, by column.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(column, value)| (column.as_str(), value.as_str()))
    }

    /// Every column with the end of its value.
    #[must_use]
    pub fn masked(&self) -> String {
        self.iter().map(|(column, value)| format!("{column} {}", tail(value))).collect::<Vec<_>>().join(", ")
    }
}

impl TryFrom<BTreeMap<SmolStr, SmolStr>> for WiseFields {
    type Error = DetailsError;

    fn try_from(fields: BTreeMap<SmolStr, SmolStr>) -> Result<Self, DetailsError> {
        Self::new(fields.iter().map(|(column, value)| (column.as_str(), value.as_str())))
    }
}

impl From<WiseFields> for BTreeMap<SmolStr, SmolStr> {
    fn from(fields: WiseFields) -> Self {
        fields.0
    }
}

impl fmt::Debug for WiseFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_sets_their_own_amount() {
        let fields = WiseFields::new([("sortCode", " 231470 "), ("accountNumber", "28821822")]).unwrap();
        assert_eq!((fields.get("sortCode"), fields.get("IBAN")), (Some("231470"), None));
        assert_eq!(fields.masked(), "accountNumber ****1822, sortCode ****");
        for (column, value) in [("amount", "5"), ("Amount", "5"), ("", "5"), ("IBAN", ""), ("IBAN", "a\nb")] {
            assert!(WiseFields::new([(column, value)]).is_err(), "{column}");
        }
        assert!(WiseFields::new([("IBAN", "1"), (" IBAN", "2")]).is_err());
    }
}
