//! HTTP itself: operations, the document made of them, what surrounds a request, and pages of lists.

pub(crate) mod asked;
pub(crate) mod limit;
pub(crate) mod openapi;
pub(crate) mod operation;
pub(crate) mod origin;
pub(crate) mod page;
pub(crate) mod problem;
pub(crate) mod request;
pub(crate) mod server;
pub(crate) mod shown;
pub(crate) mod tls;
pub(crate) mod traced;
