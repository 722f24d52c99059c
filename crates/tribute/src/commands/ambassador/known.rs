//! What is known of a person already, beside what a row of a list says of them.

use serde_json::Value;
use tribute_events::{AmbassadorChange, AmbassadorChanged, AmbassadorId};
use tribute_terms::{Ambassador, Mark, Profile, Program, Standing, View};

/// A person of a program, as the facts know them.
pub(super) struct Known<'a> {
    pub(super) program: &'a Program,
    pub(super) person: &'a Ambassador,
    pub(super) who: &'a AmbassadorId,
    pub(super) view: View,
}

impl Known<'_> {
    /// Whether a change of standing says what is so, or was the last that was said: what came of an application since is
    /// no reason to apply again.
    pub(super) fn stands(&self, change: AmbassadorChange) -> bool {
        let wanted = Standing::after(change);
        let standing = self.program.standing(self.who, self.view);
        let seen = self.person.changes().filter(|fact| self.view.sees(fact.time, fact.recorded));
        let last = seen.map(|fact| fact.what.0).filter(|it| *it != AmbassadorChange::Updated).last();
        standing.is_some() && (wanted.is_none() || wanted == standing || last == Some(change))
    }

    /// What of a row's payload is not known, with whom it is about; nothing where everything is. `said` is the payload as
    /// the facts would hold it.
    pub(super) fn rest_of(&self, mut data: Value, said: &AmbassadorChanged) -> Option<Value> {
        let profile = self.person.profile(self.view);
        let fields = data.as_object_mut()?;
        for (field, is_known) in self.whole_fields(said, &profile) {
            if is_known {
                fields.remove(field);
            }
        }
        let goes_by = |mark: Mark| self.program.goes_by(self.who, &mark, self.view);
        let lists = [
            ("accounts", said.accounts.iter().map(|it| profile.accounts.contains(it)).collect::<Vec<_>>()),
            ("email_hashes", said.email_hashes.iter().map(|it| goes_by(Mark::Email(it.clone()))).collect()),
            (
                "payment_hashes",
                said.payment_hashes.iter().map(|it| goes_by(Mark::Payment(it.clone()))).collect(),
            ),
            ("handles", said.handles.iter().map(|it| profile.handles.contains(it)).collect()),
        ];
        for (field, known) in lists {
            let Some(Value::Array(items)) = fields.get_mut(field) else { continue };
            let mut known = known.into_iter();
            items.retain(|_| !known.next().unwrap_or_default());
            if items.is_empty() {
                fields.remove(field);
            }
        }
        let is_about_nothing = fields.keys().all(|field| matches!(field.as_str(), "program" | "ambassador"));
        (!is_about_nothing).then_some(data)
    }

    /// The fields that are known as a whole or not at all.
    fn whole_fields(&self, said: &AmbassadorChanged, known: &Profile) -> [(&'static str, bool); 12] {
        fn same<T: PartialEq>(said: Option<&T>, known: Option<&T>) -> bool {
            said.is_none() || said == known
        }
        let came_by = self.last(|it| it.recruiter_link.as_ref());
        let reason = self.last(|it| it.reason.as_ref());
        [
            ("payout_currency", same(said.payout_currency.as_ref(), known.payout_currency.as_ref())),
            ("platform", same(said.platform.as_ref(), known.platform.as_ref())),
            ("followers", same(said.followers.as_ref(), known.followers.as_ref())),
            ("region", same(said.region.as_ref(), known.region.as_ref())),
            ("campus", same(said.campus.as_ref(), known.campus.as_ref())),
            ("recruiter", same(said.recruiter.as_ref(), known.recruiter.as_ref())),
            ("recruiter_link", same(said.recruiter_link.as_ref(), came_by)),
            ("niches", said.niches.is_empty() || said.niches == known.niches),
            ("audience", said.audience.is_empty() || said.audience == known.audience),
            ("tax_form", same(said.tax_form.as_ref(), known.tax_form.as_ref())),
            (
                "payment_details_verified",
                same(said.payment_details_verified.as_ref(), known.payment_details_verified.as_ref()),
            ),
            ("reason", same(said.reason.as_ref(), reason)),
        ]
    }

    /// The last word on something that is no part of what is known of the person.
    fn last<'s, T>(&'s self, field: impl Fn(&'s AmbassadorChanged) -> Option<&'s T>) -> Option<&'s T> {
        let seen = self.person.changes().filter(|fact| self.view.sees(fact.time, fact.recorded));
        seen.filter_map(|fact| field(&fact.what.1)).last()
    }
}
