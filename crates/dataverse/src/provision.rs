//! A clone of the template becomes an organisation of its own; and users enter it.

use base::{Cx, Error, Result, Uuid};
use db::{Connection, Statement, Store, Tx, Value, statement};
use metadata::ids::stable_id;

use crate::bulk::{Origin, Rows};
use crate::environment::{DirectoryUser, Organization};
use crate::well_known::{
    CDS_PUBLISHER, CDS_SOLUTION, DEFAULT_PUBLISHER, SYSTEM_ADMINISTRATOR_TEMPLATE,
    TEMPLATE_CURRENCY, TEMPLATE_ORGANIZATION, TEMPLATE_UNIT,
};
use crate::{Session, schema_store, template};

/// The setting that holds the unique name of the organisation.
pub(crate) const UNIQUE_NAME: &str = "organization_unique_name";

/// Gives the clone its ids, names, language, currency and administrators, in one transaction.
pub(crate) async fn provision(cx: &Cx, store: &Store, details: &Organization) -> Result<()> {
    let mut tx = store.write().await?;
    let unit = cx.new_id();
    replace_ids(&mut tx, store, details.id, unit).await?;
    set_names(cx, &mut tx, store, details, unit).await?;
    set_currency(&mut tx, store, details).await?;
    set_prefix(cx, &mut tx, store, details).await?;
    schema_store::put_setting(&mut tx, store, UNIQUE_NAME, &details.unique_name).await?;
    for administrator in &details.administrators {
        let user = put_user(cx, &mut tx, store, administrator).await?;
        make_administrator(cx, &mut tx, store, user).await?;
    }
    tx.commit().await
}

/// Replaces the ids of organisation and root business unit wherever rows of the template refer to
/// them.
async fn replace_ids(tx: &mut Tx, store: &Store, organization: Uuid, unit: Uuid) -> Result<()> {
    let columns = [
        ("organizationid", TEMPLATE_ORGANIZATION, organization),
        ("businessunitid", TEMPLATE_UNIT, unit),
        ("owningbusinessunit", TEMPLATE_UNIT, unit),
    ];
    for table in template::tables::filled(tx, store).await? {
        for (column, old, new) in columns {
            if table.column(column).is_none() {
                continue;
            }
            let name = store.table(&store.dialect().physical_name(&table.logical_name));
            let sql = format!("update {name} set {column} = ?1 where {column} = ?2");
            tx.execute(&statement!(sql, new, old)).await?;
        }
    }
    Ok(())
}

async fn set_names(
    cx: &Cx,
    tx: &mut Tx,
    store: &Store,
    details: &Organization,
    unit: Uuid,
) -> Result<()> {
    let (name, now) = (details.name.as_str(), cx.now());
    let sql = store.sql(
        "update {organization} set name = ?1, languagecode = ?2, localeid = ?2, createdon = ?3, \
         modifiedon = ?3",
    );
    tx.execute(&statement!(sql, name, details.language, now)).await?;
    let sql = store.sql(
        "update {businessunit} set name = ?1, createdon = ?2, modifiedon = ?2 \
         where businessunitid = ?3",
    );
    tx.execute(&statement!(sql, name, now, unit)).await?;
    // Other environments have a default team, too: each has an id of its own.
    let sql = store.sql(
        "update {team} set teamid = ?1, name = ?2, createdon = ?3, modifiedon = ?3 where teamid = ?4",
    );
    let team = stable_id("team", "default");
    tx.execute(&statement!(sql, cx.new_id(), name, now, team)).await?;
    let sql = store.sql("update {solution} set installedon = ?1, createdon = ?1, modifiedon = ?1");
    tx.execute(&statement!(sql, now)).await?;
    let sql = store
        .sql("update {publisher} set uniquename = ?1, friendlyname = ?2 where publisherid = ?3");
    let unique_name = format!("DefaultPublisher{}", details.unique_name);
    let friendly_name = format!("Default Publisher for {name}");
    tx.execute(&statement!(sql, unique_name, friendly_name, DEFAULT_PUBLISHER)).await?;
    Ok(())
}

