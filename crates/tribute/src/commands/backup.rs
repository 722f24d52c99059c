//! `tribute backup` and `tribute restore`: a copy of the database file while it is used, and back.
//!
//! A copy is made in a folder of its own beside the place that it is for, looked through from end to end, and renamed
//! when nothing is wrong with it: whatever happens in between, there is never half a copy under the name of a whole one.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use anyhow::{Context, Result, bail, ensure};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use tempfile::TempPath;
use tribute_reports::verify;
use tribute_store::Database;

use crate::{Done, arguments::Place, messages, settings::mask};

/// How long to wait until everything that looked at a copy has let go of it.
const LETTING_GO: Duration = Duration::from_secs(10);

/// Copies the database to `file`.
pub(crate) async fn backup(file: &Path, place: &Place) -> Result<Done> {
    let Some(source) = super::file_of(place) else { bail!(on_a_server(place, file).0) };
    ensure!(source.is_file(), super::no_database(&source, place));
    ensure!(!file.exists(), "{} exists already; a copy never overwrites anything", file.display());
    let work = folder_beside(file)?;
    let copy = work.path().join("copy.db");
    let (from, to) = (source.clone(), copy.clone());
    tokio::task::spawn_blocking(move || copy_while_used(&from, &to)).await??;
    look_through(&copy).await?;
    fs::set_permissions(&copy, fs::metadata(&source)?.permissions())?;
    put(copy, file)?;
    messages::say(format_args!("{} is a whole and sound copy of {}", file.display(), source.display()));
    Ok(Done::Clean)
}

/// Puts a copy where the database is to be.
pub(crate) async fn restore(file: &Path, force: bool, place: &Place) -> Result<Done> {
    let Some(target) = super::file_of(place) else { bail!(on_a_server(place, file).1) };
    ensure!(file.is_file(), "there is no copy at {}", file.display());
    let in_use = fs::metadata(beside(file, "-wal")).is_ok_and(|log| log.len() > 0);
    ensure!(
        !in_use,
        "{} is not a finished copy: it is in use; `tribute backup` copies such a file",
        file.display()
    );
    ensure!(
        force || !target.exists(),
        "there is a database at {}; with --force it is put aside under another name",
        target.display()
    );
    let work = folder_beside(&target)?;
    let copy = work.path().join("copy.db");
    fs::copy(file, &copy).with_context(|| format!("{} cannot be copied", file.display()))?;
    look_through(&copy).await.with_context(|| format!("{} is not restored", file.display()))?;
    let aside = target.exists().then(|| put_aside(&target)).transpose()?;
    put(copy, &target)?;
    if let Some(aside) = aside {
        messages::note(format_args!("what was there is now {}", aside.display()));
    }
    messages::say(format_args!("{} is what {} holds, and sound", target.display(), file.display()));
    Ok(Done::Clean)
}

/// What to do instead where the books are on a server: to copy, and to put back.
fn on_a_server(place: &Place, file: &Path) -> (String, String) {
    let url =
        mask::database(place.db.as_deref().unwrap_or_default()).replace(&format!(":{}@", mask::MASK), "@");
    let file = file.display();
    let password = "(the password by PGPASSWORD or ~/.pgpass)";
    let copy = format!(
        "the books are on PostgreSQL, whose own tools copy them while they are used: `pg_dump --format=custom \
         --file={file} --dbname='{url}'` {password}, or the whole server, for every instant afterwards, with \
         `pg_basebackup --pgdata={file} --dbname='{url}'` and an archive of its write-ahead log"
    );
    let back = format!(
        "the books are on PostgreSQL; stop every service, then `pg_restore --clean --if-exists --single-transaction \
         --dbname='{url}' {file}` {password}"
    );
    (copy, back)
}

/// One state of the file, whatever is written meanwhile. Nobody who writes is kept waiting.
fn copy_while_used(from: &Path, to: &Path) -> Result<()> {
    let connection = open(from)?;
    connection.busy_timeout(Duration::from_secs(30))?;
    let copied = connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]);
    copied.with_context(|| format!("{} was not copied", from.display())).map(drop)
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
}

/// Whether a copy is whole and its books are what was booked. It is one synced file afterwards.
async fn look_through(copy: &Path) -> Result<()> {
    let path = copy.to_owned();
    tokio::task::spawn_blocking(move || is_whole(&path)).await??;
    let database = Database::open(&copy.to_string_lossy()).await?;
    let found = verify::verify(&database, &mut |_| {}).await?;
    database.connection().clone().close().await?;
    drop(database);
    if !found.is_ok() {
        messages::note(&found);
        bail!("its books are not what was booked; the first bad record of each check stands above");
    }
    fold(copy).await
}

fn is_whole(path: &Path) -> Result<()> {
    let connection = open(path)?;
    let ours = "SELECT count(*) FROM sqlite_schema WHERE name = 'seaql_migrations'";
    let ours: i64 = connection.query_row(ours, [], |row| row.get(0)).context("this is not a SQLite file")?;
    ensure!(ours == 1, "this is not a database of Tribute");
    let whole: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    ensure!(whole == "ok", "the file is damaged: {whole}");
    Ok(())
}

/// Brings the write-ahead log home, once nobody looks any more, and waits for the disk.
async fn fold(copy: &Path) -> Result<()> {
    let until = tokio::time::Instant::now() + LETTING_GO;
    loop {
        match leave_wal(copy) {
            Ok(()) => break,
            Err(error) if tokio::time::Instant::now() > until => return Err(error.into()),
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    Ok(File::open(copy)?.sync_all()?)
}

/// Only who is alone with a file can do this.
fn leave_wal(path: &Path) -> rusqlite::Result<()> {
    open(path)?.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))
}

/// Gives a copy its name, which nobody else may have taken meanwhile.
fn put(copy: PathBuf, target: &Path) -> Result<()> {
    let copy = TempPath::try_from_path(copy)?;
    copy.persist_noclobber(target).with_context(|| format!("{} cannot be made", target.display()))?;
    File::open(folder_of(target))?.sync_all().context("the folder cannot be written to disk")
}

/// Renames a database that nobody has open, with what belongs to it.
fn put_aside(target: &Path) -> Result<PathBuf> {
    if let Err(error) = leave_wal(target)
        && matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
    {
        bail!("another process has {} open; stop it first", target.display());
    }
    let seconds = UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs());
    let aside = beside(target, &format!(".replaced-{seconds}"));
    for end in ["-wal", "-shm", ""] {
        let part = beside(target, end);
        if part.exists() {
            fs::rename(&part, beside(&aside, end))
                .with_context(|| format!("{} cannot be renamed", part.display()))?;
        }
    }
    Ok(aside)
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

fn folder_of(file: &Path) -> &Path {
    file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// A folder for a copy that is not finished, on the same disk. It goes away by itself.
fn folder_beside(file: &Path) -> Result<tempfile::TempDir> {
    let folder = folder_of(file);
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let made = tempfile::Builder::new().prefix(".tribute-copy-").tempdir_in(folder);
    made.with_context(|| format!("{} cannot be written to", folder.display()))
}
