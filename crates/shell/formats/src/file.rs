use sha2::{Digest, Sha256};
use tribute_events::PayoutId;

/// A file and its SHA-256 in hex, which goes into the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenFile {
    /// How the file may be called. The files of one export have different names.
    pub name: String,
    /// The bytes to write.
    pub bytes: Vec<u8>,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// The message's id, where the rail has one.
    pub message: Option<String>,
    /// What is in the file, in its order.
    pub payments: Vec<WrittenPayment>,
}

/// A payout as a file names it: what the answers of the bank are matched by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenPayment {
    /// The payout.
    pub payout: PayoutId,
    /// The reference that travels with the payment to the receiver and comes back on statements.
    pub reference: String,
    /// The id of the block that it is in, where the rail has blocks.
    pub payment_info: Option<String>,
    /// The trace number of an ACH entry, by which a return names it.
    pub trace: Option<String>,
}

impl WrittenPayment {
    pub(crate) fn new(payout: &PayoutId, reference: &str) -> Self {
        Self { payout: payout.clone(), reference: reference.to_owned(), payment_info: None, trace: None }
    }
}

impl WrittenFile {
    pub(crate) fn new(name: String, bytes: Vec<u8>, payments: Vec<WrittenPayment>) -> Self {
        let sha256 = hex(&bytes);
        Self { name, bytes, sha256, message: None, payments }
    }
}

/// SHA-256 in hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a CSV writer wrote.
pub(crate) fn csv_bytes(writer: csv::Writer<Vec<u8>>) -> Result<Vec<u8>, csv::Error> {
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}
