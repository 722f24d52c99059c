//! Decides orders, with the credit that they inherit: of the order that started their subscription, or of the
//! shopper's first credited order where the terms bind for life.
//!
//! What an order inherits is asked anew of the other order's facts, as they were known before its own lock: what is
//! recorded of the other order later moves the other order alone.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use tribute_attribution::{
    AttributionError, CreditedFrom, EarlierOrder, Evidence, Inherited, LivePost, Login, OrderFacts, Placed,
    Touch, attribute, credit_as_known,
};
use tribute_events::{BrandId, Conversion, ProgramId, Timestamp};
use tribute_store::entity::sale;
use tribute_terms::{Program, Registry, Renewals, Terms};

use super::{
    OrderKey,
    evidence::{Gathered, Identities, shopper_of},
    orders::{Orders, brand_key, facts_of, order_key},
    touches::subject,
};
use crate::{ServiceError, step::Step};

/// Orders whose credit others may inherit.
#[derive(Default)]
pub(crate) struct Sources {
    facts: BTreeMap<OrderKey, OrderFacts>,
    /// The orders that started each subscription.
    starts: BTreeMap<(BrandId, SmolStr), BTreeSet<OrderKey>>,
}

impl Sources {
    /// Loads what the orders of a chunk may inherit from, and what those may inherit from in turn.
    pub(super) async fn load(
        step: &mut Step<'_>,
        orders: &Orders,
        chunk: &[OrderKey],
    ) -> Result<Self, ServiceError> {
        let mut found = Self::default();
        let mut asked = Asked::default();
        let mut open = chunk.to_vec();
        while !open.is_empty() {
            let (subscriptions, shoppers) = asked.of(step.registry, &open, |key| found.facts(orders, key));
            let mut fresh = found.take_starts(step, &subscriptions).await?;
            for row in orders_of(step, &shoppers).await? {
                let key = order_key(&row);
                if found.facts(orders, &key).is_none() && !fresh.contains_key(&key) {
                    fresh.insert(key, facts_of(&row)?);
                }
            }
            fresh.retain(|key, _| found.facts(orders, key).is_none());
            open = fresh.keys().cloned().collect();
            found.facts.append(&mut fresh);
        }
        Ok(found)
    }

    /// Files the orders that started subscriptions, and returns them.
    async fn take_starts(
        &mut self,
        step: &mut Step<'_>,
        subscriptions: &[Vec<sea_orm::Value>],
    ) -> Result<BTreeMap<OrderKey, OrderFacts>, ServiceError> {
        let columns = [sale::Column::Brand, sale::Column::Subscription];
        let mut fresh = BTreeMap::new();
        for row in step.transaction.find::<sale::Entity>(&columns, subscriptions).await? {
            let (key, facts) = (order_key(&row), facts_of(&row)?);
            let subscription = facts.placed().and_then(|placed| placed.sale.subscription.as_ref());
            if let Some(started) = subscription.filter(|it| it.renewal == 0) {
                let id = (key.0.clone(), started.id.clone());
                self.starts.entry(id).or_default().insert(key.clone());
                fresh.insert(key, facts);
            }
        }
        Ok(fresh)
    }

    /// The facts of an order of the batch or of one loaded here.
    pub(super) fn facts<'a>(&'a self, orders: &'a Orders, key: &OrderKey) -> Option<&'a OrderFacts> {
        orders.get(key).map(|order| &order.facts).or_else(|| self.facts.get(key))
    }

    /// The orders loaded here.
    pub(super) fn keys(&self) -> impl Iterator<Item = &OrderKey> {
        self.facts.keys()
    }
}

/// What was looked for already.
#[derive(Default)]
struct Asked {
    subscriptions: BTreeSet<(BrandId, SmolStr)>,
    shoppers: BTreeSet<(BrandId, String)>,
}

