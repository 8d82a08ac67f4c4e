//! The columns of a table: what they take, and how a value is written.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::client::query;
use super::dataverse::{Dataverse, Table};
use super::failure::{Failure, Result};

/// A column that rows carry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// The logical name.
    pub name: String,
    /// The type, as the platform calls it: `String`, `Lookup`, ….
    pub kind: String,
    /// Whether a row must have a value.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_required: bool,
    /// Whether it was made by somebody, not by the platform.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_custom: bool,
    /// Whether a new row can have a value.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub can_create: bool,
    /// Whether it can be read.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub can_read: bool,
    /// Where a lookup leads, with the name by which each is set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<Target>,
    /// The values of a choice.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<i64>,
}

/// Where a lookup leads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Target {
    /// The table.
    pub table: String,
    /// The name of the table in addresses.
    pub set: String,
    /// The name by which the lookup to it is set.
    pub navigation: String,
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn is_true(value: &bool) -> bool {
    *value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives references")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl Column {
    /// Whether it leads to a row.
    pub fn is_lookup(&self) -> bool {
        matches!(self.kind.as_str(), "Lookup" | "Customer" | "Owner")
    }

    /// The name under which a row that is read has it.
    pub fn member(&self) -> String {
        if self.is_lookup() { format!("_{}_value", self.name) } else { self.name.clone() }
    }
}

/// The columns of a table. Parts of other columns are left out, as are those that only the
/// platform knows.
pub fn columns(dataverse: &Dataverse, table: &Table) -> Result<Vec<Column>> {
    let root = format!("EntityDefinitions(LogicalName='{}')", table.name);
    let select = "LogicalName,AttributeType,AttributeTypeName,AttributeOf,RequiredLevel,\
                  IsCustomAttribute,IsValidForCreate,IsValidForRead,IsPrimaryId,SourceType,IsLogical";
    let rows = dataverse.list(&format!("{root}/Attributes?{}", query(&[("$select", select)])))?;
    let mut columns: Vec<Column> = rows.iter().filter_map(read).collect();
    add_targets(dataverse, &root, &mut columns)?;
    add_options(dataverse, &root, &mut columns)?;
    Ok(columns)
}

fn read(row: &Value) -> Option<Column> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let is_whole = row["AttributeOf"].is_null() && row["IsPrimaryId"] != true;
    // Computed ones cannot be set.
    let is_plain = row["SourceType"].as_i64().unwrap_or_default() == 0;
    let kind = match row["AttributeTypeName"]["Value"].as_str() {
        Some(kind @ ("MultiSelectPicklistType" | "FileType" | "ImageType")) => {
            kind.trim_end_matches("Type").to_owned()
        }
        _ => text(&row["AttributeType"]),
    };
    is_whole.then(|| Column {
        name: text(&row["LogicalName"]),
        kind,
        is_required: matches!(
            row["RequiredLevel"]["Value"].as_str(),
            Some("ApplicationRequired" | "SystemRequired")
        ),
        is_custom: row["IsCustomAttribute"] == true,
        can_create: is_plain && row["IsValidForCreate"] == true,
        can_read: row["IsValidForRead"] == true,
        targets: Vec::new(),
        options: Vec::new(),
    })
}

fn add_targets(dataverse: &Dataverse, root: &str, columns: &mut [Column]) -> Result<()> {
    if !columns.iter().any(Column::is_lookup) {
        return Ok(());
    }
    let select = "ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName";
    let path = format!("{root}/ManyToOneRelationships?{}", query(&[("$select", select)]));
    let relationships = dataverse.list(&path)?;
    let text = |row: &Value, name: &str| row[name].as_str().unwrap_or_default().to_owned();
    for row in &relationships {
        let name = text(row, "ReferencingAttribute");
        let table = text(row, "ReferencedEntity");
        let navigation = text(row, "ReferencingEntityNavigationPropertyName");
        // What cannot be set is not followed.
        if let Some(column) =
            columns.iter_mut().find(|column| column.name == name && column.can_create)
            && !column.targets.iter().any(|target| target.table == table)
        {
            let set = dataverse.set_of(&table)?;
            column.targets.push(Target { table, set, navigation });
        }
    }
    Ok(())
}

fn add_options(dataverse: &Dataverse, root: &str, columns: &mut [Column]) -> Result<()> {
    for (kind, cast) in [
        ("Picklist", "PicklistAttributeMetadata"),
        ("MultiSelectPicklist", "MultiSelectPicklistAttributeMetadata"),
    ] {
        if !columns.iter().any(|column| column.kind == kind && column.is_required) {
            continue;
        }
        let options = [
            ("$select", "LogicalName"),
            ("$expand", "OptionSet($select=Options),GlobalOptionSet($select=Options)"),
        ];
        let path = format!("{root}/Attributes/Microsoft.Dynamics.CRM.{cast}?{}", query(&options));
        for row in dataverse.list(&path)? {
            let of = |name: &str| row[name]["Options"].as_array().cloned();
            let found = of("OptionSet").or_else(|| of("GlobalOptionSet")).unwrap_or_default();
            if let Some(column) = columns
                .iter_mut()
                .find(|column| Some(column.name.as_str()) == row["LogicalName"].as_str())
            {
                column.options = found.iter().filter_map(|one| one["Value"].as_i64()).collect();
            }
        }
    }
    Ok(())
}

