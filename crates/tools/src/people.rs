//! Lists of people for `tribute ambassador import`, of any length: for trying and timing enrolments in bulk.

use crate::Random;

/// What a list of people begins with.
pub const HEADER: &str = "ambassador,status,platform,followers,region,campus,recruiter,code";

const REGIONS: [&str; 4] = ["US-CA", "US-NY", "US-TX", "US-OH"];
const CAMPUSES: u64 = 50;

/// The lines of a list of `count` approved people, the header first. Each has followers, a campus and a code of
/// their own; every other one was recruited by somebody earlier in the list.
///
/// ```
/// let lines: Vec<String> = tribute_tools::people::list(2, 1).collect();
/// assert_eq!(lines[0], tribute_tools::people::HEADER);
/// assert_eq!(lines.len(), 3);
/// ```
pub fn list(count: u64, seed: u64) -> impl Iterator<Item = String> {
    let mut random = Random::new(seed);
    let people = (0..count).map(move |number| {
        let followers = 500 + random.below(20_000);
        let (region, campus) = (*random.pick(&REGIONS), random.below(CAMPUSES));
        let recruiter = if number > 0 && random.chance(50) {
            format!("person-{}", random.below(number))
        } else {
            String::new()
        };
        format!(
            "person-{number},approved,insta,{followers},{region},campus-{campus},{recruiter},CODE{number}"
        )
    });
    std::iter::once(HEADER.to_owned()).chain(people)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recruiters_stand_before_their_recruits_and_one_seed_gives_one_list() {
        let lines: Vec<String> = list(1_000, 7).collect();
        assert_eq!(lines, list(1_000, 7).collect::<Vec<_>>());
        let mut recruited = 0;
        for (number, line) in lines[1..].iter().enumerate() {
            let fields: Vec<&str> = line.split(',').collect();
            assert_eq!(fields.len(), HEADER.split(',').count());
            if let Some(earlier) = fields[6].strip_prefix("person-") {
                assert!(earlier.parse::<usize>().unwrap() < number);
                recruited += 1;
            }
        }
        assert!((400..600).contains(&recruited), "{recruited}");
    }
}
