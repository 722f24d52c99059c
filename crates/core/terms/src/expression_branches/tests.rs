use proptest::prelude::*;

use super::*;
use crate::{Fact, Facts, ORDER_FACTS, POST_FACTS};

fn why(text: &str) -> Option<String> {
    Expression::parse(text).unwrap().contradiction(ORDER_FACTS, &[])
}

#[test]
fn what_no_order_can_meet_is_found() {
    for (text, expected) in [
        (
            "order.net > amount('100') && order.net < amount('50')",
            "`order.net > amount(\"100\")` and `order.net < amount(\"50\")`",
        ),
        (
            "amount('100') < order.net && !(order.net >= amount('50'))",
            "`order.net > amount(\"100\")` and `order.net < amount",
        ),
        ("order.items > 3 && order.items < 4", "exclude each other"),
        ("order.items == 3 && order.items != 3", "exclude each other"),
        ("order.weekday == 8", "`order.weekday lies between 1 and 7` and `order.weekday == 8`"),
        ("order.weekday > 7 || order.weekday < 1", "exclude each other"),
        ("order.hour == 24", "lies between 0 and 23"),
        ("order.credited_by == 'link'", "is one of override, code"),
        ("order.credited_kind in ['scan', 'tap']", "is one of click, qr"),
        ("order.region == 'CA' && order.region == 'NY'", "exclude each other"),
        ("order.region in ['CA'] && !(order.region in ['CA', 'NY'])", "exclude each other"),
        ("order.returning && !order.returning", "`order.returning` and `!order.returning`"),
        ("order.returning == true && order.returning != true", "exclude each other"),
        ("'A' in order.skus && !('A' in order.skus)", "`\"A\" in order.skus` and `not \"A\" in order.skus`"),
        ("order.returning && false", "it is never true"),
        ("ambassador.followers < 0", "ambassador.followers >= 0"),
    ] {
        let found = why(text);
        assert!(found.as_ref().is_some_and(|it| it.contains(expected)), "{text}: {found:?}");
    }
    let tag = Expression::parse("'#Ad' in post.hashtags").unwrap();
    let found = tag.contradiction(POST_FACTS, &[]).unwrap();
    assert!(found.ends_with("without # and in small letters; write 'ad'"), "{found}");
}

#[test]
fn what_some_order_can_meet_is_left_alone() {
    for text in [
        "order.net > amount('50') && order.net < amount('100')",
        "order.items > 2 && order.items < 4",
        "order.weekday == 7 || order.weekday == 8",
        "order.region == 'CA' || order.region == 'NY'",
        "order.region != 'CA' && order.region != 'NY'",
        "'A' in order.skus && 'B' in order.skus",
        "order.skus.exists(sku, sku == 'A') && order.skus.exists(sku, sku == 'B')",
        "order.net + order.items > 5 && order.net < 3",
        "order.returning ? order.items > 5 : order.items < 2",
        "!(order.items > 5 && order.items < 2)",
        "order.net > order.items && order.items > order.net",
    ] {
        assert_eq!(why(text), None, "{text}");
    }
}

struct Order {
    items: i64,
    region: &'static str,
    returning: bool,
}

impl Facts for Order {
    fn fact(&self, name: &str) -> Option<Fact> {
        Some(match name {
            "order.items" => Fact::Number(self.items),
            "order.region" => Fact::Text(self.region.into()),
            "order.returning" => Fact::Truth(self.returning),
            _ => return None,
        })
    }
}

fn conditions() -> impl Strategy<Value = String> {
    let operator = prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">="]);
    let number = (operator, 0..4).prop_map(|(operator, bound)| format!("order.items {operator} {bound}"));
    let texts = vec![
        "order.region == 'CA'",
        "'NY' != order.region",
        "order.region in ['CA', 'NY']",
        "order.returning",
        "1 < 2",
    ];
    let leaf = prop_oneof![number, prop::sample::select(texts).prop_map(str::to_owned)];
    leaf.prop_recursive(4, 24, 2, |inner| {
        let pair = (inner.clone(), prop::sample::select(vec!["&&", "||"]), inner.clone());
        prop_oneof![
            pair.prop_map(|(a, operator, b)| format!("({a}) {operator} ({b})")),
            inner.prop_map(|it| format!("!({it})")),
        ]
    })
}

proptest! {
    /// Never a false alarm: of what is called impossible no order is an example.
    #[test]
    fn what_is_called_impossible_holds_for_no_order(text in conditions()) {
        let expression = Expression::parse(&text).unwrap();
        if expression.contradiction(ORDER_FACTS, &[]).is_some() {
            for items in -1..5 {
                for region in ["CA", "NY", "TX"] {
                    for returning in [false, true] {
                        prop_assert!(!expression.holds(&Order { items, region, returning }), "{}", text);
                    }
                }
            }
        }
    }
}
