use std::collections::{BTreeMap, BTreeSet};

use tribute_attribution::{Login, Touch, Verdict};
use tribute_events::{
    AccountId, AmbassadorId, BrandId, ClickRecorded, DeviceId, Event, EventId, LinkId, Payload, ProgramId,
    Timestamp, TouchId, TouchKind,
};
use tribute_store::entity::{login, touch};

use super::orders::brand_key;
use crate::{
    ServiceError,
    clicks::{Filed as FiledClick, Filing, whose},
    step::Step,
};

/// What is new about shoppers in a batch: touches and logins that may move credit.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// New or newly judged touches: brand, subject, time.
    pub(crate) touches: Vec<(BrandId, String, Timestamp)>,
    /// New logins.
    pub(crate) logins: Vec<(BrandId, Login)>,
    /// New or newly judged clicks, where they are paid for.
    pub(crate) clicks: Vec<FiledClick>,
}

/// Where a touch is filed: under the account if it is known, else under the device.
pub(crate) fn subject(account: Option<&AccountId>, device: Option<&DeviceId>) -> String {
    match (account, device) {
        (Some(account), _) => format!("a:{account}"),
        (None, Some(device)) => format!("d:{device}"),
        (None, None) => String::new(),
    }
}

/// Takes the clicks, logins and verdicts on clicks of a batch in.
pub(crate) async fn take(step: &mut Step<'_>, facts: &[&Event]) -> Result<News, ServiceError> {
    let mut news = News::default();
    let mut known = load_named(step, facts).await?;
    for event in facts {
        match &event.payload {
            Payload::Click(click) => {
                known.entry((event.brand.clone(), click.click.clone())).or_default().place(event, click);
            }
            Payload::ClickJudged(_) => {
                let Some((click, verdict)) = Verdict::of(event) else { continue };
                known.entry((event.brand.clone(), click)).or_default().judge(verdict);
            }
            _ => {}
        }
    }
    write(step, known, &mut news).await?;
    take_logins(step, facts, &mut news).await?;
    Ok(news)
}

/// A touch on its way to the store: where it stands now, and where it will stand.
#[derive(Debug, Default)]
struct Filed {
    stored: Option<Stored>,
    row: Option<(EventId, touch::Model)>,
    verdicts: Vec<Verdict>,
    changed: bool,
}

/// Where a touch stands in the store.
#[derive(Debug)]
struct Stored {
    subject: String,
    at: i64,
    whose: Option<String>,
}

impl Filed {
    /// Of two events that carry one click the smaller (time, id) stands.
    fn place(&mut self, event: &Event, click: &ClickRecorded) {
        let earlier = |(id, row): &(EventId, touch::Model)| {
            row.subject.is_empty() || (event.time.millis(), event.id.as_str()) < (row.at, id.as_str())
        };
        if self.row.as_ref().is_none_or(earlier) {
            self.row = Some((event.id.clone(), row_of(event, click)));
            self.changed = true;
        }
    }

    fn judge(&mut self, verdict: Verdict) {
        if !self.verdicts.contains(&verdict) {
            self.verdicts.push(verdict);
            self.verdicts.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
            self.changed = true;
        }
    }
}

fn row_of(event: &Event, click: &ClickRecorded) -> touch::Model {
    let text = |value: Option<&str>| value.map(str::to_owned);
    touch::Model {
        brand: event.brand.to_string(),
        subject: subject(click.account.as_ref(), click.device.as_ref()),
        at: event.time.millis(),
        touch_id: click.click.to_string(),
        recorded_at: event.recorded.millis(),
        event_id: event.id.to_string(),
        kind: match click.kind {
            TouchKind::View => "view",
            TouchKind::Click => "click",
            TouchKind::Qr => "qr",
        }
        .to_owned(),
        program: text(click.program.as_ref().map(ProgramId::as_str)),
        ambassador: text(click.ambassador.as_ref().map(AmbassadorId::as_str)),
        link: text(click.link.as_ref().map(LinkId::as_str)),
        post: text(click.post.as_ref().map(AsRef::as_ref)),
        campaign: text(click.campaign.as_ref().map(AsRef::as_ref)),
        device: text(click.device.as_ref().map(DeviceId::as_str)),
        account: text(click.account.as_ref().map(AccountId::as_str)),
        verdicts: None,
    }
}

/// The touches that the batch names and the store holds already.
async fn load_named(
    step: &mut Step<'_>,
    facts: &[&Event],
) -> Result<BTreeMap<(BrandId, TouchId), Filed>, ServiceError> {
    let named: BTreeSet<_> = facts
        .iter()
        .filter_map(|event| match &event.payload {
            Payload::Click(click) => Some((&event.brand, &click.click)),
            Payload::ClickJudged(judged) => Some((&event.brand, &judged.click)),
            _ => None,
        })
        .collect();
    let keys: Vec<_> = named.into_iter().map(|(brand, id)| brand_key(brand, id.as_str())).collect();
    let columns = [touch::Column::Brand, touch::Column::TouchId];
    let mut known = BTreeMap::new();
    for row in step.transaction.find::<touch::Entity>(&columns, &keys).await? {
        let filed = Filed {
            stored: Some(Stored { subject: row.subject.clone(), at: row.at, whose: whose(&row) }),
            verdicts: read_verdicts(&row)?,
            row: Some((EventId::trusted(&row.event_id), row.clone())),
            changed: false,
        };
        known.insert((BrandId::trusted(&row.brand), TouchId::trusted(&row.touch_id)), filed);
    }
    Ok(known)
}

