//! Rounds: one seed from beginning to end, and one seed after the other.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tribute_services::Engine;

use crate::{
    answers::answers,
    arena::Arena,
    arrangement::Arrangement,
    compare::{compare, pages},
    figures::Figures,
    options::Options,
    outputs,
    points::Points,
    subject,
    told::Told,
    truth::undisturbed,
    world::{Segment, segments},
};

/// How many processes bring a segment.
const DELIVERIES: usize = 2;

/// Does what the options say, and prints the figures of each round.
///
/// # Errors
/// Where the servers or the program under test cannot be had at all. What is found to be wrong stands in the figures.
pub async fn run(options: &Options) -> Result<Figures> {
    let (folder, _kept) = folder(options)?;
    let program = program(options, &folder)?;
    let began = Instant::now();
    let mut total = Figures::default();
    let mut one = options.clone();
    loop {
        let place = folder.join(format!("seed-{}", one.seed));
        open_to_all(&place)?;
        let figures = attempt(&one, &program, &place, "", &total.points).await?;
        println!("seed {} after {} s\n{figures}", one.seed, began.elapsed().as_secs());
        total.add(&figures);
        let hours = options.hours.map(|hours| Duration::from_secs(hours.saturating_mul(3_600)));
        let time_left = hours.is_none_or(|hours| began.elapsed() < hours);
        let wanted = options.until_figures && !total.missing().is_empty();
        if !total.is_clean() || !time_left || !(wanted || options.hours.is_some()) {
            break;
        }
        if options.folder.is_none() {
            std::fs::remove_dir_all(&place)?;
        }
        one.seed = one.seed.wrapping_add(1);
    }
    let missing = if options.until_figures { total.missing() } else { total.never_hit() };
    if options.until_figures || options.hours.is_some() {
        missing.into_iter().for_each(|what| total.find(format!("not reached: {what}")));
    }
    if total.rounds > 1 {
        println!("all {} rounds, {} s\n{total}", total.rounds, began.elapsed().as_secs());
    }
    Ok(total)
}

/// Where files go. What is given back second removes it at the end.
pub(crate) fn folder(options: &Options) -> Result<(std::path::PathBuf, Option<tempfile::TempDir>)> {
    if let Some(folder) = &options.folder {
        std::fs::create_dir_all(folder)?;
        return Ok((folder.canonicalize()?, None));
    }
    let folder = tempfile::Builder::new().prefix("tribute-proof.").tempdir()?;
    open_to_all(folder.path())?;
    Ok((folder.path().to_owned(), Some(folder)))
}

/// Makes a folder that PostgreSQL can enter, which may run as another user.
pub(crate) fn open_to_all(folder: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(folder)?;
    Ok(std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755))?)
}

pub(crate) fn program(options: &Options, folder: &Path) -> Result<std::path::PathBuf> {
    match &options.tribute {
        Some(program) => {
            ensure!(program.is_file(), "{} is not there", program.display());
            Ok(program.canonicalize()?)
        }
        None => subject::build(folder),
    }
}

/// Proves one seed, with this program under test, in a folder of its own.
///
/// # Errors
/// As for [`run`].
pub async fn round(options: &Options, program: &Path, folder: &Path) -> Result<Figures> {
    attempt(options, program, folder, "", &Points::default()).await
}

/// A round in which every process has the fail points `always`, and most die where the fewest `died_before`.
pub(crate) async fn attempt(
    options: &Options,
    program: &Path,
    folder: &Path,
    always: &str,
    died_before: &Points,
) -> Result<Figures> {
    let segments = segments(options)?;
    let mut arena = Arena::open(options, program, folder, (always, died_before)).await?;
    let lines: usize = segments.iter().map(|segment| segment.lines.len()).sum();
    arena.expected = u64::try_from(lines)?;
    let told = match tell(&mut arena, segments, options.seed).await {
        Ok(told) => told,
        Err(error) => {
            arena.figures.find(format!("{error:#}"));
            arena.close().await?;
            // Not everything was told: only what was published can be judged.
            outputs::check(&arena.watch, &mut arena.figures).await?;
            return Ok(arena.figures);
        }
    };
    arena.close().await?;
    judge(&mut arena, &told, folder).await?;
    if arena.figures.zombies >= ZOMBIES && arena.figures.refused == 0 {
        let zombies = arena.figures.zombies;
        arena.figures.find(format!("{zombies} zombies came back, and none of their commits was refused"));
    }
    Ok(arena.figures)
}

/// So many of them, and one at least has something in its hands when it comes back.
const ZOMBIES: u64 = 4;

/// Tells everything to the services, segment by segment.
async fn tell(arena: &mut Arena, segments: Vec<Segment>, seed: u64) -> Result<Vec<Told>> {
    let mut arrangement = Arrangement::new(seed);
    let mut told = Vec::new();
    for (number, segment) in segments.into_iter().enumerate() {
        let deliveries = arrangement.deliveries(&segment.lines, DELIVERIES);
        arena.bring(&deliveries).await?;
        // A tick waits for what is before it. Now and then there is nothing to wait for.
        if number % 3 == 2 {
            arena.settle().await?;
        }
        arena.tick(segment.until).await?;
        arena.settle().await?;
        let answers = answers(&arena.watch.database, segment.until, seed).await?;
        arena.bring(std::slice::from_ref(&answers)).await?;
        arena.settle().await?;
        let facts = [segment.lines, arena.take_poison()].concat();
        told.push(Told { facts, until: segment.until, answers });
    }
    arena.figures.repeated = arrangement.repeated;
    arena.drain().await?;
    if let Some(last) = told.last_mut() {
        last.facts.extend(arena.take_poison());
    }
    Ok(told)
}

/// Compares what is there now with the undisturbed run.
async fn judge(arena: &mut Arena, told: &[Told], folder: &Path) -> Result<()> {
    let truth = undisturbed(told, folder).await?;
    let found = Engine::open(arena.watch.database.clone()).await?;
    compare(&pages(&truth).await?, &pages(&found).await?, &mut arena.figures);
    outputs::check(&arena.watch, &mut arena.figures).await?;
    let verified = tokio::process::Command::new(&arena.program)
        .args(["verify", "--db", &arena.database])
        .output()
        .await?;
    if !verified.status.success() {
        let said = [verified.stdout, verified.stderr].concat();
        arena.figures.find(format!("tribute verify: {}", String::from_utf8_lossy(&said)));
    }
    Ok(())
}
