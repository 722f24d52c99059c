use std::{fs, path::Path};

use tribute_stream::Sasl;

use super::*;

fn gather(file: Option<&Path>, variables: &[(&str, &str)], flags: &[(&str, &str)]) -> Result<Settings> {
    let variable =
        |name: &str| Ok(variables.iter().find(|(it, _)| *it == name).map(|(_, text)| (*text).to_owned()));
    let flag = |(key, text): &(&str, &str)| Flag {
        key: (*key).to_owned(),
        text: (*text).to_owned(),
        name: format!("--set {key}"),
    };
    Settings::gather(file.map(Path::to_owned), variable, flags.iter().map(flag).collect())
}

fn refusal(variables: &[(&str, &str)], flags: &[(&str, &str)]) -> String {
    let kafka = gather(None, variables, flags).and_then(|settings| settings.kafka());
    format!("{:#}", kafka.unwrap_err())
}

#[test]
fn a_flag_wins_over_the_environment_and_that_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tribute.toml");
    fs::write(&file, "run.lease = \"1s\"\nrun.tick = \"1s\"\nrun.lateness = \"1s\"\n").unwrap();
    let variables = [("TRIBUTE_LEASE", "2s"), ("TRIBUTE_TICK", "2s"), ("TRIBUTE_DATA", "elsewhere")];
    let settings = gather(Some(&file), &variables, &[("run.lease", "3s")]).unwrap();
    let shown = |key: &str| settings.given(key).map(|it| format!("{} {}", it.text, it.origin)).unwrap();
    assert_eq!(shown("run.lease"), "3s --set run.lease");
    assert_eq!(shown("run.tick"), "2s TRIBUTE_TICK");
    assert_eq!(shown("run.lateness"), format!("1s {}:3", file.display()));
    assert_eq!(shown("run.batch_events"), "2000 default");
}

#[test]
fn the_file_of_the_data_folder_is_read_where_no_other_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    fs::write(folder.path().join("tribute.toml"), "run.tick = \"7s\"\n").unwrap();
    let variables = [("TRIBUTE_DATA", data)];
    assert_eq!(gather(None, &variables, &[]).unwrap().text("run.tick"), Some("7s"));
    let other = folder.path().join("other.toml");
    fs::write(&other, "").unwrap();
    assert_eq!(gather(Some(&other), &variables, &[]).unwrap().text("run.tick"), Some("30s"));
    assert!(gather(Some(&folder.path().join("absent.toml")), &[], &[]).is_err());
    fs::write(folder.path().join("tribute.toml"), "data = \"elsewhere\"\n").unwrap();
    assert!(gather(None, &variables, &[]).is_err());
}

#[test]
fn a_secret_may_lie_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("password");
    fs::write(&path, "by-file\n").unwrap();
    let file = path.to_str().unwrap();
    let named = [("TRIBUTE_DATABASE_URL_FILE", file)];
    assert_eq!(gather(None, &named, &[]).unwrap().database().unwrap().unwrap(), "by-file");
    let own = [("database.url", "own.db")];
    assert_eq!(gather(None, &named, &own).unwrap().database().unwrap().unwrap(), "own.db");
    let both = [named[0], ("TRIBUTE_DATABASE_URL", "own.db")];
    let refused = gather(None, &both, &[]).unwrap().database().unwrap_err().to_string();
    assert!(refused.contains("TRIBUTE_DATABASE_URL_FILE") && refused.contains("both"), "{refused}");
    fs::write(&path, "\n").unwrap();
    assert!(gather(None, &named, &[]).unwrap().database().is_err());
}

#[test]
fn a_mechanism_asks_for_what_it_needs() {
    let brokers = ("TRIBUTE_BROKERS", "a:1");
    let scram = ("TRIBUTE_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512");
    let ada = ("TRIBUTE_KAFKA_SASL_USERNAME", "ada");
    let password = ("TRIBUTE_KAFKA_SASL_PASSWORD", "secret");
    let whole = gather(None, &[brokers, scram, ada, password], &[]).unwrap().kafka().unwrap().unwrap();
    assert!(matches!(whole.sasl, Some(Sasl::ScramSha512 { .. })) && whole.tls.is_none());
    assert!(refusal(&[brokers, scram, password], &[]).contains("TRIBUTE_KAFKA_SASL_USERNAME"));
    assert!(refusal(&[brokers, scram, ada], &[]).contains("TRIBUTE_KAFKA_SASL_PASSWORD"));
    assert!(refusal(&[brokers, ada], &[]).contains("kafka.sasl.mechanism is not set"));
    assert!(refusal(&[brokers, ("TRIBUTE_KAFKA_SASL_MECHANISM", "GSSAPI")], &[]).contains("none of PLAIN"));
    assert!(gather(None, &[], &[]).unwrap().kafka().unwrap().is_none());
}

