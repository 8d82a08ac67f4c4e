//! The table of routes.

use std::future::Future;
use std::pin::Pin;

use axum::http::Method;
use base::{Error, Kind, Result};
use control::roles::Action;

use super::{Answer, Call, catalog, directory, environments, operations, portal, roles, tenant};

/// One route.
pub struct Route {
    /// The method.
    pub method: Method,
    /// The path; `{name}` stands for one segment, the others match in any case.
    pub path: &'static str,
    /// Who may call it.
    pub right: Right,
    /// What answers.
    pub(super) handler: Handler,
}

/// Who may call a route. The service below checks again, with the thing itself in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Everybody, without signing in.
    Public,
    /// Whoever has signed in.
    SignedIn,
    /// Whoever the rules of creating environments let.
    Create,
    /// Who may do this to the environment that the path names.
    Environment(Action),
    /// Who may read an operation: who asked for it, or may read its environment's history.
    Operation,
    /// Administrators of the tenant, and applications that are registered for management.
    TenantAdmin,
    /// Global administrators.
    GlobalAdmin,
}

pub(super) type Handler =
    for<'a> fn(&'a Call) -> Pin<Box<dyn Future<Output = Result<Answer>> + Send + 'a>>;

macro_rules! routes {
    ($($method:ident $path:expr, $right:expr => $handler:path;)*) => {
        /// All routes.
        pub static ROUTES: &[Route] = &[$(
            Route {
                method: Method::$method,
                path: $path,
                right: $right,
                handler: |call| Box::pin($handler(call)),
            },
        )*];
    };
}

/// `bap!("/tenant")`: a path below the provider's root.
macro_rules! bap {
    ($path:literal) => {
        concat!("/providers/Microsoft.BusinessAppPlatform", $path)
    };
}

use Right::{Create, Environment, GlobalAdmin, Operation, Public, SignedIn, TenantAdmin};

// Sorted by path, then by method.
routes! {
    GET "/api/freehold/applications", TenantAdmin => directory::applications_list;
    POST "/api/freehold/applications", GlobalAdmin => directory::application_create;
    DELETE "/api/freehold/applications/{id}", GlobalAdmin => directory::application_delete;
    POST "/api/freehold/applications/{id}/secrets", GlobalAdmin => directory::secret_create;
    GET "/api/freehold/groups", TenantAdmin => directory::groups_list;
    POST "/api/freehold/groups", GlobalAdmin => directory::group_create;
    DELETE "/api/freehold/groups/{id}", GlobalAdmin => directory::group_delete;
    GET "/api/freehold/groups/{id}/members", TenantAdmin => directory::members_list;
    POST "/api/freehold/groups/{id}/members", GlobalAdmin => directory::member_add;
    DELETE "/api/freehold/groups/{id}/members/{member}", GlobalAdmin => directory::member_remove;
    GET "/api/freehold/me", SignedIn => portal::me;
    GET "/api/freehold/portal", Public => portal::portal;
    GET "/api/freehold/users", TenantAdmin => directory::users_list;
    POST "/api/freehold/users", GlobalAdmin => directory::user_create;
    DELETE "/api/freehold/users/{id}", GlobalAdmin => directory::user_delete;
    GET "/api/freehold/users/{id}", TenantAdmin => directory::user_get;
    PATCH "/api/freehold/users/{id}", GlobalAdmin => directory::user_update;
    GET bap!("/adminApplications"), TenantAdmin => tenant::applications_list;
    DELETE bap!("/adminApplications/{id}"), TenantAdmin => tenant::application_unregister;
    GET bap!("/adminApplications/{id}"), TenantAdmin => tenant::application_get;
    PUT bap!("/adminApplications/{id}"), TenantAdmin => tenant::application_register;
    GET bap!("/environments"), SignedIn => environments::list_mine;
    POST bap!("/environments"), Create => environments::create;
    GET bap!("/environments/{id}"), Environment(Action::SeeEnvironment) => environments::get_mine;
    GET bap!("/environments/{id}/backups"), Environment(Action::BackUpEnvironment) => environments::later;
    POST bap!("/environments/{id}/backups"), Environment(Action::BackUpEnvironment) => environments::later;
    DELETE bap!("/environments/{id}/backups/{backup}"), Environment(Action::BackUpEnvironment) => environments::later;
    POST bap!("/environments/{id}/copyTo"), Environment(Action::EditEnvironment) => environments::later;
    POST bap!("/environments/{id}/governanceConfiguration"), Environment(Action::EditEnvironment) => environments::later;
    GET bap!("/environments/{id}/operations/{operation}"), Operation => operations::get_by_status;
    POST bap!("/environments/{id}/provisionInstance"), Environment(Action::AddDatabase) => environments::provision;
    POST bap!("/environments/{id}/reset"), Environment(Action::EditEnvironment) => environments::later;
    POST bap!("/environments/{id}/restoreTo"), Environment(Action::EditEnvironment) => environments::later;
    GET bap!("/lifecycleOperations/{operation}"), Operation => operations::get_by_state;
    POST bap!("/listTenantSettings"), TenantAdmin => tenant::settings_list;
    GET bap!("/locations"), SignedIn => catalog::locations;
    GET bap!("/locations/{location}/environmentCurrencies"), SignedIn => catalog::currencies;
    GET bap!("/locations/{location}/environmentLanguages"), SignedIn => catalog::languages;
    GET bap!("/locations/{location}/templates"), SignedIn => catalog::templates;
    GET bap!("/scopes/admin/deletedEnvironments"), TenantAdmin => environments::list_deleted;
    POST bap!("/scopes/admin/deletedEnvironments/{id}/recover"), TenantAdmin => environments::recover;
    GET bap!("/scopes/admin/environments"), TenantAdmin => environments::list;
    DELETE bap!("/scopes/admin/environments/{id}"), Environment(Action::DeleteEnvironment) => environments::delete;
    GET bap!("/scopes/admin/environments/{id}"), Environment(Action::EditEnvironment) => environments::get;
    PATCH bap!("/scopes/admin/environments/{id}"), Environment(Action::EditEnvironment) => environments::update;
    POST bap!("/scopes/admin/environments/{id}/addAppUser"), Environment(Action::AssignRoles) => roles::application_user_add;
    POST bap!("/scopes/admin/environments/{id}/addUser"), Environment(Action::AssignRoles) => roles::user_add;
    GET bap!("/scopes/admin/environments/{id}/lifecycleOperations"), Environment(Action::ReadHistory) => operations::list;
    POST bap!("/scopes/admin/environments/{id}/modifyRoleAssignments"), Environment(Action::AssignRoles) => roles::modify;
    POST bap!("/scopes/admin/environments/{id}/modifySku"), Environment(Action::EditEnvironment) => environments::convert;
    POST bap!("/scopes/admin/environments/{id}/recover"), TenantAdmin => environments::recover;
    GET bap!("/scopes/admin/environments/{id}/roleAssignments"), Environment(Action::AssignRoles) => roles::list;
    POST bap!("/scopes/admin/environments/{id}/validateDelete"), Environment(Action::DeleteEnvironment) => environments::validate_delete;
    POST bap!("/scopes/admin/updateTenantSettings"), TenantAdmin => tenant::settings_update;
    GET bap!("/tenant"), SignedIn => tenant::get;
    POST bap!("/validateEnvironmentDetails"), SignedIn => environments::validate;
}

