//! Scores, ranks, ties and prizes.
