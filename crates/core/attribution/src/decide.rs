use tribute_events::{AmbassadorId, AmbassadorJudged, Claim, Loss, Reason, Share};
use tribute_money::MoneyError;
use tribute_terms::{Dated, Model, Tier, View};

use crate::{
    candidates::{Candidate, Field},
    case::Look,
    model,
    order::{Fact, Override},
};

/// A claim that is credited.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) of: Candidate<'a>,
    pub(crate) weight: u64,
    /// Whether a verdict took it away after who-gets-what was settled.
    pub(crate) zeroed: bool,
}

/// Who is credited at one moment, and why.
#[derive(Debug, Default)]
pub(crate) struct Credit<'a> {
    tier: Option<Tier>,
    model: Option<Model>,
    pub(crate) parts: Vec<Part<'a>>,
    house: u64,
    witnesses: Vec<Candidate<'a>>,
    pub(crate) losers: Vec<Loss>,
    notes: Vec<String>,
}

/// Decides: an override if there is one, else the first tier that is not empty.
pub(crate) fn decide<'a>(look: &Look<'a>) -> Credit<'a> {
    let field = Field::gather(look);
    if let Some(decision) = overriding(look) {
        return by_override(look, field, decision);
    }
    let held = |tier: &&Tier| field.candidates.iter().any(|it| it.tier == **tier);
    match look.case.terms.precedence.iter().find(held) {
        Some(&tier) => by_tier(look, field, tier),
        None => by_nobody(field),
    }
}

fn overriding<'a>(look: &Look<'a>) -> Option<&'a Fact<Override>> {
    let case = look.case;
    let made = case.facts.overrides.iter().rev().filter(|fact| fact.what.program == *case.program_id);
    let known = View { as_of: look.view.as_of.max(case.placed.at), recorded_before: case.heard_before };
    made.into_iter().find(|fact| known.sees(fact.at, fact.recorded))
}

fn by_nobody(field: Field<'_>) -> Credit<'_> {
    let mut losers = field.losers;
    losers.extend(field.candidates.iter().map(|it| it.loses("lower_tier")));
    losers.extend(field.witnesses.iter().map(|it| it.loses("not_the_winner")));
    Credit { losers, ..Credit::default() }
}

/// The shares as they were decided. A verdict that is younger than the decision takes a share away.
fn by_override<'a>(look: &Look<'a>, field: Field<'a>, decision: &'a Fact<Override>) -> Credit<'a> {
    let mut credit = Credit { tier: Some(Tier::Override), ..by_nobody(field) };
    for share in decision.what.shares.iter().filter(|share| share.weight > 0) {
        let of =
            Candidate::new(Tier::Override, "override", &share.ambassador, decision.id.as_str(), decision.at);
        let zeroed = is_judged_after(look, &share.ambassador, decision);
        credit.parts.push(Part { of, weight: u64::from(share.weight), zeroed });
    }
    let Override { by, reason, .. } = &decision.what;
    credit.notes.push(format!("overridden at {} by {by}: {reason}", decision.at));
    credit
}

fn is_judged_after(look: &Look<'_>, ambassador: &AmbassadorId, decision: &Fact<Override>) -> bool {
    let case = look.case;
    let verdicts = case.program.ambassador(ambassador).map(|known| known.verdicts()).unwrap_or_default();
    let known = View { as_of: look.view.as_of, recorded_before: case.heard_before };
    let concerns = |verdict: &&Dated<AmbassadorJudged>| {
        let from = verdict.what.orders_from;
        known.sees(verdict.time, verdict.recorded) && from.is_none_or(|from| from <= case.placed.at)
    };
    let last = verdicts.iter().rev().find(concerns);
    last.is_some_and(|verdict| !verdict.what.valid && verdict.time > decision.at)
}

