//! Random terms: small, but with everything in them that makes earnings depend on each other.

use std::fmt::Write;

use tribute_tools::Random;

/// A version of a program's terms, valid from a day of the story on.
pub(crate) fn terms(random: &mut Random, program: &str, version: u32, from: &str) -> String {
    let mut text = format!(
        "[program]\nbrand = 'acme'\nid = '{program}'\nversion = '{version}'\neffective_from = '{from}'\ncurrency = 'USD'\n"
    );
    if random.chance(30) {
        text += "rounding = 'half_even'\n";
    }
    attribution(random, &mut text);
    let ranked = random.chance(35);
    if ranked {
        ranks(random, &mut text);
    }
    commission(random, &mut text, ranked);
    posts(random, &mut text, ranked);
    clicks(random, &mut text);
    rewards(random, &mut text, ranked);
    payout(random, &mut text);
    // The auditor has no word for holds.
    text += "[fraud]\noff = true\n";
    text
}

fn attribution(random: &mut Random, text: &mut String) {
    let model = random.pick(&["last_touch", "first_touch", "linear", "position_based", "time_decay"]);
    let window = random.pick(&["5d", "30d", "30d", "60d"]);
    let hold = random.pick(&["0d", "2d", "10d", "30d"]);
    let grace = random.pick(&["0s", "24h"]);
    let _ = writeln!(
        text,
        "[attribution]\nmodel = '{model}'\nwindow = '{window}'\nhold = '{hold}'\ngrace = '{grace}'"
    );
    for (field, percent) in [("posts", 25), ("lifetime", 25)] {
        if random.chance(percent) {
            let _ = writeln!(text, "{field} = true");
        }
    }
    if random.chance(15) {
        *text += "min_click_to_order = '2h'\n";
    }
    if random.chance(10) {
        *text += "precedence = ['override', 'click', 'code', 'binding', 'workshop', 'fallback_code', 'view', 'post']\n";
    }
}

/// Tiers of ambassadors, each by its own measure.
fn ranks(random: &mut Random, text: &mut String) {
    let (period, platform) =
        (random.pick(&["month", "week"]), random.pick(&["", "followers_on = 'clips'\n"]));
    let sold = random.pick(&["by = 'orders'\nfrom = '2'", "by = 'revenue'\nfrom = '90'"]);
    let _ = writeln!(
        text,
        "[[tier]]\nid = 'silver'\nby = 'followers'\nfrom = '1000'\n{platform}[[tier]]\nid = 'gold'\n{sold}\nperiod = '{period}'"
    );
}

/// The rules keep their ids from version to version.
fn commission(random: &mut Random, text: &mut String, ranked: bool) {
    let rate = random.between(1, 30);
    match random.below(6) {
        0 | 1 => rule(random, text, "base", &format!("pays.percent = '{rate}.5%'")),
        2 => rule(random, text, "base", "pays.per_order = '7.00'"),
        3 => rule(random, text, "base", "pays.per_item = '1.25'"),
        4 => tiers(random, text, "revenue", ["0", "100", "250"]),
        _ => tiers(random, text, "orders", ["0", "2", "3"]),
    }
    for (id, percent, body) in [
        ("newcomer", 20, "pays.percent = '15%'\nwhen.customer = 'new'"),
        ("again", 20, "pays.percent = '3%'\nwhen.customer = 'returning'"),
        ("books", 20, "pays.percent = '40%'\nwhen.categories = ['books']"),
        ("ana", 10, "pays.percent = '25%'\nwhen.ambassadors = ['A']"),
        ("fans", 10, "pays.percent = '22%'\nwhen.followers_from = 1000"),
        ("clips", 10, "pays.percent = '21%'\nwhen.followers_from = 1000\nwhen.followers_on = 'clips'"),
        (
            "all-in",
            10,
            "pays.percent = '9%'\nwhen.channels = ['store']\ninclude_tax = true\ninclude_shipping = true",
        ),
    ] {
        if random.chance(percent) {
            let _ = writeln!(text, "[[commission]]\nid = '{id}'\n{body}");
        }
    }
    if ranked && random.chance(60) {
        *text += "[[commission]]\nid = 'gold'\npays.percent = '18%'\nwhen.tiers = ['gold']\n";
    }
    if random.chance(20) {
        let (amount, period) = (random.between(5, 40), random.pick(&["month", "all_time"]));
        let _ =
            writeln!(text, "[[budget]]\nid = 'all'\nrules = ['*']\namount = '{amount}'\nperiod = '{period}'");
    }
    if random.chance(30) {
        *text += "[recruiter]\nfirst_level = '10%'\nsecond_level = '5%'\n";
    }
}

