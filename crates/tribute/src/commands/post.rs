use anyhow::{Context, Result, bail};
use sea_orm::EntityTrait;
use serde_json::json;
use tribute_reports::Cell;
use tribute_services::{Engine, Incoming};
use tribute_store::entity::post;

use crate::{
    Done,
    arguments::{Format, Place, Post, Review},
    feed::{Stamp, now},
    messages::say,
};

pub(crate) async fn run(command: Post, place: &Place) -> Result<Done> {
    let Post::Review(review) = command;
    let mut engine = super::existing_engine(place).await?;
    for post in &review.posts {
        check_is_known(&engine, &review.brand, post).await?;
    }
    let events = review.posts.iter().map(|post| event(&review, post)).collect();
    let taken = super::take(&mut engine, events).await?;
    if review.shape.format == Format::Table {
        say(format_args!("{} {} by {}", review.posts.join(", "), review.verdict.as_str(), review.by));
    }
    let fields = [("verdict", Cell::text(review.verdict.as_str())), ("by", Cell::text(review.by.as_str()))];
    super::finish(&taken, fields, review.shape.format)
}

/// A review may come before its post, but not from somebody who looked at it: the id is mistyped.
async fn check_is_known(engine: &Engine, brand: &str, post: &str) -> Result<()> {
    let key = (brand.to_owned(), post.to_owned());
    let found = post::Entity::find_by_id(key).one(engine.database().connection()).await;
    if found.context("the posts cannot be read")?.is_none() {
        bail!("post {post} of brand {brand} is not known; see `tribute report reviews`");
    }
    Ok(())
}

fn event(review: &Review, post: &str) -> Incoming {
    let (at, verdict) = (now(), review.verdict.as_str());
    let mut data = json!({"post": post, "verdict": verdict, "by": review.by});
    if let Some(reason) = &review.reason {
        data["reason"] = reason.as_str().into();
    }
    if let Some(until) = review.usage_rights_until {
        data["usage_rights_until"] = json!(until);
    }
    let event = json!({
        "specversion": "1.0", "type": "tribute.post.reviewed", "source": "/tribute/post",
        "id": format!("{post}/{verdict}/{at}"), "brand": review.brand, "time": at, "data": data,
    });
    Incoming::read(event.to_string().into_bytes(), Stamp::Now.arrival(), "post".into())
}
