//! Plans of reads.

use base::{Instant, Uuid};
use db::{Statement, Store};
use metadata::{Column, Table};
use query::Comparison;

use super::{Writer, folded, operator};
use crate::plan::{
    Alias, Branch, Condition, ExpandParent, Field, From, LookupTarget, OrderKey, OrderStep,
    ReadColumn, ReadPlan,
};
use crate::{User, ddl, security};

/// One page of rows, and one row more if there is a next page.
///
/// Behind the columns come the values of the order, which make the token of the next page.
pub(crate) fn select(store: &Store, user: &User, plan: &ReadPlan) -> Statement {
    // The read of one row has no order: it is found by its key.
    let finds = !plan.order.is_empty();
    page(Writer { finds, now: plan.now, ..Writer::new(store, user) }, plan)
}

/// The same rows, looked for along their order.
pub(crate) fn walk(store: &Store, user: &User, plan: &ReadPlan) -> Statement {
    page(Writer { walks: true, now: plan.now, ..Writer::new(store, user) }, plan)
}

fn page(mut writer: Writer<'_>, plan: &ReadPlan) -> Statement {
    let (store, user) = (writer.store, writer.user);
    writer.push("select ");
    writer.push(columns(store, user, plan));
    for step in plan.order.iter().filter(|_| plan.is_paged) {
        writer.push(", ");
        writer.order_value(step);
    }
    writer.push("\n");
    writer.from(&plan.from);
    writer.filter(&plan.condition);
    if let Some(after) = &plan.after {
        writer.push(if plan.condition.is_always() { "\nwhere " } else { "\n  and " });
        writer.after(&plan.order, after);
    }
    writer.order(&plan.order);
    if !plan.order.is_empty() {
        writer.push("\nlimit ");
        writer.param(rows(plan.rows_max + usize::from(plan.is_paged)));
    }
    writer.finish()
}

/// The list of columns, made once for all plans that share it. It has no parameters.
fn columns<'a>(store: &Store, user: &User, plan: &'a ReadPlan) -> &'a str {
    plan.columns.sql.get_or_init(|| {
        let mut writer = Writer { now: plan.now, ..Writer::new(store, user) };
        writer.columns(&plan.columns.list, false);
        writer.sql
    })
}

/// How many rows match, counted up to `max`.
pub(crate) fn count(store: &Store, user: &User, plan: &ReadPlan, max: i64) -> Statement {
    let mut writer = Writer { finds: true, now: plan.now, ..Writer::new(store, user) };
    writer.push("select count(*) from (select 1 as one\n");
    writer.from(&plan.from);
    writer.filter(&plan.condition);
    writer.push("\nlimit ");
    writer.param(max);
    writer.push(") counted");
    writer.finish()
}

/// Related rows of several rows at once; the first column says to which they belong. At most
/// `rows_max` of them. Behind the columns of those that come page by page are the values of the
/// order.
pub(crate) fn group(
    store: &Store,
    user: &User,
    branch: &Branch,
    parents: Vec<db::Value>,
    rows_max: usize,
) -> Statement {
    let plan = &branch.plan;
    // A few rows by their keys: an index on what the user may reach would bring far more.
    let walks =
        matches!(branch.parent, ExpandParent::Lookup(..)) && !store.dialect().weighs_limits();
    let mut writer = Writer { walks, now: plan.now, ..Writer::new(store, user) };
    writer.push("select ");
    if branch.top.is_some() {
        writer.push("* from (select ");
    }
    writer.field(&branch.group);
    writer.push(" as parent, ");
    writer.columns(&plan.columns.list, branch.top.is_some());
    for (index, step) in plan.order.iter().enumerate().filter(|_| branch.page.is_some()) {
        writer.push(", ");
        writer.order_value(step);
        writer.push(&format!(" as o{index}"));
    }
    if branch.top.is_some() {
        writer.push(", row_number() over (partition by ");
        writer.field(&branch.group);
        writer.order(&plan.order);
        writer.push(") as place");
    }
    writer.push("\n");
    writer.from(&plan.from);
    let belongs = Condition::In { field: branch.group.clone(), values: parents, negated: false };
    writer.filter(&belongs.and(plan.condition.clone()));
    match branch.top {
        None => writer.order(&plan.order),
        Some(top) => {
            writer.push(") numbered\nwhere place <= ");
            writer.param(rows(top));
            writer.push("\norder by place");
        }
    }
    writer.push("\nlimit ");
    writer.param(rows(rows_max));
    writer.finish()
}

