use std::{
    collections::{BTreeMap, BTreeSet},
    io::IsTerminal,
};

use anyhow::{Result, bail};
use clap::{CommandFactory, error::ErrorKind};
use tribute_events::{BrandId, Timestamp};
use tribute_reports::{
    Books, Cell, Filter, Style,
    report::{self, Readable},
};
use tribute_services::Engine;
use tribute_vault::VaultError;

use super::clock;
use crate::{
    Done,
    arguments::{Arguments, By, Format, Place, Regime, Report, Subject},
    messages::{note, say},
};

/// What the options cannot mean ends the program as wrong usage.
fn check(options: &Report) {
    let of_tax = options.year.is_some() || options.thresholds.is_some() || options.regime.is_some();
    let of_others = options.program.is_some() || options.from.is_some() || options.to.is_some();
    let refused = match options.subject {
        Subject::MonthEnd if options.month.is_none() || options.brand.is_none() => {
            "the end of a month is of one brand: `report month-end --brand acme --month 2026-10`"
        }
        Subject::MonthEnd if of_others || options.at.is_some() => {
            "the end of a month is of a whole month and of all programs of a brand: use --month and --brand"
        }
        _ if options.subject != Subject::MonthEnd && options.month.is_some() => {
            "--month is for the end of a month: `report month-end --brand acme --month 2026-10`"
        }
        Subject::Tax if options.year.is_none() => "tax totals are of a year: `report tax --year 2026`",
        Subject::Tax if of_others => {
            "tax totals are of a whole year and of all programs of a brand: use --year, --brand and --ambassador"
        }
        _ if options.subject != Subject::Tax && of_tax => {
            "--year, --regime and --thresholds are for the tax totals: `report tax --year 2026`"
        }
        Subject::Balances if options.from.is_some() => {
            "--from says nothing about balances: they are the sum of all that took effect; use --to for the balances as of an instant, or `report earnings --from … --to …`"
        }
        _ if options.subject != Subject::Funnel && (options.by.is_some() || options.limit.is_some()) => {
            "--by and --limit are for the funnel: `report funnel --by post --limit 10`"
        }
        Subject::Liabilities | Subject::Ageing if options.from.is_some() || options.to.is_some() => {
            "liabilities and their ageing are as of an instant: use --at"
        }
        Subject::Leaderboard | Subject::Liabilities | Subject::Ageing => return,
        _ if options.at.is_some() => {
            "--at is for the leaderboard, liabilities and ageing; balances as of an instant are had with --to"
        }
        _ => return,
    };
    Arguments::command().error(ErrorKind::ArgumentConflict, refused).exit()
}

pub(crate) async fn run(options: &Report, place: &Place) -> Result<Done> {
    check(options);
    let engine = super::existing_engine(place).await?;
    let books = Books { database: engine.database(), registry: engine.registry() };
    let filter = Filter {
        brand: options.brand.clone(),
        program: options.program.clone(),
        ambassador: options.ambassador.clone(),
        from: options.from,
        to: match options.subject {
            Subject::Liabilities | Subject::Ageing => options.at,
            _ => options.to,
        },
        page: None,
    };
    let subject = match options.subject {
        Subject::Balances => report::Subject::Balances,
        Subject::Earnings => report::Subject::Earnings,
        Subject::Conversions => report::Subject::Conversions,
        Subject::Payouts => report::Subject::Payouts,
        Subject::Rewards => report::Subject::Rewards,
        Subject::Shipments => report::Subject::Shipments,
        Subject::Fraud => report::Subject::Fraud,
        Subject::Leaderboard => report::Subject::Leaderboard(options.at),
        Subject::Funnel => report::Subject::Funnel(funnel(options)),
        Subject::Posts => report::Subject::Posts(report::Posts::All),
        Subject::Reviews => report::Subject::Posts(report::Posts::Waiting),
        Subject::Rights => report::Subject::Posts(report::Posts::WithRights),
        Subject::Outsiders => report::Subject::Outsiders,
        Subject::Deliverables => report::Subject::Deliverables,
        Subject::Standings => report::Subject::Standings,
        Subject::Liabilities => report::Subject::Liabilities,
        Subject::Ageing => report::Subject::Ageing,
        Subject::Accruals => report::Subject::Accruals,
        Subject::Tax if options.regime == Some(Regime::Dac7) => {
            return super::dac7::run(options, &books, &filter, &place.vault).await;
        }
        Subject::Tax => return super::tax::run(options, &books, &filter).await,
        Subject::MonthEnd => match options.month {
            Some(month) => {
                let brand: BrandId = options.brand.as_deref().unwrap_or_default().parse()?;
                if engine.registry().programs(&brand).is_none() {
                    bail!("brand {brand} is not known: no program of it was published");
                }
                report::Subject::MonthEnd(report::MonthEnd { month })
            }
            None => return Ok(Done::Clean),
        },
        Subject::Summary => report::Subject::Summary,
    };
    // Not locked: the lock may not be held while the database is waited for.
    let out = std::io::BufWriter::new(std::io::stdout());
    let shows = matches!(subject, report::Subject::Posts(_) | report::Subject::Outsiders);
    let readable =
        if shows { readable(&engine, options.brand.as_deref()).await? } else { Readable::sealed() };
    let shape = format(options.shape.format);
    report::print_readable(subject, &books, &readable, &filter, shape, style(), out).await?;
    let live = matches!(subject, report::Subject::Leaderboard(None)) && options.shape.format == Format::Table;
    if live && clock::read(engine.database()).await? == Timestamp::MIN {
        say(
            "no clock event has come yet, and live boards are as of the clock; `tribute clock advance --to …`, or --at …",
        );
    }
    Ok(Done::Clean)
}

