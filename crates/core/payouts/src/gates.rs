//! What must hold before a balance is paid, besides its size: whose it is, papers, limits, and the way of paying.

use tribute_events::PayoutMethod;
use tribute_money::{Asset, Millionths, MoneyError, Rate};
use tribute_terms::{Ambassador, OnMissingTaxForm, Profile, TaxForm, View};

use crate::{
    Balance, MissingRate, Outcome,
    run::{Conversion, Run, shown, shown_millionths},
};

impl Run<'_> {
    /// Why nothing is paid to this person now, whatever it is.
    pub(crate) fn held_person(&self, balance: &Balance, owed: &str) -> Option<String> {
        let (who, view) = (&balance.ambassador, View::at(self.run_at));
        if self.program.is_erased(who, self.run_at) {
            return Some(format!("{owed} is held: the person was erased, and nobody is left to pay it to"));
        }
        let known = self.program.ambassador(who);
        if let Some(why) = known.and_then(|known| known.held(self.run_at)) {
            return Some(format!("{owed} is on hold: {why}; release the hold, and the next run takes it up"));
        }
        let Some(since) = known.and_then(|known: &Ambassador| known.known_since(view)) else {
            return Some(format!(
                "{owed} is held: nobody is enrolled as {who}; approve them as an ambassador, and the next run pays"
            ));
        };
        let least = self.terms.payout.account_age_min;
        let from = since.plus(least.millis());
        (from > self.run_at).then(|| {
            format!(
                "{owed} is held: {who} is known since {since}, less than {least}; the first run from {from} on pays it"
            )
        })
    }

    /// What must be done before money may go out, all of it at once.
    pub(crate) fn missing_papers(&self, form: TaxForm, profile: &Profile) -> Option<String> {
        let asked = &self.terms.payout;
        let form = match form {
            _ if !asked.tax_form || asked.on_missing_tax_form == OnMissingTaxForm::Withhold => None,
            TaxForm::OnFile { .. } => None,
            TaxForm::Missing => Some("no tax form is on file, ask the ambassador for one".to_owned()),
            TaxForm::Expired { form, since } => {
                let form = form.as_str();
                Some(format!("the tax form {form} has expired at {since}, ask the ambassador for a new one"))
            }
        };
        let details = (asked.payment_details && profile.payment_details_verified != Some(true))
            .then(|| "the payment details are not verified, verify them".to_owned());
        let missing: Vec<_> = form.into_iter().chain(details).collect();
        (!missing.is_empty()).then(|| missing.join("; "))
    }

    /// The rate that is kept back for the tax authority, where one is; the sentence says why it is not known.
    pub(crate) fn withholding(&self, form: TaxForm) -> Result<Option<Rate>, String> {
        let policy = &self.terms.payout;
        let subject = match form {
            TaxForm::OnFile { backup_withholding, .. } => backup_withholding,
            TaxForm::Missing | TaxForm::Expired { .. } => {
                policy.tax_form && policy.on_missing_tax_form == OnMissingTaxForm::Withhold
            }
        };
        if !subject {
            return Ok(None);
        }
        let rate = policy.withholding_at(self.run_at);
        rate.map(Some).ok_or_else(|| {
            format!(
                "the terms know no rate of backup withholding at {}; name it in payout.backup_withholding",
                self.run_at
            )
        })
    }

    /// Whether a balance goes beyond a limit, with what the ambassador's payouts of the month have `taken` before.
    pub(crate) fn beyond_limits(
        &self,
        balance: &Balance,
        owed: &str,
        taken: &[Balance],
    ) -> Result<Option<Outcome>, MoneyError> {
        let (policy, currency) = (&self.terms.payout, &self.terms.program.currency);
        let Some(least) = policy.limit_per_payout.into_iter().chain(policy.limit_per_month).min() else {
            return Ok(None);
        };
        let worth = match self.worth(balance)? {
            Ok(worth) => worth,
            Err(missing) => {
                let reason = format!(
                    "{owed} is held: {missing}, so it can not be compared with the limit of {}; publish the rate, \
                     and the next run decides",
                    shown_millionths(least, currency)?
                );
                return Ok(Some(Outcome::Hold { reason }));
            }
        };
        for (limit, name, of) in [
            (policy.limit_per_payout, "limit_per_payout", "one payout"),
            (policy.limit_per_month, "limit_per_month", "one month"),
        ] {
            if let Some(limit) = limit.filter(|limit| worth > *limit) {
                let limit = shown_millionths(limit, currency)?;
                let reason = format!(
                    "{owed} is held: it is above the limit of {limit} for {of}; look into it, and where it is right raise \
                     payout.{name} in new terms: the next run pays it"
                );
                return Ok(Some(Outcome::Hold { reason }));
            }
        }
        self.beyond_month(worth, owed, taken)
    }

    fn beyond_month(
        &self,
        worth: Millionths,
        owed: &str,
        taken: &[Balance],
    ) -> Result<Option<Outcome>, MoneyError> {
        let Some(limit) = self.terms.payout.limit_per_month else { return Ok(None) };
        let (currency, mut sum) = (&self.terms.program.currency, worth);
        for before in taken {
            match self.worth(before)? {
                Ok(worth) => sum = sum.plus(worth)?,
                Err(missing) => {
                    let reason = format!(
                        "{owed} is held: {missing}, so what was paid this month can not be compared with its limit; \
                         publish the rate, and the next run decides"
                    );
                    return Ok(Some(Outcome::Hold { reason }));
                }
            }
        }
        if sum <= limit {
            return Ok(None);
        }
        let (before, limit) =
            (shown_millionths(sum.minus(worth)?, currency)?, shown_millionths(limit, currency)?);
        let reason = format!(
            "{owed} would go beyond the limit of {limit} for one month, of which payouts took {before} already; it is \
             carried to the next run"
        );
        Ok(Some(Outcome::Carry { reason }))
    }

    /// What a balance is worth in the program's currency, at the run's fixing.
    fn worth(&self, balance: &Balance) -> Result<Result<Millionths, MissingRate>, MoneyError> {
        let currency = &self.terms.program.currency;
        let minor = if balance.asset == *currency {
            balance.amount
        } else {
            match self.convert(balance, currency)? {
                Conversion::Made(amount, _) => amount,
                Conversion::Missing(missing) => return Ok(Err(missing)),
            }
        };
        Millionths::from_minor(minor, currency.exponent()?).map(Ok)
    }

    /// How a payout in this currency is paid: as the ambassador chose, else by the terms' defaults. Any way will do, and
    /// `None` is known, only where the terms offer no list of them. The sentence says why it is not paid.
    pub(crate) fn method(
        &self,
        balance: &Balance,
        profile: &Profile,
        asset: &Asset,
    ) -> Result<Option<PayoutMethod>, String> {
        let policy = &self.terms.payout;
        let papers = self.program.papers(&balance.ambassador);
        let chosen = papers.and_then(|papers| papers.method(View::at(self.run_at)));
        if policy.methods.is_empty() {
            return Ok(chosen.map(|it| it.method).filter(|method| method.pays(asset)));
        }
        let offered = || policy.methods.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
        let default = || policy.default_method(profile.region.as_deref(), asset);
        let Some(method) = chosen.map(|it| it.method).or_else(default) else {
            return Err(format!("no way of paying is chosen; have one chosen of {}", offered()));
        };
        if !policy.methods.contains(&method) {
            return Err(format!(
                "{method} is chosen, which the program does not offer; have one chosen of {}",
                offered()
            ));
        }
        if !method.pays(asset) {
            let only = method.only_currency().unwrap_or_default();
            return Err(format!("{method} pays {only} only, and this is {asset}; have another way chosen"));
        }
        let known = chosen.is_some_and(|it| it.method == method && it.details);
        if known || method.is_in_house() {
            return Ok(Some(method));
        }
        Err(format!("no valid details for {method} are known; have them given, and bring them in"))
    }
}

/// What is kept back of a balance.
pub(crate) fn kept_back(run: &Run<'_>, balance: &Balance, rate: Option<Rate>) -> Result<i64, MoneyError> {
    let Some(rate) = rate else { return Ok(0) };
    let exponent = balance.asset.exponent()?;
    Millionths::from_minor(balance.amount, exponent)?.times(rate, exponent, run.terms.program.rounding)
}

/// `12.34 USD is held: …; the first run after that pays it`.
pub(crate) fn until_then(balance: &Balance, why: &str) -> Result<Outcome, MoneyError> {
    let owed = shown(balance.amount, &balance.asset)?;
    Ok(Outcome::Hold { reason: format!("{owed} is held: {why}; the first run after that pays it") })
}
