//! Reads the compact notation in which `data/*.txt` describes the system tables. `data/README.md`
//! is its reference. Strict: a word that is not known is an error with its line.

use std::collections::HashMap;
use std::fmt;

use super::area::{Area, ColumnLine, LinkLine, LookupLine, TableLine, Type, Value};
use crate::{Ownership, RequiredLevel, StringFormat};

/// A line that is not understood.
#[derive(Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

type Result<T> = std::result::Result<T, String>;

/// Reads one file. `shapes` are the column lists of earlier files, by name; those of this file are
/// added to them.
pub fn parse(
    text: &str,
    shapes: &mut HashMap<String, Vec<ColumnLine>>,
) -> std::result::Result<Area, ParseError> {
    let mut reader = Reader { area: Area::default(), block: Block::None, shapes };
    for (index, line) in text.lines().enumerate() {
        let at = |message| ParseError { line: index + 1, message };
        reader.line(line).map_err(at)?;
    }
    Ok(reader.area)
}

struct Reader<'a> {
    area: Area,
    block: Block,
    shapes: &'a mut HashMap<String, Vec<ColumnLine>>,
}

/// What indented lines belong to.
enum Block {
    None,
    Table,
    Link,
    Shape(String),
}

impl Reader<'_> {
    fn line(&mut self, line: &str) -> Result<()> {
        let text = line.trim_end();
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        match text.strip_prefix("  ") {
            Some(inner) => self.inner(inner),
            None => self.head(text),
        }
    }

    fn head(&mut self, text: &str) -> Result<()> {
        let (keyword, rest) = text.split_once(' ').ok_or("a name is missing")?;
        match keyword {
            "table" => {
                self.area.tables.push(table(rest)?);
                self.block = Block::Table;
            }
            "link" => {
                self.area.links.push(link(rest)?);
                self.block = Block::Link;
            }
            "shape" => {
                self.shapes.insert(rest.to_owned(), Vec::new());
                self.block = Block::Shape(rest.to_owned());
            }
            "choice" => {
                self.area.choices.push(choice(rest)?);
                self.block = Block::None;
            }
            _ => return Err(format!("{keyword:?} is no kind of definition")),
        }
        Ok(())
    }

    fn inner(&mut self, text: &str) -> Result<()> {
        let (keyword, rest) = text.split_once(' ').ok_or("a column needs a type")?;
        match (keyword, &self.block) {
            ("use", Block::Table) => {
                let columns = self.shape(rest)?;
                let table = self.area.tables.last_mut().ok_or("no table yet")?;
                columns.into_iter().for_each(|column| put(&mut table.columns, column));
            }
            ("key", Block::Table) => {
                let (name, columns) = rest.split_once(' ').ok_or("a key needs columns")?;
                let table = self.area.tables.last_mut().ok_or("no table yet")?;
                let columns = columns.split('+').map(str::to_owned).collect();
                table.keys.push((name.to_owned(), columns));
            }
            ("names", Block::Table) => {
                let table = self.area.tables.last_mut().ok_or("no table yet")?;
                for pair in rest.split_whitespace() {
                    let (column, name) = pair.split_once('=').ok_or("a name needs column=name")?;
                    table.relationship_names.insert(column.to_owned(), name.to_owned());
                }
            }
            _ => self.put_column(column(keyword, rest)?)?,
        }
        Ok(())
    }

    fn put_column(&mut self, column: ColumnLine) -> Result<()> {
        let columns = match &self.block {
            Block::Table => self.area.tables.last_mut().map(|table| &mut table.columns),
            Block::Link => self.area.links.last_mut().map(|link| &mut link.columns),
            Block::Shape(name) => self.shapes.get_mut(name),
            Block::None => None,
        };
        put(columns.ok_or("a column belongs to a table, a link or a shape")?, column);
        Ok(())
    }

    fn shape(&self, rest: &str) -> Result<Vec<ColumnLine>> {
        let (name, prefix) = rest.split_once(' ').unwrap_or((rest, ""));
        let columns = self.shapes.get(name).ok_or_else(|| format!("no shape {name:?}"))?;
        let named = |column: &ColumnLine| ColumnLine {
            schema_name: column.schema_name.replace("{}", prefix),
            ..column.clone()
        };
        Ok(columns.iter().map(named).collect())
    }
}

