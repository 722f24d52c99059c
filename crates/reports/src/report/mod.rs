//! What the books show, row by row.
//!
//! Each report is a type that implements [`Report`]: it gives its typed rows one by one, in an order of keys.
//! Rows are never held as a whole, so that a million of them can be written as they come.
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
//! | [`Funnel`] | program, ambassador, currency | the time of posts, clicks, orders and earnings |
//! | [`Posts`] | post, or those that wait for a review, or those with usage rights | when it was published |
//! | [`Outsiders`] | author who is not in the program | when their posts were published |
//! | [`Deliverables`] | campaign and ambassador who owes posts | when the posts were published |
//! | [`Standings`] | change of an ambassador's standing | when it took place |
//! | [`Summary`] | program and measure | as for the reports that it sums up |

mod balances;
mod books;
mod content;
mod conversions;
mod deliverables;
mod earnings;
mod fraud;
mod funnel;
mod leaderboards;
mod money;
mod outsiders;
mod payouts;
mod posts;
mod print;
mod rewards;
mod shipments;
mod standings;
mod summary;

pub use balances::{BalanceRow, Balances};
pub use books::{Books, Filter, Record, Report, Sink, collect};
pub use conversions::{ConversionRow, Conversions};
pub use deliverables::{DeliverableRow, Deliverables};
pub use earnings::{EarningRow, EarningStatus, Earnings};
pub use fraud::{FindingRow, Fraud};
pub use funnel::{Funnel, FunnelRow};
pub use leaderboards::{BoardRow, BoardState, Leaderboards};
pub use money::Amount;
pub use outsiders::{OutsiderRow, Outsiders};
pub use payouts::{PayoutRow, Payouts};
pub use posts::{PostRow, Posts};
pub use print::{Subject, print, table};
pub use rewards::{RewardRow, Rewards};
pub use shipments::{ShipmentRow, Shipments};
pub use standings::{StandingRow, Standings};
pub use summary::{Summary, SummaryRow};

pub(crate) use books::clock;
pub(crate) use conversions::share;
pub(crate) use rewards::currency;
