//! The portal: the files of `web/dist`, which are part of the program.
//!
//! Whatever the API does not know and a browser asks for is a page of the portal.

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use base::Error;
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
#[allow_missing = true]
struct Files;

/// What stands at `/` when the program was built without the portal.
const WITHOUT: &str = include_str!("without_portal.html");

/// Pages load nothing from elsewhere, and nobody shows them in a frame.
const POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
                      font-src 'self' data:; object-src 'none'; base-uri 'self'; \
                      frame-ancestors 'none'";

/// `api`, and the portal for what it does not know.
pub fn beside(api: Router) -> Router {
    Router::new().fallback_service(api.layer(from_fn(or_portal)))
}

async fn or_portal(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let is_page = wants_page(request.headers());
    let response = next.run(request).await;
    // The API always says in JSON what it does not find; an empty answer means no route at all.
    let is_unknown = response.status() == StatusCode::NOT_FOUND
        && !response.headers().contains_key(CONTENT_TYPE);
    match is_unknown {
        false => response,
        true if method == Method::GET || method == Method::HEAD => page(&path, is_page),
        true => not_found(&path),
    }
}

/// A file of the portal, or the page itself for its inner addresses.
fn page(path: &str, is_page: bool) -> Response {
    let name = path.trim_start_matches('/');
    if let Some(file) = Files::get(name).filter(|_| !name.is_empty() && name != "index.html") {
        return answer(name, file);
    }
    if !is_page || path.starts_with("/api/") || path.starts_with("/providers/") {
        return not_found(path);
    }
    match Files::get("index.html") {
        Some(file) => answer("index.html", file),
        None => html(Body::from(WITHOUT)),
    }
}

fn answer(name: &str, file: EmbeddedFile) -> Response {
    let hash: String =
        file.metadata.sha256_hash()[..16].iter().map(|b| format!("{b:02x}")).collect();
    let body = Body::from(file.data.into_owned());
    if name == "index.html" {
        return html(body);
    }
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    // The names of built files carry a hash of what is in them.
    let is_hashed = name.starts_with("assets/");
    let cache = if is_hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(etag) = HeaderValue::try_from(format!("\"{hash}\"")) {
        headers.insert(ETAG, etag);
    }
    response
}

fn html(body: Body) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response
}

fn not_found(path: &str) -> Response {
    let error = Error::not_found("ResourceNotFound", format!("There is nothing at {path}."));
    api::ApiError(error).into_response()
}

/// Whether a browser asks for a page: it says so.
fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// The types of the files that are built.
fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "ttf" => "font/ttf",
        "txt" => "text/plain; charset=utf-8",
        "webmanifest" => "application/manifest+json",
        "woff" => "font/woff",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn ask(path: &str, accept: &str) -> String {
        let api = Router::new().route("/known", get(|| async { "known" })).route(
            "/json",
            get(|| async { api::ApiError(Error::not_found("NotThere", "No.")).into_response() }),
        );
        let request = Request::builder()
            .uri(path)
            .header(ACCEPT, accept)
            .body(Body::empty())
            .expect("a request");
        let response = beside(api).oneshot(request).await.expect("an answer");
        let status = response.status();
        let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        format!("{} {}", status.as_u16(), kind.unwrap_or("none"))
    }

    #[tokio::test]
    async fn pages_are_for_browsers_and_for_what_the_api_does_not_know() {
        let browser = "text/html,application/xhtml+xml";
        assert_eq!(ask("/", browser).await, "200 text/html; charset=utf-8");
        assert_eq!(ask("/environments/x", browser).await, "200 text/html; charset=utf-8");
        assert_eq!(ask("/known", browser).await, "200 text/plain; charset=utf-8");
        assert_eq!(ask("/json", browser).await, "404 application/json; charset=utf-8");
        assert_eq!(ask("/api/nothing", browser).await, "404 application/json; charset=utf-8");
        assert_eq!(ask("/nothing", "*/*").await, "404 application/json; charset=utf-8");
        assert_eq!(ask("/../secret.key", "*/*").await, "404 application/json; charset=utf-8");
    }
}
