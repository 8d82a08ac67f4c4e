//! The protocols over HTTP: routes, extractors, wire types, error shapes. What is done is done by
//! the crates below; here it is only read and written.
//!
//! A surface is a folder: `auth/` (sign-in and tokens), `admin/` (environments and what manages
//! them), `data/` (rows and definitions of one environment).

// `json!` with as many members as a definition has.
#![recursion_limit = "256"]

pub mod admin;
mod app;
pub mod auth;
pub mod data;
pub mod error;
mod origin;

use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use control::Environments;
use jobs::Handler;

pub use app::App;
pub use data::ProtectionLimits;
pub use error::ApiError;
pub use origin::{Origin, Scheme};

/// What does the jobs that requests leave behind.
pub fn handlers(environments: Arc<Environments>) -> Vec<Arc<dyn Handler>> {
    let mut handlers = dataverse::background::handlers(environments.clone());
    handlers.extend(solutions::operations::handlers(environments));
    handlers
}

/// Everything that the server answers.
pub fn router(app: App) -> Router {
    let surfaces = Router::new().merge(admin::router()).merge(auth::router()).merge(data::router());
    data::before(app.clone(), surfaces.with_state(app)).layer(from_fn(error::finish))
}
