//! What a search asks: its parameters, in every form that clients send them in.

use base::limits::{SEARCH_TEXT_CHARS_MAX, SEARCH_TOP_MAX};
use base::{Error, Result};
use serde_json::{Map, Value};

use super::words::words;
use crate::data::body::wrong;

/// A search.
#[derive(Debug)]
pub(in crate::data) struct Asked {
    /// The text as it was sent.
    pub text: String,
    /// Its words, in lower case.
    pub words: Vec<String>,
    /// Whether one of the words is enough.
    pub mode: Mode,
    /// Where to look; empty for everywhere.
    pub entities: Vec<Entity>,
    /// A filter for every table.
    pub filter: Option<String>,
    /// Columns, and whether downwards.
    pub order_by: Vec<(String, bool)>,
    /// How many results to leave out.
    pub skip: usize,
    /// How many results at most.
    pub top: usize,
    /// Whether the number of all results is wanted.
    pub count: bool,
    /// By which columns to count the results, and how many values at most.
    pub facets: Vec<(String, usize)>,
}

/// Which words must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::data) enum Mode {
    /// One of them.
    Any,
    /// All of them.
    All,
}

/// A table to look in.
#[derive(Debug, Default)]
pub(in crate::data) struct Entity {
    /// Its logical name.
    pub name: String,
    /// The columns to give back; empty for those that were searched.
    pub select: Vec<String>,
    /// The columns to search; empty for those of its quick find view.
    pub search: Vec<String>,
    /// A filter for this table.
    pub filter: Option<String>,
}

const FACET_VALUES: usize = 10;

impl Asked {
    /// Reads the parameters; names match in any case, and lists may be texts that hold JSON.
    pub fn of(parameters: &Map<String, Value>, mode: Mode, top: usize) -> Result<Self> {
        let parameters = Members::of(parameters);
        let text = parameters.text("search")?.unwrap_or_default();
        if text.trim().is_empty() || text.chars().count() > SEARCH_TEXT_CHARS_MAX {
            return Err(Error::invalid(format!(
                "The parameter 'search' needs a text of 1 to {SEARCH_TEXT_CHARS_MAX} characters."
            )));
        }
        let top = parameters.number("top")?.unwrap_or(top);
        if !(1..=SEARCH_TOP_MAX).contains(&top) {
            return Err(wrong(format!("'top' is {top}; it must be 1 to {SEARCH_TOP_MAX}.")));
        }
        Ok(Self {
            words: words(&text),
            text,
            mode: parameters.mode()?.unwrap_or(mode),
            entities: parameters.entities()?,
            filter: parameters.text("filter")?,
            order_by: parameters.order_by()?,
            skip: parameters.number("skip")?.unwrap_or(0),
            top,
            count: parameters.flag("count")? || parameters.flag("returntotalrecordcount")?,
            facets: parameters.facets()?,
        })
    }
}

/// Members of an object by names in lower case, without those that are null.
struct Members(Map<String, Value>);

impl Members {
    fn of(members: &Map<String, Value>) -> Self {
        let given = members.iter().filter(|(_, value)| !value.is_null());
        Self(given.map(|(name, value)| (name.to_lowercase(), value.clone())).collect())
    }