fn rule(random: &mut Random, text: &mut String, id: &str, pays: &str) {
    let _ = writeln!(text, "[[commission]]\nid = '{id}'\n{pays}");
    let caps = [
        "caps.per_order = '4.00'",
        "caps.per_ambassador = '12.00'\ncaps.period = 'month'",
        "caps.per_ambassador = '30.00'",
        "minimum_order = '20.00'",
    ];
    if random.chance(40) {
        let _ = writeln!(text, "{}", random.pick(&caps));
    }
    match random.below(4) {
        0 => *text += "renewals.months = 1\n",
        1 => *text += "renewals = 'forever'\n",
        _ => {}
    }
}

fn tiers(random: &mut Random, text: &mut String, by: &str, from: [&str; 3]) {
    let mode = random.pick(&["marginal", "retroactive"]);
    let period = random.pick(&["month", "week", "all_time"]);
    let steps: Vec<_> = from
        .iter()
        .zip([4, 6, 11])
        .map(|(from, rate)| format!("{{from = '{from}', percent = '{rate}%'}}"))
        .collect();
    let _ = writeln!(
        text,
        "[[commission]]\nid = 'base'\n[commission.pays.tiers]\nby = '{by}'\nmode = '{mode}'\nperiod = '{period}'\nsteps = [{}]",
        steps.join(", ")
    );
}

fn posts(random: &mut Random, text: &mut String, ranked: bool) {
    if random.chance(50) {
        *text += "[[post_fee]]\nid = 'fee'\namount = '5.00'\n";
        for (line, percent) in [
            ("campaigns = ['spring']\n", 40),
            ("kinds = ['video']\n", 20),
            ("interactions_from = 50\n", 40),
            ("review = true\n", 30),
            ("disclosed = true\n", 30),
            ("late = '50%'\n", 30),
            ("live = '7d'\n", 40),
        ] {
            if random.chance(percent) {
                *text += line;
            }
        }
        if ranked && random.chance(60) {
            *text += "table = [{ tiers = ['gold', 'silver'], amount = '8.00' }]\n";
        }
    }
}

fn clicks(random: &mut Random, text: &mut String) {
    if random.chance(40) {
        let amount = random.pick(&["0.025", "0.40"]);
        let _ = writeln!(text, "[[click_fee]]\nid = 'visit'\namount = '{amount}'");
        if random.chance(40) {
            *text += "per_day = 2\n";
        }
    }
}

fn rewards(random: &mut Random, text: &mut String, ranked: bool) {
    if random.chance(35) {
        let by = random.pick(&["by = 'orders'\nfrom = '2'", "by = 'revenue'\nfrom = '150'"]);
        let period = random.pick(&["month", "all_time"]);
        let _ = writeln!(text, "[[bonus]]\nid = 'bonus'\n{by}\nperiod = '{period}'\namount = '9.00'");
    }
    if random.chance(30) {
        let (count, rounds) = (random.between(1, 2), random.below(3));
        let tiers = if ranked && random.chance(50) { "tiers = ['gold']\n" } else { "" };
        let gives =
            random.pick(&["gives = [{ token = 'COIN', units = 10 }]", "gives = [{ perk = 'SKU:TOTE' }]"]);
        let _ = writeln!(
            text,
            "[[mission]]\nid = 'sell'\n{tiers}requires.conversions = {count}\nrounds = {rounds}\n{gives}"
        );
    }
    if random.chance(30) {
        let (count, review) = (random.between(1, 2), random.chance(40));
        let tiers = if ranked && random.chance(50) { "tiers = ['silver', 'gold']\n" } else { "" };
        let _ = writeln!(
            text,
            "[[mission]]\nid = 'tell'\n{tiers}requires.posts = {{ count = {count}, hashtags = ['spring'], review = {review}, live = '5d' }}\nrounds = 0\ngives = [{{ token = 'COIN', units = 3 }}]"
        );
    }
    if random.chance(40) {
        let metric = random.pick(&["net_revenue", "conversions", "posts", "engagement", "tokens"]);
        let segment = random.pick(&["everyone", "region"]);
        let _ = writeln!(
            text,
            "[[leaderboard]]\nid = 'top'\nmetric = '{metric}'\nperiod = 'month'\nsegment = '{segment}'\ngrace = '2d'\nprizes = ['10.01', '5.00']"
        );
    }
}

fn payout(random: &mut Random, text: &mut String) {
    let schedule = random.pick(&["monthly", "weekly"]);
    let minimum = random.pick(&["0", "8.00"]);
    let currency = random.pick(&["earning", "ambassador"]);
    let _ = writeln!(
        text,
        "[payout]\nschedule = '{schedule}'\nminimum = '{minimum}'\ncurrency = '{currency}'\napproval = false"
    );
}
