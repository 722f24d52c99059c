//! Roles, and what each may do.

use std::{fmt, str::FromStr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What somebody is to a brand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the brand's programs: everything.
    BrandAdmin,
    /// Looks after ambassadors, content, codes and missions. No money goes out by them.
    Marketer,
    /// Approves and exports payouts, settles, corrects.
    Finance,
    /// Sees their own, and nobody else's.
    Ambassador,
    /// An app that asks on behalf of ambassadors, one at a time.
    App,
    /// Sees everything and changes nothing.
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::BrandAdmin, Self::Marketer, Self::Finance, Self::Ambassador, Self::App, Self::Auditor];

    /// The role as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BrandAdmin => "brand_admin",
            Self::Marketer => "marketer",
            Self::Finance => "finance",
            Self::Ambassador => "ambassador",
            Self::App => "app",
            Self::Auditor => "auditor",
        }
    }

    /// Whether they see an ambassador's own data only.
    #[must_use]
    pub const fn is_own_only(self) -> bool {
        matches!(self, Self::Ambassador | Self::App)
    }

    /// Whether the role allows a scope.
    #[must_use]
    pub fn allows(self, scope: Scope) -> bool {
        match self {
            Self::BrandAdmin => true,
            Self::Auditor => scope.is_read(),
            Self::Marketer => MARKETER.contains(&scope),
            Self::Finance => FINANCE.contains(&scope),
            Self::Ambassador => OWN.contains(&scope),
            Self::App => OWN.contains(&scope) || APP.contains(&scope),
        }
    }
}

/// What an operation needs, `things:read` or `things:write`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope(&'static str);