async fn set_currency(tx: &mut Tx, store: &Store, details: &Organization) -> Result<()> {
    let currency = &details.currency;
    let (code, symbol) = (currency.code.as_str(), currency.symbol.as_str());
    let sql = store.sql(
        "update {transactioncurrency} set isocurrencycode = ?1, currencyname = ?2, \
         currencysymbol = ?3 where transactioncurrencyid = ?4",
    );
    let name = currency.name.as_str();
    tx.execute(&statement!(sql, code, name, symbol, TEMPLATE_CURRENCY)).await?;
    let sql =
        store.sql("update {organization} set baseisocurrencycode = ?1, basecurrencysymbol = ?2");
    tx.execute(&statement!(sql, code, symbol)).await?;
    Ok(())
}

/// The publisher of work without a solution has a prefix that hardly any other organisation has.
async fn set_prefix(cx: &Cx, tx: &mut Tx, store: &Store, details: &Organization) -> Result<()> {
    let [a, b, c] = cx.random_bytes::<3>();
    let hex = format!("{a:02x}{b:02x}{c:02x}");
    let unique_name = format!("Cr{}", &hex[..5]);
    let prefix = format!("cr{}", &hex[..3]);
    let option_prefix = 10_000 + i64::from(u32::from_be_bytes([0, a, b, c]) % 90_000);
    let sql = store.sql(
        "update {publisher} set uniquename = ?1, friendlyname = ?2, customizationprefix = ?3, \
         customizationoptionvalueprefix = ?4 where publisherid = ?5",
    );
    let name = format!("CDS Default Publisher for {}", details.name);
    tx.execute(&statement!(sql, unique_name.as_str(), name, prefix, option_prefix, CDS_PUBLISHER))
        .await?;
    let sql = store.sql("update {solution} set uniquename = ?1 where solutionid = ?2");
    tx.execute(&statement!(sql, unique_name, CDS_SOLUTION)).await?;
    Ok(())
}

/// The user of a person or application; a new row if there is none. Names follow the directory.
pub(crate) async fn put_user(
    cx: &Cx,
    tx: &mut Tx,
    store: &Store,
    user: &DirectoryUser,
) -> Result<Uuid> {
    let sql =
        store.sql("select systemuserid from {systemuser} where azureactivedirectoryobjectid = ?1");
    let rows = tx.query(&statement!(sql, user.object_id)).await?;
    match rows.first() {
        Some(row) => {
            let id = row.get(0)?;
            rename(cx, tx, store, id, user).await?;
            Ok(id)
        }
        None => insert_user(cx, tx, store, user).await,
    }
}

async fn rename(cx: &Cx, tx: &mut Tx, store: &Store, id: Uuid, user: &DirectoryUser) -> Result<()> {
    let version = store.dialect().next_version(store);
    let sql = format!(
        "update {} set firstname = ?1, lastname = ?2, fullname = ?3, domainname = ?4, \
         internalemailaddress = ?5, modifiedon = ?6, versionnumber = {version} \
         where systemuserid = ?7 and (coalesce(firstname, '') <> coalesce(?1, '') \
         or coalesce(lastname, '') <> coalesce(?2, '') or coalesce(fullname, '') <> ?3 \
         or coalesce(domainname, '') <> ?4 or coalesce(internalemailaddress, '') <> coalesce(?5, ''))",
        store.table("systemuser")
    );
    let mut params: Vec<Value> = names(user).into_iter().map(|(_, value)| value).collect();
    params.extend([cx.now().into(), id.into()]);
    tx.execute(&Statement::new(sql, params)).await?;
    Ok(())
}

/// The columns that follow the directory.
fn names(user: &DirectoryUser) -> Vec<(&'static str, Value)> {
    vec![
        ("firstname", user.first_name.clone().into()),
        ("lastname", user.last_name.clone().into()),
        ("fullname", user.full_name.as_str().into()),
        ("domainname", user.principal_name.as_str().into()),
        ("internalemailaddress", user.email.clone().into()),
    ]
}

async fn insert_user(cx: &Cx, tx: &mut Tx, store: &Store, user: &DirectoryUser) -> Result<Uuid> {
    let origin = origin(cx, tx, store).await?;
    let id = cx.new_id();
    let mut values = names(user);
    values.extend([
        ("azureactivedirectoryobjectid", Value::from(user.object_id)),
        ("applicationid", user.application_id.into()),
        ("businessunitid", origin.unit.into()),
        ("accessmode", 0.into()),
        ("isdisabled", false.into()),
    ]);
    put_row(cx, tx, store, origin, "systemuser", id, values).await?;
    fill_user(cx, tx, store, origin, id, origin.unit).await?;
    Ok(id)
}

