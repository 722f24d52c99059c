use super::{
    Statement, StatementAccount, StatementBalance, day, month_in_words,
    page::{ACCENT, INK, LEFT, LINE, Look, MINUS, Pages, RIGHT, SOFT, wrapped},
};

const TEXT: Look = Look::plain(9.0, INK);
const STRONG: Look = Look::bold(9.0, INK);
const DETAIL: Look = Look::plain(7.5, SOFT);
const HEAD: Look = Look::bold(7.5, SOFT);
/// From one line to the next.
const LEADING: f32 = 11.0;

/// A column of a table: its head, where it begins and ends, and whether it ends flush.
struct Column {
    head: &'static str,
    from: f32,
    to: f32,
    flush: bool,
}

const fn left(head: &'static str, from: f32, to: f32) -> Column {
    Column { head, from, to, flush: false }
}

const fn flush(head: &'static str, from: f32, to: f32) -> Column {
    Column { head, from, to, flush: true }
}

/// What stands in a column: lines, each in its look.
type Field = Vec<(String, Look)>;

fn one(text: impl Into<String>, look: Look) -> Field {
    vec![(text.into(), look)]
}

impl Statement {
    /// An A4 document. Letters that Helvetica does not have stand there by their code point.
    #[must_use]
    pub fn to_pdf(&self) -> Vec<u8> {
        let mut pages = Pages::new();
        self.head(&mut pages);
        for account in &self.accounts {
            part(&mut pages, account);
        }
        if self.accounts.is_empty() {
            pages.at -= 20.0;
            pages.write(LEFT, "Nothing was owed, and nothing happened.", TEXT);
        }
        self.payouts_in(&mut pages);
        self.perks_in(&mut pages);
        self.holds_in(&mut pages);
        closing_words(&mut pages);
        let title = format!("Statement {} – {}", self.month, self.ambassador);
        pages.finish(&title, &format!("Anchor of the books: {}", self.anchor))
    }

    fn head(&self, pages: &mut Pages) {
        let program = self.program.as_deref().map_or_else(String::new, |program| format!(" · {program}"));
        pages.write(LEFT, &format!("{}{program}", self.brand), Look::bold(10.0, ACCENT));
        pages.write_to(RIGHT, "Month", DETAIL);
        pages.at -= 22.0;
        pages.write(LEFT, "Statement", Look::bold(22.0, INK));
        pages.at += 8.0;
        pages.write_to(RIGHT, &month_in_words(&self.month), Look::bold(10.0, INK));
        pages.at -= 26.0;
        pages.write(LEFT, "Ambassador", DETAIL);
        for line in wrapped(&self.ambassador, Look::bold(10.0, INK), RIGHT - LEFT) {
            pages.at -= 13.0;
            pages.write(LEFT, &line, Look::bold(10.0, INK));
        }
        pages.at -= 12.0;
        pages.rule(LINE);
    }

    fn payouts_in(&self, pages: &mut Pages) {
        let columns = [
            left("Run", LEFT, 104.0),
            left("Payout", 108.0, 250.0),
            flush("Balance", 254.0, 334.0),
            flush("To pay", 338.0, 428.0),
            left("State at the month's end", 440.0, RIGHT),
        ];
        let rows = self.payouts.iter().map(|payout| {
            let paid = payout.amount.as_ref().map_or_else(|| "–".to_owned(), ToString::to_string);
            let rate = payout.rate.iter().map(|rate| (rate.clone(), DETAIL));
            let reason = payout.reason.iter().map(|reason| (reason.clone(), DETAIL));
            let state = one(payout.status.as_str(), STRONG);
            [
                one(day(payout.run_at), DETAIL),
                one(payout.payout.as_str(), DETAIL),
                one(payout.balance.to_string(), TEXT),
                one(paid, TEXT).into_iter().chain(rate).collect(),
                state.into_iter().chain(reason).collect(),
            ]
        });
        section(pages, "Payouts", &columns, rows.collect());
    }

    fn perks_in(&self, pages: &mut Pages) {
        let columns = [
            left("Earned", LEFT, 104.0),
            left("Perk", 108.0, 250.0),
            left("Mission", 254.0, 380.0),
            flush("Units", 384.0, 428.0),
            left("State", 440.0, RIGHT),
        ];
        let rows = self.perks.iter().map(|perk| {
            [
                one(day(perk.at), DETAIL),
                one(perk.perk.as_str(), TEXT),
                one(perk.mission.as_str(), TEXT),
                one(perk.units.to_string(), TEXT),
                one(perk.status.as_str(), STRONG),
            ]
        });
        section(pages, "Perks", &columns, rows.collect());
    }

    fn holds_in(&self, pages: &mut Pages) {
        let columns = [left("Since", LEFT, 104.0), left("What", 108.0, 290.0), left("Why", 294.0, RIGHT)];
        let rows = self.holds.iter().map(|hold| {
            [one(day(hold.since), DETAIL), one(hold.what.as_str(), TEXT), one(hold.reason.as_str(), TEXT)]
        });
        section(pages, "On hold", &columns, rows.collect());
    }
}

