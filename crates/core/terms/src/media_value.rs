//! What makes a table of media values one that can be reported by.

use tribute_money::Millionths;

use crate::{
    Program, Terms,
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_media_value(&self, findings: &mut Findings) {
        let Some(table) = &self.media_value else { return };
        let place = Place::new("media_value", 0, "version");
        findings.unless(!table.version.is_empty(), place, || {
            "media_value.version is empty; name it, such as \"2026-1\": two figures compare only under one version"
                .to_owned()
        });
        let values = [
            ("view", table.view),
            ("reaction", table.reaction),
            ("comment", table.comment),
            ("share", table.share),
            ("save", table.save),
        ];
        for (name, value) in values {
            findings.unless(value >= Millionths::ZERO, place.with(name), || {
                format!("media_value.{name}: {value} is negative; leave it out where it is worth nothing")
            });
        }
        findings.unless(values.iter().any(|(_, value)| *value > Millionths::ZERO), place.with(""), || {
            "media_value: nothing is worth anything; give at least one of view, reaction, comment, share, save"
                .to_owned()
        });
    }
}

impl Program {
    /// The version of the terms that was published with a table of media values of the same name and other values. Two
    /// figures under one name would not compare.
    #[must_use]
    pub fn other_media_values(&self, terms: &Terms) -> Option<&Terms> {
        let table = terms.media_value.as_ref()?;
        let differs = |known: &&Terms| {
            known.media_value.as_ref().is_some_and(|it| it.version == table.version && it != table)
        };
        self.versions().iter().find(differs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_a_name_and_a_value_and_none_below_zero() {
        let head = "[program]\nbrand = 'b'\nid = 'p'\nversion = '1'\neffective_from = '2026-01-01T00:00:00Z'\n\
                    currency = 'USD'\n[media_value]\n";
        let problems = |rest: &str| match Terms::parse(&format!("{head}{rest}")) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        };
        assert_eq!(problems("version = '1'\nview = '0.004'\nreaction = '0.30'\n"), Vec::<String>::new());
        for (rest, expected) in [
            ("version = ''\nview = '1'\n", "line 8: media_value.version is empty"),
            ("version = '1'\nview = '1'\nsave = '-1'\n", "line 10: media_value.save: -1.00 is negative"),
            ("version = '1'\n", "line 7: media_value: nothing is worth anything"),
        ] {
            let found: Vec<String> = problems(rest);
            assert!(found.iter().any(|it| it.starts_with(expected)), "{rest}: {found:?}");
        }
    }
}
