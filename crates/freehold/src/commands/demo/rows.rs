//! Thinks up rows: a value for every column that must have one, and a row for every lookup that
//! must lead somewhere.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::commands::columns::{Column, Target, columns};
use crate::commands::dataverse::{Dataverse, Table};
use crate::commands::failure::{Failure, Result};

/// Lookups that are followed from one row to the next.
const DEPTH_MAX: usize = 5;
/// Tables of which a row that is there is used.
const EXISTING: &[&str] =
    &["businessunit", "organization", "systemuser", "team", "transactioncurrency"];

/// The rows that were made in an environment, by table.
#[derive(Default)]
pub struct Rows {
    made: HashMap<String, String>,
}

/// A row that was made.
pub struct Made {
    /// The table.
    pub table: Table,
    /// The id.
    pub id: String,
}

impl Rows {
    /// Makes a row in a table, called `name` where it has a name.
    pub fn create(&mut self, dataverse: &Dataverse, table: &str, name: &str) -> Result<Made> {
        self.create_at(dataverse, table, name, 0)
    }

    fn create_at(
        &mut self,
        dataverse: &Dataverse,
        table: &str,
        name: &str,
        depth: usize,
    ) -> Result<Made> {
        if depth > DEPTH_MAX {
            return Err(Failure::local(format!(
                "The lookups that {table} needs lead on and on; no row was made."
            )));
        }
        let table = dataverse.table(table)?;
        let mut row = Map::new();
        for column in columns(dataverse, &table)? {
            let is_title = column.name == table.title && column.kind == "String";
            if !column.can_create || !(column.is_required || is_title) {
                continue;
            }
            if column.is_lookup() {
                if let Some(target) = target(&column) {
                    let id = self.row_of(dataverse, &target.table, name, depth)?;
                    let member = format!("{}@odata.bind", target.navigation);
                    row.insert(member, json!(format!("/{}({id})", target.set)));
                }
            } else if let Some(value) = self.value(dataverse, &table, &column, name)? {
                row.insert(column.name, value);
            }
        }
        let id = dataverse.create(&table.set, &Value::Object(row))?;
        self.made.insert(table.name.clone(), id.clone());
        Ok(Made { table, id })
    }

    /// A row to lead to: one made before, one that is there, or a new one.
    fn row_of(
        &mut self,
        dataverse: &Dataverse,
        table: &str,
        name: &str,
        depth: usize,
    ) -> Result<String> {
        if let Some(id) = self.made.get(table) {
            return Ok(id.clone());
        }
        if !EXISTING.contains(&table) {
            return Ok(self.create_at(dataverse, table, name, depth + 1)?.id);
        }
        let known = dataverse.table(table)?;
        let row = dataverse.get(&format!("{}?$select={}&$top=1", known.set, known.key))?.body;
        let id = row["value"][0][&known.key].as_str().map(str::to_owned);
        id.ok_or_else(|| Failure::unexpected(format!("no row of {table}")))
    }

    fn value(
        &self,
        dataverse: &Dataverse,
        table: &Table,
        column: &Column,
        name: &str,
    ) -> Result<Option<Value>> {
        let path = format!(
            "EntityDefinitions(LogicalName='{}')/Attributes(LogicalName='{}')",
            table.name, column.name
        );
        let definition = dataverse.get(&path)?.body;
        Ok(value(column, &definition, name))
    }
}

/// Where a lookup that must lead somewhere is led. Owners are set by the server.
fn target(column: &Column) -> Option<&Target> {
    if column.kind == "Owner" || column.name == "ownerid" {
        return None;
    }
    column.targets.first()
}

/// A value that the definition of a column accepts; none where the server gives one.
fn value(column: &Column, definition: &Value, name: &str) -> Option<Value> {
    let integer = |limit: &str| definition[limit].as_i64();
    let number = |limit: &str| definition[limit].as_f64();
    match column.kind.as_str() {
        "String" | "Memo" => {
            let text = match definition["FormatName"]["Value"].as_str() {
                Some("Email") => "demo@example.com".to_owned(),
                Some("Url") => "https://example.com".to_owned(),
                Some("Phone") => "+1 555 0100".to_owned(),
                _ => name.to_owned(),
            };
            let most = usize::try_from(integer("MaxLength").unwrap_or(100)).unwrap_or(100);
            Some(json!(text.chars().take(most).collect::<String>()))
        }
        "Integer" | "BigInt" => {
            let value =
                1.min(integer("MaxValue").unwrap_or(1)).max(integer("MinValue").unwrap_or(1));
            Some(json!(value))
        }
        "Decimal" | "Double" | "Money" => {
            let value =
                1_f64.min(number("MaxValue").unwrap_or(1.0)).max(number("MinValue").unwrap_or(1.0));
            Some(json!(value))
        }
        "Boolean" => Some(json!(true)),
        "Picklist" => column.options.first().map(|option| json!(option)),
        "MultiSelectPicklist" => column.options.first().map(|option| json!(option.to_string())),
        "DateTime" => {
            let is_date = definition["DateTimeBehavior"]["Value"] == "DateOnly";
            Some(json!(if is_date { "2026-01-31" } else { "2026-01-31T12:00:00Z" }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: &str, options: &[i64]) -> Column {
        serde_json::from_value(json!({"name": "c", "kind": kind, "options": options})).unwrap()
    }

    #[test]
    fn values_keep_the_limits_of_their_columns() {
        let check = |kind: &str, definition: Value| {
            value(&column(kind, &[7]), &definition, "Demo row").map(|value| value.to_string())
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(check("String", json!({"MaxLength": 4})), some("\"Demo\""));
        assert_eq!(
            check("String", json!({"MaxLength": 100, "FormatName": {"Value": "Email"}})),
            some("\"demo@example.com\"")
        );
        assert_eq!(check("Integer", json!({"MinValue": 10, "MaxValue": 20})), some("10"));
        assert_eq!(check("Integer", json!({"MinValue": -5, "MaxValue": 0})), some("0"));
        assert_eq!(check("Money", json!({"MinValue": 0.0, "MaxValue": 0.5})), some("0.5"));
        assert_eq!(check("Picklist", json!({})), some("7"));
        assert_eq!(check("MultiSelectPicklist", json!({})), some("\"7\""));
        assert_eq!(
            check("DateTime", json!({"DateTimeBehavior": {"Value": "DateOnly"}})),
            some("\"2026-01-31\"")
        );
        assert_eq!(check("Uniqueidentifier", json!({})), None);
    }
}