/// A later line for the same column replaces the earlier one, so a table can change what a shape
/// says.
fn put(columns: &mut Vec<ColumnLine>, column: ColumnLine) {
    let same = |old: &&mut ColumnLine| old.schema_name.eq_ignore_ascii_case(&column.schema_name);
    match columns.iter_mut().find(same) {
        Some(old) => *old = column,
        None => columns.push(column),
    }
}

fn table(text: &str) -> Result<TableLine> {
    let (words, display) = split_display(text);
    let mut words = words.split_whitespace();
    let mut next = |what: &str| words.next().ok_or_else(|| format!("{what} is missing"));
    let mut table = TableLine {
        schema_name: next("the schema name")?.to_owned(),
        set_name: set_name(next("the set name")?),
        type_code: number(next("the type code")?)?,
        ownership: ownership(next("the ownership")?)?,
        ..TableLine::default()
    };
    words.try_for_each(|word| table_word(&mut table, word))?;
    let (one, many) = display.and_then(|names| names.split_once(" / ")).unzip();
    table.display_name = one.map(str::to_owned);
    table.display_collection_name = many.map(str::to_owned);
    Ok(table)
}

fn set_name(word: &str) -> Option<String> {
    (word != "-").then(|| word.to_owned())
}

fn ownership(word: &str) -> Result<Ownership> {
    Ok(match word {
        "user" => Ownership::UserOwned,
        "org" => Ownership::OrganizationOwned,
        "business" => Ownership::BusinessOwned,
        "none" => Ownership::None,
        _ => return Err(format!("{word:?} is no ownership: user, org, business or none")),
    })
}

fn table_word(table: &mut TableLine, word: &str) -> Result<()> {
    if let Some((name, value)) = word.split_once('=') {
        match name {
            "id" => table.primary_id = Some(value.to_owned()),
            "stem" => table.privilege_stem = Some(value.to_owned()),
            "unique" => table.unique_id = Some(value.to_owned()),
            _ => return Err(format!("{name:?} is no property of a table")),
        }
        return Ok(());
    }
    match word {
        "virtual" => table.is_virtual = true,
        "component" => table.is_component = true,
        "activity" => table.is_activity = true,
        "custom" => table.is_fixed = false,
        "fixed" => table.is_fixed = true,
        "modern" => table.is_modern = true,
        "internal" => table.is_internal = true,
        _ => match word.strip_prefix(['+', '-']) {
            Some(group) => table.groups.push((super::area::group(group)?, word.starts_with('+'))),
            None => table.flags.push(super::area::flag(word)?),
        },
    }
    Ok(())
}

fn link(text: &str) -> Result<LinkLine> {
    let (words, display) = split_display(text);
    let mut words = words.split_whitespace();
    let mut next = |what: &str| words.next().ok_or_else(|| format!("{what} is missing"));
    let mut link = LinkLine {
        schema_name: next("the schema name")?.to_owned(),
        set_name: set_name(next("the set name")?),
        type_code: number(next("the type code")?)?,
        table1: next("the first table")?.to_owned(),
        table2: next("the second table")?.to_owned(),
        display_name: display.map(str::to_owned),
        ..LinkLine::default()
    };
    for word in words {
        match word.split_once('=').unwrap_or((word, "")) {
            ("component", "") => link.is_component = true,
            ("as", name) => link.relationship = Some(name.to_owned()),
            ("id", name) => link.primary_id = Some(name.to_owned()),
            ("columns", names) => {
                let (one, two) = names.split_once(',').ok_or("two columns are needed")?;
                link.link_columns = Some((one.to_owned(), two.to_owned()));
            }
            _ => return Err(format!("{word:?} is no property of a link")),
        }
    }
    Ok(link)
}

