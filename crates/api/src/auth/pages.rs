//! Pages that people see: one layout, no scripts (but one line for `form_post`), nothing from
//! elsewhere, readable by keyboard and screen reader, light and dark.

use std::fmt::Write;

use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base::Cx;
use identity::Denial;

use super::params::{Params, header};
use super::visit::Visit;

const STYLE: &str = include_str!("pages.css");

/// A page of sign-in.
pub(super) struct Page {
    /// The heading, and the title of the window.
    pub title: String,
    /// The line below it; may be empty.
    pub lead: String,
    /// The tenant's name, shown on top.
    pub tenant_name: String,
    /// Another site that a form leads to in the end.
    pub form_site: Option<String>,
}

/// A page of the tenant that says nothing yet.
pub(super) fn blank(visit: &Visit) -> Page {
    Page {
        title: String::new(),
        lead: String::new(),
        tenant_name: visit.directory().tenant().name.clone(),
        form_site: None,
    }
}

impl Page {
    /// The page with `body`, which is HTML.
    pub fn respond(&self, cx: &Cx, status: StatusCode, body: &str) -> Response {
        let nonce = cx.random_id().simple().to_string();
        self.respond_with(status, body, &nonce, "")
    }

    fn respond_with(&self, status: StatusCode, body: &str, nonce: &str, script: &str) -> Response {
        let html = self.html(body, nonce, script);
        let policy = policy(nonce, self.form_site.as_deref(), !script.is_empty());
        let mut response = (status, html).into_response();
        let headers = response.headers_mut();
        for (name, value) in FIXED_HEADERS {
            headers.insert(name, HeaderValue::from_static(value));
        }
        // Made of letters that a header may have; see `source`.
        if let Ok(policy) = policy.parse() {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
        response
    }

    fn html(&self, body: &str, nonce: &str, script: &str) -> String {
        let script = match script {
            "" => String::new(),
            script => format!("<script nonce=\"{nonce}\">{script}</script>\n"),
        };
        let lead = match self.lead.as_str() {
            "" => String::new(),
            lead => format!("<p class=\"lead\">{}</p>\n", escape(lead)),
        };
        format!(
            "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"color-scheme\" content=\"light dark\">
<meta name=\"robots\" content=\"noindex\">
<title>{title} – {tenant}</title>
<style nonce=\"{nonce}\">
{STYLE}</style>
</head>
<body>
<main>
<p class=\"tenant\">{tenant}</p>
<h1>{title}</h1>
{lead}{body}
</main>
{script}</body>
</html>
",
            title = escape(&self.title),
            tenant = escape(&self.tenant_name),
        )
    }
}

const FIXED_HEADERS: [(HeaderName, &str); 5] = [
    (CONTENT_TYPE, "text/html; charset=utf-8"),
    (CACHE_CONTROL, "no-store"),
    (REFERRER_POLICY, "same-origin"),
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
];

/// What the page may do. Browsers also hold redirects after a form to `form-action`.
fn policy(nonce: &str, site: Option<&str>, has_script: bool) -> String {
    let script = if has_script { format!("script-src 'nonce-{nonce}'; ") } else { String::new() };
    let site = site.and_then(source).map(|s| format!(" {s}")).unwrap_or_default();
    format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; {script}form-action 'self'{site}; \
         base-uri 'none'; frame-ancestors 'none'"
    )
}

/// The site of a URI as a source of a content security policy; nothing if it cannot be one.
fn source(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let is_scheme = |b: u8| b.is_ascii_alphanumeric() || b"+-.".contains(&b);
    if scheme.is_empty() || !scheme.bytes().all(is_scheme) {
        return None;
    }
    if !matches!(scheme, "http" | "https") {
        return Some(format!("{scheme}:"));
    }
    let host = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
    let is_host = |b: u8| b.is_ascii_alphanumeric() || b"-.:".contains(&b);
    (!host.is_empty() && host.bytes().all(is_host)).then(|| format!("{scheme}://{host}"))
}

/// Sends the browser on, with `params` in the query or the fragment.
pub(super) fn redirect(uri: &str, mode: &str, params: &Params) -> Result<Response, Denial> {
    let text = params.encode();
    let join = match mode {
        _ if text.is_empty() => "",
        "fragment" => "#",
        _ if uri.contains('?') => "&",
        _ => "?",
    };
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(LOCATION, header(&format!("{uri}{join}{text}"))?);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(response)
}

/// A page whose form posts `params` to `uri` by itself (`response_mode=form_post`).
pub(super) fn post(visit: &Visit, uri: &str, params: &Params) -> Response {
    let page = Page {
        title: "Signing in".into(),
        lead: String::new(),
        form_site: Some(uri.to_owned()),
        ..blank(visit)
    };
    let body = format!(
        "<form method=\"post\" action=\"{}\">{}<button type=\"submit\">Continue</button></form>",
        escape(uri),
        hidden(params)
    );
    let nonce = visit.cx.random_id().simple().to_string();
    page.respond_with(StatusCode::OK, &body, &nonce, "document.forms[0].submit()")
}

/// Hidden fields of a form.
pub(super) fn hidden(params: &Params) -> String {
    params.iter().fold(String::new(), |mut html, (name, value)| {
        let (name, value) = (escape(name), escape(value));
        let _ = writeln!(html, "<input type=\"hidden\" name=\"{name}\" value=\"{value}\">");
        html
    })
}

/// A message about what was typed, read out at once.
pub(super) fn alert(text: &str) -> String {
    format!("<p id=\"alert\" class=\"alert\" role=\"alert\">{}</p>\n", escape(text))
}

/// Small print for who asks an administrator.
pub(super) fn details(text: &str) -> String {
    format!("<pre class=\"details\">{}</pre>", escape(text))
}

/// `text` as it stands in HTML, also within quotes.
pub(super) fn escape(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_become_sources_or_nothing() {
        for (uri, want) in [
            ("https://app.example/in?x", Some("https://app.example")),
            ("http://localhost:5300/", Some("http://localhost:5300")),
            ("msal123://auth", Some("msal123:")),
            ("https://a; script-src *", None),
            ("https://[::1]:80/", None),
            ("a b:x", None),
            ("", None),
        ] {
            assert_eq!(source(uri).as_deref(), want, "{uri}");
        }
    }
}