impl Asked {
    /// The subscriptions, as keys, and the shoppers whose orders these orders may inherit from.
    fn of<'a>(
        &mut self,
        registry: &Registry,
        orders: &'a [OrderKey],
        facts: impl Fn(&'a OrderKey) -> Option<&'a OrderFacts>,
    ) -> (Vec<Vec<sea_orm::Value>>, Vec<(BrandId, String)>) {
        let (mut subscriptions, mut shoppers) = (Vec::new(), Vec::new());
        for key in orders {
            let Some(placed) = facts(key).and_then(OrderFacts::placed) else { continue };
            let brand = &key.0;
            let renewed = placed.sale.subscription.as_ref().filter(|it| it.renewal > 0);
            if let Some(it) = renewed.filter(|it| self.subscriptions.insert((brand.clone(), it.id.clone()))) {
                subscriptions.push(brand_key(brand, &it.id));
            }
            if !binds_for_life(registry, brand) {
                continue;
            }
            let account = placed.sale.account.as_ref().map(|it| subject(Some(it), None));
            let device = placed.sale.device.as_ref().map(|it| subject(None, Some(it)));
            let named = [account, device].into_iter().flatten().map(|it| (brand.clone(), it));
            shoppers.extend(named.filter(|it| self.shoppers.insert(it.clone())));
        }
        (subscriptions, shoppers)
    }
}

fn binds_for_life(registry: &Registry, brand: &BrandId) -> bool {
    let programs = registry.programs(brand).into_iter().flat_map(BTreeMap::values);
    programs.flat_map(Program::versions).any(|terms| terms.attribution.lifetime)
}

/// Every order of whoever may be one of the shoppers.
async fn orders_of(
    step: &mut Step<'_>,
    shoppers: &[(BrandId, String)],
) -> Result<Vec<sale::Model>, ServiceError> {
    if shoppers.is_empty() {
        return Ok(Vec::new());
    }
    let identities = Identities::load(step, shoppers).await?;
    let of = |(brand, subject): &(BrandId, String)| {
        let same = identities.same_person(brand, subject).into_iter();
        same.map(|it| (brand.clone(), it)).collect::<Vec<_>>()
    };
    let all: BTreeSet<_> = shoppers.iter().flat_map(of).collect();
    let keys: Vec<_> = all.iter().map(|(brand, subject)| brand_key(brand, subject)).collect();
    let columns = [sale::Column::Brand, sale::Column::Buyer];
    Ok(step.transaction.find::<sale::Entity>(&columns, &keys).await?)
}

/// Decides orders by what was gathered.
pub(super) struct Court<'a> {
    pub(super) orders: &'a Orders,
    pub(super) gathered: &'a Gathered,
}

/// The evidence on one order in one program, gathered into lists of its own.
struct Files<'a> {
    touches: Vec<Touch>,
    logins: Vec<Login>,
    earlier_orders: Vec<EarlierOrder>,
    subscription: Option<Inherited>,
    posts: &'a [LivePost],
}

impl Files<'_> {
    fn evidence(&self) -> Evidence<'_> {
        Evidence {
            touches: &self.touches,
            logins: &self.logins,
            earlier_orders: &self.earlier_orders,
            subscription: self.subscription.as_ref(),
            posts: self.posts,
        }
    }
}

