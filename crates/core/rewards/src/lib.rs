//! Missions, tokens and perks.
