use std::{fmt, str::FromStr};

use serde::Serialize;
use smol_str::{SmolStr, format_smolstr};
use tribute_events::AmbassadorId;

use crate::LedgerError;

/// An account by its stable name, such as `ambassador:ada:pending`. See the crate's table of accounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Account(SmolStr);

/// What a program spends money on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Expense {
    /// Commission on orders.
    Commission,
    /// Fees for posts.
    Fees,
    /// Bonuses at a threshold.
    Bonus,
    /// Prizes of boards.
    Prizes,
    /// The recruiters' share.
    Recruiter,
    /// Rewards for having been referred or for having recruited.
    Referral,
    /// What was missing to the least that a period brings.
    Guarantee,
    /// What banks take for themselves.
    BankCharges,
    /// What exchanging at the bank cost beyond the rate on the payout; a gain where negative.
    FxDifference,
    /// Corrections by hand.
    Adjustments,
}

/// In which state an ambassador's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Holding {
    /// Earned, not cleared.
    Pending,
    /// Cleared, not paid.
    Available,
    /// In a payout that is not settled.
    InTransit,
    /// Arrived (a memo account).
    Paid,
    /// Tokens.
    Wallet,
}

impl Expense {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Commission,
        Self::Fees,
        Self::Bonus,
        Self::Prizes,
        Self::Recruiter,
        Self::Referral,
        Self::Guarantee,
        Self::BankCharges,
        Self::FxDifference,
        Self::Adjustments,
    ];

    /// The account's name.
    const fn account(self) -> &'static str {
        match self {
            Self::Commission => "expense:commission",
            Self::Fees => "expense:fees",
            Self::Bonus => "expense:bonus",
            Self::Prizes => "expense:prizes",
            Self::Recruiter => "expense:recruiter",
            Self::Referral => "expense:referral",
            Self::Guarantee => "expense:guarantee",
            Self::BankCharges => "expense:bank_charges",
            Self::FxDifference => "expense:fx_difference",
            Self::Adjustments => "expense:adjustments",
        }
    }
}

impl Holding {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Pending, Self::Available, Self::InTransit, Self::Paid, Self::Wallet];

    /// The last part of the account's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
            Self::InTransit => "in_transit",
            Self::Paid => "paid",
            Self::Wallet => "wallet",
        }
    }
}

impl Account {
    /// Money at the bank.
    pub const CASH: Self = Self(SmolStr::new_static("cash"));
    /// Credit at the brand's shop that payouts issued: owed until it is used there.
    pub const STORE_CREDIT: Self = Self(SmolStr::new_static("store_credit"));
    /// Gift cards that payouts issued: owed until they are used.
    pub const GIFT_CARD: Self = Self(SmolStr::new_static("gift_card"));
    /// What was kept back from payouts for the tax authority, and is owed to it.
    pub const TAX_WITHHELD: Self = Self(SmolStr::new_static("tax_withheld"));
    /// Memo: the other side of every `paid` account.
    pub const PAYOUTS_CONTROL: Self = Self(SmolStr::new_static("payouts_control"));
    /// The open position between two currencies.
    pub const FX: Self = Self(SmolStr::new_static("fx"));
    /// Debts of ambassadors that are given up.
    pub const WRITE_OFF: Self = Self(SmolStr::new_static("write_off"));
    /// Tokens in existence or spent.
    pub const TOKEN_ISSUED: Self = Self(SmolStr::new_static("token:issued"));
    /// Tokens that came back for something.
    pub const TOKEN_SPENT: Self = Self(SmolStr::new_static("token:spent"));
    /// The other side of all stock that ever came in.
    pub const PERK_SUPPLIED: Self = Self(SmolStr::new_static("perk:supplied"));
    /// Units on the shelf.
    pub const PERK_STOCK: Self = Self(SmolStr::new_static("perk:stock"));
    /// Units that are promised.
    pub const PERK_RESERVED: Self = Self(SmolStr::new_static("perk:reserved"));
    /// Units handed over.
    pub const PERK_DELIVERED: Self = Self(SmolStr::new_static("perk:delivered"));

