//! Field 86: what the bank writes to an entry. Two forms are common: numbered parts (`?20EREF+…`), and names between
//! slashes (`/EREF/…/`). Anything else is text.

use tribute_events::statement::{Entry, References, ReturnReason};

use super::super::{reasons::iso_words, reference};

/// The length at which banks break a line in the middle of a word.
const FULL_LINE: usize = 65;
/// The names of SEPA parts in numbered fields; each ends where the next begins.
const SEPA: [&str; 12] = [
    "EREF+", "KREF+", "MREF+", "CRED+", "DEBT+", "COAM+", "OAMT+", "SVWZ+", "ABWA+", "ABWE+", "RREF+",
    "MTLG:",
];
/// Business transaction codes of German banks for payments that came back.
const RETURNS: [&str; 4] = ["108", "109", "159", "160"];

/// Adds a field 86 to its entry.
pub(super) fn add(entry: &mut Entry, lines: &[&str]) {
    let numbered = lines.iter().any(|line| line.contains("?20") || line.contains("?00"));
    let (text, references, returned) = if numbered { numbered_parts(lines) } else { slashed(&joined(lines)) };
    entry.references = references.or(&entry.references);
    entry.returned = returned.or_else(|| entry.returned.take());
    let texts = [std::mem::take(&mut entry.text), text];
    entry.text = texts.into_iter().filter(|it| !it.is_empty()).collect::<Vec<_>>().join(" ");
}

/// Lines as one text: a full line goes on in the middle of a word.
fn joined(lines: &[&str]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(line);
        if line.chars().count() < FULL_LINE {
            text.push(' ');
        }
    }
    text.trim().to_owned()
}

fn numbered_parts(lines: &[&str]) -> (String, References, Option<ReturnReason>) {
    // Parts run over line ends without a mark.
    let whole: String = lines.concat();
    let code = whole.get(..3).unwrap_or_default();
    let mut purpose = String::new();
    let mut text_key = "";
    for part in whole.split('?').skip(1) {
        let Some((number, content)) = part.split_at_checked(2) else { continue };
        match number.parse::<u8>() {
            Ok(20..=29 | 60..=63) => purpose.push_str(content),
            Ok(34) => text_key = content.trim(),
            _ => {}
        }
    }
    let of = |name: &str| reference(sepa(&purpose, name));
    let references = References { end_to_end: of("EREF+"), customer: of("KREF+"), ..References::default() };
    let said = sepa(&purpose, "MTLG:").unwrap_or_default();
    let returned =
        RETURNS.contains(&code).then(|| ReturnReason { code: text_key.into(), words: said.to_owned() });
    let text = sepa(&purpose, "SVWZ+").unwrap_or(&purpose).trim().to_owned();
    (text, references, returned)
}

/// What follows a name up to the next one.
fn sepa<'a>(purpose: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = purpose.split_once(name)?;
    let end = SEPA.iter().filter_map(|other| rest.find(other)).min();
    rest.get(..end.unwrap_or(rest.len())).map(str::trim)
}

/// `/TRTP/SEPA/EREF/po_1/RTRN/AC04/REMI/…`.
fn slashed(text: &str) -> (String, References, Option<ReturnReason>) {
    let of = |name: &str| {
        let (_, rest) = text.split_once(&format!("/{name}/"))?;
        // A value may hold slashes; it ends at the next name of four capitals.
        let end = rest.match_indices('/').find_map(|(at, _)| {
            let next: String = rest.get(at + 1..)?.chars().take_while(|it| it.is_ascii_uppercase()).collect();
            let named = (2..=4).contains(&next.len()) && rest.get(at + 1 + next.len()..)?.starts_with('/');
            named.then_some(at)
        });
        let value = rest.get(..end.unwrap_or(rest.len()))?;
        Some(value.trim_end_matches('/').trim())
    };
    let references = References {
        end_to_end: reference(of("EREF")),
        message: reference(of("MSID")),
        payment_info: reference(of("PREF")),
        instruction: reference(of("IREF")),
        customer: reference(of("KREF")),
        ..References::default()
    };
    let returned = of("RTRN").map(|code| ReturnReason {
        code: code.into(),
        words: iso_words(code).unwrap_or_default().to_owned(),
    });
    (of("REMI").unwrap_or(text).to_owned(), references, returned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbered_parts_run_over_line_ends() {
        let lines = [
            "116?00SEPA-UEBERW?100399?20EREF+TFNR 01015 00004?21KREF+TFNR 0101",
            "5  Instructio?22n Id 00004?23SVWZ+Commission ?24Octo",
            "ber?30BIC?31IBAN?32NAME",
        ];
        let (text, references, returned) = numbered_parts(&lines);
        assert_eq!(references.end_to_end.as_deref(), Some("TFNR 01015 00004"));
        assert_eq!(references.customer.as_deref(), Some("TFNR 01015  Instruction Id 00004"));
        assert_eq!((text.as_str(), returned), ("Commission October", None));
    }

    #[test]
    fn a_return_says_why() {
        let lines = ["159?00RETOURE?20EREF+po_7?21MTLG:Konto gesperr", "t?34903"];
        let (_, references, returned) = numbered_parts(&lines);
        assert_eq!(references.end_to_end.as_deref(), Some("po_7"));
        assert_eq!(returned.unwrap().to_string(), "903 Konto gesperrt");
        let (text, references, returned) = slashed("/TRTP/SEPA/RTRN/AC04/EREF/a/b-1/REMI/Commission/");
        assert_eq!((text.as_str(), references.end_to_end.as_deref()), ("Commission", Some("a/b-1")));
        assert_eq!(returned.unwrap().to_string(), "AC04 the account is closed");
    }

    #[test]
    fn a_full_line_goes_on_in_the_middle_of_a_word() {
        let full = "x".repeat(63) + "po";
        assert!(joined(&[&full, "_1 rest"]).ends_with("xpo_1 rest"));
        assert_eq!(joined(&["short", "line"]), "short line");
    }
}
