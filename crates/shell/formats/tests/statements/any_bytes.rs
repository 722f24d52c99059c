//! Whatever bytes come, a reader answers; it never panics and never runs away.

use proptest::prelude::*;
use tribute_formats::statement::{Mapping, read, read_mapped};

use crate::samples::ALL;

const PAYPAL: &str = "\"RH\",2026/11/25,\"A\",\"SHOP\",009\n\"SH\",2026/11/24 00:00:00 -0700,2026/11/24 23:59:59 -0700,\"SHOP\",\"\"\n\
    \"CH\",\"Transaction ID\",\"Transaction Debit or Credit\",\"Gross Transaction Amount\",\"Gross Transaction Currency\",\"Fee Debit or Credit\",\"Fee Amount\",\"Fee Currency\"\n\
    \"SB\",\"T1\",\"DR\",3000,\"USD\",\"DR\",25,\"USD\"\n\"SF\",\"USD\",0,3000,0,25,10000,6975\n";
const STRIPE: &str = "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category\n\
    txn_1,2026-09-14 10:02:11,eur,600.00,8.70,591.30,charge\n";
const ACKNOWLEDGEMENT: &str =
    "ACKNOWLEDGEMENT A-1\nSTATUS PART\nENTRY 091000010000001 po_1 1240.50 ACCEPTED 2026-11-27\n";
const NACHA: &str = "101 091000019 0910000192611290900A094101ACME                   MOCK BANK\n\
    5220ACME                                0000000001PPDRETURN          261123   1091000010000001\n\
    6219999999920000000003       0000005000po_2           INITECH                 1091000010000001\n\
    799R02091000010000002      09999999                                            091000010000001\n";
const LIST: &str = "d,a,r,t\n24.11.2026,\"-1.012,50\",po_1,text\n";

fn mapping() -> Mapping {
    let text = "decimal = \",\"\ndate_format = \"DD.MM.YYYY\"\ncurrency = \"EUR\"\n\
        [columns]\ndate = \"d\"\namount = \"a\"\nreference = \"r\"\ntext = [\"t\"]\n";
    Mapping::parse(text).unwrap()
}

/// Reads by content and as a list.
fn answer(bytes: &[u8]) {
    if let Ok(document) = read(bytes) {
        for statement in &document.statements {
            let _ = (statement.arithmetic().to_string(), statement.last_day());
        }
        let _ = document.problems.iter().map(ToString::to_string).count();
    }
    let _ = read_mapped(bytes, &mapping());
}

fn originals() -> Vec<Vec<u8>> {
    let texts = [PAYPAL, STRIPE, ACKNOWLEDGEMENT, NACHA, LIST].map(|text| text.as_bytes().to_vec());
    ALL.iter().map(|(_, bytes)| bytes.to_vec()).chain(texts).collect()
}

/// What a mutation puts in place of some bytes: what readers look for, in places where they do not expect it.
const PIECES: [&[u8]; 20] = [
    b"",
    b"\0",
    b"\xFF",
    "é€".as_bytes(),
    b":61:",
    b"\n-\n",
    b"<",
    b"</Stmt>",
    b"<Ntry>",
    b"&#x110000;",
    b"/",
    b"88,",
    b",",
    b"D,99999999999999999999,",
    b"\"",
    b"-",
    b"99999999999999999999999999999999999999999999",
    b"0000",
    b"?20",
    b"//",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_answered(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        answer(&bytes);
        for start in ["01,", ":20:A\n:25:1\n:60F:C261124EUR1,\n:61:", "OFXHEADER:100\n<OFX><STMTRS><STMTTRN>", "\"RH\",\n\"SB\",", "ACKNOWLEDGEMENT 1\nENTRY "] {
            answer(&[start.as_bytes(), &bytes].concat());
        }
    }

    #[test]
    fn mutated_samples_are_answered(
        which in 0..11_usize,
        changes in proptest::collection::vec((any::<u16>(), 0..8_usize, 0..PIECES.len()), 1..6),
    ) {
        let mut bytes = originals().swap_remove(which);
        for (place, length, piece) in changes {
            let place = usize::from(place) % (bytes.len() + 1);
            let end = (place + length).min(bytes.len());
            bytes.splice(place..end, PIECES[piece].iter().copied());
        }
        answer(&bytes);
    }
}

#[test]
fn every_sample_cut_at_every_byte_is_answered() {
    for original in originals() {
        for end in 0..original.len() {
            answer(&original[..end]);
        }
    }
}
