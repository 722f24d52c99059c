use super::*;

const HEAD: &str = r#"[program]
brand = "acme"
id = "friends"
version = "1"
effective_from = "2026-01-01T00:00:00Z"
currency = "USD"
"#;

#[test]
fn what_is_over_or_holds_for_nobody_is_warned_of() {
    let head = HEAD;
    for (rest, expected) in [
        (
            "[[mission]]\nid = \"m\"\nrequires.conversions = 1\ngives = [{ badge = \"B\" }]\nuntil = \"2025-06-01T00:00:00Z\"\n",
            "line 11: mission `m` can never be fulfilled: it ends at 2025-06-01",
        ),
        (
            "[[leaderboard]]\nid = \"l\"\nmetric = \"posts\"\n[leaderboard.season]\nname = \"old\"\nfrom = \"2025-01-01T00:00:00Z\"\nuntil = \"2025-06-01T00:00:00Z\"\n",
            "line 10: leaderboard `l` will never rank anybody",
        ),
        (
            "[[post_fee]]\nid = \"f\"\namount = \"1\"\nexpression = \"1 > 2\"\n",
            "line 10: post_fee `f` can never match: `1 > 2` is never true",
        ),
        (
            "[[post_fee]]\nid = \"f\"\ntable = [{ followers_from = 9, followers_below = 9, amount = \"1\" }]\n",
            "line 9: post_fee `f`: row 1 of its table (1.00) can never match: nobody has at least 9",
        ),
        (
            "[[post_fee]]\nid = \"f\"\nfrom = \"2026-06-01T00:00:00Z\"\ntable = [{ until = \"2026-05-01T00:00:00Z\", amount = \"1\" }]\n",
            "line 10: post_fee `f`: row 1 of its table (1.00) can never match: its season lies outside",
        ),
        (
            "[[mission]]\nid = \"m\"\ngives = [{ badge = \"B\" }]\nrequires.posts = { count = 1, kinds = [\"video\"], expression = \"post.kind == 'photo'\" }\n",
            "line 10: mission `m` can never be fulfilled: `post.kind == 'photo'` can never hold: `kinds = [\"video\"]` and `post.kind == \"photo\"` exclude each other; change one of them",
        ),
        (
            "[[mission]]\nid = \"m\"\ngives = [{ badge = \"B\" }]\nrequires.conversions = 1\nthen = [{ conversions = 1, order_expression = \"order.weekday == 0\" }]\n",
            "line 11: mission `m` can never be fulfilled: `order.weekday == 0` can never hold: `order.weekday lies between 1 and 7`",
        ),
        (
            "[[mission]]\nid = \"m\"\ngives = [{ badge = \"B\" }]\nrequires = { recruits = 1, recruit_expression = \"ambassador.followers\" }\n",
            "line 10: mission `m`: its expression fails on an ordinary recruit, and one that fails does not hold: its answer is a int",
        ),
        (
            "[[commission]]\nid = \"c\"\npays.percent = \"1%\"\nwhen.customer = \"new\"\nwhen.expression = \"order.returning\"\n",
            "line 10: commission `c` can never match: `order.returning` can never hold: `customer = \"new\"` and `order.returning` exclude each other; change one of them",
        ),
        (
            "[[commission]]\nid = \"c\"\npays.percent = \"1%\"\nwhen.followers_below = 10\nwhen.expression = \"ambassador.followers >= 10\"\n",
            "line 10: commission `c` can never match: `ambassador.followers >= 10` can never hold: `followers_below = 10`",
        ),
        (
            "[[post_fee]]\nid = \"f\"\namount = \"1\"\nexpression = \"'#ad' in post.hashtags\"\n",
            "line 10: post_fee `f` can never match: `'#ad' in post.hashtags` can never hold: `\"#ad\" in post.hashtags`: hashtags are seen without #",
        ),
    ] {
        let text = format!("{head}{rest}");
        let found: Vec<_> =
            Terms::parse(&text).unwrap().warnings_in(&text).iter().map(ToString::to_string).collect();
        assert!(found.len() == 1 && found[0].starts_with(expected), "{rest}: {found:?}");
    }
}

