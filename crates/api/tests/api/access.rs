//! Who may ask what: every operation, asked by every role, for what is theirs, another ambassador's and another brand's.
//! The answers are the table `tests/golden/access.csv`; `TRIBUTE_TEST_WRITE_GOLDEN=1` writes it anew.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use serde_json::{Value, json};
use tribute_api::{Access, Method, Operation, Role};
use tribute_store::entity::{adjustment, finding};
use tribute_webhooks::{Filter, NewEndpoint, PayloadVersion};

use crate::server::{Answer, Server, endpoints, now, with_something_of_everything};

/// What a brand has one of, for each of the two ambassadors where it is theirs.
#[derive(Clone)]
struct Ids(BTreeMap<&'static str, String>);

const FINDING: &str = "quick_order/1";
const ADJUSTMENT: &str = "adj_1";

impl Ids {
    async fn of(server: &Server, admin: &str, who: &str) -> Self {
        let payouts = server.get(admin, &format!("/v1/payouts?ambassador={who}")).await.all("payout");
        let number = server.get(admin, "/v1/quarantine").await.all("number").remove(0);
        let ids = [
            ("program", "friends".to_owned()),
            ("version", "1".to_owned()),
            ("ambassador", who.to_owned()),
            ("order", if who == "ada" { "1" } else { "2" }.to_owned()),
            ("post", format!("p-{who}")),
            ("link", format!("l-{who}")),
            ("brand", "acme".to_owned()),
            ("shop", "shop_none".to_owned()),
            ("payout", payouts[0].clone()),
            ("board", "top".to_owned()),
            ("month", "2026-01".to_owned()),
            ("number", number),
            ("finding", FINDING.replace('/', "%2F")),
            ("endpoint", "wh_none".to_owned()),
            ("claim", format!("c-{who}")),
            ("adjustment", ADJUSTMENT.to_owned()),
        ];
        Self(ids.into_iter().collect())
    }

    /// The same with a webhook endpoint of the app that the keys are for: one may be deleted by whoever asks first.
    async fn with_endpoint(&self, server: &Server) -> Self {
        let new = NewEndpoint {
            name: None,
            brand: "acme".parse().unwrap(),
            target: "https://app.example.com/hook".parse().unwrap(),
            filter: Filter::default(),
            app: Some("test".to_owned()),
            ambassador: Some(self.0["ambassador"].parse().unwrap()),
            payload: PayloadVersion::Standard1,
        };
        let made = endpoints(&server.database).create(new, now()).await.unwrap();
        let mut ids = self.clone();
        ids.0.insert("endpoint", made.endpoint.endpoint);
        ids
    }

    fn path(&self, operation: &Operation) -> String {
        let fill = |path: String, (name, id): (&&str, &String)| path.replace(&format!("{{{name}}}"), id);
        let path = self.0.iter().fold(operation.path().to_owned(), fill);
        assert!(!path.contains('{'), "{path}: this test knows no such id");
        match operation.id() {
            "explain" => format!("{path}?kind=post&id={}", self.0["post"]),
            "listProgress" => format!("{path}?ambassador={}", self.0["ambassador"]),
            _ => path,
        }
    }
}

/// The same, where a list can be asked for one ambassador.
fn for_one(operation: &Operation, ids: &Ids) -> Option<String> {
    const LISTS: [&str; 13] = [
        "listStandings",
        "listCodes",
        "listLinks",
        "listPosts",
        "listProgress",
        "listConversions",
        "listEarnings",
        "listBalances",
        "listPayouts",
        "listRewards",
        "showBoard",
        "listWebhooks",
        "listClaims",
    ];
    let path = ids.path(operation);
    let is_own = ["{ambassador}", "{order}", "{post}", "{payout}", "{link}", "{endpoint}", "{claim}"]
        .iter()
        .any(|it| operation.path().contains(it));
    match operation.id() {
        "listProgress" | "explain" => Some(path),
        id if LISTS.contains(&id) => Some(format!("{path}?ambassador={}", ids.0["ambassador"])),
        _ => is_own.then_some(path),
    }
}

fn body(operation: &Operation, key: usize) -> Value {
    match operation.id() {
        "sendEvents" => {
            json!({"specversion": "1.0", "id": format!("e{key}"), "source": "/s", "type": "tribute.login.recorded",
            "time": "2026-03-01T11:00:00Z", "data": {"device": "d", "account": "a"}})
        }
        "publishTerms" => json!({"terms": format!("[program]\nbrand = 'acme'\nid = 'p{key}'\nversion = '1'\n\
            effective_from = '2027-01-01T00:00:00Z'\ncurrency = 'USD'\n[[commission]]\nid = 'ten'\npays.percent = '1%'\n")}),
        "apply" => json!({"ambassador": "ada"}),
        "decideOnAmbassador" => json!({"decision": "approved"}),
        "issueCode" => json!({"code": format!("C{key}"), "ambassador": "ada"}),
        "issueLink" => json!({"ambassador": "ada"}),
        "reviewPost" => json!({"verdict": "approved"}),
        "approvePayout" | "retryQuarantined" => json!({}),
        "holdPayouts" => json!({"hold": "placed", "reason": "papers"}),
        "decideOnFinding" => json!({"decision": "confirmed", "reason": "seen"}),
        "openClaim" => json!({"order": "9", "reason": "it was by my link", "ambassador": "ada"}),
        "addEvidence" => json!({"evidence": "ticket 17"}),
        "decideOnClaim" => json!({"decision": "refused", "reason": "it was not"}),
        "proposeAdjustment" => json!({"program": "friends", "debit": "expense:adjustments",
            "credit": "ambassador:ada:available", "amount": "5.00", "currency": "USD", "day": "2026-02-27", "reason": "thanks"}),
        "decideOnAdjustment" => json!({"decision": "refused", "reason": "it is too much"}),
        "createWebhook" => json!({"url": "https://app.example.com/hook"}),
        "rotateWebhookSecret" | "deleteWebhook" => json!({}),
        "setWebhookState" => json!({"state": "active"}),
        "replayDeliveries" => json!({"failed": true}),
        id => panic!("{id}: this test knows no body for it"),
    }
}

struct Asking<'s> {
    server: &'s Server,
    asked: usize,
}

