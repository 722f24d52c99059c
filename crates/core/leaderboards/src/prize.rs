use sha2::{Digest, Sha256};
use smol_str::SmolStr;
use tribute_events::AmbassadorId;
use tribute_money::{Asset, MoneyError, Part, Rounding, allocate};
use tribute_terms::{Leaderboard, Ties};

use crate::Ranked;

/// Why prizes can not be given. Nobody wins anything then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PrizeError {
    /// A prize is less than nothing.
    #[error("board `{board}`: prize {rank} is {amount}; a prize is zero or more, correct the terms")]
    Negative {
        /// The board's key.
        board: SmolStr,
        /// The rank it is for.
        rank: usize,
        /// The prize, in minor units.
        amount: i64,
    },
    /// The prizes can not be added up or split exactly.
    #[error("board `{board}`: {error}")]
    Money {
        /// The board's key.
        board: SmolStr,
        /// What went wrong.
        error: MoneyError,
    },
}

/// The prizes of a board in minor units of the program's currency, each rounded once.
///
/// # Errors
/// [`PrizeError::Money`].
pub fn prize_amounts(
    board: &Leaderboard,
    currency: &Asset,
    rounding: Rounding,
) -> Result<Vec<i64>, PrizeError> {
    let money = |error| money_error(board.id.as_str(), error);
    let exponent = currency.exponent().map_err(money)?;
    board.prizes.iter().map(|prize| prize.to_minor(exponent, rounding).map_err(money)).collect()
}

/// Who wins how many minor units: the prize of each rank, first first. Equals share the prizes of the ranks that they
/// occupy; units that can not be shared go to the smaller SHA-256 of (board key, ambassador). Nobody wins zero.
///
/// With [`Ties::Each`] nothing is shared: each of the equals wins the prize of their rank.
///
/// `ranked` is what [`crate::rank`] returns. `board_key` names the board, its period and segment.
///
/// # Errors
/// [`PrizeError::Negative`], [`PrizeError::Money`].
pub fn prizes(
    board_key: &str,
    ranked: &[Ranked],
    prizes: &[i64],
    ties: Ties,
) -> Result<Vec<(AmbassadorId, i64)>, PrizeError> {
    if let Some((rank, amount)) = (1_usize..).zip(prizes).find(|(_, amount)| **amount < 0) {
        return Err(PrizeError::Negative { board: board_key.into(), rank, amount: *amount });
    }
    let money = |error| money_error(board_key, error);
    let mut left = prizes.iter();
    let mut won = Vec::new();
    for equals in ranked.chunk_by(|a, b| a.rank == b.rank) {
        let occupied: Vec<i64> = left.by_ref().take(equals.len()).copied().collect();
        if ties == Ties::Each {
            let whole = occupied.first().copied().unwrap_or_default();
            let all = equals.iter().map(|row| (row.ambassador.clone(), whole));
            won.extend(all.filter(|(_, amount)| *amount > 0));
            continue;
        }
        let pot = occupied.into_iter().try_fold(0_i64, i64::checked_add);
        let pot = pot.ok_or(MoneyError::Overflow).map_err(money)?;
        if pot == 0 {
            continue;
        }
        let parts: Vec<Part> = equals.iter().map(|row| part(board_key, &row.ambassador)).collect();
        let amounts = allocate(pot, &parts).map_err(money)?;
        let winners = equals.iter().map(|row| row.ambassador.clone());
        won.extend(winners.zip(amounts).filter(|(_, amount)| *amount > 0));
    }
    Ok(won)
}

/// All equals weigh the same. Identifiers hold no control characters: the zero byte separates them for good.
fn part(board_key: &str, ambassador: &AmbassadorId) -> Part {
    let mut hasher = Sha256::new_with_prefix(board_key);
    hasher.update([0]);
    hasher.update(ambassador.as_str());
    Part { weight: 1, tie: hasher.finalize().into() }
}

fn money_error(board: &str, error: MoneyError) -> PrizeError {
    PrizeError::Money { board: board.into(), error }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::rank;

    fn ranked(scores: &[i128]) -> Vec<Ranked> {
        let named = |(index, score): (usize, &i128)| (AmbassadorId::trusted(&format!("a{index}")), *score);
        rank(scores.iter().enumerate().map(named).collect())
    }

    fn won(scores: &[i128], pots: &[i64]) -> Vec<(String, i64)> {
        let won = prizes("friends/top/2026-03", &ranked(scores), pots, Ties::Share).unwrap();
        won.into_iter().map(|(id, amount)| (id.to_string(), amount)).collect()
    }

    #[test]
    fn case_38_two_tie_for_first_place() {
        let expected = [("a0", 7_500), ("a1", 7_500), ("a2", 2_000)];
        assert_eq!(
            won(&[9, 9, 4, 1], &[10_000, 5_000, 2_000]),
            expected.map(|(id, sum)| (id.to_owned(), sum))
        );
    }

    #[test]
    fn a_tie_that_reaches_beyond_the_prizes_shares_what_there_is() {
        let shared = won(&[9, 5, 5, 5], &[100, 50]);
        assert_eq!(shared[0], ("a0".to_owned(), 100));
        let mut amounts: Vec<_> = shared[1..].iter().map(|(_, amount)| *amount).collect();
        amounts.sort_unstable();
        assert_eq!(amounts, [16, 17, 17]);
        assert!(won(&[9], &[]).is_empty());
        assert!(won(&[], &[100]).is_empty());
    }

    #[test]
    fn each_of_the_equals_may_win_the_whole_prize() {
        let won = prizes("top", &ranked(&[9, 9, 4, 1]), &[100, 50, 20], Ties::Each).unwrap();
        let won: Vec<_> = won.iter().map(|(id, amount)| (id.as_str(), *amount)).collect();
        assert_eq!(won, [("a0", 100), ("a1", 100), ("a2", 20)]);
    }

    #[test]
    fn a_negative_prize_is_refused() {
        let refused = prizes("top", &ranked(&[3]), &[5, -1], Ties::Share).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "board `top`: prize 2 is -1; a prize is zero or more, correct the terms"
        );
        assert!(matches!(
            prizes("top", &ranked(&[3, 3]), &[i64::MAX, 1], Ties::Share),
            Err(PrizeError::Money { .. })
        ));
    }

    proptest! {
        #[test]
        fn prizes_add_up(
            scores in prop::collection::vec(1_i128..5, 0..12),
            pots in prop::collection::vec(0_i64..1_000_000, 0..8),
        ) {
            let total: i64 = pots.iter().take(scores.len()).sum();
            let won = prizes("top", &ranked(&scores), &pots, Ties::Share).unwrap();
            prop_assert_eq!(won.iter().map(|(_, amount)| amount).sum::<i64>(), total);
            prop_assert!(won.iter().all(|(_, amount)| *amount > 0));
        }
    }
}
