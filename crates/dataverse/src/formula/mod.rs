//! Formula columns: from the text of a formula to an expression on columns, which `sql` writes into
//! every statement that reads the column.
//!
//! A formula is bound with the rights of its maker, as the platform does: whoever may read the
//! column sees the value, whatever it was calculated from. So a formula on a secured column must be
//! secured itself.
//!
//! A function is a row of the list in `functions.rs`.

mod functions;
mod names;
mod operators;

use std::cell::Cell;
use std::sync::Arc;

use base::limits::FORMULA_NODES_MAX;
use base::{Error, Kind, Result};
use metadata::formula::{Bound, Form, Formula, Function, ValueKind};
use metadata::{Column, ColumnKind, DateTimeBehavior, Schema, SourceType, Table};
use powerfx::{Expression, Kind as Syntax, Unary};

/// How many formulas may stand on each other (protocol: 10).
const FORMULAS_DEEP_MAX: usize = 10;

/// Whether the value of a column is calculated when it is read, by a formula that is understood.
pub(crate) fn is_formula(column: &Column) -> bool {
    matches!(column.source_type, SourceType::Formula | SourceType::Calculated)
        && column.formula.as_deref().is_some_and(|text| !is_xaml(text))
}

/// A definition of the classic designer.
fn is_xaml(text: &str) -> bool {
    text.trim_start().starts_with('<')
}

/// Binds the formula of a column of `table`; refuses one that is wrong or not understood.
pub(crate) fn bind(schema: &Schema, table: &Table, column: &Column) -> Result<Formula> {
    bind_at(schema, table, column, 0, &Cell::new(FORMULA_NODES_MAX))
}

fn bind_at(
    schema: &Schema,
    table: &Table,
    column: &Column,
    depth: usize,
    budget: &Cell<usize>,
) -> Result<Formula> {
    let text = source(column);
    let refuse = |position: usize, message: &str| {
        Error::new(
            Kind::Invalid,
            "0x80060d13",
            format!(
                "The formula of column {} is not valid: {message} (at position {position}).",
                column.schema_name
            ),
        )
    };
    if depth >= FORMULAS_DEEP_MAX {
        return Err(refuse(0, "it stands on itself, or on too many other formulas"));
    }
    let tree = powerfx::parse(&text).map_err(|error| refuse(error.position, &error.message))?;
    let binder = Binder { schema, table, depth, budget, is_secured: column.is_secured };
    let bound = binder.bind(&tree).map_err(|error| match error {
        Problem::Wrong { position, message } => refuse(position, &message),
        Problem::Missing { position, what } => Error::not_implemented(format!(
            "{what} (at position {position} of the formula of column {})",
            column.schema_name
        )),
        Problem::Other(error) => error,
    })?;
    fit(bound, column).map_err(|message| refuse(0, &message))
}

/// The value as the column has it.
fn fit(bound: Formula, column: &Column) -> std::result::Result<Formula, String> {
    let wanted = kind_of(column).ok_or("a column of this type cannot have a formula")?;
    let found = bound.kind;
    match (found, wanted) {
        (ValueKind::Blank, _) => Ok(bound),
        _ if found == wanted => Ok(bound),
        (ValueKind::Date, ValueKind::DateTime) => {
            Ok(Formula::apply(wanted, Function::MomentOf, vec![bound]))
        }
        (ValueKind::DateTime, ValueKind::Date) => {
            Ok(Formula::apply(wanted, Function::DateOf, vec![bound]))
        }
        _ => Err(format!("it gives {}, and the column holds {}", told(found), told(wanted))),
    }
}