fn choice(text: &str) -> Result<super::area::ChoiceLine> {
    let (left, options) = text.split_once(" = ").ok_or("a choice needs options")?;
    let (name, display) = split_display(left);
    Ok(super::area::ChoiceLine {
        name: name.to_owned(),
        display_name: display.unwrap_or(name).to_owned(),
        values: values(options)?,
    })
}

/// `<SchemaName> <type> [word …] [: display name] [= options]`.
fn column(schema_name: &str, text: &str) -> Result<ColumnLine> {
    let (left, options) = match text.split_once(" = ") {
        Some((left, options)) => (left, Some(options)),
        None => (text, None),
    };
    let (words, display) = split_display(left);
    let mut words = words.split_whitespace().peekable();
    let kind = words.next().ok_or("a column needs a type")?;
    let kind = column_type(kind, &mut words, options)?;
    let mut column = ColumnLine::new(schema_name, kind);
    column.display_name = display.map(str::to_owned);
    while let Some(word) = words.next() {
        if !column_word(&mut column, word) && !lookup_word(&mut column.kind, word, &mut words)? {
            return Err(format!("{word:?} is no property of this column"));
        }
    }
    check_names(&column.kind)?;
    Ok(column)
}

fn column_word(column: &mut ColumnLine, word: &str) -> bool {
    match word {
        "primary" => column.is_primary_name = true,
        "required" => column.required = RequiredLevel::SystemRequired,
        "asked" => column.required = RequiredLevel::ApplicationRequired,
        "recommended" => column.required = RequiredLevel::Recommended,
        "readonly" => (column.valid_for_create, column.valid_for_update) = (false, false),
        "createonly" => column.valid_for_update = false,
        "updateonly" => column.valid_for_create = false,
        "hidden" => column.valid_for_read = false,
        _ => return false,
    }
    true
}

fn lookup_word(kind: &mut Type, word: &str, words: &mut Words<'_>) -> Result<bool> {
    let (Type::Lookup(lookup) | Type::Customer(lookup)) = kind else { return Ok(false) };
    match (word, super::area::cascade(word)) {
        ("as", _) => {
            let names = words.next().ok_or("a relationship name is missing")?;
            lookup.names = names.split(',').map(str::to_owned).collect();
        }
        ("hierarchy", _) => lookup.is_hierarchical = true,
        (_, Some(cascade)) => lookup.cascade = Some(cascade),
        _ => return Ok(false),
    }
    Ok(true)
}

