//! The service that sends, against endpoints on this machine. `TRIBUTE_TEST_DATABASE_URL` names a server on which the
//! main story runs as well.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

#[path = "delivery/bench.rs"]
mod bench;
#[path = "delivery/receiver.rs"]
mod receiver;

use std::{process::Command, sync::Arc, time::Duration};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use serde_json::Value;
use tokio_rustls::TlsAcceptor;
use tribute_webhooks::{Client, Limits, PayloadVersion, Replay, SigningSecret, WebhookError, status};

use bench::{Bench, TRACE, client, now};
use receiver::{Came, Request, listen};

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

fn is_signed(request: &Request, secret: &SigningSecret) -> bool {
    let header = |name: &str| &request.headers[name];
    let seconds: i64 = header("webhook-timestamp").parse().unwrap();
    assert!((now().millis() / 1_000 - seconds).abs() < 60);
    let signature = secret.sign(header("webhook-id"), seconds, &request.body);
    header("webhook-signature").split(' ').any(|it| it == signature)
}

async fn each_gets_what_it_wants_and_may_see(server: Option<&str>) {
    let mut bench = Bench::on(server).await;
    let came = Came::default();
    let port = listen(came.clone(), None).await;
    let url = |path: &str| format!("http://127.0.0.1:{port}/{path}");
    bench.program("acme").await;
    bench.program("glow").await;
    let standard = PayloadVersion::Standard1;
    let all = bench.endpoint("acme", &url("all")).await;
    let other = bench.endpoint("glow", &url("other")).await;
    let own = bench.endpoint_with("acme", &url("own"), Some("ada"), "", standard).await;
    let some = bench
        .endpoint_with("acme", &url("some"), None, "tribute.conversion.*", PayloadVersion::CloudEvents1)
        .await;
    let app = bench.app_endpoint("acme", &url("app")).await;
    bench.sale("acme", "1", "ada").await;
    bench.sale("acme", "2", "ben").await;
    bench.sale("glow", "3", "ada").await;
    let running = bench.start();
    for made in [&all, &other, &own, &some, &app] {
        let log = bench.until(made, |row| row.status == status::DELIVERED).await;
        assert!(log.iter().all(|row| row.attempts == 1 && row.response.as_deref() == Some("ok")));
        assert!(log.iter().all(|row| row.response_status == Some(200) && row.next_at.is_none()));
    }

    for request in came.at("/all") {
        assert!(is_signed(&request, &all.secret) && !is_signed(&request, &own.secret));
        let told = body(&request);
        assert_eq!(told["brand"], "acme");
        assert_eq!(told["id"].as_str().unwrap().replace('.', "_"), request.headers["webhook-id"]);
        assert_eq!(request.headers["content-type"], "application/json");
        let trace = &request.headers["traceparent"];
        assert!(trace.starts_with(&TRACE[..36]) && trace != TRACE, "{trace}");
    }
    // What was said before an endpoint was made is not for it: nobody's standing, but the sales and what they earn.
    let kinds = |path: &str| {
        let mut kinds: Vec<_> =
            came.at(path).iter().map(|it| body(it)["type"].as_str().unwrap().to_owned()).collect();
        kinds.sort_unstable();
        kinds
    };
    let (credited, accrued) = ("tribute.conversion.credited", "tribute.earning.accrued");
    assert_eq!(kinds("/all"), [credited, credited, accrued, accrued]);
    assert_eq!(kinds("/other"), [credited, accrued]);
    assert_eq!(kinds("/own"), [accrued]);
    assert_eq!(body(&came.at("/own")[0])["data"]["ambassador"], "ada");
    // An app is told of everybody what they see of themselves: no conversion, which names who else had a claim.
    assert_eq!(kinds("/app"), [accrued, accrued]);
    assert_eq!(kinds("/some"), [credited, credited]);
    assert_eq!(body(&came.at("/some")[0])["specversion"], "1.0");
    assert!(came.at("/other").iter().all(|it| body(it)["brand"] == "glow"));
    let own_again = Replay::Event(came.ids("/some")[0].clone());
    let refused =
        bench.endpoints.replay(&"acme".parse().unwrap(), &own.endpoint.endpoint, &own_again, now()).await;
    assert!(matches!(refused, Err(WebhookError::NotForIt { .. })), "{refused:?}");
    let foreign = bench.endpoints.find(&"glow".parse().unwrap(), &own.endpoint.endpoint).await;
    assert!(matches!(foreign, Err(WebhookError::NoEndpoint { .. })), "{foreign:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_gets_what_it_wants_and_may_see() {
    each_gets_what_it_wants_and_may_see(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_on_a_server() {
    match std::env::var("TRIBUTE_TEST_DATABASE_URL") {
        Ok(server) => each_gets_what_it_wants_and_may_see(Some(&server)).await,
        Err(_) => {
            let line = b"TRIBUTE_TEST_DATABASE_URL is not set: no webhook was sent from a server\n";
            std::io::Write::write_all(&mut std::io::stderr(), line).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_and_holds_up_nobody() {
    let mut bench = Bench::new().await;
    let came = Came::default();
    let port = listen(came.clone(), None).await;
    let url = |path: &str| format!("http://127.0.0.1:{port}/{path}");
    bench.program("acme").await;
    let broken = bench.endpoint("acme", &url("500")).await;
    let silent = bench.endpoint("acme", &url("silent")).await;
    let away = bench.endpoint("acme", &url("redirect")).await;
    let large = bench.endpoint("acme", &url("large")).await;
    let busy = bench.endpoint("acme", &url("busy")).await;
    let nobody = bench.endpoint("acme", "http://127.0.0.1:9/").await;
    let fine = bench.endpoint("acme", &url("ok")).await;
    for order in 0..20 {
        bench.sale("acme", &format!("o{order}"), "ada").await;
    }
    let running = bench.start();
    let begun = std::time::Instant::now();
    let log = bench.until(&fine, |row| row.status == status::DELIVERED).await;
    // Forty events beside endpoints that each take two seconds to fail.
    assert_eq!(log.len(), 40);
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());

    let log = bench.until(&large, |row| row.status == status::DELIVERED).await;
    assert!(log.iter().all(|row| row.response.as_ref().unwrap().len() == 1_024));
    let tried = |made| {
        let bench = &bench;
        async move {
            for _ in 0..200 {
                let log: Vec<_> = bench.log(made).await.into_iter().filter(|row| row.attempts > 0).collect();
                if !log.is_empty() {
                    return log[0].clone();
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("nothing was tried")
        }
    };
    let row = tried(&broken).await;
    assert_eq!((row.response_status, row.response.as_deref()), (Some(500), Some("broken")));
    let last: i64 = row.attempted_at.split(' ').next_back().unwrap().parse().unwrap();
    if row.attempts == 1 {
        let wait = row.next_at.unwrap() - last;
        assert!((5_000..6_000).contains(&wait), "{wait}");
    }
    assert_eq!(tried(&away).await.response_status, Some(307));
    assert!(came.at("/ok").len() >= 40 && came.ids("/ok").len() == 40, "a redirect was followed");
    let row = tried(&busy).await;
    let wait = row.next_at.unwrap() - row.attempted_at.parse::<i64>().unwrap();
    assert_eq!((row.response_status, wait), (Some(429), 3_600_000));
    assert!(tried(&silent).await.response.unwrap().contains("within 2 s"));
    assert!(tried(&nobody).await.response.unwrap().contains("cannot be connected to"));
    assert!(
        bench.row(&broken).await.failing_since.is_some() && bench.row(&fine).await.failing_since.is_none()
    );
    let counted = |text: &str, line: &str| text.lines().any(|it| it.starts_with(line) && !it.ends_with(" 0"));
    let mut metrics = String::new();
    for _ in 0..20 {
        metrics = running.metrics().await;
        if counted(&metrics, "tribute_webhooks_waiting ")
            && counted(&metrics, "tribute_webhook_oldest_seconds ")
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    for line in [
        "tribute_webhook_attempts_total{outcome=\"delivered\"} ",
        "tribute_webhook_attempts_total{outcome=\"failed\"} ",
        "tribute_webhooks_waiting ",
        "tribute_webhook_oldest_seconds ",
    ] {
        assert!(counted(&metrics, line), "{line}: {metrics}");
    }
    running.stop().await;

    // The last attempt is the last.
    bench.execute("UPDATE webhook_delivery SET attempts = 9, next_at = 0 WHERE status = 'pending'").await;
    let running = bench.start();
    let mut given_up = 0;
    for _ in 0..400 {
        given_up = bench.log(&broken).await.iter().filter(|row| row.status == status::FAILED).count();
        if given_up > 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(given_up > 2);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_or_fails_for_days_is_disabled() {
    let mut bench = Bench::new().await;
    let came = Came::default();
    let port = listen(came.clone(), None).await;
    let url = |path: &str| format!("http://127.0.0.1:{port}/{path}");
    bench.program("acme").await;
    let gone = bench.endpoint("acme", &url("410")).await;
    let broken = bench.endpoint("acme", &url("500")).await;
    bench.execute("UPDATE webhook_endpoint SET failing_since = 1").await;
    for order in ["1", "2", "3"] {
        bench.sale("acme", order, "ada").await;
    }
    let running = bench.start();
    bench.until(&gone, |row| row.status == status::PAUSED).await;
    bench.until(&broken, |row| row.status == status::PAUSED).await;
    let row = bench.row(&gone).await;
    assert_eq!(
        (row.state.as_str(), row.reason.as_deref()),
        ("disabled", Some("it answered 410: it is gone for good"))
    );
    let reason = bench.row(&broken).await.reason.unwrap();
    assert_eq!(reason, "it took nothing for 5 days; the last time: it answered 500");
    let before = came.at("/410").len();
    bench.sale("acme", "4", "ada").await;
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(came.at("/410").len(), before, "something was sent to an endpoint that is disabled");
    let again = bench
        .endpoints
        .replay(&"acme".parse().unwrap(), &gone.endpoint.endpoint, &Replay::Failed, now())
        .await;
    assert!(matches!(again, Err(WebhookError::Disabled { .. })));

    // Let go on, it gets what waited and what was said meanwhile.
    bench
        .execute(&format!("UPDATE webhook_endpoint SET url = '{}' WHERE reason LIKE '%410%'", url("back")))
        .await;
    bench.endpoints.enable(&"acme".parse().unwrap(), &gone.endpoint.endpoint, false, now()).await.unwrap();
    for _ in 0..200 {
        if came.ids("/back").len() == 8 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(came.ids("/back").len(), 8);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_cut_off_loses_nothing() {
    let mut bench = Bench::new().await;
    let came = Came::default();
    let port = listen(came.clone(), None).await;
    bench.program("acme").await;
    let made = bench.endpoint("acme", &format!("http://127.0.0.1:{port}/ok")).await;
    for order in 0..30 {
        bench.sale("acme", &format!("o{order}"), "ada").await;
    }
    for round in 1..6 {
        let running = bench.start();
        while came.at("/ok").len() < round * 8 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        running.cut().await;
    }
    let running = bench.start();
    assert_eq!(bench.until(&made, |row| row.status == status::DELIVERED).await.len(), 60);
    assert_eq!(came.ids("/ok").len(), 60);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_change_over_and_events_are_sent_again() {
    let mut bench = Bench::new().await;
    let came = Came::default();
    let port = listen(came.clone(), None).await;
    bench.program("acme").await;
    let brand = "acme".parse().unwrap();
    bench.sale("acme", "before", "ada").await;
    let made = bench.endpoint("acme", &format!("http://127.0.0.1:{port}/ok")).await;
    let name = &made.endpoint.endpoint;
    let newer = bench.endpoints.rotate(&brand, name, 3_600_000, now()).await.unwrap();
    bench.sale("acme", "1", "ada").await;
    let running = bench.start();
    bench.until(&made, |row| row.status == status::DELIVERED).await;
    let both = &came.at("/ok")[0];
    assert!(is_signed(both, &made.secret) && is_signed(both, &newer.secret));

    bench.execute("UPDATE webhook_secret SET valid_until = 1 WHERE valid_until IS NOT NULL").await;
    let replay = |what| {
        let endpoints = bench.endpoints.clone();
        async move { endpoints.replay(&"acme".parse().unwrap(), name, &what, now()).await }
    };
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let id = both.headers["webhook-id"].clone();
    assert_eq!(replay(Replay::Event(id.clone())).await.unwrap(), 1);
    for _ in 0..200 {
        if came.at("/ok").iter().filter(|it| it.headers["webhook-id"] == id).count() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let requests = came.at("/ok");
    let again = requests.iter().rfind(|it| it.headers["webhook-id"] == id).unwrap();
    assert!(!is_signed(again, &made.secret) && is_signed(again, &newer.secret));
    assert_eq!(again.body, both.body);

    let since = Replay::Between("2026-01-01T00:00:00Z".parse().unwrap(), None);
    let count = replay(since).await.unwrap();
    assert!(count > 4, "what was said before it was made comes, too: {count}");
    bench.until(&made, |row| row.status == status::DELIVERED).await;
    assert_eq!(u64::try_from(came.ids("/ok").len()).unwrap(), count);
    let none = replay(Replay::Event("tribute.earnings/999".into())).await;
    assert!(matches!(none, Err(WebhookError::NoEvent(_))));
    bench.endpoints.delete(&brand, name).await.unwrap();
    assert!(bench.endpoints.list(None).await.unwrap().is_empty());
    running.stop().await;
}

#[tokio::test]
async fn nothing_is_sent_to_this_machine_whatever_its_name() {
    let came = Came::default();
    let port = listen(came.clone(), None).await;
    for host in ["localhost", "127.0.0.1", "[::ffff:127.0.0.1]", "2130706433"] {
        let target = format!("https://{host}:{port}/ok").parse().unwrap();
        let refused = client(false).post(&target, &[], Vec::new()).await.unwrap_err().to_string();
        assert!(refused.contains("loopback"), "{host}: {refused}");
    }
    let plain = format!("http://example.com:{port}/ok").parse().unwrap();
    let refused = client(false).post(&plain, &[], Vec::new()).await.unwrap_err().to_string();
    assert!(refused.contains("not https"), "{refused}");
    assert!(came.at("/ok").is_empty());
    let allowed = format!("http://localhost:{port}/ok").parse().unwrap();
    assert_eq!(client(true).post(&allowed, &[], Vec::new()).await.unwrap().status, 200);
}

#[tokio::test]
async fn tls_counts_with_a_certificate_of_a_trusted_authority_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (key, certificate) = (folder.path().join("key.pem"), folder.path().join("certificate.pem"));
    let made = Command::new("openssl")
        .args([
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
        ])
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output()
        .expect("install openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let chain = CertificateDer::pem_file_iter(&certificate).unwrap().map(Result::unwrap).collect();
    let secret = PrivateKeyDer::from_pem_file(&key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .unwrap();
    let came = Came::default();
    let port = listen(came.clone(), Some(TlsAcceptor::from(Arc::new(config)))).await;
    let post = |client: Client, host: &str| {
        let target = format!("https://{host}:{port}/ok").parse().unwrap();
        async move { client.post(&target, &[], b"x".to_vec()).await.map_err(|it| it.to_string()) }
    };
    let trusting = || Client::new(Some(&certificate), true, Limits::default()).unwrap();
    assert_eq!(post(trusting(), "localhost").await.unwrap().status, 200);
    let refused = post(client(true), "localhost").await.unwrap_err();
    assert!(refused.starts_with("no TLS with localhost"), "{refused}");
    let refused = post(trusting(), "127.0.0.1").await.unwrap_err();
    assert!(refused.starts_with("no TLS with 127.0.0.1"), "{refused}");
    assert_eq!(came.at("/ok").len(), 1);
    let wrong = Client::new(Some(&folder.path().join("none.pem")), true, Limits::default());
    assert!(matches!(wrong, Err(WebhookError::Authority { .. })));
}
