//! Cookies: the session, and the proof that a form was ours.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::Response;
use base::Result;
use identity::{Denial, Session};

use super::params::{Params, header};
use super::visit::Visit;

const SESSION: &str = "fh_session";
const PROOF: &str = "fh_form";

impl Visit {
    /// The session of the browser, if it has one.
    pub async fn session(&self) -> Result<Option<Session>> {
        match self.cookie(SESSION) {
            Some(value) => self.directory().session_find(&self.cx, value).await,
            None => Ok(None),
        }
    }

    /// The value of the session's cookie.
    pub fn session_cookie(&self) -> Option<&str> {
        self.cookie(SESSION)
    }

    /// Gives the browser a session; without a value, takes it away.
    pub fn set_session(&self, response: &mut Response, value: Option<&str>) -> Result<()> {
        self.set_cookie(response, SESSION, value)
    }

    /// What a form must bring back: the same as a cookie that other sites can neither read nor set.
    /// Kept for the browser, so forms in several tabs work.
    pub fn form_proof(&self) -> String {
        match self.cookie(PROOF) {
            Some(known) if known.len() == 32 && known.bytes().all(|b| b.is_ascii_hexdigit()) => {
                known.to_owned()
            }
            _ => self.cx.random_id().simple().to_string(),
        }
    }

    /// Gives the browser the proof that is in the form.
    pub fn set_form_proof(&self, response: &mut Response, proof: &str) -> Result<()> {
        self.set_cookie(response, PROOF, Some(proof))
    }

    /// Refuses forms that are not ours.
    pub fn check_form_proof(&self, form: &Params) -> Result<(), Denial> {
        let is_ours = self.cookie(PROOF).is_some_and(|known| form.get(PROOF) == Some(known));
        if is_ours {
            return Ok(());
        }
        let text = "The form is too old, or the browser keeps no cookies. Go back and try again.";
        Err(Denial::Malformed(text.into()))
    }

    fn cookie(&self, name: &str) -> Option<&str> {
        find(&self.headers, &self.cookie_name(name))
    }

    /// On HTTPS with the prefix that lets no other host or path set the cookie.
    fn cookie_name(&self, name: &str) -> String {
        if self.is_secure() { format!("__Host-{name}") } else { name.into() }
    }

    fn set_cookie(&self, response: &mut Response, name: &str, value: Option<&str>) -> Result<()> {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        let end = if value.is_none() { "; Max-Age=0" } else { "" };
        let text = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax{secure}{end}",
            self.cookie_name(name),
            value.unwrap_or_default()
        );
        response.headers_mut().append(SET_COOKIE, header(&text)?);
        Ok(())
    }
}

/// The name of the field that brings the proof back.
pub(super) const PROOF_FIELD: &str = PROOF;

fn find<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|p| p.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}
