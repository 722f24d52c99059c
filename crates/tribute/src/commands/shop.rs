use std::path::Path;

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use tribute_api::new_name;
use tribute_events::{BrandId, EventId, Timestamp};
use tribute_reports::{Cell, Column, Table};
use tribute_shops::{Kind, Settings};
use tribute_store::{Database, entity::shop};

use crate::{
    Done,
    arguments::{Format, Place, Shop},
    feed::now,
};

pub(crate) async fn run(command: Shop, place: &Place) -> Result<Done> {
    match command {
        Shop::Connect { brand, kind, name, secret_file, settings, shape } => {
            let named = Named { brand, kind, name: name.unwrap_or_else(|| kind.to_string()) };
            connect(&named, &secret_file, settings.as_deref(), place, shape.format).await
        }
        Shop::List { brand, shape } => {
            list(&super::open_existing(place).await?, brand.as_ref().map(BrandId::as_str), shape.format).await
        }
        Shop::Set { shop, settings, shape } => {
            let database = super::open_existing(place).await?;
            let row = find(&database, &shop).await?;
            let settings = Settings::from_toml(&text(&settings)?)?.to_json()?;
            let fields = [("shop", Cell::text(shop.as_str())), ("settings", Cell::text(settings.as_str()))];
            write(&database, shop::Model { settings: settings.clone(), ..row }).await?;
            super::show_or_say(fields, format_args!("{shop} has new settings"), shape.format)?;
            Ok(Done::Clean)
        }
        Shop::Rotate { shop, secret_file, overlap, shape } => {
            let database = super::open_existing(place).await?;
            let old = find(&database, &shop).await?;
            let secret = sealed(&database, place, &[&old.brand, &old.shop], &secret(&secret_file)?).await?;
            let until = now().plus(overlap.millis()).millis();
            let row = shop::Model {
                previous_secret: Some(old.secret.clone()),
                previous_until: Some(until),
                secret,
                ..old
            };
            write(&database, row).await?;
            let until = Timestamp::from_millis(until);
            let fields = [("shop", Cell::text(shop.as_str())), ("previous_until", Cell::at(until))];
            let sentence = format_args!("{shop} has a new secret; the one before it counts until {until}");
            super::show_or_say(fields, sentence, shape.format)?;
            Ok(Done::Clean)
        }
        Shop::Disconnect { shop, shape } => {
            let database = super::open_existing(place).await?;
            let row = find(&database, &shop).await?;
            write(&database, shop::Model { disconnected_at: Some(now().millis()), ..row }).await?;
            let fields = [("shop", Cell::text(shop.as_str())), ("status", Cell::text("disconnected"))];
            super::show_or_say(fields, format_args!("{shop} is disconnected"), shape.format)?;
            Ok(Done::Clean)
        }
    }
}

/// A shop that is to be connected.
struct Named {
    brand: BrandId,
    kind: Kind,
    name: String,
}

async fn connect(
    named: &Named,
    secret_file: &Path,
    settings: Option<&Path>,
    place: &Place,
    format: Format,
) -> Result<Done> {
    let Named { brand, kind, name } = named;
    // The ids of a shop are up to 100 bytes behind it.
    if name.parse::<EventId>().is_err() || name.len() > 28 || name.contains([':', '/']) {
        bail!("--name {name}: a name has 1 to 28 bytes and no colon or slash");
    }
    let settings = match settings {
        Some(file) => Settings::from_toml(&text(file)?)?,
        None => Settings::default(),
    };
    let secret = secret(secret_file)?;
    let database = super::open(place).await?;
    if let Some(known) = connected(&database, brand, name).await? {
        bail!(
            "brand {brand} has a shop {name} already, {}; disconnect it, or give this one another --name",
            known.shop
        );
    }
    let id = new_name("shop").context("the machine gives no random numbers")?;
    let row = shop::Model {
        brand: brand.to_string(),
        name: name.clone(),
        kind: kind.to_string(),
        settings: settings.to_json()?,
        secret: sealed(&database, place, &[brand.as_str(), &id], &secret).await?,
        previous_secret: None,
        previous_until: None,
        connected_at: now().millis(),
        disconnected_at: None,
        shop: id.clone(),
    };
    write(&database, row).await?;
    let address = format!("/v1/shops/{id}/{kind}");
    let fields = [("shop", Cell::text(id.as_str())), ("deliver_to", Cell::text(address.as_str()))];
    let sentence = format_args!("{id}  (it delivers to {address})");
    super::show_or_say(fields, sentence, format)?;
    Ok(Done::Clean)
}

fn text(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

/// A secret under the vault's key, for its shop alone.
async fn sealed(database: &Database, place: &Place, belongs: &[&str], secret: &[u8]) -> Result<Vec<u8>> {
    let mut transaction = database.begin().await?;
    let sealed = place.vault.seal_secret(&mut transaction, belongs, secret).await?;
    transaction.commit().await?;
    Ok(sealed)
}

/// The secret of a file, without the line's end.
fn secret(file: &Path) -> Result<Vec<u8>> {
    let secret = text(file)?.trim().to_owned();
    if secret.len() < 8 {
        bail!("{} holds no secret: fewer than 8 characters", file.display());
    }
    Ok(secret.into_bytes())
}

async fn connected(database: &Database, brand: &BrandId, name: &str) -> Result<Option<shop::Model>> {
    let query = shop::Entity::find()
        .filter(shop::Column::Brand.eq(brand.as_str()))
        .filter(shop::Column::Name.eq(name))
        .filter(shop::Column::DisconnectedAt.is_null());
    Ok(query.one(database.connection()).await?)
}

async fn find(database: &Database, id: &str) -> Result<shop::Model> {
    let query =
        shop::Entity::find().filter(shop::Column::Shop.eq(id)).filter(shop::Column::DisconnectedAt.is_null());
    let row = query.one(database.connection()).await?;
    row.with_context(|| format!("there is no connected shop {id}; see `tribute shop list`"))
}

async fn write(database: &Database, row: shop::Model) -> Result<()> {
    let mut transaction = database.begin().await?;
    transaction.upsert::<shop::Entity>(&[row]).await?;
    Ok(transaction.commit().await?)
}

async fn list(database: &Database, brand: Option<&str>, format: Format) -> Result<Done> {
    let mut query = shop::Entity::find()
        .order_by_asc(shop::Column::Brand)
        .order_by_asc(shop::Column::ConnectedAt)
        .order_by_asc(shop::Column::Shop);
    if let Some(brand) = brand {
        query = query.filter(shop::Column::Brand.eq(brand));
    }
    let names = [
        "brand",
        "shop",
        "name",
        "kind",
        "connected_at",
        "previous_secret_until",
        "disconnected_at",
        "settings",
    ];
    let mut table = Table::new(names.map(Column::left).to_vec());
    let (now, at) = (now().millis(), |at: i64| Timestamp::from_millis(at).to_string());
    for row in query.all(database.connection()).await? {
        table.push(vec![
            Cell::text(row.brand),
            Cell::text(row.shop),
            Cell::text(row.name),
            Cell::text(row.kind),
            Cell::text(at(row.connected_at)),
            Cell::maybe(row.previous_until.filter(|until| *until > now).map(at)),
            Cell::maybe(row.disconnected_at.map(at)),
            Cell::text(row.settings),
        ]);
    }
    super::show(&table, format)?;
    Ok(Done::Clean)
}