fn read_verdicts(row: &touch::Model) -> Result<Vec<Verdict>, ServiceError> {
    let Some(text) = &row.verdicts else { return Ok(Vec::new()) };
    serde_json::from_str(text).map_err(ServiceError::stored("touch", row.touch_id.as_str()))
}

async fn write(
    step: &mut Step<'_>,
    known: BTreeMap<(BrandId, TouchId), Filed>,
    news: &mut News,
) -> Result<(), ServiceError> {
    let (mut rows, mut filing) = (Vec::with_capacity(known.len()), Filing::default());
    for (key, mut filed) in known.into_iter().filter(|(_, filed)| filed.changed) {
        let stored = filed.stored.take();
        let row = stored_row(&key, filed)?;
        if let Some(Stored { subject, at, .. }) =
            stored.as_ref().filter(|it| (&it.subject, it.at) != (&row.subject, row.at))
        {
            // The shopper that it leaves is concerned as well.
            news.touches.push((key.0.clone(), subject.clone(), Timestamp::from_millis(*at)));
        }
        let before = stored.and_then(|it| Some((it.whose?, it.at)));
        filing.note(step.registry, &key.0, before, &row);
        if row.ambassador.is_some() || row.link.is_some() {
            news.touches.push((key.0.clone(), row.subject.clone(), Timestamp::from_millis(row.at)));
        }
        rows.push(row);
    }
    step.transaction.upsert::<touch::Entity>(&rows).await?;
    news.clicks = filing.write(step).await?;
    Ok(())
}

/// The row as it will stand; a verdict whose click has not come yet waits in a row without a subject.
fn stored_row((brand, id): &(BrandId, TouchId), filed: Filed) -> Result<touch::Model, ServiceError> {
    let waiting = || touch::Model {
        brand: brand.to_string(),
        subject: String::new(),
        at: 0,
        touch_id: id.to_string(),
        recorded_at: 0,
        event_id: String::new(),
        kind: "waiting".to_owned(),
        program: None,
        ambassador: None,
        link: None,
        post: None,
        campaign: None,
        device: None,
        account: None,
        verdicts: None,
    };
    let mut row = filed.row.map_or_else(waiting, |(_, row)| row);
    if !filed.verdicts.is_empty() {
        let text =
            serde_json::to_string(&filed.verdicts).map_err(ServiceError::stored("touch", id.as_str()))?;
        row.verdicts = Some(text);
    }
    Ok(row)
}

/// Every event that carries both a device and an account is a login.
async fn take_logins(step: &mut Step<'_>, facts: &[&Event], news: &mut News) -> Result<(), ServiceError> {
    let mut rows = BTreeMap::new();
    for event in facts {
        let Some(login) = Login::of(event) else { continue };
        let row = login::Model {
            brand: event.brand.to_string(),
            device: login.device.to_string(),
            at: login.at.millis(),
            account: login.account.to_string(),
            recorded_at: login.recorded.millis(),
            event_id: login.id.to_string(),
        };
        let kept = rows.entry((row.brand.clone(), row.device.clone(), row.at, row.account.clone()));
        let kept = kept.or_insert_with(|| row.clone());
        if (row.recorded_at, &row.event_id) < (kept.recorded_at, &kept.event_id) {
            *kept = row;
        }
    }
    let rows = first_recorded(step, rows.into_values().collect()).await?;
    step.transaction.upsert::<login::Entity>(&rows).await?;
    news.logins.extend(rows.iter().map(|row| (BrandId::trusted(&row.brand), login_of(row))));
    Ok(())
}

/// Of the same login told twice, the one recorded first stands; those that the store holds so are left out.
async fn first_recorded(
    step: &mut Step<'_>,
    mut rows: Vec<login::Model>,
) -> Result<Vec<login::Model>, ServiceError> {
    let columns = [login::Column::Brand, login::Column::Device, login::Column::At, login::Column::Account];
    let key = |row: &login::Model| {
        vec![
            row.brand.as_str().into(),
            row.device.as_str().into(),
            row.at.into(),
            row.account.as_str().into(),
        ]
    };
    let keys: Vec<_> = rows.iter().map(key).collect();
    for stored in step.transaction.find::<login::Entity>(&columns, &keys).await? {
        rows.retain(|row| {
            let same = (&row.brand, &row.device, row.at, &row.account)
                == (&stored.brand, &stored.device, stored.at, &stored.account);
            !same || (row.recorded_at, &row.event_id) < (stored.recorded_at, &stored.event_id)
        });
    }
    Ok(rows)
}

/// A stored login.
pub(crate) fn login_of(row: &login::Model) -> Login {
    Login {
        device: DeviceId::trusted(&row.device),
        account: AccountId::trusted(&row.account),
        at: Timestamp::from_millis(row.at),
        recorded: Timestamp::from_millis(row.recorded_at),
        id: EventId::trusted(&row.event_id),
    }
}

/// A stored touch.
pub(crate) fn touch_of(row: &touch::Model) -> Result<Touch, ServiceError> {
    Ok(Touch {
        id: TouchId::trusted(&row.touch_id),
        kind: match row.kind.as_str() {
            "qr" => TouchKind::Qr,
            "view" => TouchKind::View,
            _ => TouchKind::Click,
        },
        at: Timestamp::from_millis(row.at),
        recorded: Timestamp::from_millis(row.recorded_at),
        program: row.program.as_deref().map(ProgramId::trusted),
        ambassador: row.ambassador.as_deref().map(AmbassadorId::trusted),
        link: row.link.as_deref().map(LinkId::trusted),
        device: row.device.as_deref().map(DeviceId::trusted),
        account: row.account.as_deref().map(AccountId::trusted),
        verdicts: read_verdicts(row)?,
    })
}
