//! By which content an order came: the claims that were credited, and the posts and campaigns of their touches.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use serde::Deserialize;
use tribute_events::Claim;

use super::place::{Content, Places};
use crate::{
    ReportError, error,
    query::{Query, Source},
};

/// By which parts of the funnel something came, with their weights. Never empty.
pub(super) type Shares = BTreeMap<Option<String>, u64>;

/// All of it by one part.
pub(super) fn whole(part: Option<String>) -> Shares {
    Shares::from([(part, 1)])
}

/// What was credited with an ambassador's part of an order.
#[derive(Debug, PartialEq, Eq)]
enum Cause {
    Touch(String),
    Post(String),
    /// A code, a subscription, a workshop, a person's decision: no content.
    Other,
}

/// The claims of one ambassador in one order, each with its weight.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Claims(Vec<(Cause, u64)>);

/// As much of a conversion as tells who won.
#[derive(Deserialize)]
struct Decided {
    reason: Won,
}

#[derive(Deserialize)]
struct Won {
    winners: Vec<Claim>,
}

impl Claims {
    /// From a stored conversion.
    pub(super) fn read(order: &str, ambassador: &str, conversion: &str) -> Result<Self, ReportError> {
        let decided: Decided = error::json("conversion", order, conversion)?;
        Ok(Self::of(ambassador, &decided.reason.winners))
    }

    /// Where claims are weighed, those without a weight are only named beside them. Where none is, one was credited,
    /// and codes may be named beside it; several, credited before weights were kept, tell of no one post.
    fn of(ambassador: &str, winners: &[Claim]) -> Self {
        let own =
            winners.iter().filter(|it| it.ambassador.as_ref().is_some_and(|who| who.as_str() == ambassador));
        let own: Vec<&Claim> = own.collect();
        let weighed: Vec<_> = own.iter().filter_map(|claim| Some((cause(claim), claim.weight?))).collect();
        if !weighed.is_empty() {
            return Self(weighed);
        }
        let rest_is_codes = own.iter().skip(1).all(|claim| claim.kind == "code");
        let only = own.first().filter(|_| rest_is_codes);
        Self(vec![(only.map_or(Cause::Other, |claim| cause(claim)), 1)])
    }

    fn touches(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|(cause, _)| match cause {
            Cause::Touch(touch) => Some(touch.as_str()),
            Cause::Post(_) | Cause::Other => None,
        })
    }

    /// By which parts the order came.
    pub(super) fn shares(&self, places: &Places<'_>, place: [&str; 2], touches: &TouchContents) -> Shares {
        let mut shares = Shares::new();
        for (cause, weight) in &self.0 {
            let content = match cause {
                Cause::Touch(touch) => touches.of(place[0], touch),
                Cause::Post(post) => Content::of_post(post),
                Cause::Other => Content::default(),
            };
            let share = shares.entry(places.of_content(place, &content)).or_default();
            *share = share.saturating_add(*weight);
        }
        shares
    }
}

fn cause(claim: &Claim) -> Cause {
    let name = claim.touch.to_string();
    match claim.kind.as_str() {
        "click" | "qr" | "view" => Cause::Touch(name),
        "post" => Cause::Post(name),
        _ => Cause::Other,
    }
}

/// Touches looked up in one statement.
const CHUNK: usize = 500;

/// The posts and campaigns of touches that were credited.
#[derive(Debug, Default)]
pub(super) struct TouchContents(BTreeMap<(String, String), Content>);

#[derive(FromQueryResult)]
struct Stored {
    touch_id: String,
    post: Option<String>,
    campaign: Option<String>,
}

impl TouchContents {
    /// Looks up the touches of these claims, each with its brand.
    pub(super) async fn read<'c>(
        source: &impl Source,
        claims: impl Iterator<Item = (&'c str, &'c Claims)>,
    ) -> Result<Self, ReportError> {
        let mut wanted: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (brand, claims) in claims {
            wanted.entry(brand).or_default().extend(claims.touches());
        }
        let mut found = BTreeMap::new();
        for (brand, touches) in wanted {
            let touches: Vec<&str> = touches.into_iter().collect();
            for chunk in touches.chunks(CHUNK) {
                let mut query = Query::new(
                    "touch",
                    "SELECT touch_id, post, campaign FROM touch WHERE (post IS NOT NULL OR campaign IS NOT NULL)",
                );
                query.only("brand", Some(brand));
                query.one_of("touch_id", chunk.iter().copied());
                let rows: Vec<Stored> = query.all(source).await?;
                found.extend(rows.into_iter().map(|row| {
                    let content = Content { post: row.post, campaign: row.campaign };
                    ((brand.to_owned(), row.touch_id), content)
                }));
            }
        }
        Ok(Self(found))
    }

    fn of(&self, brand: &str, touch: &str) -> Content {
        self.0.get(&(brand.to_owned(), touch.to_owned())).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(winners: &[(&str, &str, &str, Option<u64>)]) -> Claims {
        let claim = |(who, kind, touch, weight): &(&str, &str, &str, Option<u64>)| {
            let weight = weight.map_or_else(String::new, |weight| format!(",\"weight\":{weight}"));
            let text = format!(
                "{{\"ambassador\":\"{who}\",\"kind\":\"{kind}\",\"touch\":\"{touch}\",\"at\":\"2026-01-01T00:00:00Z\"{weight}}}"
            );
            serde_json::from_str(&text).unwrap()
        };
        Claims::of("ada", &winners.iter().map(claim).collect::<Vec<Claim>>())
    }

    #[test]
    fn claims_are_weighed_and_codes_beside_them_are_not() {
        let touch = |id: &str| Cause::Touch(id.to_owned());
        let weighed = [
            ("ada", "click", "c1", Some(2)),
            ("bob", "qr", "c2", Some(1)),
            ("ada", "view", "c3", Some(2)),
            ("ada", "code", "ADA10", None),
        ];
        assert_eq!(claims(&weighed), Claims(vec![(touch("c1"), 2), (touch("c3"), 2)]));
        assert_eq!(claims(&weighed[1..2]), Claims(vec![(Cause::Other, 1)]), "nothing of hers");
        let alone = [("ada", "click", "c1", None), ("ada", "code", "ADA10", None)];
        assert_eq!(claims(&alone), Claims(vec![(touch("c1"), 1)]));
        assert_eq!(claims(&alone[1..]), Claims(vec![(Cause::Other, 1)]));
        assert_eq!(claims(&[("ada", "post", "p1", None)]), Claims(vec![(Cause::Post("p1".into()), 1)]));
        let old = [("ada", "click", "c1", None), ("ada", "click", "c3", None)];
        assert_eq!(claims(&old), Claims(vec![(Cause::Other, 1)]), "credited before weights were kept");
    }
}
