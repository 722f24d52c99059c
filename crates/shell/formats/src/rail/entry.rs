use std::collections::BTreeMap;

use tribute_events::PayoutId;
use tribute_money::{MoneyError, format_minor};

use super::{Issue, PaymentInstruction};
use crate::{FormatError, Refusal, WrittenPayment, file::hex};

/// A payment whose texts are ready to be written.
pub(super) struct Entry<'p, T> {
    pub(super) payment: &'p PaymentInstruction,
    /// The amount as a decimal.
    pub(super) amount: String,
    /// What answers will name it by.
    pub(super) reference: String,
    /// What the rail makes of the details.
    pub(super) fields: T,
}

impl<T> Entry<'_, T> {
    pub(super) fn written(&self) -> WrittenPayment {
        WrittenPayment::new(&self.payment.payout, &self.reference)
    }
}

/// What the rail makes of every payment: in the order given, each amount above zero, no reference twice.
pub(super) fn prepare<'p, T>(
    payments: &'p [PaymentInstruction],
    reference: impl Fn(&PayoutId) -> Result<String, Refusal>,
    fields: impl Fn(&'p PaymentInstruction) -> Result<T, Refusal>,
) -> Result<Vec<Entry<'p, T>>, FormatError> {
    let (mut entries, mut seen) = (Vec::new(), BTreeMap::new());
    for payment in payments {
        let one = || {
            if payment.amount <= 0 {
                return Err(Refusal::NotPositive);
            }
            Ok((reference(&payment.payout)?, fields(payment)?))
        };
        let (reference, fields) = one().map_err(|refusal| refusal.of(&payment.payout))?;
        let amount = shown(payment.amount, payment)?;
        let entry = Entry { payment, amount, reference, fields };
        if let Some(other) = seen.insert(entry.reference.clone(), &payment.payout) {
            let refusal = Refusal::SameReference { reference: entry.reference, other: other.clone() };
            return Err(refusal.of(&payment.payout));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// The sum of the amounts. An error names the payment that made it too large.
pub(super) fn total<'e, 'p: 'e, T: 'e>(
    entries: impl IntoIterator<Item = &'e Entry<'p, T>>,
) -> Result<i64, FormatError> {
    entries.into_iter().try_fold(0_i64, |sum, entry| {
        let overflow =
            || FormatError::Amount { payout: entry.payment.payout.clone(), source: MoneyError::Overflow };
        sum.checked_add(entry.payment.amount).ok_or_else(overflow)
    })
}

/// The sum of the amounts as a decimal.
pub(super) fn total_shown<T>(entries: &[Entry<'_, T>]) -> Result<String, FormatError> {
    entries.first().map_or_else(|| Ok(String::new()), |first| shown(total(entries)?, first.payment))
}

fn shown(minor: i64, payment: &PaymentInstruction) -> Result<String, FormatError> {
    format_minor(minor, &payment.currency)
        .map_err(|source| FormatError::Amount { payout: payment.payout.clone(), source })
}

/// 24 hex digits that no other export has: of the payer, the issue and every payment. The same export has the same ones,
/// so that a bank takes a file that it gets twice for a duplicate.
pub(super) fn fingerprint<T>(payer: &str, issue: &Issue, entries: &[Entry<'_, T>]) -> String {
    let mut text = format!("{payer}\n{}\n{}\n", issue.created.millis(), issue.execution_date);
    for entry in entries {
        let payment = entry.payment;
        text += &format!("{}\n{}\n{}\n", payment.payout, payment.amount, payment.currency);
    }
    hex(text.as_bytes()).chars().take(24).collect()
}
