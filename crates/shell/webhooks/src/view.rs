//! What an ambassador may see of what the services say: their own, and nothing of anybody else.

use serde_json::Value;
use tribute_store::entity::webhook_endpoint;

use crate::said::Said;

/// An event as an ambassador may see it; nothing where it is not theirs. What is not known to be harmless is not shown:
/// conversions name who else had a claim, findings rest on what others did.
#[must_use]
pub fn own_view(event: &Said, ambassador: &str) -> Option<String> {
    let mine = event.head.ambassador() == Some(ambassador);
    match event.head.kind.split('.').nth(1)? {
        "earning" | "reward" | "payout" | "standing" => mine.then(|| event.line.clone()),
        "deliverable" if mine => changed(event, |data| {
            data.insert("instead".into(), Value::Null);
            true
        }),
        "leaderboard" => changed(event, |data| {
            let Some(Value::Array(ranks)) = data.get_mut("ranks") else { return false };
            ranks.retain(|rank| rank.get("ambassador").and_then(Value::as_str) == Some(ambassador));
            !ranks.is_empty()
        }),
        _ => None,
    }
}

/// An event as an endpoint gets it: the whole of it where the brand itself has the endpoint, an ambassador's own where it
/// is theirs, and where an app has it for all of them, what each may see of their own.
pub(crate) fn endpoint_view(event: &Said, endpoint: &webhook_endpoint::Model) -> Option<String> {
    match (&endpoint.ambassador, &endpoint.app) {
        (Some(own), _) => own_view(event, own),
        (None, Some(_)) => app_view(event),
        (None, None) => Some(event.line.clone()),
    }
}

/// Whether an endpoint may see an event.
pub(crate) fn may_see(event: &Said, endpoint: &webhook_endpoint::Model) -> bool {
    let is_whole = endpoint.ambassador.is_none() && endpoint.app.is_none();
    is_whole || endpoint_view(event, endpoint).is_some()
}

/// An event as an app may see it that speaks for every ambassador, one at a time. Everybody who looks at a frozen board
/// sees who stands on it.
fn app_view(event: &Said) -> Option<String> {
    if event.head.kind.starts_with("tribute.leaderboard.") {
        return Some(event.line.clone());
    }
    own_view(event, event.head.ambassador()?)
}

/// The event with another content, where there is any left.
fn changed(event: &Said, change: impl FnOnce(&mut serde_json::Map<String, Value>) -> bool) -> Option<String> {
    let mut whole: Value = serde_json::from_str(&event.line).ok()?;
    let data = whole.get_mut("data")?.as_object_mut()?;
    change(data).then(|| whole.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str, data: &Value) -> Said {
        let whole = json!({"type": kind, "brand": "acme", "time": "2026-03-01T00:00:00Z", "data": data});
        Said { number: 1, line: whole.to_string(), head: serde_json::from_value(whole).unwrap() }
    }

    #[test]
    fn an_ambassador_sees_their_own_alone() {
        let own = json!({"ambassador": "ada", "amount": "5.00"});
        for kind in [
            "tribute.earning.paid",
            "tribute.reward.granted",
            "tribute.payout.sent",
            "tribute.standing.changed",
        ] {
            let event = event(kind, &own);
            assert_eq!(own_view(&event, "ada"), Some(event.line.clone()));
            assert_eq!(own_view(&event, "bob"), None, "{kind}");
        }
        for kind in [
            "tribute.finding.opened",
            "tribute.conversion.credited",
            "tribute.event.rejected",
            "tribute.new.said",
        ] {
            assert_eq!(own_view(&event(kind, &own), "ada"), None, "{kind}");
        }
    }

    #[test]
    fn an_app_sees_of_everybody_what_they_see_of_themselves() {
        let about = json!({"ambassador": "ada", "instead": "bob", "amount": "5.00"});
        for (kind, is_seen) in [
            ("tribute.earning.paid", true),
            ("tribute.payout.sent", true),
            ("tribute.leaderboard.frozen", true),
            ("tribute.finding.opened", false),
            ("tribute.conversion.credited", false),
            ("tribute.event.rejected", false),
        ] {
            assert_eq!(app_view(&event(kind, &about)).is_some(), is_seen, "{kind}");
        }
        assert!(!app_view(&event("tribute.deliverable.missed", &about)).unwrap().contains("bob"));
        assert_eq!(app_view(&event("tribute.earning.paid", &json!({}))), None, "it is about nobody");
    }

    #[test]
    fn what_names_others_is_shown_without_them() {
        let missed = event("tribute.deliverable.missed", &json!({"ambassador": "ada", "instead": "bob"}));
        assert!(own_view(&missed, "bob").is_none() && !own_view(&missed, "ada").unwrap().contains("bob"));
        let ranks = json!({"ranks": [{"rank": 1, "ambassador": "bob"}, {"rank": 2, "ambassador": "ada"}]});
        let frozen = event("tribute.leaderboard.frozen", &ranks);
        let seen: Value = serde_json::from_str(&own_view(&frozen, "ada").unwrap()).unwrap();
        assert_eq!(seen["data"]["ranks"], json!([{"rank": 2, "ambassador": "ada"}]));
        assert_eq!(own_view(&frozen, "eve"), None);
    }
}
