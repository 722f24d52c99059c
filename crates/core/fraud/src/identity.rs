use smol_str::{SmolStr, format_smolstr};
use tribute_events::{AccountId, AmbassadorId, OrderId};
use tribute_terms::{Mark, Program, View};

use crate::{Finding, Kind};

/// What is known of who bought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buyer {
    /// What they bought.
    pub order: OrderId,
    /// Their account.
    pub account: Option<AccountId>,
    /// The hash of their e-mail address.
    pub email_hash: Option<SmolStr>,
    /// The hash of what they paid with.
    pub payment_hash: Option<SmolStr>,
}

/// Whether an ambassador is their own buyer, or another ambassador under another name, as far as `view` sees.
#[must_use]
pub fn identity(
    program: &Program,
    ambassador: &AmbassadorId,
    buyer: Option<&Buyer>,
    view: View,
) -> Vec<Finding> {
    let mut found: Vec<_> =
        buyer.and_then(|it| is_buyer(program, ambassador, it, view)).into_iter().collect();
    let namesakes = program.namesakes(ambassador, view);
    if !namesakes.is_empty() {
        let mut all: Vec<_> = namesakes.iter().map(|(other, _)| other.as_str()).collect();
        all.push(ambassador.as_str());
        all.sort_unstable();
        all.dedup();
        let said = namesakes
            .iter()
            .map(|(other, mark)| format!("{ambassador} and {other} go by the same {}", mark.kind()));
        // One account may be known by several hashes, in small letters and in capitals: that says nothing more.
        let mut evidence: Vec<_> = Vec::with_capacity(namesakes.len());
        for sentence in said {
            if !evidence.contains(&sentence) {
                evidence.push(sentence);
            }
        }
        found.push(Finding {
            kind: Kind::DuplicateAccount,
            about: all.join("+").into(),
            ambassador: ambassador.clone(),
            evidence,
        });
    }
    found
}

fn is_buyer(program: &Program, ambassador: &AmbassadorId, buyer: &Buyer, view: View) -> Option<Finding> {
    let mut evidence = Vec::new();
    let owns = |it: &AccountId| program.ambassador(ambassador).is_some_and(|known| known.owns(it, view));
    if let Some(account) = buyer.account.as_ref().filter(|it| owns(it)) {
        evidence.push(format!("the buyer's account {account} is {ambassador}'s own"));
    }
    let marks = [buyer.email_hash.clone().map(Mark::Email), buyer.payment_hash.clone().map(Mark::Payment)];
    for mark in marks.into_iter().flatten().filter(|it| program.goes_by(ambassador, it, view)) {
        evidence.push(format!("the buyer and {ambassador} go by the same {}", mark.kind()));
    }
    (!evidence.is_empty()).then(|| Finding {
        kind: Kind::SelfReferral,
        about: format_smolstr!("{}/{ambassador}", buyer.order),
        ambassador: ambassador.clone(),
        evidence,
    })
}
