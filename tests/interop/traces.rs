//! One trace from the request that brings an event, through every service, to the webhook: exported to a collector on this
//! machine, and read by OpenTelemetry's own messages.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    installation,
    shop::Shop,
    toolbox,
    webhooks::{self, Request},
};

const PATIENCE: Duration = Duration::from_secs(60);
/// A trace of the caller's, and their span in it.
const TRACE: &str = "7bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";
/// Everything that may run apart.
const APART: [&str; 6] = ["api", "attribution", "rewards", "commission", "relay", "webhooks"];

#[derive(Debug, Deserialize)]
struct Span {
    trace: String,
    span: String,
    parent: String,
    name: String,
    kind: String,
    start: u64,
    end: u64,
    failed: bool,
    attributes: BTreeMap<String, Value>,
    resource: BTreeMap<String, Value>,
}

/// A collector: its address, and the bodies that came.
fn collector() -> (String, Receiver<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (took, taken) = channel();
    thread::spawn(move || listener.incoming().for_each(|stream| collect(stream.unwrap(), took.clone())));
    (url, taken)
}

fn collect(stream: TcpStream, took: Sender<Vec<u8>>) {
    thread::spawn(move || {
        while let Ok((headers, body)) = webhooks::read(&stream) {
            let Some(media) = headers.get("content-type") else { return };
            assert_eq!(media, "application/x-protobuf");
            (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
            let _nobody = took.send(body);
        }
    });
}

/// Books with a shop's story in them, a key, and the address that the API gets.
struct Place {
    folder: tempfile::TempDir,
    database: String,
    key: String,
    address: String,
}

impl Place {
    fn new(brand: &str, hook: Option<&str>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("books.db").to_str().unwrap().to_owned();
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let mut place = Self { folder, database, key: String::new(), address };
        let file = place.folder.path().join("story.ndjson");
        let story = Shop::new(brand, crate::now()).story();
        fs::write(&file, story.iter().map(|it| format!("{}\n", it.event)).collect::<String>()).unwrap();
        place.tribute(&["ingest", file.to_str().unwrap()]);
        place.tribute(&["topics", "create"]);
        let made = ["key", "create", "--brand", brand, "--name", "shop", "--role", "brand_admin"];
        let made: Value =
            serde_json::from_str(&place.tribute(&[&made[..], &["--format", "json"]].concat())).unwrap();
        place.key = made[0]["secret"].as_str().unwrap().to_owned();
        if let Some(hook) = hook {
            place.tribute(&["webhook", "create", "--brand", brand, "--url", hook]);
        }
        place
    }

    fn place(&self) -> [&str; 4] {
        ["--db", &self.database, "--set", "webhooks.development=true"]
    }

    fn tribute(&self, arguments: &[&str]) -> String {
        installation::tribute(&[arguments, &self.place()].concat())
    }

    /// Runs a service, or everything where none is named.
    fn run(&self, service: Option<&str>, collector: &str) -> Child {
        let mut command = Command::new(installation::command());
        command.arg("run").args(service).args(["--otlp-endpoint", collector]).args(self.place());
        if service.is_none_or(|it| it == "api") {
            command.args(["--listen", &self.address]);
        }
        let folder = self.folder.path().join(service.unwrap_or("everything"));
        command.args(["--data", folder.to_str().unwrap()]);
        command.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Sends an event in, in a trace; the answer.
    fn send(&self, event: &Value, trace: &str) -> Value {
        let until = Instant::now() + PATIENCE;
        let stream = loop {
            match TcpStream::connect(&self.address) {
                Ok(stream) => break stream,
                Err(error) => assert!(Instant::now() < until, "nobody listens: {error}"),
            }
            thread::sleep(Duration::from_millis(50));
        };
        let (key, body) = (&self.key, event.to_string());
        let request = format!(
            "POST /v1/events HTTP/1.1\r\nhost: tribute\r\nauthorization: Bearer {key}\r\ntraceparent: {trace}\r\n\
             content-type: application/cloudevents+json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        (&stream).write_all(request.as_bytes()).unwrap();
        let (_, answer) = webhooks::read(&stream).unwrap();
        serde_json::from_slice(&answer).unwrap()
    }
}

/// Ends services as an orchestrator does; what they said.
fn end(services: Vec<Child>) -> String {
    let mut said = String::new();
    for mut service in services {
        let killed = Command::new("kill").arg(service.id().to_string()).status().unwrap();
        assert!(killed.success());
        service.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = service.wait().unwrap();
        assert!(matches!(status.code(), Some(0 | 3)), "{status}: {said}");
    }
    said
}

fn spans(taken: &Receiver<Vec<u8>>) -> Vec<Span> {
    let hexadecimal = |body: Vec<u8>| body.iter().map(|it| format!("{it:02x}")).collect::<String>() + "\n";
    let lines: String = taken.try_iter().map(hexadecimal).collect();
    let mut program = toolbox::python_of_traces();
    let mut running = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    running.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let output = running.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(|it| serde_json::from_str(it).unwrap()).collect()
}

fn sale(order: &str, amount: &str) -> Value {
    let time = crate::now().minus(60_000);
    json!({
        "specversion": "1.0", "id": format!("traced-{order}"), "source": "/interop/shop",
        "type": "tribute.sale.completed", "time": time,
        "data": {"order": order, "device": "d2", "account": "kim-of-kings-road", "currency": "USD", "codes": ["BOB15"],
            "lines": [{"sku": "MUG", "quantity": 1, "amount": amount}]},
    })
}

fn parent(trace: &str, sampled: u8) -> String {
    format!("00-{trace}-{CALLER}-0{sampled}")
}

/// The next webhook in a trace that the test knows.
fn webhook(taken: &Receiver<Request>, trace: &str) -> String {
    let until = Instant::now() + PATIENCE;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        let request = taken.recv_timeout(left).unwrap_or_else(|_| panic!("no webhook in trace {trace}"));
        if let Some(found) = request.headers.get("traceparent").filter(|it| it.contains(trace)) {
            return found.clone();
        }
    }
}

/// Sends a sale in, again in another trace, in one that is not sampled, and one that is refused; then looks at what was exported.
fn check(services: &[Option<&str>], expected: &[&str]) {
    let ((hook, told), (address, taken)) = (webhooks::receiver(), collector());
    let place = Place::new("acme", Some(&hook));
    let running: Vec<_> = services.iter().map(|it| place.run(*it, &address)).collect();
    let first = sale("10", "60.00");
    let answer = place.send(&first, &parent(TRACE, 1));
    assert_eq!(answer["accepted"], 1, "{answer}");
    let sent = webhook(&told, TRACE);

    let other = TRACE.replace('7', "8");
    assert_eq!(place.send(&first, &parent(&other, 1))["duplicates"], 1, "it is the same sale");
    let unsampled = TRACE.replace('7', "9");
    assert_eq!(place.send(&sale("11", "60.00"), &parent(&unsampled, 0))["accepted"], 1);
    let untraced = webhook(&told, &unsampled);
    assert!(untraced.ends_with("-00") && !untraced.contains(CALLER), "{untraced}");
    let said = end(running);

    let all = spans(&taken);
    let named = |name: &str| all.iter().filter(|it| it.trace == TRACE && it.name == name).collect::<Vec<_>>();
    let intake = named("POST /v1/events")[0];
    assert_eq!((intake.parent.as_str(), intake.kind.as_str()), (CALLER, "SPAN_KIND_SERVER"));
    assert_eq!(intake.attributes["http.route"], "/v1/events");
    assert_eq!(intake.attributes["http.response.status_code"], 200);
    for service in expected {
        let found = named(&format!("{service} tribute.sale.completed"));
        assert!(!found.is_empty(), "{service}: {all:#?}\n{said}");
        for span in found {
            assert_eq!(
                (span.parent.as_str(), span.kind.as_str()),
                (intake.span.as_str(), "SPAN_KIND_CONSUMER")
            );
            assert_eq!(span.attributes["tribute.service"], *service);
            assert_eq!(
                (&span.attributes["tribute.brand"], &span.attributes["tribute.event.id"]),
                (&json!("acme"), &json!("traced-10"))
            );
        }
    }
    let hooks = named("POST webhook");
    let hook = hooks.iter().find(|it| sent == format!("00-{TRACE}-{}-01", it.span)).unwrap();
    assert_eq!((hook.parent.as_str(), hook.kind.as_str()), (intake.span.as_str(), "SPAN_KIND_CLIENT"));
    assert_eq!(hook.attributes["http.response.status_code"], 204);

    for span in &all {
        assert_ne!(span.trace, unsampled, "{span:?}");
        assert!(span.start <= span.end && !span.failed, "{span:?}");
        assert_eq!(
            (&span.resource["service.name"], &span.resource["service.version"]),
            (&json!("tribute"), &json!(env!("CARGO_PKG_VERSION")))
        );
        let shown = format!("{span:?}");
        assert!(!shown.contains("kim-of") && !shown.contains("d2\""), "nothing of people: {shown}");
    }
    let of_other: Vec<_> = all.iter().filter(|it| it.trace == other).map(|it| it.name.as_str()).collect();
    assert_eq!(of_other, ["POST /v1/events"], "a duplicate is taken on by nobody");
}

#[test]
fn one_trace_goes_through_everything_in_one_process() {
    check(&[None], &["attribution", "commission"]);
}

#[test]
fn one_trace_goes_through_services_that_run_apart() {
    check(&APART.map(Some), &["attribution", "commission", "relay"]);
}

#[test]
fn what_is_refused_is_known_again_in_another_trace_and_nobody_waits_for_a_collector_that_is_away() {
    let place = Place::new("acme", None);
    let nowhere = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let services = vec![place.run(None, &format!("http://{nowhere}"))];
    place.send(&sale("10", "60.00"), &parent(TRACE, 1));
    let other = sale("10", "61.00");
    let refused = place.send(&other, &parent(TRACE, 1));
    let again = place.send(&other, &parent(&TRACE.replace('7', "8"), 1));
    let number = |answer: &Value| answer["events"][0]["quarantine"].as_i64().unwrap();
    assert_eq!(number(&refused), number(&again), "{refused} {again}");
    let began = Instant::now();
    let said = end(services);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert!(said.contains("does not take spans"), "{said}");
}
