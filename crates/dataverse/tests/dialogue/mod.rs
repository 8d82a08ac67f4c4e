//! A dialogue in text with an environment.

#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test ends there")]

pub mod sample;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use base::{Caller, Cx, Error, Kind, Result, Uuid};
use dataverse::messages::{
    Associate, Create, Delete, Disassociate, Retrieve, RetrieveFetch, RetrieveFrom,
    RetrieveMultiple, Update, Upsert,
};
use dataverse::{
    Environment, Expanded, Fetched, Input, Page, Record, Reference, Reply, RowInput, Value,
};
use metadata::Table;
use query::Query;
use query::odata::{self, RowReference, Segment};
use serde_json::{Map, Value as Json};

use crate::common;

/// Tables whose rows dialogues leave behind, those first that refer to others.
const CLEANED: &[&str] = &["activitypointer", "new_part", "new_sample", "contact", "account"];

/// Removes what a dialogue left behind, which is much quicker than another environment.
pub async fn clean(environment: &Environment) {
    let system = common::cx(Caller::System);
    for table in CLEANED {
        let Some(table) = environment.schema().table(table).cloned() else { continue };
        loop {
            let query = Query { select: vec![table.primary_id.clone()], ..Query::default() };
            let table = table.logical_name.clone();
            let all = RetrieveMultiple { table, from: None, query, with_names: false };
            let Reply::Page(page) = environment.execute(&system, all).await.unwrap() else {
                panic!("a page")
            };
            if page.rows.is_empty() {
                break;
            }
            for row in page.rows {
                let target = Reference::id(&row.table.logical_name, row.id);
                let delete = Delete { target, if_version: None };
                match environment.execute(&system, delete).await {
                    Err(error) if error.kind != Kind::NotFound => panic!("{error:?}"),
                    _ => {}
                }
            }
        }
    }
}

/// A dialogue, with what was named in it.
pub struct Dialogue {
    environment: Arc<Environment>,
    speaker: Cx,
    names: BTreeMap<String, String>,
}

impl Dialogue {
    pub fn new(environment: Arc<Environment>) -> Self {
        let names = BTreeMap::from([("next".to_owned(), String::new())]);
        Self { environment, speaker: common::cx(Caller::User(common::ADMIN)), names }
    }

    /// Asks every question of a text, and gives the text with the answers.
    pub async fn hold(mut self, text: &str) -> String {
        let mut answered = String::new();
        for line in text.lines() {
            if let Some(question) = line.strip_prefix("> ") {
                answered.push_str(line);
                answered.push('\n');
                let answer = match self.ask(question).await {
                    Ok(answer) => answer,
                    Err(error) => format!("{:?} {} {}\n", error.kind, error.code, error.message),
                };
                answered.push_str(&self.named(&answer));
            } else if line.is_empty() || line.starts_with('#') {
                answered.push_str(line);
                answered.push('\n');
            }
        }
        answered
    }

    async fn ask(&mut self, question: &str) -> Result<String> {
        let question = self.filled(question);
        if let Some(xml) = question.strip_prefix("FETCH ") {
            return self.fetch(xml).await;
        }
        if let Some(test) = question.strip_prefix("WHERE ") {
            return self.names_where(test).await;
        }
        let (question, name) = match question.rsplit_once(" as ") {
            Some((question, name)) if name.chars().all(char::is_alphanumeric) => {
                (question.to_owned(), Some(name.to_owned()))
            }
            _ => (question, None),
        };
        let (verb, rest) = question.split_once(' ').unwrap_or((&question, ""));
        let (verb, condition) = match verb.split_once('[') {
            Some((verb, condition)) => (verb, Some(condition.trim_end_matches(']'))),
            None => (verb, None),
        };
        let (path, body) = match rest.find(" {").or_else(|| rest.find(" [")) {
            Some(at) => (&rest[..at], &rest[at + 1..]),
            None => (rest, ""),
        };
        match verb {
            "AS" => self.turn(rest),
            "SAMPLE" => {
                sample::create(&self.environment, &self.speaker).await;
                Ok(String::new())
            }
            "POST" => self.post(path, body, name).await,
            "CREATE_MANY" => self.create_many(path, body).await,
            "GET" => self.get(path, condition, name).await,
            "PATCH" => self.patch(path, body, condition).await,
            "DELETE" => {
                let if_version = condition.map(version);
                self.done(Delete { target: reference(path)?, if_version }).await
            }
            "LINK" => {
                let (target, navigation, related) = link(rest)?;
                self.done(Associate { target, navigation, related: related.into_iter().collect() })
                    .await
            }
            "UNLINK" => {
                let (target, navigation, related) = link(rest)?;
                self.done(Disassociate { target, navigation, related }).await
            }
            other => panic!("no such verb: {other}"),
        }
    }

