use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_api::{Role, Secret, new_name};
use tribute_events::{BrandId, Timestamp};
use tribute_reports::{Cell, Column, Table};
use tribute_store::{Database, entity::api_key};

use crate::{
    Done,
    arguments::{Format, Key, Place},
    feed::now,
    messages::say,
};

pub(crate) async fn run(command: Key, place: &Place) -> Result<Done> {
    match command {
        Key::Create { brand, name, role, ambassador, scopes, expires, shape } => {
            if ambassador.is_some() && role != Role::Ambassador {
                bail!("--ambassador goes with --role ambassador; {role} sees more than one ambassador");
            }
            if let Some(scope) = scopes.iter().find(|scope| !role.allows(**scope)) {
                bail!("the role {role} has no scope {scope}; leave it out, or choose another role");
            }
            let scopes: Vec<_> = scopes.iter().map(|scope| scope.as_str()).collect();
            let row = api_key::Model {
                brand: brand.to_string(),
                name,
                role: role.to_string(),
                scopes: scopes.join(" "),
                ambassador: ambassador.map(|it| it.to_string()),
                expires_at: expires.map(Timestamp::millis),
                ..nobody()
            };
            make(&super::open(place).await?, row, shape.format).await
        }
        Key::List { brand, shape } => {
            list(&super::open_existing(place).await?, brand.as_ref().map(BrandId::as_str), shape.format).await
        }
        Key::Rotate { key, overlap, shape } => {
            let database = super::open_existing(place).await?;
            let old = find(&database, &key).await?;
            if old.revoked_at.is_some() {
                bail!("{key} was revoked; make a new key with `tribute key create`");
            }
            let until = now().plus(overlap.millis()).millis();
            let old =
                api_key::Model { expires_at: Some(old.expires_at.map_or(until, |at| at.min(until))), ..old };
            let new = api_key::Model { expires_at: None, ..old.clone() };
            write(&database, &[old]).await?;
            make(&database, new, shape.format).await
        }
        Key::Revoke { key, shape } => {
            let database = super::open_existing(place).await?;
            let row = find(&database, &key).await?;
            let row = api_key::Model { revoked_at: Some(row.revoked_at.unwrap_or(now().millis())), ..row };
            let fields = [("key", Cell::text(key.as_str())), ("status", Cell::text("revoked"))];
            write(&database, &[row]).await?;
            super::show_or_say(fields, format_args!("{key} no longer counts"), shape.format)?;
            Ok(Done::Clean)
        }
    }
}

/// A key that stands for nobody yet.
fn nobody() -> api_key::Model {
    api_key::Model {
        brand: String::new(),
        key: String::new(),
        name: String::new(),
        role: String::new(),
        scopes: String::new(),
        ambassador: None,
        hash: Vec::new(),
        hint: String::new(),
        made_at: 0,
        expires_at: None,
        revoked_at: None,
    }
}

/// Gives a key its name and a secret, keeps its hash, and shows the secret.
async fn make(database: &Database, row: api_key::Model, format: Format) -> Result<Done> {
    let secret = Secret::new().context("the machine gives no random numbers")?;
    let row = api_key::Model {
        key: new_name("key").context("the machine gives no random numbers")?,
        hash: secret.hash(),
        hint: secret.hint().to_owned(),
        made_at: now().millis(),
        ..row
    };
    write(database, std::slice::from_ref(&row)).await?;
    match format {
        Format::Table => {
            say(format_args!("{}  (this is {}; it is not shown again)", secret.reveal(), row.key));
        }
        Format::Json | Format::Csv => {
            let fields = [("key", Cell::text(row.key)), ("secret", Cell::text(secret.reveal()))];
            super::show(&super::one_row(fields), format)?;
        }
    }
    Ok(Done::Clean)
}

async fn write(database: &Database, rows: &[api_key::Model]) -> Result<()> {
    let mut transaction = database.begin().await?;
    transaction.upsert::<api_key::Entity>(rows).await?;
    Ok(transaction.commit().await?)
}

async fn find(database: &Database, key: &str) -> Result<api_key::Model> {
    let row = api_key::Entity::find().filter(api_key::Column::Key.eq(key)).one(database.connection()).await?;
    row.with_context(|| format!("there is no API key {key}; see `tribute key list`"))
}

async fn list(database: &Database, brand: Option<&str>, format: Format) -> Result<Done> {
    let mut query = api_key::Entity::find()
        .order_by_asc(api_key::Column::Brand)
        .order_by_asc(api_key::Column::MadeAt)
        .order_by_asc(api_key::Column::Key);
    if let Some(brand) = brand {
        query = query.filter(api_key::Column::Brand.eq(brand));
    }
    let names =
        ["brand", "key", "name", "role", "scopes", "ambassador", "secret", "made_at", "expires_at", "status"];
    let mut table = Table::new(names.map(Column::left).to_vec());
    let (now, at) = (now().millis(), |at: i64| Timestamp::from_millis(at).to_string());
    for row in query.all(database.connection()).await? {
        let status = match (row.revoked_at, row.expires_at) {
            (Some(_), _) => "revoked",
            (None, Some(end)) if end <= now => "expired",
            _ => "valid",
        };
        table.push(vec![
            Cell::text(row.brand),
            Cell::text(row.key),
            Cell::text(row.name),
            Cell::text(row.role),
            Cell::maybe((!row.scopes.is_empty()).then_some(row.scopes)),
            Cell::maybe(row.ambassador),
            Cell::text(format!("…{}", row.hint)),
            Cell::text(at(row.made_at)),
            Cell::maybe(row.expires_at.map(at)),
            Cell::text(status),
        ]);
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}
