//! Programs of others write what we read, and read what we write: the official CloudEvents SDKs for Python and JavaScript
//! with a client for Kafka each, and kcat. Needs brokers in `TRIBUTE_TEST_BROKERS` and PostgreSQL in
//! `TRIBUTE_TEST_DATABASE_URL`; `tests/run` provides both. And `AsyncAPI`'s own command line validates our document,
//! the official libraries of Standard Webhooks verify our webhooks, and OpenTelemetry's own messages read our spans.
//!
//! What these programs need is fetched once, in the versions that are pinned in `tests/interop/`, and kept under the
//! target folder.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "interop/installation.rs"]
mod installation;
#[path = "interop/kcat.rs"]
mod kcat;
#[path = "interop/programs.rs"]
mod programs;
#[path = "interop/results.rs"]
mod results;
#[path = "interop/shop.rs"]
mod shop;
#[path = "interop/toolbox.rs"]
#[allow(dead_code, reason = "the linters are for `openapi`")]
mod toolbox;
#[path = "interop/traces.rs"]
mod traces;
#[path = "interop/webhooks.rs"]
mod webhooks;

use std::{
    fs,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use tribute_events::Timestamp;

use crate::{
    installation::{Installation, tribute},
    programs::{Mode, Program, every_program},
    shop::Shop,
};

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
}

/// Every program in both modes, each with a shop of its own, and one shop whose events all of them tell.
fn shops(run: &str) -> (Vec<(Program, Mode, Shop)>, Shop) {
    let mut all = Vec::new();
    for program in every_program() {
        for mode in [Mode::Structured, Mode::Binary] {
            // Not only ASCII: attributes are headers in the binary mode.
            let brand = format!("café-{}-{}-{run}", program.name(), mode.name());
            all.push((program, mode, Shop::new(&brand, now())));
        }
    }
    (all, Shop::new(&format!("everybody-{run}"), now()))
}

#[test]
fn programs_of_others_write_what_we_read_and_read_what_we_write() {
    let Some(installation) = Installation::start() else { return };
    let (shops, of_everybody) = shops(&installation.run);
    for (program, mode, shop) in &shops {
        program.write(&installation.brokers, *mode, &[shop.story(), shop.contradiction()].concat());
        program.write(&installation.brokers, *mode, &of_everybody.story());
    }
    installation.settle();

    for shop in shops.iter().map(|(_, _, shop)| shop).chain([&of_everybody]) {
        assert_eq!(installation.earnings(&shop.brand), shop.earnings(), "{}", shop.brand);
        assert_eq!(installation.taken_in(&shop.brand), shop.story_as_taken_in(), "{}", shop.brand);
    }
    for (_, _, shop) in &shops {
        assert_eq!(installation.put_aside(&shop.brand), ["conflict sale-1"], "{}", shop.brand);
    }
    let twice = installation.put_aside(&of_everybody.brand);
    assert!(twice.is_empty(), "an event that comes again in another notation is a duplicate: {twice:?}");

    let known: Vec<_> = shops.iter().map(|(_, _, shop)| (shop, 1)).chain([(&of_everybody, 0)]).collect();
    let read = |program: Program| results::of(program.read(&installation.brokers, &results::TOPICS), &known);
    let wire = read(Program::Kcat);
    for program in [Program::Python, Program::JavaScript] {
        assert_eq!(
            read(program),
            wire,
            "{} understands something else than what was written",
            program.name()
        );
    }
    for (shop, contradictions) in known {
        results::check(&wire, shop, contradictions);
    }
    for topic in results::TOPICS {
        kcat::messages(&installation.brokers, topic).iter().for_each(kcat::Message::check_ours);
    }
}

/// The document as the command writes it, with something in it replaced.
fn document(name: &str, from: &str, to: &str) -> PathBuf {
    let document = tribute(&["schema", "--asyncapi"]);
    assert!(document.contains(from), "there is nothing to replace");
    let path = toolbox::cache().join(name);
    fs::write(&path, document.replacen(from, to, 1)).unwrap();
    path
}

#[test]
fn the_asyncapi_document_validates() {
    let (passed, said) = toolbox::validate(&document("asyncapi.json", "", ""));
    assert!(passed, "{said}");
    let broken = document("broken.json", "\"action\": \"send\"", "\"action\": \"shout\"");
    let (passed, said) = toolbox::validate(&broken);
    assert!(!passed && said.contains("action"), "the validator takes anything: {said}");
}

#[test]
fn the_asyncapi_document_describes_every_event_of_the_contract() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/events/v1");
    let (passed, said) = toolbox::check_examples(&document("described.json", "", ""), &events);
    assert!(passed, "{said}");
    let other = document("other.json", "\"tribute-number\": {", "\"tribute-number\": { \"maxLength\": 0,");
    let (passed, said) = toolbox::check_examples(&other, &events);
    assert!(!passed && said.contains("headers/tribute-number"), "the check takes anything: {said}");
}
