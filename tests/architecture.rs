//! The plan of the house as a test: which package may know which, where floating point may not be, how long a file
//! may get, and that nothing is left for later.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Packages of the pure core that stand on each other: each may know those before it.
const FOUNDATIONS: [&str; 3] = ["money", "events", "terms"];
/// Packages that decide. They know the foundations and never each other.
const DECISIONS: [&str; 7] =
    ["attribution", "commission", "rewards", "fraud", "ledger", "payouts", "leaderboards"];
/// What reads or writes anything at all; no package of the core may know it.
const OUTSIDE: [&str; 12] = [
    "tokio",
    "sea-orm",
    "sea-orm-migration",
    "sqlx",
    "rusqlite",
    "rdkafka",
    "reqwest",
    "axum",
    "hyper",
    "futures-util",
    "tempfile",
    "rand",
];
const LINES_MAX: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Which packages of the workspace, and which others, each package knows; what only its tests know is left out.
fn arrows() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(cargo).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let short = |name: &Value| name.as_str().unwrap().trim_start_matches("tribute-").to_owned();
    let known = |package: &Value| {
        let all = package["dependencies"].as_array().unwrap().iter();
        all.filter(|it| it["kind"] != "dev").map(|it| short(&it["name"])).collect()
    };
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (short(&package["name"]), known(package)))
        .collect()
}

/// Which packages of the workspace a package may know; `None` for those that may know every one.
fn allowed(package: &str) -> Option<Vec<&'static str>> {
    if let Some(place) = FOUNDATIONS.iter().position(|name| *name == package) {
        return Some(FOUNDATIONS[..place].to_vec());
    }
    let foundations = FOUNDATIONS.to_vec();
    let and = |more: &[&'static str]| [&foundations, more].concat();
    match package {
        "ledger" => Some(vec!["money", "events"]),
        _ if DECISIONS.contains(&package) => Some(foundations),
        "store" | "formats" => Some(and(&["ledger"])),
        "stream" => Some(and(&["store"])),
        "shops" => Some(foundations),
        "traces" => Some(Vec::new()),
        "vault" => Some(and(&["store", "formats"])),
        "auditor" | "tools" => Some(foundations),
        "services" => Some([and(&DECISIONS), vec!["store", "traces", "vault"]].concat()),
        "reports" => Some([and(&DECISIONS), vec!["store", "formats", "vault", "services"]].concat()),
        "runtime" => Some(
            [and(&DECISIONS), vec!["store", "stream", "traces", "formats", "vault", "services", "reports"]]
                .concat(),
        ),
        "webhooks" => Some(and(&["store", "stream", "traces", "vault", "runtime"])),
        "api" => Some(
            [
                and(&DECISIONS),
                vec![
                    "store", "stream", "traces", "formats", "vault", "shops", "services", "reports",
                    "runtime", "webhooks",
                ],
            ]
            .concat(),
        ),
        "tribute" | "tests" | "proof" => None,
        _ => panic!("`{package}` has no place in the plan: say in this test what it may know"),
    }
}

#[test]
fn packages_know_only_what_the_plan_allows() {
    let arrows = arrows();
    let mut wrong = Vec::new();
    for (package, known) in &arrows {
        let Some(allowed) = allowed(package) else { continue };
        let ours = known.iter().filter(|name| arrows.contains_key(*name));
        wrong.extend(
            ours.filter(|name| !allowed.contains(&name.as_str())).map(|name| format!("{package} → {name}")),
        );
    }
    assert!(wrong.is_empty(), "these arrows are not in the plan: {wrong:?}");
}

#[test]
fn the_core_reads_and_writes_nothing() {
    let arrows = arrows();
    for package in FOUNDATIONS.iter().chain(&DECISIONS) {
        let known = arrows.get(*package).unwrap_or_else(|| panic!("{package} is not in the workspace"));
        let outside: Vec<_> = OUTSIDE.iter().filter(|name| known.contains(**name)).collect();
        assert!(outside.is_empty(), "{package} knows {outside:?}");
    }
}

#[test]
fn the_auditor_shares_no_rule_with_what_it_audits() {
    let known = arrows().remove("auditor").unwrap();
    let shared: Vec<_> =
        DECISIONS.iter().chain(&["services", "reports", "store"]).filter(|it| known.contains(**it)).collect();
    assert!(shared.is_empty(), "the auditor knows {shared:?}");
}

/// Every source file of ours under a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn everything() -> Vec<PathBuf> {
    let all = [sources(&root().join("crates")), sources(&root().join("tests"))].concat();
    assert!(all.len() > 100, "the sources were not found");
    all
}