impl Asking<'_> {
    async fn ask(&mut self, operation: &Operation, role: Role, secret: &str, path: &str) -> Answer {
        self.asked += 1;
        let (bearer, key) = (format!("Bearer {secret}"), format!("k{}", self.asked));
        let mut headers = vec![("authorization", bearer.as_str())];
        if role == Role::App {
            headers.push(("tribute-ambassador", "ada"));
        }
        if operation.method() == Method::Get {
            return self.server.ask(&format!("GET {path}"), &headers, "").await;
        }
        headers.extend([("content-type", "application/json"), ("idempotency-key", key.as_str())]);
        let body = body(operation, self.asked).to_string();
        let method = operation.method().as_str().to_uppercase();
        self.server.ask(&format!("{method} {path}"), &headers, &body).await
    }

    /// `allowed` or `forbidden`; `own` where somebody else's is not found.
    async fn cell(
        &mut self,
        operation: &Operation,
        role: Role,
        secret: &str,
        own: &Ids,
        other: &Ids,
    ) -> &'static str {
        let (own, other) = (&own.with_endpoint(self.server).await, &other.with_endpoint(self.server).await);
        let answer = self.ask(operation, role, secret, &own.path(operation)).await;
        match answer.status {
            403 => return "forbidden",
            200 => {}
            // What was decided once is not possible again: they may, and it has been.
            409 | 422 if operation.method() == Method::Post => {}
            status => panic!("{} by {role}: {status} {}", operation.id(), answer.text),
        }
        let Some(path) = for_one(operation, other) else { return "allowed" };
        match self.ask(operation, role, secret, &path).await.status {
            404 => "own",
            200 | 409 | 422 => "allowed",
            status => panic!("{} by {role}: {status} for another ambassador", operation.id()),
        }
    }

    /// What another brand's id is answered with.
    async fn foreign(&mut self, operation: &Operation, stranger: &str, ids: &Ids) -> &'static str {
        if !operation.path().contains('{') && operation.id() != "explain" {
            return "-";
        }
        let ids = ids.with_endpoint(self.server).await;
        match self.ask(operation, Role::BrandAdmin, stranger, &ids.path(operation)).await.status {
            404 => "not found",
            status => panic!("{} of another brand: {status}", operation.id()),
        }
    }
}

