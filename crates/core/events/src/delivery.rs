//! What a shop delivered and nobody understood, as it lies in quarantine.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::{BrandId, Rejection, RejectionCode, envelope::SHARED_BRAND};

/// Stands where the type of an event stands; no event has it.
const DELIVERY_TYPE: &str = "tribute.shop.delivery";

/// What a shop delivered and could not be told as events, with the reason. It is refused wherever it comes in, so that
/// it waits in quarantine until it is retried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedDelivery {
    /// Always `tribute.shop.delivery`.
    r#type: SmolStr,
    /// Whose brand the shop is.
    pub brand: BrandId,
    /// The shop's id.
    pub shop: SmolStr,
    /// What the shop says that it is about, where it says so beside the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// The stable code of the reason.
    pub code: RejectionCode,
    /// What is wrong and what would be right.
    pub reason: String,
    /// The body as it came, where it is text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// The body as it came, where it is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bytes: Option<Vec<u8>>,
}

impl RefusedDelivery {
    /// A delivery, and why it is refused.
    #[must_use]
    pub fn new(brand: BrandId, shop: &str, topic: Option<String>, body: &[u8], why: &Rejection) -> Self {
        let text = std::str::from_utf8(body).ok().map(str::to_owned);
        let bytes = text.is_none().then(|| body.to_vec());
        let (r#type, shop, reason) = (DELIVERY_TYPE.into(), shop.into(), why.reason.clone());
        Self { r#type, brand, shop, topic, code: why.code, reason, text, bytes }
    }

    /// Reads one; nothing where the bytes are something else.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let read: Self = serde_json::from_slice(bytes).ok()?;
        (read.r#type == DELIVERY_TYPE && read.brand.as_str() != SHARED_BRAND).then_some(read)
    }

    /// Its bytes, the same for the same delivery.
    ///
    /// # Errors
    /// What `serde_json` reports; none fails.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        match (&self.text, &self.bytes) {
            (Some(text), _) => text.as_bytes(),
            (None, bytes) => bytes.as_deref().unwrap_or_default(),
        }
    }

    /// Why it is refused.
    #[must_use]
    pub fn rejection(&self) -> Rejection {
        Rejection::new(self.code, self.reason.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Arrival, Timestamp, decode};

    #[test]
    fn a_delivery_is_held_byte_for_byte_and_refused_with_its_reason_wherever_it_comes_in() {
        let why = Rejection::new(RejectionCode::InvalidAmount, "total: not exact");
        for body in [&b"{\"a\": \"\xc3\xa9\"}\n"[..], &[0xff, 0x00, 0x7b]] {
            let held = RefusedDelivery::new("acme".parse().unwrap(), "shop_1", None, body, &why);
            let bytes = held.to_bytes().unwrap();
            assert_eq!(RefusedDelivery::read(&bytes).as_ref(), Some(&held));
            assert_eq!(held.body(), body);
            let refused = decode(&bytes, Arrival::Live(Timestamp::from_millis(0)));
            assert_eq!(refused, Err(why.clone()));
        }
        assert_eq!(RefusedDelivery::read(b"{}"), None);
    }
}
