//! Settings that are allowed, and probably not meant.

use crate::settings::{Settings, catalogue};

use super::{Findings, State};

/// Shorter leases are lost whenever a machine is busy.
const LEASE_LEAST: i64 = 3_000;
/// Longer ones keep what a dead worker had from the others.
const LEASE_MOST: i64 = 120_000;

pub(super) fn examine(settings: &Settings, found: &mut Findings) {
    let before = found.0.len();
    let millis = |key: &str| {
        settings.text(key).and_then(|text| text.parse().ok()).map_or(0, tribute_terms::Span::millis)
    };
    let lease = millis("run.lease");
    if lease < LEASE_LEAST {
        let text = format!(
            "run.lease is {lease} ms: a worker that is busy for a moment loses its partitions; use 10s"
        );
        found.add("settings", State::Warning, text);
    }
    if lease > LEASE_MOST {
        let text = "run.lease: for so long nobody takes over what a worker had that died; use 10s";
        found.add("settings", State::Warning, text);
    }
    if millis("run.lateness") < 60_000 {
        let text = "run.lateness is under a minute: what comes later than that misses the payout it belongs to; use 5m";
        found.add("settings", State::Warning, text);
    }
    secrets_in_clear(settings, found);
    for (typed, meant) in mistyped(std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())) {
        let text = format!("the environment variable {typed} is none of ours; was {meant} meant?");
        found.add("settings", State::Warning, text);
    }
    if found.0.len() == before {
        found.ok("settings", "nothing looks unintended; `tribute config show` lists them");
    }
}

fn secrets_in_clear(settings: &Settings, found: &mut Findings) {
    let has_tls = catalogue::SETTINGS
        .iter()
        .any(|it| it.key.starts_with("kafka.tls.") && settings.given(it.key).is_some())
        || settings.text("kafka.security_protocol").is_some_and(|name| name.ends_with("SSL"));
    let mechanism = settings.text("kafka.sasl.mechanism");
    if mechanism.is_some_and(|name| name == "PLAIN" || name == "OAUTHBEARER") && !has_tls {
        let text = "kafka.sasl: the password or token goes over the network as it is; set kafka.security_protocol = \
            \"SASL_SSL\"";
        found.add("settings", State::Warning, text);
    }
}

/// Environment variables that nobody reads and that resemble one that is read.
fn mistyped(names: impl Iterator<Item = String>) -> Vec<(String, String)> {
    let known = || catalogue::SETTINGS.iter().map(|it| it.variable).chain(["TRIBUTE_CONFIG"]);
    // An orchestrator adds variables for each service that it knows, and ours may be named `tribute`.
    let foreign = |name: &str| {
        ["TRIBUTE_TEST_", "TRIBUTE_SERVICE_", "TRIBUTE_PORT"].iter().any(|start| name.starts_with(start))
            || name.contains("_SERVICE_")
            || name.contains("_PORT")
    };
    // What all of them begin with resembles itself.
    let own = |name: &str| name.strip_prefix("TRIBUTE_").map(str::to_owned);
    let strange = names.filter(|name| !known().any(|it| it == name) && !foreign(name));
    let strange = strange.filter_map(|name| Some((own(&name)?, name)));
    let meant = |typed: &str| catalogue::meant(typed, known().filter_map(|it| it.strip_prefix("TRIBUTE_")));
    strange.filter_map(|(typed, name)| Some((name, format!("TRIBUTE_{}", meant(&typed)?)))).collect()
}

#[cfg(test)]
mod tests {
    use super::mistyped;

    #[test]
    fn a_mistyped_variable_is_found_and_a_foreign_one_is_left_alone() {
        let names = [
            "TRIBUTE_KAFKA_SASL_PASWORD",
            "TRIBUTE_LEASE",
            "TRIBUTE_API_SERVICE_HOST",
            "TRIBUTE_IMAGE",
            "HOME",
        ];
        let found = mistyped(names.iter().map(|name| (*name).to_owned()));
        assert_eq!(
            found,
            [("TRIBUTE_KAFKA_SASL_PASWORD".to_owned(), "TRIBUTE_KAFKA_SASL_PASSWORD".to_owned())]
        );
    }
}