async fn with_what_is_decided_on(server: &Server, brand: &str) {
    let row = finding::Model {
        brand: brand.into(),
        program: "friends".into(),
        finding: FINDING.into(),
        kind: "quick_order".into(),
        ambassador: "ada".into(),
        found_at: 0,
        evidence: "[]".into(),
        status: "open".into(),
        decided_at: None,
        decided_by: None,
        reason: None,
    };
    let correction = adjustment::Model {
        brand: brand.into(),
        adjustment: ADJUSTMENT.into(),
        program: "friends".into(),
        debit: "expense:adjustments".into(),
        credit: "ambassador:ada:available".into(),
        asset: "USD".into(),
        amount: 500,
        day: "2026-02-27".into(),
        reason: "thanks".into(),
        status: "proposed".into(),
        proposed_by: "rita".into(),
        proposed_at: 0,
        decided_by: None,
        decided_at: None,
        refusal: None,
    };
    let mut transaction = server.database.begin().await.unwrap();
    transaction.insert::<finding::Entity>(&[row]).await.unwrap();
    transaction.insert::<adjustment::Entity>(&[correction]).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_lets_in_whom_the_table_says() {
    let server = Server::start().await;
    let admin = with_something_of_everything(&server, "acme").await["admin"].clone();
    with_what_is_decided_on(&server, "acme").await;
    server.tick("2026-03-01T11:00:00Z").await;
    let (own, other) = (Ids::of(&server, &admin, "ada").await, Ids::of(&server, &admin, "ben").await);
    // A brand with nothing of its own: whatever it finds is another's.
    let stranger = server.key("other", Role::BrandAdmin, &[], None).await;
    let mut secrets = Vec::new();
    for role in Role::ALL {
        let who = (role == Role::Ambassador).then_some("ada");
        secrets.push((role, server.key("acme", role, &[], who).await));
    }
    let mut asking = Asking { server: &server, asked: 0 };
    let roles = Role::ALL.map(Role::as_str).join(",");
    let mut table = format!("operation,method,path,needs,{roles},another_brands_id\n");
    for operation in tribute_api::operations() {
        let needed = operation.access().scope();
        let needs = needed.map_or("-", |scope| scope.as_str());
        let (id, method, path) = (operation.id(), operation.method().as_str(), operation.path());
        write!(table, "{id},{method},{path},{needs}").unwrap();
        let Some(scope) = needed else {
            // No credential counts here, and none is asked for.
            writeln!(table, "{},-", ",-".repeat(secrets.len())).unwrap();
            continue;
        };
        for (role, secret) in &secrets {
            let cell = asking.cell(&operation, *role, secret, &own, &other).await;
            write!(table, ",{cell}").unwrap();
            assert_eq!(cell != "forbidden", role.allows(scope), "{id} by {role}");
            assert!(
                !role.is_own_only() || cell != "allowed" || for_one(&operation, &other).is_none(),
                "{id} by {role}"
            );
        }
        writeln!(table, ",{}", asking.foreign(&operation, &stranger, &own).await).unwrap();
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/access.csv");
    if std::env::var_os("TRIBUTE_TEST_WRITE_GOLDEN").is_some() {
        std::fs::write(&golden, &table).unwrap();
    }
    let known = std::fs::read_to_string(&golden).unwrap_or_default();
    for (line, known) in table.lines().zip(known.lines()) {
        assert_eq!(line, known, "the table of rights has changed: look at it, then write it anew");
    }
    assert_eq!(table.lines().count(), known.lines().count());
    // Without a credential nothing is answered.
    for operation in tribute_api::operations() {
        let method = operation.method().as_str().to_uppercase();
        let answer = server.ask(&format!("{method} {}", own.path(&operation)), &[], "").await;
        let wanted = match operation.access() {
            // The link leads nowhere, and the shop was never connected.
            Access::Public | Access::Signed => 404,
            Access::Scope(_) | Access::Whole(_) | Access::Itself(_) => 401,
        };
        assert_eq!(answer.status, wanted, "{}", operation.id());
    }
}
