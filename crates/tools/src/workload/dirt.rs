//! Copies, contradictions and poison.

use super::{
    Workload,
    lines::{Times, event},
    setup::instant,
};

/// In a million lines: poison, exact copies, orders told otherwise.
const POISON: u64 = 100;
const DUPLICATES: u64 = 10_000;
const REVISIONS: u64 = 500;

impl Workload {
    /// The line of the present slot, if it is to be dirt.
    pub(super) fn dirty_line(&mut self) -> Option<String> {
        let roll = self.random.below(1_000_000);
        if roll < POISON {
            return Some(self.poison());
        }
        if roll < POISON + DUPLICATES {
            let line = self.recent.pick(&mut self.random)?.clone();
            self.tally.duplicates += 1;
            return Some(line);
        }
        if roll < POISON + DUPLICATES + REVISIONS { self.revision() } else { None }
    }

    /// A recent order under another event id, with one more of its first line.
    fn revision(&mut self) -> Option<String> {
        let sale = self.sales.pick(&mut self.random)?;
        if sale.refunded {
            return None;
        }
        sale.revise();
        let revised = sale.clone();
        self.tally.revisions += 1;
        let number = self.number();
        Some(revised.written(number, Times::at(instant(self.slot))))
    }

    /// A line that no reader accepts: cut off, money as a number, an unknown type, no payload.
    fn poison(&mut self) -> String {
        self.tally.poison += 1;
        let number = self.number();
        let (id, times) = (format_args!("x{number:011}"), Times::at(instant(self.slot)));
        match self.random.below(4) {
            0 => {
                let mut line = event("click.recorded", id, 0, times, format_args!("{{}}"));
                line.truncate(line.len() / 2);
                line
            }
            1 => event(
                "sale.completed",
                id,
                0,
                times,
                format_args!(
                    r#"{{"order":"x{number:011}","currency":"USD","lines":[{{"sku":"k0001","quantity":1,"amount":19.99}}]}}"#
                ),
            ),
            2 => event("parcel.weighed", id, 0, times, format_args!(r#"{{"grams":420}}"#)),
            _ => event("click.recorded", id, 0, times, format_args!("null")),
        }
    }
}
