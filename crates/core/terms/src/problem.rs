use std::fmt;

use tribute_events::BrandId;

use crate::Terms;

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
        let line_of =
            |offset: usize| text.bytes().take(offset).filter(|byte| *byte == b'\n').count().saturating_add(1);
        let terms: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| line_of(span.start));
            vec![Problem { line, message: error.message().to_owned() }]
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
