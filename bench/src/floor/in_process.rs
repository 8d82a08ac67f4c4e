//! The statements in a loop: no HTTP, no JSON, one thread.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use base::{Cx, Uuid};

use super::spec::{Cell, Spec};
use super::statements::{Change, Reader, Writer};
use crate::machine;
use crate::operations::{Operation, new_account, new_accounts};
use crate::seed::Seeded;
use crate::seed::rows::{Numbers, account_id, mix, pick};

/// How often in a second the statement of an operation can be carried out. Each write is made
/// durable by itself.
pub fn run(
    spec: &Spec,
    seeded: &Seeded,
    operation: Operation,
    duration: Duration,
    run: u64,
) -> Result<f64> {
    machine::wait_for_quiet();
    let (cx, reader, mut writer) = (Cx::system(), Reader::open(spec)?, Writer::open(spec)?);
    let mut numbers = Numbers(mix(run));
    let visible = seeded.visible();
    let (begin, mut count) = (Instant::now(), 0_u64);
    while begin.elapsed() < duration {
        let id = account_id(*pick(&mut numbers, &visible));
        match operation {
            Operation::Read => {
                let rows = reader.select(&spec.read, &Cell::Id(id), touch)?;
                ensure!(rows == 1, "the row is not there");
            }
            Operation::Page => {
                let above = Cell::Int(numbers.below(5_000_000) as i64 * 10_000);
                let rows = reader.select(&spec.page, &above, touch)?;
                ensure!(rows >= 50, "there are only {rows} rows");
            }
            Operation::Expand => {
                let above = Cell::Int(numbers.below(5_000_000) as i64 * 10_000);
                let rows = reader.select(&spec.expand, &above, |row| {
                    touch(row)?;
                    let contact: Option<[u8; 16]> = row.get("primarycontactid")?;
                    let contact = Cell::Id(contact.map(Uuid::from_bytes).unwrap_or_default());
                    reader.select(&spec.contact, &contact, touch).map(drop)
                })?;
                ensure!(rows >= 50, "there are only {rows} rows");
            }
            Operation::Count => {
                let above = Cell::Int(numbers.below(5_000_000) as i64 * 10_000);
                ensure!(reader.select(&spec.count, &above, touch)? == 1, "no number");
            }
            Operation::CreateMany => {
                let body: serde_json::Value = serde_json::from_str(&new_accounts(&mut numbers))?;
                writer.begin()?;
                for account in body["Targets"].as_array().into_iter().flatten() {
                    let account = serde_json::from_value(account.clone())?;
                    writer.insert(cx.new_id(), account, cx.now().0)?;
                }
                writer.commit()?;
            }
            Operation::Update => {
                let version = reader.version(id)?;
                let change = Change { numberofemployees: numbers.below(20_000) as i64 };
                writer.begin()?;
                ensure!(writer.update(id, version, change, cx.now().0)?, "not changed");
                writer.commit()?;
            }
            Operation::Create => {
                let account = serde_json::from_str(&new_account(&mut numbers))?;
                writer.begin()?;
                writer.insert(cx.new_id(), account, cx.now().0)?;
                writer.commit()?;
            }
        }
        count += 1;
    }
    Ok(count as f64 / begin.elapsed().as_secs_f64())
}

/// Reads every column.
fn touch(row: &rusqlite::Row<'_>) -> Result<()> {
    let statement: &rusqlite::Statement<'_> = row.as_ref();
    for index in 0..statement.column_count() {
        std::hint::black_box(row.get_ref(index)?);
    }
    Ok(())
}
