use smol_str::SmolStr;
use tribute_events::{ProgramId, Timestamp};
use tribute_money::{Asset, Millionths, MoneyError, Rounding, format_minor};
use tribute_terms::{Ambassador, OnMissingRate, PayoutCurrency, Profile, Program, Terms, View};

use crate::{Balance, Fixing, MissingRate, Outcome, PayoutError, Proposal, Rates, payout_id};

/// What a run with its cut-off at `run_at` makes of the balances: each is paid, carried or held, with the reason.
///
/// The order of the questions is fixed, and the first answer stands:
/// 1. a balance of zero or less is carried;
/// 2. a person who was erased by the cut-off is held for good, an ambassador on hold at the cut-off until released;
/// 3. a balance below the minimum is carried; in another currency than the program's it is compared at the same
///    fixing, and held where there is none;
/// 4. where the terms ask for a tax form or verified payment details that are not on file, it is held;
/// 5. where it is paid in another currency and there is no rate, the terms say what happens;
/// 6. an amount that rounds to nothing is carried.
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
    rates: &Rates,
) -> Result<Vec<Proposal>, PayoutError> {
    let mut sorted: Vec<&Balance> = balances.iter().collect();
    sorted.sort_unstable();
    check(&sorted)?;
    let day = terms.program.time_zone.day(run_at.minus(1));
    let run = Run { program, terms, run_at, day, rates };
    let proposal = |balance: &Balance| {
        let money = |error| PayoutError::Money {
            ambassador: balance.ambassador.clone(),
            asset: balance.asset.clone(),
            error,
        };
        let brand = &terms.program.brand;
        let payout = payout_id(brand, program_id, &balance.ambassador, &balance.asset, run_at);
        Ok(Proposal { payout, balance: balance.clone(), outcome: run.outcome(balance).map_err(money)? })
    };
    sorted.into_iter().map(proposal).collect()
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
enum Conversion {
    Made(i64, Fixing),
    Missing(MissingRate),
}

struct Run<'a> {
    program: &'a Program,
    terms: &'a Terms,
    run_at: Timestamp,
    day: SmolStr,
    rates: &'a Rates,
}

impl Run<'_> {
    fn outcome(&self, balance: &Balance) -> Result<Outcome, MoneyError> {
        let owed = shown(balance.amount, &balance.asset)?;
        if balance.amount <= 0 {
            return Ok(Outcome::Carry { reason: nothing_to_pay(balance.amount, &owed) });
        }
        if self.program.is_erased(&balance.ambassador, self.run_at) {
            let reason = format!("{owed} is held: the person was erased, and nobody is left to pay it to");
            return Ok(Outcome::Hold { reason });
        }
        let ambassador = self.program.ambassador(&balance.ambassador);
        if let Some(why) = ambassador.and_then(|known| known.held(self.run_at)) {
            let reason = format!("{owed} is on hold: {why}; release the hold, and the next run takes it up");
            return Ok(Outcome::Hold { reason });
        }
        if !ambassador.is_some_and(|known| known.is_known(View::at(self.run_at))) {
            let reason = format!(
                "{owed} is held: nobody is enrolled as {}; approve them as an ambassador, and the next run pays",
                balance.ambassador
            );
            return Ok(Outcome::Hold { reason });
        }
        if let Some(outcome) = self.below_minimum(balance, &owed)? {
            return Ok(outcome);
        }
        let profile =
            ambassador.map(|known: &Ambassador| known.profile(View::at(self.run_at))).unwrap_or_default();
        if let Some(papers) = self.missing_papers(&profile) {
            let reason = format!("{owed} is held: {papers}; the first run after that pays it");
            return Ok(Outcome::Hold { reason });
        }
        self.pay(balance, &owed, &profile)
    }

    /// `None` where the balance reaches the minimum.
    fn below_minimum(&self, balance: &Balance, owed: &str) -> Result<Option<Outcome>, MoneyError> {
        let (minimum, currency) = (self.terms.payout.minimum, &self.terms.program.currency);
        if minimum <= Millionths::ZERO {
            return Ok(None);
        }
        let least = shown_minimum(minimum, currency)?;
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

    /// What must be done before money may go out, all of it at once.
    fn missing_papers(&self, profile: &Profile) -> Option<String> {
        let asked = &self.terms.payout;
        let form = (asked.tax_form && profile.tax_form != Some(true))
            .then_some("no tax form is on file, ask the ambassador for one");
        let details = (asked.payment_details && profile.payment_details_verified != Some(true))
            .then_some("the payment details are not verified, verify them");
        let missing: Vec<_> = form.into_iter().chain(details).collect();
        (!missing.is_empty()).then(|| missing.join("; "))
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
                    return Ok(Outcome::Pay { asset: target.clone(), amount, fixing: Some(fixing), note });
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
    fn convert(&self, balance: &Balance, to: &Asset) -> Result<Conversion, MoneyError> {
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
    Outcome::Pay { asset: balance.asset.clone(), amount: balance.amount, fixing: None, note }
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
fn shown(amount: i64, asset: &Asset) -> Result<String, MoneyError> {
    Ok(format!("{} {asset}", format_minor(amount, asset)?))
}

fn shown_minimum(minimum: Millionths, currency: &Asset) -> Result<String, MoneyError> {
    let minor = minimum.to_minor(currency.exponent()?, Rounding::Down)?;
    if Millionths::from_minor(minor, currency.exponent()?)? == minimum {
        shown(minor, currency)
    } else {
        Ok(format!("{minimum} {currency}"))
    }
}
