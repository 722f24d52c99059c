//! What is wrong with terms, for tests.

use crate::Terms;

const HEAD: &str = "[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\n\
    effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n";

/// The problems of terms that begin with a head of six lines and go on with `rest`.
pub(crate) fn problems(rest: &str) -> Vec<String> {
    match Terms::parse(&format!("{HEAD}{rest}")) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}
