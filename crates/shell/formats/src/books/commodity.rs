use tribute_money::Asset;

/// The name that an asset has in plain text accounting: `[A-Z][A-Z_]*[A-Z]`, which hledger, ledger and beancount all
/// read without quotes.
///
/// A currency keeps its code. Tokens, perks and badges begin with `TOKEN_`, `PERK_`, `BADGE_`; what no such name may
/// hold is written as two characters: `_` as `__`, or `_U` at the end; `-` as `_M`; `.` as `_P`; the digits 0 to 9 as `_A`
/// to `_J`. So no two assets share a name, and [`asset_of`] finds the asset again.
#[must_use]
pub fn commodity_of(asset: &Asset) -> String {
    let code = asset.as_str();
    if asset.is_currency() {
        return code.to_owned();
    }
    let (prefix, code) = PREFIXES
        .iter()
        .find_map(|(ours, theirs)| Some((theirs, code.strip_prefix(ours)?)))
        .unwrap_or((&"TOKEN_", code));
    let mut name = String::from(*prefix);
    let last = code.len().saturating_sub(1);
    for (place, letter) in code.char_indices() {
        match letter {
            '_' if place == last => name.push_str("_U"),
            '_' => name.push_str("__"),
            other => match ESCAPED.iter().find(|(escaped, _)| *escaped == other) {
                Some((_, by)) => name.extend(['_', *by]),
                None => name.push(other),
            },
        }
    }
    name
}

/// The asset that has this name.
#[must_use]
pub fn asset_of(commodity: &str) -> Option<Asset> {
    let prefixes = PREFIXES.iter().copied().chain([("", "TOKEN_")]);
    let found = prefixes.into_iter().find_map(|(ours, theirs)| Some((ours, commodity.strip_prefix(theirs)?)));
    let Some((prefix, name)) = found else { return commodity.parse().ok() };
    let mut code = String::from(prefix);
    let mut letters = name.chars();
    while let Some(letter) = letters.next() {
        if letter != '_' {
            code.push(letter);
            continue;
        }
        let escape = letters.next()?;
        let plain = ESCAPED.iter().find(|(_, by)| *by == escape).map(|(plain, _)| *plain);
        code.push(if matches!(escape, '_' | 'U') { '_' } else { plain? });
    }
    code.parse().ok()
}

const PREFIXES: [(&str, &str); 2] = [("SKU:", "PERK_"), ("BADGE:", "BADGE_")];

const ESCAPED: [(char, char); 12] = [
    ('-', 'M'),
    ('.', 'P'),
    ('0', 'A'),
    ('1', 'B'),
    ('2', 'C'),
    ('3', 'D'),
    ('4', 'E'),
    ('5', 'F'),
    ('6', 'G'),
    ('7', 'H'),
    ('8', 'I'),
    ('9', 'J'),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_portable_differ_and_read_back() {
        let mut names = BTreeSet::new();
        for (code, want) in [
            ("USD", "USD"),
            ("GAMECOIN", "TOKEN_GAMECOIN"),
            ("GAME_COIN", "TOKEN_GAME__COIN"),
            ("COIN_", "TOKEN_COIN_U"),
            ("COIN__", "TOKEN_COIN___U"),
            ("S2026", "TOKEN_S_C_A_C_G"),
            ("SKU_TOTE", "TOKEN_SKU__TOTE"),
            ("SKU:TOTE", "PERK_TOTE"),
            ("SKU:TOTE-1.5", "PERK_TOTE_M_B_P_F"),
            ("SKU:_", "PERK__U"),
            ("PERK_TOTE", "TOKEN_PERK__TOTE"),
            ("BADGE:FAN", "BADGE_FAN"),
        ] {
            let asset: Asset = code.parse().unwrap();
            let name = commodity_of(&asset);
            assert_eq!(name, want);
            let inner = name.get(1..name.len() - 1).unwrap();
            assert!(inner.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'), "{name}");
            assert!(name.starts_with(|first: char| first.is_ascii_uppercase()), "{name}");
            assert!(name.ends_with(|last: char| last.is_ascii_uppercase()), "{name}");
            assert_eq!(asset_of(&name), Some(asset), "{name}");
            assert!(names.insert(name));
        }
        assert_eq!(asset_of("PERK_A_Z"), None);
    }
}
