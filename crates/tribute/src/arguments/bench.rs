//! Arguments of `tribute bench`.

use clap::Args;

use crate::flags::Brokers;

#[derive(Debug, Args)]
pub(crate) struct Bench {
    #[command(flatten)]
    pub(crate) brokers: Brokers,
    /// With brokers: how many events make a batch at most.
    #[arg(long, default_value_t = 2_000)]
    pub(crate) batch_events: u32,
    /// The mix: a, b or c.
    #[arg(long, default_value = "a")]
    pub(crate) mix: String,
    /// How many mixed events are measured.
    #[arg(long, default_value_t = 500_000)]
    pub(crate) events: u64,
    /// How many clicks of history come first.
    #[arg(long, default_value_t = 200_000)]
    pub(crate) history: u64,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many rounds, interleaved with the ceiling.
    #[arg(long, default_value_t = 3)]
    pub(crate) rounds: u32,
}