#[test]
fn the_protocol_may_be_named_and_has_to_fit() {
    let brokers = ("TRIBUTE_BROKERS", "a:1");
    let ssl = ("TRIBUTE_KAFKA_SECURITY_PROTOCOL", "SSL");
    let settings = gather(None, &[brokers, ssl], &[]).unwrap().kafka().unwrap().unwrap();
    assert!(settings.tls.is_some(), "the authorities of the system are trusted");
    let sasl = ("TRIBUTE_KAFKA_SECURITY_PROTOCOL", "SASL_SSL");
    assert!(refusal(&[brokers, sasl], &[]).contains("those of SSL"));
    let plain = ("TRIBUTE_KAFKA_SECURITY_PROTOCOL", "PLAINTEXT");
    assert!(refusal(&[brokers, plain, ("TRIBUTE_KAFKA_TLS_CA", "ca.pem")], &[]).contains("those of SSL"));
}

#[test]
fn what_makes_no_sense_is_refused_with_its_origin() {
    assert!(refusal(&[("TRIBUTE_LEASE", "soon")], &[]).starts_with("run.lease (TRIBUTE_LEASE): `soon`"));
    assert!(refusal(&[], &[("run.leese", "3s")]).contains("did you mean `run.lease`"));
    for (key, text) in
        [("run.tick", "0s"), ("run.batch_events", "0"), ("run.listen", "8080"), ("log.filter", "a=b=c")]
    {
        assert!(gather(None, &[], &[(key, text)]).is_err(), "{key}={text}");
    }
}

#[test]
fn a_collector_is_named_to_us_or_to_every_program() {
    let standard = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://all:4318");
    let endpoint = |variables: &[(&str, &str)]| {
        let collector = gather(None, variables, &[]).unwrap().run(false).unwrap().collector;
        collector.map(|it| (it.endpoint, it.share.to_string()))
    };
    assert_eq!(endpoint(&[]), None);
    assert_eq!(endpoint(&[standard]), Some(("http://all:4318".into(), "0.01".into())));
    let own = ("TRIBUTE_TRACING_OTLP_ENDPOINT", "https://ours/otlp");
    let sample = ("TRIBUTE_TRACING_SAMPLE", "0.5");
    assert_eq!(endpoint(&[standard, own, sample]), Some(("https://ours/otlp".into(), "0.5".into())));
    let refused = |name: &str, text: &str| {
        gather(None, &[(name, text)], &[]).err().map(|it| it.to_string()).unwrap_or_default()
    };
    for wrong in ["collector:4318", "http://", "ftp://ada:secret@c", "http://c?key=secret"] {
        let said = refused(standard.0, wrong);
        assert!(said.contains("such as http://collector:4318") && !said.contains("secret"), "{said}");
    }
    assert!(refused(own.0, "http://c:4317").contains("4318"));
    for wrong in ["1.5", "-0.1", "NaN", "half", ""] {
        assert!(refused(sample.0, wrong).contains("from 0 to 1"), "{wrong}");
    }
}

#[test]
fn tls_needs_both_its_files_and_development_is_off_unless_somebody_says_so() {
    let certificate = ("http.tls.certificate", "a.pem");
    let both = gather(None, &[], &[certificate, ("http.tls.key", "b.pem")]).unwrap().run(false).unwrap();
    assert_eq!(both.tls.map(|it| it.key), Some("b.pem".into()));
    let half = gather(None, &[], &[certificate]).unwrap().run(false).unwrap_err();
    assert!(half.to_string().contains("go together"), "{half}");
    let development = |flags| gather(None, &[], flags).map(|it| it.webhooks().unwrap().development);
    assert!(!development(&[]).unwrap() && development(&[("webhooks.development", "true")]).unwrap());
    assert!(development(&[("webhooks.development", "yes")]).is_err());
}
