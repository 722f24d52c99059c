//! Conditions in CEL, the Common Expression Language.
//!
//! An expression is parsed once, when its terms are, and asked of one order or post at a time. It sees whole numbers,
//! texts, truths and lists of texts, never a floating-point number, a clock or anything random, so that the same facts
//! get the same answer. An expression that fails on a fact (it asks for followers that nobody knows) does not hold.

use std::{
    fmt,
    sync::{Arc, LazyLock},
};

use cel::{
    Context, Env, Program, Value,
    common::{
        ast::Expr,
        types::{CelBool, CelInt, CelList, CelString, STRING_TYPE},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use tribute_money::Millionths;

use crate::expression_check;

/// The longest condition, in bytes, and the most brackets that it opens. Parsing goes as deep as a condition nests, or as
/// `a + b + c + …` goes on, and whoever wrote it must not make it deeper than the stack of a thread of 2 MB.
const LONGEST: usize = 1_000;
const MOST_BRACKETS: usize = 40;

/// A condition in CEL, such as `order.net >= amount("100.00") && order.region in ["CA", "NY"]`.
#[derive(Clone)]
pub struct Expression {
    text: SmolStr,
    program: Arc<Program>,
}

/// What an expression may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// A whole number; amounts in millionths of the major unit, as `amount("12.50")` gives them.
    Number(i64),
    /// A text.
    Text(SmolStr),
    /// A truth.
    Truth(bool),
    /// A list of texts.
    Texts(Vec<SmolStr>),
}

/// What one order or post says to each name; nothing where it is not known.
pub trait Facts: Send + Sync {
    /// What is known under a name such as `order.region`.
    fn fact(&self, name: &str) -> Option<Fact>;
}

/// The language with what we add to it. Neither clocks nor regular expressions are in it.
static LANGUAGE: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut language = Env::stdlib();
    // The name is free: nothing of the standard is called so.
    let _ = language.add_overload("amount", "amount_string", vec![STRING_TYPE], |arguments| {
        let text = arguments.first().and_then(|it| it.downcast_ref::<CelString<'_>>());
        let parsed = text.and_then(|it| it.inner().parse::<Millionths>().ok());
        let refused = || cel::ExecutionError::FunctionError {
            function: "amount".to_owned(),
            message: "it takes a decimal such as \"12.50\"".to_owned(),
        };
        parsed.map(|it| CowVal::owned(CelInt::from(it.get()))).ok_or_else(refused)
    });
    Arc::new(language)
});

impl Expression {
    /// Parses an expression. Which names it may use is asked by [`Expression::problems`].
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        is_short_enough(text)?;
        let plain = |errors: cel::ParseErrors| {
            let said = errors.to_string();
            let first = said.lines().next().unwrap_or_default();
            format!("`{text}` is not a condition in CEL: {first}")
        };
        let program = LANGUAGE.compile(text).map_err(plain)?;
        Ok(Self { text: text.into(), program: Arc::new(program) })
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether it holds. One that fails, or whose answer is no truth, does not.
    #[must_use]
    pub fn holds(&self, facts: &dyn Facts) -> bool {
        let resolver = Resolver(facts);
        let mut context = Context::with_env(Arc::clone(&LANGUAGE));
        context.set_variable_resolver(&resolver);
        matches!(self.program.execute(&context), Ok(Value::Bool(true)))
    }

    /// Why it fails on facts; `None` where it holds or does not hold.
    pub(crate) fn failure(&self, facts: &dyn Facts) -> Option<String> {
        let resolver = Resolver(facts);
        let mut context = Context::with_env(Arc::clone(&LANGUAGE));
        context.set_variable_resolver(&resolver);
        match self.program.execute(&context) {
            Ok(Value::Bool(_)) => None,
            Ok(other) => Some(format!("its answer is a {}, not true or false", other.type_of())),
            Err(why) => Some(why.to_string()),
        }
    }

    /// Its answer, where it asks for no fact at all.
    pub(crate) fn constant(&self) -> Option<bool> {
        struct Nothing;
        impl Facts for Nothing {
            fn fact(&self, _: &str) -> Option<Fact> {
                None
            }
        }
        let asks = !expression_check::problems(self.program.expression(), &[]).is_empty();
        (!asks).then(|| self.holds(&Nothing))
    }

    /// As it was parsed.
    pub(crate) fn tree(&self) -> &Expr {
        &self.program.expression().expr
    }

    /// What is wrong with it where only `names` are known: each problem with what would be right.
    #[must_use]
    pub fn problems(&self, names: &[&str]) -> Vec<String> {
        expression_check::problems(self.program.expression(), names)
    }
}

/// Asked of the text, before the parser sees it: brackets within quotes count too.
fn is_short_enough(text: &str) -> Result<(), String> {
    if text.len() > LONGEST {
        return Err(format!(
            "a condition has {} bytes, and at most {LONGEST} are read; list SKUs, regions and the like beside it, or split it \
             among several rules",
            text.len()
        ));
    }
    let brackets = text.matches(['(', '[', '{']).count();
    if brackets > MOST_BRACKETS {
        return Err(format!(
            "a condition opens {brackets} brackets, and at most {MOST_BRACKETS} are read; leave out those that change nothing, \
             or split it among several rules"
        ));
    }
    Ok(())
}

struct Resolver<'f>(&'f dyn Facts);

