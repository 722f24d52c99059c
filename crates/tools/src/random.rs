/// splitmix64: a small generator with 64 bits of state. For tools only; nothing that decides draws numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator; the same seed gives the same numbers for ever.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        let product = u128::from(self.bits()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// An index of a list of `length` elements; 0 for an empty one.
    pub fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(u64::try_from(length).unwrap_or_default())).unwrap_or_default()
    }

    /// A number from `first` to `last`, both included.
    pub fn between(&mut self, first: i64, last: i64) -> i64 {
        let count = last.abs_diff(first).saturating_add(1);
        first.saturating_add_unsigned(self.below(count))
    }

    /// Whether a chance of `percent` in a hundred came true.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of a list that is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.index(list.len())]
    }
}

/// Ranks drawn with weights 1, 1/2, 1/3, … (Zipf's law with exponent 1), by a table of whole numbers.
#[derive(Debug, Clone)]
pub struct Zipf {
    cumulative: Vec<u64>,
}

impl Zipf {
    /// The table for so many ranks.
    #[must_use]
    pub fn new(ranks: u32) -> Self {
        let mut total = 0_u64;
        let mut next = |rank: u32| {
            total += (1 << 40) / u64::from(rank);
            total
        };
        Self { cumulative: (1..=ranks.max(1)).map(&mut next).collect() }
    }

    /// A rank from 0; the smaller, the likelier.
    pub fn draw(&self, random: &mut Random) -> u32 {
        let total = self.cumulative.last().copied().unwrap_or(1);
        let point = random.below(total);
        let rank = self.cumulative.partition_point(|&upper| upper <= point);
        u32::try_from(rank).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        let mut random = Random::new(1_234_567);
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn ranks_follow_the_law() {
        let (ranks, mut random, mut counts) = (Zipf::new(100), Random::new(7), [0_u32; 100]);
        for _ in 0..100_000 {
            counts[ranks.draw(&mut random) as usize] += 1;
        }
        let expected = 100_000 * 1_000 / 5_187;
        assert!(counts[0].abs_diff(expected) < expected / 20, "{}", counts[0]);
        assert!(counts[0].abs_diff(2 * counts[1]) < counts[0] / 10);
        assert!(counts[99] > 0);
    }
}
