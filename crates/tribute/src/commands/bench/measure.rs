//! What the machine says of itself.

use std::{fmt, io::Write, path::Path, time::Instant};

use anyhow::{Context, Result};

/// Clock ticks of `/proc` a second, as Linux has it everywhere.
const TICKS_A_SECOND: f64 = 100.0;

/// CPU time of this process so far.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cpu(f64);

impl Cpu {
    pub(crate) fn now() -> Result<Self> {
        let Ok(stat) = std::fs::read_to_string("/proc/self/stat") else { return Ok(Self(f64::NAN)) };
        Ok(Self(seconds_in(&stat)?))
    }

    pub(crate) fn since(self, earlier: &Self) -> f64 {
        self.0 - earlier.0
    }
}

/// The CPU seconds that a process's `stat` in `/proc` tells of.
pub(crate) fn seconds_in(stat: &str) -> Result<f64> {
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |index: usize| -> Result<f64> {
        fields.get(index).context("a stat in /proc is short")?.parse::<f64>().context("a stat in /proc")
    };
    Ok((ticks(11)? + ticks(12)?) / TICKS_A_SECOND)
}

/// The most memory that this process has held, in MiB.
pub(crate) fn memory_peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

/// How long a small durable write takes here, in milliseconds.
pub(crate) fn fdatasync(folder: &Path) -> Result<Spread> {
    let path = folder.join("fdatasync");
    let mut file =
        std::fs::File::create(&path).with_context(|| format!("{} cannot be made", path.display()))?;
    let mut times = Vec::new();
    for _ in 0..50 {
        let started = Instant::now();
        file.write_all(&[0_u8; 4096])?;
        file.sync_data()?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
    }
    std::fs::remove_file(&path)?;
    Ok(Spread::of(times))
}

/// A count as a figure.
#[allow(clippy::cast_precision_loss, reason = "a figure for people; no value is computed from it")]
pub(crate) fn whole(count: u64) -> f64 {
    count as f64
}

pub(crate) fn ratio(count: u64, seconds: f64) -> f64 {
    whole(count) / seconds
}

pub(crate) fn ratio_of(figure: f64, count: u64) -> f64 {
    figure / whole(count.max(1))
}

/// Median, least and most of a figure.
#[derive(Debug, Clone)]
pub(crate) struct Spread {
    sorted: Vec<f64>,
}

impl Spread {
    pub(crate) fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        Self { sorted: figures }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Some(least), Some(most)) = (self.sorted.first(), self.sorted.last()) else {
            return f.write_str("-");
        };
        let median = self.sorted.get(self.sorted.len() / 2).unwrap_or(least);
        let digits = if *median < 10.0 { 2 } else { 0 };
        write!(f, "{median:.digits$} ({least:.digits$} .. {most:.digits$})")
    }
}
