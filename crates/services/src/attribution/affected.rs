//! Which orders a batch bears on beside those that it names.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::Value;
use tribute_attribution::OrderFacts;
use tribute_events::{BrandId, DeviceId, Milliseconds, OrderId, Timestamp};
use tribute_store::RangeKey;
use tribute_store::entity::{conversion, login, purchase, sale};
use tribute_terms::Registry;

use super::{
    OrderKey,
    changed::Changed,
    evidence::Identities,
    orders::{Orders, brand_key, order_key},
    touches::News,
};
use crate::{ServiceError, step::Step};

/// The longest window of a brand's programs.
pub(crate) fn longest_window(registry: &Registry, brand: &BrandId) -> Milliseconds {
    let programs = registry.programs(brand).into_iter().flat_map(|programs| programs.values());
    let windows =
        programs.flat_map(|program| program.versions()).map(|terms| terms.attribution.window.millis());
    windows.max().unwrap_or_default()
}

/// Orders of shoppers with new touches or logins, placed within a window after the touch.
pub(crate) async fn by_shoppers(
    step: &mut Step<'_>,
    news: &News,
    dirty: &mut BTreeSet<OrderKey>,
) -> Result<(), ServiceError> {
    let mut spans: BTreeMap<(BrandId, String), (Timestamp, Timestamp)> = BTreeMap::new();
    let mut widen = |brand: &BrandId, subject: &str, from: Timestamp, to: Timestamp| {
        let span = spans.entry((brand.clone(), subject.to_owned())).or_insert((from, to));
        *span = (span.0.min(from), span.1.max(to));
    };
    let mut windows = BTreeMap::new();
    for (brand, subject, at) in &news.touches {
        let window = *windows.entry(brand.clone()).or_insert_with(|| longest_window(step.registry, brand));
        // As far as an order looks back, the stretch that only explains included.
        widen(brand, subject, *at, at.plus(window.saturating_mul(2)));
    }
    for (brand, device) in bearing_logins(step, news).await? {
        // A login moves touches of its device, and says who bought before: every order of the shopper is concerned.
        widen(&brand, &format!("d:{device}"), Timestamp::MIN, Timestamp::MAX);
    }
    let subjects: Vec<_> = spans.keys().cloned().collect();
    let identities = Identities::load(step, &subjects).await?;
    let mut keys = Vec::new();
    for ((brand, subject), (from, to)) in &spans {
        for buyer in identities.same_person(brand, subject) {
            keys.push((brand_key(brand, &buyer), from.millis().saturating_sub(1), to.millis()));
        }
    }
    dirty.extend(bought_between(step, &keys).await?);
    Ok(())
}

/// The orders of buyers placed within spans of time.
async fn bought_between(
    step: &mut Step<'_>,
    keys: &[RangeKey],
) -> Result<impl Iterator<Item = OrderKey> + use<>, ServiceError> {
    let columns = [purchase::Column::Brand, purchase::Column::Buyer];
    let rows =
        step.transaction.find_between::<purchase::Entity>(&columns, purchase::Column::At, keys).await?;
    Ok(rows.into_iter().map(|row| (BrandId::trusted(&row.brand), OrderId::trusted(&row.order_id))))
}

/// Logins whose neighbours on the device are not all of the same account: only those move touches.
async fn bearing_logins(
    step: &mut Step<'_>,
    news: &News,
) -> Result<BTreeSet<(BrandId, DeviceId)>, ServiceError> {
    let devices: BTreeSet<_> =
        news.logins.iter().map(|(brand, login)| (brand, login.device.as_str())).collect();
    let keys: Vec<_> = devices.iter().map(|(brand, device)| brand_key(brand, device)).collect();
    let mut by_device: BTreeMap<(String, String), Vec<login::Model>> = BTreeMap::new();
    for row in
        step.transaction.find::<login::Entity>(&[login::Column::Brand, login::Column::Device], &keys).await?
    {
        by_device.entry((row.brand.clone(), row.device.clone())).or_default().push(row);
    }
    let mut bearing = BTreeSet::new();
    for (brand, login) in &news.logins {
        let Some(rows) = by_device.get(&(brand.to_string(), login.device.to_string())) else { continue };
        let at = login.at.millis();
        let before = rows.iter().rev().find(|row| row.at < at);
        let after = rows.iter().find(|row| row.at > at);
        let same = |row: &login::Model| {
            row.account == login.account.as_str() && row.recorded_at <= login.recorded.millis()
        };
        // Known wherever the new one is known, so that whoever sees it sees the neighbours too.
        let settled = before.is_some_and(same) && after.is_none_or(same);
        if !settled {
            bearing.insert((brand.clone(), login.device.clone()));
        }
    }
    Ok(bearing)
}

