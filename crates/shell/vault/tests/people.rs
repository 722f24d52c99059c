//! The vault on a real file, and on a server where `TRIBUTE_TEST_DATABASE_URL` names one.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

use tribute_events::{AmbassadorId, Arrival, BrandId, SealedAddress, Timestamp, decode};
use tribute_formats::details::PaymentDetails;
use tribute_store::{
    Database, Transaction,
    entity::{log_record, person_detail, quarantine},
    sea_orm::{ConnectionTrait, EntityTrait},
};
use tribute_vault::{Author, Held, PaidBy, Payee, PersonDetails, SocialHandle, Vault, VaultError, VaultKey};

fn vault() -> Vault {
    Vault::with(VaultKey::parse(&"07".repeat(32)).unwrap())
}

fn brand(name: &str) -> BrandId {
    name.parse().unwrap()
}

fn id(name: &str) -> AmbassadorId {
    name.parse().unwrap()
}

fn ada() -> PersonDetails {
    PersonDetails {
        name: Some("Ada Lovelace".parse().unwrap()),
        email: Some("ada@example.com".parse().unwrap()),
        payment: Some(
            serde_json::from_str(r#"{"method":"sepa","name":"Ada Lovelace","iban":"NL91ABNA0417164300"}"#)
                .unwrap(),
        ),
        handles: vec![SocialHandle { platform: "tube".into(), handle: "ada.counts".into() }],
        ..PersonDetails::default()
    }
}

/// Runs a test on a file, and on a schema of a server of its own.
async fn on_both<F: Future<Output = ()>>(name: &str, test: impl Fn(Database) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("books.db").display().to_string();
    test(Database::open(&path).await.unwrap()).await;
    let Ok(server) = std::env::var("TRIBUTE_TEST_DATABASE_URL") else { return };
    let schema = format!("vault_{name}_{}", std::process::id());
    let admin = tribute_store::sea_orm::Database::connect(&server).await.unwrap();
    admin.execute_unprepared(&format!("CREATE SCHEMA {schema}")).await.unwrap();
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options[search_path]={schema}");
    test(Database::open(&url).await.unwrap()).await;
    admin.execute_unprepared(&format!("DROP SCHEMA {schema} CASCADE")).await.unwrap();
}

async fn keep(database: &Database, of: &str, who: &str, details: PersonDetails) -> tribute_vault::Kept {
    let mut transaction = database.begin().await.unwrap();
    let kept = vault().keep(&mut transaction, &brand(of), &[(id(who), details)]).await.unwrap();
    transaction.commit().await.unwrap();
    kept
}

async fn find(database: &Database, of: &str, who: &str) -> Option<Held> {
    let mut transaction: Transaction = database.begin().await.unwrap();
    let found = vault().find(&mut transaction, &brand(of), Some(&[id(who)])).await.unwrap();
    transaction.rollback().await.unwrap();
    found.into_values().next()
}

#[tokio::test]
async fn what_is_kept_is_found_and_the_same_again_changes_nothing() {
    on_both("kept", async |database| {
        assert_eq!(keep(&database, "acme", "amb-1", ada()).await.new.len(), 1);
        let rows = person_detail::Entity::find().all(database.connection()).await.unwrap();
        assert!(rows.iter().all(|row| !String::from_utf8_lossy(&row.sealed).contains("Ada")));
        let again = keep(&database, "acme", "amb-1", ada()).await;
        assert!(again.new.is_empty() && again.changed.is_empty());
        assert_eq!(person_detail::Entity::find().all(database.connection()).await.unwrap(), rows);
        let moved =
            PersonDetails { email: Some("ada@new.example".parse().unwrap()), ..PersonDetails::default() };
        assert_eq!(keep(&database, "acme", "amb-1", moved.clone()).await.changed.len(), 1);
        assert_eq!(
            find(&database, "acme", "amb-1").await,
            Some(Held::Known(PersonDetails { email: moved.email, ..ada() }))
        );
    })
    .await;
}

#[tokio::test]
async fn two_brands_with_one_id_do_not_meet() {
    on_both("brands", async |database| {
        keep(&database, "acme", "amb-1", ada()).await;
        assert_eq!(find(&database, "glow", "amb-1").await, None);
        let other = PersonDetails { name: Some("Grace Hopper".parse().unwrap()), ..PersonDetails::default() };
        keep(&database, "glow", "amb-1", other.clone()).await;
        let mut transaction = database.begin().await.unwrap();
        vault()
            .erase(&mut transaction, &brand("acme"), &id("amb-1"), Timestamp::from_millis(5))
            .await
            .unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(find(&database, "glow", "amb-1").await, Some(Held::Known(other)));
        assert_eq!(find(&database, "acme", "amb-1").await, Some(Held::Erased(Timestamp::from_millis(5))));
    })
    .await;
}

#[tokio::test]
async fn another_key_is_refused_and_nothing_is_read_with_it() {
    on_both("key", async |database| {
        keep(&database, "acme", "amb-1", ada()).await;
        let other = Vault::with(VaultKey::parse(&"08".repeat(32)).unwrap());
        for vault in [other, Vault::closed()] {
            let mut transaction = database.begin().await.unwrap();
            let found = vault.find(&mut transaction, &brand("acme"), None).await;
            assert!(matches!(found, Err(VaultError::OtherKey | VaultError::Closed)), "{found:?}");
            let mut transaction = {
                drop(transaction);
                database.begin().await.unwrap()
            };
            let kept = vault.keep(&mut transaction, &brand("acme"), &[(id("amb-2"), ada())]).await;
            assert!(matches!(kept, Err(VaultError::OtherKey | VaultError::Closed)), "{kept:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn an_account_in_the_place_of_anothers_is_found_out() {
    on_both("moved", async |database| {
        keep(&database, "acme", "amb-1", ada()).await;
        keep(&database, "acme", "amb-2", PersonDetails { handles: Vec::new(), ..ada() }).await;
        let mut transaction = database.begin().await.unwrap();
        let swap = "UPDATE person_detail SET sealed = (SELECT d.sealed FROM person_detail d WHERE d.person = 'amb-1' \
            AND d.kind = 'payment') WHERE person = $1 AND kind = 'payment'";
        transaction.execute(swap, vec!["amb-2".into()]).await.unwrap();
        transaction.commit().await.unwrap();
        let mut transaction = database.begin().await.unwrap();
        let found = vault().find(&mut transaction, &brand("acme"), Some(&[id("amb-2")])).await;
        assert!(matches!(found, Err(VaultError::Unreadable { ref kind, .. }) if kind == "payment"), "{found:?}");
    })
    .await;
}

#[tokio::test]
async fn where_a_file_paid_somebody_is_kept_until_they_are_erased() {
    on_both("paid_by", async |database| {
        let payment = ada().payment.unwrap();
        let paid = PaidBy { payment: payment.clone(), address: None };
        keep(
            &database,
            "acme",
            "amb-1",
            PersonDetails { paid_by: [("f1".to_owned(), paid)].into(), ..ada() },
        )
        .await;
        let moved: PaymentDetails =
            serde_json::from_str(r#"{"method":"paypal","email":"ada@example.com"}"#).unwrap();
        keep(
            &database,
            "acme",
            "amb-1",
            PersonDetails { payment: Some(moved.clone()), ..PersonDetails::default() },
        )
        .await;
        let asked = async |file: Option<&str>| {
            vault()
                .details_for(&database, &brand("acme"), &[id("amb-1")], file)
                .await
                .unwrap()
                .remove(&id("amb-1"))
        };
        for (file, wanted) in [(None, &moved), (Some("f2"), &moved), (Some("f1"), &payment)] {
            let found = asked(file).await;
            assert!(
                matches!(&found, Some(Payee::Known { payment, .. }) if payment == wanted),
                "{file:?} {found:?}"
            );
        }
        let mut transaction = database.begin().await.unwrap();
        let at = Timestamp::from_millis(1_000);
        vault().erase(&mut transaction, &brand("acme"), &id("amb-1"), at).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(asked(Some("f1")).await, Some(Payee::Redacted));
    })
    .await;
}

#[tokio::test]
async fn who_is_erased_is_gone_for_good() {
    on_both("erased", async |database| {
        keep(&database, "acme", "amb-1", ada()).await;
        keep(&database, "acme", "amb-2", PersonDetails { payment: None, ..ada() }).await;
        let raw = br#"{"type":"tribute.ambassador.applied","brand":"acme","data":{"ambassador":"amb-1","handles":"ada.counts"}}"#;
        let others = br#"{"type":"tribute.ambassador.applied","brand":"glow","data":{"ambassador":"amb-1","handles":7}}"#;
        let entry = |number: i64, body: &[u8]| quarantine::Model {
            number, brand: None, source: None, event_id: None, event_type: None, code: "not_a_cloud_event".into(),
            reason: "r".into(), origin: "o".into(), body: body.to_vec(), digest: vec![0; 16], recorded_at: 0,
            status: "open".into(),
        };
        let applied = br#"{"specversion":"1.0","id":"e1","source":"/s","type":"tribute.ambassador.applied","brand":"acme","time":"2026-03-01T10:00:00Z","data":{"program":"p","ambassador":"amb-1","handles":[{"platform":"tube","handle":"ada.counts"}]}}"#;
        let message = log_record::Model {
            topic: "tribute.programs".into(), partition: 0, number: 0, key: None, headers: "[]".into(),
            value: applied.to_vec(), appended_at: 0,
        };
        let mut transaction = database.begin().await.unwrap();
        transaction.insert::<quarantine::Entity>(&[entry(1, raw), entry(2, others)]).await.unwrap();
        transaction.insert::<log_record::Entity>(&[message]).await.unwrap();
        let at = Timestamp::from_millis(1_000);
        let gone = vault().erase(&mut transaction, &brand("acme"), &id("amb-1"), at).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!((gone.details, gone.quarantined, gone.messages), (4, 1, 1));
        assert!(database.scrub().await.unwrap());
        let entries = quarantine::Entity::find().all(database.connection()).await.unwrap();
        let of = |number: i64| entries.iter().find(|row| row.number == number).unwrap();
        assert!(!String::from_utf8_lossy(&of(1).body).contains("ada") && of(1).status == "discarded");
        assert_eq!(of(2), &entry(2, others));
        let messages = log_record::Entity::find().all(database.connection()).await.unwrap();
        let event = decode(&messages[0].value, Arrival::Backfill).unwrap();
        assert!(!tribute_events::is_open(&event.payload));
        let kept = keep(&database, "acme", "amb-1", ada()).await;
        assert_eq!(kept.erased.len(), 1, "nothing is kept of them any more");
        let people = [id("amb-1"), id("amb-2"), id("amb-3")];
        let payees = vault().details_for(&database, &brand("acme"), &people, None).await.unwrap();
        assert_eq!(payees.into_iter().collect::<Vec<_>>(), [(id("amb-1"), Payee::Redacted), (id("amb-2"), Payee::Unsaid)]);
    })
    .await;
}

async fn pseudonyms(database: &Database, authors: &[Author]) -> Vec<AmbassadorId> {
    let mut transaction = database.begin().await.unwrap();
    let named = vault().pseudonyms_of(&mut transaction, authors).await.unwrap();
    transaction.commit().await.unwrap();
    named
}

fn author(of: &str, name: &str, known: Option<&AmbassadorId>) -> Author {
    Author { brand: brand(of), account: ("tube".into(), name.into()), known: known.cloned() }
}

#[tokio::test]
async fn an_account_has_one_pseudonym_in_a_brand_until_it_is_erased() {
    on_both("accounts", async |database| {
        let asked =
            [author("acme", "jane", None), author("glow", "jane", None), author("acme", "june", None)];
        let first = pseudonyms(&database, &asked).await;
        assert_eq!(pseudonyms(&database, &asked).await, first);
        assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), 3);
        let jane = &first[0];
        let handle = SocialHandle { platform: "tube".into(), handle: "Jane".into() };
        keep(
            &database,
            "acme",
            jane.as_str(),
            PersonDetails { handles: vec![handle], ..PersonDetails::default() },
        )
        .await;
        let address = SealedAddress {
            author: jane.clone(),
            address: "https://tube.example/jane".into(),
            pseudonym: tribute_events::pseudonym([7; 16]),
        };
        let mut transaction = database.begin().await.unwrap();
        vault().keep_addresses(&mut transaction, &[(&brand("acme"), &address)]).await.unwrap();
        let found = vault().readable(&mut transaction, &brand("acme")).await.unwrap();
        let expected = [
            (address.pseudonym.to_string(), "https://tube.example/jane".to_owned()),
            (jane.to_string(), "tube:@Jane".to_owned()),
        ];
        assert_eq!(found, expected.into());
        let account = ("tube".to_owned(), "@JANE".to_owned());
        let people = vault().people_with_account(&mut transaction, &brand("acme"), &account).await.unwrap();
        assert_eq!(people.iter().collect::<Vec<_>>(), [jane]);
        let at = Timestamp::from_millis(5);
        let gone = vault().erase(&mut transaction, &brand("acme"), jane, at).await.unwrap();
        assert_eq!(gone.details, 2);
        assert!(vault().readable(&mut transaction, &brand("acme")).await.unwrap().is_empty());
        transaction.commit().await.unwrap();
        let known = pseudonyms(&database, &[author("acme", "jane", Some(jane))]).await;
        assert_eq!(known, std::slice::from_ref(jane), "an event that comes again makes no new one");
        let new = pseudonyms(&database, &[author("acme", "jane", None)]).await;
        assert!(new != known && !first.contains(&new[0]));
        assert_eq!(pseudonyms(&database, &asked[1..]).await, first[1..]);
    })
    .await;
}
