//! The mixed events: which one comes, and clicks and posts.

use super::{
    Mix, Workload,
    lines::{HISTORY, START, Times, event},
    setup::instant,
};

/// Where shoppers come from.
const CHANNELS: [&str; 4] = ["social", "referral", "email", "video"];

/// A click that a sale may follow from.
#[derive(Clone, Copy)]
pub(super) struct Touched {
    pub(super) visitor: u32,
    pub(super) ambassador: u32,
}

impl Workload {
    /// A click of the history, evenly over its 30 days.
    pub(super) fn history_click(&mut self, index: u64) -> String {
        let span = u128::from((START - HISTORY).unsigned_abs());
        let passed = u128::from(index) * span / u128::from(self.options.history.max(1));
        let time = HISTORY.saturating_add_unsigned(u64::try_from(passed).unwrap_or_default());
        self.click(Times::at(time))
    }

    /// The line of the present slot.
    pub(super) fn mixed_line(&mut self) -> String {
        if let Some(line) = self.pending.remove(&self.slot) {
            return line;
        }
        if let Some(line) = self.dirty_line() {
            return line;
        }
        let [clicks, posts, sales, _] = self.options.mix.parts();
        let roll = self.random.below(1_000);
        let line = if roll < clicks {
            self.fresh_click()
        } else if roll < clicks + posts {
            self.post()
        } else if roll < clicks + posts + sales {
            self.sale()
        } else {
            self.refund().unwrap_or_else(|| self.fresh_click())
        };
        self.recent.push(line.clone());
        line
    }

    /// The times of a fresh event: 2 % are up to 7 days late, 10 % up to 5 seconds.
    pub(super) fn times(&mut self) -> Times {
        let recorded = instant(self.slot);
        let delay = match self.random.below(100) {
            0..2 => {
                self.tally.late += 1;
                self.random.between(5_001, 7 * tribute_events::DAY)
            }
            2..12 => {
                self.tally.out_of_order += 1;
                self.random.between(1, 5_000)
            }
            _ => 0,
        };
        Times { time: recorded - delay, recorded }
    }

    pub(super) fn fresh_click(&mut self) -> String {
        self.tally.clicks += 1;
        let times = self.times();
        self.click(times)
    }

    /// Three clicks in ten come from somebody who clicked at the same brand before.
    fn click(&mut self, times: Times) -> String {
        let mut touched = self.stranger();
        if self.random.chance(30)
            && let Some(earlier) = self.clicks.pick(&mut self.random)
        {
            touched.visitor = earlier.visitor;
            touched.ambassador = sibling(touched.ambassador, earlier.ambassador, &self.options);
        }
        self.clicks.push(touched);
        let Touched { visitor, ambassador } = touched;
        let number = self.number();
        let channel = self.random.pick(&CHANNELS);
        event(
            "click.recorded",
            format_args!("c{number:011}"),
            self.brand_of(ambassador),
            times,
            format_args!(
                r#"{{"click":"c{number:011}","program":"main","ambassador":"amb-{ambassador:06}","device":"v{visitor:07}","channel":"{channel}"}}"#
            ),
        )
    }

    /// Somebody who was not seen before, at anybody's link.
    pub(super) fn stranger(&mut self) -> Touched {
        let visitor = u32::try_from(self.random.below(self.options.visitors.into())).unwrap_or_default();
        Touched { visitor, ambassador: self.ranks.draw(&mut self.random) }
    }

    /// Half of the posts belong to the campaign.
    fn post(&mut self) -> String {
        self.tally.posts += 1;
        let times = self.times();
        let number = self.number();
        let ambassador = self.ranks.draw(&mut self.random);
        let hashtag = if self.random.chance(50) { "#spring" } else { "#daily" };
        let kind = self.random.pick(&["photo", "video", "story"]);
        event(
            "post.published",
            format_args!("p{number:011}"),
            self.brand_of(ambassador),
            times,
            format_args!(
                r##"{{"program":"main","post":"p{number:011}","author":"amb-{ambassador:06}","platform":"video","kind":"{kind}","hashtags":["{hashtag}","#ad"]}}"##
            ),
        )
    }

    /// Whom the next sale comes from: mostly somebody who clicked not long ago.
    pub(super) fn buyer(&mut self) -> Touched {
        let mut buyer = self.stranger();
        if self.random.chance(80)
            && let Some(earlier) = self.clicks.pick(&mut self.random)
        {
            buyer = *earlier;
        }
        if self.options.mix == Mix::C {
            buyer.ambassador = 0;
        }
        buyer
    }
}

/// The ambassador of `brand_of`'s brand that stands where `ambassador` stands in theirs.
pub(super) fn sibling(ambassador: u32, brand_of: u32, options: &super::Options) -> u32 {
    let brand = brand_of % options.brands;
    let moved = ambassador - ambassador % options.brands + brand;
    if moved < options.ambassadors { moved } else { brand }
}
