//! Claims about the user of an access token (OpenID Connect Core 1.0, 5.3).

use axum::http::HeaderValue;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::{IntoResponse, Response};
use base::{Kind, Result};
use serde_json::{Value, json};

use super::token;
use super::visit::Visit;
use crate::ApiError;
use crate::app::bearer;

/// `GET` or `POST`, with the token in the header.
pub(super) async fn userinfo(visit: Visit) -> Response {
    match claims(&visit).await {
        Ok(claims) => token::answer(&claims),
        Err(error) => {
            let is_refused = error.kind == Kind::Unauthenticated;
            let mut response = ApiError(error).into_response();
            if is_refused {
                let challenge = HeaderValue::from_static("Bearer error=\"invalid_token\"");
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            response
        }
    }
}

async fn claims(visit: &Visit) -> Result<Value> {
    let token = bearer(&visit.headers)?;
    let (user, subject) = visit.directory().user_info(&visit.cx, token).await?;
    let mut claims = json!({ "sub": subject, "oid": user.id, "name": user.display_name });
    claims["preferred_username"] = json!(user.upn);
    for (name, value) in
        [("given_name", user.given_name), ("family_name", user.surname), ("email", user.mail)]
    {
        if let Some(value) = value {
            claims[name] = json!(value);
        }
    }
    Ok(claims)
}
