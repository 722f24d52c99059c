//! The second wall between brands, on PostgreSQL.

use tribute_store::{
    Database,
    entity::{api_key, login, quarantine},
    on_behalf_of,
    sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement},
};

use crate::harness::Store;

fn of(brand: &str) -> login::Model {
    login::Model {
        brand: brand.into(),
        device: "d".into(),
        at: 1,
        account: "a".into(),
        recorded_at: 1,
        event_id: format!("e-{brand}"),
    }
}

fn aside(number: i64, brand: Option<&str>) -> quarantine::Model {
    quarantine::Model {
        number,
        brand: brand.map(Into::into),
        source: None,
        event_id: None,
        event_type: None,
        code: "not_json".into(),
        reason: "no JSON".into(),
        origin: "test".into(),
        body: vec![1],
        digest: vec![1],
        recorded_at: 1,
        status: "open".into(),
    }
}

/// The brands of all rows of a table, asked for without a brand.
async fn seen(walled: &Database, brand: &str) -> Vec<String> {
    let rows = on_behalf_of(brand, login::Entity::find().all(walled.connection())).await.unwrap();
    let mut brands: Vec<_> = rows.into_iter().map(|row| row.brand).collect();
    brands.sort();
    brands
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_query_that_forgot_its_brand_shows_nothing_of_others() {
    let Some(store) = Store::postgres().await else { return };
    let mut transaction = store.begin().await;
    transaction.insert::<login::Entity>(&["acme", "other", "*"].map(of)).await.unwrap();
    transaction.insert::<quarantine::Entity>(&[aside(1, None), aside(2, Some("other"))]).await.unwrap();
    transaction.commit().await.unwrap();
    let walled = store.database.walled();
    // Many at once: they share connections, and no brand is left over on one.
    let mut asked = Vec::new();
    for round in 0..40 {
        let (walled, brand) = (walled.clone(), if round % 2 == 0 { "acme" } else { "other" });
        asked.push(tokio::spawn(async move { (brand, seen(&walled, brand).await) }));
    }
    for answer in asked {
        let (brand, found) = answer.await.unwrap();
        assert_eq!(found, ["*", brand]);
    }
    assert_eq!(seen(&walled, "nobody").await, ["*"]);
    let looked = on_behalf_of("acme", async {
        let mut looking = walled.begin_looking().await.unwrap();
        looking.select::<login::Entity>("TRUE ORDER BY brand", vec![]).await.unwrap()
    });
    assert_eq!(looked.await.into_iter().map(|row| row.brand).collect::<Vec<_>>(), ["*", "acme"]);
    let without = login::Entity::find().all(walled.connection()).await.unwrap();
    assert_eq!(without.len(), 1, "without a brand only what is of the installation");
    let all = login::Entity::find().all(store.database.connection()).await.unwrap();
    assert_eq!(all.len(), 3, "the services see every brand");
    let secrets = on_behalf_of("acme", api_key::Entity::find().all(walled.connection())).await;
    assert!(secrets.unwrap_err().to_string().contains("permission denied"));
    let change = Statement::from_string(DbBackend::Postgres, "UPDATE login SET brand = 'acme'");
    assert!(on_behalf_of("acme", walled.connection().execute_raw(change)).await.is_err());
    // What nobody can say the brand of is nobody's to see.
    let none = on_behalf_of("acme", quarantine::Entity::find().all(walled.connection())).await.unwrap();
    assert!(none.is_empty(), "{none:?}");
    drop(walled);
    store.remove().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_with_a_brand_stands_behind_the_wall() {
    let Some(store) = Store::postgres().await else { return };
    let text = "SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attname = 'brand' \
        AND NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid))";
    let statement = Statement::from_string(DbBackend::Postgres, text);
    let open = store.database.connection().query_all_raw(statement).await.unwrap();
    let open: Vec<String> = open.iter().map(|row| row.try_get("", "name").unwrap()).collect();
    assert_eq!(open, Vec::<String>::new(), "these show every brand's rows to who reads for one");
    store.remove().await;
}
