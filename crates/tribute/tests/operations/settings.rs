use std::fs;

use crate::harness::{tribute, tribute_with};

/// A row of `config show --format csv`: the value and who said it.
fn row(shown: &str, setting: &str) -> (String, String) {
    let line = shown.lines().find(|line| line.starts_with(&format!("{setting},"))).unwrap();
    let mut cells = line.split(',').skip(1).map(str::to_owned);
    (cells.next().unwrap(), cells.next().unwrap())
}

#[test]
fn it_is_shown_who_said_what() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("any.toml");
    fs::write(
        &file,
        "[run]\nlease = \"4s\"\ntick = \"4s\"\nlateness = \"4m\"\n\n[kafka.extra]\n\"linger.ms\" = 5\n",
    )
    .unwrap();
    let named = file.to_str().unwrap();
    let variables = [("TRIBUTE_CONFIG", named), ("TRIBUTE_TICK", "5s"), ("TRIBUTE_LEASE", "5s")];
    let arguments = ["config", "show", "--format", "csv", "--lease", "6s", "--set", "topics.partitions=3"];
    let said = tribute_with(folder.path(), &variables, &arguments);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let pair = |value: &str, origin: &str| (value.to_owned(), origin.to_owned());
    assert_eq!(row(&said.out, "run.lease"), pair("6s", "--lease"));
    assert_eq!(row(&said.out, "run.tick"), pair("5s", "TRIBUTE_TICK"));
    assert_eq!(row(&said.out, "run.lateness"), pair("4m", &format!("{named}:4")));
    assert_eq!(row(&said.out, "run.batch_events"), pair("2000", "default"));
    assert_eq!(row(&said.out, "topics.partitions"), pair("3", "--set topics.partitions"));
    assert_eq!(row(&said.out, "kafka.extra.linger.ms"), pair("5", &format!("{named}:7")));
}

#[test]
fn only_the_file_of_the_data_folder_is_read_unasked() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().join("data");
    fs::create_dir(&elsewhere).unwrap();
    // The working directory of the command.
    fs::write(folder.path().join("tribute.toml"), "run.tick = \"7s\"\n").unwrap();
    let show = |data: &str| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tribute"));
        command.args(["--data", data, "config", "show", "--format", "csv"]).current_dir(folder.path());
        String::from_utf8(
            command.env_remove("TRIBUTE_CONFIG").env_remove("TRIBUTE_TICK").output().unwrap().stdout,
        )
        .unwrap()
    };
    assert_eq!(row(&show("data"), "run.tick").0, "30s", "a file in the working directory is not meant");
    fs::write(elsewhere.join("tribute.toml"), "run.tick = \"8s\"\n").unwrap();
    assert_eq!(row(&show("data"), "run.tick").0, "8s");
}

#[test]
fn a_mistake_is_wrong_usage_and_is_named_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tribute.toml");
    for (text, expected) in [
        (
            "[kafka]\nbrokers = \"a:1\"\nsasl.user = \"ada\"\n",
            "tribute.toml:3: there is no setting `kafka.sasl.user`",
        ),
        ("[run]\nlease = \"soon\"\n", "tribute.toml:2): `soon` is not a length of time"),
        ("[run\n", "tribute.toml:1: this is not TOML"),
    ] {
        fs::write(&file, text).unwrap();
        let said = tribute(folder.path(), &["config", "show"]);
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains(expected), "{}", said.err);
    }
    let said = tribute(folder.path(), &["--config", "absent.toml", "config", "show"]);
    assert!(said.code == Some(2) && said.err.contains("absent.toml"), "{}", said.err);
}

#[test]
fn no_secret_is_shown_anywhere() {
    let folder = tempfile::tempdir().unwrap();
    let text = "[database]\nurl = \"postgres://ada:hush1@127.0.0.1:1/books?sslpassword=hush2\"\n\
        [kafka]\nbrokers = \"127.0.0.1:1\"\ntls.key_password = \"hush3\"\n\
        sasl = { mechanism = \"SCRAM-SHA-512\", username = \"ada\", password = \"hush4\" }\n\
        [kafka.extra]\n\"ssl.key.pem\" = \"hush5\"\n";
    fs::write(folder.path().join("tribute.toml"), text).unwrap();
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--format", "json"],
        &["config", "show", "--format", "csv"],
        &["doctor"],
        &["report", "balances"],
        &["backup", "copy.db"],
        &["--set", "kafka.sasl.password=hush6", "config", "show"],
    ] {
        let said = tribute_with(folder.path(), &[("TRIBUTE_LOG", "debug")], arguments);
        assert!(!said.out.contains("hush"), "{arguments:?}: {}", said.out);
        assert!(!said.err.contains("hush"), "{arguments:?}: {}", said.err);
        assert!(said.out.contains("ada") || arguments[0] != "config", "{}", said.out);
    }
}