/// For each row that `lookup` leads to: how many rows lead there, or how many have a value in a
/// column, with the sum of the values or the least, and the most.
pub(crate) fn figures(
    store: &Store,
    user: &User,
    now: Instant,
    from: &From,
    condition: &Condition,
    lookup: &Field,
    values: Option<(&Field, bool)>,
) -> Statement {
    let whole = store.dialect().column_type(db::ColumnType::Int);
    let mut writer = Writer { now, ..Writer::new(store, user) };
    writer.push("select ");
    writer.field(lookup);
    match values {
        None => writer.push(&format!(", count(*), cast(null as {whole}), cast(null as {whole})")),
        Some((column, is_sum)) => {
            writer.push(", count(");
            writer.field(column);
            writer.push(if is_sum { "), cast(sum(" } else { "), cast(min(" });
            writer.field(column);
            writer.push(&format!(") as {whole}), cast(max("));
            writer.field(column);
            writer.push(&format!(") as {whole})"));
        }
    }
    writer.push("\n");
    writer.from(from);
    writer.filter(condition);
    writer.push("\ngroup by ");
    writer.field(lookup);
    writer.finish()
}

/// Whether `id` is `below` or one of those above it, along a lookup to the same table.
pub(crate) fn is_above(
    store: &Store,
    user: &User,
    table: &Table,
    column: &Column,
    id: Uuid,
    below: Uuid,
) -> Statement {
    let mut writer = Writer::new(store, user);
    let first = writer.statement.param(below);
    writer.push("with recursive above(id) as (\n  select ");
    writer.push(&store.dialect().typed(&first, db::ColumnType::Id));
    // `union` leaves out what is there already, so circles end.
    writer.push("\n  union\n  select ");
    writer.column(0, column);
    writer.push(" from ");
    writer.table(table);
    writer.push(" t0 join above on t0.");
    writer.name(&table.primary_id);
    writer.push(" = above.id where ");
    writer.column(0, column);
    writer.push(" is not null\n)\nselect 1 from above where id = ");
    writer.param(id);
    writer.finish()
}

