use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{Statement, StatementAccount, StatementAmount, StatementBalance, day, month_in_words};

const STYLE: &str = include_str!("statement.css");

impl Statement {
    /// One self-contained page: no script, nothing to load, light and dark, and fit to be printed.
    #[must_use]
    pub fn to_html(&self) -> String {
        let month = month_in_words(&self.month);
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { "Statement " (self.month) " – " (self.ambassador) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    main {
                        (self.heading(&month))
                        @for account in &self.accounts { (part(account)) }
                        @if self.accounts.is_empty() { p.none { "Nothing was owed, and nothing happened." } }
                        (self.payouts())
                        (self.perks())
                        (self.holds())
                        (self.footer())
                    }
                }
            }
        };
        page.into_string()
    }

    fn heading(&self, month: &str) -> Markup {
        html! {
            header {
                div {
                    p.brand { (self.brand) @if let Some(program) = &self.program { " · " (program) } }
                    h1 { "Statement" }
                }
                dl {
                    div { dt { "Ambassador" } dd { (self.ambassador) } }
                    div { dt { "Month" } dd { (month) } }
                }
            }
        }
    }

    fn payouts(&self) -> Markup {
        html! {
            @if !self.payouts.is_empty() {
                section {
                    h2 { "Payouts" }
                    p.about { "As they stood at the end of the month." }
                    table {
                        thead { tr { th { "Run" } th { "Payout" } th.right { "Balance" } th.right { "To pay" } th { "State" } } }
                        tbody {
                            @for payout in &self.payouts {
                                tr {
                                    td.date { (day(payout.run_at)) }
                                    td { code { (payout.payout) } }
                                    td.right { (amount(&payout.balance)) }
                                    td.right {
                                        @if let Some(paid) = &payout.amount { (amount(paid)) } @else { "–" }
                                        @if let Some(rate) = &payout.rate { span.detail { (rate) } }
                                    }
                                    td {
                                        span.state data-state=(payout.status) { (payout.status) }
                                        @if let Some(reason) = &payout.reason { span.detail { (reason) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn perks(&self) -> Markup {
        html! {
            @if !self.perks.is_empty() {
                section {
                    h2 { "Perks" }
                    table {
                        thead { tr { th { "Earned" } th { "Perk" } th { "Mission" } th.right { "Units" } th { "State" } } }
                        tbody {
                            @for perk in &self.perks {
                                tr {
                                    td.date { (day(perk.at)) }
                                    td { (perk.perk) }
                                    td { (perk.mission) }
                                    td.right { (perk.units) }
                                    td { span.state data-state=(perk.status) { (perk.status) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn holds(&self) -> Markup {
        html! {
            @if !self.holds.is_empty() {
                section {
                    h2 { "On hold" }
                    table {
                        thead { tr { th { "Since" } th { "What" } th { "Why" } } }
                        tbody {
                            @for hold in &self.holds {
                                tr { td.date { (day(hold.since)) } td { (hold.what) } td { (hold.reason) } }
                            }
                        }
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        html! {
            footer {
                p {
                    "All times are UTC. “Pending” is earned and waits for the end of its hold; “available” is paid by the "
                    "next payout run; “in payout” is on its way. “Paid” means that it arrived."
                }
                p { "Anchor of the books when this statement was made: " code { (self.anchor) } }
            }
        }
    }
}

fn part(account: &StatementAccount) -> Markup {
    html! {
        section {
            h2 { (account.asset) }
            div.balances {
                (balance("Opening balance", &account.opening))
                (balance("Closing balance", &account.closing))
            }
            @if account.lines.is_empty() {
                p.none { "Nothing changed in this month; the balance is carried." }
            } @else {
                table {
                    thead { tr { th { "Date" } th { "What" } th.right { "Amount" } th.right { "Balance" } } }
                    tbody {
                        tr.carried { td {} td { "Opening balance" } td {} td.right { (amount(&account.opening.total)) } }
                        @for line in &account.lines {
                            tr {
                                td.date { (day(line.at)) }
                                td { (line.what) span.detail { (line.detail) } }
                                td.right.minus[line.change.minor() < 0] { (amount(&line.change)) }
                                td.right { (amount(&line.balance)) }
                            }
                        }
                        tr.carried { td {} td { "Closing balance, carried" } td {} td.right { (amount(&account.closing.total)) } }
                    }
                }
            }
        }
    }
}

fn balance(name: &str, balance: &StatementBalance) -> Markup {
    let parts = [
        ("pending", &balance.pending),
        ("available", &balance.available),
        ("in payout", &balance.in_transit),
    ];
    html! {
        div.balance {
            p.name { (name) }
            p.total { (amount(&balance.total)) }
            ul {
                @for (state, part) in parts {
                    @if let Some(part) = part { li { span { (state) } (amount(part)) } }
                }
            }
        }
    }
}

fn amount(amount: &StatementAmount) -> Markup {
    html! { span.amount { (amount.text()) " " span.asset { (amount.asset()) } } }
}
