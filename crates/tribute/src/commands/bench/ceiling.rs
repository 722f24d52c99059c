//! The ceiling: the rows of a finished database, written by hand-prepared statements into an equal file.

use std::{path::Path, time::Instant};

use anyhow::{Context, Result};
use rusqlite::{Connection, OpenFlags, types::Value};

/// What writing the same rows took.
#[derive(Debug, Clone)]
pub(crate) struct Ceiling {
    pub(crate) rows: u64,
    pub(crate) seconds: f64,
    pub(crate) bytes: u64,
    pub(crate) ledger_transactions: u64,
    pub(crate) digest: String,
}

/// One table of the source, read a slice at a time.
struct Copied {
    name: String,
    insert: String,
    rows: u64,
    taken: u64,
}

/// Copies every table of `source` into `target` in `batches` transactions. Only the writing is timed.
pub(crate) fn write(source: &Path, target: &Path, batches: u64) -> Result<Ceiling> {
    let from = Connection::open_with_flags(source, OpenFlags::SQLITE_OPEN_READ_ONLY)
        .context("the pipeline's file")?;
    let into = Connection::open(target).context("the ceiling's file")?;
    into.execute_batch(tribute_store::SQLITE_SETTINGS)?;
    let mut tables = tables(&from)?;
    let mut readers = Vec::new();
    for table in &tables {
        readers.push(from.prepare(&format!("SELECT * FROM {}", table.name))?);
    }
    let mut cursors = Vec::new();
    for reader in &mut readers {
        let columns = reader.column_count();
        cursors.push((reader.query([])?, columns));
    }
    let (mut seconds, mut rows) = (0.0, 0_u64);
    for batch in 1..=batches.max(1) {
        let mut slices = Vec::with_capacity(tables.len());
        for (table, (cursor, columns)) in tables.iter_mut().zip(&mut cursors) {
            let until = table.rows.saturating_mul(batch).div_ceil(batches.max(1));
            let mut slice = Vec::new();
            while table.taken < until {
                let Some(row) = cursor.next()? else { break };
                slice.push((0..*columns).map(|column| row.get(column)).collect::<Result<Vec<Value>, _>>()?);
                table.taken = table.taken.saturating_add(1);
            }
            slices.push(slice);
        }
        let started = Instant::now();
        into.execute_batch("BEGIN IMMEDIATE")?;
        for (table, slice) in tables.iter().zip(&slices) {
            let mut insert = into.prepare_cached(&table.insert)?;
            for row in slice {
                insert.execute(rusqlite::params_from_iter(row))?;
            }
            rows = rows.saturating_add(u64::try_from(slice.len())?);
        }
        into.execute_batch("COMMIT")?;
        seconds += started.elapsed().as_secs_f64();
    }
    let ledger_transactions = count(&from, "ledger_transaction")?;
    Ok(Ceiling {
        rows,
        seconds,
        bytes: std::fs::metadata(source)?.len(),
        ledger_transactions,
        digest: digest(&from)?,
    })
}

fn count(connection: &Connection, table: &str) -> Result<u64> {
    let rows: i64 = connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?;
    Ok(rows.unsigned_abs())
}

fn tables(from: &Connection) -> Result<Vec<Copied>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'seaql_%'";
    let mut names = from.prepare(sql)?;
    let names: Vec<String> = names.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    let table = |name: String| {
        let columns = from.prepare(&format!("SELECT * FROM {name}"))?.column_count();
        let marks = vec!["?"; columns].join(", ");
        Ok(Copied {
            insert: format!("INSERT INTO {name} VALUES ({marks})"),
            rows: count(from, &name)?,
            taken: 0,
            name,
        })
    };
    names.into_iter().map(table).collect()
}

/// SHA-256 over all balances in the order of their keys: the same facts give the same digest.
fn digest(from: &Connection) -> Result<String> {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    let mut balances =
        from.prepare("SELECT brand, account, asset, amount FROM balance ORDER BY brand, account, asset")?;
    let mut rows = balances.query([])?;
    while let Some(row) = rows.next()? {
        let (brand, account, asset, amount): (String, String, String, i64) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        hasher.update(format!("{brand}\0{account}\0{asset}\0{amount}\n"));
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
