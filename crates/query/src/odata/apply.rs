//! `$apply`: figures over groups.
//!
//! What Dataverse accepts of it: `filter(…)` once or more, then `aggregate(…)` or `groupby(…)`.

use base::limits::CONDITIONS_MAX;

use super::cursor::Cursor;
use super::expand::value_length;
use super::filter::parse_filter;
use super::literal::Aliases;
use super::{ParseError, Result};
use crate::Filter;
use crate::fetch::counted::Counted;
use crate::fetch::{Attribute, Attributes, Fetch, Figure, Link, LinkKind, Node};

/// What `$apply` asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Apply {
    /// Which rows.
    pub filter: Option<Filter>,
    /// The groups and figures. The names of tables are empty, as the notation has none: the first
    /// one is that of the set, and [`Link::to`] is the navigation property that leads to another.
    /// A lookup is called as a column, not `_name_value`; its alias is as written.
    pub fetch: Fetch,
}

/// Parses the value of `$apply`, decoded.
pub(super) fn parse_apply(text: &str, aliases: &Aliases) -> Result<Apply> {
    let mut parser = Parser { cursor: Cursor::new(text), aliases, filters: Vec::new() };
    let columns = parser.transformations()?;
    parser.cursor.expect_end()?;
    let filter = match parser.filters.len() {
        0 | 1 => parser.filters.pop(),
        _ => Some(Filter::And(parser.filters)),
    };
    Ok(Apply { filter, fetch: fetch(columns)? })
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    aliases: &'a Aliases,
    filters: Vec<Filter>,
}

/// A column of the answer: its path and how it is called there.
struct Column {
    path: Vec<String>,
    attribute: Attribute,
}

impl Parser<'_> {
    fn transformations(&mut self) -> Result<Vec<Column>> {
        loop {
            self.cursor.skip_space();
            let start = self.cursor.clone();
            let name = self.cursor.expect_name()?;
            match name {
                "filter" => self.filter()?,
                "aggregate" => return self.aggregate(),
                "groupby" => return self.groupby(),
                _ => {
                    let what = format_args!("The transformation '{name}' is not supported");
                    return Err(start.error(what));
                }
            }
            self.cursor.expect('/', "'/' and 'groupby' or 'aggregate'")?;
        }
    }

    fn filter(&mut self) -> Result<()> {
        self.cursor.expect('(', "'('")?;
        let length = value_length(self.cursor.rest());
        let inside = &self.cursor.rest()[..length];
        self.filters.push(parse_filter(inside, Some(self.aliases))?);
        if self.filters.len() > CONDITIONS_MAX {
            return Err(too_many());
        }
        self.cursor.at += length;
        self.cursor.expect(')', "')'")
    }

    fn groupby(&mut self) -> Result<Vec<Column>> {
        self.cursor.expect('(', "'('")?;
        self.cursor.expect('(', "'(' and the properties to group by")?;
        let mut columns = Vec::new();
        loop {
            let path = self.path()?;
            let alias = Some(path.join("_"));
            let attribute = Attribute { alias, group: true, ..Attribute::new(column_name(&path)) };
            push(&mut columns, Column { path, attribute })?;
            if !self.cursor.take_spaced(',') {
                break;
            }
        }
        self.cursor.expect(')', "')' or ','")?;
        if self.cursor.take_spaced(',') {
            if !self.cursor.take_word("aggregate") {
                return Err(self.cursor.error("'aggregate' was expected"));
            }
            for column in self.aggregate()? {
                push(&mut columns, column)?;
            }
        }
        self.cursor.expect(')', "')'")?;
        Ok(columns)
    }

    fn aggregate(&mut self) -> Result<Vec<Column>> {
        self.cursor.expect('(', "'('")?;
        let mut columns = Vec::new();
        loop {
            let column = self.figure()?;
            push(&mut columns, column)?;
            if !self.cursor.take_spaced(',') {
                break;
            }
        }
        self.cursor.expect(')', "')' or ','")?;
        Ok(columns)
    }

    /// `$count as alias` or `path with method as alias`.
    fn figure(&mut self) -> Result<Column> {
        self.cursor.skip_space();
        if self.cursor.rest().starts_with("$count") {
            self.cursor.at += "$count".len();
            let attribute = Attribute {
                alias: Some(self.alias()?),
                figure: Some(Figure::Count),
                ..Attribute::new("")
            };
            return Ok(Column { path: Vec::new(), attribute });
        }
        let path = self.path()?;
        if self.cursor.peek() == Some('/') {
            return Err(self.cursor.error("'$count' of a collection is not supported"));
        }
        self.word("with")?;
        self.cursor.skip_space();
        let start = self.cursor.clone();
        let method = self.cursor.expect_name()?;
        let (figure, distinct) = match method {
            "sum" => (Figure::Sum, false),
            "min" => (Figure::Min, false),
            "max" => (Figure::Max, false),
            "average" => (Figure::Average, false),
            "countdistinct" => (Figure::CountColumn, true),
            _ => {
                let what = format_args!("The aggregation method '{method}' is not supported");
                return Err(start.error(what));
            }
        };
        let attribute = Attribute {
            alias: Some(self.alias()?),
            figure: Some(figure),
            distinct,
            ..Attribute::new(column_name(&path))
        };
        Ok(Column { path, attribute })
    }

    fn alias(&mut self) -> Result<String> {
        self.word("as")?;
        self.cursor.skip_space();
        let start = self.cursor.clone();
        let alias = self.cursor.expect_name()?;
        if alias.contains('.') {
            return Err(start.error("An alias without '.' was expected"));
        }
        Ok(alias.to_owned())
    }

    fn word(&mut self, wanted: &str) -> Result<()> {
        self.cursor.skip_space();
        if self.cursor.take_word(wanted) {
            return Ok(());
        }
        Err(self.cursor.error(format_args!("'{wanted}' was expected")))
    }

    fn path(&mut self) -> Result<Vec<String>> {
        self.cursor.skip_space();
        let mut path = vec![self.cursor.expect_name()?.to_owned()];
        while self.cursor.rest().starts_with('/') && !self.cursor.rest().starts_with("/$") {
            self.cursor.take('/');
            path.push(self.cursor.expect_name()?.to_owned());
        }
        Ok(path)
    }
}

