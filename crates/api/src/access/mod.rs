//! Who asks: the brand, the role and, where they see their own only, the ambassador. All of it comes from the credential,
//! nothing from the path or the body.

pub(crate) mod key;
pub(crate) mod role;
pub(crate) mod token;

use axum::http::{HeaderMap, header};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tribute_events::{AmbassadorId, BrandId};
use tribute_store::entity::api_key;

use crate::{Api, Problem, ProblemCode};
use key::Secret;
use role::{Role, Scope};
use token::{Named, Token};

/// By which header an app names the ambassador that it asks for.
pub(crate) const ON_BEHALF_OF: &str = "tribute-ambassador";

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The brand.
    pub brand: BrandId,
    /// The role.
    pub role: Role,
    /// The ambassador whose own data they see, where they see no other.
    pub only: Option<AmbassadorId>,
    /// The app that asks, where one does: the name of its key, or what its tokens stand for.
    pub app: Option<String>,
    /// The credential's public name, for limits and for the record.
    pub credential: String,
    /// What the credential is narrowed to; everything of its role where absent.
    scopes: Option<Vec<Scope>>,
}

impl Caller {
    /// Whether they may do what needs this scope.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.role.allows(scope) && self.scopes.as_ref().is_none_or(|narrowed| narrowed.contains(&scope))
    }

    /// Whether the credential was narrowed to some of what its role may.
    #[must_use]
    pub const fn is_narrowed(&self) -> bool {
        self.scopes.is_some()
    }

    /// Goes on where they may.
    ///
    /// # Errors
    /// [`ProblemCode::Forbidden`], with what is missing.
    pub fn need(&self, scope: Scope) -> Result<(), Problem> {
        if self.may(scope) {
            return Ok(());
        }
        let detail = format!(
            "`{}` of role {} may not do this; it needs the scope {scope}",
            self.credential, self.role
        );
        Err(Problem::new(ProblemCode::Forbidden, detail))
    }

    /// Goes on where they see the whole brand.
    ///
    /// # Errors
    /// [`ProblemCode::Forbidden`] where they see one ambassador only.
    pub fn need_whole(&self) -> Result<(), Problem> {
        if self.only.is_none() && !self.role.is_own_only() {
            return Ok(());
        }
        let detail = format!("`{}` of role {} sees one ambassador only", self.credential, self.role);
        Err(Problem::new(ProblemCode::Forbidden, detail))
    }

    /// Goes on where it is clear whose data they see: an app says on behalf of whom it asks.
    ///
    /// # Errors
    /// [`ProblemCode::InvalidRequest`] where an app does not.
    pub fn need_ambassador(&self) -> Result<(), Problem> {
        if self.only.is_some() || !self.role.is_own_only() {
            return Ok(());
        }
        let detail = format!("an app asks on behalf of an ambassador: send `{ON_BEHALF_OF}: <id>`");
        Err(Problem::invalid(detail))
    }

    /// The one ambassador whose data is shown: the one that is asked for, or themselves; nothing where everybody's is.
    ///
    /// # Errors
    /// [`ProblemCode::NotFound`] where they ask for another than themselves and see no other.
    pub fn own<'a>(&'a self, asked: Option<&'a str>) -> Result<Option<&'a str>, Problem> {
        match (&self.only, asked) {
            (Some(only), Some(asked)) if only.as_str() != asked => {
                Err(Problem::not_found("ambassador", asked))
            }
            (Some(only), _) => Ok(Some(only.as_str())),
            (None, asked) => Ok(asked),
        }
    }

    /// Whether they may see what belongs to an ambassador. To those who may not it does not exist.
    #[must_use]
    pub fn sees(&self, ambassador: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.as_str() == ambassador)
    }
}

/// Finds out who asks by the headers of a request.
///
/// # Errors
/// [`ProblemCode::Unauthenticated`] where no credential came or it does not count.
pub(crate) async fn authenticate(api: &Api, headers: &HeaderMap) -> Result<Caller, Problem> {
    let unknown = |detail: &str| Problem::new(ProblemCode::Unauthenticated, detail);
    let header = headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok());
    let header = header.ok_or_else(|| unknown("send a key as `Authorization: Bearer tribute_…`"))?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer "));
    let token = token.ok_or_else(|| unknown("the scheme of `Authorization` is Bearer"))?.trim();
    if token.bytes().filter(|it| *it == b'.').count() == 2 {
        return of_token(api.issuers().read(api, token).await?, headers);
    }
    let secret = Secret::read(token)
        .ok_or_else(|| unknown("this is no API key; look for a letter that is missing"))?;
    let found = api_key::Entity::find().filter(api_key::Column::Hash.eq(secret.hash()));
    let row =
        found.one(api.whole().connection()).await?.ok_or_else(|| unknown("this API key is not known"))?;
    let ended = [row.revoked_at, row.expires_at].into_iter().flatten().any(|at| at <= api.now().millis());
    if ended {
        return Err(unknown("this API key has expired or was revoked; ask the brand for a new one"));
    }
    caller(row, headers)
}

/// Who a key stands for, with the ambassador that an app names.
fn caller(row: api_key::Model, headers: &HeaderMap) -> Result<Caller, Problem> {
    let corrupt =
        |_| Problem::new(ProblemCode::Unauthenticated, "this API key's role is not known; make a new one");
    let role: Role = row.role.parse().map_err(corrupt)?;
    let scopes = row.scopes.split_whitespace().map(str::parse).collect::<Result<Vec<_>, _>>();
    let scopes = Some(scopes.map_err(corrupt)?).filter(|narrowed| !narrowed.is_empty());
    let named = on_behalf_of(headers)?;
    let only = match role {
        Role::App => named,
        _ => row.ambassador.as_deref().map(AmbassadorId::trusted),
    };
    if role == Role::Ambassador && only.is_none() {
        return Err(Problem::new(
            ProblemCode::Unauthenticated,
            "this API key names no ambassador; make a new one",
        ));
    }
    let app = (role == Role::App).then_some(row.name);
    Ok(Caller { brand: BrandId::trusted(&row.brand), role, only, app, credential: row.key, scopes })
}

/// Who a JWT stands for, with the ambassador that an app names.
fn of_token(token: Token, headers: &HeaderMap) -> Result<Caller, Problem> {
    let Token { named: Named { brand, role, ambassador, scopes }, credential } = token;
    let named = on_behalf_of(headers)?;
    let (only, app) = match role {
        Role::App => (named, Some(credential.clone())),
        _ => (ambassador, None),
    };
    Ok(Caller { brand, role, only, app, credential, scopes })
}

/// The ambassador that an app asks for. Nobody else asks for anybody, and yet what is no id is said so.
fn on_behalf_of(headers: &HeaderMap) -> Result<Option<AmbassadorId>, Problem> {
    let named = headers.get(ON_BEHALF_OF).map(|it| it.to_str().unwrap_or_default());
    let is_plain = |id: &str| (1..=128).contains(&id.len()) && id.bytes().all(|it| it.is_ascii_graphic());
    if let Some(named) = named.filter(|id| !is_plain(id)) {
        return Err(Problem::invalid(format!("`{ON_BEHALF_OF}: {named}` is not the id of an ambassador")));
    }
    Ok(named.map(AmbassadorId::trusted))
}
