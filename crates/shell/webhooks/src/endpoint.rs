//! Endpoints: made, changed and looked at by people, one brand at a time.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tribute_events::{AmbassadorId, BrandId, Milliseconds, Timestamp};
use tribute_store::{
    Database, Operation, StoreError, Transaction,
    entity::{webhook_delivery, webhook_endpoint, webhook_position, webhook_secret},
};
use tribute_vault::Vault;

use crate::{
    WebhookError, filter::Filter, payload::PayloadVersion, said, secret::SigningSecret, status,
    target::Target,
};

/// What a new endpoint is to be.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its public name, which no other of the brand has; one by chance where absent.
    pub name: Option<String>,
    /// The brand whose events it gets.
    pub brand: BrandId,
    /// Where it is.
    pub target: Target,
    /// Which events it gets.
    pub filter: Filter,
    /// The app that it belongs to, by the name of its key: it gets what each ambassador may see of their own. The brand
    /// itself has it, and gets everything, where absent.
    pub app: Option<String>,
    /// The ambassador whose own events it gets, and nobody else's; everybody's where absent.
    pub ambassador: Option<AmbassadorId>,
    /// What is sent.
    pub payload: PayloadVersion,
}

/// An endpoint that was made, and its secret, which is not shown again.
#[derive(Debug, Clone)]
pub struct Made {
    /// The endpoint.
    pub endpoint: webhook_endpoint::Model,
    /// The secret.
    pub secret: SigningSecret,
}

/// Looks after the endpoints of a database.
#[derive(Debug, Clone)]
pub struct Endpoints {
    pub(crate) database: Database,
    vault: Vault,
    development: bool,
}

/// Where a delivery stands in a log, the newest first: when it was queued, its stream and its number.
pub type LogPlace = (i64, String, i64);

/// A row's place: its brand, and its name within.
pub(crate) type Place<'a> = (&'a str, &'a str);

impl Endpoints {
    /// Of this database. In development http and this machine may be sent to, too.
    #[must_use]
    pub const fn new(database: Database, vault: Vault, development: bool) -> Self {
        Self { database, vault, development }
    }

    /// The same, looked at through another connection to the database.
    #[must_use]
    pub fn through(&self, database: Database) -> Self {
        Self { database, ..self.clone() }
    }

    /// Makes an endpoint. It gets what is said from now on.
    ///
    /// # Errors
    /// Where it lies where nothing is sent to, the vault has no key, or the database fails.
    pub async fn create(&self, new: NewEndpoint, now: Timestamp) -> Result<Made, WebhookError> {
        new.target.check(self.development)?;
        let row = webhook_endpoint::Model {
            brand: new.brand.to_string(),
            endpoint: new.name.map_or_else(new_name, Ok)?,
            url: new.target.to_string(),
            events: new.filter.to_string(),
            app: new.app,
            ambassador: new.ambassador.map(|it| it.to_string()),
            payload: new.payload.to_string(),
            state: status::ACTIVE.to_owned(),
            reason: None,
            made_at: now.millis(),
            disabled_at: None,
            failing_since: None,
            revision: 0,
        };
        let secret = SigningSecret::new().map_err(WebhookError::Random)?;
        let ends = said::ends(&self.database).await?;
        let mut transaction = self.database.begin().await?;
        transaction.insert::<webhook_endpoint::Entity>(std::slice::from_ref(&row)).await?;
        let at = (row.brand.as_str(), row.endpoint.as_str());
        self.keep_secret(&mut transaction, at, 1, &secret).await?;
        let positions: Vec<_> = ends.into_iter().map(|(stream, next)| position(at, stream, next)).collect();
        transaction.insert::<webhook_position::Entity>(&positions).await?;
        transaction.commit().await?;
        Ok(Made { endpoint: row, secret })
    }

    async fn keep_secret(
        &self,
        transaction: &mut Transaction,
        (brand, endpoint): Place<'_>,
        number: i64,
        secret: &SigningSecret,
    ) -> Result<(), WebhookError> {
        let sealed = self.vault.seal_secret(transaction, &belongs(brand, endpoint), secret.bytes()).await?;
        let (brand, endpoint) = (brand.to_owned(), endpoint.to_owned());
        let row = webhook_secret::Model { brand, endpoint, number, sealed, valid_until: None };
        Ok(transaction.insert::<webhook_secret::Entity>(&[row]).await?)
    }

