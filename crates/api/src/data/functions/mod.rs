//! Functions: messages that only read, called with `GET`.
//!
//! To add one: a file with its `FUNCTION`, and a line in the list below, in order of the name; take
//! its name out of `unsupported.rs`.

mod audit_detail;
mod calculate_rollup_field;
mod change_history;
mod format_address;
mod get_time_zone_code_by_localized_name;
mod get_valid_many_to_many;
mod get_valid_referenced_entities;
mod get_valid_referencing_entities;
mod initialize_from;
mod retrieve_all_entities;
mod retrieve_available_languages;
mod retrieve_current_organization;
mod retrieve_deprovisioned_languages;
mod retrieve_duplicates;
mod retrieve_entity;
mod retrieve_installed_language_packs;
mod retrieve_loc_labels;
mod retrieve_metadata_changes;
mod retrieve_principal_access;
mod retrieve_privileges;
mod retrieve_provisioned_languages;
mod retrieve_shared_principals_and_access;
mod retrieve_solution_import_result;
mod retrieve_timestamp;
mod retrieve_total_record_count;
mod retrieve_version;
mod searchstatistics;
mod searchstatus;
mod who_am_i;

use axum::http::StatusCode;
use base::{Error, Kind, Result, Uuid};
use dataverse::messages::RetrieveLanguages;
use dataverse::{BoxFuture, Record, Reply};
use query::odata::{Argument, Arguments};
use query::{Key, Literal, Query};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::call::Call;
use super::resource::{Bound, Place, retrieve, unexpected};

/// A function of the protocol.
pub(super) struct Function {
    /// Its name, without the namespace.
    pub name: &'static str,
    /// The table to whose rows it is bound, by logical name.
    pub bound_to: Option<&'static str>,
    /// Its parameters, with their types.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The members of its answer, with their types.
    pub returns: &'static [(&'static str, &'static str)],
    /// Answers a call of it.
    pub run: Run,
}

type Run = for<'a> fn(&'a Call, Option<Bound>, Named) -> BoxFuture<'a, Result<Answer>>;

/// The parameters of a call.
#[derive(Debug)]
pub(super) struct Named(pub Vec<(String, Argument)>);

impl Named {
    /// The parameter with this name.
    pub fn find(&self, name: &str) -> Option<&Argument> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, argument)| argument)
    }
}

const FUNCTIONS: &[&Function] = &[
    &calculate_rollup_field::FUNCTION,
    &format_address::FUNCTION,
    &get_time_zone_code_by_localized_name::FUNCTION,
    &get_valid_many_to_many::FUNCTION,
    &get_valid_referenced_entities::FUNCTION,
    &get_valid_referencing_entities::FUNCTION,
    &initialize_from::FUNCTION,
    &retrieve_all_entities::FUNCTION,
    &change_history::OF_ATTRIBUTE,
    &audit_detail::FUNCTION,
    &retrieve_available_languages::FUNCTION,
    &retrieve_current_organization::FUNCTION,
    &retrieve_deprovisioned_languages::FUNCTION,
    &retrieve_duplicates::FUNCTION,
    &retrieve_entity::FUNCTION,
    &retrieve_installed_language_packs::FUNCTION,
    &retrieve_loc_labels::FUNCTION,
    &retrieve_metadata_changes::FUNCTION,
    &retrieve_principal_access::OF_USER,
    &retrieve_principal_access::OF_TEAM,
    &retrieve_provisioned_languages::FUNCTION,
    &change_history::OF_RECORD,
    &retrieve_privileges::OF_ROLE_BY_ID,
    &retrieve_privileges::OF_ROLE,
    &retrieve_shared_principals_and_access::FUNCTION,
    &retrieve_solution_import_result::FUNCTION,
    &retrieve_privileges::OF_TEAM,
    &retrieve_timestamp::FUNCTION,
    &retrieve_total_record_count::FUNCTION,
    &retrieve_privileges::BY_PRIVILEGE_ID,
    &retrieve_privileges::OF_USER,
    &retrieve_privileges::BY_PRIVILEGE_IDS,
    &retrieve_privileges::BY_PRIVILEGE_NAMES,
    &retrieve_version::FUNCTION,
    &who_am_i::FUNCTION,
    &searchstatistics::FUNCTION,
    &searchstatus::FUNCTION,
];

/// The function with this name, bound to this table or to none.
pub(super) fn find(name: &str, bound_to: Option<&str>) -> Option<&'static Function> {
    FUNCTIONS.iter().copied().find(|f| f.name == name && f.bound_to == bound_to)
}

/// All functions, in order of the name.
pub(super) fn all() -> &'static [&'static Function] {
    FUNCTIONS
}

impl Named {
    /// A text; nothing if it is left out or null.
    fn text(&self, name: &str) -> Result<Option<&str>> {
        match self.find(name) {
            None | Some(Argument::Literal(Literal::Null)) => Ok(None),
            Some(Argument::Literal(Literal::Text(text))) => Ok(Some(text)),
            Some(_) => Err(wrong_type(name, "a text in quotes")),
        }
    }

    /// A text that cannot be left out.
    fn required_text(&self, function: &str, name: &str) -> Result<&str> {
        self.text(name)?.ok_or_else(|| {
            let message = format!("The function '{function}' needs the parameter '{name}'.");
            Error::new(Kind::Invalid, "0x80040200", message)
        })
    }

    /// The members of a flags enumeration: `Namespace.Type'A,B'`, or only their names.
    fn members(&self, name: &str) -> Result<Vec<&str>> {
        let text = match self.find(name) {
            None | Some(Argument::Literal(Literal::Null)) => return Ok(Vec::new()),
            Some(Argument::Literal(Literal::Enum { member, .. })) => member,
            Some(Argument::Literal(Literal::Text(text))) => text,
            Some(_) => return Err(wrong_type(name, "a member of its enumeration")),
        };
        Ok(text.split(',').map(str::trim).collect())
    }

