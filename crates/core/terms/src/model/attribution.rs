//! Who is credited.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Span;

/// Who is credited with an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AttributionTerms {
    /// How credit is shared within the tier that decides.
    pub model: Model,
    /// How long before the order a touch counts.
    pub window: Span,
    /// The return window: between accrual and clearing.
    pub hold: Span,
    /// How long streams of different speed may take to meet.
    pub grace: Span,
    /// A click younger than this at the order does not count.
    pub min_click_to_order: Span,
    /// The half-life of `time_decay`.
    pub half_life: Span,
    /// The tiers, strongest first.
    pub precedence: Vec<Tier>,
    /// Whether views may be credited.
    pub views: bool,
    /// Whether exactly one live, disclosed post that names a product of the order may be credited.
    pub posts: bool,
    /// Whether a shopper's first credited order binds all their later ones to the same ambassadors.
    pub lifetime: bool,
}

impl Default for AttributionTerms {
    fn default() -> Self {
        Self {
            model: Model::LastTouch,
            window: Span::days(30),
            hold: Span::days(30),
            grace: Span::hours(24),
            min_click_to_order: Span::ZERO,
            half_life: Span::days(7),
            precedence: Tier::DEFAULT.to_vec(),
            views: true,
            posts: false,
            lifetime: false,
        }
    }
}

/// How credit is shared within a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// All to the last.
    LastTouch,
    /// All to the first.
    FirstTouch,
    /// Alike.
    Linear,
    /// 40 % first, 40 % last, 20 % between.
    PositionBased,
    /// The younger the more.
    TimeDecay,
}

/// Where a claim to an order comes from, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// A person's decision; always first.
    Override,
    /// A code with mode `always`.
    Code,
    /// A renewal inherits the first order's credit, or the shopper is bound for life.
    Binding,
    /// A workshop or event.
    Workshop,
    /// A click or a QR scan.
    Click,
    /// A code with mode `fallback`.
    FallbackCode,
    /// A view.
    View,
    /// A post, where the terms opt in.
    Post,
}

impl Tier {
    /// Override, code, binding, workshop, click, then fallback codes, views and posts.
    pub const DEFAULT: [Self; 8] = [
        Self::Override,
        Self::Code,
        Self::Binding,
        Self::Workshop,
        Self::Click,
        Self::FallbackCode,
        Self::View,
        Self::Post,
    ];

    /// The tier's name as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Override => "override",
            Self::Code => "code",
            Self::Binding => "binding",
            Self::Workshop => "workshop",
            Self::Click => "click",
            Self::FallbackCode => "fallback_code",
            Self::View => "view",
            Self::Post => "post",
        }
    }
}
