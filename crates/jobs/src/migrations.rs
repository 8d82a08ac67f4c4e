//! The table of the queue. `{name}` stands for the qualified name of a table.
//!
//! To change it, add a script with the next number; never edit one that was released.

use db::migrate::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration { number: 1, sql: FIRST }];

const FIRST: &str = "
create table {job} (
    id uuid primary key,
    kind text not null,
    subject text,
    payload text not null,
    state text not null,
    stages text not null,
    attempts bigint not null,
    run_at_ms bigint not null,
    locked_by uuid,
    locked_until_ms bigint,
    created_by text not null,
    created_by_name text not null,
    created_at_ms bigint not null,
    updated_at_ms bigint not null,
    result text,
    failure text
);
create unique index job_active on {job} (subject) where state in ('NotStarted', 'Running');
create index job_due on {job} (run_at_ms) where state in ('NotStarted', 'Running');
create index job_history on {job} (subject, created_at_ms);
";