    /// An id; nothing if it is left out or zero.
    fn id(&self, name: &str) -> Result<Option<Uuid>> {
        match self.find(name) {
            None | Some(Argument::Literal(Literal::Null)) => Ok(None),
            Some(Argument::Literal(Literal::Id(id))) => Ok(Some(*id).filter(|id| !id.is_nil())),
            Some(_) => Err(wrong_type(name, "an id")),
        }
    }
}

fn wrong_type(name: &str, what: &str) -> Error {
    Error::new(Kind::Invalid, "0x80060888", format!("The parameter '{name}' must be {what}."))
}

/// What stands in parentheses after the name of a function.
pub(super) fn named(arguments: &Arguments) -> Result<Named> {
    match arguments {
        Arguments::Absent => Ok(Named(Vec::new())),
        Arguments::Named(pairs) => Ok(Named(pairs.clone())),
        Arguments::One(_) => {
            let message = "The parameters of a function are given by name: F(A=@p1)?@p1=…";
            Err(Error::new(Kind::Invalid, "0x80060888", message))
        }
    }
}

impl Function {
    /// Refuses parameters that the function does not have.
    pub fn check(&self, arguments: &Named) -> Result<()> {
        let is_known = |name: &str| self.parameters.iter().any(|(known, _)| *known == name);
        match arguments.0.iter().find(|(name, _)| !is_known(name)) {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("The function '{}' has no parameter '{name}'.", self.name);
                Err(Error::new(Kind::Invalid, "0x80060888", message))
            }
        }
    }
}

impl Named {
    fn get(&self, name: &str) -> Option<&Argument> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, argument)| argument)
    }

    /// A text.
    fn text_of(&self, function: &str, name: &str) -> Result<Option<String>> {
        match self.get(name) {
            None | Some(Argument::Literal(Literal::Null)) => Ok(None),
            Some(Argument::Literal(Literal::Text(text))) => Ok(Some(text.clone())),
            Some(_) => Err(unfit(function, name, "a text in quotes")),
        }
    }

    /// A whole number.
    fn int(&self, function: &str, name: &str) -> Result<Option<i64>> {
        match self.get(name) {
            None | Some(Argument::Literal(Literal::Null)) => Ok(None),
            Some(Argument::Literal(Literal::Number(number))) => match number.parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(unfit(function, name, "a whole number")),
            },
            Some(_) => Err(unfit(function, name, "a whole number")),
        }
    }

    /// An id that cannot be left out.
    fn required_id(&self, function: &str, name: &str) -> Result<Uuid> {
        match self.get(name) {
            Some(Argument::Literal(Literal::Id(id))) => Ok(*id),
            Some(Argument::Literal(Literal::Text(text))) => {
                Uuid::parse_str(text).map_err(|_| unfit(function, name, "an id"))
            }
            _ => Err(unfit(function, name, "an id")),
        }
    }

    /// A list of texts or ids.
    fn texts(&self, function: &str, name: &str) -> Result<Vec<String>> {
        let Some(Argument::Literal(Literal::List(items))) = self.get(name) else {
            return Err(unfit(function, name, "a list: ['a','b']"));
        };
        let text = |item: &Literal| match item {
            Literal::Text(text) => Ok(text.clone()),
            Literal::Id(id) => Ok(id.to_string()),
            _ => Err(unfit(function, name, "a list: ['a','b']")),
        };
        items.iter().map(text).collect()
    }

    /// A row, or another object.
    fn object(&self, function: &str, name: &str) -> Result<&Value> {
        match self.get(name) {
            Some(Argument::Json(value)) => Ok(value),
            _ => Err(unfit(function, name, "a row: {'@odata.id':'accounts(…)'}")),
        }
    }
}

/// The refusal of a parameter that is missing or of another type.
fn unfit(function: &str, name: &str, wanted: &str) -> Error {
    let message = format!("The parameter '{name}' of the function '{function}' must be {wanted}.");
    Error::new(Kind::Invalid, "0x80060888", message)
}

/// The answer of a function: an object of the type `<name>Response`.
pub(super) fn response(call: &Call, name: &str, members: Value) -> Answer {
    let mut body = Map::new();
    let context = call.url(&format!("$metadata#Microsoft.Dynamics.CRM.{name}Response"));
    body.insert("@odata.context".to_owned(), context.into());
    if let Value::Object(members) = members {
        body.extend(members);
    }
    Answer::json(StatusCode::OK, Value::Object(body).to_string().into_bytes())
}

/// The one row of the organisation, with these columns.
async fn organization(call: &Call, columns: &[&str]) -> Result<Box<Record>> {
    let table = call
        .schema
        .table("organization")
        .ok_or_else(|| Error::internal("the schema has no table 'organization'"))?;
    let id = call.environment.user(&call.cx).await?.organization;
    let place = Place { table: table.clone(), key: Key::Id(id) };
    let select = columns.iter().map(|name| (*name).to_owned()).collect();
    retrieve(call, &place, Query { select, ..Query::default() }).await
}

/// The languages of the organisation, the base language first.
async fn languages(call: &Call) -> Result<Vec<u32>> {
    match call.execute(RetrieveLanguages).await? {
        Reply::Languages(languages) => Ok(languages),
        other => Err(unexpected(&other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(FUNCTIONS.is_sorted_by(|a, b| (a.name, a.bound_to) < (b.name, b.bound_to)));
    }
}
