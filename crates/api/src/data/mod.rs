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
mod changes;
mod conditions;
mod content;
mod csdl;
mod currencies;
mod fetch;
mod fetched;
mod files;
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
mod rollups;
mod rows;
mod search;
mod unsupported;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use tower::{ServiceExt, service_fn};

use crate::App;

pub use csdl::MetadataCache;
pub use plain::page_json;

use address::Address;
use answer::Answer;

/// The routes beside the service itself.
pub fn router() -> Router<App> {
    insight::router().merge(search::router())
}

/// The data service before `others`: nearly all requests are its own. What stands below its root
/// is read by [`query::odata`], so they go past all routes.
pub fn before(app: App, others: Router) -> Router {
    let front = service_fn(move |request: Request| {
        let is_ours = address::is_ours(request.uri().path());
        let (app, others) = (is_ours.then(|| app.clone()), others.clone());
        async move {
            match app {
                Some(app) => Ok(serve(app, request).await),
                None => others.oneshot(request).await,
            }
        }
    });
    Router::new().fallback_service(front)
}

async fn serve(app: App, request: Request) -> Response {
    let cx = app.cx();
    let request_id = cx.request_id;
    let (parts, body) = request.into_parts();
    let address = Address::of(&parts);
    let answer = match call::read(&app, cx, &address, parts, body).await {
        Ok(call) => resource::answer(&call).await,
        Err(error) => Err(error),
    };
    let answer = answer.unwrap_or_else(|error| Answer::error(error, address.as_ref().ok(), &app));
    answer.into_response(request_id)
}