fn funnel(options: &Report) -> report::Funnel {
    let by = match options.by.unwrap_or(By::Ambassador) {
        By::Post => report::FunnelBy::Post,
        By::Ambassador => report::FunnelBy::Ambassador,
        By::Campaign => report::FunnelBy::Campaign,
        By::Tier => report::FunnelBy::Tier,
        By::Kind => report::FunnelBy::Kind,
    };
    report::Funnel { by, limit: options.limit }
}

/// The format as the reports name it.
pub(crate) const fn format(format: Format) -> tribute_reports::Format {
    match format {
        Format::Table => tribute_reports::Format::People,
        Format::Json => tribute_reports::Format::Json,
        Format::Csv => tribute_reports::Format::Csv,
    }
}

/// Colour on a terminal that may show it.
pub(crate) fn style() -> Style {
    let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    Style { width: None, colour }
}

/// What stands behind the pseudonyms of accounts and addresses of one brand, or of all. Without the vault's key they are
/// shown as they are.
pub(crate) async fn readable(engine: &Engine, brand: Option<&str>) -> Result<Readable> {
    let mut known = BTreeMap::new();
    let brands: BTreeSet<_> = engine.registry().every_program().map(|(brand, ..)| brand).collect();
    for id in brands.into_iter().filter(|id| brand.is_none_or(|it| it == id.as_str())) {
        let mut transaction = engine.database().begin().await?;
        let found = engine.vault().readable(&mut transaction, id).await;
        transaction.rollback().await?;
        match found {
            Ok(found) => known.extend(found),
            Err(why @ (VaultError::Closed | VaultError::OtherKey)) => {
                note(format_args!("accounts and addresses are shown by their pseudonyms: {why}"));
                return Ok(Readable::sealed());
            }
            Err(why) => return Err(why.into()),
        }
    }
    Ok(Readable::by(known))
}

/// What a brand, a finance clerk and an ambassador would want to see.
pub(crate) async fn tell(engine: &Engine) -> Result<()> {
    let books = Books { database: engine.database(), registry: engine.registry() };
    let all = Filter::default();
    section("The programs");
    say(report::table(&report::Summary, &books, &all).await?.to_text());
    section("Top of the leaderboards");
    few(report::table(&report::Leaderboards { at: None }, &books, &all).await?, 5, "leaderboard");
    section("Balances by ambassador and currency");
    few(report::table(&report::Balances, &books, &all).await?, 7, "balances");
    section("Payouts made, carried and held");
    few(report::table(&report::Payouts, &books, &all).await?, 8, "payouts");
    section("Perks and tokens");
    few(report::table(&report::Rewards, &books, &all).await?, 5, "rewards");
    Ok(())
}

/// A credited order, to explain: the first by its key that was refunded in part where there is one.
pub(crate) async fn first_credited(books: &Books<'_>) -> Result<Option<(String, String)>> {
    let rows = report::collect(&report::Conversions, books, &Filter::default()).await?;
    let found = rows.into_iter().find(|row| row.ambassador.is_some());
    Ok(found.map(|row| (row.brand, row.order)))
}

pub(crate) fn section(title: &str) {
    say(format_args!("\n{title}\n"));
}

/// The first rows of each brand, and how to see the others.
fn few(mut table: tribute_reports::Table, each: usize, name: &str) {
    let all = table.rows.len();
    let (mut brand, mut shown) = (String::new(), 0_usize);
    table.rows.retain(|row| {
        let of = row.first().map(Cell::for_people).unwrap_or_default();
        shown = if of == brand { shown.saturating_add(1) } else { 1 };
        brand = of;
        shown <= each
    });
    let left = all.saturating_sub(table.rows.len());
    say(table.to_text());
    if left > 0 {
        say(format_args!("{left} more rows: tribute report {name}"));
    }
}
