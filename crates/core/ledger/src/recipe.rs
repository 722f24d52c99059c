use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};

use crate::LedgerError;

macro_rules! recipes {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)*) => {
        /// Every kind of transaction there is. The names are stable: they are stored and hashed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Recipe {
            $($(#[$doc])* $variant,)*
        }

        impl Recipe {
            /// Every recipe.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The name as it is stored.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

recipes! {
    /// An earning, or with a negative amount its reversal: expense → pending.
    Accrue = "accrue",
    /// An earning, or its reversal, passes its clearing instant: pending → available.
    Clear = "clear",
    /// A debt is given up: write-off → available.
    WriteOff = "write_off",
    /// A payout is proposed: available → in transit.
    ProposePayout = "propose_payout",
    /// The first half of a conversion: in transit → FX, in the currency that is left.
    ExchangeOut = "exchange_out",
    /// The second half of a conversion: FX → in transit, in the currency that is entered.
    ExchangeIn = "exchange_in",
    /// A part of a payout is kept back for the tax authority: in transit → tax withheld.
    WithholdTax = "withhold_tax",
    /// What was kept back of a payout that did not arrive: tax withheld → in transit.
    ReleaseTax = "release_tax",
    /// What was kept back is paid to the tax authority, or with a negative amount comes back from it: tax withheld → cash.
    RemitTax = "remit_tax",
    /// A payout arrived: in transit → cash, store credit or gift card, and the memo of what was paid.
    SettlePayout = "settle_payout",
    /// Settled money came back: cash → in transit, and the memo reversed.
    UnsettlePayout = "unsettle_payout",
    /// A payout's money goes back to its owner: in transit → available.
    GiveBack = "give_back",
    /// The bank takes something for itself, or with a negative amount gives it back: expense → cash.
    BankCharge = "bank_charge",
    /// The first half of an exchange at the bank: FX → cash, in the currency that was paid.
    BankExchangeIn = "bank_exchange_in",
    /// The second half: cash → FX in the account's currency, and what it cost beyond the payout's rate.
    BankExchangeOut = "bank_exchange_out",
    /// A correction by hand, which two people answer for.
    Adjust = "adjust",
    /// Tokens are granted, or with a negative amount revoked: issue → wallet.
    GrantTokens = "grant_tokens",
    /// Tokens are spent: wallet → spent.
    SpendTokens = "spend_tokens",
    /// Tokens expire: wallet → issue.
    ExpireTokens = "expire_tokens",
    /// Units of a perk came in: supplied → stock.
    StockPerk = "stock_perk",
    /// A grant takes units: stock → reserved.
    ReservePerk = "reserve_perk",
    /// Units were handed over: reserved → delivered.
    DeliverPerk = "deliver_perk",
    /// A product was sent out without a grant, or with a negative amount was not after all: supplied → delivered.
    ShipPerk = "ship_perk",
    /// A fulfilment was cancelled: reserved → stock.
    CancelPerk = "cancel_perk",
    /// A grant lost its ground before it was delivered: reserved → stock.
    RevokePerk = "revoke_perk",
}

impl FromStr for Recipe {
    type Err = LedgerError;

    fn from_str(name: &str) -> Result<Self, LedgerError> {
        let found = Self::ALL.iter().copied().find(|recipe| recipe.as_str() == name);
        found.ok_or_else(|| LedgerError::UnknownRecipe(name.chars().take(40).collect()))
    }
}

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Recipe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for recipe in Recipe::ALL {
            assert_eq!(recipe.as_str().parse(), Ok(*recipe));
        }
        assert!("steal".parse::<Recipe>().is_err());
    }
}
