//! Reading JSON objects member by member, so that nothing that was sent is ignored by accident.

use base::{Error, Result, Uuid};
use serde_json::{Map, Value};

use super::call::bad_request;

/// The members of an object that were not read yet. Names match in any case.
pub(super) struct Fields {
    path: String,
    members: Map<String, Value>,
}

impl Fields {
    /// The members of `value`; none when it is null.
    pub fn of(path: &str, value: &Value) -> Result<Self> {
        let members = match value {
            Value::Object(members) => members.clone(),
            Value::Null => Map::new(),
            _ => return Err(bad_request(format!("{} must be an object.", shown(path)))),
        };
        Ok(Self { path: path.to_owned(), members })
    }

    /// Takes a member out; nothing when it is absent or null.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        let key = self.members.keys().find(|key| key.eq_ignore_ascii_case(name))?.clone();
        self.members.shift_remove(&key).filter(|value| !value.is_null())
    }

    /// Whether a member is there, null included.
    pub fn has(&self, name: &str) -> bool {
        self.members.keys().any(|key| key.eq_ignore_ascii_case(name))
    }

    /// Takes an object out.
    pub fn object(&mut self, name: &str) -> Result<Option<Fields>> {
        let path = self.name(name);
        self.take(name).map(|value| Self::of(&path, &value)).transpose()
    }

    /// Takes a text out.
    pub fn text(&mut self, name: &str) -> Result<Option<String>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(self.wrong(name, "a text")),
        }
    }

    /// Takes a text out that must be there.
    pub fn required_text(&mut self, name: &str) -> Result<String> {
        self.text(name)?.ok_or_else(|| bad_request(format!("Give {}.", self.name(name))))
    }

    /// Takes yes or no out.
    pub fn boolean(&mut self, name: &str) -> Result<Option<bool>> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Err(self.wrong(name, "true or false")),
        }
    }

    /// Takes a whole number out, also one in quotes.
    pub fn number(&mut self, name: &str) -> Result<Option<u32>> {
        let Some(value) = self.take(name) else { return Ok(None) };
        let number = match &value {
            Value::Number(number) => number.as_u64().and_then(|number| number.try_into().ok()),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        number.map(Some).ok_or_else(|| self.wrong(name, "a whole number"))
    }

    /// Takes a list of texts out.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>> {
        let wrong = self.wrong(name, "a list of texts");
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => {
                let texts = items.into_iter().map(|item| item.as_str().map(str::to_owned));
                texts.collect::<Option<_>>().ok_or(wrong)
            }
            Some(_) => Err(wrong),
        }
    }

    /// Takes an id out. Empty and the zero id mean none: the first option tells whether the member
    /// was there, the second what it says.
    pub fn id_or_none(&mut self, name: &str) -> Result<Option<Option<Uuid>>> {
        if !self.has(name) {
            return Ok(None);
        }
        let text = self.text(name)?.unwrap_or_default();
        if text.is_empty() {
            return Ok(Some(None));
        }
        let id: Uuid = text.parse().map_err(|_| self.wrong(name, "an id"))?;
        Ok(Some(Some(id).filter(|id| !id.is_nil())))
    }

    /// Takes an id out that must be there.
    pub fn required_id(&mut self, name: &str) -> Result<Uuid> {
        let id = self.id_or_none(name)?.flatten();
        id.ok_or_else(|| bad_request(format!("Give {}, an id.", self.name(name))))
    }

    /// Leaves members unread that only describe what the server says anyway.
    pub fn skip(&mut self, names: &[&str]) {
        for name in names {
            self.take(name);
            self.members.retain(|key, _| !key.eq_ignore_ascii_case(name));
        }
    }

    /// Refuses what was not read.
    pub fn finish(self) -> Result<()> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(Error::not_implemented(format!("The member {}", self.name(name)))),
        }
    }

    fn name(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    fn wrong(&self, name: &str, kind: &str) -> Error {
        bad_request(format!("{} must be {kind}.", self.name(name)))
    }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "The body" } else { path }
}
