use std::collections::BTreeMap;

use smol_str::SmolStr;
use tribute_events::{AmbassadorId, ProgramId, Timestamp};
use tribute_money::{Asset, Millionths, MoneyError, Rounding, format_minor};
use tribute_terms::{OnMissingRate, PayoutCurrency, Profile, Program, Terms, View};

use crate::{
    Balance, Fixing, MissingRate, Outcome, PayoutError, Proposal, Rates,
    gates::{kept_back, until_then},
    payout_id,
};

/// What a run with its cut-off at `run_at` makes of the balances: each is paid, carried or held, with the reason.
/// `already` is what payouts took before whose cut-offs end in the same calendar month, and that was not given back.
///
/// The order of the questions is fixed, and the first answer stands:
/// 1. a balance of zero or less is carried;
/// 2. a person who was erased by the cut-off is held for good, an ambassador on hold at the cut-off until released, who
///    is not known or not known for long enough until then;
/// 3. a balance below the minimum is carried; in another currency than the program's it is compared at the same
///    fixing, and held where there is none;
/// 4. where the terms ask for a tax form or verified payment details that are not on file, it is held;
/// 5. a balance above a limit of the terms is held; one that goes beyond the month's with what was paid before is carried;
/// 6. where backup withholding applies, its rate is kept back, rounded once;
/// 7. where the rest is paid in another currency and there is no rate, the terms say what happens;
/// 8. an amount that rounds to nothing is carried;
/// 9. where the terms offer ways of paying and none fits, or its details are not known, it is held.
///
/// The fixing day is the last day before the cut-off in the program's time zone. The answer does not depend on the
/// order of `balances`; it comes sorted by ambassador and currency.
///
/// # Errors
/// [`PayoutError`]: balances that can not be told apart, that are not money, or that overflow.
pub fn propose(
    program_id: &ProgramId,
    program: &Program,
    terms: &Terms,
    run_at: Timestamp,
    balances: &[Balance],
    already: &[Balance],
    rates: &Rates,
) -> Result<Vec<Proposal>, PayoutError> {
    let mut sorted: Vec<&Balance> = balances.iter().collect();
    sorted.sort_unstable();
    check(&sorted)?;
    let day = terms.program.time_zone.day(run_at.minus(1));
    let run = Run { program, terms, run_at, day, rates };
    let mut taken: BTreeMap<&AmbassadorId, Vec<Balance>> = BTreeMap::new();
    for before in already {
        taken.entry(&before.ambassador).or_default().push(before.clone());
    }
    let mut proposals = Vec::with_capacity(sorted.len());
    for balance in sorted {
        let money = |error| PayoutError::Money {
            ambassador: balance.ambassador.clone(),
            asset: balance.asset.clone(),
            error,
        };
        let before = taken.entry(&balance.ambassador).or_default();
        let outcome = run.outcome(balance, before).map_err(money)?;
        if matches!(outcome, Outcome::Pay { .. }) {
            before.push(balance.clone());
        }
        let payout = payout_id(&terms.program.brand, program_id, &balance.ambassador, &balance.asset, run_at);
        proposals.push(Proposal { payout, balance: balance.clone(), outcome });
    }
    Ok(proposals)
}

fn check(sorted: &[&Balance]) -> Result<(), PayoutError> {
    let same =
        |pair: &&[&Balance]| matches!(pair, [a, b] if (&a.ambassador, &a.asset) == (&b.ambassador, &b.asset));
    if let Some([balance, ..]) = sorted.windows(2).find(same) {
        let (ambassador, asset) = (balance.ambassador.clone(), balance.asset.clone());
        return Err(PayoutError::TwoBalances { ambassador, asset });
    }
    if let Some(balance) = sorted.iter().find(|balance| !balance.asset.is_currency()) {
        let (ambassador, asset) = (balance.ambassador.clone(), balance.asset.clone());
        return Err(PayoutError::NotMoney { ambassador, asset });
    }
    Ok(())
}

