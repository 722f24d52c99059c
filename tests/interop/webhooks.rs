//! What we send by webhook, as the official libraries of Standard Webhooks for Python and JavaScript verify it, and what
//! becomes of it when the service is killed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tribute_store::{Database, entity::outbox};
use tribute_tests::wait;

use crate::{installation, shop::Shop, toolbox};

const PATIENCE: Duration = Duration::from_secs(60);

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// An endpoint on this machine that takes everything, a little slowly.
pub(crate) fn receiver() -> (String, Receiver<Request>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let (took, taken) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let took = took.clone();
            thread::spawn(move || drop(answer(stream.unwrap(), &took)));
        }
    });
    (url, taken)
}

/// A service that is killed closes its connections in the middle: then there is no request.
fn answer(stream: TcpStream, took: &Sender<Request>) -> std::io::Result<()> {
    let (headers, body) = read(&stream)?;
    thread::sleep(Duration::from_millis(20));
    let _nobody = took.send(Request { headers, body: String::from_utf8(body).unwrap() });
    (&stream).write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
}

/// Headers, by small letters, and body of a request or an answer.
pub(crate) fn read(stream: &TcpStream) -> std::io::Result<(BTreeMap<String, String>, Vec<u8>)> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let (mut headers, mut line) = (BTreeMap::new(), String::new());
    reader.read_line(&mut line)?;
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").and_then(|it| it.parse().ok()).unwrap_or_default();
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((headers, body))
}

/// A database file, and the service beside it.
struct Place {
    folder: tempfile::TempDir,
    database: String,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("books.db").to_str().unwrap().to_owned();
        Self { folder, database }
    }

    fn tribute(&self, arguments: &[&str]) -> String {
        let place = ["--db", &self.database, "--set", "webhooks.development=true"];
        installation::tribute(&[arguments, &place].concat())
    }

    /// Makes an endpoint; its name and its secret.
    fn endpoint(&self, brand: &str, url: &str, more: &[&str]) -> (String, String) {
        let create = ["webhook", "create", "--format", "json", "--brand", brand, "--url", url];
        let made: Value = serde_json::from_str(&self.tribute(&[&create, more].concat())).unwrap();
        let text = |name: &str| made[0][name].as_str().unwrap().to_owned();
        (text("endpoint"), text("secret"))
    }

    /// Takes a shop's story in, and its last sale twenty times over.
    fn take(&self, shop: &Shop) {
        let file = self.folder.path().join(format!("{}.ndjson", shop.brand));
        let mut events: Vec<_> = shop.story().into_iter().map(|it| it.event).collect();
        let sale = events.last().unwrap().clone();
        events.extend((0..20).map(|number| {
            let mut again = sale.clone();
            again["id"] = format!("more-{number}").into();
            again["data"]["order"] = format!("more-{number}").into();
            again
        }));
        let lines: Vec<_> = events.iter().map(Value::to_string).collect();
        fs::write(&file, lines.join("\n")).unwrap();
        self.tribute(&["ingest", file.to_str().unwrap()]);
    }

    fn service(&self) -> Child {
        let mut service = Command::new(installation::command());
        service.args(["run", "webhooks", "--lease", "1s", "--db", &self.database]);
        service.args(["--set", "webhooks.development=true"]).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The ids of everything that was said to a brand, as `webhook-id` has them.
    fn said(&self, brand: &str) -> BTreeSet<String> {
        let rows = wait(async {
            let database = Database::open(&self.database).await.unwrap();
            let mut transaction = database.begin().await.unwrap();
            let rows = transaction.select::<outbox::Entity>("TRUE", Vec::new()).await.unwrap();
            transaction.rollback().await.unwrap();
            rows
        });
        let events = rows.iter().flat_map(|row| row.body.lines());
        let events = events.map(|line| serde_json::from_str::<Value>(line).unwrap());
        let ours = events.filter(|event| event["brand"] == brand);
        ours.map(|event| event["id"].as_str().unwrap().replace('.', "_")).collect()
    }
}

