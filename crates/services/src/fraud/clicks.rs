//! How often a buyer clicked on somebody's links before an order.

use std::collections::BTreeMap;

use tribute_events::{AmbassadorId, BrandId, LinkId, ProgramId, Timestamp};
use tribute_store::{RangeKey, entity::touch};
use tribute_terms::View;

use super::orders::{Placed, Sold, terms};
use crate::{
    ServiceError,
    step::{Step, key},
};

/// Clicks of each shopper, by time and id, each with whose link it was on.
type Clicks = BTreeMap<String, BTreeMap<(i64, String), AmbassadorId>>;

/// Counts them for these orders, within the window of the terms.
pub(super) async fn count(
    step: &mut Step<'_>,
    (brand, program): (&BrandId, &ProgramId),
    sales: &BTreeMap<String, Sold>,
    orders: &mut BTreeMap<String, Placed>,
) -> Result<(), ServiceError> {
    let Some(longest) = terms(step, brand, program).map(|it| it.clicks_window.millis()).max() else {
        return Ok(());
    };
    let shoppers = |order: &str| sales.get(order).map(shoppers).unwrap_or_default();
    let spans = orders.iter().flat_map(|(id, placed)| {
        let (from, to) = (placed.at.minus(longest).millis(), placed.at.millis());
        shoppers(id).into_iter().map(move |shopper| (key([brand.as_str(), &shopper]), from, to))
    });
    let spans: Vec<RangeKey> = spans.collect();
    let clicks = read(step, (brand, program), &spans).await?;
    for (id, placed) in orders {
        let of_version = step.registry.program(brand, program).and_then(|it| it.terms_at(placed.at));
        let window = of_version.map_or(longest, |terms| terms.fraud.clicks_window.millis());
        let (from, to) = (placed.at.minus(window).millis(), placed.at.millis());
        for shopper in shoppers(id) {
            let all = clicks.get(&shopper).into_iter().flatten();
            for (_, who) in all.filter(|((at, _), _)| from < *at && *at <= to) {
                if let Some(ordered) = placed.parties.get_mut(who) {
                    ordered.clicks = ordered.clicks.saturating_add(1);
                }
            }
        }
    }
    Ok(())
}

/// As whom the buyer of a sale clicks.
fn shoppers(sold: &Sold) -> Vec<String> {
    let Some(placed) = sold.facts.placed() else { return Vec::new() };
    let account = placed.sale.account.as_ref().map(|it| format!("a:{it}"));
    let device = placed.sale.device.as_ref().map(|it| format!("d:{it}"));
    account.into_iter().chain(device).collect()
}

async fn read(
    step: &mut Step<'_>,
    (brand, program): (&BrandId, &ProgramId),
    spans: &[RangeKey],
) -> Result<Clicks, ServiceError> {
    let columns = [touch::Column::Brand, touch::Column::Subject];
    let rows = step.transaction.find_between::<touch::Entity>(&columns, touch::Column::At, spans).await?;
    let known = step.registry.program(brand, program);
    let mut clicks = Clicks::new();
    for row in rows.into_iter().filter(|row| row.kind != "view") {
        let of_link = || {
            let link = LinkId::trusted(row.link.as_deref()?);
            known?.link(&link, View::at(Timestamp::from_millis(row.at))).cloned()
        };
        if let Some(who) = row.ambassador.as_deref().map(AmbassadorId::trusted).or_else(of_link) {
            clicks.entry(row.subject).or_default().insert((row.at, row.touch_id), who);
        }
    }
    Ok(clicks)
}
