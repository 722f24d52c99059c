//! What the codes of banks stand for, in words. The bank's own words go before these.

/// The words to a reason code of ISO 20022 (external status, return and verification reasons).
#[must_use]
pub fn iso_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "AB05" | "AB06" => "timed out at the payee's bank or its agent",
        "AC01" | "AC02" => "the account number is wrong",
        "AC03" => "the payee's account number is wrong",
        "AC04" | "AC05" | "AC07" => "the account is closed",
        "AC06" => "the account is blocked",
        "AC13" | "AC14" => "the account is of the wrong kind",
        "AG01" | "AG02" => "a transfer is not permitted on this kind of account",
        "AG10" => "the bank is suspended",
        "AM01" => "the amount is zero",
        "AM02" => "the amount is above the limit",
        "AM03" => "the currency can not be processed",
        "AM04" => "insufficient funds on the payer's account",
        "AM05" => "it was handed in twice",
        "AM06" => "the amount is too small",
        "AM07" => "the amount is blocked",
        "AM09" => "the amount is not the one agreed",
        "AM10" => "the control sum is wrong",
        "AM18" => "the number of payments is wrong",
        "BE01" => "the name does not fit the account",
        "BE04" => "the payee's address is missing or wrong",
        "BE05" => "the initiating party is not known",
        "BE06" => "the payee is not known",
        "BE07" => "the payer's address is missing or wrong",
        "CNOR" | "RC03" => "the payee's bank can not be reached in this scheme",
        "CUST" | "CUTA" => "the customer asked for it",
        "DNOR" => "the payer's bank is not registered",
        "DT01" => "the date is wrong",
        "DUPL" | "DU01" | "DU02" | "DU03" | "DU04" | "DU05" => "it was handed in twice",
        "ED05" => "settlement failed",
        "ERIN" => "the extended remittance option is not supported",
        "FF01" => "the file format is wrong",
        "FF05" => "the product or service is wrong",
        "FOCR" => "returned at the payer's request to cancel",
        "FR01" | "FRAD" => "fraud is suspected",
        "MD07" => "the payee has died",
        "MS02" => "the payee refused it",
        "MS03" => "refused; the bank gives no reason",
        "NARR" => "see the bank's words",
        "NOAS" => "the payee did not answer",
        "RC01" | "RC04" => "the payee's bank code is wrong",
        "RF01" => "the reference is not unique",
        "RR01" => "regulation: the payer's account or name is missing",
        "RR02" => "regulation: the payer's name or address is missing",
        "RR03" => "regulation: the payee's name or address is missing",
        "RR04" => "a regulation forbids it",
        "RVMC" => "the payee's name matches closely, not exactly",
        "RVNA" => "the payee's name could not be verified",
        "RVNM" => "the payee's name does not match the account",
        "SL01" => "a service of the payer's bank forbids it",
        "SL02" => "a service of the payee's bank forbids it",
        "TECH" => "a technical failure",
        "TM01" => "it came after the cut-off time",
        _ => return None,
    })
}

/// The words to a return code (`R..`) or a code of a notification of change (`C..`) of the ACH network.
#[must_use]
pub fn ach_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "R01" => "insufficient funds",
        "R02" => "the account is closed",
        "R03" => "no such account, or not the payee's",
        "R04" => "the account number is wrong",
        "R05" => "a debit of a consumer's account that was not authorised",
        "R06" => "returned at the request of the originating bank",
        "R07" => "the customer took the authorisation back",
        "R08" => "payment stopped",
        "R09" => "the funds are not collected yet",
        "R10" => "the customer says it was not authorised",
        "R11" => "not as the customer authorised it",
        "R12" => "the branch was sold to another bank",
        "R13" => "the bank can not receive ACH entries",
        "R14" => "the person who receives for the account holder has died",
        "R15" => "the account holder has died",
        "R16" => "the account is frozen",
        "R17" => "the record is wrong, or the entry is questionable",
        "R20" => "not an account for transactions",
        "R21" => "the company identification is wrong",
        "R22" => "the individual identification is wrong",
        "R23" => "the payee refused the credit",
        "R24" => "the entry is a duplicate",
        "R29" => "the company says it was not authorised",
        "R31" => "returned late by agreement",
        "R33" => "the bank returns an XCK entry",
        "R34" => "the bank's participation is limited",
        "R61" => "the return was sent to the wrong bank",
        "R67" => "the return is a duplicate",
        "R68" => "the return is too late",
        "R69" => "fields of the return are wrong",
        "C01" => "correct the account number",
        "C02" => "correct the routing number",
        "C03" => "correct the routing number and the account number",
        "C04" => "correct the name",
        "C05" => "correct the kind of account (transaction code)",
        "C06" => "correct the account number and the kind of account",
        "C07" => "correct the routing number, the account number and the kind of account",
        "C09" => "correct the individual identification number",
        "C13" => "the addenda is not in the right form",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_codes_have_words_and_others_have_none() {
        assert_eq!(iso_words("AC04"), Some("the account is closed"));
        assert_eq!(ach_words("R02"), Some("the account is closed"));
        assert_eq!(ach_words("C01"), Some("correct the account number"));
        assert_eq!((iso_words("R02"), ach_words("AC04")), (None, None));
    }
}
