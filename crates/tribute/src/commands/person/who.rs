//! Who is meant.

use anyhow::{Context, Result, bail};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_events::{AmbassadorId, BrandId};
use tribute_services::Engine;
use tribute_store::entity::post;

use crate::arguments::Who as Asked;

/// A person of a brand, as facts and books know them.
#[derive(Debug, Clone)]
pub(super) struct Who {
    pub(super) brand: BrandId,
    pub(super) person: AmbassadorId,
}

/// Finds whom the arguments name.
pub(super) async fn find(engine: &Engine, asked: &Asked) -> Result<Who> {
    let brand = asked.brand.clone();
    let Some(handle) = &asked.named.handle else {
        let person = asked.named.person.clone().context("name the person by --person or --handle")?;
        return Ok(Who { brand, person });
    };
    let (platform, name) =
        handle.split_once(':').context("a handle is written with its platform, as tube:jane")?;
    let account = (platform.trim().to_owned(), name.trim().to_owned());
    let mut transaction = engine.database().begin().await?;
    let people = engine.vault().people_with_account(&mut transaction, &brand, &account).await?;
    transaction.rollback().await?;
    let mut people = people.into_iter();
    match (people.next(), people.next()) {
        (Some(person), None) => Ok(Who { brand, person }),
        (None, _) => {
            bail!("brand {brand} knows nobody by the account {handle}; check the platform and the name")
        }
        (Some(one), Some(other)) => {
            let all: Vec<_> = [one, other].into_iter().chain(people).map(|it| it.to_string()).collect();
            bail!("the account {handle} is that of {}; name one of them by --person", all.join(" and "))
        }
    }
}

/// Whether somebody posted for a program of the brand.
pub(super) async fn posts(engine: &Engine, who: &Who) -> Result<bool> {
    let one = post::Entity::find()
        .filter(post::Column::Brand.eq(who.brand.as_str()))
        .filter(post::Column::Author.eq(who.person.as_str()))
        .one(engine.database().connection())
        .await?;
    Ok(one.is_some())
}
