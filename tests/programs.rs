//! Programs as brands run them: each row reads a terms file of `deploy/programs` as it is shipped, tells what happens
//! in the program, and states what comes out.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod programs {
    mod row_01_retail_partners;
    mod row_02_beauty_ambassadors;
    mod row_03_meal_kits;
    mod row_04_footwear_affiliates;
    mod row_14_workshop_hosts;
    mod row_17_pay_per_post;
    mod row_18_business_referrals;
}
