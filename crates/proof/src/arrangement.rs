//! How the facts of a segment arrive: out of order within windows, some of them twice, in several deliveries.

use std::collections::BTreeMap;

use tribute_tools::Random;

use crate::world::text;

/// How far a line may be from its place.
const WINDOW: usize = 200;
/// Of a hundred lines, so many come again at once, and so many of an earlier segment come again.
const AGAIN: u64 = 3;
/// How many lines of earlier segments are remembered for coming again.
const REMEMBERED: usize = 2_000;

/// Arranges one segment after the other.
pub(crate) struct Arrangement {
    random: Random,
    before: Vec<String>,
    /// How many lines were repeated.
    pub(crate) repeated: u64,
}

impl Arrangement {
    pub(crate) const fn new(seed: u64) -> Self {
        Self { random: Random::new(seed ^ 0xA22), before: Vec::new(), repeated: 0 }
    }

    /// The deliveries of a segment, each by a process of its own. What has to stay in order is in one of them.
    pub(crate) fn deliveries(&mut self, lines: &[String], count: usize) -> Vec<Vec<String>> {
        let mut arranged = Vec::with_capacity(lines.len());
        for window in lines.chunks(WINDOW) {
            arranged.extend(self.window(window));
        }
        let mut deliveries = vec![Vec::new(); count.max(1)];
        for line in arranged {
            let number = hash(group(&line)) % u64::try_from(deliveries.len()).unwrap_or(1);
            deliveries[usize::try_from(number).unwrap_or_default()].push(line);
        }
        self.remember(lines);
        deliveries
    }

    fn window(&mut self, lines: &[String]) -> Vec<String> {
        let mut drawn: Vec<_> = lines.iter().map(|line| (self.random.bits(), line)).collect();
        drawn.sort_unstable();
        let shuffled = keep_order(lines, drawn.into_iter().map(|(_, line)| line));
        let mut arranged = Vec::with_capacity(shuffled.len());
        for line in shuffled {
            arranged.push(line.clone());
            if self.random.chance(AGAIN) {
                self.repeated += 1;
                arranged.push(line);
            }
            if !self.before.is_empty() && self.random.chance(AGAIN) {
                self.repeated += 1;
                arranged.push(self.random.pick(&self.before).clone());
            }
        }
        arranged
    }

    /// Keeps some lines, drawn evenly from all that came so far.
    fn remember(&mut self, lines: &[String]) {
        for line in lines {
            if self.before.len() < REMEMBERED {
                self.before.push(line.clone());
            } else if self.random.chance(10) {
                let place = self.random.index(REMEMBERED);
                self.before[place].clone_from(line);
            }
        }
    }
}

/// What must stay in order: the lines of one order, and those of one identity.
fn group(line: &str) -> &str {
    text(line, "order").or_else(|| text(line, "id")).unwrap_or(line)
}

/// A shuffled window in which the lines of each group are in their first order again.
fn keep_order<'l>(lines: &'l [String], shuffled: impl Iterator<Item = &'l String>) -> Vec<String> {
    let mut groups: BTreeMap<&str, Vec<&String>> = BTreeMap::new();
    for line in lines.iter().rev() {
        groups.entry(group(line)).or_default().push(line);
    }
    let next = |line: &String| groups.get_mut(group(line)).and_then(Vec::pop).cloned();
    shuffled.filter_map(next).collect()
}

fn hash(text: &str) -> u64 {
    let mix = |mixed: u64, byte: u8| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3);
    Random::new(text.bytes().fold(0xCBF2_9CE4_8422_2325, mix)).bits()
}

#[cfg(test)]
mod tests {
    use super::Arrangement;

    #[test]
    fn lines_of_one_order_keep_their_order_and_no_line_is_lost() {
        let line = |number: usize| format!("{{\"id\":\"e{number}\",\"order\":\"o{}\"}}", number % 7);
        let lines: Vec<_> = (0..500).map(line).collect();
        let deliveries = Arrangement::new(3).deliveries(&lines, 3);
        let all = deliveries.concat();
        assert!(lines.iter().all(|line| all.contains(line)) && all.len() > lines.len());
        for order in 0..7 {
            let of = |lines: &[String]| -> Vec<String> {
                let mut of: Vec<_> =
                    lines.iter().filter(|line| line.contains(&format!("\"o{order}\""))).cloned().collect();
                of.dedup();
                of
            };
            assert_eq!(of(&all), of(&lines));
        }
        assert_ne!(deliveries.concat(), lines);
    }
}
