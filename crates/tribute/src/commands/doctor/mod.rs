//! stub
use crate::{
    Done,
    arguments::{Doctor, Place},
    settings::Settings,
};
use anyhow::Result;
pub(crate) async fn run(_options: &Doctor, _place: &Place, _settings: &Settings) -> Result<Done> {
    Ok(Done::Clean)
}
