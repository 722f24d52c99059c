//! Everything once on SQLite and once on PostgreSQL: not a byte may differ.

use std::io::Write;

use sea_orm::{EntityTrait, QueryOrder};
use tribute_events::{AmbassadorId, BrandId};
use tribute_formats::books::{BooksFormat, Chart};
use tribute_reports::{
    Filter, Format, Style, Subject,
    explain::explain,
    export::{Extent, export},
    report::{Funnel, FunnelBy, earning_statuses, print},
    statement::{StatementOf, statement},
    verify::{Verification, replay, verify},
};
use tribute_store::entity::earning;

use crate::world::World;

const SUBJECTS: [Subject; 16] = [
    Subject::Balances,
    Subject::Earnings,
    Subject::Conversions,
    Subject::Payouts,
    Subject::Rewards,
    Subject::Leaderboard(None),
    Subject::Funnel(Funnel::by(FunnelBy::Ambassador)),
    Subject::Funnel(Funnel::by(FunnelBy::Post)),
    Subject::Funnel(Funnel::by(FunnelBy::Campaign)),
    Subject::Funnel(Funnel::by(FunnelBy::Tier)),
    Subject::Funnel(Funnel { by: FunnelBy::Kind, limit: Some(1) }),
    Subject::Liabilities,
    Subject::Ageing,
    Subject::Accruals,
    Subject::TrialBalance,
    Subject::Summary,
];

async fn everything(world: &World) -> (String, Verification) {
    let mut out = Vec::new();
    let (january, april) = ("2026-01-12T00:00:00Z", "2026-04-02T00:00:00Z");
    let narrow = Filter {
        brand: Some("acme".into()),
        program: Some("friends".into()),
        ambassador: Some("ada".into()),
        from: Some(january.parse().unwrap()),
        to: Some(april.parse().unwrap()),
        page: None,
    };
    for filter in [Filter::default(), narrow] {
        for subject in SUBJECTS {
            print(subject, &world.books(), &filter, Format::Json, Style::default(), &mut out).await.unwrap();
        }
    }
    let payout = world.payout_of("ada").await;
    for id in ["1001", "1002", "friends/order:1003/ada/ten", "acme/16", "p1", "p2", "c0", "c1", &payout, "no"]
    {
        let answer = explain(&world.books(), id, None).await.unwrap();
        writeln!(out, "{answer}\n{}", serde_json::to_string(&answer).unwrap()).unwrap();
    }
    statuses_out(world, &mut out).await;
    books_out(world, &mut out).await;
    let mut found = verify(world.engine.database(), &mut |_| ()).await.unwrap();
    found.replay = Some(replay(world.engine.database(), &mut |_| ()).await.unwrap());
    (String::from_utf8(out).unwrap(), found)
}

/// The ledger for accountants, whole and in part, and a month of everybody.
async fn statuses_out(world: &World, out: &mut Vec<u8>) {
    let database = world.engine.database();
    let order = [earning::Column::Source, earning::Column::Ambassador, earning::Column::Rule];
    let rows = order.into_iter().fold(earning::Entity::find(), |rows, column| rows.order_by_asc(column));
    let rows = rows.all(database.connection()).await.unwrap();
    writeln!(out, "{:?}", earning_statuses(database, &rows).await.unwrap()).unwrap();
}

async fn books_out(world: &World, out: &mut Vec<u8>) {
    let (database, brand) = (world.engine.database(), BrandId::trusted("acme"));
    for from in [None, Some("2026-03-01T00:00:00Z".parse().unwrap())] {
        for format in [BooksFormat::Hledger, BooksFormat::Beancount, BooksFormat::Csv, BooksFormat::Json] {
            let extent = Extent { brand: brand.clone(), from, to: None };
            export(database, &extent, format, Chart::default(), &mut *out).await.unwrap();
        }
    }
    for (who, month) in [("ada", "2026-01"), ("ada", "2026-04"), ("bob", "2026-04"), ("cat", "2026-03")] {
        let of = StatementOf {
            brand: brand.clone(),
            ambassador: AmbassadorId::trusted(who),
            program: None,
            month: month.parse().unwrap(),
        };
        writeln!(out, "{}", statement(database, &of).await.unwrap().to_html()).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_databases_say_the_same() {
    let Some(mut there) = World::empty_on_postgres().await else {
        // Past the capture of the test harness: an untested half must not look like a tested one.
        let line = "TRIBUTE_TEST_DATABASE_URL is not set: reports are not tested on PostgreSQL\n";
        std::io::stderr().write_all(line.as_bytes()).unwrap();
        return;
    };
    there.tell().await;
    let (here, there_says) = (everything(&World::told().await).await, everything(&there).await);
    there.gone().await;
    assert_eq!(here.0, there_says.0);
    assert!(here.1.is_ok(), "{}", here.1);
    assert_eq!(here.1, there_says.1);
}
