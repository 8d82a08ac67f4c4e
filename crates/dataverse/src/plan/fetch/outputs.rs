//! What is told of each row, or of each group of rows.

use std::sync::Arc;

use base::{Error, Result};
use metadata::{Column, ColumnKind};
use query::fetch::{Attribute, Attributes, DateGrouping, Fetch, Figure, Link, LinkKind, Node};

use super::tables::{Place, Planner, column};
use super::{INVALID_VALUE, MISSING, Output, SAME_ALIAS, Source, UNEXPECTED, of_condition, wrong};
use crate::ddl;
use crate::plan::access::access;
use crate::plan::condition::{Condition, DatePart, Field, From};
use crate::plan::filter::{check_secured, primary};
use crate::plan::hierarchy::with_hierarchy;
use crate::plan::navigation::{check_stored, is_readable};
use crate::plan::operators::part_of;
use crate::plan::read::{ReadColumn, all, companions, read_column};
use crate::security::Right;

/// What is read of each row.
pub(super) struct Outputs {
    pub list: Vec<Output>,
    pub shown: usize,
    pub id: Option<usize>,
    pub version: Option<usize>,
}

/// What is read of each row: of the first table, then of the linked ones.
pub(super) fn outputs(planner: &mut Planner<'_>, fetch: &Fetch) -> Result<Outputs> {
    let is_grouped = fetch.aggregate || fetch.distinct;
    let mut outputs = Outputs { list: Vec::new(), shown: 0, id: None, version: None };
    let mut places = planner.places.clone().into_iter();
    let root = places.next().ok_or_else(|| Error::internal("a query without a table"))?;
    outputs.node(planner, fetch, &root, &fetch.entity)?;
    outputs.links(planner, fetch, &mut places, &fetch.entity.links)?;
    if !is_grouped {
        outputs.identity(planner, &root)?;
    }
    if outputs.list.is_empty() {
        return Err(wrong(MISSING, "The query asks for no column."));
    }
    outputs.shown = outputs.list.len();
    if !is_grouped {
        outputs.hidden(planner, &root)?;
    }
    Ok(outputs)
}

impl Outputs {
    /// The linked tables, in the order in which they were joined.
    fn links(
        &mut self,
        planner: &mut Planner<'_>,
        fetch: &Fetch,
        places: &mut impl Iterator<Item = Place>,
        links: &[Link],
    ) -> Result<()> {
        let is_joined = |link: &&Link| {
            matches!(link.kind, LinkKind::Inner | LinkKind::Outer | LinkKind::MatchFirst)
        };
        for link in links.iter().filter(is_joined) {
            let missing = || Error::internal("a link that was not joined");
            let place = places.next().ok_or_else(missing)?;
            self.node(planner, fetch, &place, &link.node)?;
            self.links(planner, fetch, places, &link.node.links)?;
        }
        Ok(())
    }

    fn node(
        &mut self,
        planner: &mut Planner<'_>,
        fetch: &Fetch,
        place: &Place,
        node: &Node,
    ) -> Result<()> {
        let attributes = match &node.attributes {
            Attributes::All if fetch.aggregate => {
                let message = "An aggregate names each of its columns, with an alias.";
                return Err(wrong(MISSING, message));
            }
            Attributes::All => {
                let columns: Vec<_> = all(&place.table).into_iter().cloned().collect();
                for column in &columns {
                    self.column(planner, place, column, None)?;
                }
                return Ok(());
            }
            Attributes::Some(attributes) => attributes,
        };
        for attribute in attributes {
            match fetch.aggregate {
                true => self.aggregated(planner, place, attribute)?,
                false => self.plain(planner, fetch, place, attribute)?,
            }
        }
        Ok(())
    }

    fn plain(
        &mut self,
        planner: &mut Planner<'_>,
        fetch: &Fetch,
        place: &Place,
        attribute: &Attribute,
    ) -> Result<()> {
        if attribute.figure.is_some() || attribute.group || attribute.date_grouping.is_some() {
            let name = &attribute.name;
            let message = format!("'{name}' is grouped or summed up; set aggregate='true'.");
            return Err(wrong(UNEXPECTED, message));
        }
        let found = column(&place.table, &attribute.name)?;
        if attribute.count_children {
            return self.children(planner, place, attribute, &found, fetch.distinct);
        }
        check_stored(&place.table, &found)?;
        self.column(planner, place, &found, attribute.alias.as_deref())?;
        // The currency of an amount comes along, as it does with $select.
        let companions: Vec<_> = companions(&place.table, &found).cloned().collect();
        if place.name.is_none() && attribute.alias.is_none() && !fetch.distinct {
            for companion in &companions {
                self.column(planner, place, companion, None)?;
            }
        }
        Ok(())
    }

