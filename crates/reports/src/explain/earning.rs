use std::{collections::BTreeSet, fmt};

use serde::Serialize;
use tribute_events::Timestamp;

use super::{
    Candidate, EventRef, TransactionView,
    day::{self, ClickOfDay},
    earning_load::of_source,
    event,
    find::parts_of,
};
use crate::{
    ReportError,
    report::{Amount, Books, EarningStatus},
};

/// An earning: how it came about, what was booked, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EarningView {
    /// `program/source/ambassador/rule`.
    pub earning: String,
    /// The ambassador.
    pub ambassador: String,
    /// The rule of the terms.
    pub rule: String,
    /// `commission`, `fee`, `bonus`, `recruiter` or `prize`; absent where it was taken back whole.
    pub kind: Option<String>,
    /// The amount that stands.
    pub amount: Amount,
    /// The version of the terms.
    pub terms_version: Option<String>,
    /// How the amount came about, with its rounding.
    pub formula: Option<String>,
    /// When it clears.
    pub clears_at: Option<Timestamp>,
    /// What became of it.
    pub status: EarningStatus,
    /// What it amounted to over time.
    pub steps: Vec<StepView>,
    /// What was booked, one change after the other.
    pub movements: Vec<MovementView>,
    /// The findings that hold it, or held it, with their evidence.
    pub findings: Vec<String>,
    /// The ledger's transactions: its own, and those that cleared it, together with others of that instant.
    pub transactions: Vec<TransactionView>,
}

/// What an earning amounted to from one instant on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// From when on.
    pub effective_at: Timestamp,
    /// The event that brought it about.
    pub cause: String,
    /// The ambassador's part of what the rule pays on.
    pub base: String,
    /// The amount from then on.
    pub amount: Amount,
}

/// One booked change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MovementView {
    /// When it took effect.
    pub effective_at: Timestamp,
    /// From when it can be paid.
    pub available_at: Timestamp,
    /// The change.
    pub amount: Amount,
    /// The event that brought it about.
    pub cause: String,
    /// Whether it has cleared.
    pub cleared: bool,
    /// Whether a finding keeps it from clearing.
    pub held: bool,
    /// The payout that took it.
    pub payout: Option<String>,
    /// Where that payout stands.
    pub payout_status: Option<String>,
}

/// An earning, with the events that brought it about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EarningStory {
    /// The brand.
    pub brand: String,
    /// The program.
    pub program: String,
    /// `order:1001`, `post:p1`, `period:2026-03`, `clicks:2026-03-04`.
    pub source: String,
    /// The earning.
    #[serde(flatten)]
    pub view: EarningView,
    /// The events that its steps and movements name.
    pub events: Vec<EventRef>,
    /// The clicks behind the fee of a day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clicks: Vec<ClickOfDay>,
}

pub(super) async fn tell(books: &Books<'_>, one: &Candidate) -> Result<EarningStory, ReportError> {
    let unreadable = || ReportError::stored("earning", &one.id, &"its id has fewer than four parts");
    let [program, source_name, ambassador, rule] = parts_of(&one.id).ok_or_else(unreadable)?;
    let source = books.database.connection();
    let mut views = of_source(books, &one.brand, &source_name).await?;
    let named = |view: &EarningView| view.ambassador == ambassador && view.rule == rule;
    let mine = views.remove(&program).unwrap_or_default().into_iter().find(named);
    let view = mine.ok_or_else(|| ReportError::stored("earning", &one.id, &"it is gone"))?;
    let events = event::named(source, &one.brand, &causes(std::slice::from_ref(&view))).await?;
    let mut events: Vec<EventRef> = events.into_values().collect();
    events.sort();
    let clicks = day::clicks_of(books, &one.brand, &program, &source_name, &ambassador).await?;
    Ok(EarningStory { brand: one.brand.clone(), program, source: source_name, view, events, clicks })
}

/// The events that earnings name as causes.
pub(super) fn causes(views: &[EarningView]) -> BTreeSet<String> {
    let steps = views.iter().flat_map(|view| view.steps.iter().map(|step| step.cause.clone()));
    let moved = views.iter().flat_map(|view| view.movements.iter().map(|movement| movement.cause.clone()));
    steps.chain(moved).collect()
}

impl fmt::Display for EarningView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Amount { amount, currency } = &self.amount;
        let kind = self.kind.as_deref().unwrap_or("taken back");
        writeln!(f, "    {}: {amount} {currency}, {kind}, {}", self.earning, self.status.as_str())?;
        if let (Some(formula), Some(terms)) = (&self.formula, &self.terms_version) {
            writeln!(f, "      formula  {formula} (terms {terms})")?;
        }
        for step in &self.steps {
            let StepView { effective_at, cause, base, amount } = step;
            writeln!(
                f,
                "      from     {effective_at} {} on a base of {base} (event {cause})",
                amount.amount
            )?;
        }
        for movement in &self.movements {
            let MovementView { effective_at, available_at, amount, cause, .. } = movement;
            write!(
                f,
                "      booked   {effective_at} {} {}, available {available_at}",
                amount.amount, amount.currency
            )?;
            match (&movement.payout, &movement.payout_status, movement.cleared) {
                (Some(payout), Some(status), _) => write!(f, ", in payout {payout} ({status})")?,
                (_, _, true) => write!(f, ", cleared")?,
                _ if movement.held => write!(f, ", held")?,
                (_, _, false) => write!(f, ", pending")?,
            }
            writeln!(f, " (event {cause})")?;
        }
        self.findings.iter().try_for_each(|it| writeln!(f, "      finding  {it}"))?;
        self.transactions.iter().try_for_each(|it| writeln!(f, "      ledger   {it}"))?;
        match self.clears_at {
            Some(clears_at) => writeln!(f, "      clears   {clears_at}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for EarningStory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { brand, program, source, view, events, clicks } = self;
        writeln!(
            f,
            "Earning of {} by rule {} of program {program}, brand {brand}, for {source}",
            view.ambassador, view.rule
        )?;
        write!(f, "{view}")?;
        writeln!(f, "  events")?;
        events.iter().try_for_each(|event| writeln!(f, "    {event}"))?;
        day::show(clicks, f)?;
        let stands_alone = source.starts_with("period:") || source.starts_with("clicks:");
        if stands_alone { Ok(()) } else { writeln!(f, "  see tribute explain {source}") }
    }
}