/// `name=value` texts as a row, each value written as its column takes it.
pub fn row_of(columns: &[Column], texts: &[String]) -> Result<Value> {
    let mut row = Map::new();
    for text in texts {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Failure::usage(format!("'{text}' sets nothing.")).suggest("Write name=value.")
        })?;
        // What the protocol itself writes: lookups by their navigation property, annotations.
        if name.contains('@') {
            row.insert(name.to_owned(), json!(value));
            continue;
        }
        let column = columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        let column = column.ok_or_else(|| {
            Failure::usage(format!("The table has no column '{name}'.")).suggest(
                "Give the logical name of a column, or navigation@odata.bind for a lookup.",
            )
        })?;
        let (name, value) = member(column, value)?;
        row.insert(name, value);
    }
    Ok(Value::Object(row))
}

/// A member of a row from the text of its value; an empty text is no value.
fn member(column: &Column, text: &str) -> Result<(String, Value)> {
    let name = column.name.clone();
    let wrong =
        |wanted: &str| Failure::usage(format!("'{text}' cannot be in {name}: it takes {wanted}."));
    if column.is_lookup() {
        let [target] = column.targets.as_slice() else {
            return Err(wrong("a row of one of several tables")
                .suggest(format!("Write {name}_<table>@odata.bind=/<set>(<id>).")));
        };
        let bind = match text {
            "" => Value::Null,
            _ if text.starts_with('/') => json!(text),
            id => json!(format!("/{}({id})", target.set)),
        };
        return Ok((format!("{}@odata.bind", target.navigation), bind));
    }
    if text.is_empty() {
        return Ok((name, Value::Null));
    }
    let value = match column.kind.as_str() {
        "Boolean" => match text.to_lowercase().as_str() {
            "true" | "yes" | "1" => json!(true),
            "false" | "no" | "0" => json!(false),
            _ => return Err(wrong("true or false")),
        },
        "Integer" | "BigInt" | "Picklist" | "State" | "Status" => {
            json!(text.parse::<i64>().map_err(|_| wrong("a whole number"))?)
        }
        "Decimal" | "Double" | "Money" => {
            let number: serde_json::Number =
                text.parse().map_err(|_| wrong("a number, such as 12.5"))?;
            Value::Number(number)
        }
        _ => json!(text),
    };
    Ok((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, kind: &str) -> Column {
        let mut column = read(&json!({
            "LogicalName": name, "AttributeType": kind, "AttributeOf": null, "IsValidForCreate": true,
            "IsValidForRead": true, "RequiredLevel": {"Value": "None"},
        }))
        .unwrap();
        if column.is_lookup() {
            column.targets = vec![Target {
                table: "account".to_owned(),
                set: "accounts".to_owned(),
                navigation: format!("{name}_nav"),
            }];
        }
        column
    }

    #[test]
    fn texts_become_what_their_columns_take() {
        let mut columns = vec![
            column("name", "String"),
            column("count", "Integer"),
            column("price", "Money"),
            column("done", "Boolean"),
            column("parent", "Lookup"),
        ];
        let check = |columns: &[Column], texts: &[&str]| {
            let texts: Vec<_> = texts.iter().map(|text| (*text).to_owned()).collect();
            match row_of(columns, &texts) {
                Ok(row) => row.to_string(),
                Err(failure) => failure.message,
            }
        };
        assert_eq!(
            check(&columns, &["name=007", "Count=7", "price=1.50", "done=yes", "parent=1-2"]),
            r#"{"name":"007","count":7,"price":1.5,"done":true,"parent_nav@odata.bind":"/accounts(1-2)"}"#
        );
        assert_eq!(check(&columns, &["name=a=b", "count="]), r#"{"name":"a=b","count":null}"#);
        assert_eq!(check(&columns, &["x@odata.bind=/y(1)"]), r#"{"x@odata.bind":"/y(1)"}"#);
        assert_eq!(
            check(&columns, &["count=x"]),
            "'x' cannot be in count: it takes a whole number."
        );
        assert_eq!(check(&columns, &["nosuch=1"]), "The table has no column 'nosuch'.");
        assert_eq!(check(&columns, &["name"]), "'name' sets nothing.");
        columns[4].targets.clear();
        assert!(check(&columns, &["parent=1"]).contains("one of several tables"));
    }

    #[test]
    fn parts_and_keys_are_no_columns_of_their_own() {
        assert!(read(&json!({"LogicalName": "x", "AttributeOf": "y"})).is_none());
        assert!(read(&json!({"LogicalName": "x", "IsPrimaryId": true})).is_none());
    }
}