fn check_names(kind: &Type) -> Result<()> {
    let (names, targets) = match kind {
        Type::Lookup(lookup) => (lookup.names.len(), lookup.targets.len()),
        Type::Customer(lookup) => (lookup.names.len(), 2),
        _ => return Ok(()),
    };
    match names == 0 || names == targets {
        true => Ok(()),
        false => Err("there must be one relationship name for each target".to_owned()),
    }
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn column_type(kind: &str, words: &mut Words<'_>, options: Option<&str>) -> Result<Type> {
    let kind = match kind {
        "id" => Type::Id,
        "text" => Type::Text { length: length(words)?, format: format(words) },
        "memo" => Type::Memo { length: length(words)?, format: format(words) },
        "int" => {
            let (min, max) = range(words, (i64::from(i32::MIN), i64::from(i32::MAX)))?;
            Type::Int { min: int(min)?, max: int(max)?, format: int_format(words) }
        }
        "bigint" => Type::BigInt,
        "decimal" => Type::Decimal { precision: next_number(words)? },
        "double" => {
            let precision = next_number(words)?;
            let (min, max) = range(words, (-100_000_000_000, 100_000_000_000))?;
            Type::Double { precision, min, max }
        }
        "money" => Type::Money,
        "bool" => {
            let default = words.next_if(|word| *word == "yes").is_some();
            Type::Bool { default, options: options.map(values).transpose()? }
        }
        "time" => Type::Time,
        "date" => Type::Date,
        "day" => Type::Day,
        "zoneless" => Type::Zoneless,
        "choice" | "choices" => return choice_type(kind, words, options),
        "state" => Type::State(values(options.ok_or("a state needs options")?)?),
        "status" => Type::Status(values(options.ok_or("a status needs options")?)?),
        "lookup" => Type::Lookup(lookup(words)?),
        "customer" => Type::Customer(LookupLine::default()),
        "party" => Type::Party,
        "table" => Type::TableName,
        "file" => Type::File { max_size_kb: next_number(words)? },
        "image" => Type::Image,
        "managed" => Type::Managed,
        _ => return Err(format!("{kind:?} is no type of column")),
    };
    let takes_options = matches!(kind, Type::Bool { .. } | Type::State(_) | Type::Status(_));
    match options {
        Some(_) if !takes_options => Err("only choices have options".to_owned()),
        _ => Ok(kind),
    }
}

fn choice_type(kind: &str, words: &mut Words<'_>, options: Option<&str>) -> Result<Type> {
    let is_number = |word: &&str| word.parse::<i32>().is_ok();
    let default = words.next_if(is_number).map(number).transpose()?;
    let options = options.ok_or("a choice needs options")?;
    let (global, values) = match options.strip_prefix('@') {
        Some(name) => (Some(name.to_owned()), Vec::new()),
        None => (None, values(options)?),
    };
    Ok(match kind {
        "choices" => Type::Choices { global, values },
        _ => Type::Choice { global, values, default },
    })
}

fn lookup(words: &mut Words<'_>) -> Result<LookupLine> {
    let targets = words.next().ok_or("a lookup needs a target")?;
    let targets = targets.split(',').map(str::to_owned).collect();
    Ok(LookupLine { targets, ..LookupLine::default() })
}

/// `0 Active>1 | 1 Inactive>2`: number, label, and for states the default status, for statuses the
/// state.
fn values(text: &str) -> Result<Vec<Value>> {
    text.split('|').map(value).collect()
}

fn value(text: &str) -> Result<Value> {
    let (value, label) = text.trim().split_once(' ').ok_or("an option is `number label`")?;
    let (label, partner) = match label.rsplit_once('>') {
        Some((label, partner)) => (label, Some(number(partner)?)),
        None => (label, None),
    };
    Ok(Value { value: number(value)?, label: label.trim().to_owned(), partner })
}

fn split_display(text: &str) -> (&str, Option<&str>) {
    match text.split_once(" : ") {
        Some((left, right)) => (left, Some(right)),
        None => (text, None),
    }
}

fn length(words: &mut Words<'_>) -> Result<u32> {
    next_number(words)
}

fn next_number<T: std::str::FromStr>(words: &mut Words<'_>) -> Result<T> {
    number(words.next().ok_or("a number is missing")?)
}

fn number<T: std::str::FromStr>(word: &str) -> Result<T> {
    word.parse().map_err(|_| format!("{word:?} is no number that fits here"))
}

fn int(value: i64) -> Result<i32> {
    i32::try_from(value).map_err(|_| format!("{value} does not fit"))
}

/// `-5..10`; either end may be missing.
fn range(words: &mut Words<'_>, default: (i64, i64)) -> Result<(i64, i64)> {
    let Some(word) = words.next_if(|word| word.contains("..")) else { return Ok(default) };
    let (min, max) = word.split_once("..").unwrap_or((word, ""));
    let end = |text: &str, default| if text.is_empty() { Ok(default) } else { number(text) };
    Ok((end(min, default.0)?, end(max, default.1)?))
}

fn int_format(words: &mut Words<'_>) -> &'static str {
    let names = [
        ("duration", "Duration"),
        ("zone", "TimeZone"),
        ("language", "Language"),
        ("locale", "Locale"),
    ];
    let found = words.peek().and_then(|word| names.iter().find(|(name, _)| name == word));
    match found {
        Some((_, format)) => {
            words.next();
            format
        }
        None => "None",
    }
}

fn format(words: &mut Words<'_>) -> StringFormat {
    let format = match words.peek() {
        Some(&"area") => StringFormat::TextArea,
        Some(&"email") => StringFormat::Email,
        Some(&"url") => StringFormat::Url,
        Some(&"ticker") => StringFormat::TickerSymbol,
        Some(&"phonetic") => StringFormat::PhoneticGuide,
        Some(&"version") => StringFormat::VersionNumber,
        Some(&"phone") => StringFormat::Phone,
        Some(&"json") => StringFormat::Json,
        Some(&"rich") => StringFormat::RichText,
        _ => return StringFormat::Text,
    };
    words.next();
    format
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> std::result::Result<Area, ParseError> {
        parse(text, &mut HashMap::new())
    }

    /// What is wrong with `line`, under a table.
    fn refusal(line: &str) -> String {
        let text = format!("table Bank banks 1 user\n  {line}\n");
        let error = read(&text).map(|_| ()).unwrap_err();
        assert_eq!(error.line, 2);
        error.message
    }

    #[test]
    fn a_table_with_its_columns() {
        let text = "\
# A comment.
table Bank - 42 org audited +state -zone stem=Money : Bank / Banks

  Name text 100 url primary required : Name of Bank
  Kind choice 1 = 1 Large, old | 2 Small
";
        let area = read(text).unwrap();
        let table = &area.tables[0];
        assert_eq!((table.type_code, table.ownership), (42, Ownership::OrganizationOwned));
        assert_eq!((&table.set_name, table.flags.as_slice()), (&None, &["IsAuditEnabled"][..]));
        assert_eq!(table.display_collection_name.as_deref(), Some("Banks"));
        let [name, kind] = &table.columns[..] else { panic!("two columns") };
        assert_eq!(name.required, RequiredLevel::SystemRequired);
        assert_eq!(name.display_name.as_deref(), Some("Name of Bank"));
        assert!(matches!(name.kind, Type::Text { length: 100, format: StringFormat::Url }));
        let Type::Choice { default: Some(1), values, .. } = &kind.kind else { panic!("a choice") };
        assert_eq!(values[0].label, "Large, old");
    }

    #[test]
    fn a_later_line_replaces_what_a_shape_says() {
        let text = "\
shape place
  Place{}_City text 80
table Bank banks 1 user
  use place 2
  Place2_City text 90
";
        let area = read(text).unwrap();
        assert_eq!(area.tables[0].columns.len(), 1);
        assert!(matches!(area.tables[0].columns[0].kind, Type::Text { length: 90, .. }));
    }

    #[test]
    fn what_is_not_known_is_refused_with_its_line() {
        for (line, message) in [
            ("Name txt 100", "\"txt\" is no type of column"),
            ("Name text", "a number is missing"),
            ("Name text many", "\"many\" is no number that fits here"),
            ("Name text 100 mandatory", "\"mandatory\" is no property of this column"),
            ("Name text 100 = 1 A", "only choices have options"),
            ("Kind choice", "a choice needs options"),
            ("Kind choice = A", "an option is `number label`"),
            ("OwnerId lookup", "a lookup needs a target"),
            ("OwnerId lookup a,b as x", "there must be one relationship name for each target"),
            ("use nothing", "no shape \"nothing\""),
            ("Name", "a column needs a type"),
        ] {
            assert_eq!(refusal(line), message, "{line}");
        }
    }

    #[test]
    fn definitions_are_refused_too() {
        for text in [
            "tables Bank banks 1 user",
            "table Bank banks one user",
            "table Bank banks 1 everybody",
            "table Bank banks 1 user shiny",
            "table Bank banks 1 user +nothing",
            "table Bank banks",
            "choice nothing",
            "link A as 1 b",
            "  Name text 100",
            "table",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
