//! Arguments of `tribute key`.

use clap::Subcommand;
use tribute_api::{Role, Scope};
use tribute_events::{AmbassadorId, BrandId, Timestamp};

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Key {
    /// Makes an API key and shows it, this once.
    Create {
        /// The brand that it stands for.
        #[arg(long)]
        brand: BrandId,
        /// What people are to call it; of role app it is the app's name, and keys of one name share its webhook endpoints.
        #[arg(long)]
        name: String,
        /// brand_admin, marketer, finance, ambassador, app or auditor.
        #[arg(long)]
        role: Role,
        /// Of the role `ambassador`: whose own data it may see.
        #[arg(long, required_if_eq("role", "ambassador"))]
        ambassador: Option<AmbassadorId>,
        /// Narrows it to scopes, such as events:write; everything of its role where absent. It may be given more than once.
        #[arg(long = "scope", value_name = "SCOPE")]
        scopes: Vec<Scope>,
        /// The first instant at which it no longer counts.
        #[arg(long, value_name = "INSTANT")]
        expires: Option<Timestamp>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Lists API keys, without their secrets.
    List {
        /// Only this brand.
        #[arg(long)]
        brand: Option<BrandId>,
        #[command(flatten)]
        shape: Shape,
    },
    /// Makes a new secret for a key; the old one counts for a while yet, so that programs can change over.
    Rotate {
        /// The key, key_….
        key: String,
        /// How long the old secret counts yet.
        #[arg(long, value_name = "SPAN", default_value = "24h")]
        overlap: tribute_terms::Span,
        #[command(flatten)]
        shape: Shape,
    },
    /// Makes a key count no longer, from now on.
    Revoke {
        /// The key, key_….
        key: String,
        #[command(flatten)]
        shape: Shape,
    },
}