/// An amount in another currency; or the rate that it takes is missing, which is an answer and no error.
pub(crate) enum Conversion {
    Made(i64, Fixing),
    Missing(MissingRate),
}

pub(crate) struct Run<'a> {
    pub(crate) program: &'a Program,
    pub(crate) terms: &'a Terms,
    pub(crate) run_at: Timestamp,
    day: SmolStr,
    rates: &'a Rates,
}

impl Run<'_> {
    fn outcome(&self, balance: &Balance, taken: &[Balance]) -> Result<Outcome, MoneyError> {
        let owed = shown(balance.amount, &balance.asset)?;
        if balance.amount <= 0 {
            return Ok(Outcome::Carry { reason: nothing_to_pay(balance.amount, &owed) });
        }
        if let Some(reason) = self.held_person(balance, &owed) {
            return Ok(Outcome::Hold { reason });
        }
        if let Some(outcome) = self.below_minimum(balance, &owed)? {
            return Ok(outcome);
        }
        let (who, view) = (&balance.ambassador, View::at(self.run_at));
        let profile = self.program.ambassador(who).map(|known| known.profile(view)).unwrap_or_default();
        let form = self.program.tax_form(who, view);
        if let Some(papers) = self.missing_papers(form, &profile) {
            return until_then(balance, &papers);
        }
        if let Some(outcome) = self.beyond_limits(balance, &owed, taken)? {
            return Ok(outcome);
        }
        let rate = match self.withholding(form) {
            Ok(rate) => rate,
            Err(why) => return until_then(balance, &why),
        };
        self.pay_rest(balance, kept_back(self, balance, rate)?, &profile)
    }

    /// Pays what is not kept back, in the currency and the way that are wanted.
    fn pay_rest(&self, balance: &Balance, kept: i64, profile: &Profile) -> Result<Outcome, MoneyError> {
        let amount = balance.amount.checked_sub(kept).ok_or(MoneyError::Overflow)?;
        let rest = Balance { amount, ..balance.clone() };
        let owed = shown(amount, &balance.asset)?;
        if amount <= 0 {
            let reason =
                format!("nothing of {} is left to pay after tax", shown(balance.amount, &balance.asset)?);
            return Ok(Outcome::Carry { reason });
        }
        Ok(match self.pay(&rest, &owed, profile)? {
            Outcome::Pay { asset, amount, fixing, note, .. } => match self.method(balance, profile, &asset) {
                Ok(method) => Outcome::Pay { asset, amount, withheld: kept, method, fixing, note },
                Err(why) => return until_then(balance, &why),
            },
            other => other,
        })
    }

    /// `None` where the balance reaches the minimum.
    fn below_minimum(&self, balance: &Balance, owed: &str) -> Result<Option<Outcome>, MoneyError> {
        let (minimum, currency) = (self.terms.payout.minimum, &self.terms.program.currency);
        if minimum <= Millionths::ZERO {
            return Ok(None);
        }
        let least = shown_millionths(minimum, currency)?;
        let converted = if balance.asset == *currency {
            balance.amount
        } else {
            match self.convert(balance, currency)? {
                Conversion::Made(amount, _) => amount,
                Conversion::Missing(missing) => {
                    let reason = format!(
                        "{owed} is held: {missing}, so it can not be compared with the minimum of {least}; \
                         publish the rate, and the next run decides"
                    );
                    return Ok(Some(Outcome::Hold { reason }));
                }
            }
        };
        if Millionths::from_minor(converted, currency.exponent()?)? >= minimum {
            return Ok(None);
        }
        let worth = if balance.asset == *currency {
            String::new()
        } else {
            format!(", worth {} at the rates of {},", shown(converted, currency)?, self.day)
        };
        let reason = format!(
            "the balance of {owed}{worth} is below the minimum of {least}; it is carried to the next run"
        );
        Ok(Some(Outcome::Carry { reason }))
    }

    fn pay(&self, balance: &Balance, owed: &str, profile: &Profile) -> Result<Outcome, MoneyError> {
        let wanted = match self.terms.payout.currency {
            PayoutCurrency::Earning => &balance.asset,
            PayoutCurrency::Ambassador => profile.payout_currency.as_ref().unwrap_or(&balance.asset),
        };
        let policy = &self.terms.payout;
        let mut target = wanted;
        // Each step takes another successor; as many steps as there are names end a circle of them.
        for _ in 0..=policy.successors.len() {
            let note = (target != wanted)
                .then(|| format!("paid in {target}, which took the place of {wanted} for want of a rate"));
            if *target == balance.asset {
                return Ok(as_earned(balance, note));
            }
            let missing = match self.convert(balance, target)? {
                Conversion::Made(0, _) => {
                    return Ok(Outcome::Carry { reason: too_little(owed, target, &self.day) });
                }
                Conversion::Made(amount, fixing) => {
                    return Ok(paid(target, amount, Some(fixing), note));
                }
                Conversion::Missing(missing) => missing,
            };
            match (policy.on_missing_rate, policy.successors.get(target.as_str())) {
                (OnMissingRate::Successor, Some(next)) if missing.currency == *target => target = next,
                (OnMissingRate::PayEarning, _) => {
                    let note = format!("paid in {} as it was earned: {missing}", balance.asset);
                    return Ok(as_earned(balance, Some(note)));
                }
                _ => return Ok(Outcome::Hold { reason: no_rate(owed, target, &missing) }),
            }
        }
        let reason =
            format!("{owed} is held: the successors of {wanted} in the terms lead in a circle; correct them");
        Ok(Outcome::Hold { reason })
    }

    /// The balance in another currency at the run's fixing, rounded once.
    pub(crate) fn convert(&self, balance: &Balance, to: &Asset) -> Result<Conversion, MoneyError> {
        match self.rates.fix(&balance.asset, to, &self.day, self.terms.payout.rate_age_max) {
            Ok(fixing) => {
                let amount = fixing.convert(balance.amount, self.terms.program.rounding)?;
                Ok(Conversion::Made(amount, fixing))
            }
            Err(missing) => Ok(Conversion::Missing(missing)),
        }
    }
}

