//! What must hold of the funnel of any books.

use std::collections::BTreeMap;

use tribute_money::Millionths;
use tribute_reports::{
    Books, Filter,
    report::{Funnel, FunnelBy, FunnelLine, FunnelRow, Summary, collect},
};

use crate::{Pipeline, Story, wait};

/// Every way to look at a funnel.
pub const WAYS: [FunnelBy; 5] =
    [FunnelBy::Post, FunnelBy::Ambassador, FunnelBy::Campaign, FunnelBy::Tier, FunnelBy::Kind];

/// Figures by name; amounts in millionths.
type Figures = BTreeMap<String, i128>;

/// Brand, program, currency.
type Group = (String, String, String);

impl Story {
    /// The funnel, in words: one line for each row.
    pub fn funnel(&self, by: FunnelBy) -> Vec<String> {
        let mut pipeline = Pipeline::on_sqlite();
        pipeline.feed(self.lines());
        let books = Books { database: pipeline.database(), registry: pipeline.registry() };
        assert_eq!(wait(broken(&books)), Vec::<String>::new());
        wait(collect(&Funnel::by(by), &books, &Filter::default())).unwrap().iter().map(told).collect()
    }
}

fn told(row: &FunnelRow) -> String {
    let author = row.author.as_ref().map_or_else(String::new, |who| format!(" ({who})"));
    let part = match row.line {
        FunnelLine::Total => "total",
        FunnelLine::Part | FunnelLine::None => row.part.as_deref().unwrap_or("-"),
    };
    let value = row.earned_media_value.as_ref();
    let value = value.map_or_else(|| "-".to_owned(), |it| format!("{} {}", it.amount, it.currency));
    format!(
        "{part}{author}: reach {}, engagement {}, clicks {}, orders {}, net {}, fees {}, commission {}, perks {}, cost {}, return {}, media value {value}",
        row.reach,
        row.engagement_rate.as_deref().unwrap_or("-"),
        row.clicks,
        row.orders,
        row.net_revenue.amount,
        row.fees.amount,
        row.commission.amount,
        row.perk_value.amount,
        row.cost.amount,
        row.return_on_cost.as_deref().unwrap_or("-"),
    )
}

/// Every statement that does not hold: the parts add up to the total, the total is the same whatever a row is of, and
/// it is what the summary says.
pub async fn broken(books: &Books<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut totals: Option<BTreeMap<Group, Figures>> = None;
    for by in WAYS {
        let rows = collect(&Funnel::by(by), books, &Filter::default()).await.unwrap();
        let (parts, total) = added(&rows);
        wrong.extend(parts_that_do_not_add_up(by, &parts, &total));
        let first = totals.get_or_insert_with(|| total.clone());
        if *first != total {
            wrong.push(format!(
                "the totals by {} are {total:?}, by {} {first:?}",
                by.as_str(),
                WAYS[0].as_str()
            ));
        }
    }
    wrong.extend(unlike_the_summary(books, &totals.unwrap_or_default()).await);
    wrong
}

/// The parts added up, and the totals as they are stated.
fn added(rows: &[FunnelRow]) -> (BTreeMap<Group, Figures>, BTreeMap<Group, Figures>) {
    let (mut parts, mut totals) = (BTreeMap::new(), BTreeMap::new());
    for row in rows {
        let sums = if row.line == FunnelLine::Total { &mut totals } else { &mut parts };
        let key = (row.brand.clone(), row.program.clone(), row.cost.currency.clone());
        let sums: &mut Figures = sums.entry(key).or_default();
        for (name, figure) in figures(row) {
            *sums.entry(name.to_owned()).or_default() += figure;
        }
    }
    (parts, totals)
}

fn figures(row: &FunnelRow) -> [(&'static str, i128); 13] {
    let amount = |it: &tribute_reports::report::Amount| millionths(&it.amount);
    [
        ("posts", row.posts.into()),
        ("reach", row.reach.into()),
        ("interactions", row.interactions.into()),
        ("clicks", row.clicks.into()),
        ("orders", row.orders.into()),
        ("net_revenue", amount(&row.net_revenue)),
        ("fees", amount(&row.fees)),
        ("commission", amount(&row.commission)),
        ("rewards", amount(&row.rewards)),
        ("perk_value", amount(&row.perk_value)),
        ("perks_without_value", row.perks_without_value.into()),
        ("cost", amount(&row.cost)),
        ("media_value", row.earned_media_value.as_ref().map_or(0, amount)),
    ]
}

fn millionths(amount: &str) -> i128 {
    amount.parse::<Millionths>().unwrap().get().into()
}

/// A shared order counts in every part that has a share in it, and once in the total.
fn parts_that_do_not_add_up(
    by: FunnelBy,
    parts: &BTreeMap<Group, Figures>,
    totals: &BTreeMap<Group, Figures>,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (group, total) in totals {
        for (name, stated) in total {
            let sum = parts.get(group).and_then(|it| it.get(name)).copied().unwrap_or_default();
            let holds = if name == "orders" { sum >= *stated } else { sum == *stated };
            if !holds {
                wrong.push(format!("{name} of {group:?} by {}: {sum} of {stated}", by.as_str()));
            }
        }
    }
    wrong
}

async fn unlike_the_summary(books: &Books<'_>, totals: &BTreeMap<Group, Figures>) -> Vec<String> {
    let mut said: BTreeMap<(Group, &str), i128> = BTreeMap::new();
    for row in collect(&Summary, books, &Filter::default()).await.unwrap() {
        let (Some(brand), Some(program), Some(amount)) = (row.brand, row.program, row.amount) else {
            continue;
        };
        let group = (brand, program, amount.currency);
        let name = match row.measure.as_str() {
            "conversions_credited" => "net_revenue",
            "commission" | "recruiter" => "commission",
            "fees" => "fees",
            "bonuses" | "prizes" | "referral" | "guarantee" => "rewards",
            _ => continue,
        };
        if name == "net_revenue" {
            said.insert((group.clone(), "orders"), row.count.into());
        }
        *said.entry((group, name)).or_default() += millionths(&amount.amount);
    }
    let mut wrong = Vec::new();
    for (group, total) in totals {
        for name in ["orders", "net_revenue", "commission", "fees", "rewards"] {
            let said = said.remove(&(group.clone(), name)).unwrap_or_default();
            if total[name] != said {
                wrong.push(format!("{name} of {group:?}: {} here, {said} in the summary", total[name]));
            }
        }
    }
    wrong.extend(said.into_iter().map(|(what, said)| format!("{what:?}: {said} in the summary only")));
    wrong
}
