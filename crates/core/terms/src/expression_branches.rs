//! What an expression demands of the facts, as far as it can be read off its text: the ways in which it may hold, each with
//! the demands that it makes. What cannot be read off demands nothing, so that nothing is called impossible that is not.

use cel::common::ast::{CallExpr, Expr, IdedExpr, LiteralValue, operators};
use smol_str::SmolStr;
use tribute_money::Millionths;

use crate::{
    Expression, FactKind,
    demand::{Demand, Demanded, always, conflict},
    expression_check::qualified,
};

/// The ways that are looked through; an expression with more is not judged.
const MOST: usize = 64;

/// The ways in which an expression may hold, each with all that it demands. None at all: it never does.
type Ways = Vec<Vec<Demand>>;

impl Expression {
    /// Why it never holds, in words, with what would be right; `None` where it might.
    pub(crate) fn never_holds(&self, facts: &[(&str, FactKind)], beside: &[Demand]) -> Option<String> {
        if self.constant() == Some(false) {
            return Some(format!("`{self}` is never true; correct it, or leave the rule out"));
        }
        let why = self.contradiction(facts, beside)?;
        Some(format!("`{self}` can never hold: {why}"))
    }

    /// Why it can never hold together with what is demanded `beside` it; `None` where it might.
    pub(crate) fn contradiction(&self, facts: &[(&str, FactKind)], beside: &[Demand]) -> Option<String> {
        let ways = Reading { facts }.ways(self.tree(), true)?;
        let mut why = None;
        for way in &ways {
            let names = way.iter().filter_map(|it| always(&it.name));
            let always: Vec<Demand> = names.collect();
            let all: Vec<&Demand> = beside.iter().chain(&always).chain(way).collect();
            let found = conflict(&all)?;
            why.get_or_insert(found);
        }
        Some(why.unwrap_or_else(|| "it is never true".to_owned()))
    }
}

struct Reading<'f> {
    facts: &'f [(&'f str, FactKind)],
}

impl Reading<'_> {
    /// The ways in which an expression is true, or false where that is asked; nothing where there are too many.
    fn ways(&self, expression: &Expr, truth: bool) -> Option<Ways> {
        let unknown = || Some(vec![Vec::new()]);
        if let Some((name, FactKind::Truth)) = self.name(expression) {
            let shown = if truth { name.to_string() } else { format!("!{name}") };
            return Some(vec![vec![Demand::new(&name, Demanded::Is(truth), shown)]]);
        }
        match expression {
            Expr::Literal(LiteralValue::Boolean(it)) => {
                Some(if *it.inner() == truth { vec![Vec::new()] } else { Vec::new() })
            }
            Expr::Call(call) => match (call.func_name.as_str(), call.args.as_slice()) {
                (operators::LOGICAL_NOT, [one]) => self.ways(&one.expr, !truth),
                (operators::LOGICAL_AND, [a, b]) if truth => self.both(a, b, truth),
                (operators::LOGICAL_OR, [a, b]) if !truth => self.both(a, b, truth),
                (operators::LOGICAL_AND | operators::LOGICAL_OR, [a, b]) => self.either(a, b, truth),
                _ => Some(vec![self.demand(call, truth).into_iter().collect()]),
            },
            _ => unknown(),
        }
    }

    fn both(&self, a: &IdedExpr, b: &IdedExpr, truth: bool) -> Option<Ways> {
        let (first, second) = (self.ways(&a.expr, truth)?, self.ways(&b.expr, truth)?);
        let joined = |one: &Vec<Demand>, other: &Vec<Demand>| [one.as_slice(), other].concat();
        let all = first.iter().flat_map(|one| second.iter().map(|other| joined(one, other)));
        limited(all.take(MOST.saturating_add(1)).collect())
    }

    fn either(&self, a: &IdedExpr, b: &IdedExpr, truth: bool) -> Option<Ways> {
        let mut all = self.ways(&a.expr, truth)?;
        all.extend(self.ways(&b.expr, truth)?);
        limited(all)
    }

    /// What a comparison demands of a fact.
    fn demand(&self, call: &CallExpr, truth: bool) -> Option<Demand> {
        let [left, right] = call.args.as_slice() else { return None };
        if call.func_name == operators::IN {
            return self.membership(&left.expr, &right.expr, truth);
        }
        let operator = Comparison::of(&call.func_name)?;
        let operator = if truth { operator } else { operator.denied() };
        match (self.name(&left.expr), self.name(&right.expr)) {
            (Some((name, kind)), None) => compared(&name, kind, operator, &right.expr),
            (None, Some((name, kind))) => compared(&name, kind, operator.turned(), &left.expr),
            _ => None,
        }
    }

    /// What `a in b` demands.
    fn membership(&self, member: &Expr, list: &Expr, truth: bool) -> Option<Demand> {
        if let (Some((name, FactKind::Texts)), Expr::Literal(LiteralValue::String(text))) =
            (self.name(list), member)
        {
            let tag = SmolStr::from(text.inner());
            let (of, not) = if truth {
                (Demanded::Has(tag.clone()), "")
            } else {
                (Demanded::HasNot(tag.clone()), "not ")
            };
            return Some(Demand::new(&name, of, format!("{not}\"{tag}\" in {name}")));
        }
        let (Some((name, FactKind::Text)), Expr::List(list)) = (self.name(member), list) else { return None };
        let texts: Option<Vec<SmolStr>> = list.elements.iter().map(|it| text(&it.expr)).collect();
        let texts = texts?;
        let not = if truth { "" } else { "not " };
        let shown = format!("{name} {not}in [\"{}\"]", texts.join("\", \""));
        let of = if truth { Demanded::OneOf(texts, false) } else { Demanded::NoneOf(texts) };
        Some(Demand::new(&name, of, shown))
    }

    /// The fact that an expression names.
    fn name(&self, expression: &Expr) -> Option<(SmolStr, FactKind)> {
        let name = qualified(expression)?;
        let (_, kind) = self.facts.iter().find(|(known, _)| *known == name)?;
        Some((name.into(), *kind))
    }
}