fn as_earned(balance: &Balance, note: Option<String>) -> Outcome {
    paid(&balance.asset, balance.amount, None, note)
}

fn paid(asset: &Asset, amount: i64, fixing: Option<Fixing>, note: Option<String>) -> Outcome {
    Outcome::Pay { asset: asset.clone(), amount, withheld: 0, method: None, fixing, note }
}

fn nothing_to_pay(amount: i64, owed: &str) -> String {
    if amount == 0 {
        return "the balance is zero; there is nothing to pay".to_owned();
    }
    format!("the balance is {owed}, below zero after a refund or correction; later earnings fill it first")
}

fn too_little(owed: &str, target: &Asset, day: &str) -> String {
    format!(
        "{owed} is less than the smallest unit of {target} at the rates of {day}; it is carried to the next run"
    )
}

fn no_rate(owed: &str, target: &Asset, missing: &MissingRate) -> String {
    format!(
        "{owed} is to be paid in {target} and is held: {missing}; publish the rate or change the payout currency"
    )
}

/// `12.34 USD`.
pub(crate) fn shown(amount: i64, asset: &Asset) -> Result<String, MoneyError> {
    Ok(format!("{} {asset}", format_minor(amount, asset)?))
}

pub(crate) fn shown_millionths(minimum: Millionths, currency: &Asset) -> Result<String, MoneyError> {
    let minor = minimum.to_minor(currency.exponent()?, Rounding::Down)?;
    if Millionths::from_minor(minor, currency.exponent()?)? == minimum {
        shown(minor, currency)
    } else {
        Ok(format!("{minimum} {currency}"))
    }
}
