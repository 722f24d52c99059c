//! What makes thresholds of fraud that can be read ones that can be run.

use crate::{
    Terms,
    check::check_rate,
    finding::{Findings, Place},
};

impl Terms {
    pub(crate) fn check_fraud(&self, findings: &mut Findings) {
        let fraud = &self.fraud;
        let place = |key| Place::new("fraud", 0, key);
        for (key, rate) in [("code_jump", fraud.code_jump), ("refund_ratio", fraud.refund_ratio)] {
            check_rate(findings, place(key), &format!("fraud.{key}"), rate);
        }
        let windows = [
            ("clicks_window", fraud.clicks_window),
            ("code_window", fraud.code_window),
            ("refund_window", fraud.refund_window),
        ];
        for (key, window) in windows {
            findings.unless(window.millis() > 0, place(key), || format!("fraud.{key} must be longer than 0"));
        }
        let counts = [
            ("code_strangers", fraud.code_strangers),
            ("code_strangers_new", fraud.code_strangers_new),
            ("refund_orders", fraud.refund_orders),
        ];
        for (key, count) in counts {
            findings.unless(count > 0, place(key), || {
                format!("fraud.{key} must be at least 1; a larger number holds less")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::Terms;

    #[test]
    fn thresholds_that_make_no_sense_are_refused() {
        let head = "[program]\nbrand = 'acme'\nid = 'friends'\nversion = '1'\n\
            effective_from = '2026-01-01T00:00:00Z'\ncurrency = 'USD'\n[fraud]\n";
        let without = head.replace("[fraud]\n", "");
        for text in [head, &without] {
            let taken = Terms::parse(text).unwrap().fraud;
            assert_eq!(taken, crate::FraudTerms::default(), "no table and an empty one take every default");
        }
        assert!(Terms::parse(&format!("{head}off = true\n")).unwrap().fraud.off);
        for (rest, expected) in [
            ("refund_ratio = '140%'", "line 8: fraud.refund_ratio: 140%"),
            ("code_window = '0d'", "line 8: fraud.code_window must be longer"),
            ("code_strangers = 0", "line 8: fraud.code_strangers must be at least 1"),
        ] {
            let problems = Terms::parse(&format!("{head}{rest}\n")).unwrap_err();
            assert!(problems.iter().any(|it| it.to_string().starts_with(expected)), "{rest}: {problems:?}");
        }
    }
}
