//! What the ACH network and a bank say to a file of ACH credits: returns and notifications of change, and a bank's
//! acknowledgement.

pub(super) mod acknowledgement;
pub(super) mod returns;
