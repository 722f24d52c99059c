//! What of an expression can be known to be wrong before any fact is seen.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue};
use tribute_money::Millionths;

/// What can be called. Operators have names that nobody can write.
const FUNCTIONS: [&str; 12] = [
    "amount",
    "size",
    "contains",
    "startsWith",
    "endsWith",
    "int",
    "string",
    "has",
    "exists",
    "all",
    "filter",
    "map",
];

/// Every problem of an expression that knows `names` alone.
pub(crate) fn problems(expression: &IdedExpr, names: &[&str]) -> Vec<String> {
    let mut walk = Walk { names, own: Vec::new(), found: Vec::new() };
    walk.visit(&expression.expr);
    walk.found
}

struct Walk<'a> {
    names: &'a [&'a str],
    /// The names that `exists(name, …)` and its like give to the members of a list.
    own: Vec<String>,
    found: Vec<String>,
}

impl Walk<'_> {
    fn visit(&mut self, expression: &Expr) {
        if let Some(name) = qualified(expression) {
            return self.name(&name);
        }
        match expression {
            Expr::Literal(LiteralValue::Double(number)) => self.found.push(format!(
                "{} is a floating-point number, which is no exact amount; write amount(\"{}\") or a whole number",
                number.inner(),
                number.inner()
            )),
            Expr::Call(call) => self.call(call),
            Expr::Select(select) => self.visit(&select.operand.expr),
            Expr::List(list) => list.elements.iter().for_each(|it| self.visit(&it.expr)),
            // The members of a map have no order, and an answer must not depend on one.
            Expr::Map(_) | Expr::Struct(_) => {
                self.found.push("`{…}` is not known here; write a list such as [\"CA\", \"NY\"]".to_owned());
            }
            Expr::Comprehension(it) => {
                self.visit(&it.iter_range.expr);
                let before = self.own.len();
                self.own.extend([it.iter_var.clone(), it.accu_var.clone()]);
                self.own.extend(it.iter_var2.clone());
                for part in [&it.accu_init, &it.loop_cond, &it.loop_step, &it.result] {
                    self.visit(&part.expr);
                }
                self.own.truncate(before);
            }
            Expr::Literal(_) | Expr::Ident(_) | Expr::Unspecified => {}
        }
    }

    fn name(&mut self, name: &str) {
        let root = name.split('.').next().unwrap_or_default();
        if self.names.contains(&name) || self.own.iter().any(|it| it == root) {
            return;
        }
        self.found.push(format!("`{name}` is not known; known are {}", self.names.join(", ")));
    }

    fn call(&mut self, call: &CallExpr) {
        let name = call.func_name.as_str();
        let operator = name.starts_with(['_', '!', '-', '@']);
        if !operator && !FUNCTIONS.contains(&name) {
            self.found.push(format!("`{name}` is not known; known are {}", FUNCTIONS.join(", ")));
        }
        if name == "amount" {
            self.amount(call);
        }
        if let Some(target) = &call.target {
            self.visit(&target.expr);
        }
        call.args.iter().for_each(|it| self.visit(&it.expr));
    }

    /// The text of an amount is read now, not when the first order comes.
    fn amount(&mut self, call: &CallExpr) {
        let text = match call.args.as_slice() {
            [IdedExpr { expr: Expr::Literal(LiteralValue::String(text)), .. }] => text.inner(),
            _ => return self.found.push("amount(…) takes a text, such as amount(\"12.50\")".to_owned()),
        };
        if let Err(why) = text.parse::<Millionths>() {
            self.found.push(format!("amount(\"{text}\"): {why}"));
        }
    }
}

/// The name that an expression spells: `order.net`.
pub(crate) fn qualified(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Ident(name) => Some(name.clone()),
        Expr::Select(select) => Some(format!("{}.{}", qualified(&select.operand.expr)?, select.field)),
        _ => None,
    }
}