/// Orders that changed configuration may bear on.
pub(crate) async fn by_configuration(
    step: &mut Step<'_>,
    changed: &Changed,
    dirty: &mut BTreeSet<OrderKey>,
) -> Result<(), ServiceError> {
    for (brand, from) in &changed.brands {
        let values = vec![Value::from(brand.as_str()), Value::from(from.millis())];
        let rows = step.transaction.select::<sale::Entity>("brand = $1 AND at >= $2", values).await?;
        dirty.extend(rows.iter().map(order_key));
    }
    for ((brand, program), from) in &changed.programs {
        let condition = "brand = $1 AND program = $2 AND ordered_at >= $3";
        let values = vec![brand.as_str().into(), program.as_str().into(), from.millis().into()];
        decided(step, condition, values, dirty).await?;
    }
    Ok(())
}

async fn decided(
    step: &mut Step<'_>,
    condition: &str,
    values: Vec<Value>,
    dirty: &mut BTreeSet<OrderKey>,
) -> Result<(), ServiceError> {
    let rows = step.transaction.select::<conversion::Entity>(condition, values).await?;
    dirty.extend(rows.iter().map(|row| (BrandId::trusted(&row.brand), OrderId::trusted(&row.order_id))));
    Ok(())
}

/// Later orders of the same shopper, where an earlier one decides whether they are returning or whose they are;
/// renewals of a subscription whose first order changed. Returns the renewals that were not concerned before: later
/// orders of their own shoppers may follow them in turn.
pub(crate) async fn by_earlier_orders(
    step: &mut Step<'_>,
    orders: &Orders,
    changed: &BTreeSet<OrderKey>,
    dirty: &mut BTreeSet<OrderKey>,
) -> Result<BTreeSet<OrderKey>, ServiceError> {
    let (mut buyers, mut subscriptions) = (Vec::new(), Vec::new());
    for (key, order) in orders.iter().filter(|(key, _)| changed.contains(*key)) {
        for placed in
            [order.facts.placed(), order.before.as_ref().and_then(OrderFacts::placed)].into_iter().flatten()
        {
            let subject = super::touches::subject(placed.sale.account.as_ref(), placed.sale.device.as_ref());
            buyers.push(((key.0.clone(), subject), placed.at));
            if let Some(subscription) = &placed.sale.subscription {
                subscriptions.push(brand_key(&key.0, &subscription.id));
            }
        }
    }
    let columns = [sale::Column::Brand, sale::Column::Subscription];
    let renewals = step.transaction.find::<sale::Entity>(&columns, &subscriptions).await?;
    let mut fresh: BTreeSet<_> = renewals.iter().map(order_key).collect();
    fresh.retain(|key| !dirty.contains(key));
    dirty.extend(fresh.iter().cloned());
    if buyers.is_empty() {
        return Ok(fresh);
    }
    let subjects: Vec<_> = buyers.iter().map(|(subject, _)| subject.clone()).collect();
    let identities = Identities::load(step, &subjects).await?;
    let mut keys = Vec::new();
    for ((brand, subject), at) in &buyers {
        let same = identities.same_person(brand, subject);
        keys.extend(
            same.iter().map(|buyer| (brand_key(brand, buyer), at.millis().saturating_sub(1), i64::MAX)),
        );
    }
    dirty.extend(bought_between(step, &keys).await?);
    Ok(fresh)
}
