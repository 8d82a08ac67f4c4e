//! `$1`: what the request with that Content-ID made, in addresses and bodies of later ones.

use std::collections::HashMap;

use axum::body::Bytes;

use crate::data::address::Address;

/// The addresses of rows below the service root, by the Content-ID of the request that made them.
#[derive(Clone, Debug, Default)]
pub(super) struct ContentIds(HashMap<String, String>);

impl ContentIds {
    /// Notes what a request made, or was about.
    pub fn put(&mut self, id: &str, path: &str) {
        self.0.insert(id.to_owned(), path.trim_start_matches('/').to_owned());
    }

    /// An address with what `$1` at its beginning, or in `$id=`, stands for. A reference that
    /// stands for nothing stays as it is, and is refused where it is read.
    pub fn put_into_address(&self, mut address: Address) -> Address {
        let path = address.path.trim_start_matches('/');
        let end = path.find(['/', '?', '(']).unwrap_or(path.len());
        if let Some(found) = self.of(&path[..end]) {
            address.path = format!("{found}{}", &path[end..]);
        }
        if address.query.contains("id=$") {
            let pairs = address.query.split('&').map(|pair| match pair.split_once('=') {
                Some((name @ ("$id" | "%24id"), value)) => match self.of(value) {
                    Some(found) => format!("{name}={found}"),
                    None => pair.to_owned(),
                },
                _ => pair.to_owned(),
            });
            address.query = pairs.collect::<Vec<_>>().join("&");
        }
        address
    }

    /// A JSON body with what the values of `@odata.bind` and `@odata.id` stand for. Everything
    /// else stays as it is, byte by byte, also in a body that is not JSON.
    pub fn put_into_body(&self, body: Bytes) -> Bytes {
        let may_have = |mark: &[u8]| body.windows(mark.len()).any(|part| part == mark);
        if self.0.is_empty() || !(may_have(b"\"$") || may_have(b"\"/$")) {
            return body;
        }
        let mut out = Vec::with_capacity(body.len());
        let (mut copied, mut at, mut name): (usize, usize, &[u8]) = (0, 0, b"");
        while let Some((start, end)) = text(&body, at) {
            let value = &body[start..end];
            let after = body.get(end + 1..).unwrap_or_default().trim_ascii_start();
            if after.first() == Some(&b':') {
                name = value;
            } else if is_reference(name)
                && let Some(found) = std::str::from_utf8(value).ok().and_then(|v| self.of(v))
            {
                out.extend_from_slice(&body[copied..start]);
                out.push(b'/');
                out.extend_from_slice(found.as_bytes());
                copied = end;
            }
            at = end + 1;
        }
        out.extend_from_slice(&body[copied..]);
        out.into()
    }

    /// What `$1` stands for, also with a slash in front.
    fn of(&self, text: &str) -> Option<&str> {
        let id = text.strip_prefix('/').unwrap_or(text).strip_prefix('$')?;
        self.0.get(id).map(String::as_str)
    }
}

fn is_reference(name: &[u8]) -> bool {
    name.ends_with(b"@odata.bind") || name == b"@odata.id"
}

/// Where the next JSON text from `at` on begins and ends, inside its quotes.
fn text(body: &[u8], at: usize) -> Option<(usize, usize)> {
    let start = at + body.get(at..)?.iter().position(|byte| *byte == b'"')? + 1;
    let mut end = start;
    while end < body.len() {
        match body[end] {
            b'"' => return Some((start, end)),
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ids() -> ContentIds {
        let mut ids = ContentIds::default();
        ids.put("1", "accounts(a)");
        ids.put("100002", "/contacts(b)");
        ids
    }

    #[test]
    fn references_are_put_in_where_references_stand() {
        for (body, wanted) in [
            (r#"{"x@odata.bind":"$1"}"#, r#"{"x@odata.bind":"/accounts(a)"}"#),
            (r#"{"x@odata.bind" : "/$100002"}"#, r#"{"x@odata.bind" : "/contacts(b)"}"#),
            (r#"{"@odata.id":"$1","y":"$1"}"#, r#"{"@odata.id":"/accounts(a)","y":"$1"}"#),
            (
                r#"{"l@odata.bind":["$1","contacts(c)","$100002"],"name":"$1"}"#,
                r#"{"l@odata.bind":["/accounts(a)","contacts(c)","/contacts(b)"],"name":"$1"}"#,
            ),
            (r#"{"x@odata.bind":"$7"}"#, r#"{"x@odata.bind":"$7"}"#),
            (r#"{"n":"say \"x@odata.bind\":\"$1\""}"#, r#"{"n":"say \"x@odata.bind\":\"$1\""}"#),
            (r#"{"x@odata.bind":"$1"#, r#"{"x@odata.bind":"$1"#),
        ] {
            let found = ids().put_into_body(Bytes::from_static(body.as_bytes()));
            assert_eq!(std::str::from_utf8(&found).unwrap_or("?"), wanted);
        }
    }

    proptest! {
        #[test]
        fn other_bodies_stay_as_they_are(body in prop::collection::vec(any::<u8>(), 0..200)) {
            let found = ids().put_into_body(Bytes::from(body.clone()));
            let has_reference = body.windows(5).any(|part| part == b"odata");
            prop_assert!(has_reference || found == body);
        }

        #[test]
        fn values_of_rows_stay_as_they_are(name in "[a-z]{1,8}", value in ".{0,20}") {
            let body = serde_json::json!({ name: value, "x": "$1" }).to_string();
            let found = ids().put_into_body(Bytes::from(body.clone()));
            prop_assert_eq!(found, body);
        }
    }
}