/// What the values of a column are to formulas; nothing if they cannot use them.
fn kind_of(column: &Column) -> Option<ValueKind> {
    Some(match &column.kind {
        ColumnKind::String { .. } | ColumnKind::Memo { .. } | ColumnKind::EntityName => {
            ValueKind::Text
        }
        ColumnKind::Integer { .. }
        | ColumnKind::BigInt
        | ColumnKind::Decimal { .. }
        | ColumnKind::Double { .. }
        | ColumnKind::Money { .. } => ValueKind::Number,
        ColumnKind::Boolean { .. } => ValueKind::Boolean,
        ColumnKind::DateTime { behavior: DateTimeBehavior::DateOnly, .. } => ValueKind::Date,
        ColumnKind::DateTime { .. } => ValueKind::DateTime,
        ColumnKind::Choice { .. } | ColumnKind::State { .. } | ColumnKind::Status { .. } => {
            ValueKind::Choice
        }
        ColumnKind::Uuid | ColumnKind::Lookup { .. } | ColumnKind::Customer | ColumnKind::Owner => {
            ValueKind::Row
        }
        _ => return None,
    })
}

fn told(kind: ValueKind) -> &'static str {
    match kind {
        ValueKind::Blank => "nothing",
        ValueKind::Number => "a number",
        ValueKind::Text => "a text",
        ValueKind::Boolean => "yes or no",
        ValueKind::DateTime => "a date and time",
        ValueKind::Date => "a date",
        ValueKind::Choice => "a choice",
        ValueKind::Row => "a row",
    }
}

/// Binds the formulas of all columns that have one. A column whose formula is not understood (it
/// came with a package) stays as it is: reading it is refused by name.
pub(crate) fn bind_all(schema: &mut Schema) {
    let has_formula = |table: &&Arc<Table>| table.columns.values().any(|column| is_formula(column));
    let tables: Vec<_> = schema.tables().filter(has_formula).cloned().collect();
    for table in tables {
        let bound = bound(schema, &table);
        schema.put_table(Arc::new(bound));
    }
}

/// A table with its formulas bound.
pub(crate) fn bound(schema: &Schema, table: &Table) -> Table {
    let mut changed = table.clone();
    for column in changed.columns.values_mut().filter(|column| is_formula(column)) {
        let bound = bind(schema, table, column).ok().map(Arc::new);
        Arc::make_mut(column).bound = Bound(bound);
    }
    changed
}

/// The columns that are calculated from a column of `table`, each with its table.
pub(crate) fn users(schema: &Schema, table: &Table, column: &Column) -> Vec<String> {
    let mut users = Vec::new();
    for other in schema.tables() {
        for user in other.columns.values() {
            let Some(formula) = &user.bound.0 else { continue };
            if uses(formula, &other.logical_name, &table.logical_name, &column.logical_name) {
                users.push(format!("column {} of {}", user.logical_name, other.logical_name));
            }
        }
    }
    users.sort();
    users
}

fn uses(formula: &Formula, of: &str, table: &str, column: &str) -> bool {
    match &formula.form {
        Form::Column(path, used) => {
            let mut here = of;
            for hop in path {
                if here == table && hop.lookup.logical_name == column {
                    return true;
                }
                here = &hop.table;
            }
            here == table && used.logical_name == column
        }
        Form::Apply(_, arguments) => arguments.iter().any(|one| uses(one, of, table, column)),
        _ => false,
    }
}

/// The formula of a column as its maker wrote it. Packages have a file for all formulas of a table:
/// `name: =formula`, or `name: |-` with indented lines.
fn source(column: &Column) -> String {
    let text = column.formula.as_deref().unwrap_or_default();
    let name = &column.logical_name;
    let mut lines = text.lines();
    let entry = |line: &str| {
        line.strip_prefix(name.as_str()).and_then(|rest| rest.strip_prefix(':')).map(str::to_owned)
    };
    let Some(first) = lines.find_map(entry) else { return text.to_owned() };
    let first = first.trim().to_owned();
    if !first.starts_with(['|', '>']) {
        return first;
    }
    let block = lines.take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty());
    block.map(str::trim).collect::<Vec<_>>().join("\n")
}

/// What is wrong with a formula, and where.
enum Problem {
    Wrong { position: usize, message: String },
    Missing { position: usize, what: String },
    Other(Error),
}

type Found<T> = std::result::Result<T, Problem>;

fn wrong<T>(at: &Expression, message: impl Into<String>) -> Found<T> {
    Err(Problem::Wrong { position: at.position, message: message.into() })
}