/// The route of a request, with what its path carries.
pub(super) struct Found {
    pub route: &'static Route,
    pub params: Vec<String>,
}

/// Finds the route of a request.
///
/// # Errors
/// 404 when no path matches, 405 when only the method does not.
pub(super) fn find(method: &Method, path: &str) -> Result<Found> {
    let mut is_known = false;
    // The answer to HEAD is that to GET; the server leaves its body out.
    let method = if method == Method::HEAD { &Method::GET } else { method };
    for route in ROUTES {
        let Some(params) = matches(route.path, path) else { continue };
        if route.method == *method {
            return Ok(Found { route, params });
        }
        is_known = true;
    }
    if is_known {
        let text = format!("{method} is not supported for {path}.");
        return Err(Error::new(Kind::NotAllowed, "MethodNotAllowed", text));
    }
    Err(Error::not_found("ResourceNotFound", format!("There is nothing at {path}.")))
}

/// What a path carries, if it has the form of a pattern.
fn matches(pattern: &str, path: &str) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut segments = path.trim_end_matches('/').split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected.starts_with('{') {
            let decoded = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
            if decoded.is_empty() {
                return None;
            }
            params.push(decoded.into_owned());
        } else if !segment.eq_ignore_ascii_case(expected) {
            return None;
        }
    }
    segments.next().is_none().then_some(params)
}

/// Whether the caller may call the route at all.
pub(super) async fn check(call: &Call, route: &Route) -> Result<()> {
    if route.right != Public && call.cx.caller == base::Caller::Anonymous {
        return Err(Error::new(Kind::Unauthenticated, "Unauthorized", "Sign in first."));
    }
    if route.path.starts_with("/providers/") {
        call.require_registered().await?;
    }
    match route.right {
        TenantAdmin | GlobalAdmin => call.app.tenant.require_tenant_admin(&call.cx).await,
        Public | SignedIn | Create | Environment(_) | Operation => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_in_any_case() {
        let check = |method, path: &str| match find(&method, path) {
            Ok(found) => format!("{} {:?}", found.route.path, found.params),
            Err(error) => error.code.into_owned(),
        };
        assert_eq!(
            check(Method::POST, "/providers/Microsoft.BusinessAppPlatform/listtenantsettings"),
            "/providers/Microsoft.BusinessAppPlatform/listTenantSettings []"
        );
        assert_eq!(
            check(Method::GET, "/PROVIDERS/microsoft.businessappplatform/Environments/~default/"),
            "/providers/Microsoft.BusinessAppPlatform/environments/{id} [\"~default\"]"
        );
        assert_eq!(check(Method::PUT, "/api/freehold/me"), "MethodNotAllowed");
        assert_eq!(check(Method::GET, "/providers/x"), "ResourceNotFound");
        assert_eq!(
            check(Method::GET, "/api/freehold/users/%2F"),
            "/api/freehold/users/{id} [\"/\"]"
        );
    }

    #[test]
    fn the_table_is_sorted_and_without_doubles() {
        let keys: Vec<_> =
            ROUTES.iter().map(|route| (route.path.to_owned(), route.method.to_string())).collect();
        let mut sorted = keys.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(keys, sorted);
    }
}
