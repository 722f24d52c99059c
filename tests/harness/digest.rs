use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{Books, books::money};

impl Books {
    /// What the books say, as sorted lines without any number that depends on the order of arrival: the same for
    /// the same facts between the same ticks of the clock.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        lines.extend(self.conversions.iter().map(|row| format!("Conversion {row:?}")));
        lines.extend(self.earnings.iter().map(|row| format!("Earning {row:?}")));
        lines.extend(self.payouts.iter().map(|row| format!("Payout {row:?}")));
        lines.extend(self.boards.iter().map(|row| format!("Board {row:?}")));
        let standing = self.rewards.iter().filter(|row| row.status != "revoked");
        lines.extend(standing.map(|row| format!("Reward {row:?}")));
        lines.extend(self.balance_lines());
        lines.extend(self.payable_lines());
        lines.extend(self.quarantine.iter().map(|row| {
            let body = String::from_utf8_lossy(&row.body);
            format!("Quarantine {} {} {body}", row.code, row.reason)
        }));
        lines.sort();
        lines
    }

    /// SHA-256 over [`lines`](Self::lines).
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for line in self.lines() {
            hasher.update(line);
            hasher.update([b'\n']);
        }
        hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Every balance that is not zero.
    pub fn balance_lines(&self) -> Vec<String> {
        let rows = self.balances.iter().filter(|row| row.amount != 0);
        rows.map(|row| format!("Balance {} {} {}", row.brand, row.account, money(row.amount, &row.asset)))
            .collect()
    }

    /// From when on how much is payable, whatever was booked on the way there.
    fn payable_lines(&self) -> Vec<String> {
        let mut sums: BTreeMap<_, i64> = BTreeMap::new();
        for row in &self.movements {
            let what = (&row.brand, &row.program, &row.ambassador, &row.asset, row.available_at);
            *sums.entry(what).or_default() += row.amount;
        }
        let kept = sums.into_iter().filter(|(_, amount)| *amount != 0);
        kept.map(|(what, amount)| format!("Payable {what:?} {amount}")).collect()
    }
}

/// The lines that only one of two books has: `- ` of the first, `+ ` of the second.
impl Books {
    /// What differs from other books, line by line.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let mut counts: BTreeMap<String, i32> = BTreeMap::new();
        self.lines().into_iter().for_each(|line| *counts.entry(line).or_default() -= 1);
        other.lines().into_iter().for_each(|line| *counts.entry(line).or_default() += 1);
        let differ = counts.into_iter().filter(|(_, count)| *count != 0);
        differ.map(|(line, count)| format!("{} {line}", if count < 0 { '-' } else { '+' })).collect()
    }
}
