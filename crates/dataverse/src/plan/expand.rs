//! Expands: related rows, read with one statement per navigation property and page.

use std::sync::Arc;

use base::{Result, limits};
use metadata::Table;
use query::{Expand, Query};

use super::condition::{Condition, Field, Join};
use super::filter::{check_secured, is_of, primary};
use super::literal::{bad, unknown_property};
use super::navigation::{Navigation, navigation, property};
use super::read::{Asker, Base, Columns, ReadPlan, read_at};

/// The related rows of a page.
#[derive(Clone, Debug)]
pub(crate) struct ExpandPlan {
    /// The navigation property.
    pub navigation: String,
    /// Whether it leads to many rows.
    pub is_collection: bool,
    /// One for each table the rows may be of.
    pub branches: Vec<Branch>,
}

/// The related rows of one table.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    /// Where the row that is expanded says which rows are related.
    pub parent: Parent,
    /// The column of the related rows (or of the table between) that says to whom they belong.
    pub group: Field,
    /// At most so many for each row, and one more if there are further pages.
    pub top: Option<usize>,
    /// How many rows a page has, if they come page by page.
    pub page: Option<usize>,
    /// The read; the ids of the page are added to its condition.
    pub plan: ReadPlan,
}

/// What of a row its related rows are found by.
#[derive(Clone, Debug)]
pub(crate) enum Parent {
    /// Its own id.
    Id,
    /// The lookup at this place, where it points to this table.
    Lookup(usize, String),
}

/// Plans the expands of a query on `table`, which is itself so many levels below the first. Lookups
/// that are needed are read along.
pub(crate) fn expands(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    columns: &mut Arc<Columns>,
    query: &Query,
    depth: usize,
) -> Result<Vec<ExpandPlan>> {
    if count(&query.expand, 0)? > limits::EXPAND_MAX {
        return Err(bad(format!("A request has at most {} $expand options.", limits::EXPAND_MAX)));
    }
    let level = Level { depth: depth + 1, page_size: query.page_size };
    query.expand.iter().map(|expand| one(asker, table, columns, expand, level)).collect()
}

/// Where an expand stands.
#[derive(Clone, Copy)]
struct Level {
    /// How many levels below the first.
    depth: usize,
    /// How many rows the client wants on a page.
    page_size: Option<usize>,
}

impl Level {
    /// How many rows a collection has on a page. As the platform has it, a collection comes whole
    /// unless it is one of several levels.
    fn page(self, query: &Query) -> Option<usize> {
        let is_nested = self.depth > 1 || !query.expand.is_empty();
        let size = self.page_size.filter(|_| is_nested)?;
        query.top.is_none_or(|top| top > size).then_some(size)
    }
}

fn count(expands: &[Expand], depth: usize) -> Result<usize> {
    if depth > limits::EXPAND_MAX {
        return Err(bad("The $expand options nest too deep."));
    }
    let below = expands.iter().map(|expand| count(&expand.query.expand, depth + 1));
    Ok(expands.len() + below.sum::<Result<usize>>()?)
}

fn one(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    columns: &mut Arc<Columns>,
    expand: &Expand,
    level: Level,
) -> Result<ExpandPlan> {
    let name = &expand.navigation;
    let way = navigation(asker.schema, table, name).ok_or_else(|| unknown_property(table, name))?;
    check_options(name, &expand.query, matches!(way, Navigation::One { .. }))?;
    let page = level.page(&expand.query);
    let top = page.map(|page| page + 1).or(expand.query.top);
    let (is_collection, branches) = match way {
        Navigation::One { column, targets } => {
            check_secured(asker, table, &column)?;
            let place = Arc::make_mut(columns).hidden(asker, table, &column);
            let parent = |target: &Table| Parent::Lookup(place, target.logical_name.clone());
            let branch = |target| {
                let plan = lookup(asker, target, &targets, expand, level)?;
                let group = Field::value(0, primary(target)?);
                Ok(Branch { parent: parent(target), group, top: None, page: None, plan })
            };
            (false, targets.iter().map(branch).collect::<Result<_>>()?)
        }
        Navigation::Many { column, table: many } => {
            let mut plan = child(asker, &many, &expand.query, expand.only_references, level)?;
            plan.condition = plan.condition.and(is_of(0, &column, table));
            let group = Field::value(0, &column);
            (true, vec![Branch { parent: Parent::Id, group, top, page, plan }])
        }
        Navigation::ManyToMany { intersect, near, far, table: many, .. } => {
            let mut plan = child(asker, &many, &expand.query, expand.only_references, level)?;
            let between = plan.tables;
            let key = Field::value(0, primary(&many)?);
            let on = Condition::same(Field::value(between, &far), key);
            plan.from.joins.push(Join { table: intersect, alias: between, on, is_outer: false });
            let group = Field::value(between, &near);
            (true, vec![Branch { parent: Parent::Id, group, top, page, plan }])
        }
    };
    Ok(ExpandPlan { navigation: name.clone(), is_collection, branches })
}

fn child(
    asker: &Asker<'_>,
    table: &Arc<Table>,
    query: &Query,
    only_references: bool,
    level: Level,
) -> Result<ReadPlan> {
    let mut query = Query { page_size: level.page_size, ..query.clone() };
    if only_references {
        query.select = vec![table.primary_id.clone()];
    }
    read_at(asker, table, &query, &Base::All, level.depth)
}

/// Behind an owner are users and teams; a column that only one of them has is read of that one.
fn lookup(
    asker: &Asker<'_>,
    target: &Arc<Table>,
    targets: &[Arc<Table>],
    expand: &Expand,
    level: Level,
) -> Result<ReadPlan> {
    let is_elsewhere = |name: &String| {
        property(target, name).is_none()
            && targets.iter().any(|other| property(other, name).is_some())
    };
    let mut query = expand.query.clone();
    let has_names = !query.select.is_empty();
    query.select.retain(|name| !is_elsewhere(name));
    if has_names && query.select.is_empty() {
        query.select.push(target.primary_id.clone());
    }
    child(asker, target, &query, expand.only_references, level)
}

fn check_options(name: &str, query: &Query, is_single: bool) -> Result<()> {
    let wrong = |option: &str| {
        Err(bad(format!("The query option '{option}' is not allowed in $expand of '{name}'.")))
    };
    if query.count {
        return wrong("$count");
    }
    if query.skip_token.is_some() {
        return wrong("$skiptoken");
    }
    if is_single && query.top.is_some() {
        return wrong("$top");
    }
    if is_single && !query.order_by.is_empty() {
        return wrong("$orderby");
    }
    Ok(())
}
