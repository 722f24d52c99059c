//! Topics: made, listed, compared with a plan.

use tribute_stream::Log;

use crate::fixture::Fixture;

pub(crate) async fn topics_are_made_once_and_listed<L: Log>(fixture: &Fixture<L>) {
    let plans = [fixture.plan("one", 1), fixture.plan("three", 3)];
    fixture.log.create(&plans).await.unwrap();
    fixture.log.create(&plans).await.unwrap();
    let larger = fixture.plan("one", 4);
    fixture.log.create(&[larger]).await.unwrap();
    let found = fixture.log.topics().await.unwrap();
    assert_eq!((found[&fixture.name("one")], found[&fixture.name("three")]), (1, 3));
}

pub(crate) async fn what_differs_from_the_plan_is_said<L: Log>(fixture: &Fixture<L>) {
    let plans = [fixture.plan("one", 1), fixture.plan("three", 3)];
    fixture.log.create(&plans).await.unwrap();
    assert_eq!(fixture.log.check(&plans).await.unwrap(), Vec::<String>::new());
    let other = [fixture.plan("one", 2), fixture.plan("three", 3), fixture.plan("absent", 1)];
    let said = fixture.log.check(&other).await.unwrap();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].contains(&fixture.name("one")) && said[0].contains("1 partitions, not 2"), "{said:?}");
    assert!(said[1].contains(&fixture.name("absent")), "{said:?}");
}