    /// A column as it is. One that is there under the same name is not read twice.
    fn column(
        &mut self,
        planner: &Planner<'_>,
        place: &Place,
        column: &Arc<Column>,
        alias: Option<&str>,
    ) -> Result<()> {
        let key = key(place, column, alias);
        let is_same = |known: &Output| {
            Arc::ptr_eq(&known.column, column)
                && matches!(&known.source, Source::Column(read) if read.alias == place.alias)
        };
        if self.list.iter().any(|known| known.key == key && is_same(known)) {
            return Ok(());
        }
        let read = read(planner, place, column);
        let is_aliased = alias.is_some() || place.name.is_some();
        self.put(output(place, column, key, is_aliased, Source::Column(read)))
    }

    /// The number of rows right below in the hierarchy of the table.
    fn children(
        &mut self,
        planner: &mut Planner<'_>,
        place: &Place,
        attribute: &Attribute,
        column: &Arc<Column>,
        is_distinct: bool,
    ) -> Result<()> {
        if is_distinct {
            return Err(Error::not_implemented("CountChildren with distinct='true'"));
        }
        let name = &place.table.logical_name;
        let (table, parent) = with_hierarchy(planner.asker.schema, name).ok_or_else(|| {
            wrong(UNEXPECTED, format!("The table '{name}' has no hierarchy to count children in."))
        })?;
        check_secured(planner.asker, &table, &parent)?;
        let alias = planner.aliases.next();
        let below = Condition::same(
            Field::value(alias, &parent),
            Field::value(place.alias, primary(&table)?),
        );
        let condition = below.and(access(planner.asker, &table, alias, Right::Read)?);
        let from = From { table, alias, joins: Vec::new() };
        let key = key(place, column, attribute.alias.as_deref());
        self.put(output(place, column, key, true, Source::Children { from, condition }))
    }

    /// A group, or a figure over one.
    fn aggregated(
        &mut self,
        planner: &mut Planner<'_>,
        place: &Place,
        attribute: &Attribute,
    ) -> Result<()> {
        let Some(alias) = attribute.alias.clone() else {
            let message = format!("'{}' needs an alias in an aggregate.", attribute.name);
            return Err(wrong(MISSING, message));
        };
        let figure = match (attribute.figure, attribute.group) {
            (Some(figure), false) => Some(figure),
            (None, true) => None,
            _ => {
                let message = format!(
                    "'{}' needs either 'aggregate' or 'groupby' in an aggregate.",
                    attribute.name
                );
                return Err(wrong(MISSING, message));
            }
        };
        let column = match attribute.name.as_str() {
            "" if figure == Some(Figure::Count) => primary(&place.table)?.clone(),
            name => column(&place.table, name)?,
        };
        check_stored(&place.table, &column)?;
        check_secured(planner.asker, &place.table, &column)?;
        let source = match figure {
            Some(figure) => self::figure(place, &column, figure, attribute.distinct)?,
            None => group(planner, place, &column, attribute)?,
        };
        self.put(output(place, &column, alias, true, source))
    }

    fn put(&mut self, output: Output) -> Result<()> {
        if self.list.iter().any(|known| known.key == output.key) {
            let message = format!("FetchXML should have unique aliases; '{}' is not.", output.key);
            return Err(wrong(SAME_ALIAS, message));
        }
        self.list.push(output);
        Ok(())
    }

    /// Every row of the first table shows its primary key.
    fn identity(&mut self, planner: &Planner<'_>, root: &Place) -> Result<()> {
        self.column(planner, root, primary(&root.table)?, None)
    }

