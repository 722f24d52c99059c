//! What the commands say to people, beside their tables.

use std::io::Write;

use tribute_services::Receipt;

/// A line on standard output. A reader that has gone away is no error.
pub(crate) fn say(line: impl std::fmt::Display) {
    let _closed = writeln!(std::io::stdout(), "{line}");
}

/// A line on standard error.
pub(crate) fn note(line: impl std::fmt::Display) {
    let _closed = writeln!(std::io::stderr(), "{line}");
}

/// What went wrong, with its causes, once.
pub(crate) fn failure(error: &anyhow::Error) {
    let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
    note(format_args!("error: {}", causes.join(": ")));
}

/// What became of the events of a command.
pub(crate) fn receipt(receipt: &Receipt) {
    let quarantined = receipt.quarantined_in_all();
    note(format_args!(
        "{} events: {} accepted, {} duplicates, {quarantined} quarantined",
        receipt.received, receipt.accepted, receipt.duplicates
    ));
    for (code, count) in &receipt.quarantined {
        note(format_args!("  {count} × {code}"));
    }
    if quarantined > 0 {
        note("  see `tribute quarantine list`");
    }
}
