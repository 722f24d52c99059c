//! A field of a delivery, with the path by which a message names it.

use serde_json::Value;
use tribute_events::{Rejection, RejectionCode, Timestamp};
use tribute_money::{Asset, Millionths};

/// A field; what is missing is null.
#[derive(Debug, Clone)]
pub(crate) struct Field<'a> {
    value: &'a Value,
    path: String,
}

impl<'a> Field<'a> {
    /// The whole delivery.
    pub(crate) const fn whole(value: &'a Value) -> Self {
        Self { value, path: String::new() }
    }

    /// A field of this one.
    pub(crate) fn get(&self, name: &str) -> Field<'a> {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Field { value: self.value.get(name).unwrap_or(&Value::Null), path }
    }

    /// The field at a path of names by dots.
    pub(crate) fn at(&self, path: &str) -> Field<'a> {
        path.split('.').fold(self.clone(), |field, name| field.get(name))
    }

    pub(crate) fn is_missing(&self) -> bool {
        self.value.is_null()
    }

    /// The members of a list; none where it is missing.
    pub(crate) fn items(&self) -> Vec<Field<'a>> {
        let items = self.value.as_array().map(Vec::as_slice).unwrap_or_default();
        let member = |(index, value)| Field { value, path: format!("{}[{index}]", self.path) };
        items.iter().enumerate().map(member).collect()
    }

    /// The fields of an object by name.
    pub(crate) fn fields(&self) -> Vec<(&'a str, Field<'a>)> {
        let names = self.value.as_object().into_iter().flat_map(serde_json::Map::keys);
        names.map(|name| (name.as_str(), self.get(name))).collect()
    }

    pub(crate) fn is_true(&self) -> bool {
        self.value.as_bool() == Some(true)
    }

    /// A text that says something.
    pub(crate) fn text(&self) -> Option<&'a str> {
        self.value.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    pub(crate) fn needed_text(&self) -> Result<&'a str, Rejection> {
        self.text().ok_or_else(|| self.refused(RejectionCode::InvalidData, "a text is needed"))
    }

    /// An id, as a text or a whole number of any length; of an object its own id.
    pub(crate) fn id(&self) -> Option<String> {
        match self.value {
            Value::Number(number) => Some(number.to_string()).filter(|id| id != "0"),
            Value::Object(_) => self.get("id").id(),
            _ => self.text().map(str::to_owned),
        }
    }

    pub(crate) fn needed_id(&self) -> Result<String, Rejection> {
        self.id().ok_or_else(|| self.refused(RejectionCode::InvalidData, "an id is needed"))
    }

    /// A decimal, written as a text or as a number; it is taken digit by digit.
    pub(crate) fn decimal(&self) -> Result<Option<Millionths>, Rejection> {
        let digits = match self.value {
            Value::Null => return Ok(None),
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => return Err(self.refused(RejectionCode::InvalidAmount, "an amount is needed")),
        };
        let read = digits.parse().map(Some);
        read.map_err(|error: tribute_money::MoneyError| {
            self.refused(RejectionCode::InvalidAmount, &error.to_string())
        })
    }

    pub(crate) fn needed_decimal(&self) -> Result<Millionths, Rejection> {
        let missing = || self.refused(RejectionCode::InvalidAmount, "an amount is needed");
        self.decimal()?.ok_or_else(missing)
    }

    /// A whole number.
    pub(crate) fn whole_number(&self) -> Result<Option<i64>, Rejection> {
        let number = match self.value {
            Value::Null => return Ok(None),
            Value::Number(number) => number.to_string().parse().ok(),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let refused = || self.refused(RejectionCode::InvalidData, "a whole number is needed");
        number.map(Some).ok_or_else(refused)
    }

    pub(crate) fn needed_number(&self) -> Result<i64, Rejection> {
        let missing = || self.refused(RejectionCode::InvalidData, "a whole number is needed");
        self.whole_number()?.ok_or_else(missing)
    }

    /// A time with its offset.
    pub(crate) fn time(&self) -> Result<Timestamp, Rejection> {
        self.time_of(self.needed_text()?)
    }

    /// A time in UTC that does not say so.
    pub(crate) fn time_in_utc(&self) -> Result<Timestamp, Rejection> {
        let text = self.needed_text()?;
        self.time_of(&format!("{}Z", text.trim_end_matches('Z')))
    }

    /// A time in seconds since 1970.
    pub(crate) fn time_in_seconds(&self) -> Result<Timestamp, Rejection> {
        let millis = self.needed_number()?.checked_mul(1000);
        let refused = || self.refused(RejectionCode::InvalidData, "that is no time");
        millis.map(Timestamp::from_millis).ok_or_else(refused)
    }

    fn time_of(&self, text: &str) -> Result<Timestamp, Rejection> {
        text.parse().map_err(|_| self.refused(RejectionCode::InvalidData, &format!("`{text}` is no time")))
    }

    /// A currency, in capitals or not.
    pub(crate) fn currency(&self) -> Result<Asset, Rejection> {
        let code = self.needed_text()?.to_ascii_uppercase();
        let refused = || self.refused(RejectionCode::InvalidCurrency, &format!("`{code}` is no currency"));
        code.parse().ok().filter(Asset::is_currency).ok_or_else(refused)
    }

    /// A refusal that names this field.
    pub(crate) fn refused(&self, code: RejectionCode, what: &str) -> Rejection {
        let place = if self.path.is_empty() { "the delivery" } else { &self.path };
        Rejection::new(code, format!("{place}: {what}"))
    }
}

/// The sum of amounts.
pub(crate) fn sum(amounts: impl IntoIterator<Item = Millionths>) -> Result<Millionths, Rejection> {
    amounts.into_iter().try_fold(Millionths::ZERO, |sum, amount| sum.plus(amount)).map_err(too_large)
}

/// What is left of an amount.
pub(crate) fn less(amount: Millionths, off: Millionths) -> Result<Millionths, Rejection> {
    amount.minus(off).map_err(too_large)
}

/// An amount so many times.
pub(crate) fn times(amount: Millionths, count: i64) -> Result<Millionths, Rejection> {
    let product = amount.get().checked_mul(count).map(Millionths::new);
    product.ok_or_else(|| too_large(tribute_money::MoneyError::Overflow))
}

fn too_large(error: tribute_money::MoneyError) -> Rejection {
    Rejection::new(RejectionCode::InvalidAmount, format!("the delivery's amounts: {error}"))
}
