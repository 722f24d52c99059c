//! Programs as brands run them: each row reads a terms file of `deploy/programs` as it is shipped, tells what happens
//! in the program, and states what comes out.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod programs {
    mod row_01_retail_partners;
    mod row_02_beauty_ambassadors;
    mod row_03_meal_kits;
    mod row_04_footwear_affiliates;
    mod row_05_campus_ambassadors;
    mod row_06_game_launch;
    mod row_07_super_fan_squad;
    mod row_08_student_creators;
    mod row_09_student_athletes;
    mod row_10_owners_stories;
    mod row_11_one_narrator;
    mod row_12_hashtag_community;
    mod row_13_product_seeding;
    mod row_14_workshop_hosts;
    mod row_15_content_platform;
    mod row_16_creator_database;
    mod row_17_pay_per_post;
    mod row_18_business_referrals;
    mod row_20_compliance;
}

use std::fs;

use serde_json::{Value, json};
use tribute_terms::Terms;
use tribute_tests::{Books, Story, event};

/// A shipped program and what happens in it.
struct Told {
    story: Story,
    brand: String,
    program: String,
}

impl Told {
    /// The terms file `deploy/programs/<name>.toml`, published when it takes effect.
    fn of(name: &str) -> Self {
        let path = format!("{}/../deploy/programs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(path).unwrap();
        let head = Terms::parse(&text).unwrap().program;
        let mut story = Story::without_people("");
        // The auditor does not know missions with several needs.
        story.unaudited();
        let (brand, program) = (head.brand.to_string(), head.id.to_string());
        let mut told = Self { story, brand, program };
        told.on(&head.effective_from.to_string(), "program.published", json!({"terms": text}));
        told
    }

    /// An event, recorded when it happened; it names the program where its type does.
    fn on(&mut self, time: &str, kind: &str, mut data: Value) -> &mut Self {
        if !["program.", "clock.", "post.measured", "post.reviewed", "post.removed", "perk.fulfilled"]
            .iter()
            .any(|other| kind.starts_with(other))
        {
            data["program"] = self.program.as_str().into();
        }
        let id = format!("e{:03}", self.story.lines().len());
        self.story.line(event(&self.brand, &id, kind, time, time, &data));
        self
    }

    fn enrol(&mut self, people: &[&str]) -> &mut Self {
        for who in people {
            self.on("2026-01-02T00:00:00Z", "ambassador.approved", json!({"ambassador": who}));
        }
        self
    }

    fn tick(&mut self, at: &str) -> &mut Self {
        self.on(at, "clock.ticked", json!({"at": at}))
    }

    fn books(&self) -> Books {
        self.story.books()
    }
}
