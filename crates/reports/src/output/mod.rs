//! Tables of typed cells, for people and for programs.
//!
//! The names of the columns are the stable names of the fields: the keys in JSON and the header in CSV. An
//! amount is a decimal text with its currency: `12.34 GBP` for people; for programs `12.34`, with a column of
//! its own for the currency, which people are not shown.

mod people;
mod table;
mod writer;

pub use people::Style;
pub use table::{Align, Cell, Column, Table};
pub use writer::{Format, Writer};
