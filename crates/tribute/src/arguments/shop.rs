//! Arguments of `tribute shop`.

use std::path::PathBuf;

use clap::Subcommand;
use tribute_events::BrandId;
use tribute_shops::Kind;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Shop {
    /// Connects a shop, and shows its id, which stands in the address that it delivers to.
    ///
    /// Shopify: orders/create, orders/updated, orders/cancelled and refunds/create, with the app's client secret.
    /// Stripe: checkout.session.completed, checkout.session.async_payment_succeeded, invoice.paid, charge.refunded,
    /// charge.dispute.created and charge.dispute.closed, with the endpoint's secret, whsec_….
    /// `WooCommerce`: order.created and order.updated, with the webhook's secret.
    Connect {
        /// Whose shop it is.
        #[arg(long)]
        brand: BrandId,
        /// shopify, stripe or woocommerce.
        #[arg(long)]
        kind: Kind,
        /// What it is called; its orders are NAME:ID. The kind where absent.
        #[arg(long)]
        name: Option<String>,
        /// The file that holds the secret that it signs with.
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
        /// How what it says is to be taken, TOML.
        #[arg(long, value_name = "FILE")]
        settings: Option<PathBuf>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Lists shops, without their secrets.
    List {
        /// Only this brand.
        #[arg(long)]
        brand: Option<BrandId>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Changes how what a shop says is to be taken, from now on; `quarantine retry` takes what was put aside by it, too.
    Set {
        /// The shop, shop_….
        shop: String,
        /// All of its settings, TOML.
        #[arg(long, value_name = "FILE")]
        settings: PathBuf,
        #[command(flatten)]
        shape: Shape,
    },
    /// Gives a shop a new secret; the old one counts for a while yet, so that the shop can change over.
    Rotate {
        /// The shop, shop_….
        shop: String,
        /// The file that holds the new secret.
        #[arg(long, value_name = "FILE")]
        secret_file: PathBuf,
        /// How long the old secret counts yet.
        #[arg(long, value_name = "SPAN", default_value = "24h")]
        overlap: tribute_terms::Span,
        #[command(flatten)]
        shape: Shape,
    },
    /// Takes no more deliveries of a shop. What it told stays.
    Disconnect {
        /// The shop, shop_….
        shop: String,
        #[command(flatten)]
        shape: Shape,
    },
}
