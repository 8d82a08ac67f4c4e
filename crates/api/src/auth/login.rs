//! The sign-in form: showing it, and taking what is typed.
//!
//! The form posts to `/{tenant}/login` and names the page to go back to; that page finds the session
//! and goes on.

use axum::http::StatusCode;
use axum::response::Response;
use identity::Denial;

use super::cookies::PROOF_FIELD;
use super::denied;
use super::pages::{self, Page, escape};
use super::params::Params;
use super::visit::{Form, Visit};

/// What the sign-in form shows.
pub(super) struct Prompt<'a> {
    /// Where to go on, on this server: path and query.
    pub back: String,
    /// The program that wants the sign-in.
    pub client_name: &'a str,
    /// The user name that is filled in.
    pub user_name: &'a str,
    /// Where the browser is sent in the end, if that is another site.
    pub site: Option<&'a str>,
}

/// The page with the form.
pub(super) fn show(visit: &Visit, prompt: &Prompt<'_>) -> Result<Response, Denial> {
    form(visit, prompt, StatusCode::OK, None)
}

/// `POST /{tenant}/login`.
pub(super) async fn submit(visit: Visit, Form(form): Form) -> Response {
    match sign_in(&visit, &form).await {
        Ok(response) => response,
        Err(denial) => denied::page(&visit, denial),
    }
}

async fn sign_in(visit: &Visit, typed: &Params) -> Result<Response, Denial> {
    let back = checked_back(typed.need("back")?)?;
    visit.check_form_proof(typed)?;
    let directory = visit.directory();
    let name = typed.get("username").unwrap_or_default();
    let password = typed.get("password").unwrap_or_default();
    match directory.sign_in(&visit.cx, name, password).await {
        Ok(user) => {
            if let Some(old) = visit.session_cookie() {
                directory.session_delete(old).await?;
            }
            let session = directory.session_create(&visit.cx, user.id).await?;
            let mut response = pages::redirect(back, "query", &Params::default())?;
            visit.set_session(&mut response, Some(&session))?;
            Ok(response)
        }
        Err(Denial::Fault(error)) => Err(Denial::Fault(error)),
        Err(denial) => {
            let prompt = Prompt {
                back: back.into(),
                client_name: typed.get("client").unwrap_or_default(),
                user_name: name,
                site: typed.get("site"),
            };
            let status = match denial {
                Denial::Locked => StatusCode::TOO_MANY_REQUESTS,
                _ => StatusCode::UNAUTHORIZED,
            };
            form(visit, &prompt, status, Some(&denial))
        }
    }
}

/// Only pages of sign-in on this server: nobody is sent elsewhere.
fn checked_back(back: &str) -> Result<&str, Denial> {
    let path = back.split('?').next().unwrap_or_default();
    let is_ours = ["/oauth2/authorize", "/oauth2/v2.0/authorize", "/oauth2/deviceauth"]
        .iter()
        .any(|end| path.strip_suffix(end).is_some_and(is_one_segment));
    let is_plain = back.bytes().all(|b| b.is_ascii_graphic());
    if is_ours && is_plain {
        return Ok(back);
    }
    Err(Denial::Malformed("The form names no page to go back to. Start the sign-in again.".into()))
}

/// `/contoso`, not `//contoso` or `/a/b`.
fn is_one_segment(path: &str) -> bool {
    let segment = path.strip_prefix('/').unwrap_or_default();
    !segment.is_empty() && !segment.contains(['/', '\\'])
}

fn form(
    visit: &Visit,
    prompt: &Prompt<'_>,
    status: StatusCode,
    denial: Option<&Denial>,
) -> Result<Response, Denial> {
    let proof = visit.form_proof();
    let page = Page {
        title: "Sign in".into(),
        lead: match prompt.client_name {
            "" => String::new(),
            name => format!("to continue to {name}"),
        },
        form_site: prompt.site.map(str::to_owned),
        ..pages::blank(visit)
    };
    let body = markup(visit, prompt, &proof, denial);
    let mut response = page.respond(&visit.cx, status, &body);
    visit.set_form_proof(&mut response, &proof)?;
    Ok(response)
}

fn markup(visit: &Visit, prompt: &Prompt<'_>, proof: &str, denial: Option<&Denial>) -> String {
    let hidden = Params::default()
        .with("back", Some(&prompt.back))
        .with("client", Some(prompt.client_name))
        .with("site", prompt.site)
        .with(PROOF_FIELD, Some(proof));
    let alert = denial.map(alert).unwrap_or_default();
    // Whoever came with a user name goes on with the password.
    let (name_focus, password_focus) =
        if prompt.user_name.is_empty() { (" autofocus", "") } else { ("", " autofocus") };
    let described =
        if denial.is_some() { " aria-invalid=\"true\" aria-describedby=\"alert\"" } else { "" };
    format!(
        "<form method=\"post\" action=\"/{tenant}/login\">{hidden}{alert}
<label for=\"username\">User name</label>
<input id=\"username\" name=\"username\" type=\"text\" inputmode=\"email\" autocomplete=\"username\" required
 spellcheck=\"false\" autocapitalize=\"none\" placeholder=\"someone@{domain}\"
 value=\"{name}\"{name_focus}{described}>
<label for=\"password\">Password</label>
<input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required
{password_focus}{described}>
<button type=\"submit\">Sign in</button>
</form>",
        tenant = escape(&visit.tenant),
        hidden = pages::hidden(&hidden),
        domain = escape(&visit.directory().tenant().domain),
        name = escape(prompt.user_name),
    )
}

fn alert(denial: &Denial) -> String {
    let text = match denial {
        Denial::UserWrong => "The user name or the password is wrong.".to_owned(),
        other => other.to_string(),
    };
    pages::alert(&text)
}
