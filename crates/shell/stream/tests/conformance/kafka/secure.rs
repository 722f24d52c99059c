//! Brokers that want TLS and SASL: `TRIBUTE_TEST_SECURE_BROKERS`, with the authority's certificate in
//! `TRIBUTE_TEST_SECURE_CA` and the users of `deploy/dev/kafka`.

use std::sync::{Arc, Once};
use std::time::Duration;

use tokio::time::timeout;
use tribute_stream::{KafkaLog, KafkaSettings, Log, LogError, Message, Reader, Sasl, Secret, Tls, Writer};

use crate::fixture::{Fixture, partitions, read, say, values};

/// Where the secure listener is, without authentication yet.
pub(super) fn listener() -> Option<KafkaSettings> {
    static ABSENT: Once = Once::new();
    let brokers = std::env::var("TRIBUTE_TEST_SECURE_BROKERS").ok();
    let ca = std::env::var("TRIBUTE_TEST_SECURE_CA").ok();
    let (Some(brokers), Some(ca)) = (brokers, ca) else {
        ABSENT.call_once(|| say("TRIBUTE_TEST_SECURE_BROKERS is not set: TLS and SASL were not tested"));
        return None;
    };
    let tls = Tls { ca: Some(ca.into()), ..Tls::default() };
    Some(KafkaSettings { tls: Some(tls), ..KafkaSettings::plaintext(brokers) })
}

const WRONG: &str = "not-the-password";

fn scram(password: &str) -> Sasl {
    Sasl::ScramSha512 { username: "scram".into(), password: Secret::new(password) }
}

pub(super) fn fixture(settings: KafkaSettings) -> Fixture<KafkaLog> {
    Fixture::new(KafkaLog::new(settings).unwrap(), Box::new(|_, _| Box::pin(async {})), ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_go_by_tls_to_whoever_proves_who_they_are() {
    let Some(settings) = listener() else { return };
    let plain = Sasl::Plain { username: "plain".into(), password: Secret::new("plain-secret") };
    for sasl in [scram("scram-secret"), plain] {
        let fixture = fixture(KafkaSettings { sasl: Some(sasl), ..settings.clone() });
        let topic = fixture.topic("secure", 1).await;
        let [zero] = partitions(&topic);
        fixture.write(&zero, 0..10).await;
        let found = read(&mut fixture.reader(&[(&zero, 0)]), 10).await;
        assert_eq!(values(&found, &zero), (0..10).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_told_to_everybody() {
    let Some(settings) = listener() else { return };
    let fixture = fixture(KafkaSettings { sasl: Some(scram(WRONG)), ..settings });
    let topic: Arc<str> = "stream.nobody".into();
    let [zero] = partitions(&topic);
    let mut reader = fixture.reader(&[(&zero, 0)]);
    let told = timeout(Duration::from_secs(30), async {
        loop {
            if let Err(error) = reader.next(1, Duration::from_secs(1)).await {
                return error;
            }
        }
    });
    let writer = fixture.log.writer().unwrap();
    let write = timeout(Duration::from_secs(30), writer.write(vec![Message::new(topic, "", "")]));
    let ask = timeout(Duration::from_secs(30), fixture.log.topics());
    let (read, written, asked) = tokio::join!(told, write, ask);
    for error in [read.unwrap(), written.unwrap().unwrap_err(), asked.unwrap().unwrap_err()] {
        assert_turned_away(&error);
    }
}

fn assert_turned_away(error: &LogError) {
    assert!(matches!(error, LogError::Broker { .. }) && !error.is_transient(), "{error:?}");
    assert!(
        error.to_string().to_lowercase().contains("authentication") && !error.to_string().contains(WRONG),
        "{error}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_of_a_stranger_is_not_trusted() {
    let Some(settings) = listener() else { return };
    let settings = KafkaSettings { tls: Some(Tls::default()), sasl: Some(scram("scram-secret")), ..settings };
    let fixture = fixture(settings);
    let asked = timeout(Duration::from_secs(30), fixture.log.topics());
    assert!(asked.await.unwrap().is_err());
}
