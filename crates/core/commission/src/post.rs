use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use tribute_events::{
    Event, EventId, Metrics, Payload, PostId, PostPublished, PostReviewed, ReviewVerdict, Timestamp,
};

/// One fact about a post, with its two times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostFact<T> {
    /// When it happened.
    pub at: Timestamp,
    /// When it was recorded.
    pub recorded: Timestamp,
    /// The event that says so.
    pub id: EventId,
    /// Who said so.
    pub source: SmolStr,
    /// What it says.
    pub what: T,
}

impl<T> PostFact<T> {
    fn of(event: &Event, what: T) -> Self {
        Self {
            at: event.time,
            recorded: event.recorded,
            id: event.id.clone(),
            source: event.source.clone(),
            what,
        }
    }

    fn order(&self) -> (Timestamp, &EventId, Timestamp, &SmolStr) {
        (self.at, &self.id, self.recorded, &self.source)
    }
}

/// Everything that is known of one post. The facts may arrive in any order.
///
/// The earliest publication tells who published it and when; a later one edits its hashtags, kind and platform
/// from its time on. Counts are cumulative: of its measurements only those are kept that show more interactions
/// than every one before them, or as many and more views.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PostFacts {
    post: Option<PostId>,
    documents: Vec<PostFact<PostPublished>>,
    measurements: Vec<PostFact<Metrics>>,
    reviews: Vec<PostFact<ReviewVerdict>>,
    removals: Vec<PostFact<()>>,
    /// What reviews say besides their verdicts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    remarks: Vec<PostFact<Remark>>,
}

/// What a review says besides its verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remark {
    /// Why.
    pub reason: Option<String>,
    /// Who looked.
    pub by: Option<String>,
    /// Until when the brand may use the post.
    pub usage_rights_until: Option<Timestamp>,
}

impl PostFacts {
    /// Folds an event in. `false` where nothing changed: a fact already known, an event of another kind, or of
    /// another post.
    pub fn add(&mut self, event: &Event) -> bool {
        let Some(post) = post_of(&event.payload) else { return false };
        if self.post.get_or_insert_with(|| post.clone()) != post {
            return false;
        }
        match &event.payload {
            Payload::PostPublished(what) => insert(&mut self.documents, PostFact::of(event, what.clone())),
            Payload::PostMeasured(what) => self.measure(PostFact::of(event, what.metrics)),
            Payload::PostReviewed(what) => {
                let PostReviewed { reason, by, usage_rights_until, .. } = what.clone();
                if reason.is_some() || by.is_some() || usage_rights_until.is_some() {
                    insert(&mut self.remarks, PostFact::of(event, Remark { reason, by, usage_rights_until }));
                }
                insert(&mut self.reviews, PostFact::of(event, what.verdict))
            }
            Payload::PostRemoved(_) => insert(&mut self.removals, PostFact::of(event, ())),
            _ => false,
        }
    }

    fn measure(&mut self, fact: PostFact<Metrics>) -> bool {
        let before = self.measurements.clone();
        insert(&mut self.measurements, fact);
        let mut most = None;
        self.measurements.retain(|fact| {
            let counts = (fact.what.interactions(), fact.what.views.unwrap_or_default());
            let more = most.is_none_or(|most| counts > most);
            most = most.max(Some(counts));
            more
        });
        self.measurements != before
    }

    /// The post; `None` while nothing is known of it.
    #[must_use]
    pub const fn post(&self) -> Option<&PostId> {
        self.post.as_ref()
    }

    /// Its publication: the earliest one by (time, event id). `None` while only later facts are known.
    #[must_use]
    pub fn published(&self) -> Option<&PostFact<PostPublished>> {
        self.documents.first()
    }

    /// Every version of it, the publication first.
    #[must_use]
    pub fn documents(&self) -> &[PostFact<PostPublished>] {
        &self.documents
    }

    /// The measurements that showed more interactions than every one before them, or as many and more views.
    #[must_use]
    pub fn measurements(&self) -> &[PostFact<Metrics>] {
        &self.measurements
    }

    /// Its reviews, by time.
    #[must_use]
    pub fn reviews(&self) -> &[PostFact<ReviewVerdict>] {
        &self.reviews
    }

    /// What its reviews say besides their verdicts, by time.
    #[must_use]
    pub fn remarks(&self) -> &[PostFact<Remark>] {
        &self.remarks
    }

    /// Until when the brand may use it, as the last review by an instant that names one says.
    #[must_use]
    pub fn usage_rights_at(&self, at: Timestamp) -> Option<Timestamp> {
        self.remarks.iter().rev().filter(|fact| fact.at <= at).find_map(|fact| fact.what.usage_rights_until)
    }

    /// Whether a person has to look at it, or to look again: it has no verdict, or was edited after the last one.
    #[must_use]
    pub fn awaits_review(&self) -> bool {
        let edited = self.documents.iter().skip(1).next_back().map(|fact| fact.at);
        self.reviews.last().is_none_or(|review| edited.is_some_and(|edit| edit > review.at))
    }

    /// Its removal: the earliest one.
    #[must_use]
    pub fn removed(&self) -> Option<&PostFact<()>> {
        self.removals.first()
    }

    /// Every removal, by its time.
    #[must_use]
    pub fn removals(&self) -> &[PostFact<()>] {
        &self.removals
    }

    /// The post as it stood at an instant; as published before that.
    #[must_use]
    pub fn document_at(&self, at: Timestamp) -> Option<&PostPublished> {
        let last = self.documents.iter().rev().find(|fact| fact.at <= at);
        last.or_else(|| self.documents.first()).map(|fact| &fact.what)
    }

    /// The counts as they stood at an instant.
    #[must_use]
    pub fn metrics_at(&self, at: Timestamp) -> Metrics {
        self.measurements.iter().rev().find(|fact| fact.at <= at).map(|fact| fact.what).unwrap_or_default()
    }

    /// The last review by an instant.
    #[must_use]
    pub fn review_at(&self, at: Timestamp) -> Option<ReviewVerdict> {
        self.reviews.iter().rev().find(|fact| fact.at <= at).map(|fact| fact.what)
    }

    /// The removal, where it came sooner than `live` milliseconds after the publication.
    #[must_use]
    pub fn removed_early(&self, live: i64) -> Option<&PostFact<()>> {
        let published = self.published()?;
        self.removed().filter(|removal| removal.at.since(published.at) < live)
    }
}

const fn post_of(payload: &Payload) -> Option<&PostId> {
    match payload {
        Payload::PostPublished(what) => Some(&what.post),
        Payload::PostMeasured(what) => Some(&what.post),
        Payload::PostReviewed(what) => Some(&what.post),
        Payload::PostRemoved(what) => Some(&what.post),
        _ => None,
    }
}

/// Keeps the list in the order of (time, id); `false` where the fact is already in it.
fn insert<T: PartialEq>(facts: &mut Vec<PostFact<T>>, fact: PostFact<T>) -> bool {
    let place = facts.partition_point(|known| known.order() < fact.order());
    if facts.get(place).is_some_and(|known| known.order() == fact.order()) {
        return false;
    }
    facts.insert(place, fact);
    true
}
