//! The texts of the bulk statements. Every name is quoted; parameters are `$1`, `$2` … on both databases.

use sea_orm::{DbBackend, EntityTrait, Value};

use crate::layout::{Field, Layout};
use crate::{Operation, StoreError};

/// What an INSERT does with a row that is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnConflict {
    Fail,
    Skip,
    Replace,
}

/// `"a", "b"`, each with a prefix such as `t.`.
pub(crate) fn names<E: EntityTrait>(fields: &[Field<E>], prefix: &str) -> String {
    joined(fields.iter().map(|field| format!("{prefix}\"{}\"", field.name)), ", ")
}

pub(crate) fn joined(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

/// `INSERT INTO "t" ("a", "b")`.
pub(crate) fn insert_into<E: EntityTrait>(layout: &Layout<E>) -> String {
    format!("INSERT INTO \"{}\" ({})", layout.table, names(&layout.fields, ""))
}

/// `ON CONFLICT …` for the end of an INSERT.
pub(crate) fn on_conflict<E: EntityTrait>(layout: &Layout<E>, key: &[Field<E>], mode: OnConflict) -> String {
    let others = layout.fields.iter().filter(|field| key.iter().all(|part| part.name != field.name));
    let set = joined(others.map(|field| format!("\"{0}\" = excluded.\"{0}\"", field.name)), ", ");
    match mode {
        OnConflict::Fail => String::new(),
        OnConflict::Skip => " ON CONFLICT DO NOTHING".to_owned(),
        OnConflict::Replace if set.is_empty() => " ON CONFLICT DO NOTHING".to_owned(),
        OnConflict::Replace => format!(" ON CONFLICT ({}) DO UPDATE SET {set}", names(key, "")),
    }
}

/// `SELECT "a", "b" FROM "t" WHERE condition`.
pub(crate) fn select_where<E: EntityTrait>(layout: &Layout<E>, condition: &str) -> String {
    format!("SELECT {} FROM \"{}\" WHERE {condition}", names(&layout.fields, ""), layout.table)
}

/// `SELECT max("a") FROM "t" WHERE condition`.
pub(crate) fn highest<E: EntityTrait>(layout: &Layout<E>, column: &[Field<E>], condition: &str) -> String {
    format!("SELECT max({}) FROM \"{}\" WHERE {condition}", names(column, ""), layout.table)
}

/// `SELECT count(*) FROM "t" WHERE condition`.
pub(crate) fn count<E: EntityTrait>(layout: &Layout<E>, condition: &str) -> String {
    format!("SELECT count(*) FROM \"{}\" WHERE {condition}", layout.table)
}

/// The clock of the database as an expression, ms UTC.
pub(crate) const fn now(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => "CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        _ => "CAST(unixepoch('subsec') * 1000 AS INTEGER)",
    }
}

/// Checks that a free text uses each of its parameters, and no others. PostgreSQL would not mind one too many.
pub(crate) fn check_parameters(operation: Operation, text: &str, values: &[Value]) -> Result<(), StoreError> {
    let mut used = vec![false; values.len()];
    for part in text.split('$').skip(1) {
        let digits = part.find(|letter: char| !letter.is_ascii_digit()).map_or(part, |end| &part[..end]);
        let Ok(number) = digits.parse::<usize>() else { continue };
        match number.checked_sub(1).and_then(|index| used.get_mut(index)) {
            Some(parameter) => *parameter = true,
            None => {
                return Err(StoreError::misuse(
                    operation,
                    "*",
                    format!("no value for ${number} in {text:?}"),
                ));
            }
        }
    }
    match used.iter().zip(1_usize..).find(|(used, _)| !**used) {
        Some((_, number)) => {
            Err(StoreError::misuse(operation, "*", format!("${number} does not occur in {text:?}")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::check_parameters;
    use crate::Operation;

    #[test]
    fn each_parameter_is_used_and_has_a_value() {
        let check = |text, count: i64| {
            let values: Vec<_> = (0..count).map(Into::into).collect();
            check_parameters(Operation::Read, text, &values).is_ok()
        };
        assert!(
            check("TRUE", 0) && check("a = $2 AND b < $1 AND c = $2", 2) && check("a = '5 $' AND b = $1", 1)
        );
        assert!(
            !check("TRUE", 1)
                && !check("a = $1 AND b = $12", 2)
                && !check("a = $0", 1)
                && !check("a = $2", 2)
        );
    }
}
