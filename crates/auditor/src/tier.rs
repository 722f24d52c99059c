//! In which tier an ambassador stands at an instant.

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, ProgramId, Timestamp};
use tribute_terms::{AmbassadorTier, Terms, TierBy};

use crate::{
    brand::Brand,
    case::Case,
    exact::{MILLION, split},
    fact::Horizon,
};

impl Brand {
    /// What a person decided last, else the last tier of the file that is reached: by followers as they are known, by
    /// sales in the period before the one that the instant lies in. People are seen as far as `evidence` reaches, sales
    /// as far as `horizon` does.
    pub(crate) fn tier(
        &self,
        program: &ProgramId,
        who: &AmbassadorId,
        at: Timestamp,
        (evidence, horizon): (Horizon, Horizon),
    ) -> Option<SmolStr> {
        let terms = self.terms(program, at)?;
        let profile = self.profile(program, who, at, evidence);
        if terms.tier.is_empty() || profile.tier.as_deref().is_some_and(|it| !it.is_empty()) {
            return profile.tier.filter(|_| !terms.tier.is_empty());
        }
        let reached = |tier: &&AmbassadorTier| {
            let (Some(by), Some(from)) = (tier.by, tier.from) else { return false };
            let measured = if by == TierBy::Followers {
                let followers = profile.followers_on(tier.followers_on.as_deref());
                followers.map(|count| i128::from(count) * MILLION)
            } else {
                Some(self.sold_before(terms, tier, (who, at), horizon))
            };
            measured.is_some_and(|it| it >= i128::from(from.get()))
        };
        terms.tier.iter().rfind(reached).map(|tier| tier.id.clone())
    }

    /// What somebody sold in the period before, as it stood at its end; in millionths, an order as one.
    fn sold_before(
        &self,
        terms: &Terms,
        tier: &AmbassadorTier,
        (who, at): (&AmbassadorId, Timestamp),
        horizon: Horizon,
    ) -> i128 {
        let zone = &terms.program.time_zone;
        let present = zone.period(tier.period, at);
        let before = zone.period(tier.period, present.starts_at.minus(1));
        let seen = Horizon { until: horizon.until.min(before.ends_at.minus(1)), ..horizon };
        let mut sum = 0;
        for (id, order) in &self.orders {
            let placed = order.placed(seen).filter(|it| it.stamp.time >= before.starts_at);
            let case = placed.and_then(|_| Case::new(self, &terms.program.id, id, seen));
            let Some(case) = case else { continue };
            let credit = case.credit();
            let Some(place) = credit.shares.iter().position(|(party, _)| party.as_ref() == Some(who)) else {
                continue;
            };
            let shares = split(order.net(seen).revenue(), &credit.weights(id));
            let own = shares.get(place).copied().unwrap_or(0);
            sum += match tier.by {
                Some(TierBy::Orders) => i128::from(own > 0) * MILLION,
                _ if case.sale.currency == terms.program.currency => own,
                _ => 0,
            };
        }
        sum
    }
}
