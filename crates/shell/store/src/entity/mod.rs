//! The tables as sea-orm entities: plain types only (`i64`, `String`, `bool`, bytes, and options of these).
//!
//! Times are milliseconds since 1970 in UTC; amounts are minor units of the asset named beside them.

// sea-orm's macros write public items (columns, active models) that cannot carry a comment of ours.
#![allow(missing_docs)]

pub mod adjustment;
pub mod ambassador_click;
pub mod api_key;
pub mod balance;
pub mod bank_entry;
pub mod board;
pub mod claim;
pub mod clock;
pub mod configuration;
pub mod conversion;
pub mod earning;
pub mod event_log;
pub mod finding;
pub mod fx_rate;
pub mod handover;
pub mod held_earning;
pub mod idempotency_key;
pub mod intake_batch;
pub mod journal_head;
pub mod ledger_entry;
pub mod ledger_transaction;
pub mod log_record;
pub mod log_topic;
pub mod login;
pub mod mission_fact;
pub mod movement;
pub mod outbox;
pub mod payout;
pub mod period;
pub mod person;
pub mod person_account;
pub mod person_address;
pub mod person_detail;
pub mod post;
pub mod purchase;
pub mod quarantine;
pub mod refused_commit;
pub mod reward;
pub mod reward_lock;
pub mod sale;
pub mod sequence;
pub mod shop;
pub mod source_position;
pub mod tier_sale;
pub mod touch;
pub mod vault_key;
pub mod waiting_event;
pub mod webhook_delivery;
pub mod webhook_endpoint;
pub mod webhook_position;
pub mod webhook_secret;
