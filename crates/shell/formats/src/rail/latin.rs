//! How names are written where a rail carries Latin letters only.
//!
//! The table, in this order:
//! 1. a letter with marks loses them (canonical decomposition of Unicode): é → e, ä → a, č → c, ễ → e;
//! 2. letters that are one of their own: ß → ss, ẞ → SS, æ → ae, Æ → AE, œ → oe, Œ → OE, ø → o, Ø → O, ð → d, Ð → D,
//!    đ → d, Đ → D, þ → th, Þ → TH, ł → l, Ł → L, ı → i, ħ → h, Ħ → H, ŋ → n, Ŋ → N;
//! 3. signs that have a plain twin: quotation marks and accents that stand alone → ', dashes → -, a no-break space → a space;
//!    and where SEPA lacks the sign itself: & → +, _ → -.
//!
//! Whatever is left and not carried is refused. Greek, Cyrillic and other scripts are never transcribed: which spelling
//! the account has only its holder knows.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::Refusal;

/// What a rail carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alphabet {
    /// The SEPA Latin character set: letters, digits and `/ - ? : ( ) . , ' +` and space.
    Sepa,
    /// ASCII from space to tilde, as NACHA has it.
    Ascii,
}

impl Alphabet {
    const fn rail(self) -> &'static str {
        match self {
            Self::Sepa => "SEPA",
            Self::Ascii => "NACHA",
        }
    }

    pub(super) fn carries(self, letter: char) -> bool {
        match self {
            Self::Sepa => letter.is_ascii_alphanumeric() || "/-?:().,'+ ".contains(letter),
            Self::Ascii => (' '..='~').contains(&letter),
        }
    }

    /// The text in this alphabet.
    ///
    /// # Errors
    /// Where a character cannot be carried.
    pub(super) fn write(self, text: &str, field: &'static str) -> Result<String, Refusal> {
        let mut written = String::new();
        let letters = text.nfd().filter(|letter| !is_combining_mark(*letter));
        for letter in letters {
            match self.plain(letter) {
                Some(plain) => written.push_str(plain),
                None if self.carries(letter) => written.push(letter),
                None => return Err(Refusal::Character { field, character: letter, rail: self.rail() }),
            }
        }
        Ok(written)
    }

    /// The same, where at most `max` characters fit.
    ///
    /// # Errors
    /// Where a character cannot be carried, or there are too many.
    pub(super) fn fit(self, text: &str, field: &'static str, max: usize) -> Result<String, Refusal> {
        let written = self.write(text, field)?;
        let length = written.len();
        if length > max { Err(Refusal::TooLong { field, length, max }) } else { Ok(written) }
    }

    const fn plain(self, letter: char) -> Option<&'static str> {
        Some(match letter {
            'ß' => "ss",
            'ẞ' => "SS",
            'æ' => "ae",
            'Æ' => "AE",
            'œ' => "oe",
            'Œ' => "OE",
            'ø' => "o",
            'Ø' => "O",
            'ð' | 'đ' => "d",
            'Ð' | 'Đ' => "D",
            'þ' => "th",
            'Þ' => "TH",
            'ł' => "l",
            'Ł' => "L",
            'ı' => "i",
            'ħ' => "h",
            'Ħ' => "H",
            'ŋ' => "n",
            'Ŋ' => "N",
            '‘' | '’' | 'ʼ' | '`' | '´' | '“' | '”' | '„' | '"' => "'",
            '‐' | '‑' | '–' | '—' => "-",
            '\u{a0}' => " ",
            '&' if matches!(self, Self::Sepa) => "+",
            '_' if matches!(self, Self::Sepa) => "-",
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sepa(text: &str) -> Result<String, Refusal> {
        Alphabet::Sepa.write(text, "name")
    }

    #[test]
    fn letters_lose_their_marks_and_nothing_else_changes() {
        for (text, written) in [
            ("Zoë Groß", "Zoe Gross"),
            ("Ægir Þórsson", "AEgir THorsson"),
            ("Łukasz Żółć", "Lukasz Zolc"),
            ("Nguyễn Văn Đức", "Nguyen Van Duc"),
            ("e\u{301}", "e"),
            ("O’Neil & Sons – “Ltd”", "O'Neil + Sons - 'Ltd'"),
            ("Renée/Ada (2): a,b.c?+", "Renee/Ada (2): a,b.c?+"),
        ] {
            assert_eq!(sepa(text).unwrap(), written);
        }
        assert_eq!(Alphabet::Ascii.write("Smith & Zoë_#1", "name").unwrap(), "Smith & Zoe_#1");
    }

    #[test]
    fn what_cannot_be_carried_is_refused_and_named() {
        for (text, character) in
            [("Ada 李", '李'), ("Αθηνά", 'Α'), ("Иван", 'И'), ("a@b", '@'), ("a;b", ';'), ("5€", '€')]
        {
            let refusal = Refusal::Character { field: "name", character, rail: "SEPA" };
            assert_eq!(sepa(text), Err(refusal), "{text}");
        }
        let long = Refusal::TooLong { field: "name", length: 4, max: 3 };
        assert_eq!(Alphabet::Sepa.fit("ßß", "name", 3), Err(long));
    }
}
