//! Sign-in of programs without a browser (RFC 8628): the program's part and the person's.

use axum::http::StatusCode;
use axum::response::Response;
use base::limits::{DEVICE_CODE_SECONDS, DEVICE_POLL_SECONDS};
use identity::{Denial, DeviceRequest, Requested, Session, Version};
use serde_json::{Value, json};

use super::cookies::PROOF_FIELD;
use super::login::{self, Prompt};
use super::pages::{self, Page, escape};
use super::params::Params;
use super::visit::{Form, Visit};
use super::{denied, token};

/// Starts a device sign-in, version 2.0.
pub(super) async fn start_v2(visit: Visit, Form(form): Form) -> Response {
    started(&visit, &form, Version::V2).await
}

/// Starts a device sign-in, version 1.0.
pub(super) async fn start_v1(visit: Visit, Form(form): Form) -> Response {
    started(&visit, &form, Version::V1).await
}

async fn started(visit: &Visit, form: &Params, version: Version) -> Response {
    match start(visit, form, version).await {
        Ok(body) => token::answer(&body),
        Err(denial) => denied::json(&visit.cx, visit.correlation_id(), denial),
    }
}

async fn start(visit: &Visit, form: &Params, version: Version) -> Result<Value, Denial> {
    let (id, secret) = token::credentials(&visit.headers, form)?;
    let directory = visit.directory();
    let client = directory.client_authenticate(&visit.cx, &id, secret.as_deref()).await?;
    let requested = match (version, form.get("resource")) {
        (Version::V1, Some(resource)) => Requested::resource(resource),
        _ => Requested::parse(form.need("scope")?)?,
    };
    let code = directory.device_create(&visit.cx, &client, &requested).await?;
    let page = format!("{}/devicelogin", visit.origin);
    let message = format!(
        "To sign in, use a web browser to open the page {page} and enter the code {} to \
         authenticate.",
        code.user_code
    );
    Ok(json!({
        "user_code": code.user_code,
        "device_code": code.device_code,
        "verification_uri": page,
        "verification_url": page,
        "expires_in": DEVICE_CODE_SECONDS,
        "interval": DEVICE_POLL_SECONDS,
        "message": message,
    }))
}

/// `/devicelogin`: short enough to type.
pub(super) async fn short(visit: Visit) -> Response {
    let to = "/common/oauth2/deviceauth";
    pages::redirect(to, "query", &Params::default()).unwrap_or_else(|d| denied::page(&visit, d))
}

/// The page to enter the code; whoever is not signed in signs in first.
pub(super) async fn enter(visit: Visit) -> Response {
    let shown = async {
        match visit.session().await? {
            Some(session) => ask_code(&visit, &session, None),
            None => ask_sign_in(&visit),
        }
    };
    shown.await.unwrap_or_else(|denial| denied::page(&visit, denial))
}

/// The code, or the yes or no to the program that it belongs to.
pub(super) async fn submit(visit: Visit, Form(form): Form) -> Response {
    let shown = async {
        visit.check_form_proof(&form)?;
        let Some(session) = visit.session().await? else { return ask_sign_in(&visit) };
        match form.get("decision") {
            None => look_up(&visit, &session, &form).await,
            Some(decision) => decide(&visit, &session, &form, decision == "approve").await,
        }
    };
    shown.await.unwrap_or_else(|denial| denied::page(&visit, denial))
}

fn ask_sign_in(visit: &Visit) -> Result<Response, Denial> {
    let prompt = Prompt {
        back: visit.path.clone(),
        client_name: "a program on another device",
        user_name: "",
        site: None,
    };
    login::show(visit, &prompt)
}

async fn look_up(visit: &Visit, session: &Session, form: &Params) -> Result<Response, Denial> {
    let code = form.get("user_code").unwrap_or_default();
    match visit.directory().device_find(&visit.cx, session, code).await {
        Ok(request) => ask_decision(visit, session, &request),
        Err(denial @ (Denial::DeviceCodeInvalid | Denial::Locked)) => {
            ask_code(visit, session, Some(&denial))
        }
        Err(denial) => Err(denial),
    }
}

async fn decide(
    visit: &Visit,
    session: &Session,
    form: &Params,
    is_approved: bool,
) -> Result<Response, Denial> {
    let code = form.need("user_code")?;
    visit.directory().device_decide(&visit.cx, session, code, is_approved).await?;
    let (title, lead) = match is_approved {
        true => ("You are signed in", "Go back to your program. You can close this window."),
        false => ("Nothing was signed in", "The program was told. You can close this window."),
    };
    let page = Page { title: title.into(), lead: lead.into(), ..pages::blank(visit) };
    Ok(page.respond(&visit.cx, StatusCode::OK, ""))
}

fn ask_code(visit: &Visit, session: &Session, denial: Option<&Denial>) -> Result<Response, Denial> {
    let page = Page {
        title: "Enter code".into(),
        lead: "Enter the code that your program shows.".into(),
        ..pages::blank(visit)
    };
    let alert = denial.map(|denial| match denial {
        Denial::Locked => pages::alert("Too many wrong codes. Wait some minutes, then try again."),
        _ => pages::alert("That code did not work. Check it, or start again in your program."),
    });
    let described =
        if denial.is_some() { " aria-invalid=\"true\" aria-describedby=\"alert\"" } else { "" };
    let fields = format!(
        "{}<label for=\"user_code\">Code</label>
<input id=\"user_code\" name=\"user_code\" required autofocus autocomplete=\"off\"
 autocapitalize=\"characters\" spellcheck=\"false\" maxlength=\"20\"{described}>
<button type=\"submit\">Next</button>",
        alert.unwrap_or_default()
    );
    let status = if denial.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    form(visit, session, &page, status, &Params::default(), &fields)
}

fn ask_decision(
    visit: &Visit,
    session: &Session,
    request: &DeviceRequest,
) -> Result<Response, Denial> {
    let page = Page {
        title: format!("Sign in to {}?", request.client_name),
        lead: "Go on only if you started this sign-in yourself, and trust the program.".into(),
        ..pages::blank(visit)
    };
    let hidden = Params::default().with("user_code", Some(&request.user_code));
    let fields = "<button type=\"submit\" name=\"decision\" value=\"approve\">Continue</button>
<button type=\"submit\" name=\"decision\" value=\"decline\" class=\"plain\">Cancel</button>";
    form(visit, session, &page, StatusCode::OK, &hidden, fields)
}

fn form(
    visit: &Visit,
    session: &Session,
    page: &Page,
    status: StatusCode,
    hidden: &Params,
    fields: &str,
) -> Result<Response, Denial> {
    let proof = visit.form_proof();
    let hidden = hidden.clone().with(PROOF_FIELD, Some(&proof));
    let body = format!(
        "<p class=\"who\">Signed in as <strong>{}</strong></p>
<form method=\"post\" action=\"{}\">{}{fields}</form>",
        escape(&session.user.upn),
        escape(&visit.path),
        pages::hidden(&hidden),
    );
    let mut response = page.respond(&visit.cx, status, &body);
    visit.set_form_proof(&mut response, &proof)?;
    Ok(response)
}
