//! What banks, warehouses and ambassadors say to what the clock brought about.

use anyhow::Result;
use tribute_events::Timestamp;
use tribute_store::Database;
use tribute_tools::Random;

use crate::watch::rows;

/// How many grants are answered after a tick.
const GRANTS: usize = 200;

/// What becomes of the payouts that are proposed and of the grants, in the order in which it is said.
pub(crate) async fn answers(database: &Database, at: Timestamp, seed: u64) -> Result<Vec<String>> {
    let mut random = Random::new(seed ^ at.millis().unsigned_abs());
    let mut lines = Vec::new();
    let text = "SELECT brand, payout FROM payout WHERE status = 'proposed' ORDER BY brand, payout";
    for row in rows(database, text).await? {
        let (brand, payout): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        lines.extend(bank(&brand, &payout, at, &mut random));
    }
    let text = format!(
        "SELECT brand, grant_id, program, ambassador, asset, status FROM reward \
         WHERE status IN ('reserved', 'granted') ORDER BY brand, grant_id LIMIT {GRANTS}"
    );
    for row in rows(database, &text).await? {
        let field = |index: usize| row.try_get_by_index::<String>(index);
        let grant = [field(0)?, field(1)?, field(2)?, field(3)?, field(4)?, field(5)?];
        lines.extend(reaction(&grant, at, &mut random));
    }
    Ok(lines)
}

fn bank(brand: &str, payout: &str, at: Timestamp, random: &mut Random) -> Vec<String> {
    let outcomes: &[&str] = match random.below(6) {
        0 | 1 => &["settled"],
        2 => &["sent", "settled", "returned"],
        3 => &["failed"],
        4 => &["settled", "settled", "unclaimed"],
        _ => return Vec::new(),
    };
    let exported = format!(r#"{{"payouts":["{payout}"],"file":"f","sha256":"0"}}"#);
    let mut lines = vec![event(brand, &format!("file-{payout}"), "payout_file.exported", at, &exported)];
    for (place, outcome) in outcomes.iter().enumerate() {
        let data = format!(r#"{{"payout":"{payout}","outcome":"{outcome}"}}"#);
        lines.push(event(brand, &format!("bank-{place}-{payout}"), "settlement.reported", at, &data));
    }
    lines
}

fn reaction(grant: &[String; 6], at: Timestamp, random: &mut Random) -> Option<String> {
    let [brand, id, program, ambassador, asset, status] = grant;
    match (status.as_str(), random.below(4)) {
        ("reserved", draw @ (0 | 1)) => {
            let outcome = if draw == 0 { "delivered" } else { "cancelled" };
            let data = format!(r#"{{"grant":"{id}","outcome":"{outcome}"}}"#);
            Some(event(brand, &format!("perk-{id}-{at}"), "perk.fulfilled", at, &data))
        }
        ("granted", 0) => {
            let data = format!(
                r#"{{"program":"{program}","ambassador":"{ambassador}","token":"{asset}","amount":"1","reason":"hat"}}"#
            );
            Some(event(brand, &format!("spent-{id}-{at}"), "token.spent", at, &data))
        }
        _ => None,
    }
}

fn event(brand: &str, id: &str, kind: &str, at: Timestamp, data: &str) -> String {
    let time = at.plus(1);
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"/proof","type":"tribute.{kind}","brand":"{brand}","time":"{time}","recordedtime":"{time}","data":{data}}}"#
    )
}
