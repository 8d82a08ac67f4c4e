//! Rows as JSON, written straight into the answer.

use std::collections::HashMap;
use std::io::Write as _;

use base::limits::COUNT_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dataverse::messages::Changes;
use dataverse::{Expanded, Page, Record, Value};
use metadata::{Column, ColumnKind, LanguageCode, Schema, Table};
use query::odata::write_options;
use query::{Expand, Query};

use super::annotations::{
    ASSOCIATED_NAVIGATION, Annotations, FORMATTED_VALUE, LOOKUP_LOGICAL_NAME, METADATA_VERSION,
    TOTAL_COUNT, TOTAL_COUNT_EXCEEDED,
};
use super::currencies::Currencies;
use super::format::{date, decimal_text, formatted};
use super::navigation::of_lookup;
use super::paging::PageToken;

/// `ObjectTypeCode` of the tables of principals.
const SYSTEM_USER: i32 = 8;
const TEAM: i32 = 9;

/// What decides how rows are written.
#[derive(Clone, Copy)]
pub(super) struct Style<'a> {
    pub schema: &'a Schema,
    /// The service root, with a slash at the end.
    pub root: &'a str,
    pub annotations: Annotations,
    /// In which language labels are read.
    pub language: LanguageCode,
    /// For the symbols of amounts.
    pub currencies: &'a Currencies,
}

/// A JSON text with rows, as it grows.
pub(super) struct Payload<'a> {
    out: Vec<u8>,
    pub(super) style: Style<'a>,
    /// Navigation properties of lookups, by table, column and target.
    lookups: HashMap<(String, String, String), Option<String>>,
}

/// The property of a column: `_x_value` for lookups.
pub(super) fn property(column: &Column) -> String {
    match column.is_lookup() {
        true => format!("_{}_value", column.logical_name),
        false => column.logical_name.clone(),
    }
}

/// What follows `$metadata#`: the set, and what was asked of it.
pub(super) fn context(set: &str, query: &Query) -> String {
    let shape = shape(query);
    if shape.is_empty() { set.to_owned() } else { format!("{set}({shape})") }
}

fn shape(query: &Query) -> String {
    let expands = query.expand.iter().map(|expand| match expand.only_references {
        true => format!("{}/$ref", expand.navigation),
        false => format!("{}({})", expand.navigation, shape(&expand.query)),
    });
    query.select.iter().cloned().chain(expands).collect::<Vec<_>>().join(",")
}

impl<'a> Payload<'a> {
    pub fn new(style: Style<'a>) -> Self {
        Self { out: Vec::with_capacity(1024), style, lookups: HashMap::new() }
    }

    /// One row, as the whole answer.
    pub fn single(mut self, record: &Record, query: &Query) -> Vec<u8> {
        let context = format!("{}/$entity", context(&record.table.set_name, query));
        self.row(record, &query.expand, Some(&context));
        self.out
    }

    /// A page of rows, as the whole answer.
    pub fn page(
        mut self,
        page: &Page,
        table: &Table,
        query: &Query,
        next: Option<&str>,
    ) -> Vec<u8> {
        self.out.push(b'{');
        self.context(&context(&table.set_name, query));
        self.counts(page, query);
        self.key("value");
        self.rows(&page.rows, &query.expand);
        if let Some(next) = next {
            self.member("@odata.nextLink", next);
        }
        self.out.push(b'}');
        self.out
    }

    /// A row inside of an answer, with its type.
    pub fn object(mut self, record: &Record) -> Vec<u8> {
        self.row(record, &[], None);
        let kind = format!("#Microsoft.Dynamics.CRM.{}", record.table.logical_name);
        let comma = if self.out.len() > 2 { "," } else { "" };
        let kind = format!("\"@odata.type\":\"{kind}\"{comma}");
        self.out.splice(1..1, kind.into_bytes());
        self.out
    }

    /// What has changed, as the whole answer.
    pub fn changes(
        mut self,
        changes: &Changes,
        table: &Table,
        query: &Query,
        next: Option<&str>,
        delta: Option<&str>,
    ) -> Vec<u8> {
        self.out.push(b'{');
        self.context(&format!("{}/$delta", context(&table.set_name, query)));
        self.counts(&changes.page, query);
        if let Some(delta) = delta {
            self.member("@odata.deltaLink", delta);
        }
        self.key("value");
        self.rows(&changes.page.rows, &[]);
        self.out.pop();
        for id in &changes.deleted {
            self.comma();
            self.out.push(b'{');
            self.context(&format!("{}/$deletedEntity", table.set_name));
            self.member("id", &id.to_string());
            self.member("reason", "deleted");
            self.out.push(b'}');
        }
        self.out.push(b']');
        if let Some(next) = next {
            self.member("@odata.nextLink", next);
        }
        self.out.push(b'}');
        self.out
    }

