//! Arguments of `tribute ambassador`.

use clap::{Args, Subcommand};

use tribute_events::Timestamp;

use super::Shape;

#[derive(Debug, Subcommand)]
pub(crate) enum Ambassador {
    /// Imports a CSV: ambassador, and where known status, at, payout_currency, accounts, email_hashes, payment_hashes,
    /// platform, followers, handles, niches, audience, region, campus, recruiter, recruiter_link, tax_form,
    /// payment_details_verified, reason, code.
    ///
    /// Without `status` people are approved. Without `at` a row holds from now on; who was rejected, suspended or banned,
    /// or left, stays so unless `status` says otherwise, and what stands already as the row says is left as it is: the
    /// same list may be imported again. A rejection, suspension or ban needs a `reason`. The program must have terms.
    ///
    /// Lists are written with `;` between their parts: audience as `country:US=62%;age:18-24=40%`, handles as `insta ada
    /// followers=12000 since=2019-05-01T00:00:00Z interactions=900 views=20000 posts=12;tube ada-tv`.
    Import(Import),
    /// Asks people to join: who applies then is in.
    Invite(Decision),
    /// Takes people in: they may earn from now on.
    Approve(Decision),
    /// Puts people on the waiting list.
    Waitlist(Decision),
    /// Turns people away.
    Reject(Refusal),
    /// Lets people earn nothing for now; they stay in.
    Suspend(Refusal),
    /// Throws people out.
    Ban(Refusal),
    /// Judges people's touches and codes invalid, as the event `tribute.ambassador.judged` does: orders that are not locked
    /// go to the next in line, what locked ones earned is taken back and goes to nobody.
    Judge(Judgement),
}

#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The file; `-` is standard input.
    pub(crate) file: String,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: String,
    /// The program.
    #[arg(long)]
    pub(crate) program: String,
    /// An import of history: recorded when it happened.
    #[arg(long)]
    pub(crate) backfill: bool,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

/// The people of one program.
#[derive(Debug, Args)]
pub(crate) struct People {
    /// The ambassadors.
    #[arg(required = true)]
    pub(crate) ambassadors: Vec<String>,
    /// The brand.
    #[arg(long)]
    pub(crate) brand: String,
    /// The program.
    #[arg(long)]
    pub(crate) program: String,
    #[command(flatten)]
    pub(crate) shape: Shape,
}

#[derive(Debug, Args)]
pub(crate) struct Decision {
    #[command(flatten)]
    pub(crate) people: People,
    /// Why.
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Refusal {
    #[command(flatten)]
    pub(crate) people: People,
    /// Why: who is refused may ask.
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, Args)]
pub(crate) struct Judgement {
    #[command(flatten)]
    pub(crate) people: People,
    /// Why: it goes on the record.
    #[arg(long)]
    pub(crate) reason: String,
    /// Only orders from this instant on; all where absent.
    #[arg(long)]
    pub(crate) orders_from: Option<Timestamp>,
    /// Takes an earlier verdict back.
    #[arg(long)]
    pub(crate) valid: bool,
}
