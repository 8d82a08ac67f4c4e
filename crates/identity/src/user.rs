//! Users: people of the tenant.

use base::{Cx, Error, Instant, PrincipalId, Result, Uuid};
use db::Row;

use crate::directory::{checked, checked_optional, fold, params, taken};
use crate::{Directory, Page};

/// A person of the tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The object id.
    pub id: PrincipalId,
    /// The user principal name, such as `ada@contoso.example`: what one signs in with.
    pub upn: String,
    /// The display name.
    pub display_name: String,
    /// The e-mail address.
    pub mail: Option<String>,
    /// The first name.
    pub given_name: Option<String>,
    /// The family name.
    pub surname: Option<String>,
    /// The country of use, two letters (ISO 3166).
    pub usage_location: Option<String>,
    /// Whether the user may sign in.
    pub is_enabled: bool,
    /// Since when the directory has the user.
    pub created_at: Instant,
}

/// What a new user is made from, and what a change replaces.
#[derive(Clone, Debug, Default)]
pub struct UserInput {
    /// The user principal name.
    pub upn: String,
    /// The display name.
    pub display_name: String,
    /// The e-mail address.
    pub mail: Option<String>,
    /// The first name.
    pub given_name: Option<String>,
    /// The family name.
    pub surname: Option<String>,
    /// The country of use, two letters (ISO 3166).
    pub usage_location: Option<String>,
    /// Whether the user may sign in.
    pub is_enabled: bool,
}

const COLUMNS: &str = "id, upn, display_name, mail, given_name, surname, usage_location, \
                       is_enabled, created_at";

impl Directory {
    /// Adds a user. Without a password nobody can sign in as this user until one is set.
    pub async fn user_create(
        &self,
        cx: &Cx,
        input: UserInput,
        password: Option<&str>,
    ) -> Result<User> {
        self.may_change(cx).await?;
        let user = input.check(cx.random_id(), cx.now())?;
        let hash = match password {
            Some(password) => Some(self.passwords.hash(cx, password).await?),
            None => None,
        };
        let insert = "insert into {directory_user} (id, upn, upn_key, display_name, name_key, mail,
            given_name, surname, usage_location, is_enabled, password, created_at, updated_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12)";
        let mut params = user.params();
        params.extend(params![hash, cx.now()]);
        self.execute(insert, params).await.map_err(|e| taken(e, "userPrincipalName"))?;
        Ok(user)
    }

    /// Replaces the properties of a user. Disabling one ends every sign-in of that user.
    pub async fn user_update(&self, cx: &Cx, id: PrincipalId, input: UserInput) -> Result<User> {
        self.may_change(cx).await?;
        let user = input.check(id, self.user_get(id).await?.created_at)?;
        let update = "update {directory_user} set upn = ?2, upn_key = ?3, display_name = ?4,
            name_key = ?5, mail = ?6, given_name = ?7, surname = ?8, usage_location = ?9,
            is_enabled = ?10, updated_at = ?11 where id = ?1";
        let mut params = user.params();
        params.push(cx.now().into());
        let mut statements = vec![(update, params)];
        if !user.is_enabled {
            self.check_not_last_administrator(id).await?;
            statements.extend(end_sign_ins(id));
        }
        self.execute_all(&statements).await.map_err(|e| taken(e, "userPrincipalName"))?;
        Ok(user)
    }

    /// Removes a user, with memberships, licences, roles and sign-ins.
    pub async fn user_delete(&self, cx: &Cx, id: PrincipalId) -> Result<()> {
        self.may_change(cx).await?;
        self.user_get(id).await?;
        self.check_not_last_administrator(id).await?;
        let mut statements = vec![
            ("delete from {directory_user} where id = ?1", params![id]),
            ("delete from {directory_member} where member_id = ?1", params![id]),
            ("delete from {directory_licence} where user_id = ?1", params![id]),
            ("delete from {directory_role} where principal_id = ?1", params![id]),
        ];
        statements.extend(end_sign_ins(id));
        self.execute_all(&statements).await?;
        Ok(())
    }

    /// Gives a user another password, and ends every sign-in of that user.
    pub async fn user_set_password(&self, cx: &Cx, id: PrincipalId, password: &str) -> Result<()> {
        self.may_change(cx).await?;
        let user = self.user_get(id).await?;
        let hash = self.passwords.hash(cx, password).await?;
        let update = "update {directory_user} set password = ?2, updated_at = ?3 where id = ?1";
        let mut statements = vec![(update, params![id, hash, cx.now()])];
        statements.extend(end_sign_ins(id));
        let unlock = "delete from {directory_failure} where name = ?1";
        statements.push((unlock, params![fold(&user.upn)]));
        self.execute_all(&statements).await?;
        Ok(())
    }

    /// The user with this object id.
    pub async fn user_get(&self, id: PrincipalId) -> Result<User> {
        self.user_find(id).await?.ok_or_else(|| {
            let text = format!("The directory has no user with the id '{id}'.");
            Error::not_found("Request_ResourceNotFound", text)
        })
    }

    /// The user with this object id, if there is one.
    pub async fn user_find(&self, id: PrincipalId) -> Result<Option<User>> {
        let select = format!("select {COLUMNS} from {{directory_user}} where id = ?1");
        self.row(&select, params![id]).await?.map(|row| User::read(&row)).transpose()
    }

    /// The user with this user principal name, whatever its case, if there is one.
    pub async fn user_by_upn(&self, upn: &str) -> Result<Option<User>> {
        let select = format!("select {COLUMNS} from {{directory_user}} where upn_key = ?1");
        self.row(&select, params![fold(upn)]).await?.map(|row| User::read(&row)).transpose()
    }

    /// Users by user principal name; a search looks at it and at the display name.
    pub async fn users_list(&self, page: &Page) -> Result<Vec<User>> {
        let select = format!(
            "select {COLUMNS} from {{directory_user}}
            where upn_key like ?1 escape '\\' or name_key like ?1 escape '\\'
            order by upn_key limit ?2 offset ?3"
        );
        self.rows(&select, page.params()).await?.iter().map(User::read).collect()
    }

    /// The user and the hash of the password, for signing in.
    pub(crate) async fn user_with_password(
        &self,
        upn: &str,
    ) -> Result<(Option<User>, Option<String>)> {
        let select =
            format!("select {COLUMNS}, password from {{directory_user}} where upn_key = ?1");
        match self.row(&select, params![fold(upn)]).await? {
            Some(row) => Ok((Some(User::read(&row)?), row.get(9)?)),
            None => Ok((None, None)),
        }
    }
}

