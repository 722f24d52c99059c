use tribute_events::PayoutId;

use super::latin::Alphabet;
use crate::Refusal;

/// The longest `EndToEndId`.
const END_TO_END_MAX: usize = 35;
/// The length of NACHA's individual identification number.
const INDIVIDUAL_MAX: usize = 15;

/// The `EndToEndId` of a payout: the payout's id with `-` for `_`, which SEPA does not carry.
///
/// `po_437adab3626725e4fab6` becomes `po-437adab3626725e4fab6`.
///
/// # Errors
/// Where the id is longer than 35 characters, holds one that SEPA does not carry, or has a `/` where SEPA allows none (at
/// an end, or two together). No id that Tribute gives is like that.
pub fn end_to_end_id(payout: &PayoutId) -> Result<String, Refusal> {
    let field = "id";
    let id = payout.as_str().replace('_', "-");
    let refused = |character| Refusal::Character { field, character, rail: "SEPA" };
    if let Some(character) = id.chars().find(|it| !Alphabet::Sepa.carries(*it) || *it == ' ') {
        return Err(refused(character));
    }
    if id.starts_with('/') || id.ends_with('/') || id.contains("//") {
        return Err(refused('/'));
    }
    if id.len() > END_TO_END_MAX {
        return Err(Refusal::TooLong { field, length: id.len(), max: END_TO_END_MAX });
    }
    Ok(id)
}

/// NACHA's individual identification number of a payout: the last 15 letters and digits of the payout's id in capitals,
/// 60 bits of its digest.
///
/// `po_437adab3626725e4fab6` becomes `AB3626725E4FAB6`.
///
/// # Errors
/// Where the id holds anything but ASCII.
pub fn individual_id(payout: &PayoutId) -> Result<String, Refusal> {
    let id = payout.as_str();
    if let Some(character) = id.chars().find(|it| !Alphabet::Ascii.carries(*it)) {
        return Err(Refusal::Character { field: "id", character, rail: "NACHA" });
    }
    let kept: Vec<char> = id.chars().filter(char::is_ascii_alphanumeric).collect();
    let last = kept.iter().skip(kept.len().saturating_sub(INDIVIDUAL_MAX));
    Ok(last.map(char::to_ascii_uppercase).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_come_from_the_payout_alone() {
        let id = PayoutId::trusted("po_437adab3626725e4fab6");
        assert_eq!(end_to_end_id(&id).unwrap(), "po-437adab3626725e4fab6");
        assert_eq!(individual_id(&id).unwrap(), "AB3626725E4FAB6");
    }

    #[test]
    fn an_id_that_cannot_be_written_is_refused() {
        for id in ["po 1", "po#1", "pö", "/po", "po/", "p//o", &"p".repeat(36)] {
            assert!(end_to_end_id(&PayoutId::trusted(id)).is_err(), "{id}");
        }
        assert!(individual_id(&PayoutId::trusted("pö")).is_err());
    }
}
