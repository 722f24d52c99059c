//! Helvetica as every PDF reader has it: how wide its letters are, and which letters there are.

/// The two faces that are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Face {
    Plain,
    Bold,
}

/// Thousandths of the size, for the letters from space to tilde: Adobe's metrics of the standard fonts.
const PLAIN: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278,
    556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584,
    556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556,
    333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
/// Letters above ASCII are taken for as wide as the widest, `Æ`, so that nothing runs over.
const OTHER: u16 = 1000;

/// How wide a text is, in thousandths of the size.
pub(super) fn width(text: &str, face: Face) -> u32 {
    let table = if face == Face::Bold { &BOLD } else { &PLAIN };
    let of = |letter: char| {
        let place = u32::from(letter).checked_sub(32).and_then(|place| usize::try_from(place).ok());
        place.and_then(|place| table.get(place)).copied().unwrap_or(OTHER)
    };
    text.chars().map(|letter| u32::from(of(letter))).sum()
}

/// A text in letters that the font has. Any other is written by its code point, `<U+5F20>`: shown, not dropped.
pub(super) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\u{20}'..='\u{7e}' | '\u{a1}'..='\u{ff}' => shown.push(letter),
            '–' | '“' | '”' => shown.push(letter),
            _ => shown.push_str(&format!("<U+{:04X}>", u32::from(letter))),
        }
    }
    shown
}

/// Bytes of the encoding `WinAnsiEncoding`, of a text that was made by [`shown`].
pub(super) fn encoded(text: &str) -> Vec<u8> {
    let byte = |letter| match letter {
        '–' => 0x96,
        '“' => 0x93,
        '”' => 0x94,
        _ => u8::try_from(u32::from(letter)).unwrap_or(b'?'),
    };
    text.chars().map(byte).collect()
}
