use tribute_events::Timestamp;

use crate::{Problem, Terms};

impl Terms {
    /// The text of a terms file as another version that takes effect at another instant. All else is as it was written.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    pub fn moved(text: &str, version: &str, effective_from: Timestamp) -> Result<String, Vec<Problem>> {
        Self::parse(text)?;
        let problem = |message: String| vec![Problem { line: 0, message }];
        let mut table: toml::Table = toml::from_str(text).map_err(|why| problem(why.message().to_owned()))?;
        if let Some(toml::Value::Table(head)) = table.get_mut("program") {
            head.insert("version".into(), version.into());
            head.insert("effective_from".into(), effective_from.to_string().into());
        }
        toml::to_string(&table).map_err(|why| problem(why.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_the_version_and_its_beginning_changes() {
        let text = "[program]\nbrand = 'acme'\nid = 'p'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\n\
                    currency = 'USD'\n[[commission]]\nid = 'ten'\npays.percent = '10%'\n";
        let from: Timestamp = "2026-03-01T00:00:00Z".parse().unwrap();
        let mut want = Terms::parse(text).unwrap();
        want.program.version = "trial".into();
        want.program.effective_from = from;
        assert_eq!(Terms::parse(&Terms::moved(text, "trial", from).unwrap()).unwrap(), want);
        assert!(Terms::moved("[program]", "trial", from).is_err());
    }
}
