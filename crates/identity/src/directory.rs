//! The directory itself: opening it, who may change it, and the few database helpers that its
//! parts share.

use std::path::Path;
use std::sync::Arc;

use arc_swap::ArcSwap;
use base::limits::{DIRECTORY_PAGE_MAX, DIRECTORY_TEXT_CHARS_MAX};
use base::{Caller, Cx, Error, Kind, PrincipalId, Result, TenantId};
use db::{Row, Statement, Store, Tx, Value};

use crate::keys::KeyRing;
use crate::migrations::MIGRATIONS;
use crate::password::Passwords;
use crate::verify::TokenCache;
use crate::{DirectoryRole, Sealed};

/// `params![id, name]`: the parameters of a statement, converted.
macro_rules! params {
    ($($param:expr),* $(,)?) => { vec![$(db::Value::from($param)),*] };
}
pub(crate) use params;

/// The tenant's directory.
pub struct Directory {
    pub(crate) store: Store,
    pub(crate) sealed: Arc<Sealed>,
    pub(crate) passwords: Passwords,
    pub(crate) keys: KeyRing,
    pub(crate) verified: TokenCache,
    tenant: ArcSwap<TenantDetails>,
}

/// The tenant: who the directory belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TenantDetails {
    /// The tenant id.
    pub id: TenantId,
    /// The display name.
    pub name: String,
    /// The domain that user principal names end in; may stand for the id in addresses.
    pub domain: String,
}

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Only things whose name (or user principal name) starts with this, whatever the case.
    pub search: Option<String>,
    /// How many to leave out at the start.
    pub skip: usize,
    /// How many to give; the page limit when absent.
    pub top: Option<usize>,
}

impl Directory {
    /// Opens the directory in `store`: brings its tables up to date, and makes the tenant, the
    /// first signing key and the key file `secret` if they are absent.
    pub async fn open(cx: &Cx, store: Store, secret: &Path) -> Result<Arc<Self>> {
        let sealed = Arc::new(Sealed::open(cx, secret)?);
        Self::open_sealed(cx, store, sealed).await
    }

    /// Opens the directory with a key that the caller holds.
    pub async fn open_sealed(cx: &Cx, store: Store, sealed: Arc<Sealed>) -> Result<Arc<Self>> {
        let mut tx = store.write().await?;
        db::migrate::migrate(&mut tx, "identity", MIGRATIONS).await?;
        let tenant = tenant_ensure(cx, &store, &mut tx).await?;
        let keys = KeyRing::open(cx, &store, &mut tx, &sealed).await?;
        tx.commit().await?;
        Ok(Arc::new(Self {
            store,
            sealed,
            passwords: Passwords::new(),
            keys,
            verified: TokenCache::default(),
            tenant: ArcSwap::from_pointee(tenant),
        }))
    }

    /// The tenant.
    pub fn tenant(&self) -> Arc<TenantDetails> {
        self.tenant.load_full()
    }

    /// What seals secrets of this installation; other crates share it.
    pub fn sealed(&self) -> Arc<Sealed> {
        self.sealed.clone()
    }

    /// Gives the tenant another display name and domain. Names of users stay as they are.
    pub async fn tenant_update(&self, cx: &Cx, name: &str, domain: &str) -> Result<()> {
        self.may_change(cx).await?;
        let details = TenantDetails {
            id: self.tenant().id,
            name: checked("the tenant's name", name)?,
            domain: checked_domain(domain)?,
        };
        let update = "update {directory} set name = ?1, domain = ?2";
        self.execute(update, params![&details.name, &details.domain]).await?;
        self.tenant.store(Arc::new(details));
        Ok(())
    }

    /// Whether `name`, the first segment of a sign-in address, means this tenant.
    pub fn is_tenant(&self, name: &str) -> bool {
        let tenant = self.tenant();
        let same = |other: &str| name.eq_ignore_ascii_case(other);
        same("common")
            || same("organizations")
            || same(&tenant.domain)
            || name.parse() == Ok(tenant.id)
    }

    /// Refuses callers that may not change the directory.
    pub(crate) async fn may_change(&self, cx: &Cx) -> Result<()> {
        if cx.caller == Caller::System {
            return Ok(());
        }
        if let Some(id) = self.caller_id(cx).await?
            && self.roles_of(id).await?.contains(&DirectoryRole::GlobalAdministrator)
        {
            return Ok(());
        }
        Err(Error::forbidden(
            "Authorization_RequestDenied",
            "Insufficient privileges to complete the operation. Changing the directory needs the \
             role Global administrator.",
        ))
    }

