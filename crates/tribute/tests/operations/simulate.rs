use std::path::{Path, PathBuf};

use crate::harness::{events, reports, tribute};

/// The demonstration in a folder, up to July, and the terms of one of its programs in a file.
fn demonstration(folder: &Path) -> PathBuf {
    let file = events(folder);
    assert_eq!(tribute(folder, &["ingest", file.to_str().unwrap()]).code, Some(3));
    assert_eq!(tribute(folder, &["clock", "advance", "--to", "2026-07-01T00:00:00Z"]).code, Some(0));
    let terms = folder.join("terms.toml");
    let published = tribute_tools::demo::events(7).into_iter().find_map(|line| {
        let event: serde_json::Value = serde_json::from_str(&line).ok()?;
        let text = event["data"]["terms"].as_str()?;
        text.contains("glow-circle").then(|| text.to_owned())
    });
    std::fs::write(&terms, published.unwrap()).unwrap();
    terms
}

const FEBRUARY: [&str; 4] = ["--from", "2026-02-01T00:00:00Z", "--to", "2026-03-01T00:00:00Z"];

fn simulate(folder: &Path, terms: &Path, more: &[&str]) -> crate::harness::Said {
    let arguments = [&["simulate", "--terms", terms.to_str().unwrap()], more].concat();
    tribute(folder, &arguments)
}

#[test]
fn other_terms_are_tried_and_the_books_stay_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let terms = demonstration(folder);
    let before = reports(folder);
    for stretch in [&FEBRUARY[..], &FEBRUARY[..2], &[]] {
        let same = simulate(folder, &terms, &[stretch, &["--format", "json"]].concat());
        assert_eq!(same.code, Some(0), "{}", same.err);
        let rows: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_str(&same.out).unwrap();
        assert!(rows.len() > 5);
        for row in rows {
            for figure in ["net_revenue", "commission", "other", "rewards", "cost", "cost_share"] {
                assert_eq!(row[&format!("{figure}_old")], row[&format!("{figure}_new")], "{row:?}");
            }
        }
    }
    let dearer = folder.join("dearer.toml");
    let text = std::fs::read_to_string(&terms).unwrap();
    std::fs::write(&dearer, text.replace("pays.percent = \"10%\"", "pays.percent = \"12%\"")).unwrap();
    let shown = simulate(folder, &dearer, &FEBRUARY);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    assert!(shown.has(&["amb-", "gains"]) && shown.has(&["total", " USD"]), "{}", shown.out);
    assert!(shown.has(&["USD: costs ", "instead of", "of net revenue; ", " gain, 0 lose"]), "{}", shown.out);
    assert!(!shown.out.contains("net_revenue_old"), "it is the same on both sides");
    let csv = simulate(folder, &dearer, &[&FEBRUARY[..], &["--format", "csv"]].concat());
    assert!(csv.out.starts_with("brand,program,from,to,scope,ambassador,net_revenue_old,"), "{}", csv.out);
    assert!(csv.err.contains("USD: costs "), "the sentence is no row: {}", csv.err);
    assert_eq!(before, reports(folder));
    assert_eq!(tribute(folder, &["verify", "--replay"]).code, Some(0));
}

#[test]
fn mistakes_end_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let terms = demonstration(folder);
    let turned = simulate(folder, &terms, &["--from", FEBRUARY[3], "--to", FEBRUARY[1]]);
    assert_eq!(turned.code, Some(2));
    assert!(turned.err.contains("is not before --to"), "{}", turned.err);
    let later = simulate(folder, &terms, &["--from", "2026-06-20T00:00:00Z", "--to", "2026-06-20T00:00:01Z"]);
    assert_eq!(later.code, Some(1));
    assert!(later.err.contains("no order, post or grant of program glow-circle"), "{}", later.err);
    let bad = folder.join("bad.toml");
    std::fs::write(&bad, "[program]\nbrand = 'glow'\n").unwrap();
    let refused = simulate(folder, &bad, &[]);
    assert_eq!(refused.code, Some(1));
    assert!(refused.err.contains("bad.toml: line 1"), "{}", refused.err);
    let text = std::fs::read_to_string(&terms).unwrap();
    std::fs::write(&bad, text.replace("id = \"glow-circle\"", "id = \"glow-square\"")).unwrap();
    let unknown = simulate(folder, &bad, &[]);
    assert_eq!(unknown.code, Some(1));
    assert!(
        unknown.err.contains("no program glow-square in these books; it has glow-circle"),
        "{}",
        unknown.err
    );
    assert_eq!(simulate(folder, &folder.join("none.toml"), &[]).code, Some(1));
}