    /// The endpoints of a brand, or of all of them, by brand and age.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn list(&self, brand: Option<&BrandId>) -> Result<Vec<webhook_endpoint::Model>, WebhookError> {
        use webhook_endpoint::Column;
        let mut query = webhook_endpoint::Entity::find();
        if let Some(brand) = brand {
            query = query.filter(Column::Brand.eq(brand.as_str()));
        }
        let query =
            query.order_by_asc(Column::Brand).order_by_asc(Column::MadeAt).order_by_asc(Column::Endpoint);
        let rows = query.all(self.database.connection()).await;
        Ok(rows.map_err(|error| StoreError::from_orm(Operation::Read, "webhook_endpoint", error))?)
    }

    /// One endpoint.
    ///
    /// # Errors
    /// [`WebhookError::NoEndpoint`], also for another brand's.
    pub async fn find(
        &self,
        brand: &BrandId,
        endpoint: &str,
    ) -> Result<webhook_endpoint::Model, WebhookError> {
        let row = webhook_endpoint::Entity::find_by_id((brand.to_string(), endpoint.to_owned()));
        let row = row.one(self.database.connection()).await;
        let row = row.map_err(|error| StoreError::from_orm(Operation::Read, "webhook_endpoint", error))?;
        row.ok_or_else(|| no_endpoint((brand.as_str(), endpoint)))
    }

    /// Makes a new secret. The ones before sign beside it for a while yet, so that who receives can change over.
    ///
    /// # Errors
    /// [`WebhookError::NoEndpoint`]; or the vault or the database fails.
    pub async fn rotate(
        &self,
        brand: &BrandId,
        endpoint: &str,
        overlap: Milliseconds,
        now: Timestamp,
    ) -> Result<Made, WebhookError> {
        let place = (brand.as_str(), endpoint);
        let mut transaction = self.database.begin().await?;
        let row = touched(&mut transaction, place).await?;
        let condition = "brand = $1 AND endpoint = $2 ORDER BY number";
        let values = vec![place.0.into(), place.1.into()];
        let mut known = transaction.select::<webhook_secret::Entity>(condition, values).await?;
        let until = now.plus(overlap.max(0)).millis();
        for secret in &mut known {
            secret.valid_until = Some(secret.valid_until.map_or(until, |at| at.min(until)));
        }
        transaction.upsert::<webhook_secret::Entity>(&known).await?;
        let number = known.last().map_or(1, |last| last.number.saturating_add(1));
        let secret = SigningSecret::new().map_err(WebhookError::Random)?;
        self.keep_secret(&mut transaction, place, number, &secret).await?;
        transaction.commit().await?;
        Ok(Made { endpoint: row, secret })
    }

    /// Sends it nothing from now on; what waits is kept for it. Nothing changes where it is disabled already.
    ///
    /// # Errors
    /// [`WebhookError::NoEndpoint`], or the database fails.
    pub async fn disable(
        &self,
        brand: &BrandId,
        endpoint: &str,
        reason: &str,
        now: Timestamp,
    ) -> Result<webhook_endpoint::Model, WebhookError> {
        let mut transaction = self.database.begin().await?;
        let mut row = touched(&mut transaction, (brand.as_str(), endpoint)).await?;
        if row.state == status::ACTIVE {
            disable(&mut transaction, &mut row, reason.to_owned(), now).await?;
            transaction.upsert::<webhook_endpoint::Entity>(std::slice::from_ref(&row)).await?;
        }
        transaction.commit().await?;
        Ok(row)
    }

    /// Lets it go on where it stopped: what waited is due at once, and what was said meanwhile follows. With `skip` it
    /// gets neither, but what is said from now on.
    ///
    /// # Errors
    /// [`WebhookError::NoEndpoint`], or the database fails.
    pub async fn enable(
        &self,
        brand: &BrandId,
        endpoint: &str,
        skip: bool,
        now: Timestamp,
    ) -> Result<webhook_endpoint::Model, WebhookError> {
        let place = (brand.as_str(), endpoint);
        let ends = said::ends(&self.database).await?;
        let mut transaction = self.database.begin().await?;
        let row = touched(&mut transaction, place).await?;
        let state = status::ACTIVE.to_owned();
        let row =
            webhook_endpoint::Model { state, reason: None, disabled_at: None, failing_since: None, ..row };
        transaction.upsert::<webhook_endpoint::Entity>(std::slice::from_ref(&row)).await?;
        if skip {
            let positions: Vec<_> =
                ends.into_iter().map(|(stream, next)| position(place, stream, next)).collect();
            transaction.upsert::<webhook_position::Entity>(&positions).await?;
        }
        let text = if skip {
            "UPDATE webhook_delivery SET status = 'failed', next_at = NULL, response = 'skipped when it was enabled', \
             response_status = NULL WHERE brand = $1 AND endpoint = $2 AND status = 'paused' AND queued_at <= $3"
        } else {
            "UPDATE webhook_delivery SET status = 'pending', next_at = $3, attempts = 0 \
             WHERE brand = $1 AND endpoint = $2 AND status = 'paused'"
        };
        transaction.execute(text, vec![place.0.into(), place.1.into(), now.millis().into()]).await?;
        transaction.commit().await?;
        Ok(row)
    }

    /// Removes it, with its secrets and its delivery log.
    ///
    /// # Errors
    /// [`WebhookError::NoEndpoint`], or the database fails.
    pub async fn delete(&self, brand: &BrandId, endpoint: &str) -> Result<(), WebhookError> {
        let place = (brand.as_str(), endpoint);
        let mut transaction = self.database.begin().await?;
        locked(&mut transaction, place).await?;
        for table in ["webhook_delivery", "webhook_position", "webhook_secret", "webhook_endpoint"] {
            let text = format!("DELETE FROM {table} WHERE brand = $1 AND endpoint = $2");
            transaction.execute(&text, vec![place.0.into(), place.1.into()]).await?;
        }
        Ok(transaction.commit().await?)
    }

    /// The delivery log of an endpoint, the newest first; only what comes after a place in it where one is named.
    ///
    /// # Errors
    /// [`WebhookError::NoEndpoint`], or the database fails.
    pub async fn deliveries(
        &self,
        brand: &BrandId,
        endpoint: &str,
        status: Option<&str>,
        after: Option<LogPlace>,
        limit: u64,
    ) -> Result<Vec<webhook_delivery::Model>, WebhookError> {
        use webhook_delivery::Column;
        self.find(brand, endpoint).await?;
        let mut rows = webhook_delivery::Entity::find()
            .filter(Column::Brand.eq(brand.as_str()))
            .filter(Column::Endpoint.eq(endpoint));
        if let Some(status) = status {
            rows = rows.filter(Column::Status.eq(status));
        }
        if let Some(after) = after {
            rows = rows.filter(behind(after));
        }
        let newest = rows.order_by_desc(Column::QueuedAt).order_by_desc(Column::Stream);
        let rows = newest.order_by_desc(Column::Number).limit(limit).all(self.database.connection()).await;
        Ok(rows.map_err(|error| StoreError::from_orm(Operation::Read, "webhook_delivery", error))?)
    }
}

