//! What can be asked: each operation once, from which the router, the OpenAPI document and the matrix of rights are made.

use axum::{
    handler::Handler,
    routing::{MethodFilter, MethodRouter, on},
};
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::Value;

use super::page::{Page, Wanted};
use crate::{Api, access::role::Scope, write::Written};

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// It only looks.
    Get,
    /// It makes something.
    Post,
    /// It puts something in another's place.
    Put,
    /// It takes something away.
    Delete,
}

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever proves by a signature over the body that they are the shop that was connected.
    Signed,
    /// Whose role and scopes have this one.
    Scope(Scope),
    /// Whose role and scopes have this one, and who sees the whole brand.
    Whole(Scope),
    /// Whose role and scopes have this one; an app for itself, too, without naming an ambassador.
    Itself(Scope),
}

impl Access {
    /// The scope that is needed; nothing where no credential is.
    #[must_use]
    pub const fn scope(self) -> Option<Scope> {
        match self {
            Self::Public | Self::Signed => None,
            Self::Scope(scope) | Self::Whole(scope) | Self::Itself(scope) => Some(scope),
        }
    }
}

/// A schema, made where the document is.
pub(crate) type MakeSchema = fn(&mut SchemaGenerator) -> schemars::Schema;

/// A parameter of the path.
#[derive(Debug, Clone)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
}

/// A body that comes or goes.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) media: &'static str,
    pub(crate) schema: MakeSchema,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    pub(crate) about: &'static str,
    pub(crate) content: Content,
}

/// An operation.
#[derive(Debug, Clone)]
pub struct Operation {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) id: &'static str,
    pub(crate) group: &'static str,
    pub(crate) summary: &'static str,
    pub(crate) about: &'static str,
    pub(crate) access: Access,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) queries: Vec<MakeSchema>,
    pub(crate) bodies: Vec<Content>,
    pub(crate) answers: Vec<Answered>,
    /// What a row of its list, or the one thing that it shows, is.
    pub(crate) row: Option<MakeSchema>,
    /// Whether it is sent with an `Idempotency-Key`.
    pub(crate) has_key: bool,
    pub(crate) handler: MethodRouter<Api>,
}

fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> schemars::Schema {
    generator.subschema_for::<T>()
}

impl Method {
    const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    /// The method as the document names it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }
}

impl Operation {
    /// An operation of a group. `path` names its parameters as `{order}`.
    pub(crate) fn new<H, T>(
        method: Method,
        path: &'static str,
        id: &'static str,
        group: &'static str,
        access: Access,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Api>,
        T: 'static,
    {
        Self {
            method,
            path,
            id,
            group,
            summary: "",
            about: "",
            access,
            parameters: Vec::new(),
            queries: Vec::new(),
            bodies: Vec::new(),
            answers: Vec::new(),
            row: None,
            has_key: false,
            handler: on(method.filter(), handler),
        }
    }

    /// What it does: a line, and what else there is to know.
    pub(crate) fn says(self, summary: &'static str, about: &'static str) -> Self {
        Self { summary, about, ..self }
    }

    /// A parameter of the path.
    pub(crate) fn of(mut self, name: &'static str, about: &'static str) -> Self {
        self.parameters.push(Parameter { name, about });
        self
    }

    /// Parameters of the query: the fields of a type.
    pub(crate) fn query<T: JsonSchema>(mut self) -> Self {
        self.queries.push(schema_of::<T>);
        self
    }

    /// A body that it takes.
    pub(crate) fn takes<T: JsonSchema>(mut self, media: &'static str) -> Self {
        self.bodies.push(Content { media, schema: schema_of::<T> });
        self
    }

    /// An answer in JSON.
    pub(crate) fn gives<T: JsonSchema>(mut self, status: u16, about: &'static str) -> Self {
        let content = Content { media: "application/json", schema: schema_of::<T> };
        self.answers.push(Answered { status, about, content });
        self
    }

    /// It gives one thing, of which fields may be left out.
    pub(crate) fn shows<T: JsonSchema>(self, about: &'static str) -> Self {
        let shown = self.query::<Fields>().gives::<T>(200, about);
        Self { row: Some(schema_of::<T>), ..shown }
    }

    /// It gives a page of a list, by the parameters of `Q`.
    pub(crate) fn lists<Q: JsonSchema, T: JsonSchema>(self, about: &'static str) -> Self {
        let listed = self.query::<Q>().query::<Wanted>().gives::<Page<T>>(200, about);
        Self { row: Some(schema_of::<T>), ..listed }
    }

    /// What a row of the list that it shows among other things is.
    pub(crate) fn rows<T: JsonSchema>(self) -> Self {
        Self { row: Some(schema_of::<T>), ..self }
    }

    /// It writes what `T` says, and answers what was written. The same request with the same key is the same request.
    pub(crate) fn writes<T: JsonSchema>(self, about: &'static str) -> Self {
        self.takes::<T>("application/json").has_key().gives::<Written>(200, about)
    }

    /// It is sent with an `Idempotency-Key`.
    pub(crate) fn has_key(self) -> Self {
        Self { has_key: true, ..self }
    }

    /// An answer in another media type.
    pub(crate) fn or_gives(mut self, status: u16, media: &'static str, about: &'static str) -> Self {
        let content = Content { media, schema: schema_of::<String> };
        self.answers.push(Answered { status, about, content });
        self
    }

    /// The operation's id in the document.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        self.id
    }

    /// Its method.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// Its path, with parameters as `{order}`.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        self.path
    }

    /// Who may ask.
    #[must_use]
    pub const fn access(&self) -> Access {
        self.access
    }
}

/// Which fields of what is shown.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "what surrounds the request reads it")]
struct Fields {
    /// Only these fields, by commas; all of them where absent.
    fields: Option<String>,
}

/// Any JSON, for what has a schema of its own elsewhere.
pub(crate) type AnyJson = Value;

/// The schema of one object or a list of them.
pub(crate) struct OneOrMany;

impl JsonSchema for OneOrMany {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "OneOrMany".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"oneOf": [{"type": "object"}, {"type": "array", "items": {"type": "object"}}]})
    }
}

/// The schema of an object whose fields are described elsewhere.
pub(crate) struct AnyObject;

impl JsonSchema for AnyObject {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AnyObject".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "object"})
    }
}
