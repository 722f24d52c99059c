//! Events as a shop tells them: the envelope, and what every order has.

use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use tribute_events::{
    AccountId, BrandId, Code, DeviceId, OrderId, Payload, RefundId, Rejection, RejectionCode, Timestamp,
};
use tribute_money::{Millionths, Part, allocate};

use crate::{Shop, click::device_of, field::Field};

#[derive(Serialize)]
struct Written<'a> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    r#type: &'static str,
    brand: &'a BrandId,
    time: Timestamp,
    datacontenttype: &'static str,
    data: Box<RawValue>,
}

/// An event of a shop under an id of the shop's own.
pub(crate) fn event(
    shop: &Shop<'_>,
    id: &str,
    time: Timestamp,
    payload: &Payload,
) -> Result<Vec<u8>, Rejection> {
    let failed = |error: serde_json::Error| Rejection::new(RejectionCode::InvalidData, error.to_string());
    let data = payload.to_json().and_then(RawValue::from_string).map_err(failed)?;
    let written = Written {
        specversion: "1.0",
        id,
        source: format!("/shop/{}", shop.name),
        r#type: payload.event_type(),
        brand: shop.brand,
        time,
        datacontenttype: "application/json",
        data,
    };
    serde_json::to_vec(&written).map_err(failed)
}

/// An event of a state that the shop may tell again with other words: its content is part of its id, so that the same is
/// the same and another one is no conflict.
pub(crate) fn state(
    shop: &Shop<'_>,
    id: &str,
    time: Timestamp,
    payload: &Payload,
) -> Result<Vec<u8>, Rejection> {
    let failed = |error: serde_json::Error| Rejection::new(RejectionCode::InvalidData, error.to_string());
    let text = payload.to_json().map_err(failed)?;
    let digest = Sha256::new().chain_update(time.millis().to_string()).chain_update([0]).chain_update(text);
    let digest: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    event(shop, &format!("{id}:{digest}"), time, payload)
}

impl Shop<'_> {
    /// A shop's id behind its name, so that two shops of a brand may count alike.
    pub(crate) fn named(&self, id: &str) -> String {
        format!("{}:{id}", self.name)
    }

    pub(crate) fn order(&self, id: &str) -> Result<OrderId, Rejection> {
        self.named(id).parse().map_err(|_| too_long("order", id))
    }

    pub(crate) fn refund(&self, id: &str) -> Result<RefundId, Rejection> {
        self.named(id).parse().map_err(|_| too_long("refund", id))
    }

    pub(crate) fn account(&self, id: Option<String>) -> Result<Option<AccountId>, Rejection> {
        id.map(|id| self.named(&id).parse().map_err(|_| too_long("customer", &id))).transpose()
    }

    /// Codes by their names in the programs, each once.
    pub(crate) fn codes<'c>(&self, said: impl IntoIterator<Item = &'c str>) -> Result<Vec<Code>, Rejection> {
        let mut codes = Vec::new();
        for said in said {
            let code: Code = self.settings.code(said).parse().map_err(|_| too_long("code", said))?;
            if !codes.contains(&code) {
                codes.push(code);
            }
        }
        Ok(codes)
    }

    /// The device that some named values speak of, by the names that the settings look for, in their order.
    pub(crate) fn device(&self, values: &[(&str, &str)]) -> Option<DeviceId> {
        let named = |name: &SmolStr| {
            values.iter().filter(|(key, _)| key == name).find_map(|(_, value)| device_of(value))
        };
        self.settings.click_fields.iter().find_map(named)
    }

    /// The device that a landing page's address speaks of.
    pub(crate) fn device_of_landing(&self, address: Option<&str>) -> Option<DeviceId> {
        let query = address?.split_once('?')?.1;
        let query = query.split('#').next().unwrap_or_default();
        let value = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            (name == self.settings.click_parameter).then(|| device_of(value))?
        };
        query.split('&').find_map(value)
    }

    pub(crate) fn channel(&self, usual: &str) -> Option<SmolStr> {
        Some(self.settings.channel.clone().unwrap_or_else(|| usual.into()))
    }
}

fn too_long(what: &str, id: &str) -> Rejection {
    let shown: String = id.chars().take(40).collect();
    let reason = format!("the {what} `{shown}` makes no identifier of at most 128 bytes");
    Rejection::new(RejectionCode::InvalidData, reason)
}

/// SHA-256 of an e-mail address without blanks around it and in small letters, in hexadecimal.
pub(crate) fn email_hash(address: Option<&str>) -> Option<SmolStr> {
    let digest = Sha256::digest(address?.trim().to_lowercase());
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into())
}

/// A country, with its state where there is one: `US-CA`.
pub(crate) fn region(country: &Field<'_>, state: &Field<'_>) -> Option<SmolStr> {
    let country = country.text()?;
    Some(state.text().map_or_else(|| country.into(), |state| format!("{country}-{state}").into()))
}

/// Spreads an amount over others by largest remainder, in proportion to them.
pub(crate) fn spread(
    amount: Millionths,
    over: &[(String, Millionths)],
) -> Result<Vec<Millionths>, Rejection> {
    let part = |(name, weight): &(String, Millionths)| Part {
        weight: u64::try_from(weight.get()).unwrap_or(0),
        tie: Sha256::digest(name).into(),
    };
    let parts: Vec<_> = over.iter().map(part).collect();
    let shares = allocate(amount.get(), &parts).map_err(|error| {
        let reason = format!("{amount} cannot be spread over the lines: {error}");
        Rejection::new(RejectionCode::InvalidAmount, reason)
    })?;
    Ok(shares.into_iter().map(Millionths::new).collect())
}
