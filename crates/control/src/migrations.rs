//! The tables of the control plane. `{name}` stands for the qualified name of a table.
//!
//! To change a table, add a script with the next number; never edit one that was released.

use db::migrate::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration { number: 1, sql: FIRST }];

const FIRST: &str = "
create table {control_document} (
    name text primary key,
    document text not null
);
create table {environment} (
    id uuid primary key,
    document text not null
);
create table {environment_domain} (
    name text primary key,
    environment_id uuid not null,
    free_at bigint
);
create table {environment_operation} (
    id uuid primary key,
    environment_id uuid not null,
    state text not null,
    created_at bigint not null,
    document text not null
);
create unique index environment_operation_active on {environment_operation} (environment_id)
    where state in ('NotStarted', 'Running');
create index environment_operation_history
    on {environment_operation} (environment_id, created_at);
create table {environment_role} (
    id uuid primary key,
    environment_id uuid not null,
    role text not null,
    principal_type text not null,
    principal_id uuid not null,
    created_at bigint not null
);
create unique index environment_role_once
    on {environment_role} (environment_id, role, principal_type, principal_id);
create table {management_application} (
    application_id uuid primary key,
    created_at bigint not null,
    created_by text not null
);
";
