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
mod discovery;
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
mod protection;
mod references;
mod resource;
mod rollups;
mod rows;
mod search;
mod timing;
mod unsupported;

use axum::Router;
use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::Response;
use tower::{ServiceExt, service_fn};

use crate::App;

pub use csdl::MetadataCache;
pub use plain::page_json;
pub use protection::{Protection, ProtectionLimits};

use address::Address;
use answer::Answer;
use protection::Left;
use timing::{SERVER_TIMING, Timing};

/// The routes beside the service itself.
pub fn router() -> Router<App> {
    insight::router().merge(discovery::router()).merge(search::router())
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
    let timing = Timing::asked(request.headers());
    match timing {
        None => Box::pin(served(&app, request, None)).await,
        Some(timing) => {
            let tally = timing.tally.clone();
            let work = Box::pin(served(&app, request, Some(&timing)));
            let mut response = tally.of(work).await;
            if let Ok(told) = HeaderValue::from_str(&timing.told()) {
                response.headers_mut().insert(SERVER_TIMING, told);
            }
            response
        }
    }
}

/// Behind a pointer where it is awaited: it is large, and would be copied from caller to caller.
async fn served(app: &App, request: Request, timing: Option<&Timing>) -> Response {
    let cx = app.cx();
    let request_id = cx.request_id;
    let (parts, body) = request.into_parts();
    let address = Address::of(&parts);
    let wants_details = preferences::wants_error_details(&parts.headers);
    let mut left = Left::unlimited();
    let answer = match call::read(app, cx, &address, parts, body, timing).await {
        Ok((call, admitted)) => {
            left = admitted.as_ref().map_or(left, |admitted| admitted.left);
            let answer = resource::answer(&call).await;
            if let Some(timing) = timing {
                timing.end("work");
            }
            answer
        }
        Err(error) => Err(error),
    };
    let answer = answer.unwrap_or_else(|error| {
        let answer = Answer::error(error, address.as_ref().ok(), app);
        if wants_details { answer.with_error_details(request_id) } else { answer }
    });
    answer.into_response(request_id, left)
}