    /// What is not shown: the version, and the currencies of amounts.
    fn hidden(&mut self, planner: &Planner<'_>, root: &Place) -> Result<()> {
        self.id = Some(self.place_of(planner, root, primary(&root.table)?));
        if let Some(version) = root.table.column("versionnumber") {
            self.version = Some(self.place_of(planner, root, version));
        }
        for index in 0..self.shown {
            let output = &self.list[index];
            let is_money = matches!(output.column.kind, ColumnKind::Money { .. });
            let currency = output.table.column("transactioncurrencyid").cloned();
            let (Source::Column(read), true, Some(currency)) = (&output.source, is_money, currency)
            else {
                continue;
            };
            let place = planner.places.iter().find(|place| place.alias == read.alias);
            if let Some(place) = place.cloned() {
                self.list[index].currency = Some(self.place_of(planner, &place, &currency));
            }
        }
        Ok(())
    }

    /// Where a column is read, which is read along if it is not yet.
    pub fn place_of(
        &mut self,
        planner: &Planner<'_>,
        place: &Place,
        column: &Arc<Column>,
    ) -> usize {
        let is_it = |known: &Output| {
            Arc::ptr_eq(&known.column, column)
                && matches!(&known.source, Source::Column(read) if read.alias == place.alias)
        };
        if let Some(found) = self.list.iter().position(is_it) {
            return found;
        }
        let read = read(planner, place, column);
        self.list.push(output(place, column, String::new(), false, Source::Column(read)));
        self.list.len() - 1
    }
}

fn read(planner: &Planner<'_>, place: &Place, column: &Arc<Column>) -> ReadColumn {
    ReadColumn { alias: place.alias, ..read_column(planner.asker, &place.table, column) }
}

fn output(
    place: &Place,
    column: &Arc<Column>,
    key: String,
    is_aliased: bool,
    source: Source,
) -> Output {
    let (table, column) = (place.table.clone(), column.clone());
    Output { key, is_aliased, table, column, source, currency: None }
}

/// What the answer calls a column: its alias, `alias.column` of a linked table, or the property.
fn key(place: &Place, column: &Column, alias: Option<&str>) -> String {
    match (alias, &place.name) {
        (Some(alias), _) => alias.to_owned(),
        (None, Some(name)) => format!("{name}.{}", column.logical_name),
        (None, None) if column.is_lookup() => format!("_{}_value", column.logical_name),
        (None, None) => column.logical_name.clone(),
    }
}

fn figure(place: &Place, column: &Arc<Column>, figure: Figure, distinct: bool) -> Result<Source> {
    let field = Field::value(place.alias, column);
    let kind = &column.kind;
    let is_number = matches!(
        kind,
        ColumnKind::Integer { .. }
            | ColumnKind::BigInt
            | ColumnKind::Decimal { .. }
            | ColumnKind::Double { .. }
            | ColumnKind::Money { .. }
    );
    let is_ordered = is_number || matches!(kind, ColumnKind::DateTime { .. });
    if distinct && matches!(figure, Figure::Sum | Figure::Average) {
        return Err(Error::not_implemented("A sum or an average of different values only"));
    }
    let (is_possible, field) = match figure {
        Figure::Count => (true, None),
        Figure::CountColumn => (true, Some(field)),
        Figure::Sum | Figure::Average => (is_number, Some(field)),
        Figure::Min | Figure::Max => (is_ordered, Some(field)),
    };
    if !is_possible {
        let name = &column.logical_name;
        let message = format!("There is no {figure:?} of '{name}': it holds no numbers.");
        return Err(wrong(INVALID_VALUE, message));
    }
    Ok(Source::Figure { figure, distinct, field })
}

fn group(
    planner: &Planner<'_>,
    place: &Place,
    column: &Arc<Column>,
    attribute: &Attribute,
) -> Result<Source> {
    let Some(grouping) = attribute.date_grouping else {
        if !is_readable(column) || ddl::storage(column).is_none() {
            let name = &column.logical_name;
            return Err(Error::not_implemented(format!("Grouping by '{name}'")));
        }
        return Ok(Source::Column(read(planner, place, column)));
    };
    let part = match grouping {
        DateGrouping::Day => DatePart::Day,
        DateGrouping::Week => DatePart::Week,
        DateGrouping::Month => DatePart::Month,
        DateGrouping::Quarter => DatePart::Quarter,
        DateGrouping::Year => DatePart::Year,
        DateGrouping::FiscalPeriod => DatePart::FiscalPeriod,
        DateGrouping::FiscalYear => DatePart::FiscalYear,
    };
    let field = Field::value(place.alias, column);
    let part = part_of(planner.asker, field, part, attribute.user_timezone);
    Ok(Source::Part(Box::new(part.map_err(of_condition)?)))
}
