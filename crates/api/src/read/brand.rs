//! `GET /v1/brand`: for whom a credential stands, and what it may do.

use axum::{Json, extract::State};
use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    Api, Caller, Problem,
    access::role::{Role, Scope},
    http::operation::{Access, Method, Operation},
};

/// For whom a credential stands.
#[derive(Debug, Serialize, JsonSchema)]
struct Standing {
    /// The brand: everything that is asked is asked of it.
    brand: String,
    /// The credential's public name.
    credential: String,
    /// What its holder is to the brand.
    role: Role,
    /// The ambassador whose own data it shows, where it shows no other.
    #[serde(skip_serializing_if = "Option::is_none")]
    ambassador: Option<String>,
    /// What it may do.
    scopes: Vec<String>,
    /// The brand's programs.
    programs: Vec<String>,
}

pub(crate) fn operations() -> Vec<Operation> {
    let access = Access::Scope(Scope::PROGRAMS_READ);
    let show = Operation::new(Method::Get, "/v1/brand", "showBrand", "Brand", access, show);
    vec![
        show.says("Says for whom the credential stands", "The brand, the role, and what it may do.")
            .shows::<Standing>("The brand, as the credential sees it."),
    ]
}

async fn show(State(api): State<Api>, caller: Caller) -> Result<Json<Standing>, Problem> {
    let known = api.configured().await?;
    let programs = known.registry().programs(&caller.brand).into_iter().flatten();
    let programs =
        programs.filter(|(_, it)| !it.versions().is_empty()).map(|(id, _)| id.to_string()).collect();
    let scopes = Scope::ALL.iter().filter(|scope| caller.may(**scope)).map(ToString::to_string).collect();
    Ok(Json(Standing {
        brand: caller.brand.to_string(),
        credential: caller.credential.clone(),
        role: caller.role,
        ambassador: caller.only.as_ref().map(ToString::to_string),
        scopes,
        programs,
    }))
}
