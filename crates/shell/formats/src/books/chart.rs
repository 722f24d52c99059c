use std::{borrow::Cow, collections::BTreeMap};

use serde::Deserialize;
use tribute_ledger::Account;

use super::{BooksError, names};

/// A customer's chart of accounts: which of their accounts each of ours is written to.
///
/// A TOML file with one table. On the left stands a kind of our accounts, `*` for the ambassador; on the right the
/// customer's account, in which `{ambassador}` stands for the ambassador's id. Where it does not stand, everybody is
/// added up in that account. A kind that is not named keeps our own name.
///
/// ```
/// let chart = tribute_formats::books::Chart::read(
///     "[accounts]\n\"ambassador:*:available\" = \"Liabilities:Payable:{ambassador}\"\ncash = \"Assets:Bank\"\n",
/// )?;
/// assert_eq!(chart.target("ambassador:ada:available"), Some("Liabilities:Payable:{ambassador}"));
/// assert_eq!(chart.target("fx"), None);
/// # Ok::<(), tribute_formats::books::BooksError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chart {
    targets: BTreeMap<String, Target>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    name: String,
    line: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    accounts: BTreeMap<toml::Spanned<String>, toml::Spanned<String>>,
}

impl Chart {
    /// Reads a mapping.
    ///
    /// # Errors
    /// [`BooksError::Chart`] with the line: no TOML, a kind of account that is not ours, a name that is none.
    pub fn read(text: &str) -> Result<Self, BooksError> {
        let line_of =
            |place: usize| text.get(..place).unwrap_or_default().matches('\n').count().saturating_add(1);
        let wrong = |line, problem| BooksError::Chart { line, problem };
        let file: File = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_of(span.start));
            wrong(line, error.message().to_owned())
        })?;
        let known = Account::kinds();
        let mut targets = BTreeMap::new();
        for (kind, name) in file.accounts {
            let line = line_of(kind.span().start);
            let (kind, name) = (kind.into_inner(), name.into_inner());
            if !known.iter().any(|it| *it == kind) {
                let known = known.join(", ");
                return Err(wrong(line, format!("`{kind}` is no account of ours; there are: {known}")));
            }
            if name.contains("{ambassador}") && !kind.contains('*') {
                return Err(wrong(
                    line,
                    format!("`{kind}` belongs to no ambassador: `{name}` cannot name one"),
                ));
            }
            names::check_plain(&name).map_err(|problem| wrong(line, problem))?;
            targets.insert(kind, Target { name, line });
        }
        Ok(Self { targets })
    }

    /// The customer's account for one of ours, as the mapping says it; none where it keeps its name.
    #[must_use]
    pub fn target(&self, account: &str) -> Option<&str> {
        let kind = Account::trusted(account).kind();
        self.targets.get(kind.as_str()).map(|target| target.name.as_str())
    }

    /// Whether every name on the right can stand in a beancount file.
    pub(super) fn check_for_beancount(&self) -> Result<(), BooksError> {
        for target in self.targets.values() {
            let shown = target.name.replace("{ambassador}", "Id-x");
            names::check_beancount(&shown)
                .map_err(|problem| BooksError::Chart { line: target.line, problem })?;
        }
        Ok(())
    }

    /// The name of an account in hledger, ledger, CSV and JSON.
    pub(super) fn plain<'a>(&'a self, account: &'a Account) -> Cow<'a, str> {
        let holder = account.holder();
        match (self.target(account.as_str()), holder) {
            (Some(target), None) => target.into(),
            (Some(target), Some((id, _))) => target.replace("{ambassador}", &names::plain(id)).into(),
            (None, None) => account.as_str().into(),
            (None, Some((id, _))) => account.kind().replace('*', &names::plain(id)).into(),
        }
    }

    /// The name of an account in beancount.
    pub(super) fn beancount(&self, account: &Account) -> String {
        let id = account.holder().map(|(id, _)| names::beancount(id)).unwrap_or_default();
        match self.target(account.as_str()) {
            Some(target) => target.replace("{ambassador}", &id),
            None => names::own_in_beancount(&account.kind(), &id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ours_is_an_error_with_its_line() {
        for (text, line, says) in [
            ("[accounts]\ncash = 'Assets:Bank'\nrent = 'Expenses:Rent'\n", 3, "`rent` is no account of ours"),
            ("[accounts]\n\ncash = 'Assets:{ambassador}'\n", 3, "belongs to no ambassador"),
            ("[accounts]\ncash = 'Assets;Bank'\n", 2, "`;`"),
            ("[accounts]\ncash = 5\n", 2, "invalid type"),
            ("[account]\ncash = 'Assets:Bank'\n", 1, "unknown field"),
        ] {
            let error = Chart::read(text).unwrap_err();
            assert!(error.to_string().contains(&format!("line {line}")), "{text}: {error}");
            assert!(error.to_string().contains(says), "{text}: {error}");
        }
        let chart = Chart::read("[accounts]\ncash = '1000 Bank'\n").unwrap();
        assert!(chart.check_for_beancount().unwrap_err().to_string().contains("line 2"));
    }

    #[test]
    fn an_account_without_the_ambassador_adds_everybody_up() {
        let chart = Chart::read("[accounts]\n'ambassador:*:pending' = 'Liabilities:Accrued'\n").unwrap();
        let account = Account::trusted("ambassador:ada:pending");
        assert_eq!(chart.plain(&account), "Liabilities:Accrued");
        assert_eq!(chart.beancount(&account), "Liabilities:Accrued");
        let other = Account::trusted("ambassador:team a:paid");
        assert_eq!(chart.plain(&other), "ambassador:team%20a:paid");
        assert_eq!(chart.beancount(&other), "Equity:Ambassador:Id-team-x20-a:Paid");
    }
}
