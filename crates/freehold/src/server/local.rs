//! Access for whoever can read the data folder: tokens from a server that runs on it.
//!
//! A data folder belongs to one process, so a second one cannot issue tokens beside it. Instead the
//! server leaves a note in the folder, readable by its owner only: where it answers, and a secret
//! that is good until it stops.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use axum::body::Bytes;
use axum::extract::State as Given;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use base::{Cx, Error, Kind};
use identity::{Directory, Page};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::{State, tls};
use crate::config::Config;

const PATH: &str = "/api/freehold/local/token";
const SCHEME: &str = "Local ";

/// For whom a token is wanted.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenRequest {
    /// A user principal name, or the part of it before the @.
    pub user: String,
}

#[derive(Serialize, Deserialize)]
struct TokenAnswer {
    access_token: String,
}

/// The note in the data folder.
#[derive(Serialize, Deserialize)]
pub struct Note {
    url: String,
    secret: String,
    process: u32,
}

/// The secret of this run.
pub struct Secret {
    secret: String,
    public_url: String,
}

impl Secret {
    /// Makes a secret and leaves the note.
    pub fn write(cx: &Cx, config: &Config) -> Result<Self> {
        let secret: String =
            cx.random_bytes::<32>().iter().map(|byte| format!("{byte:02x}")).collect();
        // Without plain HTTP there is no way in that needs no trust in our own authority.
        if let Some(address) = config.http_address()? {
            let host = if address.ip().is_unspecified() {
                format!("127.0.0.1:{}", address.port())
            } else {
                address.to_string()
            };
            let note = Note {
                url: format!("http://{host}"),
                secret: secret.clone(),
                process: std::process::id(),
            };
            let text = toml::to_string(&note).context("writing the note of the server")?;
            tls::write_private(&path(&config.data), &text)?;
        }
        Ok(Self { secret, public_url: config.public_url() })
    }

    /// Takes the note away.
    pub fn remove(&self, config: &Config) {
        if let Err(error) = fs::remove_file(path(&config.data))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(
                cause = error.to_string(),
                "the note of the server could not be removed"
            );
        }
    }

    fn is(&self, headers: &HeaderMap) -> bool {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix(SCHEME)).unwrap_or_default();
        given.as_bytes().ct_eq(self.secret.as_bytes()).into()
    }
}

fn path(data: &Path) -> PathBuf {
    data.join("server.toml")
}

pub fn router() -> Router<Arc<State>> {
    Router::new().route(PATH, post(token))
}

async fn token(Given(state): Given<Arc<State>>, headers: HeaderMap, body: Bytes) -> Response {
    match asked(&state, &headers, &body).await {
        Ok(access_token) => Json(TokenAnswer { access_token }).into_response(),
        Err(error) => api::ApiError(error).into_response(),
    }
}

/// First who asks, then for what.
async fn asked(state: &State, headers: &HeaderMap, body: &[u8]) -> base::Result<String> {
    if !state.local.is(headers) {
        let text = "Only who can read the data folder of the server gets tokens here.";
        return Err(Error::new(Kind::Unauthenticated, "Unauthorized", text));
    }
    let request: TokenRequest = serde_json::from_slice(body).map_err(|error| {
        Error::invalid(format!("The body must be {{\"user\":\"…\"}}: {error}."))
    })?;
    issue(&Cx::system(), state.tenant.directory(), &state.local.public_url, &request.user).await
}

/// A token for the user called `name`.
pub async fn issue(
    cx: &Cx,
    directory: &Directory,
    public_url: &str,
    name: &str,
) -> base::Result<String> {
    let user = match name.contains('@') {
        true => directory.user_by_upn(name).await?,
        false => {
            let page = Page { search: Some(format!("{name}@")), ..Page::default() };
            let mut found = directory.users_list(&page).await?;
            if found.len() > 1 {
                let text = format!("Several users are called '{name}@…'; give the whole name.");
                return Err(Error::invalid(text));
            }
            found.pop()
        }
    };
    let user = user.filter(|user| user.is_enabled).ok_or_else(|| {
        Error::not_found("UserNotFound", format!("there is no enabled user '{name}'"))
    })?;
    directory.issue_token(cx, &user, public_url, public_url)
}

/// The server that runs on a data folder, if its note is there and it answers.
pub fn running(data: &Path) -> Result<Option<Note>> {
    let path = path(data);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("reading {}", path.display())),
    };
    let note: Note =
        toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    let lives = ureq::get(format!("{}/healthz", note.url)).call().is_ok();
    Ok(lives.then_some(note))
}

impl Note {
    /// Where the server answers.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Asks the server for a token.
    pub fn token(&self, request: &TokenRequest) -> Result<String> {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent
            .post(format!("{}{PATH}", self.url))
            .header("Authorization", format!("{SCHEME}{}", self.secret))
            .send_json(request)
            .with_context(|| format!("asking the server at {}", self.url))?;
        let status = answer.status();
        let body: serde_json::Value = answer.body_mut().read_json().unwrap_or_default();
        if status != 200 {
            let message = body["error"]["message"].as_str();
            bail!("{}", message.unwrap_or("another server answers at the address of this one"));
        }
        let token = body["access_token"].as_str();
        token.map(str::to_owned).ok_or_else(|| anyhow!("the server gave no token"))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::server::Server;

    /// The status, and the code of the error.
    async fn ask(server: &Server, authorization: &str, body: &str) -> String {
        let request = Request::post(PATH).header(AUTHORIZATION, authorization);
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let response = server.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 100_000).await.expect("a body");
        let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
        format!("{status} {}", body["error"]["code"].as_str().unwrap_or_default())
    }

    #[tokio::test]
    async fn only_who_can_read_the_folder_gets_a_token() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            data: folder.path().to_owned(),
            http: "127.0.0.1:0".to_owned(),
            https: String::new(),
            ..Config::default()
        };
        let server = Server::open(&Cx::system(), config).await.expect("a server");
        let user = r#"{"user":"nobody"}"#;
        for authorization in ["", "Local ", "Local abc", "Bearer abc"] {
            for body in [user, "", "{", "{\"user\":1}"] {
                assert_eq!(ask(&server, authorization, body).await, "401 Unauthorized");
            }
        }
        let note = fs::read_to_string(path(folder.path())).expect("the note");
        let note: Note = toml::from_str(&note).expect("a note");
        let good = format!("{SCHEME}{}", note.secret);
        assert_eq!(ask(&server, &good, user).await, "404 UserNotFound");
        assert_eq!(ask(&server, &good, "{").await, "400 0x80040203");
        assert_eq!(ask(&server, &good[..good.len() - 1], user).await, "401 Unauthorized");
    }
}
