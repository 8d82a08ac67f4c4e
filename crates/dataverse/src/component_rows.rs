//! Rows of component tables, written by the server itself: what the layers of solutions become.
//!
//! Values are typed already, and the rights were checked on the message that this follows from
//! (such as an import), so neither is done again and no steps run. Nothing outside of the crates
//! that own components calls this.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use db::{Statement, Value as Stored};
use metadata::{Column, ColumnKind, ManyToMany, Ownership, Relationship, Table};

use crate::plan::stored;
use crate::{Session, Value, ddl, rules, security, sql, well_known};

/// Columns that an insert fills by itself when they are not given.
const STAMPS: &[&str] = &["createdon", "modifiedon", "createdby", "modifiedby"];

impl Session<'_> {
    /// Whether there is a row with this id.
    pub async fn has_row(&mut self, table: &str, id: Uuid) -> Result<bool> {
        let table = self.named(table)?;
        let key = self.store().dialect().quote(&table.primary_id);
        let sql = format!("select 1 from {} where {key} = ?1", self.place(&table));
        Ok(self.tx().query_opt(&Statement::new(sql, vec![id.into()])).await?.is_some())
    }

    /// The row whose `column` has this value; texts are compared without regard to case.
    pub async fn find_row(
        &mut self,
        table: &str,
        column: &str,
        value: &Value,
    ) -> Result<Option<Uuid>> {
        let table = self.named(table)?;
        let dialect = self.store().dialect();
        let column = self.column(&table, column)?;
        let name = dialect.quote(&dialect.physical_name(&column.logical_name));
        let (left, value) = match value {
            Value::Text(text) => (dialect.fold(&name), Stored::Text(db::fold(text))),
            other => (name, stored(&column, other.clone()).0),
        };
        let key = dialect.quote(&table.primary_id);
        let place = self.place(&table);
        let sql = format!("select {key} from {place} where {left} = ?1 order by {key} limit 1");
        let row = self.tx().query_opt(&Statement::new(sql, vec![value])).await?;
        row.map(|row| row.get(0)).transpose()
    }

    /// The value of one column of a row; null where there is no such row.
    pub async fn read_value(&mut self, table: &str, id: Uuid, column: &str) -> Result<Value> {
        let table = self.named(table)?;
        let dialect = self.store().dialect();
        let column = self.column(&table, column)?;
        let name = dialect.quote(&dialect.physical_name(&column.logical_name));
        let key = dialect.quote(&table.primary_id);
        let sql = format!("select {name} from {} where {key} = ?1", self.place(&table));
        let Some(mut row) = self.tx().query_opt(&Statement::new(sql, vec![id.into()])).await?
        else {
            return Ok(Value::Null);
        };
        if column.is_lookup() {
            let target: Option<Uuid> = row.get(0)?;
            let table = column.targets().first().copied().unwrap_or_default().to_owned();
            return Ok(target.map_or(Value::Null, |id| Value::lookup(&table, id)));
        }
        sql::value(&column, row.take(0))
    }

    /// Writes a row: a new one, or the given columns of the one with this id. Columns that the
    /// table does not have are an error of the caller.
    pub async fn put_row(
        &mut self,
        table: &str,
        id: Uuid,
        values: Vec<(&str, Value)>,
    ) -> Result<()> {
        let table = self.named(table)?;
        let is_new = !self.has_row(&table.logical_name, id).await?;
        let mut columns: Vec<(Arc<Column>, Value)> = Vec::with_capacity(values.len() + 12);
        for (name, value) in values {
            columns.push((self.column(&table, name)?, value));
        }
        self.stamp(&table, &mut columns, is_new);
        let statement = match is_new {
            true => self.insert_statement(&table, id, columns),
            false => self.update_statement(&table, id, columns),
        };
        self.tx().execute(&statement).await?;
        if table.logical_name == "role" {
            rules::role::after_put(self, id, is_new).await?;
        }
        self.note_rights(&table);
        Ok(())
    }

    /// Takes away a row; nothing happens where there is none.
    pub async fn remove_row(&mut self, table: &str, id: Uuid) -> Result<()> {
        let table = self.named(table)?;
        let key = self.store().dialect().quote(&table.primary_id);
        let sql = format!("delete from {} where {key} = ?1", self.place(&table));
        self.tx().execute(&Statement::new(sql, vec![id.into()])).await?;
        if table.logical_name == "role" {
            rules::role::after_remove(self, id).await?;
        }
        self.note_rights(&table);
        Ok(())
    }

    /// Takes away all rows whose `column` has this value.
    pub async fn remove_rows(&mut self, table: &str, column: &str, value: &Value) -> Result<()> {
        let table = self.named(table)?;
        let dialect = self.store().dialect();
        let column = self.column(&table, column)?;
        let name = dialect.quote(&dialect.physical_name(&column.logical_name));
        let value = stored(&column, value.clone()).0;
        let sql = format!("delete from {} where {name} = ?1", self.place(&table));
        self.tx().execute(&Statement::new(sql, vec![value])).await?;
        self.note_rights(&table);
        Ok(())
    }

    /// Links two rows in a many-to-many relationship; a link that is there stays.
    pub async fn link(&mut self, relationship: &str, first: Uuid, second: Uuid) -> Result<()> {
        let (many, table) = self.many(relationship)?;
        if self.link_id(&many, &table, first, second).await?.is_some() {
            return Ok(());
        }
        let id = self.cx().new_id();
        let end = |column: &str, target: &str, id: Uuid| {
            let is_lookup = table.column(column).is_some_and(|column| column.is_lookup());
            if is_lookup { Value::lookup(target, id) } else { Value::Id(id) }
        };
        let values = vec![
            (many.column1.as_str(), end(&many.column1, &many.table1, first)),
            (many.column2.as_str(), end(&many.column2, &many.table2, second)),
        ];
        self.put_row(&table.logical_name, id, values).await
    }

    /// Takes the link between two rows away.
    pub async fn unlink(&mut self, relationship: &str, first: Uuid, second: Uuid) -> Result<()> {
        let (many, table) = self.many(relationship)?;
        match self.link_id(&many, &table, first, second).await? {
            Some(id) => self.remove_row(&table.logical_name, id).await,
            None => Ok(()),
        }
    }

    /// The business unit above all others.
    pub async fn root_business_unit(&mut self) -> Result<Uuid> {
        let sql = format!(
            "select businessunitid from {} where parentbusinessunitid is null",
            self.store().table("businessunit")
        );
        self.tx().query_one(&Statement::new(sql, Vec::new())).await?.get(0)
    }

    /// Makes these the privileges of a role: names with `privilegedepthmask`. A privilege on a
    /// table that this environment does not have is kept by its name.
    pub async fn set_role_privileges(
        &mut self,
        role: Uuid,
        privileges: &[(String, u8)],
    ) -> Result<()> {
        let place = self.store().table("roleprivileges");
        let sql = format!("delete from {place} where roleid = ?1");
        self.tx().execute(&Statement::new(sql, vec![role.into()])).await?;
        for (name, mask) in privileges {
            let privilege = metadata::ids::privilege_id(name);
            self.ensure_privilege(privilege, name).await?;
            let id = Uuid::new_v5(&role, privilege.as_bytes());
            let values = vec![
                ("roleid", self.id_value("roleprivileges", "roleid", role)?),
                ("privilegeid", self.id_value("roleprivileges", "privilegeid", privilege)?),
                ("privilegedepthmask", Value::Int(i64::from(*mask))),
            ];
            self.put_row("roleprivileges", id, values).await?;
        }
        self.users_changed();
        Ok(())
    }

    async fn ensure_privilege(&mut self, id: Uuid, name: &str) -> Result<()> {
        if self.has_row("privilege", id).await? {
            return Ok(());
        }
        self.put_row("privilege", id, vec![("name", Value::Text(name.to_owned()))]).await
    }

    /// An id as a column of this table holds it: plain, or as a reference.
    fn id_value(&self, table: &str, column: &str, id: Uuid) -> Result<Value> {
        let table = self.named(table)?;
        let column = self.column(&table, column)?;
        Ok(match column.targets().first() {
            Some(target) => Value::lookup(target, id),
            None => Value::Id(id),
        })
    }

    /// Refuses whoever lacks a privilege that belongs to no table.
    pub fn require_privilege(&self, name: &str) -> Result<()> {
        match self.user().has_privilege(name) {
            true => Ok(()),
            false => Err(security::misc_privilege_missing(self.user(), name)),
        }
    }

    /// Refuses whoever may read nothing of a table.
    pub fn require_read(&self, table: &str) -> Result<()> {
        let table = self.named(table)?;
        security::require(self.user(), &table, security::Right::Read).map(|_| ())
    }

    fn many(&self, relationship: &str) -> Result<(ManyToMany, Arc<Table>)> {
        match self.schema().relationship(relationship).map(|found| &**found) {
            Some(Relationship::ManyToMany(many)) => {
                Ok((many.clone(), self.named(&many.intersect_table)?))
            }
            _ => Err(Error::internal(format!("no many-to-many relationship {relationship}"))),
        }
    }

    async fn link_id(
        &mut self,
        many: &ManyToMany,
        table: &Table,
        first: Uuid,
        second: Uuid,
    ) -> Result<Option<Uuid>> {
        let dialect = self.store().dialect();
        let sql = format!(
            "select {} from {} where {} = ?1 and {} = ?2",
            dialect.quote(&table.primary_id),
            self.place(table),
            dialect.quote(&many.column1),
            dialect.quote(&many.column2),
        );
        let row =
            self.tx().query_opt(&Statement::new(sql, vec![first.into(), second.into()])).await?;
        row.map(|row| row.get(0)).transpose()
    }

    fn named(&self, table: &str) -> Result<Arc<Table>> {
        let found = self.schema().table(table).cloned();
        found.ok_or_else(|| Error::internal(format!("no table {table}")))
    }

    fn column(&self, table: &Table, name: &str) -> Result<Arc<Column>> {
        let found = table.column(name).cloned();
        found.ok_or_else(|| Error::internal(format!("no column {}.{name}", table.logical_name)))
    }

    fn place(&self, table: &Table) -> String {
        let store = self.store();
        store.table(&store.dialect().physical_name(&table.logical_name))
    }

    /// Fills what every row has and the caller did not give.
    fn stamp(&self, table: &Table, values: &mut Vec<(Arc<Column>, Value)>, is_new: bool) {
        let now = Value::DateTime(self.cx().now());
        let author = Value::lookup("systemuser", self.user().id);
        for name in STAMPS {
            let is_for_new = name.starts_with("created");
            let value = if name.ends_with("on") { now.clone() } else { author.clone() };
            if is_new || !is_for_new {
                self.fill(table, values, name, value);
            }
        }
        if !is_new {
            return;
        }
        if table.ownership == Ownership::UserOwned {
            let unit = Value::lookup("businessunit", self.user().business_unit);
            self.fill(table, values, "ownerid", author.clone());
            self.fill(table, values, "owninguser", author);
            self.fill(table, values, "owningbusinessunit", unit);
        }
        self.fill(table, values, "statecode", Value::Choice(0));
        self.fill(table, values, "statuscode", Value::Choice(1));
        let solution = Value::Id(well_known::ACTIVE_SOLUTION);
        if table.column("solutionid").is_some_and(|column| column.kind == ColumnKind::Uuid) {
            self.fill(table, values, "solutionid", solution);
        }
    }

    fn fill(
        &self,
        table: &Table,
        values: &mut Vec<(Arc<Column>, Value)>,
        name: &str,
        value: Value,
    ) {
        let is_given = name == table.primary_id
            || values.iter().any(|(column, _)| column.logical_name == name);
        if let (false, Some(column)) = (is_given, table.column(name)) {
            values.push((column.clone(), value));
        }
    }

    fn insert_statement(
        &self,
        table: &Table,
        id: Uuid,
        values: Vec<(Arc<Column>, Value)>,
    ) -> Statement {
        let (mut names, mut statement) = (Vec::new(), Statement::new("", Vec::new()));
        let dialect = self.store().dialect();
        let mut slots = vec![statement.param(id)];
        names.push(dialect.quote(&table.primary_id));
        for (name, value) in self.physical(values) {
            names.push(name);
            slots.push(statement.param(value));
        }
        if table.column("versionnumber").is_some() {
            names.push(dialect.quote("versionnumber"));
            slots.push(dialect.next_version(self.store()));
        }
        let sql = format!(
            "insert into {} ({}) values ({})",
            self.place(table),
            names.join(", "),
            slots.join(", ")
        );
        Statement::new(sql, statement.params)
    }

    fn update_statement(
        &self,
        table: &Table,
        id: Uuid,
        values: Vec<(Arc<Column>, Value)>,
    ) -> Statement {
        let mut statement = Statement::new("", Vec::new());
        let dialect = self.store().dialect();
        let mut sets = Vec::new();
        for (name, value) in self.physical(values) {
            let slot = statement.param(value);
            sets.push(format!("{name} = {slot}"));
        }
        if table.column("versionnumber").is_some() {
            let next = dialect.next_version(self.store());
            sets.push(format!("{} = {next}", dialect.quote("versionnumber")));
        }
        let key = statement.param(id);
        let sql = format!(
            "update {} set {} where {} = {key}",
            self.place(table),
            sets.join(", "),
            dialect.quote(&table.primary_id),
        );
        Statement::new(sql, statement.params)
    }

    /// The physical columns with their stored values; what is not stored is left out.
    fn physical(&self, values: Vec<(Arc<Column>, Value)>) -> Vec<(String, Stored)> {
        let dialect = self.store().dialect();
        let mut physical = Vec::with_capacity(values.len());
        for (column, value) in values {
            if ddl::storage(&column).is_none() {
                continue;
            }
            let (own, target) = stored(&column, value);
            let name = &column.logical_name;
            physical.push((dialect.quote(&dialect.physical_name(name)), own));
            if let Some(target) = target {
                physical.push((dialect.quote(&ddl::type_column(dialect, name)), target));
            }
        }
        physical
    }

    fn note_rights(&mut self, table: &Table) {
        if RIGHTS_TABLES.contains(&table.logical_name.as_str()) {
            self.users_changed();
        }
    }
}

/// Tables whose rows decide what people may do.
const RIGHTS_TABLES: &[&str] = &[
    // sorted: begin
    "fieldpermission",
    "fieldsecurityprofile",
    "role",
    "roleprivileges",
    "systemuserprofiles",
    "systemuserroles",
    "teamprofiles",
    "teamroles",
    // sorted: end
];
