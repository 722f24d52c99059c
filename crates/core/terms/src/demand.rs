//! What a condition demands of one fact, and which two demands no fact can meet.

use smol_str::SmolStr;

use crate::{Conditions, Customer, PostFee, PostRequirement, Tier};

/// Something that must be so for a condition to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Demand {
    /// The fact: `order.net`.
    pub(crate) name: SmolStr,
    pub(crate) of: Demanded,
    /// As it is written, or in words.
    pub(crate) shown: String,
}

/// What is demanded of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Demanded {
    /// A number from the first to the last, both included.
    Within(i64, i64),
    NotNumber(i64),
    /// One of these texts; without regard to case where the second one says so.
    OneOf(Vec<SmolStr>, bool),
    NoneOf(Vec<SmolStr>),
    Is(bool),
    /// A text in the list.
    Has(SmolStr),
    HasNot(SmolStr),
}

impl Demand {
    pub(crate) fn new(name: &str, of: Demanded, shown: impl Into<String>) -> Self {
        Self { name: name.into(), of, shown: shown.into() }
    }

    /// Whether no fact can meet both.
    fn excludes(&self, other: &Self) -> bool {
        use Demanded::{Has, HasNot, Is, NoneOf, NotNumber, OneOf, Within};
        self.name == other.name
            && match (&self.of, &other.of) {
                (Within(from, to), Within(start, end)) => from.max(start) > to.min(end),
                (Within(from, to), NotNumber(number)) | (NotNumber(number), Within(from, to)) => {
                    from == number && to == number
                }
                (OneOf(these, folded), OneOf(those, also)) => {
                    let same = |a: &SmolStr, b: &SmolStr| {
                        if *folded || *also { a.to_lowercase() == b.to_lowercase() } else { a == b }
                    };
                    !these.iter().any(|it| those.iter().any(|other| same(it, other)))
                }
                (OneOf(these, false), NoneOf(those)) | (NoneOf(those), OneOf(these, false)) => {
                    these.iter().all(|it| those.contains(it))
                }
                (Is(this), Is(that)) => this != that,
                (Has(this), HasNot(that)) | (HasNot(that), Has(this)) => this == that,
                _ => false,
            }
    }

    /// Why no fact can meet it alone.
    fn is_vain(&self) -> Option<String> {
        match &self.of {
            Demanded::Within(from, to) if from > to => Some(format!("`{}` holds for no number", self.shown)),
            Demanded::Has(tag)
                if self.name == "post.hashtags"
                    && tag.as_str() != tag.trim_start_matches('#').to_lowercase() =>
            {
                let right = tag.trim_start_matches('#').to_lowercase();
                Some(format!(
                    "`{}`: hashtags are seen without # and in small letters; write '{right}'",
                    self.shown
                ))
            }
            _ => None,
        }
    }
}

/// Why these cannot all be met; `None` where they might.
pub(crate) fn conflict(demands: &[&Demand]) -> Option<String> {
    if let Some(why) = demands.iter().find_map(|it| it.is_vain()) {
        return Some(why);
    }
    demands.iter().enumerate().find_map(|(number, later)| {
        let earlier = demands.iter().take(number).find(|it| it.excludes(later))?;
        Some(format!("`{}` and `{}` exclude each other; change one of them", earlier.shown, later.shown))
    })
}

/// What is so of every order or post, whatever the rule says.
pub(crate) fn always(name: &str) -> Option<Demand> {
    let number = |from, to| {
        Demand::new(name, Demanded::Within(from, to), format!("{name} lies between {from} and {to}"))
    };
    let texts = |known: Vec<&str>| {
        let shown = format!("{name} is one of {}", known.join(", "));
        Demand::new(name, Demanded::OneOf(known.into_iter().map(SmolStr::from).collect(), false), shown)
    };
    Some(match name.split_once('.')?.1 {
        "month" => number(1, 12),
        "weekday" => number(1, 7),
        "hour" => number(0, 23),
        "followers" => Demand::new(name, Demanded::Within(0, i64::MAX), format!("{name} >= 0")),
        "credited_by" => texts(Tier::DEFAULT.into_iter().map(Tier::as_str).chain(["none"]).collect()),
        "credited_kind" => {
            texts(vec!["click", "qr", "view", "code", "binding", "workshop", "post", "override"])
        }
        _ => return None,
    })
}

fn listed(name: &str, key: &str, list: &[impl AsRef<str>], folded: bool) -> Option<Demand> {
    let texts: Vec<SmolStr> = list.iter().map(|it| it.as_ref().into()).collect();
    let shown = format!("{key} = [\"{}\"]", texts.join("\", \""));
    (!texts.is_empty()).then(|| Demand::new(name, Demanded::OneOf(texts, folded), shown))
}

impl Conditions {
    /// What the conditions beside the expression demand.
    pub(crate) fn demands(&self) -> Vec<Demand> {
        let customer = self.customer.map(|customer| {
            let (returning, word) = match customer {
                Customer::New => (false, "new"),
                Customer::Returning => (true, "returning"),
            };
            Demand::new("order.returning", Demanded::Is(returning), format!("customer = \"{word}\""))
        });
        let followers =
            |of, key: &str, bound: u64| Demand::new("ambassador.followers", of, format!("{key} = {bound}"));
        let largest = |bound: Option<u64>| bound.filter(|_| self.followers_on.is_none());
        let number = |bound: u64| i64::try_from(bound).unwrap_or(i64::MAX);
        let from = largest(self.followers_from)
            .map(|it| followers(Demanded::Within(number(it), i64::MAX), "followers_from", it));
        let below = largest(self.followers_below)
            .map(|it| followers(Demanded::Within(0, number(it).saturating_sub(1)), "followers_below", it));
        let lists = [
            listed("ambassador.id", "ambassadors", &self.ambassadors, false),
            listed("order.channel", "channels", &self.channels, false),
            listed("order.region", "regions", &self.regions, false),
            listed("ambassador.tier", "tiers", &self.tiers, false),
        ];
        [customer, from, below].into_iter().chain(lists).flatten().collect()
    }
}

impl PostFee {
    /// What the conditions beside the expression demand.
    pub(crate) fn demands(&self) -> Vec<Demand> {
        of_post(&self.kinds, &self.platforms)
    }
}

impl PostRequirement {
    /// What the conditions beside the expression demand.
    pub(crate) fn demands(&self) -> Vec<Demand> {
        of_post(&self.kinds, &self.platforms)
    }
}

fn of_post(kinds: &[SmolStr], platforms: &[SmolStr]) -> Vec<Demand> {
    let kinds = listed("post.kind", "kinds", kinds, true);
    kinds.into_iter().chain(listed("post.platform", "platforms", platforms, true)).collect()
}
