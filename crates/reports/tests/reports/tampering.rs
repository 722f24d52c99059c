use tribute_ledger::Anchor;
use tribute_reports::verify::{replay, verify_with};

use crate::{
    verifying::{anchor_of, verified},
    world::{World, click, sale, tick},
};

/// Changes the books behind the services' back and returns the failing checks with their first records.
async fn failures(sql: &[&str]) -> Vec<(&'static str, String)> {
    let world = World::told().await;
    for statement in sql {
        world.tamper(statement);
    }
    let found = verified(&world).await;
    assert!(!found.is_ok(), "{sql:?} went unseen");
    let failing = found.checks.into_iter().filter(|check| !check.is_ok());
    failing.map(|check| (check.name, check.first.unwrap())).collect()
}

fn first<'f>(failures: &'f [(&'static str, String)], name: &str) -> &'f str {
    let found = failures.iter().find(|(known, _)| *known == name);
    &found.unwrap_or_else(|| panic!("{name} holds; these fail: {failures:?}")).1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_amount_is_found() {
    let found =
        failures(&["UPDATE ledger_entry SET amount = amount + 1 WHERE number = 5 AND line = 1"]).await;
    assert!(first(&found, "transactions_balance").starts_with("acme/5: "), "{found:?}");
    assert!(
        first(&found, "hash_chains").starts_with("acme/5: row 5 of the journal was changed"),
        "{found:?}"
    );
    assert!(first(&found, "balances_are_the_fold").starts_with("acme expense:commission USD: "), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_balances_is_found_by_the_chain() {
    let both = "UPDATE ledger_entry SET amount = amount * 2 WHERE number = 5";
    let found = failures(&[both]).await;
    assert!(found.iter().all(|(name, _)| *name != "transactions_balance"), "{found:?}");
    assert!(first(&found, "hash_chains").starts_with("acme/5: "), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_transaction_is_found() {
    let found = failures(&["DELETE FROM ledger_transaction WHERE number = 7"]).await;
    assert!(first(&found, "hash_chains").starts_with("acme/7: row 7 is missing"), "{found:?}");
    assert_eq!(first(&found, "entries_belong"), "acme/7: 2 entries without their transaction");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_cut_is_found() {
    let cut =
        ["DELETE FROM ledger_entry WHERE number = 24", "DELETE FROM ledger_transaction WHERE number = 24"];
    let found = failures(&cut).await;
    let cut = first(&found, "hash_chains");
    assert!(cut.starts_with("acme/24: the journal is not the one whose last row was 24"), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swapped_hash_is_found() {
    let swap = "UPDATE ledger_transaction SET hash = (SELECT hash FROM ledger_transaction o WHERE o.number = 3) \
        WHERE number = 4";
    let found = failures(&[swap]).await;
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(first(&found, "hash_chains").starts_with("acme/4: "), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_or_changed_head_is_found() {
    let found = failures(&["DELETE FROM journal_head"]).await;
    assert!(first(&found, "hash_chains").starts_with("acme: the journal has no head"), "{found:?}");
    let found = failures(&["UPDATE journal_head SET number = 23"]).await;
    assert!(first(&found, "hash_chains").starts_with("acme/24: "), "{found:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_balance_is_found() {
    let sql = "UPDATE balance SET amount = amount - 100 WHERE account = 'ambassador:bob:in_transit'";
    let found = failures(&[sql]).await;
    let want = "acme ambassador:bob:in_transit USD: the entries sum to -5350, the balance says -5450";
    assert_eq!(first(&found, "balances_are_the_fold"), want);
    assert_eq!(first(&found, "assets_sum_to_zero"), "acme USD: the balances sum to -100");
    assert!(first(&found, "accounts_follow_movements").starts_with("acme ambassador:bob:in_transit USD: "));
}

/// Whoever changes a payout's row changes what no transaction of the chain says.
#[tokio::test(flavor = "multi_thread")]
async fn an_altered_payout_is_found() {
    let row = "(SELECT payout FROM payout WHERE ambassador = 'bob' AND status = 'proposed')";
    for (change, says) in [
        ("amount = amount + 1", "being proposed, its amount is 5351 minor units, the ledger says 5350"),
        ("balance = balance + 1", "being proposed, its balance is 5351 minor units, the ledger says 5350"),
        ("asset = 'EUR'", "its currency is EUR, the ledger says nothing"),
        (
            "ambassador = 'ada'",
            "its account is ambassador:ada:available, the ledger says ambassador:bob:available",
        ),
        ("program = 'enemies'", "its program is enemies, the ledger says friends"),
        ("status = 'settled'", "being settled, its amount paid is 5350 minor units, the ledger says 0"),
        ("status = 'returned'", "being returned, its amount taken is 0 minor units, the ledger says 5350"),
        ("status = 'carried'", "it is carried, but the ledger took 5350 for it"),
    ] {
        let found = failures(&[&format!("UPDATE payout SET {change} WHERE payout = {row}")]).await;
        let first = first(&found, "payouts_follow_the_ledger");
        assert!(first.ends_with(says), "{change}: {first}");
        assert!(found.iter().all(|(name, _)| *name != "hash_chains"), "{found:?}");
    }
    let found = failures(&[&format!("DELETE FROM payout WHERE payout = {row}")]).await;
    let gone = first(&found, "payouts_follow_the_ledger");
    assert!(gone.ends_with("the ledger booked it, but there is no such payout"), "{gone}");
}

/// Two payouts of one ambassador that trade their amounts leave every account as it was.
#[tokio::test(flavor = "multi_thread")]
async fn money_moved_from_one_payout_to_another_is_found() {
    let mut world = World::told().await;
    world
        .take(vec![
            click("c7", "2026-04-06", "bob", "d7"),
            sale("1007", "2026-04-07", "d7", &[("mug", "90.00")]),
        ])
        .await;
    world.take(vec![tick("2026-07-01")]).await;
    world.tamper("UPDATE payout SET amount = amount + 100, balance = balance + 100 WHERE ambassador = 'bob' AND run_at = \
        (SELECT MIN(run_at) FROM payout WHERE ambassador = 'bob' AND amount IS NOT NULL)");
    world.tamper("UPDATE payout SET amount = amount - 100, balance = balance - 100 WHERE ambassador = 'bob' AND run_at = \
        (SELECT MAX(run_at) FROM payout WHERE ambassador = 'bob' AND amount IS NOT NULL)");
    let failing: Vec<_> = verified(&world)
        .await
        .checks
        .into_iter()
        .filter(|check| !check.is_ok())
        .map(|check| check.name)
        .collect();
    assert_eq!(failing, ["payouts_follow_the_ledger"]);
}

/// A whole chain that was written anew is sound by itself; what was printed before is not on it.
#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_chain_is_found_by_an_anchor() {
    let world = World::told().await;
    let printed: Anchor = anchor_of(&verified(&world).await).parse().unwrap();
    let (mut other, facts) = (World::empty().await, crate::world::shopping().into_iter().skip(1));
    other.take(crate::world::setting()).await;
    other.take(facts.collect()).await;
    other.take(vec![tick("2026-04-01")]).await;
    let found = verify_with(other.engine.database(), &[printed], &mut |_| ()).await.unwrap();
    assert!(found.checks.iter().all(|check| check.is_ok()), "{found}");
    assert!(!found.is_ok() && found.to_string().contains("it lies on NO chain"), "{found}");

    world.tamper("UPDATE ledger_entry SET amount = amount * 2 WHERE number = 5");
    let found = verify_with(world.engine.database(), &[printed], &mut |_| ()).await.unwrap();
    assert_eq!(found.anchors[0].found, None, "nothing is on a chain beyond the row that broke it");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_another_asset_breaks_the_chain() {
    let found = failures(&["UPDATE ledger_entry SET asset = 'EUR' WHERE number = 5 AND line = 1"]).await;
    assert!(
        first(&found, "hash_chains").starts_with("acme/5: row 5 of the journal was changed"),
        "{found:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_earning_or_movement_is_found() {
    let found = failures(&["UPDATE earning SET amount = 9999 WHERE source = 'post:p1'"]).await;
    let want = "acme friends/post:p1/ada/video-fee USD: 9999 stands, movements sum to 2500";
    assert_eq!(first(&found, "earnings_follow_movements"), want);
    assert!(first(&found, "earnings_are_as_booked").contains("its last step is 2500 USD"), "{found:?}");
    let found = failures(&["UPDATE movement SET payout = NULL WHERE source = 'post:p1'"]).await;
    assert!(first(&found, "accounts_follow_movements").starts_with("acme ambassador:ada:available USD: "));
    let found = failures(&["UPDATE movement SET cause = 'nobody' WHERE source = 'post:p1'"]).await;
    assert_eq!(
        first(&found, "causes_are_known"),
        "acme: something was booked for event nobody, which is not in the log"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_or_missing_event_is_found() {
    let sql = "UPDATE event_log SET body = replace(body, '60.00', '66.00') WHERE event_id = 'e-1001'";
    let found = failures(&[sql]).await;
    assert!(
        first(&found, "events_unchanged").ends_with("its content was changed after it was accepted"),
        "{found:?}"
    );
    let found = failures(&["DELETE FROM event_log WHERE event_id = 'e-c1'"]).await;
    assert!(first(&found, "log_is_gapless").starts_with("event 10 is missing"), "{found:?}");
    assert_eq!(first(&found, "events_accounted_for"), "batch 2: 13 accepted, but 12 of them in the log");
    let found = failures(&["UPDATE intake_batch SET duplicates = 0 WHERE number = 2"]).await;
    assert!(
        first(&found, "events_accounted_for").starts_with("batch 2: 15 received, but 13 accepted"),
        "{found:?}"
    );
    let found = failures(&["DELETE FROM quarantine WHERE code = 'conflict'"]).await;
    assert_eq!(first(&found, "quarantine_is_complete"), "1 events were put aside, the quarantine holds 0");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_names_the_first_row_that_differs() {
    let world = World::told().await;
    world.tamper("UPDATE conversion SET net_revenue = 1 WHERE order_id = '1002'");
    world.tamper("DELETE FROM touch WHERE touch_id = 'c3'");
    let replay = replay(world.engine.database(), &mut |_| ()).await.unwrap();
    assert!(!replay.is_ok());
    let differs = |table: &str| {
        replay
            .tables
            .iter()
            .find(|it| it.table == table)
            .unwrap()
            .first_difference
            .clone()
            .unwrap_or_default()
    };
    assert_eq!(differs("conversion"), "acme friends 1002 '': net_revenue is 1, the replay says 40000000");
    assert_eq!(differs("touch"), "acme c4: the replay has acme c3 in its place");
    assert_eq!(differs("ledger_entry"), "");
}
