//! The walkthrough of a month's end: `deploy/month-end.md` shows commands with what they say, and exactly these are run
//! here, in their order, on the files beside it. `TRIBUTE_TEST_WRITE_GOLDEN=1` writes what they said into it.

use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// A command of the document, and what it is said to say.
struct Shown {
    command: String,
    says: String,
}

fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy")
}

/// The document as texts and the commands between them: what stands in a block marked `console`.
fn parts(text: &str) -> (Vec<String>, Vec<Shown>) {
    let (mut texts, mut shown, mut inside) = (vec![String::new()], Vec::<Shown>::new(), false);
    for line in text.lines() {
        match line.strip_prefix("$ ") {
            Some(command) if inside => {
                shown.push(Shown { command: command.to_owned(), says: String::new() });
                texts.push(String::new());
            }
            _ if inside && line != "```" => {
                let last = shown.last_mut().expect("a block begins with a command");
                writeln!(last.says, "{line}").unwrap();
            }
            _ => {
                inside = line == "```console";
                writeln!(texts.last_mut().unwrap(), "{line}").unwrap();
            }
        }
    }
    (texts, shown)
}

/// Runs the commands in one shell, as a person would, and gives what each said.
fn run(folder: &Path, shown: &[Shown]) -> Vec<String> {
    const MARK: &str = "--- the next command ---";
    let mut script = String::from("exec 2>&1\n");
    for it in shown {
        writeln!(
            script,
            "{}\ncode=$?; [ $code -eq 0 ] || echo \"(exit code $code)\"; echo '{MARK}'",
            it.command
        )
        .unwrap();
    }
    let binary = Path::new(env!("CARGO_BIN_EXE_tribute")).parent().unwrap();
    let path = format!("{}:{}", binary.display(), std::env::var("PATH").unwrap_or_default());
    let mut command = Command::new("bash");
    command
        .arg("-c")
        .arg(script)
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("LC_ALL", "C.UTF-8");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("TRIBUTE_") {
            command.env_remove(name);
        }
    }
    let said = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let mut said: Vec<String> = said.split(&format!("{MARK}\n")).map(str::to_owned).collect();
    assert_eq!(said.pop().as_deref(), Some(""), "the shell ended early");
    said
}

/// A text without what differs from one run to the next: hashes and their beginnings, of 24 digits or more, and instants
/// and days after April 2026, in which the story ends.
fn alike(text: &str) -> String {
    let mut alike = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hash = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        let (word, taken) = match (hash, day(rest)) {
            (24.., _) => ("HASH", hash),
            (_, Some((day, length))) if day.as_str() >= "20260501" => ("NOW", length),
            (_, Some((_, length))) => (&rest[..length], length),
            // The rest of a number or a word begins no day.
            (1.., None) => (&rest[..hash], hash),
            (0, None) => (&rest[..first.len_utf8()], first.len_utf8()),
        };
        alike.push_str(word);
        rest = &rest[taken..];
    }
    alike
}

/// The day with which a text begins, as `20260430`, and how long it is with its time: `2026-04-30T10:00:00.000Z`,
/// `2026-04-30`, `20260430`.
fn day(text: &str) -> Option<(String, usize)> {
    let digits = |range: std::ops::Range<usize>| {
        text.get(range).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let (day, length) = match (digits(0..8), digits(0..4), digits(5..7), digits(8..10)) {
        (Some(day), ..) => (day.to_owned(), 8),
        (None, Some(year), Some(month), Some(day))
            if text.get(4..5) == Some("-") && text.get(7..8) == Some("-") =>
        {
            (format!("{year}{month}{day}"), 10)
        }
        _ => return None,
    };
    let time = text[length..].strip_prefix('T').and_then(|time| {
        let length = time.bytes().take_while(|byte| byte.is_ascii_digit() || b":.".contains(byte)).count();
        time[length..].starts_with('Z').then_some(length + 2)
    });
    day.starts_with("20").then_some((day, length + time.unwrap_or_default()))
}

#[test]
fn the_walkthrough_of_a_months_end_says_what_the_commands_say() {
    let home = tempfile::tempdir().unwrap();
    for file in fs::read_dir(deploy().join("month-end")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), home.path().join(file.file_name())).unwrap();
    }
    let document = deploy().join("month-end.md");
    let text = fs::read_to_string(&document).unwrap();
    let (texts, shown) = parts(&text);
    assert!(shown.len() > 20, "the document shows no commands");
    let said = run(home.path(), &shown);
    if std::env::var_os("TRIBUTE_TEST_WRITE_GOLDEN").is_some() {
        let mut written = texts[0].clone();
        for ((it, said), after) in shown.iter().zip(&said).zip(&texts[1..]) {
            written.push_str(&format!("$ {}\n{said}{after}", it.command));
        }
        fs::write(&document, written).unwrap();
    }
    let (_, shown) = parts(&fs::read_to_string(&document).unwrap());
    for (it, said) in shown.iter().zip(&said) {
        assert_eq!(alike(&it.says), alike(said), "$ {}", it.command);
    }
}
