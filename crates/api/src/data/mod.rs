//! The data service of one environment: `/api/data/v9.x/…`, by host name or below
//! `/orgs/{domain}`.
//!
//! A request becomes a [`Call`]; [`resource`] finds out what its path means; the files below do it
//! and give an [`Answer`]. An action is a file in `actions/` and a line in its list, a function
//! likewise in `functions/`; what the protocol has and we do not is listed in [`unsupported`].

mod actions;
mod address;
mod annotations;
mod answer;
mod batch;
mod body;
mod bulk;
mod call;
mod conditions;
mod csdl;
mod currencies;
mod fetch;
mod fetched;
mod format;
mod functions;
mod insight;
mod metadata;
mod navigation;
mod paging;
mod payload;
mod plain;
mod preferences;
mod properties;
mod references;
mod resource;
mod rows;
mod unsupported;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::Uri;
use axum::response::Response;
use axum::routing::any;
use tower::ServiceExt;

use crate::App;

pub use csdl::MetadataCache;
pub use plain::page_json;

use address::Address;
use answer::Answer;

/// The routes. What stands below the service root is read by [`query::odata`].
pub fn router() -> Router<App> {
    let mut router = insight::router();
    for root in ["/api/data/{version}", "/orgs/{domain}/api/data/{version}"] {
        router = router
            .route(root, any(serve))
            .route(&format!("{root}/"), any(serve))
            .route(&format!("{root}/{{*path}}"), any(serve));
    }
    router
}

/// `router` with the fixed part of the paths of this service in any case.
pub fn any_case(router: Router) -> Router {
    Router::new().fallback_service(router.map_request(|mut request: Request| {
        if let Some(path) = address::lower_case_root(request.uri()) {
            let mut parts = std::mem::take(request.uri_mut()).into_parts();
            parts.path_and_query = Some(path);
            *request.uri_mut() = Uri::from_parts(parts).unwrap_or_default();
        }
        request
    }))
}

async fn serve(State(app): State<App>, request: Request) -> Response {
    let request_id = app.cx().request_id;
    let (parts, body) = request.into_parts();
    let address = Address::of(&parts);
    let answer = match call::read(&app, &address, parts, body, request_id).await {
        Ok(call) => resource::answer(&call).await,
        Err(error) => Err(error),
    };
    let answer = answer.unwrap_or_else(|error| Answer::error(error, address.as_ref().ok(), &app));
    answer.into_response(request_id)
}
