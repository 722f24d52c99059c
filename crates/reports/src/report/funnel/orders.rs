use std::collections::{BTreeMap, BTreeSet};

use sea_orm::FromQueryResult;
use sha2::{Digest, Sha256};
use tribute_money::{Millionths, MoneyError, Part, allocate};

use super::{
    claims::{Claims, Shares, TouchContents, whole},
    gather::Gathered,
    place::{Content, Places},
    tally::{Group, Sums, Tally},
};
use crate::{
    ReportError,
    error::{self, at},
    query::{Query, Source},
};

/// Brand, program, order.
type OrderKey = (String, String, String);

/// Orders and earnings, added to what was gathered before.
pub(super) struct Orders<'b, 'a> {
    gathered: Gathered<'b, 'a>,
    /// By which parts each ambassador's part of an order came; kept only where content is asked for.
    origins: BTreeMap<OrderKey, BTreeMap<String, Shares>>,
    /// The order that is counted, and the parts that have counted it.
    counted: Option<OrderKey>,
    counted_in: BTreeSet<Option<String>>,
}

#[derive(FromQueryResult)]
struct Sold {
    brand: String,
    program: String,
    order_id: String,
    ambassador: String,
    ordered_at: i64,
    currency: String,
    net_revenue: i64,
    conversion: Option<String>,
}

#[derive(FromQueryResult)]
struct Earned {
    brand: String,
    program: String,
    source: String,
    ambassador: String,
    rule: String,
    kind: String,
    asset: String,
    amount: i64,
    source_at: i64,
}

impl<'b, 'a> Orders<'b, 'a> {
    pub(super) const fn new(gathered: Gathered<'b, 'a>) -> Self {
        Self { gathered, origins: BTreeMap::new(), counted: None, counted_in: BTreeSet::new() }
    }

    pub(super) fn finish(self) -> (Places<'a>, Tally) {
        (self.gathered.places, self.gathered.tally)
    }

    /// Of the content that brought an order only its conversion tells; otherwise it is not read.
    pub(super) async fn conversions(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let of_content = self.gathered.places.by.is_of_content();
        let conversion = if of_content { "conversion" } else { "NULL" };
        let mut query = Query::new(
            "conversion",
            format!(
                "SELECT brand, program, order_id, ambassador, ordered_at, currency, net_revenue, \
                    {conversion} AS conversion FROM conversion WHERE ambassador <> ''"
            ),
        );
        let filter = self.gathered.filter;
        query.only("brand", filter.brand.as_deref());
        query.only("program", filter.program.as_deref());
        filter.during(&mut query, "ordered_at");
        query.push(" ORDER BY brand, program, order_id, ambassador");
        let mut pending = Vec::new();
        query
            .each(source, |mut row: Sold| match row.conversion.take() {
                Some(conversion) => {
                    let claims = Claims::read(&row.order_id, &row.ambassador, &conversion)?;
                    pending.push((row, claims));
                    Ok(())
                }
                None => {
                    let (who, place) = (Some(row.ambassador.as_str()), [row.brand.as_str(), &row.program]);
                    let content = Content::default();
                    let part = self.gathered.places.part(place, who, at(row.ordered_at), &content);
                    self.order(&row, &whole(part))
                }
            })
            .await?;
        let claims = pending.iter().map(|(row, claims)| (row.brand.as_str(), claims));
        let touches = TouchContents::read(source, claims).await?;
        pending.into_iter().try_for_each(|(row, claims)| {
            let place = [row.brand.as_str(), row.program.as_str()];
            let shares = claims.shares(&self.gathered.places, place, &touches);
            self.order(&row, &shares)?;
            let key = (row.brand, row.program, row.order_id);
            self.origins.entry(key).or_default().insert(row.ambassador, shares);
            Ok(())
        })
    }

    fn order(&mut self, row: &Sold, shares: &Shares) -> Result<(), ReportError> {
        if !self.gathered.is_wanted(Some(&row.ambassador)) {
            return Ok(());
        }
        let tally = &mut self.gathered.tally;
        let group = (row.brand.clone(), row.program.clone(), row.currency.clone());
        let key = (row.brand.clone(), row.program.clone(), row.order_id.clone());
        let one = |sums: &mut Sums| sums.orders = sums.orders.saturating_add(1);
        if self.counted.as_ref() != Some(&key) {
            self.counted = Some(key);
            self.counted_in.clear();
            tally.add_to_total(&group, one);
        }
        let split = split(row.net_revenue, shares, &row.order_id)
            .map_err(|why| ReportError::stored("conversion", &row.order_id, &why))?;
        for (part, net_revenue) in split {
            tally.add(&group, part.as_deref(), |sums| {
                sums.net_revenue = sums.net_revenue.saturating_add(net_revenue.into());
            });
            if self.counted_in.insert(part.clone()) {
                tally.add_to_part(&group, part.as_deref(), one);
            }
        }
        Ok(())
    }