fn limited(ways: Ways) -> Option<Ways> {
    (ways.len() <= MOST).then_some(ways)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    fn of(operator: &str) -> Option<Self> {
        Some(match operator {
            operators::EQUALS => Self::Equal,
            operators::NOT_EQUALS => Self::Unequal,
            operators::LESS => Self::Less,
            operators::LESS_EQUALS => Self::AtMost,
            operators::GREATER => Self::Greater,
            operators::GREATER_EQUALS => Self::AtLeast,
            _ => return None,
        })
    }

    /// What holds where this does not.
    const fn denied(self) -> Self {
        match self {
            Self::Equal => Self::Unequal,
            Self::Unequal => Self::Equal,
            Self::Less => Self::AtLeast,
            Self::AtMost => Self::Greater,
            Self::Greater => Self::AtMost,
            Self::AtLeast => Self::Less,
        }
    }

    /// The same with its sides exchanged.
    const fn turned(self) -> Self {
        match self {
            Self::Equal | Self::Unequal => self,
            Self::Less => Self::Greater,
            Self::AtMost => Self::AtLeast,
            Self::Greater => Self::Less,
            Self::AtLeast => Self::AtMost,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

/// What `name operator value` demands.
fn compared(name: &SmolStr, kind: FactKind, operator: Comparison, value: &Expr) -> Option<Demand> {
    let show = |value: &str| format!("{name} {} {value}", operator.as_str());
    match kind {
        FactKind::Number => {
            let (number, written) = number(value)?;
            let of = match operator {
                Comparison::Equal => Demanded::Within(number, number),
                Comparison::Unequal => Demanded::NotNumber(number),
                Comparison::Less => Demanded::Within(i64::MIN, number.checked_sub(1)?),
                Comparison::AtMost => Demanded::Within(i64::MIN, number),
                Comparison::Greater => Demanded::Within(number.checked_add(1)?, i64::MAX),
                Comparison::AtLeast => Demanded::Within(number, i64::MAX),
            };
            Some(Demand::new(name, of, show(&written)))
        }
        FactKind::Text => {
            let text = text(value)?;
            let shown = show(&format!("\"{text}\""));
            let of = match operator {
                Comparison::Equal => Demanded::OneOf(vec![text], false),
                Comparison::Unequal => Demanded::NoneOf(vec![text]),
                _ => return None,
            };
            Some(Demand::new(name, of, shown))
        }
        FactKind::Truth => {
            let Expr::Literal(LiteralValue::Boolean(truth)) = value else { return None };
            let shown = show(&truth.inner().to_string());
            let of = match operator {
                Comparison::Equal => Demanded::Is(*truth.inner()),
                Comparison::Unequal => Demanded::Is(!*truth.inner()),
                _ => return None,
            };
            Some(Demand::new(name, of, shown))
        }
        FactKind::Texts => None,
    }
}

fn text(expression: &Expr) -> Option<SmolStr> {
    match expression {
        Expr::Literal(LiteralValue::String(text)) => Some(text.inner().into()),
        _ => None,
    }
}

/// A number that is written out, or an amount, and how it is written.
fn number(expression: &Expr) -> Option<(i64, String)> {
    match expression {
        Expr::Literal(LiteralValue::Int(number)) => Some((*number.inner(), number.inner().to_string())),
        Expr::Call(call) if call.func_name == "amount" => {
            let text = text(&call.args.first()?.expr)?;
            Some((text.parse::<Millionths>().ok()?.get(), format!("amount(\"{text}\")")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
