//! What is said, as programs read it, and the server by TLS.

use std::{process::Command, sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tribute_api::{Role, Scope, Tls};

use crate::harness::Server;

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_seen_within_a_second_by_who_may_see_it() {
    let server = Server::start(None).await;
    server.program().await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let marketer = server.key("acme", Role::Marketer, &[], None).await;
    let ada = server.key("acme", Role::Ambassador, &[], Some("ada")).await;
    let ben = server.key("acme", Role::Ambassador, &[], Some("ben")).await;
    let other = server.key("glow", Role::BrandAdmin, &[], None).await;
    let narrow = server.key("acme", Role::BrandAdmin, &[Scope::STREAM_READ], None).await;
    let mut all = server.open(&admin, "", None).await;
    let mut filtered = server.open(&marketer, "?events=tribute.earning.*", None).await;
    let mut own = server.open(&ada, "", None).await;
    let mut bens = server.open(&ben, "", None).await;
    let mut foreign = server.open(&other, "", None).await;
    let mut blind = server.open(&narrow, "", None).await;
    assert_eq!(all.status, 200);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = std::time::Instant::now();
    server.sale("1", "ada").await;
    let told = own.next().await;
    assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
    assert_eq!(
        (told.kind.as_str(), &told.data["data"]["amount"]),
        ("tribute.earning.accrued", &json!("6.00"))
    );
    assert_eq!(filtered.next().await.kind, "tribute.earning.accrued");
    let mut kinds = [all.next().await.kind, all.next().await.kind];
    kinds.sort_unstable();
    assert_eq!(kinds, ["tribute.conversion.credited", "tribute.earning.accrued"]);
    assert!(
        own.is_quiet().await && bens.is_quiet().await && foreign.is_quiet().await && blind.is_quiet().await
    );
    let wrong = server.open(&admin, "?events=tribute.sale.*", None).await;
    assert_eq!(wrong.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_goes_on_where_it_was() {
    let server = Server::start(None).await;
    server.program().await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let mut first = server.open(&admin, "?events=tribute.earning.*", None).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    server.sale("1", "ada").await;
    let seen = first.next().await;
    drop(first);
    server.sale("2", "ada").await;
    server.sale("3", "ben").await;
    for (query, last) in [
        ("?events=tribute.earning.*".to_owned(), Some(seen.id.as_str())),
        (format!("?events=tribute.earning.*&after={}", seen.id), None),
    ] {
        let mut again = server.open(&admin, &query, last).await;
        for expected in ["friends/order:2/ada/ten", "friends/order:3/ben/ten"] {
            assert_eq!(again.next().await.data["data"]["earning"], expected);
        }
        assert!(again.is_quiet().await);
    }
    for wrong in ["17", "earnings:0", "earnings:999999"] {
        assert_eq!(server.open(&admin, "", Some(wrong)).await.status, 400, "{wrong}");
    }
    let mut transaction = server.database.begin().await.unwrap();
    let text = "DELETE FROM outbox WHERE number < (SELECT MAX(o.number) FROM outbox o WHERE o.stream = outbox.stream)";
    assert!(transaction.execute(text, Vec::new()).await.unwrap() > 0);
    transaction.commit().await.unwrap();
    assert_eq!(server.open(&admin, "", Some("earnings:2")).await.status, 410);
    assert_eq!(server.open(&admin, "", None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_has_few_streams_and_they_end_with_the_service() {
    let server = Server::start(None).await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let other = server.key("acme", Role::BrandAdmin, &[], None).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        open.push(server.open(&admin, "", None).await);
    }
    assert!(open.iter().all(|it| it.status == 200));
    assert_eq!(server.open(&admin, "", None).await.status, 429);
    assert_eq!(server.open(&other, "", None).await.status, 200);
    open.pop();
    let mut freed = false;
    for _ in 0..100 {
        // A connection that is gone is noticed when something is to be written; a new request may be quicker.
        if server.open(&admin, "", None).await.status == 200 {
            freed = true;
            break;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert!(freed, "a connection that is gone keeps its place");
    let begun = std::time::Instant::now();
    server.stop.send(true).unwrap();
    server.served.await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    while open[0].line().await.is_some() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_shut_out_does_not_go_on_listening() {
    let server = Server::start(None).await;
    let admin = server.key("acme", Role::BrandAdmin, &[], None).await;
    let mut stream = server.open(&admin, "", None).await;
    while stream.line().await.unwrap() != "" {}
    let mut transaction = server.database.begin().await.unwrap();
    assert_eq!(transaction.execute("UPDATE api_key SET revoked_at = 1", Vec::new()).await.unwrap(), 1);
    transaction.commit().await.unwrap();
    let ended = async {
        let mut beats = 0;
        while let Some(line) = stream.line().await {
            beats += usize::from(line.starts_with(':'));
        }
        beats
    };
    // Before the first heartbeat; the connection itself is closed when no other request came for 10 s.
    let beats = timeout(Duration::from_secs(25), ended).await.expect("it goes on");
    assert_eq!(beats, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_speaks_tls_by_a_certificate_of_its_own() {
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
    assert!(Tls::read(&key, &certificate).is_err() && Tls::read(&certificate, folder.path()).is_err());
    let server = Server::start(Some(Tls::read(&certificate, &key).unwrap())).await;
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
    let stream = TcpStream::connect(server.address).await.unwrap();
    let mut stream = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
    let request = "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"/v1/stream\""), "{answer}");
    let mut plain = TcpStream::connect(server.address).await.unwrap();
    plain.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _reset = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "it speaks without TLS");
    assert!(server.folder.path().exists());
}