impl VariableResolver for Resolver<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let text = |text: &SmolStr| CelString::from(text.to_string());
        Some(match self.0.fact(name)? {
            Fact::Number(number) => CowVal::owned(CelInt::from(number)),
            Fact::Text(it) => CowVal::owned(text(&it)),
            Fact::Truth(truth) => CowVal::owned(CelBool::from(truth)),
            Fact::Texts(list) => {
                let boxed = |it: &SmolStr| -> Box<dyn Val> { Box::new(text(it)) };
                let list: Vec<_> = list.iter().map(boxed).collect();
                CowVal::owned(CelList::from(list))
            }
        })
    }
}

impl fmt::Debug for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Expression({:?})", self.text)
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

/// Two are the same where they are written the same.
impl PartialEq for Expression {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Expression {}

impl Serialize for Expression {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text)
    }
}

impl<'de> Deserialize<'de> for Expression {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl JsonSchema for Expression {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Expression".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A condition in CEL, the Common Expression Language (cel.dev)",
            "examples": ["order.net >= amount(\"100.00\") && order.region in [\"CA\", \"NY\"]"]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Known;

    impl Facts for Known {
        fn fact(&self, name: &str) -> Option<Fact> {
            Some(match name {
                "order.net" => Fact::Number(120_000_000),
                "order.region" => Fact::Text("CA".into()),
                "order.returning" => Fact::Truth(false),
                "order.skus" => Fact::Texts(vec!["MUG".into(), "CAP".into()]),
                _ => return None,
            })
        }
    }

    fn holds(text: &str) -> bool {
        Expression::parse(text).unwrap().holds(&Known)
    }

    #[test]
    fn conditions_are_asked_of_facts() {
        assert!(holds("order.net >= amount('120.00') && order.region in ['CA', 'NY']"));
        assert!(!holds("order.net > amount('120.00')"));
        assert!(holds("order.skus.exists(sku, sku.startsWith('M')) && !order.returning"));
        assert!(holds("size(order.skus) == 2 && ('CAP' in order.skus)"));
    }

    #[test]
    fn what_fails_does_not_hold() {
        for text in
            ["ambassador.followers > 10", "order.net / 0 == 1", "order.net + 1", "order.net > order.region"]
        {
            assert!(!holds(text), "{text}");
        }
    }

    /// What is read fits on the stack of a thread of 2 MB, parsed, checked, asked and dropped; the rest is refused.
    #[test]
    fn no_condition_is_deeper_than_the_stack() {
        let (most, long) = (MOST_BRACKETS, LONGEST / 2);
        let mixed = format!("{}1{}{}", "[".repeat(most), "]".repeat(most), "+1".repeat(long - most - 1));
        let nested = |open: &str, close: &str| format!("{}1{}", open.repeat(most), close.repeat(most));
        let read = [
            nested("(", ")"),
            nested("{1:", "}"),
            nested("size(", ")"),
            nested("a.all(a,", ")"),
            format!("1{}", "+1".repeat(long - 1)),
            format!("1{}", "<1".repeat(long - 1)),
            format!("order{}", ".n".repeat(long - 3)),
            format!("true{}", "||true".repeat(160)),
            format!("{}1", "true?1:".repeat(90)),
            format!("{}true", "!".repeat(LONGEST - 4)),
            mixed,
        ];
        let small = std::thread::Builder::new().stack_size(2 << 20);
        let parsed = small.spawn(move || {
            for text in &read {
                let parsed = Expression::parse(text).unwrap();
                let _ = parsed.problems(&["order.net"]);
                let _ = parsed.never_holds(crate::ORDER_FACTS, &[]);
                let _ = parsed.holds(&Known);
            }
        });
        parsed.unwrap().join().unwrap();
        let refused = |text: &str| Expression::parse(text).unwrap_err();
        assert!(refused(&format!("{}1{}", "(".repeat(50), ")".repeat(50))).contains("opens 50 brackets"));
        assert!(refused(&"[".repeat(60)).contains("at most 40 are read"));
        assert!(
            refused(&format!("order.net{}", "+1".repeat(3_000))).starts_with("a condition has 6009 bytes")
        );
    }

    #[test]
    fn what_is_unknown_is_named() {
        let names = ["order.net", "order.region", "order.skus"];
        let problems = |text: &str| Expression::parse(text).unwrap().problems(&names);
        assert_eq!(
            problems("order.skus.exists(sku, sku == 'A') && order.net > amount('1')"),
            Vec::<String>::new()
        );
        for (text, part) in [
            ("order.amount > 1", "`order.amount` is not known; known are order.net, order.region"),
            ("order > 1", "`order` is not known"),
            ("order.net * 1.5 > 3", "1.5 is a floating-point number"),
            ("double(order.net) > order.net", "`double` is not known"),
            ("order.net > amount('ten')", "amount(\"ten\")"),
            ("order.net > amount(order.region)", "amount(…) takes a text"),
            (
                "order.net > 100",
                "100 beside an amount is 100 millionths, not 100 of the currency; write amount(\"100\")",
            ),
            ("50 <= order.net * 2", "write amount(\"50\")"),
            ("order.net + 1 > amount('5')", "write amount(\"1\")"),
            ("order.net > 0 && order.net / amount('5') >= 3", ""),
            ("order.net * 3 > amount('5')", ""),
        ] {
            let found = problems(text);
            assert!(part.is_empty() == found.is_empty(), "{text}: {found:?}");
            assert!(part.is_empty() || found.iter().any(|it| it.contains(part)), "{text}: {found:?}");
        }
        assert!(Expression::parse("order.net >").unwrap_err().contains("is not a condition in CEL"));
    }
}
