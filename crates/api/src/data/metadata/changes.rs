//! `RetrieveMetadataChanges`: the definitions that a query wants, cut to what it wants of them and
//! to what changed since a stamp.

use base::{Error, Kind, Result, limits};
use dataverse::{DefinitionChanges, DefinitionIds};
use metadata::Table;
use serde_json::{Map, Value, json};

use super::super::body::wrong;
use super::complete::{COLLECTIONS, items};
use super::to_json::Style;

/// What a client wants (`EntityQueryExpression`).
#[derive(Debug)]
pub(super) struct Wanted<'q> {
    tables: Part<'q>,
    columns: Part<'q>,
    relationships: Part<'q>,
    keys: Part<'q>,
    languages: Vec<u64>,
}

/// Which definitions of one kind, and which of their properties.
#[derive(Debug, Default)]
struct Part<'q> {
    /// All properties if there is none.
    properties: Option<Vec<&'q str>>,
    criteria: Option<&'q Value>,
}

impl<'q> Wanted<'q> {
    /// Reads a query.
    pub fn of(query: &'q Value) -> Result<Self> {
        let part = |name: &str| match query.get(name) {
            None | Some(Value::Null) => Ok(Part::default()),
            Some(part) => Part::of(part),
        };
        let languages = query["LabelQuery"]["FilterLanguages"].as_array();
        Ok(Self {
            tables: Part::of(query)?,
            columns: part("AttributeQuery")?,
            relationships: part("RelationshipQuery")?,
            keys: part("KeyQuery")?,
            languages: languages.into_iter().flatten().filter_map(Value::as_u64).collect(),
        })
    }

    /// A table as it is wanted; nothing if the query does not want it, or nothing of it changed.
    pub fn table(
        &self,
        style: Style<'_>,
        table: &Table,
        changes: Option<&DefinitionChanges>,
    ) -> Result<Option<Value>> {
        let mut members = style.table(table);
        if !self.tables.matches(&members)? {
            return Ok(None);
        }
        let changed = changes.map(|changes| &changes.changed);
        let mut has_changed =
            changed.is_none_or(|changed| changed.tables.contains(&table.metadata_id));
        mark(&mut members, changed.map(|_| has_changed));
        self.tables.cut(&mut members);
        for name in COLLECTIONS {
            let is_wanted =
                self.tables.properties.as_ref().is_none_or(|wanted| wanted.contains(name));
            let mut found = Value::Null;
            if is_wanted {
                let some = self.collection(style, table, name, changed)?;
                has_changed |= changed.is_some() && !some.is_empty();
                found = Value::Array(some);
            }
            members.insert((*name).to_owned(), found);
        }
        let mut value = Value::Object(members);
        if !self.languages.is_empty() {
            self.cut_labels(&mut value, 0);
        }
        Ok(has_changed.then_some(value))
    }

    fn collection(
        &self,
        style: Style<'_>,
        table: &Table,
        name: &str,
        changed: Option<&DefinitionIds>,
    ) -> Result<Vec<Value>> {
        let (part, ids) = match name {
            "Attributes" => (&self.columns, changed.map(|changed| &changed.columns)),
            "Keys" => (&self.keys, changed.map(|changed| &changed.keys)),
            _ => (&self.relationships, changed.map(|changed| &changed.relationships)),
        };
        let mut wanted = Vec::new();
        for mut members in items(style, table, name) {
            let id = members["MetadataId"].as_str().and_then(|id| id.parse().ok());
            let has_changed = ids.is_none_or(|ids| id.is_some_and(|id| ids.contains(&id)));
            if has_changed && part.matches(&members)? {
                mark(&mut members, ids.map(|_| true));
                part.cut(&mut members);
                wanted.push(Value::Object(members));
            }
        }
        Ok(wanted)
    }

    /// Takes away labels in languages that are not wanted.
    fn cut_labels(&self, value: &mut Value, depth: usize) {
        if depth > limits::NESTING_MAX {
            return;
        }
        match value {
            Value::Array(items) => {
                items.iter_mut().for_each(|item| self.cut_labels(item, depth + 1))
            }
            Value::Object(members) => {
                if let Some(Value::Array(labels)) = members.get_mut("LocalizedLabels") {
                    let is_wanted = |label: &Value| {
                        label["LanguageCode"]
                            .as_u64()
                            .is_some_and(|code| self.languages.contains(&code))
                    };
                    labels.retain(is_wanted);
                    return;
                }
                members.values_mut().for_each(|member| self.cut_labels(member, depth + 1));
            }
            _ => {}
        }
    }
}

/// Whether a definition changed since the stamp of the client.
fn mark(members: &mut Map<String, Value>, has_changed: Option<bool>) {
    members.insert("HasChanged".to_owned(), has_changed.into());
}

impl<'q> Part<'q> {
    fn of(query: &'q Value) -> Result<Self> {
        let properties = &query["Properties"];
        let names = properties["PropertyNames"].as_array();
        let all = properties["AllProperties"].as_bool().unwrap_or(names.is_none());
        let names = names.into_iter().flatten().map(|name| {
            name.as_str().ok_or_else(|| wrong("The items of 'PropertyNames' must be texts."))
        });
        let names = names.collect::<Result<Vec<_>>>()?;
        let criteria = query.get("Criteria").filter(|criteria| !criteria.is_null());
        Ok(Self { properties: (!all).then_some(names), criteria })
    }

    fn matches(&self, members: &Map<String, Value>) -> Result<bool> {
        self.criteria.map_or(Ok(true), |criteria| matches(criteria, members, 0))
    }

