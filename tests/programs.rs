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
    mod row_19_pilot_then_scale;
    mod row_20_compliance;
    mod row_21_pay_per_click;
}
