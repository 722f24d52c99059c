use std::collections::{BTreeMap, BTreeSet};

use tribute_attribution::{
    EarlierOrder, Evidence, Inherited, LivePost, Login, Person, Placed, Touch, attribute, person_of,
};
use tribute_events::{AccountId, BrandId, Conversion, DeviceId, Milliseconds, OrderId, ProgramId, Timestamp};
use tribute_store::entity::{conversion, login, purchase, sale, touch};
use tribute_terms::{Program, Registry, Renewals, Terms, View};

use super::{
    OrderKey, Outcome,
    affected::longest_window,
    orders::{Order, Orders, brand_key},
    touches::{login_of, subject, touch_of},
};
use crate::{
    ServiceError,
    commission::posts_between,
    step::{Step, key},
};

/// Which accounts were used on which devices, for the shoppers of a batch.
#[derive(Debug, Default)]
pub(crate) struct Identities {
    devices: BTreeMap<(BrandId, DeviceId), Vec<Login>>,
    accounts: BTreeMap<(BrandId, AccountId), BTreeSet<DeviceId>>,
}

impl Identities {
    /// Loads the logins that tie subjects (`a:account`, `d:device`) to others.
    pub(crate) async fn load(
        step: &mut Step<'_>,
        subjects: &[(BrandId, String)],
    ) -> Result<Self, ServiceError> {
        let mut found = Self::default();
        let named = |prefix: &str| -> BTreeSet<(BrandId, String)> {
            let strip = |(brand, subject): &(BrandId, String)| {
                Some((brand.clone(), subject.strip_prefix(prefix)?.to_owned()))
            };
            subjects.iter().filter_map(strip).collect()
        };
        let (mut accounts, mut devices) = (named("a:"), named("d:"));
        let (mut seen_accounts, mut seen_devices) = (BTreeSet::new(), BTreeSet::new());
        while !accounts.is_empty() || !devices.is_empty() {
            let on_devices = found.read(step, login::Column::Device, &devices).await?;
            let of_accounts = found.read(step, login::Column::Account, &accounts).await?;
            seen_devices.append(&mut devices);
            seen_accounts.append(&mut accounts);
            let all = || on_devices.iter().chain(&of_accounts);
            accounts = all().map(|(brand, login)| (brand.clone(), login.account.to_string())).collect();
            devices = all().map(|(brand, login)| (brand.clone(), login.device.to_string())).collect();
            accounts.retain(|account| !seen_accounts.contains(account));
            devices.retain(|device| !seen_devices.contains(device));
        }
        Ok(found)
    }

    async fn read(
        &mut self,
        step: &mut Step<'_>,
        column: login::Column,
        names: &BTreeSet<(BrandId, String)>,
    ) -> Result<Vec<(BrandId, Login)>, ServiceError> {
        let keys: Vec<_> = names.iter().map(|(brand, name)| brand_key(brand, name)).collect();
        let rows = step.transaction.find::<login::Entity>(&[login::Column::Brand, column], &keys).await?;
        let logins: Vec<_> = rows.iter().map(|row| (BrandId::trusted(&row.brand), login_of(row))).collect();
        for (brand, login) in &logins {
            let known = self.devices.entry((brand.clone(), login.device.clone())).or_default();
            if !known.contains(login) {
                known.push(login.clone());
                known.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
            }
            self.accounts
                .entry((brand.clone(), login.account.clone()))
                .or_default()
                .insert(login.device.clone());
        }
        Ok(logins)
    }

    /// Every subject that may be the same person as `subject`, itself among them.
    pub(crate) fn same_person(&self, brand: &BrandId, subject: &str) -> BTreeSet<String> {
        let mut same = BTreeSet::new();
        let mut open = vec![subject.to_owned()];
        while let Some(next) = open.pop() {
            if let Some(account) = next.strip_prefix("a:") {
                let devices = self.accounts.get(&(brand.clone(), AccountId::trusted(account)));
                open.extend(devices.into_iter().flatten().map(|device| format!("d:{device}")));
            } else if let Some(device) = next.strip_prefix("d:") {
                let logins = self.devices.get(&(brand.clone(), DeviceId::trusted(device)));
                open.extend(logins.into_iter().flatten().map(|login| format!("a:{}", login.account)));
            }
            same.insert(next);
            open.retain(|next| !same.contains(next));
        }
        same
    }

    fn logins_of(&self, brand: &BrandId, subjects: &BTreeSet<String>) -> Vec<Login> {
        let devices = subjects.iter().filter_map(|subject| subject.strip_prefix("d:"));
        let logins =
            devices.filter_map(|device| self.devices.get(&(brand.clone(), DeviceId::trusted(device))));
        logins.flatten().cloned().collect()
    }
}

