//! One suite for every log: in a SQLite file, in PostgreSQL (`TRIBUTE_TEST_DATABASE_URL`), on a Kafka broker
//! (`TRIBUTE_TEST_BROKERS`). What a log needs and is not there is said in a line past the capture of the test runner.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

/// The suite for one kind of log.
macro_rules! conformance {
    ($open:path: $($module:ident { $($test:ident)+ })+) => {$(
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $test() {
                    if let Some(fixture) = $open().await {
                        crate::$module::$test(&fixture).await;
                    }
                }
            )+
        }
    )+};
    ($open:path) => {
        conformance! { $open:
            topics {
                topics_are_made_once_and_listed
                what_differs_from_the_plan_is_said
            }
            offsets {
                records_come_in_order_from_the_beginning
                reading_begins_at_the_offset_given
                ends_say_where_a_partition_begins_and_ends
                an_offset_beyond_the_end_is_an_error_that_names_both
                an_unknown_partition_is_an_error
            }
            moving {
                partitions_come_and_go_while_others_are_read
                nothing_of_a_removed_partition_is_returned
                a_partition_read_anew_begins_where_it_is_told_to
            }
            contents {
                keys_headers_and_values_come_back_as_they_were
                a_long_message_comes_back_whole
                a_key_says_the_partition
            }
            pressure {
                a_slow_reader_gets_everything
                every_partition_gets_its_turn
                an_abandoned_wait_loses_nothing
                a_wait_ends_in_time
            }
            writing {
                writers_side_by_side_lose_and_double_nothing
                a_writer_goes_on_after_an_error
                nothing_to_write_is_no_error
            }
        }
    };
}

mod contents;
mod embedded;
mod fixture;
#[cfg(feature = "kafka")]
mod kafka;
mod moving;
mod offsets;
mod pressure;
mod topics;
mod writing;