/// What a new user has in other tables: settings, and membership of a default team.
async fn fill_user(
    cx: &Cx,
    tx: &mut Tx,
    store: &Store,
    origin: Origin,
    user: Uuid,
    unit: Uuid,
) -> Result<()> {
    let language =
        tx.query(&statement!(store.sql("select languagecode from {organization}"))).await?;
    let language = language.first().map_or(Value::Null, |row| row.value(0).clone());
    let settings = vec![("businessunitid", Value::from(unit)), ("uilanguageid", language)];
    put_row(cx, tx, store, origin, "usersettings", user, settings).await?;
    join_team(cx, tx, store, origin, user, unit).await
}

async fn join_team(
    cx: &Cx,
    tx: &mut Tx,
    store: &Store,
    origin: Origin,
    user: Uuid,
    unit: Uuid,
) -> Result<()> {
    let sql = store.sql("select teamid from {team} where businessunitid = ?1 and isdefault = 1");
    for row in tx.query(&statement!(sql, unit)).await? {
        let link = vec![("teamid", row.value(0).clone()), ("systemuserid", user.into())];
        put_row(cx, tx, store, origin, "teammembership", cx.new_id(), link).await?;
    }
    Ok(())
}

/// A team of a group, and whether a user is in it and should be.
struct GroupTeam {
    team: Uuid,
    user: Uuid,
    is_member: bool,
    is_wanted: bool,
}

/// Whether any team follows a group of the directory.
pub(crate) async fn has_group_teams(db: &mut Connection, store: &Store) -> Result<bool> {
    let sql = store.sql("select 1 from {team} where teamtype in (2, 3) limit 1");
    Ok(db.query_opt(&statement!(sql)).await?.is_some())
}

/// Of a group, the directory knows members; owners and guests are not told apart from them.
const MEMBERSHIPS: [i64; 2] = [0, 1];

async fn group_teams(
    db: &mut Connection,
    store: &Store,
    object_id: Uuid,
    groups: &[Uuid],
) -> Result<Vec<GroupTeam>> {
    let sql = store.sql(
        "select t.teamid, u.systemuserid, m.teammembershipid, t.azureactivedirectoryobjectid, \
         coalesce(t.membershiptype, 0) from {team} t \
         join {systemuser} u on u.azureactivedirectoryobjectid = ?1 \
         left join {teammembership} m on m.teamid = t.teamid and m.systemuserid = u.systemuserid \
         where t.teamtype in (2, 3)",
    );
    let rows = db.query(&statement!(sql, object_id)).await?;
    let team = |row: &db::Row| {
        let group: Option<Uuid> = row.get(3)?;
        let has_members = MEMBERSHIPS.contains(&row.get(4)?);
        Ok(GroupTeam {
            team: row.get(0)?,
            user: row.get(1)?,
            is_member: row.get::<Option<Uuid>>(2)?.is_some(),
            is_wanted: has_members && group.is_some_and(|group| groups.contains(&group)),
        })
    };
    rows.iter().map(team).collect()
}

/// Whether a user is in the teams of his groups, and in no others.
pub(crate) async fn is_in_group_teams(
    db: &mut Connection,
    store: &Store,
    object_id: Uuid,
    groups: &[Uuid],
) -> Result<bool> {
    let teams = group_teams(db, store, object_id, groups).await?;
    Ok(teams.iter().all(|team| team.is_member == team.is_wanted))
}

