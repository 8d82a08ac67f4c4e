//! What names in a formula mean: columns of the row, columns of rows that lookups lead to, options
//! of choices.

use std::sync::Arc;

use metadata::formula::{Bound, Form, Formula, Hop, ValueKind};
use metadata::{Choice, Column, Label, SourceType, Table};
use powerfx::{Expression, Kind as Syntax};

use super::{Binder, Found, Problem, bind_at, is_formula, kind_of, missing, wrong};
use crate::ddl;

impl Binder<'_> {
    /// A column, perhaps at the end of a way along lookups, or an option of a choice.
    pub(super) fn reference(&self, tree: &Expression) -> Found<Formula> {
        let way = way(tree)?;
        let (last, hops) = match way.split_last() {
            Some(((_, "ThisRecord"), [])) => {
                return wrong(tree, "a column is expected after ThisRecord");
            }
            Some((last, hops)) => (*last, hops),
            None => return wrong(tree, "a name is expected here"),
        };
        let hops = match hops {
            [(_, "ThisRecord"), rest @ ..] => rest,
            hops => hops,
        };
        if let [(_, name)] = hops
            && let Some(option) = self.option(name, last.1)
        {
            return Ok(Formula::new(ValueKind::Choice, Form::Number(f64::from(option))));
        }
        let mut table = self.table;
        let mut path = Vec::new();
        for (at, name) in hops {
            let lookup = self.column(at, table, name, true)?;
            let hop = self.hop(at, lookup)?;
            table = match self.schema.table(&hop.table) {
                Some(table) => table,
                None => return wrong(at, format!("there is no table '{}'", hop.table)),
            };
            path.push(hop);
        }
        let column = self.column(last.0, table, last.1, false)?;
        self.value(last.0, table, path, column)
    }

    fn hop(&self, at: &Expression, lookup: &Arc<Column>) -> Found<Hop> {
        let targets = lookup.targets();
        let [target] = targets.as_slice() else {
            return missing(
                at,
                format!("Following the lookup '{}' to several tables", lookup.logical_name),
            );
        };
        let table = self.schema.table(target);
        let key = table.and_then(|table| table.column(&table.primary_id));
        match key {
            Some(key) => {
                Ok(Hop { lookup: lookup.clone(), table: (*target).to_owned(), key: key.clone() })
            }
            None => wrong(at, format!("there is no table '{target}'")),
        }
    }

    fn value(
        &self,
        at: &Expression,
        table: &Table,
        path: Vec<Hop>,
        column: &Arc<Column>,
    ) -> Found<Formula> {
        let name = &column.logical_name;
        let Some(kind) = kind_of(column) else {
            return missing(at, format!("The type of the column '{name}' in a formula"));
        };
        if column.is_secured && !self.is_secured {
            return wrong(
                at,
                format!(
                    "the column '{name}' is secured, so a column calculated from it must be too"
                ),
            );
        }
        if is_formula(column) {
            let mut inner = Column::clone(column);
            let bound = bind_at(self.schema, table, column, self.depth + 1, self.budget)
                .map_err(Problem::Other)?;
            inner.bound = Bound(Some(Arc::new(bound)));
            return Ok(Formula::new(kind, Form::Column(path, Arc::new(inner))));
        }
        if ddl::storage(column).is_none() || column.source_type == SourceType::Calculated {
            return missing(at, format!("The calculated column '{name}' in a formula"));
        }
        Ok(Formula::new(kind, Form::Column(path, column.clone())))
    }

    /// The column that a name means: its logical name, its schema name or a name people read.
    fn column<'t>(
        &self,
        at: &Expression,
        table: &'t Table,
        name: &str,
        is_lookup: bool,
    ) -> Found<&'t Arc<Column>> {
        let columns = || table.columns.values().filter(|column| !is_lookup || column.is_lookup());
        let exact =
            columns().find(|column| column.logical_name == name || column.schema_name == name);
        if let Some(column) = exact {
            return Ok(column);
        }
        let by_navigation = self
            .schema
            .many_to_one(&table.logical_name)
            .find(|one| is_lookup && one.referencing_navigation == name)
            .and_then(|one| table.column(&one.referencing_column));
        if let Some(column) = by_navigation {
            return Ok(column);
        }
        let mut named = columns().filter(|column| has_text(&column.display_name, name));
        match (named.next(), named.next()) {
            (Some(column), None) => Ok(column),
            (Some(a), Some(b)) => wrong(
                at,
                format!("'{name}' is the name of {} and of {}", a.logical_name, b.logical_name),
            ),
            (None, _) => {
                let what = if is_lookup { "lookup" } else { "column" };
                wrong(at, format!("'{name}' is no {what} of '{}'", table.logical_name))
            }
        }
    }

    /// The number of an option: `'Name of the choice'.'Name of the option'`.
    fn option(&self, choice: &str, option: &str) -> Option<i32> {
        let has_table = format!("{choice} ");
        let columns = self.table.columns.values().filter_map(|column| {
            let options =
                column.options().filter(|_| kind_of(column) == Some(ValueKind::Choice))?;
            let is_it = options.name == choice
                || has_text(&options.display_name, choice)
                || column.logical_name == choice
                || has_text(&column.display_name, choice)
                || column
                    .display_name
                    .0
                    .iter()
                    .any(|(_, text)| has_table.starts_with(&format!("{text} (")));
            is_it.then_some(options)
        });
        let number = |choice: &Arc<Choice>| {
            choice
                .options
                .iter()
                .find(|known| has_text(&known.label, option))
                .map(|known| known.value)
        };
        let column = columns.map(number).next().flatten();
        column.or_else(|| self.schema.choice(choice).and_then(number))
    }
}

fn has_text(label: &Label, name: &str) -> bool {
    label.0.iter().any(|(_, text)| text == name)
}

/// The names of `a.b.c`, with where they stand.
fn way(tree: &Expression) -> Found<Vec<(&Expression, &str)>> {
    let mut names = Vec::new();
    let mut here = tree;
    loop {
        match &here.kind {
            Syntax::Name(name) => {
                names.push((here, name.as_str()));
                names.reverse();
                return Ok(names);
            }
            Syntax::Member(of, name) => {
                names.push((here, name.as_str()));
                here = of;
            }
            _ => return missing(here, "A point after something else than a name"),
        }
    }
}
