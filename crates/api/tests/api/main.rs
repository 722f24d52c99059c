//! The API over HTTP: a server on a port of its own, asked as programs ask it.

// A test that cannot go on has failed.
#![allow(clippy::unwrap_used, clippy::panic)]

mod access;
mod adjustments;
mod claims;
mod http;
mod jwt;
mod reads;
mod server;
mod webhooks;
mod writes;