/// What is known of the shoppers of a chunk of orders.
pub(crate) struct Gathered {
    identities: Identities,
    touches: BTreeMap<(BrandId, String), Vec<Touch>>,
    earlier: BTreeMap<(BrandId, String), Vec<Bought>>,
}

/// An order of somebody who may be the same person.
struct Bought {
    buyer: String,
    program: Option<ProgramId>,
    order: EarlierOrder,
}

/// Loads what may bear on the credit of a chunk of orders.
pub(crate) async fn gather(
    step: &mut Step<'_>,
    orders: &Orders,
    chunk: &[OrderKey],
) -> Result<Gathered, ServiceError> {
    let placed: Vec<_> =
        chunk.iter().filter_map(|key| Some((key, orders.get(key)?.facts.placed()?))).collect();
    let both = |account: Option<&AccountId>, device: Option<&DeviceId>| {
        [account.map(|it| subject(Some(it), None)), device.map(|it| subject(None, Some(it)))]
    };
    let named = placed.iter().flat_map(|(key, placed)| {
        both(placed.sale.account.as_ref(), placed.sale.device.as_ref())
            .into_iter()
            .flatten()
            .map(|subject| (key.0.clone(), subject))
    });
    let identities = Identities::load(step, &named.collect::<Vec<_>>()).await?;
    let mut spans: BTreeMap<(BrandId, String), (i64, i64)> = BTreeMap::new();
    let mut shoppers = BTreeSet::new();
    for (key, placed) in &placed {
        let window = explained_window(step.registry, &key.0);
        let (from, to) = (placed.at.minus(window).millis(), placed.at.millis());
        for subject in both(placed.sale.account.as_ref(), placed.sale.device.as_ref()).into_iter().flatten() {
            for same in identities.same_person(&key.0, &subject) {
                shoppers.insert((key.0.clone(), same.clone()));
                let span = spans.entry((key.0.clone(), same)).or_insert((from, to));
                *span = (span.0.min(from), span.1.max(to));
            }
        }
    }
    let touches = load_touches(step, &spans).await?;
    let earlier = load_earlier(step, &shoppers).await?;
    Ok(Gathered { identities, touches, earlier })
}

/// Twice the window, so that a touch which is too old is found and explained.
fn explained_window(registry: &Registry, brand: &BrandId) -> Milliseconds {
    longest_window(registry, brand).saturating_mul(2)
}

async fn load_touches(
    step: &mut Step<'_>,
    spans: &BTreeMap<(BrandId, String), (i64, i64)>,
) -> Result<BTreeMap<(BrandId, String), Vec<Touch>>, ServiceError> {
    let key = |((brand, subject), (from, to)): (&(BrandId, String), &(i64, i64))| {
        (brand_key(brand, subject), *from, *to)
    };
    let keys: Vec<_> = spans.iter().map(key).collect();
    let columns = [touch::Column::Brand, touch::Column::Subject];
    let mut touches: BTreeMap<_, Vec<Touch>> = BTreeMap::new();
    for row in step.transaction.find_between::<touch::Entity>(&columns, touch::Column::At, &keys).await? {
        if row.ambassador.is_some() || row.link.is_some() {
            let subject = (BrandId::trusted(&row.brand), row.subject.clone());
            touches.entry(subject).or_default().push(touch_of(&row)?);
        }
    }
    Ok(touches)
}

async fn load_earlier(
    step: &mut Step<'_>,
    shoppers: &BTreeSet<(BrandId, String)>,
) -> Result<BTreeMap<(BrandId, String), Vec<Bought>>, ServiceError> {
    let keys: Vec<_> = shoppers.iter().map(|(brand, subject)| brand_key(brand, subject)).collect();
    let columns = [purchase::Column::Brand, purchase::Column::Buyer];
    let mut earlier: BTreeMap<_, Vec<Bought>> = BTreeMap::new();
    for row in step.transaction.find::<purchase::Entity>(&columns, &keys).await? {
        let order = EarlierOrder {
            order: OrderId::trusted(&row.order_id),
            at: Timestamp::from_millis(row.at),
            recorded: Timestamp::from_millis(row.recorded_at),
            cancelled_at: row.cancelled_at.map(Timestamp::from_millis),
        };
        let program = row.program.as_deref().map(ProgramId::trusted);
        let bought = Bought { buyer: row.buyer.clone(), program, order };
        earlier.entry((BrandId::trusted(&row.brand), row.buyer)).or_default().push(bought);
    }
    Ok(earlier)
}