impl User {
    /// Properties to start a change from.
    pub fn to_input(&self) -> UserInput {
        let user = self.clone();
        UserInput {
            upn: user.upn,
            display_name: user.display_name,
            mail: user.mail,
            given_name: user.given_name,
            surname: user.surname,
            usage_location: user.usage_location,
            is_enabled: user.is_enabled,
        }
    }

    /// The parameters `?1` to `?10` that insert and update share.
    fn params(&self) -> Vec<db::Value> {
        params![
            self.id,
            &self.upn,
            fold(&self.upn),
            &self.display_name,
            fold(&self.display_name),
            self.mail.as_ref(),
            self.given_name.as_ref(),
            self.surname.as_ref(),
            self.usage_location.as_ref(),
            self.is_enabled,
        ]
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            upn: row.get(1)?,
            display_name: row.get(2)?,
            mail: row.get(3)?,
            given_name: row.get(4)?,
            surname: row.get(5)?,
            usage_location: row.get(6)?,
            is_enabled: row.get(7)?,
            created_at: row.get(8)?,
        })
    }
}

impl UserInput {
    fn check(self, id: PrincipalId, created_at: Instant) -> Result<User> {
        Ok(User {
            id,
            upn: checked_upn(&self.upn)?,
            display_name: checked("the display name", &self.display_name)?,
            mail: checked_optional("the e-mail address", self.mail.as_deref())?,
            given_name: checked_optional("the first name", self.given_name.as_deref())?,
            surname: checked_optional("the family name", self.surname.as_deref())?,
            usage_location: checked_country(self.usage_location.as_deref())?,
            is_enabled: self.is_enabled,
            created_at,
        })
    }
}

fn checked_upn(upn: &str) -> Result<String> {
    let upn = checked("the user principal name", upn)?;
    let is_name = |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace());
    match upn.split_once('@') {
        Some((name, domain)) if is_name(name) && is_name(domain) && !domain.contains('@') => {
            Ok(upn)
        }
        _ => Err(Error::invalid(format!(
            "'{upn}' is no user principal name. Give one such as ada@contoso.example."
        ))),
    }
}

fn checked_country(country: Option<&str>) -> Result<Option<String>> {
    let Some(country) = checked_optional("the usage location", country)? else { return Ok(None) };
    if country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Ok(Some(country.to_ascii_uppercase()));
    }
    let text = format!("'{country}' is no usage location. Give two letters, such as DE.");
    Err(Error::invalid(text))
}

/// What ends every sign-in of a user: no browser session, no refresh token, no pending code.
fn end_sign_ins(id: Uuid) -> [(&'static str, Vec<db::Value>); 4] {
    [
        ("delete from {directory_session} where user_id = ?1", params![id]),
        ("delete from {directory_refresh_token} where user_id = ?1", params![id]),
        ("delete from {directory_code} where user_id = ?1", params![id]),
        ("delete from {directory_device} where user_id = ?1", params![id]),
    ]
}