    /// The rows of a query in FetchXML, a line each.
    async fn fetch(&mut self, xml: &str) -> Result<String> {
        let fetched = self.fetched(xml).await?;
        let mut text = String::new();
        for row in &fetched.rows {
            let is_noise = |key: &str| key == fetched.table.primary_id;
            let values = fetched.columns.iter().zip(&row.values);
            let values = values.filter(|(column, _)| !is_noise(&column.key));
            let shown = values.map(|(column, value)| format!("{}: {}", column.key, show(value)));
            let shown = shown.collect::<Vec<_>>();
            text.push_str(&if shown.is_empty() { "(row)".to_owned() } else { shown.join(", ") });
            text.push('\n');
        }
        if fetched.rows.is_empty() {
            text.push_str("(none)\n");
        }
        if let Some(count) = fetched.count {
            let _ = writeln!(text, "count: {count}");
        }
        if let Some(next) = &fetched.next {
            text.push_str("more\n");
            let cookie = next.to_xml();
            let escaped = cookie.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
            self.names.insert("cookie".to_owned(), escaped);
        }
        Ok(text)
    }

    /// `table column operator value|value`: the primary names of the rows that a condition finds.
    async fn names_where(&mut self, test: &str) -> Result<String> {
        let mut words = test.splitn(4, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        let (table, column, operator, values) = (word(), word(), word(), word());
        let name = self.environment.schema().table(&table).unwrap().primary_name.clone().unwrap();
        let values = values.split('|').filter(|value| !value.is_empty());
        let values = values.map(|value| format!("<value>{value}</value>")).collect::<String>();
        let xml = format!(
            "<fetch><entity name='{table}'><attribute name='{name}'/><order attribute='{name}'/>\
             <filter><condition attribute='{column}' operator='{operator}'>{values}</condition>\
             </filter></entity></fetch>"
        );
        let fetched = self.fetched(&xml).await?;
        let names = fetched.rows.iter().map(|row| show(&row.values[0])).collect::<Vec<_>>();
        Ok(if names.is_empty() { "(none)\n".to_owned() } else { format!("{}\n", names.join(", ")) })
    }

    async fn fetched(&self, xml: &str) -> Result<Fetched> {
        let fetch = query::fetch::parse_xml(xml).map_err(Error::from)?;
        let with_names = xml.contains("latematerialize");
        match self.execute(RetrieveFetch { fetch, filter: None, with_names }).await? {
            Reply::Fetched(fetched) => Ok(*fetched),
            other => panic!("rows: {other:?}"),
        }
    }

    fn turn(&mut self, who: &str) -> Result<String> {
        // Each goes on with the ids of the one before.
        let caller = match who {
            "admin" => Caller::User(common::ADMIN),
            "system" => Caller::System,
            id => Caller::User(id.parse().unwrap()),
        };
        self.speaker = self.speaker.with_caller(caller);
        Ok(String::new())
    }

    async fn execute(&self, message: impl Into<dataverse::Message>) -> Result<Reply> {
        self.environment.execute(&self.speaker, message).await
    }

    async fn done(&self, message: impl Into<dataverse::Message>) -> Result<String> {
        self.execute(message).await.map(|reply| format!("{}\n", show_reply(&reply)))
    }

    async fn post(&mut self, set: &str, body: &str, name: Option<String>) -> Result<String> {
        let (set, query) = options(set)?;
        let returning = set.contains('+').then_some(query);
        let table = set.trim_end_matches('+').to_owned();
        let reply = self.execute(Create { table, row: row(body), returning }).await?;
        if let (Some(name), Some(id)) = (name, reply.id()) {
            self.names.insert(name, id.to_string());
        }
        Ok(format!("{}\n", show_reply(&reply)))
    }

    async fn create_many(&mut self, set: &str, body: &str) -> Result<String> {
        let Ok(Json::Array(rows)) = serde_json::from_str(body) else { panic!("a list: {body}") };
        let rows = rows.into_iter().map(|row| match row {
            Json::Object(members) => members_of(members),
            other => panic!("a row: {other}"),
        });
        let rows = rows.collect();
        let mut session = self.environment.begin(&self.speaker).await?;
        let ids = session.create_many(set, rows).await?;
        session.commit().await?;
        Ok(format!("created {}\n", ids.len()))
    }

    async fn patch(&mut self, path: &str, body: &str, condition: Option<&str>) -> Result<String> {
        let (path, query) = options(path)?;
        let returning = path.contains('+').then_some(query);
        let (target, row) = (reference(path.trim_end_matches('+'))?, row(body));
        let reply = match condition {
            None => self.execute(Upsert { target, row, create_only: false, returning }).await?,
            Some("none") => {
                self.execute(Upsert { target, row, create_only: true, returning }).await?
            }
            Some("*") => self.execute(Update { target, row, if_version: None, returning }).await?,
            Some(tag) => {
                let if_version = Some(version(tag));
                self.execute(Update { target, row, if_version, returning }).await?
            }
        };
        Ok(format!("{}\n", show_reply(&reply)))
    }

    async fn get(
        &mut self,
        path: &str,
        condition: Option<&str>,
        name: Option<String>,
    ) -> Result<String> {
        let with_names = path.contains("names=1");
        let (path, mut query) = options(path)?;
        let segments = odata::parse_path(&path, &odata::Aliases::new()).map_err(Error::from)?;
        let reply = match segments.as_slice() {
            [Segment::Name { name: table, arguments }] => match odata::key_of(arguments) {
                Ok(Some(key)) => {
                    let target = Reference { set_or_table: table.clone(), key };
                    let unless_version = condition.map(version);
                    self.execute(Retrieve { target, query, unless_version, with_names }).await?
                }
                _ => {
                    query.page_size = condition.map(|size| size.parse().unwrap());
                    let table = table.clone();
                    self.execute(RetrieveMultiple { table, from: None, query, with_names }).await?
                }
            },
            [Segment::Name { name: set, arguments }, Segment::Name { name, .. }] => {
                let key = odata::key_of(arguments).map_err(Error::from)?.unwrap();
                let row = Reference { set_or_table: set.clone(), key };
                let from = Some(RetrieveFrom { row, navigation: name.clone() });
                let table = String::new();
                self.execute(RetrieveMultiple { table, from, query, with_names }).await?
            }
            other => panic!("no such path: {other:?}"),
        };
        match (name, &reply) {
            (Some(name), Reply::Record(record)) => {
                self.names.insert(name, record.version.to_string());
            }
            (Some(name), Reply::Page(page)) => {
                let first = page.rows.first().map(|row| row.id.to_string());
                self.names.insert(name, first.unwrap_or_default());
            }
            _ => {}
        }
        if let Reply::Page(Page { next: Some(next), .. }) = &reply {
            self.names.insert("next".to_owned(), next.clone());
        }
        Ok(show_reply(&reply))
    }

    /// Names become ids.
    fn filled(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, id) in &self.names {
            text = text.replace(&format!("{{{name}}}"), id);
        }
        text
    }