/// Decides a chunk of orders, one after the other in the order of their times.
pub(crate) async fn decide(
    step: &mut Step<'_>,
    orders: &Orders,
    chunk: &[OrderKey],
    gathered: &Gathered,
) -> Result<Vec<Outcome>, ServiceError> {
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(chunk.len());
    for order_key in chunk {
        let Some(order) = orders.get(order_key) else { continue };
        let Some(placed) = order.facts.placed() else { continue };
        let brand = &order_key.0;
        let shopper = shopper_of(brand, &placed, gathered);
        let programs: Vec<ProgramId> =
            step.registry.programs(brand).into_iter().flat_map(|it| it.keys().cloned()).collect();
        for program_id in programs {
            let earlier = shopper.earlier_in(&program_id, &placed);
            let inherited = inherited(step, &outcomes, order_key, order, &program_id, &earlier).await?;
            let posts = live_posts(step, brand, &program_id, placed.at).await?;
            let touches = shopper.touches_in(step.registry, brand, &program_id, &placed);
            let evidence = Evidence {
                touches: &touches,
                logins: &shopper.logins,
                earlier_orders: &earlier,
                inherited: inherited.as_ref(),
                posts: &posts,
            };
            let Some(program) = step.registry.program(brand, &program_id) else { continue };
            let decided = attribute(&program_id, program, &order.facts, &evidence).map_err(|source| {
                ServiceError::Attribution { brand: brand.clone(), order: order_key.1.clone(), source }
            })?;
            if decided.is_some() || order.stored {
                outcomes.push(Outcome { key: order_key.clone(), program: program_id, conversion: decided });
            }
        }
    }
    Ok(outcomes)
}

/// What is known of the shopper of one order.
struct Shopper<'a> {
    touches: Vec<&'a Touch>,
    logins: Vec<Login>,
    earlier: Vec<&'a Bought>,
}

fn shopper_of<'a>(brand: &BrandId, placed: &Placed<'_>, gathered: &'a Gathered) -> Shopper<'a> {
    let account = placed.sale.account.as_ref().map(|it| subject(Some(it), None));
    let device = placed.sale.device.as_ref().map(|it| subject(None, Some(it)));
    let named = [account, device].into_iter().flatten();
    let subjects: BTreeSet<String> =
        named.flat_map(|it| gathered.identities.same_person(brand, &it)).collect();
    let of = |subject: &String| (brand.clone(), subject.clone());
    let touches = subjects.iter().filter_map(|it| gathered.touches.get(&of(it))).flatten();
    let earlier = subjects.iter().filter_map(|it| gathered.earlier.get(&of(it))).flatten();
    Shopper {
        touches: touches.collect(),
        earlier: earlier.collect(),
        logins: gathered.identities.logins_of(brand, &subjects),
    }
}

impl Shopper<'_> {
    /// The touches that a program looks at: those in its window, and as long before it, to be explained. What else
    /// the batch loaded for other orders or programs must not show.
    fn touches_in(
        &self,
        registry: &Registry,
        brand: &BrandId,
        program: &ProgramId,
        placed: &Placed<'_>,
    ) -> Vec<Touch> {
        let terms = registry.program(brand, program).and_then(|it| it.terms_at(placed.at));
        let window = terms.map_or(0, |terms| terms.attribution.window.millis());
        let since = placed.at.minus(window.saturating_mul(2));
        let near = |touch: &&&Touch| touch.at > since && touch.at <= placed.at;
        self.touches.iter().filter(near).map(|touch| (*touch).clone()).collect()
    }

    /// The orders of the same person that may count in a program. Who shares a device with somebody is not them.
    fn earlier_in(&self, program: &ProgramId, placed: &Placed<'_>) -> Vec<EarlierOrder> {
        let view = View::at(placed.at);
        let person =
            |account: Option<&AccountId>, device: Option<&DeviceId>, at: Timestamp| match (account, device) {
                (Some(account), _) => subject(Some(account), None),
                (None, Some(device)) => match person_of(device, at, &self.logins, view) {
                    Person::Account(account) => subject(Some(account), None),
                    Person::Device(device) => subject(None, Some(device)),
                },
                (None, None) => String::new(),
            };
        let buyer = person(placed.sale.account.as_ref(), placed.sale.device.as_ref(), placed.at);
        let same = |bought: &&&Bought| {
            let device = bought.buyer.strip_prefix("d:").map(DeviceId::trusted);
            let account = bought.buyer.strip_prefix("a:").map(AccountId::trusted);
            let in_program = bought.program.as_ref().is_none_or(|it| it == program);
            in_program && person(account.as_ref(), device.as_ref(), bought.order.at) == buyer
        };
        self.earlier.iter().filter(same).map(|bought| bought.order.clone()).collect()
    }
}