    const SINGLE: [Self; 13] = [
        Self::CASH,
        Self::STORE_CREDIT,
        Self::GIFT_CARD,
        Self::TAX_WITHHELD,
        Self::PAYOUTS_CONTROL,
        Self::FX,
        Self::WRITE_OFF,
        Self::TOKEN_ISSUED,
        Self::TOKEN_SPENT,
        Self::PERK_SUPPLIED,
        Self::PERK_STOCK,
        Self::PERK_RESERVED,
        Self::PERK_DELIVERED,
    ];

    /// What the program spends on one kind of earning.
    #[must_use]
    pub const fn expense(kind: Expense) -> Self {
        Self(SmolStr::new_static(kind.account()))
    }

    /// An ambassador's value in one state.
    #[must_use]
    pub fn of(ambassador: &AmbassadorId, holding: Holding) -> Self {
        Self(format_smolstr!("ambassador:{}:{}", ambassador.as_str(), holding.as_str()))
    }

    /// From a name that is known to be an account: one that was read back from the store.
    #[must_use]
    pub fn trusted(name: &str) -> Self {
        Self(name.into())
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whose account it is, and in which state; `None` for the program's own accounts.
    ///
    /// An id may contain colons: the state is what stands after the last one.
    #[must_use]
    pub fn holder(&self) -> Option<(&str, Holding)> {
        let (ambassador, state) = self.0.strip_prefix("ambassador:")?.rsplit_once(':')?;
        let holding = Holding::ALL.into_iter().find(|holding| holding.as_str() == state)?;
        Some((ambassador, holding))
    }

    /// The kind of account: its name, with `*` for the ambassador: `ambassador:*:pending`.
    #[must_use]
    pub fn kind(&self) -> SmolStr {
        self.holder().map_or_else(|| self.0.clone(), |(_, holding)| kind_of(holding))
    }

    /// Whether a person may correct it by hand: expenses, `cash`, `fx`, `write_off`, and what ambassadors have available.
    /// Everything else follows from payouts, tokens and perks.
    #[must_use]
    pub fn is_adjustable(&self) -> bool {
        let own = [Self::CASH, Self::FX, Self::WRITE_OFF].contains(self) || self.0.starts_with("expense:");
        own || self.holder().is_some_and(|(_, holding)| holding == Holding::Available)
    }

    /// Every kind of account there is.
    #[must_use]
    pub fn kinds() -> Vec<SmolStr> {
        let spent = Expense::ALL.into_iter().map(|kind| SmolStr::new_static(kind.account()));
        let own = Self::SINGLE.into_iter().map(|account| account.0);
        spent.chain(Holding::ALL.into_iter().map(kind_of)).chain(own).collect()
    }
}

fn kind_of(holding: Holding) -> SmolStr {
    format_smolstr!("ambassador:*:{}", holding.as_str())
}

impl FromStr for Account {
    type Err = LedgerError;

    fn from_str(name: &str) -> Result<Self, LedgerError> {
        let account = Self(name.into());
        let held = account.holder().is_some_and(|(id, _)| id.parse::<AmbassadorId>().is_ok());
        let spent = Expense::ALL.into_iter().any(|kind| kind.account() == name);
        if held || spent || Self::SINGLE.contains(&account) {
            Ok(account)
        } else {
            Err(LedgerError::UnknownAccount(name.chars().take(80).collect()))
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_stable_and_read_back() {
        let odd = AmbassadorId::trusted("team:paid");
        for (account, name) in [
            (Account::expense(Expense::Commission), "expense:commission"),
            (Account::of(&AmbassadorId::trusted("ada"), Holding::InTransit), "ambassador:ada:in_transit"),
            (Account::of(&odd, Holding::Available), "ambassador:team:paid:available"),
            (Account::PAYOUTS_CONTROL, "payouts_control"),
        ] {
            assert_eq!(account.as_str(), name);
            assert_eq!(name.parse::<Account>().unwrap(), account);
        }
        assert_eq!(Account::of(&odd, Holding::Available).holder(), Some(("team:paid", Holding::Available)));
        assert_eq!(Account::of(&odd, Holding::Available).kind(), "ambassador:*:available");
        assert!(Account::kinds().contains(&Account::CASH.kind()));
        assert_eq!(Account::kinds().len(), 28);
    }

    #[test]
    fn other_names_are_refused() {
        for name in ["", "cash ", "expense:rent", "ambassador::paid", "ambassador:ada", "ambassador:ada:gone"]
        {
            assert!(name.parse::<Account>().is_err(), "{name}");
        }
    }
}
