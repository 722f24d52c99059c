//! Which format a file is in, by its content alone.

use tribute_events::statement::StatementFormat;

use super::{ReadError, error::shown};

/// The messages of ISO 20022 by the element that holds them.
const MESSAGES: [(&str, StatementFormat); 4] = [
    ("CstmrPmtStsRpt", StatementFormat::Pain002),
    ("BkToCstmrAcctRpt", StatementFormat::Camt052),
    ("BkToCstmrStmt", StatementFormat::Camt053),
    ("BkToCstmrDbtCdtNtfctn", StatementFormat::Camt054),
];

/// The format of a text.
pub(super) fn detect(text: &str) -> Result<StatementFormat, ReadError> {
    let start = text.trim_start();
    if start.starts_with('<') || start.starts_with("OFXHEADER") {
        return marked_up(start);
    }
    let first = start.lines().next().unwrap_or_default();
    let unquoted: String = first.chars().filter(|letter| *letter != '"').collect();
    if unquoted.starts_with("RH,") || unquoted.starts_with("RH\t") {
        return Ok(StatementFormat::PaypalSettlement);
    }
    if unquoted.contains("balance_transaction_id") {
        return Ok(if unquoted.contains("automatic_payout_id") {
            StatementFormat::StripePayoutReconciliation
        } else {
            StatementFormat::StripeBalanceChange
        });
    }
    if first.starts_with("01,") {
        return Ok(StatementFormat::Bai2);
    }
    if first.starts_with("ACKNOWLEDGEMENT ") {
        return Ok(StatementFormat::NachaAcknowledgement);
    }
    if first.starts_with('1') && first.get(34..37) == Some("094") {
        return nacha(start);
    }
    let tagged = |tag: &str| start.starts_with(tag) || start.contains(&format!("\n{tag}"));
    if (tagged(":20:") || start.contains("{4:")) && tagged(":25") && start.contains(":60") {
        return Ok(StatementFormat::Mt940);
    }
    Err(ReadError::UnknownFormat { begins: shown(first).into() })
}

fn nacha(text: &str) -> Result<StatementFormat, ReadError> {
    let addenda = |line: &str| line.starts_with("799") || line.starts_with("798");
    if text.lines().any(addenda) {
        return Ok(StatementFormat::NachaReturns);
    }
    Err(ReadError::PaymentFile { kind: "Nacha entries without returns" })
}

fn marked_up(text: &str) -> Result<StatementFormat, ReadError> {
    if text.starts_with("OFXHEADER") || text.contains("<OFX>") || text.contains("<?OFX") {
        return Ok(StatementFormat::Ofx);
    }
    let opens = |name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).and_then(|it| it.chars().next_back());
            let after = text.get(at + name.len()..).and_then(|it| it.chars().next());
            matches!(before, Some('<' | ':'))
                && after.is_some_and(|it| matches!(it, '>' | '/') || it.is_whitespace())
        })
    };
    if let Some((_, format)) = MESSAGES.into_iter().find(|(name, _)| opens(name)) {
        return Ok(format);
    }
    // The first version of the status report is named after its schema.
    if opens("pain.002.001.02") {
        return Ok(StatementFormat::Pain002);
    }
    if opens("CstmrCdtTrfInitn") {
        return Err(ReadError::PaymentFile { kind: "pain.001" });
    }
    Err(ReadError::UnknownFormat { begins: shown(text).into() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides() {
        for (text, format) in [
            ("<?xml version='1.0'?><n:Document xmlns:n='x'><n:BkToCstmrStmt>", StatementFormat::Camt053),
            ("<Document><BkToCstmrDbtCdtNtfctn/>", StatementFormat::Camt054),
            ("<Document><CstmrPmtStsRpt >", StatementFormat::Pain002),
            ("\r\n{1:F01X}{4:\r\n:20:A\r\n:25:1\r\n:60F:C", StatementFormat::Mt940),
            ("ABNANL2A\n940\n:20:A\n:25:1\n:60F:C", StatementFormat::Mt940),
            ("01,BANK,ACME,261129,0900,1,,,2/", StatementFormat::Bai2),
            ("OFXHEADER:100\n", StatementFormat::Ofx),
            ("<?xml version=\"1.0\"?><?OFX OFXHEADER=\"200\"?>", StatementFormat::Ofx),
            ("\"RH\",2024/08/21", StatementFormat::PaypalSettlement),
            ("balance_transaction_id,created_utc", StatementFormat::StripeBalanceChange),
            ("automatic_payout_id,balance_transaction_id", StatementFormat::StripePayoutReconciliation),
            ("ACKNOWLEDGEMENT 1", StatementFormat::NachaAcknowledgement),
            ("101 091000019 0910000192611290900A094101ACME\n799R02", StatementFormat::NachaReturns),
        ] {
            assert_eq!(detect(text), Ok(format), "{text}");
        }
    }

    #[test]
    fn what_was_sent_is_told_from_what_came_back() {
        let sent = detect("<Document><CstmrCdtTrfInitn>").unwrap_err();
        assert!(sent.to_string().contains("goes to the bank (pain.001)"), "{sent}");
        let unknown = detect("Dear customer,\nhello").unwrap_err();
        assert!(unknown.to_string().contains("begins with `Dear customer,`"), "{unknown}");
        assert!(detect("").is_err());
    }
}
