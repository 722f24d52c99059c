use std::fmt;

use crate::ToolError;

/// Which events are mixed, in what parts: clicks / posts / sales / refunds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mix {
    /// 80 / 3 / 16 / 1 %.
    #[default]
    A,
    /// 96 / 1.5 / 2.4 / 0.1 %: clicks above all.
    B,
    /// Nothing but sales (94 %) and refunds of them (6 %), all of them one ambassador's: every booking moves one balance.
    C,
}

impl Mix {
    /// Clicks, posts, sales and refunds in a thousand events.
    #[must_use]
    pub const fn parts(self) -> [u64; 4] {
        match self {
            Self::A => [800, 30, 160, 10],
            Self::B => [960, 15, 24, 1],
            Self::C => [0, 0, 940, 60],
        }
    }
}

/// How large the workload is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The mix.
    pub mix: Mix,
    /// Mixed lines, dirt included; the changes of terms come on top.
    pub events: u64,
    /// Clicks before them.
    pub history: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Brands, each with one program.
    pub brands: u32,
    /// Ambassadors of all brands together.
    pub ambassadors: u32,
    /// Visitors of all brands together.
    pub visitors: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mix: Mix::A,
            events: 1_000_000,
            history: 2_000_000,
            seed: 1,
            brands: 100,
            ambassadors: 20_000,
            visitors: 500_000,
        }
    }
}

impl Options {
    /// All lines that will come.
    #[must_use]
    pub fn lines(&self) -> u64 {
        let changes = if self.events == 0 { 0 } else { 2 * u64::from(self.brands) };
        self.setup_lines() + self.history + changes + self.events
    }

    /// Exchange rates, then terms and a campaign per brand, then every ambassador with a code.
    pub(super) fn setup_lines(&self) -> u64 {
        1 + 2 * u64::from(self.brands) + 2 * u64::from(self.ambassadors)
    }

    pub(super) fn check(&self) -> Result<(), ToolError> {
        if self.brands == 0 || self.ambassadors < self.brands {
            return Err(ToolError::Options("there must be a brand, and an ambassador for each".into()));
        }
        if self.visitors == 0 {
            return Err(ToolError::Options("there must be a visitor".into()));
        }
        Ok(())
    }
}

/// How many lines of each sort have come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Terms, ambassadors, codes, campaigns, exchange rates at the beginning.
    pub setup: u64,
    /// Clicks of the history.
    pub history: u64,
    /// New terms mid-run.
    pub terms: u64,
    /// Fresh clicks among the mixed events.
    pub clicks: u64,
    /// Posts.
    pub posts: u64,
    /// Sales, each order once.
    pub sales: u64,
    /// Refunds, each once.
    pub refunds: u64,
    /// Refunds of a part of the order.
    pub partial_refunds: u64,
    /// Refunds that came before their sale.
    pub early_refunds: u64,
    /// Refunds told again under another event id.
    pub repeated_refunds: u64,
    /// Exact copies of an earlier line.
    pub duplicates: u64,
    /// Orders told again under another event id, with another payload.
    pub revisions: u64,
    /// Lines that no reader accepts.
    pub poison: u64,
    /// Events up to 5 seconds behind.
    pub out_of_order: u64,
    /// Events more than 5 seconds and up to 7 days behind.
    pub late: u64,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = [
            ("setup", self.setup),
            ("history clicks", self.history),
            ("changed terms", self.terms),
            ("clicks", self.clicks),
            ("posts", self.posts),
            ("sales", self.sales),
            ("refunds", self.refunds),
            ("  of a part", self.partial_refunds),
            ("  before the sale", self.early_refunds),
            ("  told again", self.repeated_refunds),
            ("duplicates", self.duplicates),
            ("orders told otherwise", self.revisions),
            ("poison", self.poison),
            ("out of order", self.out_of_order),
            ("late", self.late),
        ];
        rows.iter().try_for_each(|(name, count)| writeln!(f, "{name:<22} {count:>12}"))
    }
}
