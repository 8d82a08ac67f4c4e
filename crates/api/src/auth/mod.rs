//! Sign-in and tokens: OAuth 2.0 and OpenID Connect.

use axum::Router;

use crate::App;

/// The routes.
pub fn router() -> Router<App> {
    Router::new()
}
