//! Texts in several languages.

use serde::{Deserialize, Serialize};

/// A Windows locale id, such as 1033 for English (United States).
pub type LanguageCode = u32;

/// English (United States), the language of the system tables.
pub const ENGLISH: LanguageCode = 1033;

/// One text in several languages, in the order in which they were given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Label(pub Vec<(LanguageCode, String)>);

impl Label {
    /// A label with one English text.
    pub fn english(text: impl Into<String>) -> Self {
        Self(vec![(ENGLISH, text.into())])
    }

    /// The text for `language`, else the first one, else nothing.
    pub fn text(&self, language: LanguageCode) -> Option<&str> {
        let exact = self.0.iter().find(|(code, _)| *code == language);
        exact.or_else(|| self.0.first()).map(|(_, text)| text.as_str())
    }

    /// Whether there is no text in any language.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Sets the text of one language and keeps the others.
    pub fn set(&mut self, language: LanguageCode, text: impl Into<String>) {
        let text = text.into();
        match self.0.iter_mut().find(|(code, _)| *code == language) {
            Some(entry) => entry.1 = text,
            None => self.0.push((language, text)),
        }
    }
}
