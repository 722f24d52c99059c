//! What was told in a round, for whoever tells it again.

use tribute_events::Timestamp;

use crate::arena::TICKER;

/// A segment as it was told: its facts, the tick that ended it, and what people and banks said to that.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) facts: Vec<String>,
    pub(crate) until: Timestamp,
    pub(crate) answers: Vec<String>,
}

impl Told {
    /// The tick, as it is in the log of the services.
    pub(crate) fn tick(&self) -> String {
        let at = self.until;
        format!(
            r#"{{"specversion":"1.0","id":"clock:{at}:{TICKER}","source":"/tribute/clock","type":"tribute.clock.ticked","time":"{at}","recordedtime":"{at}","data":{{"at":"{at}"}}}}"#
        )
    }
}
