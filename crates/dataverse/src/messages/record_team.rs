//! `AddUserToRecordTeam`, `RemoveUserFromRecordTeam`: the access team of a row, by its template.

use std::sync::Arc;

use base::{Error, Result, Uuid};
use db::statement;
use metadata::Table;

use super::sharing;
use crate::bulk::Rows;
use crate::security::{self, Right};
use crate::{Reference, Reply, Session, plan, rows};

/// Makes a user a member of the access team that a row has by a template. The first one makes the
/// team, and shares the row with it as the template says. Answers the team.
#[derive(Clone, Debug, PartialEq)]
pub struct AddUserToRecordTeam {
    /// The `systemuser`.
    pub user: Reference,
    /// The row.
    pub record: Reference,
    /// The `teamtemplate`.
    pub template: Reference,
}

/// Takes a user out of the access team that a row has by a template. Answers the team.
#[derive(Clone, Debug, PartialEq)]
pub struct RemoveUserFromRecordTeam {
    /// The `systemuser`.
    pub user: Reference,
    /// The row.
    pub record: Reference,
    /// The `teamtemplate`.
    pub template: Reference,
}

impl AddUserToRecordTeam {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let team = RecordTeam::find(session, &self.user, &self.record, &self.template).await?;
        let id = match team.existing(session).await? {
            Some(id) => id,
            None => team.create(session).await?,
        };
        team.join(session, id).await?;
        session.users_changed();
        Ok(Reply::Created { table: "team".to_owned(), id, record: None })
    }
}

impl RemoveUserFromRecordTeam {
    pub(crate) async fn run(self, session: &mut Session<'_>) -> Result<Reply> {
        let team = RecordTeam::find(session, &self.user, &self.record, &self.template).await?;
        let id = team.existing(session).await?.ok_or_else(|| team.not_a_member())?;
        let sql = session
            .store()
            .sql("delete from {teammembership} where teamid = ?1 and systemuserid = ?2");
        if session.tx().execute(&statement!(sql, id, team.user)).await? == 0 {
            return Err(team.not_a_member());
        }
        session.users_changed();
        Ok(Reply::Updated { table: "team".to_owned(), id, record: None })
    }
}

/// The access team of a row by a template, whether it is there yet or not, and a user.
struct RecordTeam {
    user: Uuid,
    table: Arc<Table>,
    record: Uuid,
    template: Uuid,
    rights: Vec<Right>,
}

impl RecordTeam {
    /// The caller must be able to share the row, with all that the template gives.
    async fn find(
        session: &mut Session<'_>,
        user: &Reference,
        record: &Reference,
        template: &Reference,
    ) -> Result<Self> {
        let (table, record) = sharing::row(session, record).await?;
        if !table.is_owned() {
            return Err(Error::invalid(format!(
                "Rows of {} have no owner and no access teams.",
                table.logical_name
            )));
        }
        let user = named(session, user, "systemuser").await?;
        let template = named(session, template, "teamtemplate").await?;
        let sql = session.store().sql(
            "select defaultaccessrightsmask, objecttypecode from {teamtemplate} \
             where teamtemplateid = ?1",
        );
        let row = session.tx().query_one(&statement!(sql, template)).await?;
        if row.get::<Option<i64>>(1)? != Some(i64::from(table.type_code)) {
            return Err(Error::invalid(format!(
                "The team template {template} is not for rows of {}.",
                table.logical_name
            )));
        }
        let rights = security::of_mask(row.get::<Option<i64>>(0)?.unwrap_or_default());
        let (caller, store) = (session.user().clone(), session.store());
        let needed = rights.iter().filter(|right| **right != Right::Create);
        for right in std::iter::once(&Right::Share).chain(needed) {
            security::check_row(session.tx(), store, &caller, &table, record, *right).await?;
        }
        Ok(Self { user, table, record, template, rights })
    }

    /// Its name tells the row and the template.
    fn name(&self) -> String {
        format!("{}+{}", self.record, self.template)
    }

    async fn existing(&self, session: &mut Session<'_>) -> Result<Option<Uuid>> {
        let fold = session.store().dialect().fold("name");
        let sql = session.store().sql(&format!(
            "select teamid from {{team}} where {fold} = ?1 and teamtemplateid = ?2 \
             and teamtype = 1"
        ));
        let found = session.tx().query_opt(&statement!(sql, self.name(), self.template)).await?;
        found.map(|row| row.get(0)).transpose()
    }

    async fn create(&self, session: &mut Session<'_>) -> Result<Uuid> {
        let missing = || Error::internal("there is no system table team");
        let team = session.schema().table("team").cloned().ok_or_else(missing)?;
        let columns = [
            "name",
            "businessunitid",
            "administratorid",
            "teamtype",
            "systemmanaged",
            "teamtemplateid",
        ];
        let mut rows = Rows::new(&team, &columns);
        let (id, caller) = (session.cx().new_id(), session.user().clone());
        let values = vec![
            self.name().into(),
            caller.business_unit.into(),
            caller.id.into(),
            crate::user::ACCESS_TEAM.into(),
            true.into(),
            self.template.into(),
        ];
        rows.push(id, values);
        let (cx, store, origin) = (session.cx().clone(), session.store(), session.origin(false));
        rows.insert(&cx, session.tx(), store, origin).await?;
        let principal = rows::Principal { id, table: "team".to_owned() };
        let mask = security::mask(&self.rights);
        rows::share(session, &self.table, self.record, principal, mask).await?;
        Ok(id)
    }

    async fn join(&self, session: &mut Session<'_>, team: Uuid) -> Result<()> {
        let sql = session
            .store()
            .sql("select 1 from {teammembership} where teamid = ?1 and systemuserid = ?2");
        if session.tx().query_opt(&statement!(sql, team, self.user)).await?.is_some() {
            return Ok(());
        }
        let missing = || Error::internal("there is no system table teammembership");
        let links = session.schema().table("teammembership").cloned().ok_or_else(missing)?;
        let mut rows = Rows::new(&links, &["teamid", "systemuserid"]);
        rows.push(session.cx().new_id(), vec![team.into(), self.user.into()]);
        let (cx, store, origin) = (session.cx().clone(), session.store(), session.origin(false));
        rows.insert(&cx, session.tx(), store, origin).await
    }

    fn not_a_member(&self) -> Error {
        Error::not_found(
            "0x80040217",
            format!(
                "The user {} is in no access team of the {} {} by the template {}.",
                self.user, self.table.logical_name, self.record, self.template
            ),
        )
    }
}

/// The id of a row that exists, of the table that is expected.
async fn named(session: &mut Session<'_>, row: &Reference, wanted: &str) -> Result<Uuid> {
    let schema = session.schema().clone();
    let table = plan::table(&schema, &row.set_or_table)?;
    if table.logical_name != wanted {
        return Err(Error::invalid(format!(
            "A row of {wanted} was expected, not of {}.",
            table.logical_name
        )));
    }
    let key = plan::row_key(table, &row.key)?;
    let found = rows::find_id(&mut session.read_scope(), table, &key).await?;
    found.ok_or_else(|| key.not_found(table))
}