#[test]
fn warnings_name_ties_and_rules_that_never_match() {
    let rest = "[[commission]]\nid = \"a\"\npays.percent = \"1%\"\n[[commission]]\nid = \"b\"\npays.percent = \"2%\"\n\
                [[commission]]\nid = \"old\"\npays.percent = \"2%\"\nwhen.until = \"2025-01-01T00:00:00Z\"\n\
                [[commission]]\nid = \"none\"\npays.percent = \"2%\"\nwhen.followers_from = 9\nwhen.followers_below = 9\n\
                [[commission]]\nid = \"odd\"\npays.percent = \"2%\"\nwhen.skus = [\"A\"]\nwhen.expression = \"1 > 2\"\n\
                [[commission]]\nid = \"mixed\"\npays.percent = \"2%\"\nwhen.skus = [\"B\"]\nwhen.expression = \"order.net > order.region\"\n\
                [[commission]]\nid = \"rich\"\npays.percent = \"10%\"\nwhen.skus = [\"C\"]\ncaps.budget = \"5000\"\ncaps.expected_revenue = \"80000\"\n\
                [[post_fee]]\nid = \"fee\"\ntable = [{ kinds = [\"a\", \"b\"], amount = \"1\" }, { kinds = [\"b\"], followers_from = 9, amount = \"2\" }]\n";
    let text = format!("{HEAD}{rest}");
    let found: Vec<_> =
        Terms::parse(&text).unwrap().warnings_in(&text).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 7, "{found:?}");
    assert!(found[0].starts_with("line 11: commission `a` and `b` are equally specific"));
    assert!(found[1].starts_with("line 16: commission `old` can never match: it ends at 2025-01-01"));
    assert!(found[2].starts_with("line 20: commission `none` can never match: nobody has"));
    assert!(
        found[3].starts_with("line 25: commission `odd` can never match: `1 > 2` is never true"),
        "{}",
        found[3]
    );
    assert!(found[4].starts_with("line 31: commission `mixed`: its expression fails on an ordinary order"));
    assert!(
        found[5]
            .starts_with("line 36: commission `rich`: the rates can exceed its budget: 10% of the 80000.00")
    );
    assert!(found[6].starts_with("line 40: post_fee `fee`: row 2 of its table (2.00) can never match"));
}

/// Every warning says what would be right.
#[test]
fn warnings_say_what_would_be_right() {
    let two =
        "[[commission]]\nid = 'a'\npays.percent = '1%'\n[[commission]]\nid = 'b'\npays.percent = '2%'\n";
    for (rest, right) in [
        (two, "put the one first that shall win, or give one of them another condition in `when`"),
        (
            "[[post_fee]]\nid = 'f'\namount = '1'\nuntil = '2025-01-01T00:00:00Z'\n",
            "let it end later, or leave it out of this version",
        ),
        (
            "[[mission]]\nid = 'm'\nrequires.conversions = 1\ngives = [{ badge = 'B' }]\nuntil = '2025-01-01T00:00:00Z'\n",
            "let it end later, or leave it out of this version",
        ),
        (
            "[[leaderboard]]\nid = 'l'\nmetric = 'posts'\nseason = { name = 'old', from = '2024-01-01T00:00:00Z', \
             until = '2025-01-01T00:00:00Z' }\n",
            "let it end later, or leave it out of this version",
        ),
        (
            "[[post_fee]]\nid = 'f'\namount = '1'\ndisclosed = true\ndisclosure_hashtags = []\n",
            "or leave the key out for the usual ones",
        ),
        ("[[click_fee]]\nid = 'c'\namount = '0'\n", "give it one, such as \"0.025\", or leave it out"),
        (
            "[[click_fee]]\nid = 'c'\namount = '0.02'\nuntil = '2025-01-01T00:00:00Z'\n",
            "let it end later, or leave it out of this version",
        ),
        ("[attribution]\nprecedence = []\n", "or leave the key out for the usual order"),
        ("[[bonus]]\nid = 'b'\nby = 'orders'\nfrom = '5'\namount = '1'\n", "or leave the bonus out"),
    ] {
        let text = format!("{HEAD}{rest}");
        let found = Terms::parse(&text).unwrap().warnings_in(&text);
        assert!(found.len() == 1 && found[0].message.ends_with(right), "{rest}: {found:?}");
    }
}
