/// What the memo of a transaction says, in its parts.
///
/// A memo is one line of text, and stays so in the hash. What it speaks of is read back from it here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memo<'m> {
    /// `order:1001 rule ten terms 2026-1`: an earning is accrued, reversed, or cleared at once.
    Earning {
        /// The order, post, period or mission.
        source: &'m str,
        /// The rule.
        rule: &'m str,
        /// The version of the terms.
        terms: &'m str,
    },
    /// `payout po_1`.
    Payout(&'m str),
    /// `grant friends/pair/ada/1`.
    Grant(&'m str),
    /// Anything else, as it stands.
    Other(&'m str),
}

impl<'m> Memo<'m> {
    /// Reads a memo. An order's id may hold any words: the last ` rule ` and ` terms ` count.
    #[must_use]
    pub fn read(memo: &'m str) -> Self {
        if let Some(payout) = memo.strip_prefix("payout ") {
            return Self::Payout(payout);
        }
        if let Some(grant) = memo.strip_prefix("grant ") {
            return Self::Grant(grant);
        }
        let earning = memo.rsplit_once(" terms ").and_then(|(rest, terms)| {
            let (source, rule) = rest.rsplit_once(" rule ")?;
            Some(Self::Earning { source, rule, terms })
        });
        earning.unwrap_or(Self::Other(memo))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_memo_is_read() {
        let earning = Memo::Earning { source: "order:1 rule 2", rule: "ten", terms: "2026-1" };
        assert_eq!(Memo::read("order:1 rule 2 rule ten terms 2026-1"), earning);
        assert_eq!(Memo::read("payout po_1"), Memo::Payout("po_1"));
        assert_eq!(Memo::read("grant friends/pair/ada/1"), Memo::Grant("friends/pair/ada/1"));
        assert_eq!(Memo::read("stock"), Memo::Other("stock"));
        assert_eq!(Memo::read("in terms of nothing"), Memo::Other("in terms of nothing"));
    }
}
