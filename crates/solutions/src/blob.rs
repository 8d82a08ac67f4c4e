//! The files of components, stored once by their content.

use base::{Error, Result};
use dataverse::Session;
use db::Statement;
use sha2::{Digest, Sha256};

/// Stores bytes and gives the name under which they are found again.
pub(crate) async fn write(session: &mut Session<'_>, bytes: &[u8]) -> Result<String> {
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let table = session.store().table("fh_blob");
    let sql = format!("insert into {table} (hash, content) values (?1, ?2) on conflict do nothing");
    let params = vec![hash.clone().into(), bytes.to_vec().into()];
    session.tx().execute(&Statement::new(sql, params)).await?;
    Ok(hash)
}

/// Reads what was stored under a name.
pub(crate) async fn read(session: &mut Session<'_>, hash: &str) -> Result<Vec<u8>> {
    let table = session.store().table("fh_blob");
    let sql = format!("select content from {table} where hash = ?1");
    let row = session.tx().query_opt(&Statement::new(sql, vec![hash.to_owned().into()])).await?;
    row.ok_or_else(|| Error::internal(format!("blob {hash} is missing")))?.get(0)
}
