//! A bank that nobody here wrote: `mock-bank`, which takes pain.001 and NACHA files and answers as a bank does: with
//! status reports, notifications, returns and statements, on a clock that only the test moves.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// How long the bank may take to open.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running bank with accounts of its own. It ends with this value.
pub struct Bank {
    process: Child,
    port: u16,
    _log: TempDir,
}

/// What the bank said to a file at once.
#[derive(Debug)]
pub struct Answer {
    /// Whether it took the file.
    pub taken: bool,
    /// What it decided, payment by payment.
    pub said: Value,
}

/// A message from the bank.
#[derive(Debug, Clone)]
pub struct Letter {
    /// What it is: `pain.002.001.10`, `camt.053.001.08`, `nacha.return`, `bai2.statement` …
    pub kind: String,
    /// The account that it is about.
    pub account: String,
    /// The message itself.
    pub body: String,
}

impl Letter {
    /// Writes the message into a folder under a name that tells its place in the mailbox and its kind.
    pub fn save(&self, folder: &Path, place: usize) -> PathBuf {
        let extension = if self.body.trim_start().starts_with('<') { "xml" } else { "txt" };
        let path = folder.join(format!("{place:03}-{}-{}.{extension}", self.kind, self.account));
        fs::write(&path, &self.body).unwrap();
        path
    }
}

impl Bank {
    /// Starts the bank, on a free port. `program` runs `mock-bank`; `clock` is its time, such as `2026-11-20T09:00`.
    pub fn start(mut program: Command, clock: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("bank.log");
        program.args(["--port", "0", "--clock", clock]).stdin(Stdio::null()).stdout(Stdio::null());
        let process = program.stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut bank = Self { process, port: 0, _log: folder };
        let began = Instant::now();
        while bank.port == 0 {
            let said = fs::read_to_string(&log).unwrap();
            assert!(bank.process.try_wait().unwrap().is_none(), "the bank ended: {said}");
            assert!(began.elapsed() < PATIENCE, "the bank does not open: {said}");
            let port = said.split_once("http://127.0.0.1:").and_then(|(_, rest)| rest.split_once('/'));
            bank.port = port.map_or(0, |(port, _)| port.parse().unwrap());
            sleep(Duration::from_millis(20));
        }
        bank
    }

    /// Hands in a payment file.
    pub fn pay(&self, file: &[u8]) -> Answer {
        let (status, body) = self.call("POST", "/payments", file);
        Answer { taken: status == 202, said: serde_json::from_str(&body).unwrap() }
    }

    /// What the bank finds in a payment file, without taking it: a line for the whole, and one for each finding.
    pub fn inspect(&self, file: &[u8]) -> String {
        self.call("POST", "/_mock/validate", file).1
    }

    /// Moves the bank's time on by calendar days; whatever falls due happens.
    pub fn advance(&self, days: u32) -> Value {
        self.json("POST", &format!("/_mock/advance?days={days}"), &Value::Null)
    }

    /// Changes an account: its `behaviour`, its `parameters`, its `format`, its `balance` in minor units …
    pub fn change(&self, account: &str, to: &Value) -> Value {
        self.json("PATCH", &format!("/_mock/accounts/{account}"), to)
    }

    /// How an account behaves from now on, such as `return-later` after `{"days": 3}`.
    pub fn behave(&self, account: &str, behaviour: &str, parameters: Value) {
        self.change(account, &json!({"behaviour": behaviour, "parameters": parameters}));
    }

    /// What the bank knows of the payment with this reference.
    pub fn payment(&self, reference: &str) -> Value {
        self.json("GET", &format!("/_mock/payments/{reference}"), &Value::Null)
    }

    /// What came since the mailbox was emptied last, oldest first. It is empty afterwards.
    pub fn mailbox(&self) -> Vec<Letter> {
        let all = self.json("GET", "/_mock/mailbox", &Value::Null);
        let text = |letter: &Value, field: &str| letter[field].as_str().unwrap_or_default().to_owned();
        let letter = |it: &Value| Letter {
            kind: text(it, "type"),
            account: text(it, "account"),
            body: text(it, "body"),
        };
        all.as_array().unwrap().iter().map(letter).collect()
    }

    /// Empties the mailbox into a folder: a file for each message, in their order.
    pub fn collect(&self, folder: &Path) -> Vec<PathBuf> {
        let have = fs::read_dir(folder).unwrap().count();
        self.mailbox().iter().zip(have..).map(|(letter, place)| letter.save(folder, place)).collect()
    }

    fn json(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let (status, said) = self.call(method, path, &body);
        assert_eq!(status, 200, "{method} {path}: {said}");
        serde_json::from_str(&said).unwrap()
    }

    fn call(&self, method: &str, path: &str, body: &[u8]) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head =
            format!("{method} {path} HTTP/1.0\r\nHost: bank\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        // It may have ended by itself; either way nothing is left to do.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