    /// Ids become names; those without one are alike.
    fn named(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, id) in self.names.iter().filter(|(_, id)| id.len() == 36) {
            text = text.replace(id, &format!("{{{name}}}"));
        }
        let mut shown = String::new();
        let mut rest = text.as_str();
        while let Some(c) = rest.chars().next() {
            // Fresh ids begin with the time, which stands still.
            let is_id = rest.starts_with("018bcfe5-") && rest.len() >= 36;
            let (piece, length) =
                if is_id { ("{id}", 36) } else { (&rest[..c.len_utf8()], c.len_utf8()) };
            shown.push_str(piece);
            rest = &rest[length..];
        }
        shown
    }
}

fn version(tag: &str) -> i64 {
    tag.parse().unwrap_or_default()
}

fn options(path: &str) -> Result<(String, Query)> {
    let (path, options) = path.split_once('?').unwrap_or((path, ""));
    let options = odata::parse_options(options).map_err(Error::from)?;
    Ok((path.to_owned(), options.query))
}

fn reference(text: &str) -> Result<Reference> {
    match odata::parse_reference(text).map_err(Error::from)? {
        RowReference::Row { set, key } => Ok(Reference { set_or_table: set, key }),
        RowReference::ContentId(id) => panic!("no batch here: {id}"),
    }
}

fn link(text: &str) -> Result<(Reference, String, Option<Reference>)> {
    let (target, related) = match text.split_once(' ') {
        Some((target, related)) => (target, Some(reference(related)?)),
        None => (text, None),
    };
    let (row, navigation) = target.rsplit_once('/').unwrap();
    Ok((reference(row)?, navigation.to_owned(), related))
}

fn row(body: &str) -> RowInput {
    match serde_json::from_str(body) {
        Ok(Json::Object(members)) => members_of(members),
        other => panic!("a row: {body}: {other:?}"),
    }
}

