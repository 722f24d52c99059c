//! Two versions of a program's terms, compared in words.

use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use crate::Terms;

/// One thing in which newer terms differ from older ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What differs: `attribution window`, ``commission `ten` percent``.
    pub what: String,
    /// As it was; absent where it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// As it is now; absent where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.before, &self.after) {
            (Some(before), Some(after)) => write!(f, "{}: {before} → {after}", self.what),
            (None, Some(after)) => write!(f, "{} is new: {after}", self.what),
            (Some(before), None) => write!(f, "{} is gone; it was {before}", self.what),
            (None, None) => f.write_str(&self.what),
        }
    }
}

impl Terms {
    /// In what `newer` terms differ from these, in the order of the file. Rules are compared by their ids, wherever
    /// they stand. What a file leaves out counts as the default that holds then.
    #[must_use]
    pub fn differences(&self, newer: &Self) -> Vec<Difference> {
        let mut found = Vec::new();
        compare("", &fields(self), &fields(newer), &mut found);
        found
    }
}

/// Every field with its default, by name. Terms have texts for keys: nothing here can fail.
fn fields(terms: &Terms) -> Value {
    serde_json::to_value(terms).unwrap_or_default()
}

fn compare(place: &str, before: &Value, after: &Value, found: &mut Vec<Difference>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) if same_shape(old, new) => objects(place, old, new, found),
        (Value::Array(old), Value::Array(new)) if is_of_rules(old) && is_of_rules(new) => {
            rules(place, old, new, found)
        }
        _ => found.push(Difference {
            what: place.to_owned(),
            before: Some(shown(before)),
            after: Some(shown(after)),
        }),
    }
}

/// Objects with one field each are choices (`percent`, `per_order` …); of two choices the whole is compared.
fn same_shape(old: &Map<String, Value>, new: &Map<String, Value>) -> bool {
    let choice = |it: &Map<String, Value>| it.len() == 1;
    !(choice(old) && choice(new)) || old.keys().eq(new.keys())
}

fn objects(place: &str, old: &Map<String, Value>, new: &Map<String, Value>, found: &mut Vec<Difference>) {
    let added = new.keys().filter(|name| !old.contains_key(*name));
    for name in old.keys().chain(added) {
        let of = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
        compare(&within(place, name), &of(old), &of(new), found);
    }
}

fn rules(place: &str, old: &[Value], new: &[Value], found: &mut Vec<Difference>) {
    let with = |list: &'_ [Value], id: &str| list.iter().find(|rule| id_of(rule) == Some(id)).cloned();
    for rule in old {
        let id = id_of(rule).unwrap_or_default();
        let what = format!("{place} `{id}`");
        match with(new, id) {
            Some(newer) => compare(&what, rule, &newer, found),
            None => found.push(Difference { what, before: Some(shown(rule)), after: None }),
        }
    }
    for rule in new {
        let id = id_of(rule).unwrap_or_default();
        if with(old, id).is_none() {
            let what = format!("{place} `{id}`");
            found.push(Difference { what, before: None, after: Some(shown(rule)) });
        }
    }
    let ids = |list: &[Value], other: &[Value]| -> Vec<String> {
        let ids = list.iter().filter_map(id_of).filter(|id| with(other, id).is_some());
        ids.map(|id| format!("`{id}`")).collect()
    };
    let (before, after) = (ids(old, new), ids(new, old));
    if before != after {
        let what = format!("{place}, the order in the file, which decides between equals");
        found.push(Difference { what, before: Some(before.join(", ")), after: Some(after.join(", ")) });
    }
}

fn id_of(rule: &Value) -> Option<&str> {
    rule.get("id")?.as_str()
}

fn is_of_rules(list: &[Value]) -> bool {
    list.iter().all(|rule| id_of(rule).is_some())
}

/// The name as a person says it. `when` and `pays` only hold other fields together.
fn within(place: &str, name: &str) -> String {
    let name = name.replace('_', " ");
    match (place, name.as_str()) {
        ("", _) => name,
        (_, "pays" | "when") => place.to_owned(),
        _ => format!("{place} {name}"),
    }
}

/// A value as a person writes it: fields that say nothing are left out.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(fields) => {
            let said = fields.iter().filter(|(name, value)| *name != "id" && says_something(value));
            let said = said.map(|(name, value)| match (name.as_str(), value) {
                ("pays" | "when", _) => shown(value),
                (_, Value::Object(_)) => format!("{} ({})", name.replace('_', " "), shown(value)),
                _ => format!("{} {}", name.replace('_', " "), shown(value)),
            });
            said.collect::<Vec<_>>().join(", ")
        }
    }
}

fn says_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(list) => !list.is_empty(),
        Value::Object(fields) => fields.values().any(says_something),
        Value::String(text) => !["", "0.00", "0s", "none", "all_time"].contains(&text.as_str()),
        Value::Number(number) => number.as_u64() != Some(0),
        Value::Bool(true) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(version: &str, rest: &str) -> Terms {
        let head = "[program]\nbrand = \"acme\"\nid = \"friends\"\neffective_from = \"2026-01-01T00:00:00Z\"\ncurrency = \"USD\"\n";
        Terms::parse(&format!("{head}version = \"{version}\"\n{rest}")).unwrap()
    }

    fn said(old: &str, new: &str) -> Vec<String> {
        terms("1", old).differences(&terms("1", new)).iter().map(ToString::to_string).collect()
    }

    const TEN: &str = "[[commission]]\nid = \"ten\"\npays.percent = \"10%\"\n";

    #[test]
    fn what_changed_is_said_in_words() {
        assert_eq!(said(TEN, TEN), Vec::<String>::new());
        assert_eq!(said(TEN, &TEN.replace("10%", "8%")), ["commission `ten` percent: 10% → 8%"]);
        assert_eq!(
            said(TEN, &TEN.replace("percent = \"10%\"", "per_order = \"5.00\"")),
            ["commission `ten`: percent 10% → per order 5.00"]
        );
        assert_eq!(
            said(TEN, &format!("[attribution]\nwindow = \"14d\"\n{TEN}")),
            ["attribution window: 30d → 14d"]
        );
        assert_eq!(
            said(TEN, &format!("{TEN}when.regions = [\"CA\", \"NY\"]\n")),
            ["commission `ten` regions: none → CA, NY"]
        );
        assert_eq!(
            said("", &format!("{TEN}when.customer = \"new\"\n")),
            ["commission `ten` is new: percent 10%, customer new"]
        );
        assert_eq!(said(TEN, ""), ["commission `ten` is gone; it was percent 10%"]);
    }

    #[test]
    fn the_order_of_rules_is_part_of_the_terms() {
        let five = "[[commission]]\nid = \"five\"\npays.percent = \"5%\"\n";
        let found = said(&format!("{TEN}{five}"), &format!("{five}{TEN}"));
        assert_eq!(
            found,
            [
                "commission, the order in the file, which decides between equals: `ten`, `five` → `five`, `ten`"
            ]
        );
    }
}
