use anyhow::{Result, bail};
use tribute_reports::verify::{self, Progress as Stage};

use crate::{
    Done,
    arguments::{Format, Place, Verify},
    messages::say,
    progress::Progress,
};

pub(crate) async fn run(options: &Verify, place: &Place) -> Result<Done> {
    let database = super::open_existing(place).await?;
    let mut shown = Shown::default();
    let mut found = verify::verify_with(&database, &options.anchor, &mut |stage| shown.at(&stage)).await?;
    if options.replay {
        found.replay = Some(verify::replay(&database, &mut |stage| shown.at(&stage)).await?);
    }
    shown.finish();
    match options.shape.format {
        Format::Json => say(serde_json::to_string_pretty(&found)?),
        Format::Csv => say(found.table().to_csv()?),
        Format::Table => say(&found),
    }
    if !found.is_ok() {
        bail!(
            "the books are not what was booked; the first bad record of each check, and each anchor, stand above"
        );
    }
    Ok(Done::Clean)
}

/// The stage that is shown.
#[derive(Default)]
pub(crate) struct Shown {
    stage: Option<(&'static str, u64, Progress)>,
}

impl Shown {
    pub(crate) fn at(&mut self, now: &Stage) {
        if self.stage.as_ref().is_none_or(|(name, ..)| *name != now.stage) {
            self.finish();
            self.stage = Some((now.stage, 0, Progress::new(now.stage, None)));
        }
        if let Some((_, done, progress)) = &mut self.stage {
            progress.advance(now.done.saturating_sub(*done));
            *done = now.done;
        }
    }

    pub(crate) fn finish(&mut self) {
        if let Some((.., progress)) = self.stage.take() {
            progress.finish();
        }
    }
}