/// The text without comments, texts and characters: only what is compiled. Line by line.
fn code(text: &str) -> Vec<String> {
    let (mut lines, mut in_text, mut depth) = (Vec::new(), None::<String>, 0_usize);
    for line in text.lines() {
        let (mut kept, mut rest) = (String::new(), line);
        while !rest.is_empty() {
            if let Some(end) = &in_text {
                match rest.find(end.as_str()) {
                    Some(at)
                        if end == "\"" && rest[..at].ends_with('\\') && !rest[..at].ends_with("\\\\") =>
                    {
                        rest = &rest[at + 1..]
                    }
                    Some(at) => (rest, in_text) = (&rest[at + end.len()..], None),
                    None => rest = "",
                }
            } else if depth > 0 {
                match (rest.find("*/"), rest.find("/*")) {
                    (Some(end), open) if open.is_none_or(|open| end < open) => {
                        (rest, depth) = (&rest[end + 2..], depth - 1)
                    }
                    (_, Some(open)) => (rest, depth) = (&rest[open + 2..], depth + 1),
                    _ => rest = "",
                }
            } else if rest.starts_with("//") {
                rest = "";
            } else if rest.starts_with("/*") {
                (rest, depth) = (&rest[2..], 1);
            } else if let Some(hashes) = raw_text(rest) {
                in_text = Some(format!("\"{}", "#".repeat(hashes)));
                rest = &rest[hashes + 2..];
            } else if let Some(after) = rest.strip_prefix("'\"'").or_else(|| rest.strip_prefix("'\\\"'")) {
                rest = after;
            } else if let Some(after) = rest.strip_prefix('"') {
                (rest, in_text) = (after, Some("\"".to_owned()));
            } else {
                let next = rest.chars().next().unwrap();
                kept.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
        lines.push(kept);
    }
    lines
}

/// How many `#` a raw text begins with, where one begins here.
fn raw_text(rest: &str) -> Option<usize> {
    let after = rest.strip_prefix('r')?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    after[hashes..].starts_with('"').then_some(hashes)
}

/// The words and macros of a line.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_' && letter != '!' && letter != '.')
        .flat_map(|word| word.split('.'))
}

fn places(files: &[PathBuf], found: impl Fn(&str) -> bool) -> Vec<String> {
    let mut places = Vec::new();
    for path in files {
        let text = fs::read_to_string(path).unwrap();
        let shown = path.strip_prefix(root()).unwrap().display().to_string();
        let lines = code(&text).into_iter().enumerate().filter(|(_, line)| found(line));
        places.extend(lines.map(|(number, _)| format!("{shown}:{}", number + 1)));
    }
    places
}

#[test]
fn the_core_knows_no_floating_point() {
    let core = sources(&root().join("crates/core"));
    let float = |word: &str| {
        let word = word.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '_');
        ["f32", "f64"].contains(&word)
    };
    let found = places(&core, |line| words(line).any(float) || has_float_literal(line));
    assert!(found.is_empty(), "floating point near value: {found:?}");
}

/// Digits, a point, digits: `1.5`. Fields of tuples (`it.0.1`) and ranges (`0..5`) are none.
fn has_float_literal(line: &str) -> bool {
    let bytes = line.as_bytes();
    (1..bytes.len().saturating_sub(1)).any(|place| {
        if bytes[place] != b'.' || !bytes[place - 1].is_ascii_digit() || !bytes[place + 1].is_ascii_digit() {
            return false;
        }
        let before = line[..place].trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '_');
        !before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '.' || letter == '_')
    })
}

#[test]
fn no_file_is_too_long_to_be_read() {
    let long = everything().into_iter().filter_map(|path| {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        (lines >= LINES_MAX).then(|| format!("{} has {lines} lines", path.display()))
    });
    assert_eq!(long.collect::<Vec<_>>(), Vec::<String>::new(), "at most {LINES_MAX}");
}

#[test]
fn nothing_is_left_for_later() {
    let marks = ["todo!", "unimplemented!"];
    let found = places(&everything(), |line| {
        words(line).any(|word| marks.contains(&word)) || line.contains("#[ignore")
    });
    assert!(found.is_empty(), "left for later: {found:?}");
}

#[test]
fn comments_and_texts_are_told_from_code() {
    let text = "let a = \"f64 \\\" // f32\"; // f64\n/* f64\n f32 */ let b = r#\"f64 \" f32\"#;\nlet c = '\"'; let d = x as f64;\nlet e = it.0.1;";
    let lines = code(text);
    assert_eq!(lines, ["let a = ; ", "", " let b = ;", "let c = ; let d = x as f64;", "let e = it.0.1;"]);
    assert!(words(&lines[3]).any(|word| word == "f64"));
    assert!(has_float_literal("let a = 1.5;") && has_float_literal("f(10.25)") && !has_float_literal("0..5"));
    assert!(!has_float_literal(&lines[4]));
}
