use std::fmt;

use tribute_events::BrandId;

use crate::{Terms, finding::line_of};

/// What is wrong with a terms file, where, and what would be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The line of the file, from 1; 0 where it concerns the file as a whole.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            f.write_str(&self.message)
        } else {
            write!(f, "line {}: {}", self.line, self.message)
        }
    }
}

impl Terms {
    /// Reads a terms file and checks it, as [`Terms::check`] does.
    ///
    /// # Errors
    /// Every problem that was found, in the order of the lines.
    pub fn parse(text: &str) -> Result<Self, Vec<Problem>> {
        let terms: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| line_of(text, span.start));
            vec![Problem { line, message: in_words(error.message()) }]
        })?;
        let problems = terms.errors().located(Some(text));
        if problems.is_empty() { Ok(terms) } else { Err(problems) }
    }

    /// Checks that the terms speak for `brand` and no other.
    ///
    /// # Errors
    /// The problem, where they name another brand.
    pub fn belongs_to(&self, brand: &BrandId) -> Result<(), Vec<Problem>> {
        if self.program.brand == *brand {
            return Ok(());
        }
        let message =
            format!("program.brand is `{}`, but the event came for brand `{brand}`", self.program.brand);
        Err(vec![Problem { line: 0, message }])
    }
}

/// What the reader of TOML says of a shape, in words that a person who writes terms knows, with what would be right.
fn in_words(message: &str) -> String {
    const PAYS: &str = "keep one, such as pays.percent = \"10%\" or pays.per_order = \"5.00\"";
    match message {
        "wanted exactly 1 element, more than 1 element" => {
            return format!("of the choices that there are here one is right, and several are given; {PAYS}");
        }
        "wanted exactly 1 element, found 0 elements" => {
            return format!("of the choices that there are here one is right, and none is given; {PAYS}");
        }
        "wanted string or table" => {
            return "a text or a table is wanted here, such as renewals = \"forever\" or renewals.months = 12".to_owned();
        }
        "invalid type: unit variant, expected newtype variant" => {
            return "a number belongs to it; write it like renewals.months = 12".to_owned();
        }
        _ => {}
    }
    if let Some((found, wanted)) = split(message, "invalid type: ", ", expected ") {
        return shape(found, wanted);
    }
    if let Some((name, known)) = split(message, "unknown variant ", ", expected ") {
        return format!("{name} is not known here; known are {}", known.trim_start_matches("one of "));
    }
    if let Some((name, known)) = split(message, "unknown field ", ", expected ") {
        return format!(
            "the key {name} is not known here; known are {}",
            known.trim_start_matches("one of ")
        );
    }
    match message.strip_prefix("missing field ") {
        Some(name) => format!("the key {name} is missing"),
        None => message.to_owned(),
    }
}

fn split<'m>(message: &'m str, head: &str, between: &str) -> Option<(&'m str, &'m str)> {
    message.strip_prefix(head)?.split_once(between)
}

/// That something of one shape stands where another one is wanted.
fn shape(found: &str, wanted: &str) -> String {
    match (found, wanted) {
        ("map", "a sequence") => {
            "one table stands where there may be several; write its name in two brackets, like [[commission]]"
                .to_owned()
        }
        ("map", time) if time.starts_with("an RFC 3339 time") => {
            format!("a time is a text in quotes: {time}")
        }
        (_, "a sequence") => format!("{found} stands where a list is wanted, such as [\"photo\", \"video\"]"),
        (_, table) if table.starts_with("struct ") || table == "a map" => {
            format!("{found} stands where a table of keys is wanted")
        }
        _ => format!("{found} stands where {wanted} is wanted"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rest: &str) -> String {
        let head = "[program]\nbrand = 'acme'\nid = 'p'\nversion = '1'\n\
            effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n";
        let problems = Terms::parse(&format!("{head}{rest}")).unwrap_err();
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_wrong_shape_is_said_in_words_with_what_would_be_right() {
        let rule = |rest: &str| said(&format!("[[commission]]\nid = 'a'\n{rest}\n"));
        for (rest, expected) in [
            (
                "pays.percent = '1%'\npays.per_order = '5'",
                "line 9: of the choices that there are here one is right, and several",
            ),
            ("pays = {}", "line 9: of the choices that there are here one is right, and none"),
            (
                "pays.percentage = '5%'",
                "line 9: `percentage` is not known here; known are `percent`, `per_order`",
            ),
            (
                "pays.percent = 5",
                "line 9: integer `5` stands where a rate like \"2.9%\" or \"0.029\" is wanted",
            ),
            ("", "line 7: the key `pays` is missing"),
            (
                "pays.percent = '5%'\nrenewals = 3",
                "line 10: a text or a table is wanted here, such as renewals",
            ),
            (
                "pays.percent = '5%'\nrenewals = 'months'",
                "line 10: a number belongs to it; write it like renewals.months",
            ),
            ("pays.percent = '5%'\nwhen = 3", "line 10: integer `3` stands where a table of keys is wanted"),
            ("pays.percent = '5%'\nwhen.skus = 'A'", "line 10: string \"A\" stands where a list is wanted"),
            (
                "pays.percent = '5%'\nwhen.sku = ['A']",
                "line 10: the key `sku` is not known here; known are `ambassadors`",
            ),
            (
                "pays.percent = '5%'\nwhen.from = 2026-01-01",
                "line 10: a time is a text in quotes: an RFC 3339 time",
            ),
        ] {
            let found = rule(rest);
            assert!(found.starts_with(expected), "{rest}: {found}");
        }
        let one = said("[commission]\nid = 'a'\npays.percent = '5%'\n");
        assert!(one.starts_with("line 7: one table stands where there may be several"), "{one}");
    }
}