    fn text(&self, name: &str) -> Result<Option<String>> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone()).filter(|text| !text.is_empty())),
            Some(_) => Err(wrong(format!("'{name}' must be a text."))),
        }
    }

    fn number(&self, name: &str) -> Result<Option<usize>> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let number = value.as_u64().and_then(|number| usize::try_from(number).ok());
        number.map(Some).ok_or_else(|| wrong(format!("'{name}' must be a whole number.")))
    }

    fn flag(&self, name: &str) -> Result<bool> {
        match self.0.get(name) {
            None => Ok(false),
            Some(value) => {
                value.as_bool().ok_or_else(|| wrong(format!("'{name}' must be true or false.")))
            }
        }
    }

    /// A value that may be a text which holds it.
    fn json(&self, name: &str) -> Result<Option<Value>> {
        let value = match self.0.get(name) {
            Some(Value::String(text)) if !text.trim().is_empty() => serde_json::from_str(text)
                .map_err(|error| wrong(format!("'{name}' is not valid JSON: {error}.")))?,
            Some(Value::String(_)) | None => return Ok(None),
            Some(value) => value.clone(),
        };
        Ok(Some(value).filter(|value| !value.is_null()))
    }

    fn list(&self, name: &str) -> Result<Vec<Value>> {
        match self.json(name)? {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => Ok(items),
            Some(_) => Err(wrong(format!("'{name}' must be a list."))),
        }
    }

    fn texts(&self, name: &str) -> Result<Vec<String>> {
        let items = self.list(name)?.into_iter().map(|item| match item {
            Value::String(text) => Ok(text),
            _ => Err(wrong(format!("'{name}' must be a list of texts."))),
        });
        items.collect()
    }

    fn entities(&self) -> Result<Vec<Entity>> {
        let items = self.list("entities")?.into_iter().map(|item| match item {
            Value::String(name) => Ok(Entity { name: name.to_lowercase(), ..Entity::default() }),
            Value::Object(members) => {
                let members = Self::of(&members);
                let name = members
                    .text("name")?
                    .ok_or_else(|| wrong("An item of 'entities' needs the 'name' of a table."))?;
                Ok(Entity {
                    name: name.to_lowercase(),
                    select: members.texts("selectcolumns")?,
                    search: members.texts("searchcolumns")?,
                    filter: members.text("filter")?,
                })
            }
            _ => Err(wrong("'entities' must be a list of names or objects.")),
        });
        items.collect()
    }

    fn order_by(&self) -> Result<Vec<(String, bool)>> {
        let clauses = self.texts("orderby")?;
        Ok(clauses
            .iter()
            .map(|clause| match clause.trim().rsplit_once(' ') {
                Some((name, way)) if way.eq_ignore_ascii_case("desc") => (name.trim().into(), true),
                Some((name, way)) if way.eq_ignore_ascii_case("asc") => (name.trim().into(), false),
                _ => (clause.trim().to_owned(), false),
            })
            .collect())
    }

    fn mode(&self) -> Result<Option<Mode>> {
        let options = match self.json("options")? {
            Some(Value::Object(options)) => Some(Self::of(&options)),
            Some(_) => return Err(wrong("'options' must be an object.")),
            None => None,
        };
        let mode = match options {
            Some(options) => options.text("searchmode")?,
            None => self.text("searchmode")?,
        };
        match mode.as_deref() {
            None => Ok(None),
            Some(mode) if mode.eq_ignore_ascii_case("all") => Ok(Some(Mode::All)),
            Some(mode) if mode.eq_ignore_ascii_case("any") => Ok(Some(Mode::Any)),
            Some(mode) => Err(wrong(format!("'searchmode' is '{mode}'; it must be any or all."))),
        }
    }

    fn facets(&self) -> Result<Vec<(String, usize)>> {
        let facets = self.texts("facets")?;
        facets.iter().map(|facet| read_facet(facet)).collect()
    }
}

/// `column` or `column,count:n`; the further ways to divide values are not here.
fn read_facet(facet: &str) -> Result<(String, usize)> {
    let mut parts = facet.split(',').map(str::trim);
    let name = parts.next().unwrap_or_default().to_owned();
    let mut count = FACET_VALUES;
    for part in parts {
        match part.split_once(':') {
            Some(("count", number)) => {
                count = number.parse().map_err(|_| {
                    wrong(format!("The facet '{facet}' needs a number after 'count:'."))
                })?;
            }
            Some(("sort", "count")) => {}
            _ => {
                return Err(Error::not_implemented(format!("The facet option '{part}'")));
            }
        }
    }
    Ok((name, count))
}