    /// References to rows, as the whole answer.
    pub fn references(mut self, page: &Page, next: Option<&str>) -> Vec<u8> {
        self.out.push(b'{');
        self.context("Collection($ref)");
        self.key("value");
        self.out.push(b'[');
        for record in &page.rows {
            self.comma();
            self.out.push(b'{');
            self.reference(record);
            self.out.push(b'}');
        }
        self.out.push(b']');
        if let Some(next) = next {
            self.member("@odata.nextLink", next);
        }
        self.out.push(b'}');
        self.out
    }

    /// The value of one property, as the whole answer.
    pub fn property(mut self, record: &Record, column: &Column, value: &Value) -> Vec<u8> {
        self.out.push(b'{');
        let (set, id) = (&record.table.set_name, record.id);
        self.context(&format!("{set}({id})/{}", property(column)));
        self.key("value");
        self.value(column, value);
        self.out.push(b'}');
        self.out
    }

    fn counts(&mut self, page: &Page, query: &Query) {
        let count = page.count.filter(|_| query.count);
        if let Some(count) = count {
            self.key("@odata.count");
            self.display(count.min(COUNT_MAX));
        }
        self.totals(count);
    }

    /// How many rows there are in all, for those who want to know it beside the count.
    pub(super) fn totals(&mut self, count: Option<i64>) {
        let Annotations { total_count, total_count_exceeded, metadata_version, .. } =
            self.style.annotations;
        if total_count {
            self.annotation_key("", TOTAL_COUNT);
            self.display(count.map_or(-1, |count| count.min(COUNT_MAX)));
        }
        if total_count_exceeded {
            self.annotation_key("", TOTAL_COUNT_EXCEEDED);
            self.display(count.is_some_and(|count| count > COUNT_MAX));
        }
        if metadata_version {
            self.annotation_key("", METADATA_VERSION);
            self.text(&self.style.schema.version.to_string());
        }
    }

    fn rows(&mut self, rows: &[Record], expands: &[Expand]) {
        self.out.push(b'[');
        for record in rows {
            self.comma();
            self.row(record, expands, None);
        }
        self.out.push(b']');
    }

    fn row(&mut self, record: &Record, expands: &[Expand], context: Option<&str>) {
        self.out.push(b'{');
        if let Some(context) = context {
            self.context(context);
        }
        if record.version != 0 {
            self.key("@odata.etag");
            self.display(format_args!("\"W/\\\"{}\\\"\"", record.version));
        }
        for (column, value) in &record.values {
            self.column(record, column, value);
        }
        // Users and teams are principals, whose key this is.
        if matches!(record.table.type_code, SYSTEM_USER | TEAM) && !record.id.is_nil() {
            self.key("ownerid");
            self.display(format_args!("\"{}\"", record.id));
        }
        for (name, expanded) in &record.expanded {
            let expand = expands.iter().find(|expand| expand.navigation == *name);
            self.expanded(record, name, expanded, expand);
        }
        self.out.push(b'}');
    }

    fn column(&mut self, record: &Record, column: &Column, value: &Value) {
        let name = property(column);
        self.key(&name);
        self.value(column, value);
        if value.is_null() {
            return;
        }
        let Style { schema, annotations, language, currencies, .. } = self.style;
        let currency = || currencies.of(record, column);
        if annotations.formatted_value
            && let Some(text) = formatted(schema, column, value, language, currency)
        {
            self.annotation_key(&name, FORMATTED_VALUE);
            self.text(&text);
        }
        if let Value::Lookup { table: target, .. } = value {
            self.lookup_annotations(&record.table, column, &name, target);
        }
    }

    pub(super) fn lookup_annotations(
        &mut self,
        table: &Table,
        column: &Column,
        name: &str,
        target: &str,
    ) {
        let Annotations { associated_navigation, lookup_logical_name, .. } = self.style.annotations;
        if associated_navigation {
            let key = (table.logical_name.clone(), column.logical_name.clone(), target.to_owned());
            let schema = self.style.schema;
            let find = || of_lookup(schema, table, &column.logical_name, target);
            if let Some(navigation) = self.lookups.entry(key).or_insert_with(find).clone() {
                self.annotation_key(name, ASSOCIATED_NAVIGATION);
                self.text(&navigation);
            }
        }
        if lookup_logical_name {
            self.annotation_key(name, LOOKUP_LOGICAL_NAME);
            self.text(target);
        }
    }