macro_rules! scopes {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        impl Scope {
            $($(#[$doc])* pub const $name: Self = Self($text);)*
            /// Every scope.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

scopes! {
    /// Events of any kind, as a shop sends them.
    EVENTS_WRITE = "events:write";
    /// Programs and their terms.
    PROGRAMS_READ = "programs:read";
    /// New terms.
    PROGRAMS_WRITE = "programs:write";
    /// Applications to programs.
    APPLICATIONS_WRITE = "applications:write";
    /// Ambassadors and their standings.
    AMBASSADORS_READ = "ambassadors:read";
    /// Decisions on ambassadors.
    AMBASSADORS_WRITE = "ambassadors:write";
    /// Codes and links.
    LINKS_READ = "links:read";
    /// Codes and links that are issued or withdrawn.
    LINKS_WRITE = "links:write";
    /// Posts and their reviews.
    CONTENT_READ = "content:read";
    /// Posts and verdicts on them.
    CONTENT_WRITE = "content:write";
    /// Missions.
    MISSIONS_READ = "missions:read";
    /// Sales with who is credited, and why.
    CONVERSIONS_READ = "conversions:read";
    /// Earnings.
    EARNINGS_READ = "earnings:read";
    /// Balances.
    BALANCES_READ = "balances:read";
    /// Tokens, perks, badges.
    REWARDS_READ = "rewards:read";
    /// What becomes of rewards.
    REWARDS_WRITE = "rewards:write";
    /// Payouts.
    PAYOUTS_READ = "payouts:read";
    /// Approval of payouts, what banks say of them, and corrections of the books by hand.
    PAYOUTS_WRITE = "payouts:write";
    /// Corrections of the books by hand.
    ADJUSTMENTS_READ = "adjustments:read";
    /// Statements for people.
    STATEMENTS_READ = "statements:read";
    /// Boards.
    BOARDS_READ = "boards:read";
    /// The funnel from reach to cost.
    FUNNEL_READ = "funnel:read";
    /// Explanations.
    EXPLAIN_READ = "explain:read";
    /// What was put aside.
    QUARANTINE_READ = "quarantine:read";
    /// Retries of what was put aside.
    QUARANTINE_WRITE = "quarantine:write";
    /// What looks like fraud.
    FINDINGS_READ = "findings:read";
    /// Claims of an ambassador.
    DISPUTES_READ = "disputes:read";
    /// Claims of an ambassador.
    DISPUTES_WRITE = "disputes:write";
    /// Decisions on holds, findings and claims.
    DECISIONS_WRITE = "decisions:write";
    /// The live stream.
    STREAM_READ = "stream:read";
    /// Webhook endpoints and their deliveries.
    WEBHOOKS_READ = "webhooks:read";
    /// Webhook endpoints that are made or changed.
    WEBHOOKS_WRITE = "webhooks:write";
    /// Erasure of people.
    PEOPLE_WRITE = "people:write";
    /// API keys.
    KEYS_READ = "keys:read";
    /// API keys that are made or revoked.
    KEYS_WRITE = "keys:write";
}

const MARKETER: &[Scope] = &[
    Scope::APPLICATIONS_WRITE,
    Scope::FINDINGS_READ,
    Scope::PROGRAMS_READ,
    Scope::PROGRAMS_WRITE,
    Scope::AMBASSADORS_READ,
    Scope::AMBASSADORS_WRITE,
    Scope::LINKS_READ,
    Scope::LINKS_WRITE,
    Scope::CONTENT_READ,
    Scope::CONTENT_WRITE,
    Scope::MISSIONS_READ,
    Scope::CONVERSIONS_READ,
    Scope::EARNINGS_READ,
    Scope::REWARDS_READ,
    Scope::REWARDS_WRITE,
    Scope::BOARDS_READ,
    Scope::FUNNEL_READ,
    Scope::EXPLAIN_READ,
    Scope::QUARANTINE_READ,
    Scope::DISPUTES_READ,
    Scope::STREAM_READ,
];

const FINANCE: &[Scope] = &[
    Scope::FINDINGS_READ,
    Scope::PROGRAMS_READ,
    Scope::AMBASSADORS_READ,
    Scope::CONVERSIONS_READ,
    Scope::EARNINGS_READ,
    Scope::BALANCES_READ,
    Scope::REWARDS_READ,
    Scope::PAYOUTS_READ,
    Scope::PAYOUTS_WRITE,
    Scope::ADJUSTMENTS_READ,
    Scope::STATEMENTS_READ,
    Scope::FUNNEL_READ,
    Scope::EXPLAIN_READ,
    Scope::QUARANTINE_READ,
    Scope::DISPUTES_READ,
    Scope::DECISIONS_WRITE,
    Scope::STREAM_READ,
];

const OWN: &[Scope] = &[
    Scope::APPLICATIONS_WRITE,
    Scope::PROGRAMS_READ,
    Scope::AMBASSADORS_READ,
    Scope::LINKS_READ,
    Scope::CONTENT_READ,
    Scope::MISSIONS_READ,
    Scope::CONVERSIONS_READ,
    Scope::EARNINGS_READ,
    Scope::BALANCES_READ,
    Scope::REWARDS_READ,
    Scope::PAYOUTS_READ,
    Scope::STATEMENTS_READ,
    Scope::BOARDS_READ,
    Scope::EXPLAIN_READ,
    Scope::DISPUTES_READ,
    Scope::DISPUTES_WRITE,
    Scope::STREAM_READ,
];

/// What an app may besides: it is told by webhook what it would have to ask for.
const APP: &[Scope] = &[Scope::WEBHOOKS_READ, Scope::WEBHOOKS_WRITE];

impl Scope {
    /// The scope as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// Whether it only looks.
    #[must_use]
    pub fn is_read(self) -> bool {
        self.0.ends_with(":read")
    }
}

/// A word that is none of those that are known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is no {kind}; there are {known}")]
pub struct UnknownWord {
    word: String,
    kind: &'static str,
    known: String,
}

fn one_of<T: Copy>(
    word: &str,
    kind: &'static str,
    all: &[T],
    name: impl Fn(T) -> &'static str,
) -> Result<T, UnknownWord> {
    let found = all.iter().copied().find(|one| name(*one) == word);
    found.ok_or_else(|| {
        let known = all.iter().map(|one| name(*one)).collect::<Vec<_>>().join(", ");
        UnknownWord { word: word.to_owned(), kind, known }
    })
}

impl FromStr for Role {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        one_of(word, "role", &Self::ALL, Self::as_str)
    }
}

impl FromStr for Scope {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        one_of(word, "scope", Self::ALL, Self::as_str)
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_auditor_changes_nothing_and_an_ambassador_approves_nothing() {
        for scope in Scope::ALL {
            assert_eq!(Role::Auditor.allows(*scope), scope.as_str().ends_with(":read"), "{scope}");
            assert_eq!(scope.as_str().parse(), Ok(*scope));
        }
        for role in [Role::Marketer, Role::Ambassador, Role::App] {
            assert!(!role.allows(Scope::PAYOUTS_WRITE) && !role.allows(Scope::KEYS_WRITE), "{role}");
        }
        assert!(Role::Finance.allows(Scope::PAYOUTS_WRITE) && !Role::Finance.allows(Scope::PROGRAMS_WRITE));
    }
}
