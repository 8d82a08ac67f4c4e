//! Change tracking: `Prefer: odata.track-changes`, `$deltatoken`.
//!
//! A token is a version and a time. A link to a next page carries those of the first page, so that
//! what changes while somebody reads page after page comes with the next delta.

use std::sync::Arc;

use axum::http::StatusCode;
use base::limits::CHANGES_SECONDS;
use base::{Error, Instant, Kind, Result};
use dataverse::Reply;
use dataverse::messages::{Changes, RetrieveChanges};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use metadata::Table;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use query::Query;

use super::answer::Answer;
use super::call::Call;
use super::paging::{PageToken, with_token};
use super::payload::Payload;
use super::resource::unexpected;
use super::rows;

/// What the tokens of next pages begin with where changes are tracked.
const MARK: &str = "changes";

/// Whether a request for rows tracks changes, or goes on with one that does.
pub(super) fn is_asked(call: &Call) -> bool {
    let goes_on = || {
        let token = call.options.query.skip_token.as_deref()?;
        let token = PageToken::parse(token).ok()?;
        token.token.starts_with(MARK).then_some(())
    };
    call.preferences.track_changes || call.options.delta_token.is_some() || goes_on().is_some()
}

/// `GET set` with changes tracked.
pub(super) async fn list(call: &Call, table: &Arc<Table>) -> Result<Answer> {
    let now = call.cx.now();
    let since = since(call, now)?;
    let (mut query, number) = rows::page_query(call)?;
    let mut first = None;
    if let Some(token) = query.skip_token.take() {
        let (until, token) = going_on(&token)?;
        first = Some(until);
        query.skip_token = Some(token);
    }
    let until = first.map(|token| token.version);
    let changes = retrieve(call, table, query.clone(), since, until).await?;
    let until = Token { version: changes.until, at: first.map_or(now, |token| token.at) };
    let next = next_link(call, &changes, number, until);
    let delta = next.is_none().then(|| delta_link(call, until));
    let reading = rows::reading(call, table).await?;
    let payload = Payload::new(rows::style(call, &reading));
    let body = payload.changes(&changes, table, &query, next.as_deref(), delta.as_deref());
    let applied = call.preferences.applied(false, true);
    Ok(Answer::json(StatusCode::OK, body).with_applied(&applied))
}

/// `GET set/$count?$deltatoken=…`: how many rows changed or were deleted.
pub(super) async fn count(call: &Call, table: &Arc<Table>) -> Result<Answer> {
    let since = since(call, call.cx.now())?;
    let (query, _) = rows::page_query(call)?;
    let select = vec![table.primary_id.clone()];
    let query = Query { select, count: true, page_size: None, ..query };
    let changes = retrieve(call, table, query, since, None).await?;
    let rows = changes.page.count.unwrap_or_default();
    let deleted = i64::try_from(changes.deleted.len()).unwrap_or(i64::MAX);
    Ok(Answer::text(rows.saturating_add(deleted).to_string()))
}

async fn retrieve(
    call: &Call,
    table: &Table,
    query: Query,
    since: Option<i64>,
    until: Option<i64>,
) -> Result<Changes> {
    let table = table.logical_name.clone();
    let with_names = call.wants_names();
    match call.execute(RetrieveChanges { table, query, since, until, with_names }).await? {
        Reply::Changes(changes) => Ok(*changes),
        other => Err(unexpected(&other)),
    }
}

/// The version in `$deltatoken`, unless it is too old.
fn since(call: &Call, now: Instant) -> Result<Option<i64>> {
    let Some(text) = &call.options.delta_token else { return Ok(None) };
    let token = Token::parse(text).ok_or_else(|| {
        let message = "The value of $deltatoken is not one of a deltaLink of this server.";
        Error::new(Kind::Invalid, "0x80060888", message)
    })?;
    if now.0.saturating_sub(token.at.0) > CHANGES_SECONDS {
        return Err(Error::new(
            Kind::Invalid,
            "0x80044352",
            format!(
                "Version stamp associated with the client has expired: it is older than {} days. \
                 Please perform a full sync.",
                CHANGES_SECONDS / 86_400
            ),
        ));
    }
    Ok(Some(token.version))
}

/// Until when changes have been told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Token {
    version: i64,
    at: Instant,
}

impl Token {
    /// `919042!08/22/2017 08:10:44`, as the platform has it.
    fn text(self) -> String {
        let at = Timestamp::from_second(self.at.0).unwrap_or_default().to_zoned(TimeZone::UTC);
        format!("{}!{}", self.version, at.strftime("%m/%d/%Y %H:%M:%S"))
    }

    fn parse(text: &str) -> Option<Self> {
        let (version, at) = text.split_once('!')?;
        let at = jiff::civil::DateTime::strptime("%m/%d/%Y %H:%M:%S", at).ok()?;
        let at = at.to_zoned(TimeZone::UTC).ok()?.timestamp().as_second();
        Some(Self { version: version.parse().ok()?, at: Instant(at) })
    }
}

/// A token of a next page: until when the first page went, and the token of the data service.
fn going_on(text: &str) -> Result<(Token, String)> {
    let read = || {
        let mut parts = text.strip_prefix(MARK)?.strip_prefix('/')?.splitn(3, '/');
        let version = parts.next()?.parse().ok()?;
        let at = Instant(parts.next()?.parse().ok()?);
        Some((Token { version, at }, parts.next()?.to_owned()))
    };
    read().ok_or_else(|| {
        let message = "The value of $skiptoken is not one of a nextLink of this server.";
        Error::new(Kind::Invalid, "0x80041129", message)
    })
}

fn next_link(call: &Call, changes: &Changes, number: u64, until: Token) -> Option<String> {
    let token = changes.page.next.as_ref()?;
    let token = format!("{MARK}/{}/{}/{token}", until.version, until.at.0);
    let token = PageToken { number: number + 1, token };
    let query = with_token(&call.address.query, &token.text());
    Some(format!("{}?{query}", call.url(&call.address.path)))
}

fn delta_link(call: &Call, until: Token) -> String {
    let is_of_page = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or_default();
        let name = percent_decode_str(name).decode_utf8_lossy().trim().to_owned();
        ["$skiptoken", "$deltatoken", "$count"].contains(&name.as_str())
    };
    let others = call.address.query.split('&').filter(|pair| !pair.is_empty() && !is_of_page(pair));
    let token = utf8_percent_encode(&until.text(), NON_ALPHANUMERIC).to_string();
    let token = format!("$deltatoken={token}");
    let pairs: Vec<&str> = others.chain([token.as_str()]).collect();
    format!("{}?{}", call.url(call.address.path.trim_end_matches('/')), pairs.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_as_the_platform_writes_them() {
        let token = Token { version: 919_042, at: Instant(1_503_389_444) };
        assert_eq!(token.text(), "919042!08/22/2017 08:10:44");
        assert_eq!(Token::parse(&token.text()), Some(token));
        for wrong in ["", "919042", "x!08/22/2017 08:10:44", "1!22/08/2017 08:10:44", "1!now"] {
            assert_eq!(Token::parse(wrong), None, "{wrong}");
        }
    }
}