fn missing<T>(at: &Expression, what: impl Into<String>) -> Found<T> {
    Err(Problem::Missing { position: at.position, what: what.into() })
}

struct Binder<'a> {
    schema: &'a Schema,
    table: &'a Table,
    depth: usize,
    /// How many parts all formulas together may still have.
    budget: &'a Cell<usize>,
    /// Whether the column itself is secured.
    is_secured: bool,
}

impl Binder<'_> {
    fn bind(&self, tree: &Expression) -> Found<Formula> {
        match self.budget.get().checked_sub(1) {
            Some(rest) => self.budget.set(rest),
            None => return wrong(tree, "the formula is too large with those that it stands on"),
        }
        match &tree.kind {
            Syntax::Number(text) => match text.parse::<f64>() {
                Ok(number) if number.is_finite() => {
                    Ok(Formula::new(ValueKind::Number, Form::Number(number)))
                }
                _ => wrong(tree, format!("{text} is too large")),
            },
            Syntax::Text(text) => Ok(Formula::new(ValueKind::Text, Form::Text(text.clone()))),
            Syntax::Boolean(value) => Ok(Formula::new(ValueKind::Boolean, Form::Boolean(*value))),
            Syntax::Name(_) | Syntax::Member(..) => self.reference(tree),
            Syntax::Call(name, arguments) => self.call(tree, name, arguments),
            Syntax::Unary(operator, inner) => {
                let value = self.bind(inner)?;
                match operator {
                    Unary::Not => self.apply(Function::Not, ValueKind::Boolean, inner, value),
                    Unary::Negate => self.apply(Function::Negate, ValueKind::Number, inner, value),
                    Unary::Percent => {
                        let hundred = Formula::new(ValueKind::Number, Form::Number(100.0));
                        let value = self.as_number(inner, value)?;
                        let arguments = vec![value, hundred];
                        Ok(Formula::apply(ValueKind::Number, Function::Divide, arguments))
                    }
                }
            }
            Syntax::Binary(operator, left, right) => self.binary(tree, *operator, left, right),
        }
    }

    fn apply(
        &self,
        function: Function,
        kind: ValueKind,
        at: &Expression,
        value: Formula,
    ) -> Found<Formula> {
        let value = self.as_kind(at, value, kind)?;
        Ok(Formula::apply(kind, function, vec![value]))
    }

    /// The value as `kind`, which another kind may become.
    fn as_kind(&self, at: &Expression, value: Formula, kind: ValueKind) -> Found<Formula> {
        match kind {
            ValueKind::Number => self.as_number(at, value),
            ValueKind::Text => self.as_text(at, value),
            kind => match (value.kind, kind) {
                (found, wanted) if found == wanted || found == ValueKind::Blank => Ok(value),
                (ValueKind::Date, ValueKind::DateTime) => {
                    Ok(Formula::apply(kind, Function::MomentOf, vec![value]))
                }
                (ValueKind::DateTime, ValueKind::Date) => {
                    Ok(Formula::apply(kind, Function::DateOf, vec![value]))
                }
                (found, wanted) => {
                    wrong(at, format!("{} is expected here, not {}", told(wanted), told(found)))
                }
            },
        }
    }

    fn as_number(&self, at: &Expression, value: Formula) -> Found<Formula> {
        match value.kind {
            ValueKind::Number | ValueKind::Blank => Ok(value),
            ValueKind::Text => Ok(Formula::apply(ValueKind::Number, Function::Value, vec![value])),
            other => wrong(at, format!("a number is expected here, not {}", told(other))),
        }
    }

    fn as_text(&self, at: &Expression, value: Formula) -> Found<Formula> {
        match value.kind {
            ValueKind::Text | ValueKind::Blank => Ok(value),
            ValueKind::Number | ValueKind::Boolean | ValueKind::Choice => {
                Ok(Formula::apply(ValueKind::Text, Function::TextOf, vec![value]))
            }
            ValueKind::Date | ValueKind::DateTime => missing(at, "The text of a date"),
            ValueKind::Row => wrong(at, "a text is expected here, not a row"),
        }
    }
}