/// The credit that an order inherits: of the first order of its subscription, or of the shopper's first credited order.
async fn inherited(
    step: &mut Step<'_>,
    outcomes: &[Outcome],
    (brand, order_id): &OrderKey,
    order: &Order,
    program_id: &ProgramId,
    earlier: &[EarlierOrder],
) -> Result<Option<Inherited>, ServiceError> {
    let Some(placed) = order.facts.placed() else { return Ok(None) };
    let terms =
        step.registry.program(brand, program_id).and_then(|program| program.terms_at(placed.at)).cloned();
    let Some(terms) = terms else { return Ok(None) };
    let mut sources: Vec<(Timestamp, OrderId)> = Vec::new();
    if let Some(subscription) = placed.sale.subscription.as_ref().filter(|it| it.renewal > 0) {
        let columns = [sale::Column::Brand, sale::Column::Subscription];
        let keys = [brand_key(brand, &subscription.id)];
        let rows = step.transaction.find::<sale::Entity>(&columns, &keys).await?;
        let first = rows
            .iter()
            .filter_map(|row| Some((Timestamp::from_millis(row.at?), OrderId::trusted(&row.order_id))))
            .min();
        sources.extend(first.filter(|(at, _)| *at < placed.at && renews(&terms, *at, placed.at)));
    } else if terms.attribution.lifetime {
        let before = earlier.iter().filter(|it| (it.at, &it.order) < (placed.at, order_id));
        sources.extend(before.map(|it| (it.at, it.order.clone())));
        sources.sort();
    }
    for (ordered_at, source) in sources {
        let credited = credit_of(step, outcomes, &(brand.clone(), source.clone()), program_id).await?;
        let shares =
            credited.and_then(|it| it.moments.last().map(|moment| moment.shares.clone())).unwrap_or_default();
        if !shares.is_empty() {
            return Ok(Some(Inherited { order: source, ordered_at, shares }));
        }
    }
    Ok(None)
}

/// Whether any rule lets an order renewed at `at` inherit the credit of one placed at `first`.
fn renews(terms: &Terms, first: Timestamp, at: Timestamp) -> bool {
    terms.commission.iter().any(|rule| match rule.renewals {
        Renewals::None => false,
        Renewals::Months(months) => at < terms.program.time_zone.months_after(first, months),
        Renewals::Forever => true,
    })
}

async fn credit_of(
    step: &mut Step<'_>,
    outcomes: &[Outcome],
    order: &OrderKey,
    program: &ProgramId,
) -> Result<Option<Conversion>, ServiceError> {
    let decided = outcomes.iter().find(|it| it.key == *order && it.program == *program);
    if let Some(decided) = decided {
        return Ok(decided.conversion.clone());
    }
    let columns = [conversion::Column::Brand, conversion::Column::Program, conversion::Column::OrderId];
    let keys = [key([order.0.as_str(), program.as_str(), order.1.as_str()])];
    let rows = step.transaction.find::<conversion::Entity>(&columns, &keys).await?;
    let read = |row: &conversion::Model| {
        serde_json::from_str(&row.conversion)
            .map_err(ServiceError::stored("conversion", row.order_id.as_str()))
    };
    rows.first().map(read).transpose()
}

/// Posts that may claim an order, where the terms opt in.
async fn live_posts(
    step: &mut Step<'_>,
    brand: &BrandId,
    program_id: &ProgramId,
    at: Timestamp,
) -> Result<Vec<LivePost>, ServiceError> {
    let terms = step.registry.program(brand, program_id).and_then(|program: &Program| program.terms_at(at));
    let Some(window) = terms.filter(|terms| terms.attribution.posts).map(|terms| terms.attribution.window)
    else {
        return Ok(Vec::new());
    };
    let posts = posts_between(step, brand, program_id, at.minus(window.millis()), at).await?;
    Ok(posts.iter().filter_map(live_post).collect())
}

fn live_post(facts: &tribute_commission::PostFacts) -> Option<LivePost> {
    let published = facts.published()?;
    let disclosed = |tag: &smol_str::SmolStr| {
        ["ad", "sponsored"].contains(&tag.trim_start_matches('#').to_lowercase().as_str())
    };
    Some(LivePost {
        post: published.what.post.clone(),
        author: published.what.author.clone(),
        at: published.at,
        removed_at: facts.removed().map(|removal| removal.at),
        products: published.what.products.clone(),
        disclosed: published.what.hashtags.iter().any(disclosed),
        recorded: published.recorded,
    })
}