/// Makes it so.
pub(crate) async fn join_group_teams(
    cx: &Cx,
    tx: &mut Tx,
    store: &Store,
    object_id: Uuid,
    groups: &[Uuid],
) -> Result<()> {
    let origin = origin(cx, tx, store).await?;
    for team in group_teams(tx, store, object_id, groups).await? {
        match (team.is_member, team.is_wanted) {
            (false, true) => {
                let link =
                    vec![("teamid", Value::from(team.team)), ("systemuserid", team.user.into())];
                put_row(cx, tx, store, origin, "teammembership", cx.new_id(), link).await?;
            }
            (true, false) => {
                let sql = store
                    .sql("delete from {teammembership} where teamid = ?1 and systemuserid = ?2");
                tx.execute(&statement!(sql, team.team, team.user)).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// After somebody made a user with a message.
pub(crate) async fn complete_user(session: &mut Session<'_>, user: Uuid, unit: Uuid) -> Result<()> {
    let (cx, store, origin) = (session.cx().clone(), session.store(), session.origin(false));
    fill_user(&cx, session.tx(), store, origin, user, unit).await
}

/// Makes a user a member of the default team of a business unit.
pub(crate) async fn join_default_team(
    session: &mut Session<'_>,
    user: Uuid,
    unit: Uuid,
) -> Result<()> {
    let (cx, store, origin) = (session.cx().clone(), session.store(), session.origin(false));
    join_team(&cx, session.tx(), store, origin, user, unit).await
}

/// Gives a new business unit its default team.
pub(crate) async fn put_default_team(
    session: &mut Session<'_>,
    unit: Uuid,
    name: &str,
) -> Result<()> {
    let (cx, store, origin) = (session.cx().clone(), session.store(), session.origin(false));
    let values = vec![
        ("name", Value::from(name)),
        ("businessunitid", unit.into()),
        ("administratorid", session.user().id.into()),
        ("isdefault", true.into()),
        ("teamtype", 0.into()),
    ];
    put_row(&cx, session.tx(), store, origin, "team", cx.new_id(), values).await
}

/// Takes the default team of a business unit away, with its members and roles.
pub(crate) async fn remove_default_team(session: &mut Session<'_>, unit: Uuid) -> Result<()> {
    let default = "(select teamid from {team} where businessunitid = ?1 and isdefault = 1)";
    for table in ["teammembership", "teamroles", "teamprofiles", "team"] {
        let sql =
            session.store().sql(&format!("delete from {{{table}}} where teamid in {default}"));
        session.tx().execute(&statement!(sql, unit)).await?;
    }
    Ok(())
}

/// Whether a user holds the role System Administrator himself.
pub(crate) async fn is_administrator(
    db: &mut Connection,
    store: &Store,
    user: Uuid,
) -> Result<bool> {
    let sql = store.sql(
        "select 1 from {systemuserroles} l join {role} r on r.roleid = l.roleid \
         where l.systemuserid = ?1 and r.roletemplateid = ?2",
    );
    Ok(!db.query(&statement!(sql, user, SYSTEM_ADMINISTRATOR_TEMPLATE)).await?.is_empty())
}

/// Gives a user the role System Administrator of his business unit.
pub(crate) async fn make_administrator(
    cx: &Cx,
    tx: &mut Tx,
    store: &Store,
    user: Uuid,
) -> Result<()> {
    let origin = origin(cx, tx, store).await?;
    let sql = store.sql(
        "select r.roleid from {role} r join {systemuser} u on u.businessunitid = r.businessunitid \
         where u.systemuserid = ?1 and r.roletemplateid = ?2",
    );
    let rows = tx.query(&statement!(sql, user, SYSTEM_ADMINISTRATOR_TEMPLATE)).await?;
    let missing = || Error::internal("the business unit has no role System Administrator");
    let role = rows.first().ok_or_else(missing)?.value(0).clone();
    let link = vec![("systemuserid", Value::from(user)), ("roleid", role)];
    put_row(cx, tx, store, origin, "systemuserroles", cx.new_id(), link).await
}

/// Organisation and root business unit, for rows that the server makes.
async fn origin(cx: &Cx, db: &mut Connection, store: &Store) -> Result<Origin> {
    let sql = store.sql(
        "select businessunitid, organizationid from {businessunit} \
         where parentbusinessunitid is null",
    );
    let row = db.query_one(&Statement::new(sql, Vec::new())).await?;
    Ok(Origin { unit: row.get(0)?, organization: row.get(1)?, now: cx.now().0, is_managed: false })
}

async fn put_row(
    cx: &Cx,
    tx: &mut Tx,
    store: &Store,
    origin: Origin,
    table: &str,
    id: Uuid,
    values: Vec<(&'static str, Value)>,
) -> Result<()> {
    let schema = metadata::system::base_schema();
    let missing = || Error::internal(format!("there is no system table {table}"));
    let table = schema.table(table).ok_or_else(missing)?;
    let (columns, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    let mut rows = Rows::new(table, &columns);
    rows.push(id, values);
    rows.insert(cx, tx, store, origin).await
}