fn by_tier<'a>(look: &Look<'a>, field: Field<'a>, tier: Tier) -> Credit<'a> {
    let case = look.case;
    let Field { candidates, witnesses, mut losers, house } = field;
    let takes_all = candidates.iter().any(|it| it.tier == tier && it.takes_all);
    let decides = |it: &Candidate<'_>| it.tier == tier && it.takes_all == takes_all;
    let (mut path, below): (Vec<_>, Vec<_>) = candidates.into_iter().partition(decides);
    losers.extend(below.iter().map(|it| it.loses("lower_tier")));
    path.sort_by(|left, right| left.path_order(right, case.placed.order()));
    let bound = tier == Tier::Binding;
    let weights = if bound {
        path.iter().map(|it| it.weight).collect()
    } else {
        model::weights(case.terms, &path, case.placed.at)
    };
    let mut parts = Vec::with_capacity(path.len());
    for (of, weight) in path.into_iter().zip(weights) {
        if weight > 0 {
            parts.push(Part { zeroed: look.is_zeroed(of.ambassador, of.verdicts), of, weight });
        } else {
            losers.push(of.loses(model::why_not(case.terms.model)));
        }
    }
    let wins = |it: &Candidate<'_>| {
        tier == Tier::Click && parts.iter().any(|part| part.of.ambassador == it.ambassador)
    };
    let (witnesses, beaten): (Vec<_>, Vec<_>) = witnesses.into_iter().partition(wins);
    losers.extend(beaten.iter().map(|it| it.loses("not_the_winner")));
    Credit {
        tier: Some(tier),
        model: (!bound).then_some(case.terms.model),
        parts,
        house: if bound { house } else { 0 },
        witnesses,
        losers,
        notes: Vec::new(),
    }
}

impl Credit<'_> {
    /// Who gets which part: by ambassador, the house last.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] where the weights do not fit.
    pub(crate) fn shares(&self) -> Result<Vec<Share>, MoneyError> {
        self.merged(|part| part.zeroed)
    }

    /// The shares as if no verdict had taken one away.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] where the weights do not fit.
    pub(crate) fn shares_before_verdicts(&self) -> Result<Vec<Share>, MoneyError> {
        self.merged(|_| false)
    }

    fn merged(&self, goes_to_house: impl Fn(&Part<'_>) -> bool) -> Result<Vec<Share>, MoneyError> {
        let owner = |part: &Part<'_>| (!goes_to_house(part)).then(|| part.of.ambassador.clone());
        let claimed = self.parts.iter().map(|part| Share { ambassador: owner(part), weight: part.weight });
        let house = (self.house > 0).then_some(Share { ambassador: None, weight: self.house });
        let mut all: Vec<Share> = claimed.chain(house).collect();
        all.sort_by(|left, right| key(left).cmp(&key(right)));
        let mut merged: Vec<Share> = Vec::with_capacity(all.len());
        for share in all {
            match merged.last_mut().filter(|last| last.ambassador == share.ambassador) {
                Some(last) => {
                    last.weight = last.weight.checked_add(share.weight).ok_or(MoneyError::Overflow)?
                }
                None => merged.push(share),
            }
        }
        if self.tier != Some(Tier::Override) {
            reduce(&mut merged);
        }
        Ok(merged)
    }

    /// The reason, its claims in an order of their own.
    pub(crate) fn reason(self, more_notes: Vec<String>) -> Reason {
        let (mut losers, mut notes, mut winners) =
            (self.losers, self.notes, Vec::with_capacity(self.parts.len()));
        let alone = self.parts.len() < 2;
        for part in self.parts {
            if part.zeroed {
                losers.push(part.of.loses("invalid"));
                let (who, what) = (part.of.ambassador, part.of.name);
                notes.push(format!(
                    "a later verdict zeroed the share of {who} for {what}; the house keeps it"
                ));
            } else {
                winners.push(Claim { weight: (!alone).then_some(part.weight), ..part.of.claim() });
            }
        }
        winners.extend(self.witnesses.iter().map(Candidate::claim));
        losers.sort_by(|left, right| rank(left).cmp(&rank(right)));
        notes.extend(more_notes);
        Reason {
            tier: self.tier.map_or("none", Tier::as_str).into(),
            model: self.model.map(|model| model::name(model).into()),
            winners,
            losers,
            notes,
        }
    }
}

fn key(share: &Share) -> (bool, Option<&AmbassadorId>) {
    (share.ambassador.is_none(), share.ambassador.as_ref())
}

fn rank(loss: &Loss) -> impl Ord + '_ {
    (loss.claim.at, &loss.claim.kind, &loss.claim.touch, &loss.claim.ambassador, &loss.why)
}

/// Weights in their lowest terms: 1 : 2, not 2^31 : 2^32.
fn reduce(shares: &mut [Share]) {
    let common = shares.iter().fold(0, |common, share| divisor(common, share.weight));
    for share in shares {
        share.weight = share.weight.checked_div(common).unwrap_or(share.weight);
    }
}

/// The greatest common divisor; that of 0 and a number is the number.
fn divisor(mut left: u64, mut right: u64) -> u64 {
    while let Some(rest) = left.checked_rem(right) {
        (left, right) = (right, rest);
    }
    left
}