/// Adds a column whose name is not there yet.
fn push(columns: &mut Vec<Column>, column: Column) -> Result<()> {
    if columns.iter().any(|known| known.attribute.alias == column.attribute.alias) {
        let alias = column.attribute.alias.unwrap_or_default();
        return Err(ParseError::new(format!("Two columns of $apply are called '{alias}'.")));
    }
    if columns.len() >= CONDITIONS_MAX {
        return Err(too_many());
    }
    columns.push(column);
    Ok(())
}

fn too_many() -> ParseError {
    ParseError::new(format!("$apply has more than {CONDITIONS_MAX} parts."))
}

/// The column at the end of `path`: `_name_value` is the lookup `name`.
fn column_name(path: &[String]) -> &str {
    let name = path.last().map_or("", String::as_str);
    let lookup = name.strip_prefix('_').and_then(|name| name.strip_suffix("_value"));
    lookup.filter(|name| !name.is_empty()).unwrap_or(name)
}

fn fetch(columns: Vec<Column>) -> Result<Fetch> {
    let mut entity = node();
    let mut counted = Counted::default();
    for Column { path, attribute } in columns {
        let (mut at, mut alias) = (&mut entity, String::new());
        for navigation in path.iter().take(path.len().saturating_sub(1)) {
            alias =
                if alias.is_empty() { navigation.clone() } else { format!("{alias}_{navigation}") };
            at = linked(at, navigation, &alias, &mut counted)?;
        }
        if let Attributes::Some(attributes) = &mut at.attributes {
            attributes.push(attribute);
        }
    }
    Ok(Fetch { entity, aggregate: true, ..Fetch::default() })
}

/// The table that `navigation` leads to from `node`, linked to it once.
fn linked<'a>(
    node: &'a mut Node,
    navigation: &str,
    alias: &str,
    counted: &mut Counted,
) -> Result<&'a mut Node> {
    let known = node.links.iter().position(|link| link.to.as_deref() == Some(navigation));
    let index = match known {
        Some(index) => index,
        None => {
            counted.link()?;
            node.links.push(Link {
                node: self::node(),
                from: None,
                to: Some(navigation.to_owned()),
                alias: Some(alias.to_owned()),
                kind: LinkKind::Outer,
                intersect: false,
            });
            node.links.len() - 1
        }
    };
    Ok(&mut node.links[index].node)
}

fn node() -> Node {
    Node { attributes: Attributes::Some(Vec::new()), ..Node::default() }
}