fn rows(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Writer<'_> {
    /// The columns; with names of their own inside a sub-query, where names must differ.
    fn columns(&mut self, columns: &[ReadColumn], is_numbered: bool) {
        let mut number = 0;
        for read in columns.iter().filter(|read| !read.is_masked) {
            self.separate(&mut number);
            self.where_shared(read, |writer| writer.column(read.alias, &read.column));
            self.number(number, is_numbered);
            if ddl::has_type_column(&read.column) {
                self.separate(&mut number);
                let field = Field::target(read.alias, &read.column);
                self.where_shared(read, |writer| writer.field(&field));
                self.number(number, is_numbered);
            }
            if read.has_label() {
                self.separate(&mut number);
                self.where_shared(read, |writer| {
                    writer.label(read.alias, &read.column, &read.targets);
                });
                self.number(number, is_numbered);
            }
        }
    }

    /// A part of a column; of one that is only shared row by row, in the rows where it is.
    fn where_shared(&mut self, read: &ReadColumn, part: impl FnOnce(&mut Self)) {
        let Some(key) = &read.shared_by else { return part(self) };
        let dialect = self.store.dialect();
        // Part of the list, which has no parameters.
        let principals = self.user.principals();
        let principals = principals.iter().map(|id| dialect.id_literal(*id)).collect::<Vec<_>>();
        let shares = self.store.table(security::COLUMN_SHARES);
        self.push("case when exists (select 1 from ");
        self.push(&shares);
        self.push(" shares where shares.objectid = ");
        self.column(read.alias, key);
        self.push(" and shares.attributeid = ");
        self.push(&dialect.id_literal(read.column.metadata_id));
        self.push(" and shares.principalid in (");
        self.push(&principals.join(", "));
        self.push(") and shares.readaccess = 1) then ");
        part(self);
        self.push(" end");
    }

    pub(super) fn separate(&mut self, number: &mut usize) {
        self.push(if *number == 0 { "" } else { ", " });
        *number += 1;
    }

    fn number(&mut self, number: usize, is_numbered: bool) {
        if is_numbered {
            self.push(&format!(" as c{number}"));
        }
    }

    /// The name of the row behind a lookup.
    pub(super) fn label(&mut self, alias: Alias, column: &Column, targets: &[LookupTarget]) {
        let labels = targets.iter().filter_map(|target| Some((target, target.label.as_ref()?)));
        let has_type = ddl::has_type_column(column);
        if has_type {
            self.push("case ");
            self.target(alias, column);
        }
        for (target, (table, key, name)) in labels {
            if has_type {
                // Part of the list, which has no parameters; a logical name has no quotes.
                self.push(" when '");
                self.push(&target.name.replace('\'', "''"));
                self.push("' then ");
            }
            self.push("(select named.");
            self.name(&name.logical_name);
            self.push(" from ");
            self.table(table);
            self.push(" named where named.");
            self.name(&key.logical_name);
            self.push(" = ");
            self.column(alias, column);
            self.push(")");
        }
        self.push(if has_type { " end" } else { "" });
    }

    pub(super) fn order(&mut self, steps: &[OrderStep]) {
        for (index, step) in steps.iter().enumerate() {
            self.push(if index == 0 { "\norder by " } else { ", " });
            let start = self.sql.len();
            self.order_key(step);
            let key = self.sql.split_off(start);
            // The primary key is never null, and its index need not know of nulls.
            let entry = match step.is_primary {
                true => key,
                false => self.store.dialect().order(&key, step.descending),
            };
            self.push(&entry);
        }
    }

    /// What rows are ordered by.
    pub(super) fn order_key(&mut self, step: &OrderStep) {
        match &step.key {
            OrderKey::Value => self.comparable(&step.field),
            OrderKey::Ranks(_) => self.order_value(step),
            OrderKey::Names(_) => {
                let start = self.sql.len();
                self.order_value(step);
                let name = self.sql.split_off(start);
                let folded = self.store.dialect().fold(&name);
                self.push(&folded);
            }
        }
    }

    /// What a token keeps of a row: the value itself, the place of a choice, or a name.
    pub(super) fn order_value(&mut self, step: &OrderStep) {
        let field = &step.field;
        match &step.key {
            OrderKey::Names(targets) => self.label(field.alias, &field.column, targets),
            OrderKey::Ranks(ranks) if !ranks.is_empty() => {
                self.push("case ");
                self.field(field);
                for (option, rank) in ranks {
                    self.push(&format!(" when {option} then {rank}"));
                }
                self.push(" end");
            }
            OrderKey::Value | OrderKey::Ranks(_) => self.field(field),
        }
    }

    /// A value of a token as it compares with what rows are ordered by.
    fn order_param(&mut self, step: &OrderStep, value: &db::Value) {
        match (&step.key, value) {
            (OrderKey::Names(_), db::Value::Text(name)) => self.param(db::fold(name)),
            _ => self.param(folded(&step.field, value)),
        }
    }

    /// The rows after the one with these values: for some step all before it are equal, and it is
    /// later. Nulls come first, and last when descending.
    pub(super) fn after(&mut self, steps: &[OrderStep], values: &[db::Value]) {
        let pairs = steps.iter().zip(values).collect::<Vec<_>>();
        self.push("(");
        let mut is_first = true;
        for (index, (step, value)) in pairs.iter().enumerate() {
            if **value == db::Value::Null && step.descending {
                continue;
            }
            self.push(if is_first { "" } else { "\n    or " });
            is_first = false;
            for (step, value) in &pairs[..index] {
                self.equal(step, value);
                self.push(" and ");
            }
            self.later(step, value);
        }
        // Nothing comes after nulls that are last, but the primary key always has a value.
        self.push(if is_first { "1 = 0)" } else { ")" });
    }

    fn equal(&mut self, step: &OrderStep, value: &db::Value) {
        self.order_key(step);
        match value {
            db::Value::Null => self.push(" is null"),
            value => {
                self.push(" = ");
                self.order_param(step, value);
            }
        }
    }

    fn later(&mut self, step: &OrderStep, value: &db::Value) {
        let null_is_later = step.descending;
        self.push(if null_is_later { "(" } else { "" });
        self.order_key(step);
        match value {
            db::Value::Null => self.push(" is not null"),
            value => {
                let later = if step.descending { Comparison::Less } else { Comparison::Greater };
                self.push(operator(later));
                self.order_param(step, value);
            }
        }
        if null_is_later {
            self.push(" or ");
            self.order_key(step);
            self.push(" is null)");
        }
    }
}
