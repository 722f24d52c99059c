use tribute_events::{Code, CodeMode, Loss, Timestamp};
use tribute_terms::{CodeGrant, Tier, View, Workshop};

use crate::{
    candidates::{Candidate, Field, claim},
    case::{Case, Look},
};

impl<'a> Case<'a> {
    /// Workshops at the sale's place or with one of its codes, whatever their hours.
    pub(crate) fn workshops(&self, view: View) -> impl Iterator<Item = &'a Workshop> {
        let (program, sale) = (self.program, self.placed.sale);
        let asked = sale.place.is_some() || !sale.codes.is_empty();
        let all = asked.then(|| program.workshops_seen(view)).into_iter().flatten();
        all.filter(move |workshop| {
            let at_place = workshop.what.place.is_some() && workshop.what.place == sale.place;
            at_place
                || workshop.what.code.as_ref().is_some_and(|code| sale.codes.iter().any(|it| alike(it, code)))
        })
    }
}

/// Codes are compared without regard to case.
fn alike(left: &Code, right: &Code) -> bool {
    left == right || left.as_str().to_lowercase() == right.as_str().to_lowercase()
}

impl<'a> Field<'a> {
    /// The order happened within the workshop's hours, at its place or with its code.
    pub(crate) fn workshops(&mut self, look: &Look<'a>) {
        let placed_at = look.case.placed.at;
        for workshop in look.case.workshops(look.case.at_order(look.view.recorded_before)) {
            let what = &workshop.what;
            let named =
                Candidate::new(Tier::Workshop, "workshop", &what.ambassador, &what.workshop, what.starts_at);
            if is_on(workshop, placed_at) {
                self.admit(look, named);
            }
        }
    }

    pub(crate) fn codes(&mut self, look: &Look<'a>) {
        let codes = &look.case.placed.sale.codes;
        for (index, code) in codes.iter().enumerate() {
            if !codes.iter().take(index).any(|earlier| alike(earlier, code)) {
                self.code(look, code);
            }
        }
    }

    fn code(&mut self, look: &Look<'a>, code: &'a Code) {
        let case = look.case;
        let view = case.at_order(look.view.recorded_before);
        let Some(grant) = case.program.code(code.as_str(), view) else { return self.not_issued(look, code) };
        let named = Candidate::new(
            Tier::Code,
            "code",
            &grant.issued.ambassador,
            grant.issued.code.as_str(),
            case.placed.at,
        );
        let refused = if is_valid(&grant, case) {
            look.refusal(named.ambassador, &[], named.at)
        } else {
            Some("code_not_valid")
        };
        match refused {
            Some(why) => self.losers.push(named.loses(why)),
            None => self.code_by_mode(grant.issued.mode, named),
        }
    }

    fn code_by_mode(&mut self, mode: CodeMode, named: Candidate<'a>) {
        let own_click = self.has_click(Some(named.ambassador));
        match mode {
            CodeMode::Always => self.candidates.push(named),
            CodeMode::IfInvolved if own_click => {
                self.candidates.push(Candidate { tier: Tier::Click, takes_all: true, ..named });
            }
            CodeMode::IfWinner if own_click => self.witnesses.push(named),
            CodeMode::IfInvolved | CodeMode::IfWinner => self.losers.push(named.loses("needs_click")),
            CodeMode::Fallback if self.has_click(None) => self.losers.push(named.loses("lower_tier")),
            CodeMode::Fallback => self.candidates.push(Candidate { tier: Tier::FallbackCode, ..named }),
        }
    }

    /// A code that the program never issued may be a workshop's own; that one counts as a workshop, in its hours.
    fn not_issued(&mut self, look: &Look<'a>, code: &'a Code) {
        let at = look.case.placed.at;
        let known = look.case.workshops(look.case.at_order(look.view.recorded_before));
        let mut hosts = known.filter(|it| it.what.code.as_ref().is_some_and(|known| alike(known, code)));
        let why = match hosts.next() {
            None => "unknown_code",
            Some(first) if is_on(first, at) || hosts.any(|other| is_on(other, at)) => return,
            Some(_) => "code_not_valid",
        };
        self.losers.push(Loss { claim: claim(None, "code", code.as_str(), at), why: why.into() });
    }
}

fn is_on(workshop: &Workshop, at: Timestamp) -> bool {
    workshop.what.starts_at <= at && at < workshop.what.ends_at
}

fn is_valid(grant: &CodeGrant<'_>, case: &Case<'_>) -> bool {
    grant.valid_from <= case.placed.at && case.placed.at < grant.valid_until
}
