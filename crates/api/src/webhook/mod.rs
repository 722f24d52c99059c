//! Webhook endpoints: made, changed and looked at, as `tribute webhook` does it. They are no facts, as keys are none, and
//! no events: who is told of the books is no part of them.
//!
//! An app has endpoints of its own, which no other app sees; on behalf of an ambassador it has those of this ambassador
//! alone, and what they get is theirs alone.

mod change;
mod deliveries;
mod make;
mod show;

use tribute_store::entity::webhook_endpoint;
use tribute_webhooks::{Endpoints, WebhookError};

use crate::{Api, Caller, Problem, ProblemCode, http::operation::Operation};

pub(crate) fn operations() -> Vec<Operation> {
    [make::operations(), show::operations(), change::operations(), deliveries::operations()].concat()
}

/// The group of these operations in the document.
const GROUP: &str = "Webhooks";

/// Whether an endpoint is one that the caller may know of.
fn is_theirs(caller: &Caller, row: &webhook_endpoint::Model) -> bool {
    let of_app = caller.app.is_none() || caller.app == row.app;
    of_app && row.ambassador.as_deref().map_or(caller.only.is_none(), |whose| caller.sees(whose))
}

/// Looked at behind the wall between brands.
fn walled(api: &Api) -> Result<Endpoints, Problem> {
    Ok(api.endpoints()?.through(api.walled().clone()))
}

/// An endpoint of the caller's.
async fn find(api: &Api, caller: &Caller, id: &str) -> Result<webhook_endpoint::Model, Problem> {
    let missing = || Problem::not_found("webhook endpoint", id);
    match walled(api)?.find(&caller.brand, id).await {
        Ok(row) if is_theirs(caller, &row) => Ok(row),
        Ok(_) | Err(WebhookError::NoEndpoint { .. }) => Err(missing()),
        Err(error) => Err(error.into()),
    }
}

impl From<WebhookError> for Problem {
    fn from(error: WebhookError) -> Self {
        match error {
            WebhookError::Store(error) => error.into(),
            WebhookError::NoEndpoint { endpoint, .. } => Self::not_found("webhook endpoint", &endpoint),
            WebhookError::NoEvent(id) => Self::not_found("event", &id),
            WebhookError::NotForIt { .. } => Self::new(ProblemCode::NotPossible, error.to_string()),
            WebhookError::Disabled { endpoint, .. } => {
                let detail = format!("`{endpoint}` is disabled; set its state to active first");
                Self::new(ProblemCode::NotPossible, detail)
            }
            WebhookError::Target(_) | WebhookError::Filter(_) | WebhookError::Version(_) => {
                Self::unprocessable(format!("the body: {error}"))
            }
            error => Self::internal(&error),
        }
    }
}
