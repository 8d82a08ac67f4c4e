//! The files of an export: a schema, and rows with a line of JSON for each.
//!
//! A line is `{"table":"account","id":"…","values":{"name":"Contoso"},"lookups":{"primarycontactid":
//! {"table":"contact","id":"…"}}}`.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::commands::columns::{Column, columns};
use crate::commands::dataverse::Dataverse;
use crate::commands::failure::{Failure, Result};

/// The version of the format.
const VERSION: u32 = 1;
/// Lookups to these lead to other rows in every environment, so they are left out.
const LOCAL_TABLES: &[&str] =
    &["businessunit", "organization", "owner", "systemuser", "team", "transactioncurrency"];
/// Columns that the platform fills.
const LOCAL_COLUMNS: &[&str] = &[
    "importsequencenumber",
    "overriddencreatedon",
    "timezoneruleversionnumber",
    "utcconversiontimezonecode",
];

/// Which tables and columns an export has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schema {
    /// The version of the format.
    pub version: u32,
    /// The tables, those that others lead to first.
    pub tables: Vec<TableSchema>,
}

/// Which columns of a table an export has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TableSchema {
    /// The table.
    pub table: String,
    /// Its name in addresses.
    pub set: String,
    /// The column with the id.
    pub key: String,
    /// The columns.
    pub columns: Vec<Column>,
}

/// A row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The table.
    pub table: String,
    /// The id.
    pub id: String,
    /// The values.
    pub values: Map<String, Value>,
    /// The rows that it leads to.
    #[serde(default, skip_serializing_if = "HashMap::is_empty")]
    pub lookups: HashMap<String, Reference>,
}

/// A row that another leads to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    /// The table.
    pub table: String,
    /// The id.
    pub id: String,
}

/// The schema file beside a data file.
pub fn schema_beside(data: &Path) -> PathBuf {
    let stem = data.file_stem().unwrap_or_default().to_string_lossy();
    data.with_file_name(format!("{stem}.schema.json"))
}

impl Schema {
    /// The schema of tables of an environment.
    pub fn of(dataverse: &Dataverse, names: &[String]) -> Result<Self> {
        let mut tables = Vec::new();
        for name in names {
            let table = dataverse.table(name)?;
            let columns = columns(dataverse, &table)?;
            tables.push(TableSchema {
                columns: columns.into_iter().filter(is_carried).collect(),
                table: table.name,
                set: table.set,
                key: table.key,
            });
        }
        Ok(Self { version: VERSION, tables: sorted(tables) })
    }

    /// Reads a schema file.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::file("The schema cannot be read:", path, &error))?;
        let schema: Self = serde_json::from_str(&text).map_err(|error| {
            Failure::local(format!("{} is not a schema: {error}.", path.display()))
                .suggest("freehold data export --table … writes one.")
        })?;
        if schema.version != VERSION {
            return Err(Failure::local(format!(
                "{} has the version {} of the format; this program reads {VERSION}.",
                path.display(),
                schema.version
            )));
        }
        Ok(schema)
    }

    /// The schema of a table.
    pub fn table(&self, name: &str) -> Option<&TableSchema> {
        self.tables.iter().find(|table| table.table == name)
    }
}

/// Whether an export carries a column.
fn is_carried(column: &Column) -> bool {
    let is_local = column.is_lookup()
        && column.targets.iter().all(|target| LOCAL_TABLES.contains(&target.table.as_str()));
    let is_simple = !matches!(
        column.kind.as_str(),
        "EntityName"
            | "File"
            | "Image"
            | "ManagedProperty"
            | "PartyList"
            | "Uniqueidentifier"
            | "Virtual"
    );
    column.can_create
        && column.can_read
        && !is_local
        && is_simple
        && !LOCAL_COLUMNS.contains(&column.name.as_str())
}

/// Tables that others lead to come first. Of those that lead to each other in a circle, the ones
/// come first whose rows can wait for the others.
fn sorted(mut rest: Vec<TableSchema>) -> Vec<TableSchema> {
    let mut done: Vec<TableSchema> = Vec::new();
    while !rest.is_empty() {
        let order = |at: &usize| (reach(&rest, *at).len(), targets(&rest, *at, true).count());
        let next = (0..rest.len()).min_by_key(order).unwrap_or_default();
        done.push(rest.remove(next));
    }
    done
}

/// The tables among `tables` to which one leads, over others too, and itself.
fn reach(tables: &[TableSchema], from: usize) -> BTreeSet<usize> {
    let (mut found, mut next) = (BTreeSet::from([from]), vec![from]);
    while let Some(at) = next.pop() {
        next.extend(targets(tables, at, false).filter(|target| found.insert(*target)));
    }
    found
}

/// The other tables among `tables` to which one leads at once; those it must lead to, if so asked.
fn targets(
    tables: &[TableSchema],
    at: usize,
    required: bool,
) -> impl Iterator<Item = usize> + use<'_> {
    let columns = tables[at].columns.iter().filter(move |column| column.is_required || !required);
    let names = columns.flat_map(|column| &column.targets).map(|target| target.table.as_str());
    let found = names.filter_map(|name| tables.iter().position(|table| table.table == name));
    found.filter(move |target| *target != at)
}

