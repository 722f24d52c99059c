//! A process that serves others, and has nothing to do.

use std::{fs, process::Stdio, thread, time::Duration};

use crate::harness::command;

/// How much of a processor a process had so far, in hundredths of a second.
fn used(process: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_process_whose_input_has_ended_rests_until_it_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    let mut run = command(folder.path(), &["run", "--listen", "127.0.0.1:0"]);
    let mut process = run.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    thread::sleep(Duration::from_secs(3));
    let before = used(process.id());
    thread::sleep(Duration::from_secs(2));
    let after = used(process.id());
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(after - before < 50, "{} hundredths of a second in two seconds", after - before);
}
