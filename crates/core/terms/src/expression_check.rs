//! What of an expression can be known to be wrong before any fact is seen.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
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
        if let Some(number) = bare(call) {
            self.found.push(format!(
                "{number} beside an amount is {number} millionths, not {number} of the currency; write amount(\"{number}\")"
            ));
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

/// The facts that are amounts of money.
const AMOUNTS: [&str; 1] = ["order.net"];

/// Operators that put like beside like.
const ALIKE: [&str; 8] = [
    operators::ADD,
    operators::SUBSTRACT,
    operators::EQUALS,
    operators::NOT_EQUALS,
    operators::LESS,
    operators::LESS_EQUALS,
    operators::GREATER,
    operators::GREATER_EQUALS,
];

/// The whole number that stands beside an amount where an amount is meant. Nothing is nothing in every unit.
fn bare(call: &CallExpr) -> Option<i64> {
    let [left, right] = call.args.as_slice() else { return None };
    let alike = ALIKE.contains(&call.func_name.as_str());
    let number = |it: &IdedExpr| match &it.expr {
        Expr::Literal(LiteralValue::Int(number)) => Some(*number.inner()).filter(|it| *it != 0),
        _ => None,
    };
    let found = match (is_amount(&left.expr), is_amount(&right.expr)) {
        (true, false) => number(right),
        (false, true) => number(left),
        _ => None,
    };
    found.filter(|_| alike)
}

/// Whether an expression is an amount: one that is named or written out, or a sum or a multiple of such.
fn is_amount(expression: &Expr) -> bool {
    if let Some(name) = qualified(expression) {
        return AMOUNTS.contains(&name.as_str());
    }
    let Expr::Call(call) = expression else { return false };
    match (call.func_name.as_str(), call.args.as_slice()) {
        ("amount", _) => true,
        (operators::ADD | operators::SUBSTRACT | operators::MULTIPLY, [left, right]) => {
            is_amount(&left.expr) || is_amount(&right.expr)
        }
        // An amount over an amount is how many times it goes.
        (operators::DIVIDE, [left, right]) => is_amount(&left.expr) && !is_amount(&right.expr),
        (operators::NEGATE, [one]) => is_amount(&one.expr),
        _ => false,
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
