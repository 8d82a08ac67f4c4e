//! `Prefer`: what a client would like.

use axum::http::HeaderMap;
use base::limits::PAGE_ROWS_MAX;
use base::{Error, Result};

use super::annotations::Annotations;

/// What a client would like.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Preferences {
    /// The row itself in the answer to a write.
    pub representation: bool,
    /// At most so many rows on a page.
    pub page_size: Option<usize>,
    /// A link to what changes from here on.
    pub track_changes: bool,
    /// Which annotations.
    pub annotations: Annotations,
    /// A batch goes on after a part that failed.
    pub continue_on_error: bool,
    /// The list of annotations as it was sent.
    pub annotations_text: Option<String>,
}

impl Preferences {
    pub fn of(headers: &HeaderMap) -> Result<Self> {
        let mut preferences = Self::default();
        for header in headers.get_all("prefer") {
            for (name, value) in pairs(header.to_str().unwrap_or_default()) {
                preferences.read(&name, value)?;
            }
        }
        Ok(preferences)
    }

    /// What is not known is ignored, as the standard says; what is known and would change what is
    /// done is refused if we do not do it.
    fn read(&mut self, name: &str, value: String) -> Result<()> {
        let name = name.strip_prefix("odata.").unwrap_or(name);
        match (name, value.as_str()) {
            ("return", "representation") => self.representation = true,
            ("continue-on-error", value) => self.continue_on_error = value != "false",
            ("maxpagesize", rows) => {
                let rows = rows.parse::<usize>().ok().filter(|rows| *rows > 0);
                self.page_size = rows.map(|rows| rows.min(PAGE_ROWS_MAX));
            }
            ("include-annotations", list) => {
                self.annotations = Annotations::of(list);
                self.annotations_text = Some(value);
            }
            ("track-changes", _) => self.track_changes = true,
            ("respond-async", _) => {
                return Err(Error::not_implemented(format!("The preference '{name}'")));
            }
            _ => {}
        }
        Ok(())
    }

    /// What of it an answer took into account, for `Preference-Applied`.
    pub fn applied(&self, with_representation: bool, with_page: bool) -> String {
        let mut applied = Vec::new();
        if with_representation && self.representation {
            applied.push("return=representation".to_owned());
        }
        if let Some(rows) = self.page_size.filter(|_| with_page) {
            applied.push(format!("odata.maxpagesize={rows}"));
        }
        if self.track_changes && with_page {
            applied.push("odata.track-changes".to_owned());
        }
        if let Some(list) = &self.annotations_text {
            applied.push(format!("odata.include-annotations=\"{list}\""));
        }
        applied.join(",")
    }
}

/// Whether an error is to be told with all its annotations.
pub(super) fn wants_error_details(headers: &HeaderMap) -> bool {
    headers.get_all("prefer").iter().any(|header| {
        let pairs = pairs(header.to_str().unwrap_or_default());
        pairs.iter().any(|(name, value)| name == "odata.include-annotations" && value == "*")
    })
}

/// `name=value` pairs divided by commas; values may be in quotes, parameters after `;` are left out.
fn pairs(text: &str) -> Vec<(String, String)> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    for c in text.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => parts.push(String::new()),
            c => parts.last_mut().expect("there is always one").push(c),
        }
    }
    let pair = |part: String| match part.split_once('=') {
        Some((name, value)) => (name.trim().to_ascii_lowercase(), value.trim().to_owned()),
        None => {
            (part.split(';').next().unwrap_or_default().trim().to_ascii_lowercase(), String::new())
        }
    };
    parts.into_iter().map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_with_and_without_quotes() {
        let list =
            "return=representation,odata.include-annotations=\"a.*,b\", odata.maxpagesize=50";
        assert_eq!(
            pairs(list),
            [
                ("return".to_owned(), "representation".to_owned()),
                ("odata.include-annotations".to_owned(), "a.*,b".to_owned()),
                ("odata.maxpagesize".to_owned(), "50".to_owned()),
            ]
        );
        assert_eq!(pairs("respond-async;x"), [("respond-async".to_owned(), String::new())]);
    }
}
