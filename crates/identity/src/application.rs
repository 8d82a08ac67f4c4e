//! App registrations: programs that sign in, with a secret of their own or for a user.

use base::limits::{APPLICATION_REDIRECTS_MAX, APPLICATION_SECRETS_MAX};
use base::{Cx, Error, Instant, Kind, PrincipalId, Result, Uuid};
use db::Row;
use subtle::ConstantTimeEq;

use crate::directory::{checked, fold, params};
use crate::{Denial, Directory, Page, secret};

/// An app registration and its service principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The application (client) id.
    pub id: Uuid,
    /// The object id of the service principal: what roles and groups refer to.
    pub object_id: PrincipalId,
    /// The display name.
    pub display_name: String,
    /// Whether it may sign users in without a secret (programs on people's machines).
    pub is_public: bool,
    /// Whether it may sign in.
    pub is_enabled: bool,
    /// Where browsers may be sent back to after a sign-in.
    pub redirect_uris: Vec<String>,
    /// Since when the directory has it.
    pub created_at: Instant,
}

/// What a new app registration is made from, and what a change replaces.
#[derive(Clone, Debug, Default)]
pub struct ApplicationInput {
    /// The display name.
    pub display_name: String,
    /// Whether it may sign users in without a secret.
    pub is_public: bool,
    /// Whether it may sign in.
    pub is_enabled: bool,
    /// Where browsers may be sent back to after a sign-in.
    pub redirect_uris: Vec<String>,
}

/// A secret of an app registration. Its value is known only to who created it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApplicationSecret {
    /// The id of the secret.
    pub id: Uuid,
    /// What it is for.
    pub display_name: String,
    /// Its first three characters, to tell secrets apart.
    pub hint: String,
    /// Since when it exists.
    pub created_at: Instant,
    /// Until when it is good.
    pub expires_at: Instant,
}

/// A secret that was just created: the only time that its value is known.
pub struct NewSecret {
    /// What is kept of it.
    pub secret: ApplicationSecret,
    /// The value.
    pub value: String,
}

const COLUMNS: &str =
    "id, object_id, display_name, is_public, is_enabled, redirect_uris, created_at";

impl Directory {
    /// Registers an application, without secrets.
    pub async fn application_create(
        &self,
        cx: &Cx,
        input: ApplicationInput,
    ) -> Result<Application> {
        self.may_change(cx).await?;
        let application = input.check(cx.random_id(), cx.random_id(), cx.now())?;
        let insert = "insert into {directory_application}
            (id, object_id, display_name, name_key, is_public, is_enabled, redirect_uris,
            created_at, updated_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)";
        let mut params = application.params()?;
        params.push(cx.now().into());
        self.execute(insert, params).await?;
        Ok(application)
    }

    /// Replaces the properties of an app registration.
    pub async fn application_update(
        &self,
        cx: &Cx,
        id: Uuid,
        input: ApplicationInput,
    ) -> Result<Application> {
        self.may_change(cx).await?;
        let old = self.application_get(id).await?;
        let application = input.check(id, old.object_id, old.created_at)?;
        let update = "update {directory_application} set object_id = ?2, display_name = ?3,
            name_key = ?4, is_public = ?5, is_enabled = ?6, redirect_uris = ?7, updated_at = ?8
            where id = ?1";
        let mut params = application.params()?;
        params.push(cx.now().into());
        let mut statements = vec![(update, params)];
        if !application.is_enabled {
            let end = "delete from {directory_refresh_token} where client_id = ?1";
            statements.push((end, params![id]));
        }
        self.execute_all(&statements).await?;
        Ok(application)
    }

    /// Removes an app registration, with its secrets, memberships and roles.
    pub async fn application_delete(&self, cx: &Cx, id: Uuid) -> Result<()> {
        self.may_change(cx).await?;
        let object_id = self.application_get(id).await?.object_id;
        self.execute_all(&[
            ("delete from {directory_application} where id = ?1", params![id]),
            ("delete from {directory_secret} where application_id = ?1", params![id]),
            ("delete from {directory_refresh_token} where client_id = ?1", params![id]),
            ("delete from {directory_member} where member_id = ?1", params![object_id]),
            ("delete from {directory_role} where principal_id = ?1", params![object_id]),
        ])
        .await?;
        Ok(())
    }

    /// The app registration with this application (client) id.
    pub async fn application_get(&self, id: Uuid) -> Result<Application> {
        self.application_find(id).await?.ok_or_else(|| {
            let text = format!("The directory has no app registration with the id '{id}'.");
            Error::not_found("Request_ResourceNotFound", text)
        })
    }

    /// The app registration with this application (client) id, if there is one.
    pub async fn application_find(&self, id: Uuid) -> Result<Option<Application>> {
        let select = format!("select {COLUMNS} from {{directory_application}} where id = ?1");
        self.row(&select, params![id]).await?.map(|row| Application::read(&row)).transpose()
    }

    /// The app registration whose service principal has this object id, if there is one.
    pub async fn application_by_object(&self, id: PrincipalId) -> Result<Option<Application>> {
        let select =
            format!("select {COLUMNS} from {{directory_application}} where object_id = ?1");
        self.row(&select, params![id]).await?.map(|row| Application::read(&row)).transpose()
    }

    /// App registrations by display name.
    pub async fn applications_list(&self, page: &Page) -> Result<Vec<Application>> {
        let select = format!(
            "select {COLUMNS} from {{directory_application}} where name_key like ?1 escape '\\'
            order by name_key, id limit ?2 offset ?3"
        );
        self.rows(&select, page.params()).await?.iter().map(Application::read).collect()
    }

