//! Arguments of `tribute webhook`.

use clap::{Args, Subcommand, ValueEnum};
use tribute_events::{AmbassadorId, BrandId, Timestamp};
use tribute_webhooks::{Filter, PayloadVersion, Target};

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Webhook {
    /// Makes an endpoint, and shows the secret that it knows us by, this once. It gets what is said from now on.
    Create {
        /// The brand whose events it gets.
        #[arg(long)]
        brand: BrandId,
        /// Where it is: https://….
        #[arg(long)]
        url: Target,
        /// Which events: tribute.earning.paid, tribute.payout.*; by commas. Everything where absent.
        #[arg(long, value_name = "TYPES", default_value = "")]
        events: Filter,
        /// The app that it belongs to, by the name of its key: it gets what each ambassador may see of their own. The brand
        /// itself has it, and gets everything, where absent.
        #[arg(long)]
        app: Option<String>,
        /// It gets this ambassador's own events, and nobody else's.
        #[arg(long)]
        ambassador: Option<AmbassadorId>,
        /// What is sent: standard-1 (type, timestamp, data), or cloudevents-1.
        #[arg(long, value_name = "VERSION", default_value = "standard-1")]
        payload: PayloadVersion,
        #[command(flatten)]
        shape: Shape,
    },
    /// Lists endpoints, without their secrets.
    List {
        /// Only this brand.
        #[arg(long)]
        brand: Option<BrandId>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Makes a new secret; the old one signs beside it for a while yet, so that the app can change over.
    Rotate {
        #[command(flatten)]
        which: Which,
        /// How long the old secret signs yet.
        #[arg(long, value_name = "SPAN", default_value = "24h")]
        overlap: tribute_terms::Span,
        #[command(flatten)]
        shape: Shape,
    },
    /// Sends nothing to an endpoint from now on; what waits is kept for it.
    Disable {
        #[command(flatten)]
        which: Which,
        /// Why.
        #[arg(long, default_value = "disabled by a person")]
        reason: String,
        #[command(flatten)]
        shape: Shape,
    },
    /// Lets an endpoint go on where it stopped.
    Enable {
        #[command(flatten)]
        which: Which,
        /// Leaves out what waited and what was said meanwhile.
        #[arg(long)]
        skip: bool,
        #[command(flatten)]
        shape: Shape,
    },
    /// Removes an endpoint, with its secrets and its delivery log.
    Delete {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        shape: Shape,
    },
    /// Shows the delivery log of an endpoint, the newest first.
    Deliveries {
        #[command(flatten)]
        which: Which,
        /// Only those in this state.
        #[arg(long, value_enum)]
        status: Option<DeliveryStatus>,
        /// How many at most.
        #[arg(long, default_value = "50", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        limit: u32,
        #[command(flatten)]
        shape: Shape,
    },
    /// Sends events again, under the webhook-id that they had.
    Replay {
        #[command(flatten)]
        which: Which,
        #[command(flatten)]
        what: What,
        /// With --since: only what happened before.
        #[arg(long, value_name = "INSTANT", requires = "since")]
        until: Option<Timestamp>,
        #[command(flatten)]
        shape: Shape,
    },
}

/// An endpoint of a brand.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The endpoint, wh_….
    pub(crate) endpoint: String,
    /// Its brand.
    #[arg(long)]
    pub(crate) brand: BrandId,
}

/// What is sent again.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct What {
    /// One event, by its id: tribute.earnings/17, or the webhook-id.
    #[arg(long, value_name = "ID")]
    pub(crate) event: Option<String>,
    /// Everything that was given up.
    #[arg(long)]
    pub(crate) failed: bool,
    /// Everything that happened from this instant on.
    #[arg(long, value_name = "INSTANT")]
    pub(crate) since: Option<Timestamp>,
}

/// The state of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeliveryStatus {
    /// It is due at its time.
    Pending,
    /// It was taken.
    Delivered,
    /// No attempt is left.
    Failed,
    /// Its endpoint is disabled.
    Paused,
}
