//! What the books show, row by row.
//!
//! Each report is a type that implements [`Report`]: it gives its typed rows one by one, in an order of keys.
//! Rows are written as they come, so that there can be a million of them; only the funnel, which ranks, and the tax totals hold their
//! own.
//!
//! | report | one row for each | `from`, `to` bear on |
//! | --- | --- | --- |
//! | [`Balances`] | brand, ambassador, asset | `to`: as of that instant, inclusive; `from`: nothing, a balance has no beginning |
//! | [`Earnings`] | earning | the time of the order, post or period |
//! | [`Conversions`] | order of a program and party | the order's time |
//! | [`Payouts`] | payout, carried and held ones included | the run's cut-off |
//! | [`Rewards`] | grant | when it was earned |
//! | [`Fraud`] | finding | when it was found |
//! | [`Shipments`] | shipment | when it was sent |
//! | [`Leaderboards`] | rank of a board | when it froze; live boards are left out by `to` before `at` |
//! | [`Funnel`] | program, currency, and post, ambassador, campaign, tier or kind of content | the time of posts, clicks, orders, earnings and perks |
//! | [`Posts`] | post, or those that wait for a review, or those with usage rights | when it was published |
//! | [`Outsiders`] | author who is not in the program | when their posts were published |
//! | [`Deliverables`] | campaign and ambassador who owes posts | when the posts were published |
//! | [`Standings`] | change of an ambassador's standing | when it took place |
//! | [`Liabilities`] | program and asset that something is owed in | `to`: as of that instant, inclusive; `from`: nothing |
//! | [`Ageing`] | program, ambassador, currency | `to`: as of that instant, inclusive; `from`: nothing |
//! | [`Accruals`] | program, currency, month | effective time |
//! | [`Tax`] | brand, ambassador, currency | nothing: its year does |
//! | [`Dac7`] | brand, ambassador, currency | nothing: its year does |
//! | [`MonthEnd`] | account, payout, entry of a bank and difference of a month | nothing: its month does |
//! | [`TrialBalance`] | account and asset | `to`: as of that instant, inclusive; `from`: nothing |
//! | [`Summary`] | program and measure | as for the reports that it sums up |

mod accruals;
mod ageing;
mod balances;
mod boards;
mod books;
mod content;
mod conversions;
mod deliverables;
mod earnings;
mod fraud;
mod funnel;
mod leaderboards;
mod liabilities;
mod missions;
mod money;
mod month_end;
mod outsiders;
mod page;
mod payouts;
mod posts;
mod print;
mod readable;
mod rewards;
mod shipments;
mod standings;
mod summary;
mod tax;
mod trial_balance;

pub use accruals::{AccrualRow, Accruals};
pub use ageing::{Ageing, AgeingRow};
pub use balances::{BalanceRow, Balances};
pub use boards::{BoardHead, BoardKey, BoardOf, board_heads, board_rows, running_boards};
pub use books::{Books, Filter, Record, Report, Sink, collect};
pub use conversions::{ConversionRow, Conversions};
pub use deliverables::{DeliverableRow, Deliverables};
pub use earnings::{EarningRow, EarningStatus, Earnings, earning_statuses};
pub use fraud::{FindingRow, Fraud};
pub use funnel::{Funnel, FunnelBy, FunnelLine, FunnelRow};
pub use leaderboards::{BoardRow, BoardState, Leaderboards};
pub use liabilities::{Liabilities, LiabilityRow};
pub use missions::{MissionRow, NeedRow, missions};
pub use money::Amount;
pub use month_end::{MonthEnd, MonthEndRow};
pub use outsiders::{OutsiderRow, Outsiders};
pub use page::{KeyPart, Keyed, Page, RowKey};
pub use payouts::{PayoutRow, Payouts};
pub use posts::{PostRow, Posts};
pub use print::{Subject, print, print_readable, table};
pub use readable::Readable;
pub use rewards::{RewardRow, Rewards};
pub use shipments::{ShipmentRow, Shipments};
pub use standings::{StandingRow, Standings};
pub use summary::{Summary, SummaryRow};
pub use tax::{Dac7, Dac7Row, Tax, TaxRow, TaxRules, TaxRulesError, TaxThreshold, TaxTotal, tax_totals};
pub use trial_balance::{TrialBalance, TrialBalanceRow};

pub(crate) use books::clock;
pub(crate) use conversions::share;
pub(crate) use rewards::{currency, is_heard};