impl Court<'_> {
    /// An order as one program sees it.
    pub(super) fn conversion(
        &self,
        key: &OrderKey,
        program_id: &ProgramId,
        program: &Program,
    ) -> Result<Option<Conversion>, ServiceError> {
        let Some(facts) = self.gathered.sources.facts(self.orders, key) else { return Ok(None) };
        let Some(files) = self.files(key, (program_id, program), Timestamp::MAX, true)? else {
            return Ok(None);
        };
        attribute(program_id, program, facts, &files.evidence()).map_err(failed(key))
    }

    /// Who is credited with an order by what was recorded before an instant. `for_life`: also where the shopper is
    /// bound for life.
    fn known(
        &self,
        key: &OrderKey,
        (program_id, program): (&ProgramId, &Program),
        heard_before: Timestamp,
        for_life: bool,
    ) -> Result<Vec<CreditedFrom>, ServiceError> {
        let Some(facts) = self.gathered.sources.facts(self.orders, key) else { return Ok(Vec::new()) };
        let Some(files) = self.files(key, (program_id, program), heard_before, for_life)? else {
            return Ok(Vec::new());
        };
        let known = credit_as_known(program_id, program, facts, &files.evidence(), heard_before);
        Ok(known.map_err(failed(key))?.unwrap_or_default())
    }

    /// The evidence on an order; `None` where it is not placed, or before the program's first terms.
    fn files(
        &self,
        key: &OrderKey,
        (program_id, program): (&ProgramId, &Program),
        heard_before: Timestamp,
        for_life: bool,
    ) -> Result<Option<Files<'_>>, ServiceError> {
        let facts = self.gathered.sources.facts(self.orders, key);
        let Some(placed) = facts.and_then(OrderFacts::placed) else { return Ok(None) };
        let Some(terms) = program.terms_at(placed.at) else { return Ok(None) };
        let attribution = &terms.attribution;
        let lock = placed.lock(attribution).min(heard_before);
        let shopper = shopper_of(&key.0, &placed, self.gathered);
        let mut earlier_orders = shopper.earlier_in(program_id, &placed);
        if attribution.lifetime && for_life {
            self.bind_for_life(key, (program_id, program), &placed, lock, &mut earlier_orders)?;
        }
        Ok(Some(Files {
            touches: shopper.touches_in(attribution, &placed),
            subscription: self.subscription(key, (program_id, program), (&placed, terms), lock)?,
            posts: self.gathered.posts_in(&key.0, program_id, attribution, placed.at),
            logins: shopper.logins,
            earlier_orders,
        }))
    }

    /// Asks who is credited with the earlier orders, up to one that nothing goes before. None of them is asked for
    /// whom it is itself bound to: who was credited first was not bound by anybody.
    fn bind_for_life(
        &self,
        (brand, _): &OrderKey,
        program: (&ProgramId, &Program),
        placed: &Placed<'_>,
        lock: Timestamp,
        earlier: &mut [EarlierOrder],
    ) -> Result<(), ServiceError> {
        for order in earlier {
            let key = (brand.clone(), order.order.clone());
            order.credit = self.known(&key, program, lock, false)?;
            let named = |it: &CreditedFrom| it.shares.iter().any(|share| share.ambassador.is_some());
            let theirs = order.account.is_some() && order.account == placed.sale.account;
            if theirs && !order.credit.is_empty() && order.credit.iter().all(named) {
                break;
            }
        }
        Ok(())
    }

    /// The order that started the subscription: of those numbered 0 the earliest that was known before the lock.
    fn subscription(
        &self,
        (brand, _): &OrderKey,
        (program_id, program): (&ProgramId, &Program),
        (placed, terms): (&Placed<'_>, &Terms),
        lock: Timestamp,
    ) -> Result<Option<Inherited>, ServiceError> {
        let Some(renewed) = placed.sale.subscription.as_ref().filter(|it| it.renewal > 0) else {
            return Ok(None);
        };
        let starts = self.gathered.sources.starts.get(&(brand.clone(), renewed.id.clone()));
        let placed_of = |key| self.gathered.sources.facts(self.orders, key)?.placed();
        let here = |it: &Placed<'_>| {
            it.recorded < lock
                && it.sale.program.as_ref().is_none_or(|named| named == program_id)
                && program.terms_at(it.at).is_some()
        };
        let known = starts.into_iter().flatten().filter_map(|key| Some((placed_of(key)?, key)));
        let first = known.filter(|(it, _)| here(it)).min_by_key(|(it, key)| (it.at, *key));
        let renews = |it: &Placed<'_>| it.at <= placed.at && renews(terms, it.at, placed.at);
        let Some((first, key)) = first.filter(|(it, _)| renews(it)) else { return Ok(None) };
        let credit = self.known(key, (program_id, program), lock, true)?;
        Ok(Some(Inherited { order: first.order().clone(), ordered_at: first.at, credit }))
    }
}

/// Whether any rule lets an order renewed at `at` inherit the credit of one placed at `first`.
fn renews(terms: &Terms, first: Timestamp, at: Timestamp) -> bool {
    terms.commission.iter().any(|rule| match rule.renewals {
        Renewals::None => false,
        Renewals::Months(months) => at < terms.program.time_zone.months_after(first, months),
        Renewals::Forever => true,
    })
}

fn failed((brand, order): &OrderKey) -> impl Fn(AttributionError) -> ServiceError {
    move |source| ServiceError::Attribution { brand: brand.clone(), order: order.clone(), source }
}