/// What is older in a log than a place in it.
fn behind((queued_at, stream, number): LogPlace) -> Condition {
    use webhook_delivery::Column;
    let lower = Condition::all().add(Column::Stream.eq(stream.as_str())).add(Column::Number.lt(number));
    let at_once = Condition::any().add(Column::Stream.lt(stream)).add(lower);
    let older = Condition::any().add(Column::QueuedAt.lt(queued_at)).add(at_once);
    Condition::all().add(Column::QueuedAt.lte(queued_at)).add(older)
}

/// What a secret of an endpoint is sealed for.
pub(crate) const fn belongs<'a>(brand: &'a str, endpoint: &'a str) -> [&'a str; 3] {
    ["webhook", brand, endpoint]
}

fn position((brand, endpoint): Place<'_>, stream: &str, next: i64) -> webhook_position::Model {
    webhook_position::Model {
        brand: brand.to_owned(),
        endpoint: endpoint.to_owned(),
        stream: stream.to_owned(),
        next,
    }
}

/// An endpoint, which nobody else changes until the transaction ends.
pub(crate) async fn locked(
    transaction: &mut Transaction,
    (brand, endpoint): Place<'_>,
) -> Result<webhook_endpoint::Model, WebhookError> {
    let columns = [webhook_endpoint::Column::Brand, webhook_endpoint::Column::Endpoint];
    let key = vec![brand.into(), endpoint.into()];
    let rows = transaction.find_locked::<webhook_endpoint::Entity>(&columns, &[key]).await?;
    rows.into_iter().next().ok_or_else(|| no_endpoint((brand, endpoint)))
}

fn no_endpoint((brand, endpoint): Place<'_>) -> WebhookError {
    WebhookError::NoEndpoint { brand: brand.to_owned(), endpoint: endpoint.to_owned() }
}

/// The same, and whoever sends looks at it anew.
pub(crate) async fn touched(
    transaction: &mut Transaction,
    place: Place<'_>,
) -> Result<webhook_endpoint::Model, WebhookError> {
    let row = locked(transaction, place).await?;
    let row = webhook_endpoint::Model { revision: row.revision.saturating_add(1), ..row };
    transaction.upsert::<webhook_endpoint::Entity>(std::slice::from_ref(&row)).await?;
    Ok(row)
}

/// Disables an endpoint, whose row the caller writes, and has what waits for it wait on.
pub(crate) async fn disable(
    transaction: &mut Transaction,
    row: &mut webhook_endpoint::Model,
    reason: String,
    now: Timestamp,
) -> Result<(), StoreError> {
    row.state = status::DISABLED.to_owned();
    row.reason = Some(reason);
    row.disabled_at = Some(now.millis());
    let text = "UPDATE webhook_delivery SET status = 'paused' \
        WHERE brand = $1 AND endpoint = $2 AND status = 'pending'";
    transaction.execute(text, vec![row.brand.as_str().into(), row.endpoint.as_str().into()]).await.map(drop)
}

/// `wh_` and 16 characters by chance.
fn new_name() -> Result<String, WebhookError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(WebhookError::Random)?;
    Ok(format!("wh_{:016x}", u64::from_be_bytes(bytes)))
}
