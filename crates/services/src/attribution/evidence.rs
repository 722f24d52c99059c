use std::collections::{BTreeMap, BTreeSet};

use tribute_attribution::{EarlierOrder, LivePost, Login, Placed, Touch};
use tribute_events::{AccountId, BrandId, DeviceId, Milliseconds, OrderId, ProgramId, Timestamp};
use tribute_store::entity::{login, purchase, touch};
use tribute_terms::{AttributionTerms, Program, Registry};

use super::{
    OrderKey, Outcome,
    affected::longest_window,
    inherit::{Court, Sources},
    orders::{Orders, brand_key},
    touches::{login_of, subject, touch_of},
};
use crate::{ServiceError, commission::posts_between, step::Step};

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

/// What is known of the shoppers of a chunk of orders, and of the orders whose credit they may inherit.
pub(crate) struct Gathered {
    pub(super) sources: Sources,
    identities: Identities,
    touches: BTreeMap<(BrandId, String), Vec<Touch>>,
    earlier: BTreeMap<(BrandId, String), Vec<Bought>>,
    posts: BTreeMap<(BrandId, ProgramId), Vec<LivePost>>,
}

/// An order of somebody who may be the same person.
pub(super) struct Bought {
    program: Option<ProgramId>,
    order: EarlierOrder,
}

/// Loads what may bear on the credit of a chunk of orders.
pub(crate) async fn gather(
    step: &mut Step<'_>,
    orders: &Orders,
    chunk: &[OrderKey],
) -> Result<Gathered, ServiceError> {
    let sources = Sources::load(step, orders, chunk).await?;
    let known = chunk.iter().chain(sources.keys()).filter_map(|key| Some((key, sources.facts(orders, key)?)));
    let placed: Vec<_> = known.filter_map(|(key, facts)| Some((key, facts.placed()?))).collect();
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
    let posts = load_posts(step, &placed).await?;
    Ok(Gathered { sources, identities, touches, earlier, posts })
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
            account: row.buyer.strip_prefix("a:").map(AccountId::trusted),
            device: row.buyer.strip_prefix("d:").map(DeviceId::trusted),
            at: Timestamp::from_millis(row.at),
            recorded: Timestamp::from_millis(row.recorded_at),
            cancelled: row
                .cancelled_at
                .zip(row.cancellation_recorded_at)
                .map(|(at, recorded)| (Timestamp::from_millis(at), Timestamp::from_millis(recorded))),
            credit: Vec::new(),
        };
        let bought = Bought { program: row.program.as_deref().map(ProgramId::trusted), order };
        earlier.entry((BrandId::trusted(&row.brand), row.buyer)).or_default().push(bought);
    }
    Ok(earlier)
}

/// Posts that may claim an order, where the terms of a program ever opt in.
async fn load_posts(
    step: &mut Step<'_>,
    placed: &[(&OrderKey, Placed<'_>)],
) -> Result<BTreeMap<(BrandId, ProgramId), Vec<LivePost>>, ServiceError> {
    let mut spans: BTreeMap<&BrandId, (Timestamp, Timestamp)> = BTreeMap::new();
    for ((brand, _), placed) in placed {
        let span = spans.entry(brand).or_insert((placed.at, placed.at));
        *span = (span.0.min(placed.at), span.1.max(placed.at));
    }
    let mut all = BTreeMap::new();
    for (brand, (from, to)) in spans {
        let programs = step.registry.programs(brand).into_iter().flatten();
        let opted_in = |program: &Program| program.versions().iter().any(|terms| terms.attribution.posts);
        let opted: Vec<_> = programs.filter(|(_, it)| opted_in(it)).map(|(id, _)| id.clone()).collect();
        let since = from.minus(longest_window(step.registry, brand));
        for program in opted {
            let posts = posts_between(step, brand, &program, since, to).await?;
            all.insert((brand.clone(), program), posts.iter().filter_map(live_post).collect());
        }
    }
    Ok(all)
}

/// Decides a chunk of orders.
pub(crate) fn decide(
    step: &Step<'_>,
    orders: &Orders,
    chunk: &[OrderKey],
    gathered: &Gathered,
) -> Result<Vec<Outcome>, ServiceError> {
    let court = Court { orders, gathered };
    let mut outcomes: Vec<Outcome> = Vec::with_capacity(chunk.len());
    for key in chunk {
        let Some(order) = orders.get(key) else { continue };
        for (id, program) in step.registry.programs(&key.0).into_iter().flatten() {
            let conversion = court.conversion(key, id, program)?;
            if conversion.is_some() || order.stored {
                outcomes.push(Outcome { key: key.clone(), program: id.clone(), conversion });
            }
        }
    }
    Ok(outcomes)
}

/// What is known of the shopper of one order.
pub(super) struct Shopper<'a> {
    touches: Vec<&'a Touch>,
    pub(super) logins: Vec<Login>,
    earlier: Vec<&'a Bought>,
}

pub(super) fn shopper_of<'a>(brand: &BrandId, placed: &Placed<'_>, gathered: &'a Gathered) -> Shopper<'a> {
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
    pub(super) fn touches_in(&self, terms: &AttributionTerms, placed: &Placed<'_>) -> Vec<Touch> {
        let since = placed.at.minus(terms.window.millis().saturating_mul(2));
        let near = |touch: &&&Touch| touch.at > since && touch.at <= placed.at;
        self.touches.iter().filter(near).map(|touch| (*touch).clone()).collect()
    }

    /// The orders in a program of whoever may be the same person, the earliest first.
    pub(super) fn earlier_in(&self, program: &ProgramId, placed: &Placed<'_>) -> Vec<EarlierOrder> {
        let earlier = |it: &&&Bought| (it.order.at, &it.order.order) < (placed.at, placed.order());
        let here = |it: &&&Bought| it.program.as_ref().is_none_or(|it| it == program);
        let kept = self.earlier.iter().filter(earlier).filter(here);
        let mut kept: Vec<_> = kept.map(|bought| bought.order.clone()).collect();
        kept.sort_by(|a, b| (a.at, &a.order).cmp(&(b.at, &b.order)));
        kept
    }
}

impl Gathered {
    /// Posts that may claim an order placed at an instant.
    pub(super) fn posts_in(
        &self,
        brand: &BrandId,
        program: &ProgramId,
        terms: &AttributionTerms,
        at: Timestamp,
    ) -> &[LivePost] {
        let known = self.posts.get(&(brand.clone(), program.clone())).filter(|_| terms.posts);
        let all = known.map(Vec::as_slice).unwrap_or_default();
        let from = all.partition_point(|post| post.at <= at.minus(terms.window.millis()));
        all.get(from..all.partition_point(|post| post.at <= at)).unwrap_or_default()
    }
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
        removals: facts.removals().iter().map(|removal| (removal.at, removal.recorded)).collect(),
        products: published.what.products.clone(),
        disclosed: published.what.hashtags.iter().any(disclosed),
        recorded: published.recorded,
    })
}
