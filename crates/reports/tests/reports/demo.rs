//! The demonstration's five months, with its late, double and bad deliveries.

use tribute_events::Arrival;
use tribute_reports::{
    Filter, Format, Style, Subject,
    explain::{Answer, explain},
    report::{Conversions, Earnings, collect, print},
    verify::{replay, verify},
};
use tribute_services::Incoming;

use crate::world::{World, tick};

#[tokio::test(flavor = "multi_thread")]
async fn the_demonstration_holds_and_is_explained() {
    let mut world = World::empty().await;
    let lines = tribute_tools::demo::events(1);
    let now = "2026-06-01T00:00:00Z".parse().unwrap();
    for (number, lines) in lines.chunks(500).enumerate() {
        let read = |(line, text): (usize, &String)| {
            Incoming::read(text.clone().into_bytes(), Arrival::Live(now), format!("demo:{number}:{line}"))
        };
        world.take(lines.iter().enumerate().map(read).collect()).await;
    }
    world.take(vec![tick("2026-07-01")]).await;
    let mut found = verify(world.engine.database(), &mut |_| ()).await.unwrap();
    found.replay = Some(replay(world.engine.database(), &mut |_| ()).await.unwrap());
    assert!(found.is_ok(), "{found}");

    let books = world.books();
    let all = Filter::default();
    let mut out = Vec::new();
    print(
        Subject::Summary,
        &books,
        &all,
        Format::People,
        Style { width: Some(100), colour: false },
        &mut out,
    )
    .await
    .unwrap();
    let summary = String::from_utf8(out).unwrap();
    for (code, count) in tribute_tools::demo::BAD_EVENTS {
        let line = summary.lines().filter(|line| line.contains(&format!("quarantined_{code} ")));
        let counted: usize =
            line.filter_map(|line| line.split_whitespace().nth(3)?.parse::<usize>().ok()).sum();
        assert!(counted >= count, "{code}: {count} in\n{summary}");
    }
    for row in collect(&Earnings, &books, &all).await.unwrap().iter().step_by(97) {
        let id = [&row.program, &row.source, &row.ambassador, &row.rule]
            .map(|part| part.replace('/', "%2F"))
            .join("/");
        let answer = explain(&books, &id, Some(&row.brand)).await.unwrap();
        assert!(matches!(answer, Answer::Story(_)), "{answer}");
        assert!(
            answer
                .to_string()
                .contains(&format!("{} {}, {}", row.amount.amount, row.amount.currency, row.kind))
        );
    }
    for row in collect(&Conversions, &books, &all).await.unwrap().iter().step_by(97) {
        let answer = explain(&books, &row.order, Some(&row.brand)).await.unwrap();
        assert!(matches!(answer, Answer::Story(_)), "{answer}");
    }
}
