//! One line of a list of people.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::{Value, json};
use tribute_events::Timestamp;

/// One line of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Line {
    pub(super) ambassador: String,
    pub(super) status: Option<String>,
    pub(super) at: Option<Timestamp>,
    payout_currency: Option<String>,
    accounts: Option<String>,
    email_hashes: Option<String>,
    payment_hashes: Option<String>,
    platform: Option<String>,
    followers: Option<u64>,
    handles: Option<String>,
    niches: Option<String>,
    audience: Option<String>,
    region: Option<String>,
    campus: Option<String>,
    recruiter: Option<String>,
    recruiter_link: Option<String>,
    tax_form: Option<bool>,
    payment_details_verified: Option<bool>,
    reason: Option<String>,
    pub(super) code: Option<String>,
}

impl Line {
    /// What it says of the person, as the payload of an event.
    pub(super) fn data(&self, program: &str) -> Result<Value> {
        let text = |value: &Option<String>| value.as_ref().map(|it| json!(it));
        let list = |value: &Option<String>| value.as_ref().map(|it| json!(parts(it).collect::<Vec<_>>()));
        let known = [
            ("payout_currency", text(&self.payout_currency)),
            ("accounts", list(&self.accounts)),
            ("email_hashes", list(&self.email_hashes)),
            ("payment_hashes", list(&self.payment_hashes)),
            ("platform", text(&self.platform)),
            ("followers", self.followers.map(|it| json!(it))),
            ("handles", self.handles.as_deref().map(handles).transpose()?),
            ("niches", list(&self.niches)),
            ("audience", self.audience.as_deref().map(audience).transpose()?),
            ("region", text(&self.region)),
            ("campus", text(&self.campus)),
            ("recruiter", text(&self.recruiter)),
            ("recruiter_link", text(&self.recruiter_link)),
            ("tax_form", self.tax_form.map(|it| json!(it))),
            ("payment_details_verified", self.payment_details_verified.map(|it| json!(it))),
            ("reason", text(&self.reason)),
        ];
        let mut data = json!({"program": program, "ambassador": self.ambassador});
        for (field, value) in known {
            if let Some(value) = value {
                data[field] = value;
            }
        }
        Ok(data)
    }
}

/// What a field lists, by `;`.
fn parts(field: &str) -> impl Iterator<Item = &str> {
    field.split(';').map(str::trim).filter(|it| !it.is_empty())
}

/// `country:US=62%;age:18-24=40%`.
fn audience(field: &str) -> Result<Value> {
    let share = |part: &str| {
        let (segment, share) = part
            .split_once('=')
            .with_context(|| format!("audience: `{part}` is not written as country:US=62%"))?;
        Ok((segment.trim().to_owned(), json!(share.trim())))
    };
    Ok(Value::Object(parts(field).map(share).collect::<Result<_>>()?))
}

/// `insta ada followers=12000 since=2019-05-01T00:00:00Z interactions=900 views=20000 posts=12;tube ada-tv`.
fn handles(field: &str) -> Result<Value> {
    Ok(Value::Array(parts(field).map(handle).collect::<Result<_>>()?))
}

fn handle(part: &str) -> Result<Value> {
    let mut words = part.split_whitespace();
    let (Some(platform), Some(name)) = (words.next(), words.next()) else {
        bail!("handles: `{part}` does not begin with a platform and the account's name on it");
    };
    let mut handle = json!({"platform": platform, "handle": name});
    for word in words {
        let Some((key, value)) = word.split_once('=') else {
            bail!("handles: `{word}` of `{part}` is not written as followers=12000");
        };
        let count = || -> Result<Value> {
            let count: u64 = value.parse().with_context(|| format!("handles: {word} is no whole number"))?;
            Ok(json!(count))
        };
        match key {
            "followers" => handle["followers"] = count()?,
            "since" => handle["account_created"] = json!(value),
            "interactions" | "views" | "posts" => handle["engagement"][key] = count()?,
            _ => bail!("handles: `{key}` is not known; use followers, since, interactions, views, posts"),
        }
    }
    Ok(handle)
}

#[cfg(test)]
mod tests {
    // A test that cannot go on has failed.
    #![allow(clippy::unwrap_used)]

    use tribute_events::AmbassadorChanged;

    use super::*;

    #[test]
    fn what_vetting_asks_for_has_its_columns() {
        let line = Line {
            ambassador: "ada".into(),
            handles: Some(
                "insta ada followers=12000 since=2019-05-01T00:00:00Z interactions=900 views=20000 posts=12; tube adatv"
                    .into(),
            ),
            audience: Some("country:US=62%; age:18-24=40%".into()),
            niches: Some("style;food".into()),
            email_hashes: Some("5b1f".into()),
            reason: Some("a friend".into()),
            ..Line::default()
        };
        let said: AmbassadorChanged = serde_json::from_value(line.data("p").unwrap()).unwrap();
        let [insta, tube] = said.handles.as_slice() else { panic!("{said:?}") };
        let engagement = insta.engagement.unwrap();
        assert_eq!(
            (insta.followers, engagement.interactions, engagement.posts),
            (Some(12_000), 900, Some(12))
        );
        assert_eq!((tube.handle.as_str(), tube.followers), ("adatv", None));
        assert_eq!(said.audience["country:US"].to_string(), "62%");
        assert_eq!(
            (said.niches.len(), said.email_hashes.len(), said.reason.as_deref()),
            (2, 1, Some("a friend"))
        );
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        for (field, problem) in [
            ("insta", "does not begin with a platform"),
            ("insta ada many", "`many` of `insta ada many`"),
            ("insta ada followers=many", "followers=many is no whole number"),
            ("insta ada fame=1", "`fame` is not known"),
        ] {
            assert!(handles(field).unwrap_err().to_string().contains(problem), "{field}");
        }
        assert!(audience("country:US").unwrap_err().to_string().contains("country:US=62%"));
    }
}
