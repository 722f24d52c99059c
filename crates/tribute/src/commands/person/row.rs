//! One line of a list of people.

use std::str::FromStr;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use tribute_events::AmbassadorId;
use tribute_formats::details::{AccountKind, Holder, PartyName, PaymentDetails, PostalAddress, WiseFields};
use tribute_vault::{PersonDetails, SocialHandle};

/// A line as it was written; a text that is empty is none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    person: String,
    name: Option<String>,
    email: Option<String>,
    street: Option<String>,
    building_number: Option<String>,
    post_code: Option<String>,
    town: Option<String>,
    country: Option<String>,
    tax_ids: Option<String>,
    handles: Option<String>,
    method: Option<String>,
    account_name: Option<String>,
    iban: Option<String>,
    bic: Option<String>,
    routing: Option<String>,
    account: Option<String>,
    account_kind: Option<String>,
    holder: Option<String>,
    wallet: Option<String>,
    wise: Option<String>,
}

impl Row {
    /// Who it is about and what it says, checked. An error never holds what was written, only its end.
    pub(super) fn read(&self) -> Result<(AmbassadorId, PersonDetails)> {
        let person = self.person.parse().context("person")?;
        let details = PersonDetails {
            name: parsed(self.name.as_ref())?,
            email: parsed(self.email.as_ref())?,
            address: self.address()?,
            tax_ids: listed(self.tax_ids.as_ref())
                .map(|text| text.parse().map_err(anyhow::Error::msg))
                .collect::<Result<_>>()
                .context("tax_ids")?,
            payment: self.payment()?,
            handles: listed(self.handles.as_ref()).map(handle).collect::<Result<_>>()?,
            ..PersonDetails::default()
        };
        Ok((person, details))
    }

    fn address(&self) -> Result<Option<PostalAddress>> {
        let Self { street, building_number, post_code, town, country, .. } = self;
        let parts = [street, building_number, post_code, town, country];
        if parts.iter().all(|part| part.is_none()) {
            return Ok(None);
        }
        let needed = |part: &Option<String>, field| {
            part.clone().with_context(|| format!("an address needs the {field}: banks take no other"))
        };
        let address = PostalAddress::new(&needed(town, "town")?, needed(country, "country")?.parse()?)?;
        let text = |part: &Option<String>| part.clone().unwrap_or_default();
        Ok(Some(address.with_street(&text(street), &text(building_number), &text(post_code))?))
    }

    fn payment(&self) -> Result<Option<PaymentDetails>> {
        let Self { bic, wallet, email, wise, .. } = self;
        let Some(method) = &self.method else {
            let others = [&self.iban, bic, &self.routing, &self.account, wallet, wise, &self.account_name];
            if others.iter().any(|it| it.is_some()) {
                bail!(
                    "an account is given and no `method`; use sepa, ach, paypal, wise, store_credit or gift_card"
                );
            }
            return Ok(None);
        };
        let wallet = wallet.as_ref().or(email.as_ref());
        Ok(Some(match method.as_str() {
            "sepa" => PaymentDetails::Sepa {
                name: self.holders_name()?,
                iban: needed(self.iban.as_ref(), "iban")?,
                bic: parsed(bic.as_ref())?,
            },
            "ach" => PaymentDetails::Ach {
                name: self.holders_name()?,
                routing: needed(self.routing.as_ref(), "routing")?,
                account: needed(self.account.as_ref(), "account")?,
                kind: match self.account_kind.as_deref() {
                    Some("checking") => AccountKind::Checking,
                    Some("savings") => AccountKind::Savings,
                    _ => bail!("ach needs `account_kind`: checking or savings"),
                },
                holder: self.holder()?,
            },
            "paypal" => PaymentDetails::Paypal { email: needed(wallet, "wallet")? },
            "wise" => PaymentDetails::Wise {
                name: self.holders_name()?,
                email: needed(wallet, "wallet")?,
                holder: self.holder()?,
                fields: wise_fields(wise.as_deref())?,
            },
            "store_credit" => PaymentDetails::StoreCredit,
            "gift_card" => PaymentDetails::GiftCard,
            other => bail!("`{other}` is no method; use sepa, ach, paypal, wise, store_credit or gift_card"),
        }))
    }

    fn holders_name(&self) -> Result<PartyName> {
        needed(self.account_name.as_ref().or(self.name.as_ref()), "account_name")
    }

    fn holder(&self) -> Result<Holder> {
        Ok(match self.holder.as_deref() {
            None | Some("person") => Holder::Person,
            Some("company") => Holder::Company,
            Some(_) => bail!("`holder` must be person or company"),
        })
    }
}

fn parsed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    text: Option<&String>,
) -> Result<Option<T>> {
    Ok(text.map(|text| text.parse()).transpose()?)
}

fn needed<T: FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    text: Option<&String>,
    field: &str,
) -> Result<T> {
    parsed(text)?.with_context(|| format!("this method needs `{field}`"))
}

/// The parts between the `;` of a text.
fn listed(text: Option<&String>) -> impl Iterator<Item = &str> {
    let parts = text.into_iter().flat_map(|text| text.split(';'));
    parts.map(str::trim).filter(|part| !part.is_empty())
}

fn handle(text: &str) -> Result<SocialHandle> {
    let wrong = "a handle is written with its platform, as tube:ada";
    let (platform, handle) = text.split_once(':').context(wrong)?;
    let (platform, handle) = (platform.trim(), handle.trim());
    if [platform, handle].iter().any(|it| it.is_empty() || it.len() > 128) {
        bail!(wrong);
    }
    Ok(SocialHandle { platform: platform.into(), handle: handle.into() })
}

fn wise_fields(text: Option<&str>) -> Result<WiseFields> {
    let text = text
        .context("wise needs `wise`: the columns of Wise's template, as sortCode=231470;accountNumber=…")?;
    let pairs = text.split(';').filter(|it| !it.trim().is_empty());
    let pairs = pairs.map(|it| it.split_once('=').context("a field of wise is written as column=value"));
    Ok(WiseFields::new(pairs.collect::<Result<Vec<_>>>()?)?)
}
