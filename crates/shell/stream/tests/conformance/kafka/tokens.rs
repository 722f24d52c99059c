//! SASL by tokens, against the secure listener of `deploy/dev/kafka`: it believes what `token.key` beside its authority
//! signed. Here is the provider that signs.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use tokio::time::timeout;
use tribute_stream::{KafkaLog, KafkaSettings, Log, LogError, Reader, Sasl, Secret};

use super::secure::{fixture, listener};
use crate::fixture::{partitions, read, say, values};

const SECRET: &str = "not-to-be-told";
/// How long a token holds. Clients ask for the next one when four fifths of it are over.
const LIFE: Duration = Duration::from_secs(10);

/// The brokers with their authority's key of tokens; none where the brokers are somebody else's.
fn believing() -> Option<(KafkaSettings, RsaKeyPair)> {
    let settings = listener()?;
    let beside = settings.tls.as_ref()?.ca.as_ref()?.with_file_name("token.key");
    let Some(key) = read_key(&beside) else {
        say("no token.key beside TRIBUTE_TEST_SECURE_CA: SASL by tokens was not tested");
        return None;
    };
    let (sasl, _told) = provider(read_key(&beside)?, "kafka");
    match KafkaLog::new(KafkaSettings { sasl: Some(sasl), ..settings.clone() }) {
        Err(error) if error.to_string().contains("libcurl") => {
            say("librdkafka was built without libcurl (libcurl4-openssl-dev): SASL by tokens was not tested");
            return None;
        }
        made => drop(made.unwrap()),
    }
    Some((settings, key))
}

fn read_key(path: &Path) -> Option<RsaKeyPair> {
    let text = std::fs::read_to_string(path).ok()?;
    let coded: String = text.lines().filter(|line| !line.starts_with("-----")).collect();
    Some(RsaKeyPair::from_pkcs8(&STANDARD.decode(coded).unwrap()).unwrap())
}

/// Starts a provider whose tokens are for an audience; what it was asked comes by the receiver.
fn provider(key: RsaKeyPair, audience: &'static str) -> (Sasl, std::sync::mpsc::Receiver<String>) {
    let endpoint = TcpListener::bind("127.0.0.1:0").unwrap();
    let sasl = Sasl::OauthBearer {
        token_endpoint: format!("http://{}/token", endpoint.local_addr().unwrap()),
        client_id: "tribute".into(),
        client_secret: Secret::new(SECRET),
        scope: Some("topics".into()),
    };
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for caller in endpoint.incoming() {
            let asked = answer(&mut caller.unwrap(), &token(&key, audience));
            // The test may be over.
            let _heard = tell.send(asked);
        }
    });
    (sasl, told)
}

/// Reads a request to its end and answers with a token.
fn answer(caller: &mut TcpStream, token: &str) -> String {
    let (mut request, mut part) = (String::new(), [0; 2048]);
    while !request.contains("\r\n\r\n") || !request.contains("grant_type") {
        let length = caller.read(&mut part).unwrap();
        assert!(length > 0, "{request}");
        request.push_str(&String::from_utf8_lossy(&part[..length]));
    }
    let body =
        format!(r#"{{"access_token":"{token}","token_type":"Bearer","expires_in":{}}}"#, LIFE.as_secs());
    let length = body.len();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    write!(caller, "{head}\r\nContent-Length: {length}\r\n\r\n{body}").unwrap();
    request
}

fn token(key: &RsaKeyPair, audience: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let until = now + LIFE.as_secs();
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT","kid":"development"}"#);
    let claims = format!(r#"{{"sub":"tribute","aud":"{audience}","iat":{now},"exp":{until}}}"#);
    let signed = format!("{head}.{}", URL_SAFE_NO_PAD.encode(claims));
    let mut signature = vec![0; key.public().modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_go_to_whoever_has_a_token_and_a_new_one_is_fetched_in_time() {
    let Some((settings, key)) = believing() else { return };
    let (sasl, told) = provider(key, "kafka");
    let fixture = fixture(KafkaSettings { sasl: Some(sasl), ..settings });
    let topic = fixture.topic("tokens", 1).await;
    let [zero] = partitions(&topic);
    fixture.write(&zero, 0..10).await;
    let mut reader = fixture.reader(&[(&zero, 0)]);
    assert_eq!(values(&read(&mut reader, 10).await, &zero), (0..10).collect::<Vec<_>>());
    let first = told.recv().unwrap();
    assert!(first.starts_with("POST /token") && first.contains("uthorization: Basic "), "{first}");
    assert!(first.contains("scope=topics") && !first.contains(SECRET), "{first}");
    let so_far = told.try_iter().count();
    // The reader goes on with its next token, where the first is worth nothing any more.
    let waited = timeout(LIFE + Duration::from_secs(2), async {
        loop {
            assert!(reader.next(1, Duration::from_millis(200)).await.unwrap().is_empty());
        }
    });
    assert!(waited.await.is_err());
    fixture.write(&zero, 10..20).await;
    assert_eq!(values(&read(&mut reader, 10).await, &zero), (10..20).collect::<Vec<_>>());
    let later = told.try_iter().count();
    assert!(later > 0, "no token was asked for after the first {so_far}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_for_somebody_else_opens_nothing() {
    let Some((settings, key)) = believing() else { return };
    let (sasl, _told) = provider(key, "another");
    let log = KafkaLog::new(KafkaSettings { sasl: Some(sasl), ..settings }).unwrap();
    let asked = timeout(Duration::from_secs(60), log.topics()).await.unwrap();
    let error = asked.unwrap_err();
    assert!(matches!(error, LogError::Broker { .. }) && !error.to_string().contains(SECRET), "{error}");
}
