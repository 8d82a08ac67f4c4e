//! Signing out of the browser (OpenID Connect RP-Initiated Logout 1.0).

use axum::http::StatusCode;
use axum::response::Response;
use identity::{Denial, PORTAL_CLIENT_ID};

use super::denied;
use super::pages::{self, Page};
use super::params::Params;
use super::visit::Visit;

/// Ends the session; then back to the client, if it is known to live there.
pub(super) async fn logout(visit: Visit) -> Response {
    match end_session(&visit).await {
        Ok(response) => response,
        Err(denial) => denied::page(&visit, denial),
    }
}

async fn end_session(visit: &Visit) -> Result<Response, Denial> {
    if let Some(cookie) = visit.session_cookie() {
        visit.directory().session_delete(cookie).await?;
    }
    let mut response = match visit.query.get("post_logout_redirect_uri") {
        Some(uri) if may_return(visit, uri).await? => {
            let params = Params::default().with("state", visit.query.get("state"));
            pages::redirect(uri, "query", &params)?
        }
        _ => signed_out(visit),
    };
    visit.set_session(&mut response, None)?;
    Ok(response)
}

/// Whether the client lives at `uri`. Without a client, only our own portal can be meant.
async fn may_return(visit: &Visit, uri: &str) -> Result<bool, Denial> {
    let portal = PORTAL_CLIENT_ID.to_string();
    let client = visit.directory().client(visit.query.get("client_id").unwrap_or(&portal)).await?;
    Ok(client.allows_redirect(uri, &visit.origin))
}

fn signed_out(visit: &Visit) -> Response {
    let page = Page {
        title: "You are signed out".into(),
        lead: "You can close this window.".into(),
        ..pages::blank(visit)
    };
    page.respond(&visit.cx, StatusCode::OK, "")
}
