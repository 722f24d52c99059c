use tribute_events::{AmbassadorId, PayoutId, Rejection, RejectionCode, Timestamp};
use tribute_money::{Asset, Millionths};
use tribute_terms::{Program, Terms, View};

/// What bears on whether somebody may approve a payout.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// Who asked for its run; a run of the schedule was asked for by nobody.
    pub proposed_by: Option<&'a str>,
    /// Who entered how its ambassador is paid.
    pub entered_by: Option<&'a str>,
    /// Who approved it so far.
    pub approved_by: Vec<&'a str>,
    /// Whether two people must approve it.
    pub two: bool,
}

/// What an approval comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// It is approved.
    Complete,
    /// Another person must approve it too.
    OneMore,
}

impl Asked<'_> {
    /// Whether the terms ask for two approvals of a payout of this balance: from their threshold on, and where it is in
    /// another currency, which nothing compares with the threshold.
    #[must_use]
    pub fn two(terms: &Terms, asset: &Asset, balance: i64) -> bool {
        let Some(from) = terms.payout.second_approval_from else { return false };
        let exponent = asset.exponent().ok().filter(|_| *asset == terms.program.currency);
        let worth = exponent.and_then(|exponent| Millionths::from_minor(balance, exponent).ok());
        worth.is_none_or(|worth| worth >= from)
    }
}

/// Whether `by` may approve a payout: whoever asked for its run, entered how it is paid, or approved it already may not.
/// Names are compared without regard to case and space around them.
///
/// # Errors
/// [`RejectionCode::NotPossible`], with a sentence that says who must approve it instead.
pub fn may_approve(payout: &PayoutId, by: &str, asked: &Asked<'_>) -> Result<Approval, Rejection> {
    let refused = |why: String| {
        let reason =
            format!("payout `{payout}` is not approved by {by}: {why}; another person must approve it");
        Err(Rejection::new(RejectionCode::NotPossible, reason))
    };
    if by.trim().is_empty() {
        let reason = format!("payout `{payout}` is not approved: nobody is named who approves it");
        return Err(Rejection::new(RejectionCode::NotPossible, reason));
    }
    if asked.proposed_by.is_some_and(|it| same_name(it, by)) {
        return refused("they asked for its run".to_owned());
    }
    if asked.entered_by.is_some_and(|it| same_name(it, by)) {
        return refused("they entered how its ambassador is paid".to_owned());
    }
    if asked.approved_by.iter().any(|it| same_name(it, by)) {
        return refused("they approved it already".to_owned());
    }
    Ok(if asked.two && asked.approved_by.is_empty() { Approval::OneMore } else { Approval::Complete })
}

/// Why a payout does not go on although its status would let it. It reads as a sentence that says what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Bar {
    /// Payouts to its ambassador were put on hold.
    #[error("{who} is on hold: {why}; release the hold, or cancel the payout")]
    OnHold {
        /// The ambassador.
        who: AmbassadorId,
        /// What was said.
        why: String,
    },
    /// Nobody approved where the money goes.
    #[error("how {who} is paid was entered at {since}, after it was approved; approve it once more")]
    NewDetails {
        /// The ambassador.
        who: AmbassadorId,
        /// Since when it is what it is.
        since: Timestamp,
    },
}

/// What bars a payout at an instant. `approved_at` is absent where it is not approved yet, or needs no approval.
#[must_use]
pub fn barred(
    program: &Program,
    who: &AmbassadorId,
    at: Timestamp,
    approved_at: Option<Timestamp>,
) -> Option<Bar> {
    if let Some(why) = program.ambassador(who).and_then(|known| known.held(at)) {
        return Some(Bar::OnHold { who: who.clone(), why: why.to_owned() });
    }
    let since = program.papers(who).and_then(|papers| papers.entered_at(View::at(at)))?;
    (since > approved_at?).then(|| Bar::NewDetails { who: who.clone(), since })
}

/// Whether two names by which people said who they are name one of them: whoever stands behind a thing does not stand for it
/// a second time by capitals or blanks.
#[must_use]
pub fn same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approve(by: &str, asked: &Asked<'_>) -> Result<Approval, String> {
        may_approve(&PayoutId::trusted("po_1"), by, asked).map_err(|why| why.reason)
    }

    #[test]
    fn who_proposed_or_entered_does_not_approve() {
        let asked = Asked { proposed_by: Some("Rita"), entered_by: Some("ed"), ..Asked::default() };
        assert_eq!(approve("carla", &asked), Ok(Approval::Complete));
        for (by, why) in [(" rita ", "asked for its run"), ("Ed", "entered how"), ("  ", "nobody is named")] {
            let said = approve(by, &asked).unwrap_err();
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn a_name_is_the_same_in_capitals_of_any_letters() {
        assert!(same_name(" Zoë", "ZOË ") && same_name("rita", "Rita"));
        assert!(!same_name("rita", "rite") && !same_name("zoe", "zoë"));
    }

    #[test]
    fn two_means_two_different_people() {
        let first = Asked { two: true, ..Asked::default() };
        assert_eq!(approve("carla", &first), Ok(Approval::OneMore));
        let second = Asked { approved_by: vec!["carla"], ..first };
        assert!(approve("CARLA", &second).unwrap_err().contains("approved it already"));
        assert_eq!(approve("dan", &second), Ok(Approval::Complete));
    }

    #[test]
    fn two_are_asked_from_the_threshold_on_and_in_another_currency() {
        let text = "[program]\nbrand = 'acme'\nid = 'f'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\n\
            currency = 'USD'\n[payout]\nsecond_approval_from = '100.00'\n";
        let terms = Terms::parse(text).unwrap();
        let two = |asset: &str, amount| Asked::two(&terms, &asset.parse().unwrap(), amount);
        assert_eq!((two("USD", 9_999), two("USD", 10_000), two("JPY", 1)), (false, true, true));
        let none = Terms::parse(text.split("[payout]").next().unwrap()).unwrap();
        assert!(!Asked::two(&none, &"USD".parse().unwrap(), i64::MAX));
    }
}