impl TableSchema {
    /// The members to read.
    pub fn select(&self) -> String {
        let members = self.columns.iter().map(Column::member);
        std::iter::once(self.key.clone()).chain(members).collect::<Vec<_>>().join(",")
    }

    /// A row as it was read, as a line.
    pub fn line(&self, row: &Value) -> Result<Line> {
        let id = row[&self.key].as_str().map(str::to_owned);
        let id = id.ok_or_else(|| Failure::unexpected(format!("a row without {}", self.key)))?;
        let mut line =
            Line { table: self.table.clone(), id, values: Map::new(), lookups: HashMap::new() };
        for column in &self.columns {
            let member = column.member();
            let value = &row[&member];
            if value.is_null() {
                continue;
            }
            if !column.is_lookup() {
                line.values.insert(column.name.clone(), value.clone());
                continue;
            }
            let table = &row[&format!("{member}@Microsoft.Dynamics.CRM.lookuplogicalname")];
            let only = || match column.targets.as_slice() {
                [only] => Some(only.table.as_str()),
                _ => None,
            };
            if let (Some(id), Some(table)) = (value.as_str(), table.as_str().or_else(only)) {
                let reference = Reference { table: table.to_owned(), id: id.to_owned() };
                line.lookups.insert(column.name.clone(), reference);
            }
        }
        Ok(line)
    }

    /// The member that sets a lookup.
    pub fn bind(&self, column: &str, reference: &Reference) -> Result<(String, Value)> {
        let found = self.columns.iter().find(|known| known.name == column);
        let target = found.and_then(|column| {
            column.targets.iter().find(|target| target.table == reference.table)
        });
        let target = target.ok_or_else(|| {
            Failure::local(format!(
                "The schema of {} knows no lookup {column} to {}.",
                self.table, reference.table
            ))
            .suggest("Take the lookup out of the data, or export again.")
        })?;
        let name = format!("{}@odata.bind", target.navigation);
        Ok((name, json!(format!("/{}({})", target.set, reference.id))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::columns::Target;

    fn lookup(name: &str, tables: &[&str]) -> Column {
        let target = |table: &&str| Target {
            table: (*table).to_owned(),
            set: format!("{table}s"),
            navigation: format!("{name}_{table}"),
        };
        Column { targets: tables.iter().map(target).collect(), ..column(name, "Lookup") }
    }

    fn column(name: &str, kind: &str) -> Column {
        Column {
            name: name.to_owned(),
            kind: kind.to_owned(),
            is_required: false,
            is_custom: true,
            can_create: true,
            can_read: true,
            targets: Vec::new(),
            options: Vec::new(),
        }
    }

    fn table(name: &str, columns: Vec<Column>) -> TableSchema {
        TableSchema {
            table: name.to_owned(),
            set: format!("{name}s"),
            key: format!("{name}id"),
            columns,
        }
    }

    #[test]
    fn tables_that_others_need_come_first() {
        let tables = vec![
            table("task", vec![lookup("project", &["project"]), lookup("parent", &["task"])]),
            table("project", vec![lookup("account", &["account"])]),
            table("account", vec![lookup("contact", &["contact"])]),
            table("contact", vec![lookup("account", &["account"])]),
        ];
        let order: Vec<_> = sorted(tables).into_iter().map(|table| table.table).collect();
        // The account leads to a contact that comes later: that lookup waits.
        assert_eq!(order, ["account", "project", "task", "contact"]);
    }

    #[test]
    fn what_belongs_to_one_environment_stays_there() {
        assert!(!is_carried(&lookup("ownerid", &["systemuser", "team"])));
        assert!(is_carried(&lookup("customerid", &["account", "contact"])));
        assert!(!is_carried(&column("photo", "Image")));
        assert!(!is_carried(&Column { can_create: false, ..column("createdon", "DateTime") }));
    }

    #[test]
    fn a_row_becomes_a_line_and_back() {
        let schema = table(
            "task",
            vec![
                column("name", "String"),
                column("empty", "String"),
                lookup("regarding", &["account", "contact"]),
            ],
        );
        assert_eq!(schema.select(), "taskid,name,empty,_regarding_value");
        let row = json!({
            "taskid": "1", "name": "A", "empty": null, "_regarding_value": "2",
            "_regarding_value@Microsoft.Dynamics.CRM.lookuplogicalname": "contact",
        });
        let line = schema.line(&row).unwrap();
        assert_eq!(
            serde_json::to_string(&line).unwrap(),
            r#"{"table":"task","id":"1","values":{"name":"A"},"lookups":{"regarding":{"table":"contact","id":"2"}}}"#
        );
        let (name, value) = schema.bind("regarding", &line.lookups["regarding"]).unwrap();
        assert_eq!((name.as_str(), value), ("regarding_contact@odata.bind", json!("/contacts(2)")));
        let other = Reference { table: "lead".to_owned(), id: "3".to_owned() };
        assert!(schema.bind("regarding", &other).is_err());
    }

    #[test]
    fn the_schema_is_beside_the_data() {
        assert_eq!(schema_beside(Path::new("out/data.jsonl")), Path::new("out/data.schema.json"));
    }
}