fn members_of(members: Map<String, Json>) -> RowInput {
    let bind = |text: &Json| reference(text.as_str().unwrap()).unwrap();
    let input = |(name, value): (String, Json)| match (name.strip_suffix("@odata.bind"), value) {
        (Some(name), Json::Null) => (name.to_owned(), Input::Null),
        (Some(name), Json::Array(list)) => {
            (name.to_owned(), Input::BindMany(list.iter().map(bind).collect()))
        }
        (Some(name), value) => (name.to_owned(), Input::Bind(bind(&value))),
        (None, Json::Null) => (name, Input::Null),
        (None, Json::Object(members)) if !members.contains_key("Value") => {
            (name, Input::Row(members_of(members)))
        }
        (None, Json::Array(rows)) => {
            let rows = rows.into_iter().map(|row| match row {
                Json::Object(members) => members_of(members),
                other => panic!("a row: {other}"),
            });
            (name, Input::Rows(rows.collect()))
        }
        (None, value) => (name, Input::Value(value)),
    };
    RowInput(members.into_iter().map(input).collect())
}

fn show_reply(reply: &Reply) -> String {
    match reply {
        Reply::Done => "done".to_owned(),
        Reply::Created { table, id, record: None } => format!("created {table} {id}"),
        Reply::Updated { table, id, record: None } => format!("updated {table} {id}"),
        Reply::Created { record: Some(record), .. } => {
            format!("created\n{}", show_record(record, 0).trim_end())
        }
        Reply::Updated { record: Some(record), .. } => {
            format!("updated\n{}", show_record(record, 0).trim_end())
        }
        Reply::NotModified => "not modified\n".to_owned(),
        Reply::Record(record) => show_record(record, 0),
        Reply::Page(page) => show_page(page, 0),
        other => format!("{other:?}"),
    }
}

fn show_page(page: &Page, depth: usize) -> String {
    let mut text = String::new();
    for record in &page.rows {
        text.push_str(&show_line(record, depth));
    }
    if page.rows.is_empty() {
        let _ = writeln!(text, "{}(none)", "  ".repeat(depth));
    }
    if let Some(count) = page.count {
        let _ = writeln!(text, "count: {count}");
    }
    if page.next.is_some() {
        text.push_str("more\n");
    }
    text
}

/// A row on one line, without what only identifies it.
fn show_line(record: &Record, depth: usize) -> String {
    let mut text = "  ".repeat(depth);
    let values =
        record.values.iter().filter(|(column, _)| !is_noise(&record.table, &column.logical_name));
    let shown = values.map(|(column, value)| format!("{}: {}", column.logical_name, show(value)));
    let shown = shown.collect::<Vec<_>>();
    text.push_str(&if shown.is_empty() { "(row)".to_owned() } else { shown.join(", ") });
    text.push('\n');
    text.push_str(&show_expanded(record, depth));
    text
}

fn show_record(record: &Record, depth: usize) -> String {
    let mut text = String::new();
    for (column, value) in &record.values {
        if !is_noise(&record.table, &column.logical_name) {
            let _ =
                writeln!(text, "{}{}: {}", "  ".repeat(depth), column.logical_name, show(value));
        }
    }
    text.push_str(&show_expanded(record, depth));
    text
}

fn show_expanded(record: &Record, depth: usize) -> String {
    let mut text = String::new();
    for (name, expanded) in &record.expanded {
        let _ = writeln!(text, "{}{name}:", "  ".repeat(depth + 1));
        match expanded {
            Expanded::One(None) => {
                let _ = writeln!(text, "{}(nothing)", "  ".repeat(depth + 2));
            }
            Expanded::One(Some(record)) => text.push_str(&show_line(record, depth + 2)),
            Expanded::Many(page) => text.push_str(&show_page(page, depth + 2)),
        }
    }
    text
}

/// What is different in every run.
fn is_noise(table: &Table, column: &str) -> bool {
    column == table.primary_id || column == "versionnumber"
}

fn show(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Decimal { scaled, scale } => {
            let scale = usize::from(*scale);
            let digits = format!("{:0width$}", scaled.abs(), width = scale + 1);
            let (whole, rest) = digits.split_at(digits.len() - scale);
            let sign = if *scaled < 0 { "-" } else { "" };
            if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
        }
        Value::Double(value) => value.to_string(),
        Value::Text(text) => text.replace("\r\n", "\\r\\n"),
        Value::Id(id) => id.to_string(),
        Value::DateTime(instant) => instant.to_string(),
        Value::Date(days) => format!("day {days}"),
        Value::Lookup { id, table, name } => match name {
            Some(name) => format!("{table} '{name}'"),
            None => format!("{table} {}", show_id(*id)),
        },
        Value::Choice(option) => option.to_string(),
        Value::MultiChoice(options) => format!("{options:?}"),
        Value::Bytes(bytes) => format!("{} bytes", bytes.len()),
        Value::Managed { value, can_be_changed } => format!("{value} ({can_be_changed})"),
    }
}

fn show_id(id: Uuid) -> String {
    id.to_string()
}