    pub(super) async fn earnings(&mut self, source: &impl Source) -> Result<(), ReportError> {
        let mut query = Query::new(
            "earning",
            "SELECT brand, program, source, ambassador, rule, kind, asset, amount, source_at FROM earning \
             WHERE amount <> 0",
        );
        let filter = self.gathered.filter;
        filter.narrow(&mut query, ["brand", "program", "ambassador"]);
        filter.during(&mut query, "source_at");
        query.each(source, |row: Earned| self.earning(&row)).await
    }

    fn earning(&mut self, row: &Earned) -> Result<(), ReportError> {
        let stored = |why: MoneyError| ReportError::stored("earning", &row.source, &why);
        let exponent = error::asset("earning", &row.asset)?.exponent().map_err(stored)?;
        let shares = self.shares_of(row);
        let group: Group = (row.brand.clone(), row.program.clone(), row.asset.clone());
        for (part, minor) in split(row.amount, &shares, &row.source).map_err(stored)? {
            let amount: i128 = Millionths::from_minor(minor, exponent).map_err(stored)?.get().into();
            self.gathered.tally.add(&group, part.as_deref(), |sums| {
                let sum = match row.kind.as_str() {
                    "fee" => &mut sums.fees,
                    "commission" | "recruiter" => &mut sums.commission,
                    _ => &mut sums.rewards,
                };
                *sum = sum.saturating_add(amount);
            });
        }
        Ok(())
    }

    fn shares_of(&self, row: &Earned) -> Shares {
        let places = &self.gathered.places;
        let place = [row.brand.as_str(), row.program.as_str()];
        if let Some(post) = row.source.strip_prefix("post:") {
            return whole(places.part_of_post(place, &row.ambassador, post));
        }
        match row.source.strip_prefix("order:") {
            Some(order) if places.by.is_of_content() => {
                let key = (row.brand.clone(), row.program.clone(), order.to_owned());
                let credited = self.origins.get(&key);
                let shares = credited.and_then(|it| it.get(&row.ambassador).or_else(|| recruits(it, row)));
                shares.cloned().unwrap_or_else(|| whole(None))
            }
            _ => {
                let content = self.gathered.won.by_prize(place, &row.ambassador, &row.source);
                whole(places.part(place, Some(&row.ambassador), at(row.source_at), &content))
            }
        }
    }
}

/// A recruiter's share came as the commission came that it is a share of: its rule ends with whose that is.
fn recruits<'o>(credited: &'o BTreeMap<String, Shares>, row: &Earned) -> Option<&'o Shares> {
    let named = |id: &str| row.rule.strip_suffix(id).is_some_and(|head| head.ends_with('/'));
    credited.iter().find(|(id, _)| row.kind == "recruiter" && named(id)).map(|(_, shares)| shares)
}

/// Splits an amount by weights, largest remainder first.
fn split(amount: i64, shares: &Shares, of: &str) -> Result<Vec<(Option<String>, i64)>, MoneyError> {
    let weighed = |(part, weight): (&Option<String>, &u64)| {
        let key = Sha256::new()
            .chain_update(of)
            .chain_update([0])
            .chain_update(part.as_deref().unwrap_or_default());
        Part { weight: *weight, tie: key.finalize().into() }
    };
    let amounts = allocate(amount, &shares.iter().map(weighed).collect::<Vec<_>>())?;
    Ok(shares.keys().cloned().zip(amounts).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_an_amount_add_up_to_it() {
        let shares = Shares::from([(None, 1), (Some("p1".to_owned()), 1), (Some("p2".to_owned()), 1)]);
        for amount in [100, -100, 0, 1] {
            let parts = split(amount, &shares, "1001").unwrap();
            assert_eq!(parts.iter().map(|(_, amount)| amount).sum::<i64>(), amount);
            assert!(parts.iter().all(|(_, part)| (part * 3 - amount).abs() < 3), "{parts:?}");
        }
    }
}
