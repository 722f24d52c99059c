use tribute_ledger::Anchor;

use super::*;

fn amount(minor: i64) -> StatementAmount {
    StatementAmount::new(minor, &"USD".parse().unwrap()).unwrap()
}

fn balance(minor: i64) -> StatementBalance {
    StatementBalance {
        pending: Some(amount(minor)),
        available: Some(amount(0)),
        in_transit: Some(amount(0)),
        total: amount(minor),
    }
}

fn line(number: u64, what: &str) -> StatementLine {
    StatementLine {
        at: "2026-03-05T10:00:00Z".parse().unwrap(),
        kind: LineKind::Earned,
        what: what.to_owned(),
        detail: "rule ten, terms 1".to_owned(),
        program: "friends".to_owned(),
        event_id: format!("e{number}"),
        number,
        change: amount(100),
        balance: amount(1_000 + i64::try_from(number).unwrap() * 100),
    }
}

fn statement(ambassador: &str, lines: Vec<StatementLine>) -> Statement {
    let closing = 1_000 + 100 * i64::try_from(lines.len()).unwrap();
    Statement {
        brand: "acme".to_owned(),
        program: None,
        ambassador: ambassador.to_owned(),
        month: "2026-03".to_owned(),
        from: "2026-03-01T00:00:00Z".parse().unwrap(),
        to: "2026-04-01T00:00:00Z".parse().unwrap(),
        anchor: Anchor { number: Some(24), hash: [0xab; 32] },
        accounts: vec![StatementAccount {
            asset: "USD".parse().unwrap(),
            opening: balance(1_000),
            lines,
            closing: balance(closing),
        }],
        payouts: Vec::new(),
        perks: Vec::new(),
        holds: Vec::new(),
    }
}

#[test]
fn a_page_loads_nothing_and_lets_nothing_in() {
    let told = statement("<script>alert(1)</script>", vec![line(1, "Order <b>1001</b> & more")]);
    let page = told.to_html();
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert!(page.contains("Order &lt;b&gt;1001&lt;/b&gt; &amp; more"));
    assert!(!page.contains("http") && !page.contains("url(") && !page.contains("src="));
    assert!(page.contains(&told.anchor.to_string()) && page.contains("March 2026"));
    assert!(page.contains("prefers-color-scheme: dark") && page.contains("@media print"));
}

#[test]
fn a_document_is_the_same_bytes_and_grows_by_pages() {
    let short = statement("ada", vec![line(1, "Order 1001")]);
    assert_eq!(short.to_pdf(), short.to_pdf());
    let pages = |told: &Statement| {
        let bytes = String::from_utf8_lossy(&told.to_pdf()).into_owned();
        bytes.matches("/MediaBox").count()
    };
    assert_eq!(pages(&short), 1);
    assert!(pages(&statement("ada", (1..=100).map(|number| line(number, "Order")).collect())) > 2);
}

#[test]
fn letters_that_the_font_lacks_are_shown_by_their_code_point() {
    assert_eq!(fonts::shown("zoë 張"), "zoë <U+5F35>");
    assert_eq!(fonts::encoded("ë–"), [0xeb, 0x96]);
    assert_eq!(fonts::width("0.0", fonts::Face::Plain), 556 + 278 + 556);
}