    /// The object id of the caller: of the user, or of the application's service principal.
    pub async fn caller_id(&self, cx: &Cx) -> Result<Option<PrincipalId>> {
        Ok(match cx.caller {
            Caller::User(id) => Some(id),
            Caller::Application(id) => self.application_find(id).await?.map(|a| a.object_id),
            Caller::Anonymous | Caller::System => None,
        })
    }
}

/// Helpers on the store.
impl Directory {
    pub(crate) fn statement(&self, sql: &str, params: Vec<Value>) -> Statement {
        Statement::new(self.store.sql(sql), params)
    }

    pub(crate) async fn rows(&self, sql: &str, params: Vec<Value>) -> Result<Vec<Row>> {
        self.store.read().await?.query(&self.statement(sql, params)).await
    }

    pub(crate) async fn row(&self, sql: &str, params: Vec<Value>) -> Result<Option<Row>> {
        self.store.read().await?.query_opt(&self.statement(sql, params)).await
    }

    /// Runs one statement in a transaction of its own.
    pub(crate) async fn execute(&self, sql: &str, params: Vec<Value>) -> Result<u64> {
        let mut tx = self.store.write().await?;
        let changed = tx.execute(&self.statement(sql, params)).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// Runs several statements in one transaction, and makes verified tokens be looked up again.
    pub(crate) async fn execute_all(&self, statements: &[(&str, Vec<Value>)]) -> Result<u64> {
        let mut tx = self.store.write().await?;
        let mut changed = 0;
        for (sql, params) in statements {
            changed += tx.execute(&self.statement(sql, params.clone())).await?;
        }
        tx.commit().await?;
        self.verified.forget();
        Ok(changed)
    }
}

impl Page {
    /// The parameters for `name_key like ?1 escape '\' … limit ?2 offset ?3`.
    pub(crate) fn params(&self) -> Vec<Value> {
        let search = db::like_escaped(&fold(self.search.as_deref().unwrap_or_default()));
        let (limit, offset) = self.window();
        params![format!("{search}%"), limit, offset]
    }

    /// How many rows to give, and how many to leave out before them.
    pub(crate) fn window(&self) -> (i64, i64) {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let top = self.top.unwrap_or(DIRECTORY_PAGE_MAX).min(DIRECTORY_PAGE_MAX);
        (number(top), number(self.skip))
    }
}

async fn tenant_ensure(cx: &Cx, store: &Store, tx: &mut Tx) -> Result<TenantDetails> {
    let select = Statement::new(store.sql("select id, name, domain from {directory}"), vec![]);
    if let Some(row) = tx.query_opt(&select).await? {
        return Ok(TenantDetails { id: row.get(0)?, name: row.get(1)?, domain: row.get(2)? });
    }
    let tenant = TenantDetails {
        id: cx.random_id(),
        name: "Freehold".into(),
        domain: "freehold.localhost".into(),
    };
    let insert = "insert into {directory} (id, name, domain, created_at) values (?1, ?2, ?3, ?4)";
    let params = params![tenant.id, &tenant.name, &tenant.domain, cx.now()];
    tx.execute(&Statement::new(store.sql(insert), params)).await?;
    Ok(tenant)
}

/// The form in which names are compared: whatever the case.
pub(crate) fn fold(text: &str) -> String {
    db::fold(text.trim())
}

/// `text` without blanks at its ends, if it can be a name.
pub(crate) fn checked(what: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::invalid(format!("Give {what}; it may not be empty.")));
    }
    if text.chars().count() > DIRECTORY_TEXT_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(Error::invalid(format!(
            "Shorten {what}: {DIRECTORY_TEXT_CHARS_MAX} characters at most, on one line."
        )));
    }
    Ok(text.to_owned())
}

/// As [`checked`], for text that may be absent; empty counts as absent.
pub(crate) fn checked_optional(what: &str, text: Option<&str>) -> Result<Option<String>> {
    let text = text.map(str::trim).filter(|t| !t.is_empty());
    text.map(|t| checked(what, t)).transpose()
}

/// Tells that a name is taken, where the database only tells of a unique index.
pub(crate) fn taken(error: Error, what: &str) -> Error {
    if error.code == "db.unique" {
        let text = format!("Another object with the same value for {what} already exists.");
        return Error::new(Kind::Conflict, "ObjectConflict", text).with_source(error);
    }
    error
}

fn checked_domain(domain: &str) -> Result<String> {
    let domain = checked("the tenant's domain", domain)?.to_ascii_lowercase();
    let label = |l: &str| !l.is_empty() && l.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if domain.split('.').count() < 2 || !domain.split('.').all(label) {
        let text = format!("'{domain}' is no domain name. Give one such as contoso.example.");
        return Err(Error::invalid(text));
    }
    Ok(domain)
}
