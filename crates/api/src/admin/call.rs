//! One request, read: who calls, what the path and the query carry, and the body.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::Uri;
use base::limits::ADMIN_BODY_BYTES_MAX;
use base::{Caller, Cx, Error, Kind, Result, Uuid};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use super::routes::{Right, Route};
use crate::{App, Origin};

/// A request to a route of the table.
pub(super) struct Call {
    pub app: App,
    pub cx: Cx,
    pub origin: Origin,
    pub uri: Uri,
    /// What the path carries, in order.
    pub params: Vec<String>,
    /// The query, decoded; names in lower case.
    query: Vec<(String, String)>,
    /// The JSON of the body; null without one.
    pub body: Value,
}

impl Call {
    /// Reads a request. Whoever brings a token must bring a good one, even where none is needed.
    pub async fn read(
        app: &App,
        cx: &Cx,
        route: &Route,
        params: Vec<String>,
        request: Request,
    ) -> Result<Self> {
        let (parts, body) = request.into_parts();
        let caller = match route.right {
            Right::Public => Caller::Anonymous,
            _ => app.authenticate(&parts.headers).await?.caller,
        };
        let body = to_bytes(body, ADMIN_BODY_BYTES_MAX).await.map_err(|error| {
            let text = "The body of the request is too large, or did not arrive whole.";
            Error::new(Kind::TooLarge, "RequestTooLarge", text).with_source(error)
        })?;
        Ok(Self {
            app: app.clone(),
            cx: cx.with_caller(caller),
            origin: Origin::of(&parts)?,
            query: pairs(parts.uri.query().unwrap_or_default()),
            uri: parts.uri,
            params,
            body: json(&body)?,
        })
    }

    /// What the path carries at `index`.
    pub fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    /// The same as an id.
    pub fn id(&self, index: usize) -> Result<Uuid> {
        let text = self.param(index);
        text.parse().map_err(|_| bad_request(format!("'{text}' is not an id.")))
    }

    /// A member of the query, whatever the case of its name; nothing when it is empty.
    pub fn option(&self, name: &str) -> Option<&str> {
        let name = name.to_ascii_lowercase();
        let found = self.query.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A number in the query.
    pub fn number(&self, name: &str) -> Result<Option<usize>> {
        let Some(text) = self.option(name) else { return Ok(None) };
        let number = text.parse().map_err(|_| {
            bad_request(format!("The query option {name} must be a number, not '{text}'."))
        })?;
        Ok(Some(number))
    }

    /// Whether the client follows operations by the status of the answers: it asked in a version
    /// before 2021. A missing version is the latest.
    pub fn polls_by_status(&self) -> bool {
        self.option("api-version").is_some_and(|version| version < "2021")
    }

    /// The version that addresses in answers carry on.
    pub fn version(&self) -> &str {
        self.option("api-version").unwrap_or("2023-06-01")
    }

    /// Refuses applications that no administrator registered for management, in the words that
    /// clients look for.
    pub async fn require_registered(&self) -> Result<()> {
        let Caller::Application(application) = self.cx.caller else { return Ok(()) };
        if !self.app.tenant.is_unregistered_application(&self.cx) {
            return Ok(());
        }
        let object = self.app.identity.caller_id(&self.cx).await?.unwrap_or_default();
        let url = format!("{}{}", self.origin, self.uri.path());
        let tenant = self.app.tenant.id();
        Err(Error::forbidden(
            "Forbidden",
            format!(
                "The service principal with id '{object}' for application {application} does not \
                 have permission to access the path '{url}' in tenant {tenant}. A tenant \
                 administrator can register it: PUT /providers/Microsoft.BusinessAppPlatform/\
                 adminApplications/{application}."
            ),
        ))
    }
}

/// The request is wrong.
pub(super) fn bad_request(message: impl Into<String>) -> Error {
    Error::new(Kind::Invalid, "InvalidRequest", message)
}

fn json(body: &[u8]) -> Result<Value> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|error| {
        let text = format!("The body of the request is not JSON: {error}.");
        Error::new(Kind::Invalid, "InvalidRequestContent", text)
    })
}

/// The members of a query, decoded. `+` stands for a blank.
fn pairs(query: &str) -> Vec<(String, String)> {
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_decode_str(&text).decode_utf8_lossy().into_owned()
    };
    let members = query.split('&').filter(|member| !member.is_empty());
    members
        .map(|member| {
            let (name, value) = member.split_once('=').unwrap_or((member, ""));
            (decode(name).to_ascii_lowercase(), decode(value))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::pairs;

    #[test]
    fn a_query_is_decoded() {
        let check = |text| format!("{:?}", pairs(text));
        assert_eq!(
            check("%24expand=permissions%2Cproperties.capacity&api-version="),
            r#"[("$expand", "permissions,properties.capacity"), ("api-version", "")]"#
        );
        assert_eq!(check("$filter=a+eq+b%20c&&X"), r#"[("$filter", "a eq b c"), ("x", "")]"#);
    }
}