    fn expanded(
        &mut self,
        record: &Record,
        name: &str,
        expanded: &Expanded,
        expand: Option<&Expand>,
    ) {
        let expands = expand.map(|expand| expand.query.expand.as_slice()).unwrap_or_default();
        let only_references = expand.is_some_and(|expand| expand.only_references);
        self.key(name);
        match expanded {
            Expanded::One(None) => self.out.extend_from_slice(b"null"),
            Expanded::One(Some(related)) if only_references => {
                self.out.push(b'{');
                self.reference(related);
                self.out.push(b'}');
            }
            Expanded::One(Some(related)) => self.related(record, name, related, expands),
            Expanded::Many(page) => {
                self.rows(&page.rows, expands);
                if page.next.is_some() || !page.is_paged {
                    self.key(&format!("{name}@odata.nextLink"));
                    let link = self.next_link(record, name, expand, page);
                    self.text(&link);
                }
            }
        }
    }

    /// A related row. Behind an owner is a user or a team; the row says which.
    fn related(&mut self, record: &Record, name: &str, related: &Record, expands: &[Expand]) {
        let at = self.out.len();
        self.row(related, expands, None);
        if record.table.column(name).is_some_and(|c| matches!(c.kind, ColumnKind::Owner)) {
            let kind = format!(
                "\"@odata.type\":\"#Microsoft.Dynamics.CRM.{}\",",
                related.table.logical_name
            );
            self.out.splice(at + 1..=at, kind.into_bytes());
        }
    }

    /// Where the next page of the related rows is; of rows that come all at once, where all of them
    /// are, which the platform tells even when it gave all of them.
    fn next_link(
        &self,
        record: &Record,
        name: &str,
        expand: Option<&Expand>,
        page: &Page,
    ) -> String {
        let mut query = expand.map(|expand| expand.query.clone()).unwrap_or_default();
        if let Some(token) = page.next.clone() {
            query.top = query.top.map(|top| top.saturating_sub(page.rows.len()));
            query.skip_token = Some(PageToken { number: 2, token }.text());
        }
        let options = write_options(&query);
        let link = format!("{}{}({})/{name}", self.style.root, record.table.set_name, record.id);
        if options.is_empty() { link } else { format!("{link}?{options}") }
    }

    fn reference(&mut self, record: &Record) {
        let url = format!("{}{}({})", self.style.root, record.table.set_name, record.id);
        self.member("@odata.id", &url);
    }

    pub(super) fn value(&mut self, column: &Column, value: &Value) {
        match value {
            Value::Null => self.out.extend_from_slice(b"null"),
            Value::Bool(value) => self.display(value),
            Value::Int(number) => self.display(number),
            Value::Decimal { scaled, scale } => {
                self.display(decimal_text((*scaled).into(), *scale))
            }
            Value::Double(number) => self.json(number),
            Value::Choice(option) => self.display(option),
            Value::Managed { value, can_be_changed } => {
                self.out.push(b'{');
                self.key("Value");
                self.display(value);
                self.key("CanBeChanged");
                self.display(can_be_changed);
                self.member("ManagedPropertyLogicalName", &column.logical_name);
                self.out.push(b'}');
            }
            other => self.text(&plain(other)),
        }
    }

    pub(super) fn context(&mut self, of: &str) {
        let url = format!("{}$metadata#{of}", self.style.root);
        self.member("@odata.context", &url);
    }

    pub(super) fn member(&mut self, name: &str, text: &str) {
        self.key(name);
        self.text(text);
    }

    pub(super) fn annotation_key(&mut self, property: &str, annotation: &str) {
        self.key(&format!("{property}@{annotation}"));
    }

    pub(super) fn key(&mut self, name: &str) {
        self.comma();
        self.text(name);
        self.out.push(b':');
    }

    pub(super) fn comma(&mut self) {
        if !matches!(self.out.last(), Some(b'{' | b'[')) {
            self.out.push(b',');
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.json(text);
    }

    /// Opens an object or a list.
    pub(super) fn begin(&mut self, bracket: char) {
        self.out.push(bracket as u8);
    }

    /// Closes one.
    pub(super) fn end(&mut self, bracket: char) {
        self.out.push(bracket as u8);
    }

    /// The text, which is whole.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn json<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        serde_json::to_writer(&mut self.out, value).expect("a vector takes every byte");
    }

    pub(super) fn display(&mut self, value: impl std::fmt::Display) {
        write!(self.out, "{value}").expect("a vector takes every byte");
    }
}

/// A value as plain text, as `/$value` gives it; in JSON it stands in quotes unless it is a number.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(value) | Value::Managed { value, .. } => value.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Decimal { scaled, scale } => decimal_text((*scaled).into(), *scale),
        Value::Double(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Id(id) | Value::Lookup { id, .. } => id.to_string(),
        Value::DateTime(instant) => instant.to_string(),
        Value::Date(days) => {
            date(i64::from(*days)).map(|date| date.to_string()).unwrap_or_default()
        }
        Value::Choice(option) => option.to_string(),
        Value::MultiChoice(options) => {
            options.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        }
        Value::Bytes(bytes) => STANDARD.encode(bytes),
    }
}
