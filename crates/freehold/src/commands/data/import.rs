//! `freehold data import`: rows of a file into an environment.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

use clap::Args;
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::files::{Line, Reference, Schema, TableSchema, schema_beside};
use crate::commands::connection::connect;
use crate::commands::dataverse::Dataverse;
use crate::commands::environments::{EnvironmentArg, dataverse};
use crate::commands::failure::{Failure, Result};
use crate::commands::shell::{Shell, table};

/// Columns that are set when the row is there: a new one is always active.
const LATER: [&str; 2] = ["statecode", "statuscode"];

/// Read rows from a file into the environment. A row with the same id is changed, others are
/// created; lookups to rows further down in the file are set at the end.
#[derive(Debug, Args)]
pub struct Import {
    /// The file, as export writes it.
    #[arg(long, short)]
    data: PathBuf,
    /// The schema file; beside the data without it [short: -sf].
    #[arg(long = "schemaFile", aliases = ["sf", "schema-file"])]
    schema_file: Option<PathBuf>,
    #[command(flatten)]
    environment: EnvironmentArg,
}

/// What is done when all rows are there.
struct Later {
    table: String,
    id: String,
    body: Map<String, Value>,
}

impl Import {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let schema_file = self.schema_file.clone().unwrap_or_else(|| schema_beside(&self.data));
        let schema = Schema::read(&schema_file)?;
        let ids = self.ids()?;
        let connection = connect(shell)?;
        let (environment, dataverse) = dataverse(&connection, &self.environment)?;
        let mut progress = shell.progress("Importing rows");
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        let (mut done, mut later) = (HashSet::new(), Vec::new());
        self.lines(|number, line| {
            let table = schema_of(&schema, &line, number)?;
            let (now, rest) = split(table, &line, |reference| {
                let key = (reference.table.clone(), reference.id.clone());
                !ids.contains(&key) || done.contains(&key)
            })?;
            put(&dataverse, table, &line.id, &now).map_err(|failure| at_line(failure, number))?;
            if !rest.is_empty() {
                later.push(Later { table: line.table.clone(), id: line.id.clone(), body: rest });
            }
            *counts.entry(line.table.clone()).or_default() += 1;
            done.insert((line.table, line.id));
            let percent = done.len() * 100 / ids.len().max(1);
            progress.at(percent as u64, "");
            Ok(())
        })?;
        for one in later {
            let found = schema.table(&one.table);
            let table = found.ok_or_else(|| Failure::local("The schema has changed meanwhile."))?;
            put(&dataverse, table, &one.id, &one.body)?;
        }
        drop(progress);
        let value = json!({
            "environmentId": environment.id,
            "tables": counts.iter().map(|(name, count)| json!({"table": name, "rows": count})).collect::<Vec<_>>(),
        });
        shell.show(&value, || {
            table(
                ["Table", "Rows"],
                counts.into_iter().map(|(name, count)| [name, count.to_string()]),
            )
        })
    }

    /// Which rows the file has.
    fn ids(&self) -> Result<HashSet<(String, String)>> {
        let mut ids = HashSet::new();
        self.lines(|_, line| {
            ids.insert((line.table, line.id));
            Ok(())
        })?;
        Ok(ids)
    }

    fn lines(&self, mut each: impl FnMut(usize, Line) -> Result<()>) -> Result<()> {
        let wrong =
            |error: std::io::Error| Failure::file("The data cannot be read:", &self.data, &error);
        let file = BufReader::new(File::open(&self.data).map_err(wrong)?);
        for (at, text) in file.lines().enumerate() {
            let text = text.map_err(wrong)?;
            if text.trim().is_empty() {
                continue;
            }
            let line = serde_json::from_str(&text).map_err(|error| {
                Failure::local(format!(
                    "Line {} of {} is no row: {error}.",
                    at + 1,
                    self.data.display()
                ))
            })?;
            each(at + 1, line)?;
        }
        Ok(())
    }
}

fn schema_of<'s>(schema: &'s Schema, line: &Line, number: usize) -> Result<&'s TableSchema> {
    schema.table(&line.table).ok_or_else(|| {
        Failure::local(format!("Line {number} is a row of {}, which the schema lacks.", line.table))
            .suggest("Give the schema file that was written with the data: --schemaFile")
    })
}

/// What can be set at once, and what only when all rows are there.
fn split(
    table: &TableSchema,
    line: &Line,
    is_there: impl Fn(&Reference) -> bool,
) -> Result<(Map<String, Value>, Map<String, Value>)> {
    let (mut now, mut later) = (Map::new(), Map::new());
    for (name, value) in &line.values {
        // Active, with the usual reason: nothing to set.
        let is_later = LATER.contains(&name.as_str());
        if is_later && line.values.get("statecode").is_none_or(|state| state == 0) {
            continue;
        }
        if is_later { &mut later } else { &mut now }.insert(name.clone(), value.clone());
    }
    let lookups: BTreeMap<_, _> =
        line.lookups.iter().collect::<HashMap<_, _>>().into_iter().collect();
    for (name, reference) in lookups {
        let (member, value) = table.bind(name, reference)?;
        if is_there(reference) { &mut now } else { &mut later }.insert(member, value);
    }
    Ok((now, later))
}

fn put(
    dataverse: &Dataverse,
    table: &TableSchema,
    id: &str,
    body: &Map<String, Value>,
) -> Result<()> {
    let path = format!("{}({id})", table.set);
    dataverse.call(&Method::PATCH, &path, &[], Some(&Value::Object(body.clone()))).map(|_| ())
}

fn at_line(mut failure: Failure, number: usize) -> Failure {
    failure.message = format!("Line {number}: {}", failure.message);
    failure
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::columns::{Column, Target};

    #[test]
    fn what_leads_to_rows_that_come_later_waits() {
        let parent = Target {
            table: "task".to_owned(),
            set: "tasks".to_owned(),
            navigation: "Parent".to_owned(),
        };
        let table = TableSchema {
            table: "task".to_owned(),
            set: "tasks".to_owned(),
            key: "taskid".to_owned(),
            columns: vec![Column {
                name: "parent".to_owned(),
                kind: "Lookup".to_owned(),
                is_required: false,
                is_custom: true,
                can_create: true,
                can_read: true,
                targets: vec![parent],
                options: Vec::new(),
            }],
        };
        let line: Line = serde_json::from_str(
            r#"{"table":"task","id":"1","values":{"name":"A","statecode":1,"statuscode":2},"lookups":{"parent":{"table":"task","id":"2"}}}"#,
        )
        .unwrap();
        let shown = |is_there: bool| {
            let (now, later) = split(&table, &line, |_| is_there).unwrap();
            format!("{} {}", Value::Object(now), Value::Object(later))
        };
        assert_eq!(
            shown(true),
            r#"{"name":"A","Parent@odata.bind":"/tasks(2)"} {"statecode":1,"statuscode":2}"#
        );
        assert_eq!(
            shown(false),
            r#"{"name":"A"} {"statecode":1,"statuscode":2,"Parent@odata.bind":"/tasks(2)"}"#
        );
    }
}