/// Gathers requests until every id has come.
fn gather(taken: &Receiver<Request>, wanted: &BTreeSet<String>) -> Vec<Request> {
    let (until, mut all) = (Instant::now() + PATIENCE, Vec::<Request>::new());
    let is_there = |all: &[Request], id: &String| all.iter().any(|it| it.headers["webhook-id"] == *id);
    while !wanted.iter().all(|id| is_there(&all, id)) {
        let left = until.saturating_duration_since(Instant::now());
        let missing = || wanted.iter().filter(|id| !is_there(&all, id)).collect::<Vec<_>>();
        let Ok(request) = taken.recv_timeout(left) else { panic!("these did not come: {:?}", missing()) };
        all.push(request);
    }
    all
}

/// What a program says of requests, each under a secret.
fn verdicts(mut program: Command, requests: &[(&Request, &str)]) -> Vec<String> {
    let mut running = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let line = |(request, secret): &(&Request, &str)| {
        json!({"secret": secret, "headers": request.headers, "body": request.body}).to_string()
    };
    let lines: Vec<_> = requests.iter().map(line).collect();
    running.stdin.take().unwrap().write_all((lines.join("\n") + "\n").as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn the_official_libraries_verify_what_we_send_and_nothing_is_lost_by_a_kill() {
    let (place, (url, taken)) = (Place::new(), receiver());
    let shop = Shop::new("acme", crate::now());
    let (endpoint, secret) = place.endpoint("acme", &url, &[]);
    place.endpoint("glow", &url, &[]);
    place.take(&shop);
    let wanted = place.said("acme");
    assert_eq!(wanted.len(), 44, "{wanted:?}");

    let mut service = place.service();
    let mut requests = vec![taken.recv_timeout(PATIENCE).unwrap(), taken.recv_timeout(PATIENCE).unwrap()];
    service.kill().unwrap();
    service.wait().unwrap();
    let rotated = place.tribute(&["webhook", "rotate", &endpoint, "--brand", "acme", "--format", "json"]);
    let rotated: Value = serde_json::from_str(&rotated).unwrap();
    let newer = rotated[0]["secret"].as_str().unwrap();
    let mut service = place.service();
    requests.extend(gather(&taken, &wanted));
    // What came twice is the same.
    let mut bodies = BTreeMap::new();
    for request in &requests {
        let before = bodies.insert(&request.headers["webhook-id"], &request.body);
        assert!(before.is_none_or(|it| it == &request.body));
    }
    // Another brand's endpoint got none of it.
    assert_eq!(bodies.keys().map(|id| (*id).clone()).collect::<BTreeSet<_>>(), wanted);

    let forged = Request { body: requests[0].body.replacen("acme", "acne", 1), ..requests[0].clone() };
    assert_ne!(forged.body, requests[0].body);
    let last = requests.last().unwrap();
    assert_eq!(last.headers["webhook-signature"].split(' ').count(), 2, "both secrets sign for a while");
    let cases = [
        (&requests[0], &*secret),
        (&requests[0], newer),
        (last, &*secret),
        (last, newer),
        (&forged, &*secret),
    ];
    let kind = |request: &Request| {
        let body: Value = serde_json::from_str(&request.body).unwrap();
        format!("valid {}", body["type"].as_str().unwrap())
    };
    let expected = [kind(cases[0].0), "refused".into(), kind(last), kind(last), "refused".into()];
    for program in [toolbox::python_of_webhooks("verify.py"), toolbox::node_of_webhooks("verify.js")] {
        let name = format!("{program:?}");
        assert_eq!(verdicts(program, &cases), expected, "{name}");
    }

    let traced: Vec<_> = requests.iter().filter_map(|it| it.headers.get("traceparent")).collect();
    assert!(!traced.is_empty() && traced.iter().all(|it| it.contains("4bf92f3577b34da6a3ce929d0e0e4736")));
    let log = || -> Vec<Value> {
        let rows = ["webhook", "deliveries", &endpoint, "--brand", "acme", "--format", "json"];
        serde_json::from_str(&place.tribute(&rows)).unwrap()
    };
    let until = Instant::now() + PATIENCE;
    while log().iter().any(|row| row["status"] != "delivered") {
        assert!(Instant::now() < until, "{:?}", log());
        thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(log().len(), wanted.len());
    service.kill().unwrap();
    service.wait().unwrap();
}