    /// Gives an app registration another secret, good until `expires_at`.
    pub async fn secret_add(
        &self,
        cx: &Cx,
        application: Uuid,
        display_name: &str,
        expires_at: Instant,
    ) -> Result<NewSecret> {
        self.may_change(cx).await?;
        self.application_get(application).await?;
        if expires_at <= cx.now() {
            return Err(Error::invalid("The secret's end must be in the future."));
        }
        if self.secrets_list(application).await?.len() >= APPLICATION_SECRETS_MAX {
            return Err(too_many(application, APPLICATION_SECRETS_MAX, "secrets"));
        }
        let value = secret::generate(cx);
        let secret = ApplicationSecret {
            id: cx.random_id(),
            display_name: checked("the secret's name", display_name)?,
            hint: value.chars().take(3).collect(),
            created_at: cx.now(),
            expires_at,
        };
        let insert = "insert into {directory_secret}
            (id, application_id, display_name, hint, hash, created_at, expires_at)
            values (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let params = params![
            secret.id,
            application,
            &secret.display_name,
            &secret.hint,
            secret::hash(&value),
            secret.created_at,
            secret.expires_at,
        ];
        self.execute(insert, params).await?;
        Ok(NewSecret { secret, value })
    }

    /// Removes a secret; the application can sign in with its other secrets only.
    pub async fn secret_remove(&self, cx: &Cx, application: Uuid, id: Uuid) -> Result<()> {
        self.may_change(cx).await?;
        let delete = "delete from {directory_secret} where application_id = ?1 and id = ?2";
        if self.execute(delete, params![application, id]).await? == 0 {
            let text = format!("The app registration '{application}' has no secret '{id}'.");
            return Err(Error::not_found("Request_ResourceNotFound", text));
        }
        Ok(())
    }

    /// The secrets of an app registration, without their values.
    pub async fn secrets_list(&self, application: Uuid) -> Result<Vec<ApplicationSecret>> {
        let select = "select id, display_name, hint, created_at, expires_at
            from {directory_secret} where application_id = ?1 order by created_at, id";
        let read = |row: &Row| -> Result<ApplicationSecret> {
            Ok(ApplicationSecret {
                id: row.get(0)?,
                display_name: row.get(1)?,
                hint: row.get(2)?,
                created_at: row.get(3)?,
                expires_at: row.get(4)?,
            })
        };
        self.rows(select, params![application]).await?.iter().map(read).collect()
    }

    /// Whether `value` is a secret of the application that is still good.
    pub(crate) async fn secret_check(
        &self,
        cx: &Cx,
        application: Uuid,
        value: &str,
    ) -> Result<(), Denial> {
        let hash = secret::hash(value);
        let select = "select hash, expires_at from {directory_secret} where application_id = ?1";
        let mut denial = Denial::SecretWrong(application);
        for row in self.rows(select, params![application]).await? {
            let is_same: bool = row.get::<Vec<u8>>(0)?.ct_eq(&hash).into();
            if is_same && row.get::<Instant>(1)? > cx.now() {
                return Ok(());
            }
            if is_same {
                denial = Denial::SecretExpired(application);
            }
        }
        Err(denial)
    }
}

impl Application {
    /// Properties to start a change from.
    pub fn to_input(&self) -> ApplicationInput {
        ApplicationInput {
            display_name: self.display_name.clone(),
            is_public: self.is_public,
            is_enabled: self.is_enabled,
            redirect_uris: self.redirect_uris.clone(),
        }
    }

    /// The parameters `?1` to `?7` that insert and update share.
    fn params(&self) -> Result<Vec<db::Value>> {
        Ok(params![
            self.id,
            self.object_id,
            &self.display_name,
            fold(&self.display_name),
            self.is_public,
            self.is_enabled,
            serde_json::to_string(&self.redirect_uris).map_err(Error::internal)?,
        ])
    }

    fn read(row: &Row) -> Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            object_id: row.get(1)?,
            display_name: row.get(2)?,
            is_public: row.get(3)?,
            is_enabled: row.get(4)?,
            redirect_uris: serde_json::from_str(&row.get::<String>(5)?).map_err(Error::internal)?,
            created_at: row.get(6)?,
        })
    }
}

impl ApplicationInput {
    fn check(self, id: Uuid, object_id: PrincipalId, created_at: Instant) -> Result<Application> {
        if self.redirect_uris.len() > APPLICATION_REDIRECTS_MAX {
            return Err(too_many(id, APPLICATION_REDIRECTS_MAX, "redirect URIs"));
        }
        for uri in &self.redirect_uris {
            check_redirect(uri)?;
        }
        Ok(Application {
            id,
            object_id,
            display_name: checked("the display name", &self.display_name)?,
            is_public: self.is_public,
            is_enabled: self.is_enabled,
            redirect_uris: self.redirect_uris,
            created_at,
        })
    }
}

fn check_redirect(uri: &str) -> Result<()> {
    let scheme = checked("the redirect URI", uri)?.split_once(':').map(|(s, _)| s.to_lowercase());
    let is_risky = scheme.is_none_or(|s| matches!(s.as_str(), "javascript" | "data" | "vbscript"));
    let is_plain = uri.bytes().all(|b| b.is_ascii_graphic() && !b"\"'<>\\`{}|".contains(&b));
    if is_risky || !is_plain || uri.contains('#') {
        return Err(Error::invalid(format!(
            "'{uri}' is no redirect URI. Give an absolute address without '#', such as \
             https://app.contoso.example/signin or http://localhost."
        )));
    }
    Ok(())
}

fn too_many(application: Uuid, limit: usize, what: &str) -> Error {
    let text = format!("The app registration '{application}' may have {limit} {what} at most.");
    Error::new(Kind::Invalid, "TooManyItems", text)
}
