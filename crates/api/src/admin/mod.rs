//! Environments and what manages them: the Business Application Platform API, and beside it the
//! few routes of our own under `/api/freehold/`.
//!
//! To add a route: an `async fn` that takes a [`Call`] and gives an [`Answer`], and one line in
//! the table of [`routes`]. The table says who may call it; a test walks the table as nobody and
//! as somebody without rights.

mod answer;
mod call;
mod catalog;
mod directory;
mod document;
mod environments;
mod fields;
mod operations;
mod portal;
mod request;
mod roles;
mod routes;
mod tenant;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::any;

use crate::App;

pub use routes::{ROUTES, Right, Route};

use answer::Answer;
use call::Call;

/// Which route of the table answered: for counting requests without their ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RouteTemplate(pub &'static str);

/// The routes. What stands below these roots is found in the table, whatever its case.
pub fn router() -> Router<App> {
    Router::new()
        .route("/providers/{*path}", any(serve))
        .route("/Providers/{*path}", any(serve))
        .route("/api/freehold/{*path}", any(serve))
}

async fn serve(State(app): State<App>, request: Request) -> Response {
    let cx = app.cx();
    let found = routes::find(request.method(), request.uri().path());
    let (answer, template) = match found {
        Ok(found) => {
            (answer(&app, &cx, found.route, found.params, request).await, found.route.path)
        }
        Err(error) => (Err(error), "none"),
    };
    let mut response = match answer {
        Ok(answer) => answer.into_response(),
        Err(error) => answer::error(&app, error),
    };
    answer::finish(&cx, &mut response);
    response.extensions_mut().insert(RouteTemplate(template));
    response
}

/// Reads the call, asks whether it may be made at all, and makes it.
async fn answer(
    app: &App,
    cx: &base::Cx,
    route: &'static Route,
    params: Vec<String>,
    request: Request,
) -> base::Result<Answer> {
    let call = Call::read(app, cx, route, params, request).await?;
    routes::check(&call, route).await?;
    (route.handler)(&call).await
}