    /// What is not wanted is null.
    fn cut(&self, members: &mut Map<String, Value>) {
        let Some(wanted) = &self.properties else { return };
        for (name, value) in members.iter_mut() {
            let is_kept = matches!(name.as_str(), "@odata.type" | "MetadataId" | "HasChanged")
                || wanted.contains(&name.as_str());
            if !is_kept {
                *value = Value::Null;
            }
        }
    }
}

/// Whether a `MetadataFilterExpression` holds for a definition.
fn matches(criteria: &Value, members: &Map<String, Value>, depth: usize) -> Result<bool> {
    if depth > limits::NESTING_MAX {
        return Err(wrong("The filters of the query nest too deep."));
    }
    let is_any = match criteria["FilterOperator"].as_str() {
        None | Some("And") => false,
        Some("Or") => true,
        Some(other) => return Err(wrong(format!("'{other}' is no FilterOperator: And, Or."))),
    };
    let mut found = Vec::new();
    for condition in criteria["Conditions"].as_array().into_iter().flatten() {
        found.push(holds(condition, members)?);
    }
    for filter in criteria["Filters"].as_array().into_iter().flatten() {
        found.push(matches(filter, members, depth + 1)?);
    }
    Ok(found.is_empty() || if is_any { found.contains(&true) } else { !found.contains(&false) })
}

/// Whether a condition holds.
fn holds(condition: &Value, members: &Map<String, Value>) -> Result<bool> {
    let name = condition["PropertyName"].as_str().unwrap_or_default();
    let Some(found) = members.get(name) else {
        let message = format!("'{name}' is not a property that definitions can be searched by.");
        return Err(Error::new(Kind::Invalid, "0x80044353", message));
    };
    // A managed property and a type are known by their value.
    let found = if found.is_object() { &found["Value"] } else { found };
    let wanted = &condition["Value"];
    let wanted = if wanted.is_object() { &wanted["Value"] } else { wanted };
    let one = || text(wanted);
    let is_in = || list(wanted).map(|list| list.iter().any(|one| is_equal(found, one)));
    match condition["ConditionOperator"].as_str().unwrap_or_default() {
        "Equals" => Ok(is_equal(found, &one())),
        "NotEquals" => Ok(!is_equal(found, &one())),
        "In" => is_in(),
        "NotIn" => is_in().map(|is_in| !is_in),
        "GreaterThan" => Ok(compare(found, &one()).is_some_and(std::cmp::Ordering::is_gt)),
        "LessThan" => Ok(compare(found, &one()).is_some_and(std::cmp::Ordering::is_lt)),
        other => Err(wrong(format!(
            "'{other}' is no ConditionOperator: Equals, NotEquals, In, NotIn, GreaterThan, LessThan."
        ))),
    }
}

/// A value as text, whatever its type.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// A list, which may be written as text.
fn list(value: &Value) -> Result<Vec<Option<String>>> {
    let parsed;
    let value = match value {
        Value::String(written) => {
            parsed = serde_json::from_str::<Value>(written)
                .map_err(|_| wrong("The value of In and NotIn must be a list."))?;
            &parsed
        }
        other => other,
    };
    let items =
        value.as_array().ok_or_else(|| wrong("The value of In and NotIn must be a list."))?;
    Ok(items.iter().map(text).collect())
}

fn is_equal(found: &Value, wanted: &Option<String>) -> bool {
    match (found, wanted) {
        (Value::Null, wanted) => wanted.is_none(),
        (Value::Bool(found), Some(wanted)) => wanted.eq_ignore_ascii_case(&found.to_string()),
        (found, Some(wanted)) => text(found).as_ref() == Some(wanted),
        (_, None) => false,
    }
}

fn compare(found: &Value, wanted: &Option<String>) -> Option<std::cmp::Ordering> {
    let wanted = wanted.as_deref()?;
    match found {
        Value::Number(number) => number.as_f64()?.partial_cmp(&wanted.parse::<f64>().ok()?),
        Value::String(found) => Some(found.as_str().cmp(wanted)),
        _ => None,
    }
}

/// What is gone (`DeletedMetadataCollection`), of the kinds that `filters` names.
pub(super) fn deleted(deleted: &DefinitionIds, filters: &[&str]) -> Result<Value> {
    let (mut keys, mut values) = (Vec::new(), Vec::new());
    if let Some(other) = filters.iter().find(|filter| !KINDS.contains(*filter)) {
        let known = KINDS.join(", ");
        return Err(wrong(format!("'{other}' is no DeletedMetadataFilters: {known}.")));
    }
    let kinds = [
        ("Entity", &deleted.tables),
        ("Attribute", &deleted.columns),
        ("Relationship", &deleted.relationships),
        ("OptionSet", &deleted.choices),
        ("EntityKey", &deleted.keys),
    ];
    for (name, ids) in kinds {
        let is_wanted = filters.iter().any(|filter| {
            *filter == name || *filter == "All" || (*filter == "Default" && name == "Entity")
        });
        if is_wanted && !ids.is_empty() {
            let mut ids: Vec<_> = ids.iter().collect();
            ids.sort_unstable();
            keys.push(name);
            values.push(json!({ "Count": ids.len(), "IsReadOnly": false, "Items": ids }));
        }
    }
    Ok(json!({ "Count": keys.len(), "IsReadOnly": false, "Keys": keys, "Values": values }))
}

const KINDS: &[&str] =
    &["Default", "Entity", "Attribute", "Relationship", "Label", "OptionSet", "EntityKey", "All"];
