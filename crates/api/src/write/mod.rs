//! What apps write. All of it becomes events, which go the way of every other event.

mod adjustments;
mod claims;
mod content;
mod decision;
mod events;
mod key;
mod people;
mod quarantine;
mod terms;
mod tracking;

pub(crate) use key::{Besides, Said, WriteKey, Written};

use crate::http::operation::Operation;

pub(crate) fn operations() -> Vec<Operation> {
    [
        events::operations(),
        terms::operations(),
        people::operations(),
        tracking::operations(),
        content::operations(),
        decision::operations(),
        claims::operations(),
        adjustments::operations(),
        quarantine::operations(),
    ]
    .concat()
}
