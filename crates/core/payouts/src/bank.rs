//! What a bank made of payouts beyond paying them: its charge, its exchange, and what nobody explains.

use tribute_events::statement::Amount;
use tribute_money::Asset;

/// One payout, as the books have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BookedPayout {
    /// What was taken from the balance.
    pub taken: Amount,
    /// What was paid.
    pub paid: Amount,
}

/// What the books need so that `cash` is what the bank has. Whatever the books hold for the payouts themselves is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AtBank {
    /// The bank's charge in the account's currency: a cost where positive.
    pub charge: i64,
    /// What went to the tax authority, in the account's currency: positive where it left the account.
    pub tax: i64,
    /// The exchange into the currency of the payouts, where the account has another one.
    pub exchange: Option<ExchangeAtBank>,
    /// What the bank booked, in the account's currency, and the payouts and the stated charge do not come to: for a person
    /// to find out. Nothing is booked for it.
    pub unexplained: i64,
}

/// An exchange at the bank. Negative where money came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExchangeAtBank {
    /// What was paid.
    pub paid: Amount,
    /// What the account gave for it.
    pub given: i64,
    /// What it was worth at the rate on the payouts; absent where none of them leads to the account's currency.
    pub at_payout_rate: Option<i64>,
}

/// What a bank made of payouts. `booked` is what its entries changed the balance by, negative where money went out, and
/// `charge` what of it the statement itself states as the bank's, positive where it is a cost.
///
/// Nothing is guessed: where amounts and charge do not come to what was booked in one currency, the difference is
/// [`AtBank::unexplained`]. `None` where an amount leaves 64 bits or the payouts are in several currencies.
#[must_use]
pub fn at_bank(payouts: &[BookedPayout], booked: &Amount, charge: Option<i64>) -> Option<AtBank> {
    let asset = &payouts.first()?.paid.asset;
    let sum = sum_of(payouts.iter().map(|it| &it.paid), asset)?;
    let sign = if booked.minor < 0 { 1 } else { -1 };
    let paid = sum.checked_mul(sign)?;
    let gone = booked.minor.checked_neg()?;
    if *asset == booked.asset {
        let more = gone.checked_sub(paid)?;
        let stated = charge.is_some_and(|charge| charge == more);
        return Some(if stated {
            AtBank { charge: more, ..AtBank::default() }
        } else {
            AtBank { unexplained: booked.minor.checked_add(paid)?, ..AtBank::default() }
        });
    }
    let charge = charge.unwrap_or_default();
    let worth = sum_of(payouts.iter().map(|it| &it.taken), &booked.asset);
    let at_payout_rate = worth.map(|worth| worth.checked_mul(sign)).map_or(Some(None), |it| it.map(Some))?;
    let exchange = ExchangeAtBank {
        paid: Amount { minor: paid, asset: asset.clone() },
        given: gone.checked_sub(charge)?,
        at_payout_rate,
    };
    Some(AtBank { charge, exchange: Some(exchange), ..AtBank::default() })
}

/// The sum, where all amounts are of this currency.
fn sum_of<'a>(mut amounts: impl Iterator<Item = &'a Amount>, asset: &Asset) -> Option<i64> {
    amounts.try_fold(0_i64, |sum, amount| {
        (amount.asset == *asset).then_some(())?;
        sum.checked_add(amount.minor)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(minor: i64, code: &str) -> Amount {
        Amount { minor, asset: code.parse().unwrap() }
    }

    fn payout(taken: Amount, paid: Amount) -> BookedPayout {
        BookedPayout { taken, paid }
    }

    fn plain(minor: i64) -> BookedPayout {
        payout(amount(minor, "EUR"), amount(minor, "EUR"))
    }

    #[test]
    fn a_charge_is_booked_only_where_the_statement_states_it() {
        let of =
            |booked, charge| at_bank(&[plain(1_000), plain(500)], &amount(booked, "EUR"), charge).unwrap();
        assert_eq!(of(-1_500, None), AtBank::default());
        assert_eq!(of(-1_535, Some(35)), AtBank { charge: 35, ..AtBank::default() });
        assert_eq!(
            of(1_465, Some(35)),
            AtBank { charge: 35, ..AtBank::default() },
            "a return, less the charge"
        );
        assert_eq!(
            of(-1_465, Some(-35)),
            AtBank { charge: -35, ..AtBank::default() },
            "taken off the payment"
        );
        assert_eq!(of(-1_535, None), AtBank { unexplained: -35, ..AtBank::default() });
        assert_eq!(of(-1_535, Some(30)), AtBank { unexplained: -35, ..AtBank::default() });
    }

    #[test]
    fn an_exchange_is_measured_against_the_rate_on_the_payout() {
        let converted = payout(amount(920, "EUR"), amount(1_000, "USD"));
        let out = at_bank(std::slice::from_ref(&converted), &amount(-966, "EUR"), Some(35)).unwrap();
        let exchange = out.exchange.unwrap();
        assert_eq!((out.charge, exchange.given, exchange.at_payout_rate), (35, 931, Some(920)));
        let back = at_bank(&[converted], &amount(926, "EUR"), None).unwrap().exchange.unwrap();
        assert_eq!((back.paid.minor, back.given, back.at_payout_rate), (-1_000, -926, Some(-920)));
        let no_rate = payout(amount(1_000, "USD"), amount(1_000, "USD"));
        let open = at_bank(&[no_rate], &amount(-931, "EUR"), None).unwrap().exchange.unwrap();
        assert_eq!(open.at_payout_rate, None);
    }

    #[test]
    fn what_cannot_be_added_up_is_not() {
        let two = [plain(1), payout(amount(1, "USD"), amount(1, "USD"))];
        assert_eq!(at_bank(&two, &amount(-2, "EUR"), None), None);
        assert_eq!(at_bank(&[plain(i64::MAX), plain(1)], &amount(-2, "EUR"), None), None);
    }
}
