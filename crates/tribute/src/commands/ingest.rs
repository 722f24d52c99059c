use anyhow::Result;
use tribute_services::Receipt;

use crate::{
    Done,
    arguments::{Ingest, Place},
    feed::{Stamp, feed},
    progress::Progress,
    source::Lines,
};

pub(crate) async fn run(options: &Ingest, place: &Place) -> Result<Done> {
    let mut engine = super::engine(place).await?;
    let stamp = if options.backfill { Stamp::Backfill } else { Stamp::Now };
    let mut total = Receipt::default();
    for file in &options.files {
        let mut lines = Lines::open(file)?;
        let mut progress = Progress::new("ingest", None);
        let fed = feed(&mut engine, stamp, move || lines.next_line(), &mut progress, &mut total).await;
        progress.finish();
        fed?;
    }
    super::finish(&total, [], options.shape.format)
}
