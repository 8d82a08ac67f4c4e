//! The keys that sign tokens. The private halves are sealed in the store.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use arc_swap::ArcSwap;
use base::limits::ACCESS_TOKEN_SECONDS;
use base::{Cx, Error, Result};
use db::{Row, Statement, Store, Tx};

use crate::directory::params;
use crate::jws::{Signer, generate_key};
use crate::{Directory, Sealed};

/// How often tokens with unknown key ids may make us look at the store again.
const RELOAD_MS: i64 = 5000;
const SELECT: &str = "select id, public, sealed, retired_at from {directory_key}
    where retired_at is null or retired_at > ?1 order by created_at desc, id";

/// The signing keys in memory.
pub(crate) struct KeyRing {
    signer: ArcSwap<Signer>,
    public: ArcSwap<Vec<PublicKey>>,
    loaded_at_ms: AtomicI64,
}

/// The public half of a key, for clients that check our tokens.
#[derive(Clone, Debug)]
pub struct PublicKey {
    /// The key id in the header of tokens.
    pub id: String,
    /// The uncompressed point: `04`, then 32 bytes x, 32 bytes y.
    pub point: Vec<u8>,
    /// When it stops being valid; absent for the key that signs.
    retired_at: Option<i64>,
}

impl KeyRing {
    pub(crate) async fn open(cx: &Cx, store: &Store, tx: &mut Tx, sealed: &Sealed) -> Result<Self> {
        let select = || Statement::new(store.sql(SELECT), params![cx.now()]);
        let mut rows = tx.query(&select()).await?;
        if signing_row(&rows)?.is_none() {
            key_create(cx, store, tx, sealed).await?;
            rows = tx.query(&select()).await?;
        }
        let (signer, public) = read_keys(&rows, sealed)?;
        Ok(Self {
            signer: ArcSwap::from_pointee(signer),
            public: ArcSwap::from_pointee(public),
            loaded_at_ms: AtomicI64::new(cx.now_ms()),
        })
    }

    /// The key that signs now.
    pub(crate) fn signer(&self) -> Arc<Signer> {
        self.signer.load_full()
    }

    /// The public key with `id`, if it is still valid.
    pub(crate) fn find(&self, cx: &Cx, id: &str) -> Option<Vec<u8>> {
        let keys = self.public.load();
        let valid = |k: &&PublicKey| k.retired_at.is_none_or(|at| at > cx.now().0);
        keys.iter().filter(valid).find(|k| k.id == id).map(|k| k.point.clone())
    }

    fn replace(&self, cx: &Cx, rows: &[Row], sealed: &Sealed) -> Result<()> {
        let (signer, public) = read_keys(rows, sealed)?;
        self.signer.store(Arc::new(signer));
        self.public.store(Arc::new(public));
        self.loaded_at_ms.store(cx.now_ms(), Ordering::Relaxed);
        Ok(())
    }
}

impl Directory {
    /// The keys that clients may check tokens with.
    pub fn signing_keys(&self) -> Arc<Vec<PublicKey>> {
        self.keys.public.load_full()
    }

    /// Signs with a fresh key from now on. Tokens signed before stay good until they expire.
    pub async fn signing_key_rotate(&self, cx: &Cx) -> Result<()> {
        self.may_change(cx).await?;
        let mut tx = self.store.write().await?;
        let retire = "update {directory_key} set retired_at = ?1 where retired_at is null";
        let until = cx.now().plus_seconds(ACCESS_TOKEN_SECONDS);
        tx.execute(&self.statement(retire, params![until])).await?;
        key_create(cx, &self.store, &mut tx, &self.sealed).await?;
        let rows = tx.query(&self.statement(SELECT, params![cx.now()])).await?;
        tx.commit().await?;
        self.keys.replace(cx, &rows, &self.sealed)
    }

    /// The public key with `id`; looks at the store again when another process may have made it.
    pub(crate) async fn public_key(&self, cx: &Cx, id: &str) -> Result<Option<Vec<u8>>> {
        if let Some(key) = self.keys.find(cx, id) {
            return Ok(Some(key));
        }
        if cx.now_ms() - self.keys.loaded_at_ms.load(Ordering::Relaxed) < RELOAD_MS {
            return Ok(None);
        }
        let rows = self.rows(SELECT, params![cx.now()]).await?;
        self.keys.replace(cx, &rows, &self.sealed)?;
        Ok(self.keys.find(cx, id))
    }
}

async fn key_create(cx: &Cx, store: &Store, tx: &mut Tx, sealed: &Sealed) -> Result<()> {
    let id = cx.random_id().simple().to_string();
    let pkcs8 = generate_key()?;
    let public = Signer::new(id.clone(), &pkcs8)?.public().to_vec();
    let secret = sealed.seal(cx, &purpose(&id), &pkcs8);
    let insert =
        "insert into {directory_key} (id, public, sealed, created_at) values (?1, ?2, ?3, ?4)";
    let params = params![id, public, secret, cx.now()];
    tx.execute(&Statement::new(store.sql(insert), params)).await?;
    Ok(())
}

fn read_keys(rows: &[Row], sealed: &Sealed) -> Result<(Signer, Vec<PublicKey>)> {
    let row = signing_row(rows)?.ok_or_else(|| Error::internal("no key signs tokens"))?;
    let id: String = row.get(0)?;
    let secret: Vec<u8> = row.get(2)?;
    let signer = Signer::new(id.clone(), &sealed.unseal(&purpose(&id), &secret)?)?;
    let read = |row: &Row| -> Result<PublicKey> {
        Ok(PublicKey { id: row.get(0)?, point: row.get(1)?, retired_at: row.get(3)? })
    };
    Ok((signer, rows.iter().map(read).collect::<Result<_>>()?))
}

fn signing_row(rows: &[Row]) -> Result<Option<&Row>> {
    for row in rows {
        if row.get::<Option<i64>>(3)?.is_none() {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

fn purpose(id: &str) -> String {
    format!("signing key {id}")
}