/// A currency or token: both balances, and what lies between them.
fn part(pages: &mut Pages, account: &StatementAccount) {
    pages.at -= 26.0;
    pages.need(150.0);
    pages.write(LEFT, account.asset.as_str(), Look::bold(13.0, INK));
    pages.at -= 18.0;
    balance(pages, "Opening balance", &account.opening);
    balance(pages, "Closing balance", &account.closing);
    if account.lines.is_empty() {
        pages.at -= 4.0;
        pages.write(LEFT, "Nothing changed in this month; the balance is carried.", DETAIL);
        return;
    }
    let columns = [
        left("Date", LEFT, 104.0),
        left("What", 108.0, 356.0),
        flush("Amount", 360.0, 450.0),
        flush("Balance", 454.0, RIGHT),
    ];
    let carried = |name: &str, balance: &StatementBalance| {
        [Vec::new(), one(name, STRONG), Vec::new(), one(balance.total.to_string(), STRONG)]
    };
    let mut rows = vec![carried("Opening balance", &account.opening)];
    rows.extend(account.lines.iter().map(|line| {
        let look = if line.change.minor() < 0 { Look::plain(9.0, MINUS) } else { TEXT };
        let detail = Some((line.detail.clone(), DETAIL)).filter(|(text, _)| !text.is_empty());
        [
            one(day(line.at), DETAIL),
            one(line.what.as_str(), TEXT).into_iter().chain(detail).collect(),
            one(line.change.to_string(), look),
            one(line.balance.to_string(), TEXT),
        ]
    }));
    rows.push(carried("Closing balance, carried", &account.closing));
    table(pages, &columns, rows);
}

/// One line: the name, the total, and its parts in small.
fn balance(pages: &mut Pages, name: &str, balance: &StatementBalance) {
    let parts = [
        ("pending", &balance.pending),
        ("available", &balance.available),
        ("in payout", &balance.in_transit),
    ];
    let parts = parts.into_iter().filter_map(|(name, part)| Some(format!("{name} {}", part.as_ref()?)));
    let parts: Vec<String> = parts.collect();
    pages.write(LEFT, name, DETAIL);
    pages.write(LEFT + 84.0, &balance.total.to_string(), Look::bold(11.0, INK));
    pages.write_to(RIGHT, &parts.join("   "), DETAIL);
    pages.at -= 16.0;
}

fn section<const N: usize>(pages: &mut Pages, title: &str, columns: &[Column; N], rows: Vec<[Field; N]>) {
    if rows.is_empty() {
        return;
    }
    pages.at -= 26.0;
    pages.need(80.0);
    pages.write(LEFT, title, Look::bold(13.0, INK));
    pages.at -= 6.0;
    table(pages, columns, rows);
}

/// Rows with a line below each; the heads stand on every page.
fn table<const N: usize>(pages: &mut Pages, columns: &[Column; N], rows: Vec<[Field; N]>) {
    heads(pages, columns);
    for row in rows {
        let fields: Vec<Field> =
            columns.iter().zip(row).map(|(column, field)| fitted(column, field)).collect();
        let most = fields.iter().map(Vec::len).max().unwrap_or(1);
        let height = (0..most).fold(7.0, |height, _| height + LEADING);
        if pages.need(height) {
            heads(pages, columns);
        }
        let top = pages.at;
        for (column, field) in columns.iter().zip(fields) {
            pages.at = top;
            for (text, look) in field {
                pages.at -= LEADING;
                if column.flush {
                    pages.write_to(column.to, &text, look);
                } else {
                    pages.write(column.from, &text, look);
                }
            }
        }
        pages.at = top - height + 2.0;
        pages.rule(LINE);
    }
}

fn heads(pages: &mut Pages, columns: &[Column]) {
    pages.at -= 12.0;
    for column in columns {
        if column.flush {
            pages.write_to(column.to, column.head, HEAD);
        } else {
            pages.write(column.from, column.head, HEAD);
        }
    }
    pages.at -= 4.0;
    pages.rule(SOFT);
}

fn fitted(column: &Column, field: Field) -> Field {
    let lines = field.into_iter().flat_map(|(text, look)| {
        wrapped(&text, look, column.to - column.from).into_iter().map(move |line| (line, look))
    });
    lines.collect()
}

fn closing_words(pages: &mut Pages) {
    pages.at -= 26.0;
    pages.need(40.0);
    let words = "All times are UTC. “Pending” is earned and waits for the end of its hold; “available” is paid by the next \
        payout run; “in payout” is on its way. “Paid” means that it arrived.";
    for line in wrapped(words, DETAIL, RIGHT - LEFT) {
        pages.write(LEFT, &line, DETAIL);
        pages.at -= 10.0;
    }
}
