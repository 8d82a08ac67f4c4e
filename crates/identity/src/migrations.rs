//! The tables of the directory. `{name}` stands for the qualified name of a table.
//!
//! To change a table, add a script with the next number; never edit one that was released.

use db::migrate::Migration;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration { number: 1, sql: FIRST }];

const FIRST: &str = "
create table {directory} (
    id uuid primary key,
    name text not null,
    domain text not null,
    created_at bigint not null
);
create table {directory_user} (
    id uuid primary key,
    upn text not null,
    upn_key text not null,
    display_name text not null,
    name_key text not null,
    mail text,
    given_name text,
    surname text,
    usage_location text,
    is_enabled bigint not null,
    password text,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index directory_user_upn on {directory_user} (upn_key);
create table {directory_group} (
    id uuid primary key,
    display_name text not null,
    name_key text not null,
    description text,
    created_at bigint not null,
    updated_at bigint not null
);
create index directory_group_name on {directory_group} (name_key);
create table {directory_member} (
    group_id uuid not null,
    member_id uuid not null,
    primary key (group_id, member_id)
);
create index directory_member_of on {directory_member} (member_id);
create table {directory_application} (
    id uuid primary key,
    object_id uuid not null,
    display_name text not null,
    name_key text not null,
    is_public bigint not null,
    is_enabled bigint not null,
    redirect_uris text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create unique index directory_application_object on {directory_application} (object_id);
create table {directory_secret} (
    id uuid primary key,
    application_id uuid not null,
    display_name text not null,
    hint text not null,
    hash bytea not null,
    created_at bigint not null,
    expires_at bigint not null
);
create index directory_secret_application on {directory_secret} (application_id);
create table {directory_licence} (
    user_id uuid not null,
    licence text not null,
    assigned_at bigint not null,
    primary key (user_id, licence)
);
create table {directory_role} (
    principal_id uuid not null,
    template_id uuid not null,
    assigned_at bigint not null,
    primary key (principal_id, template_id)
);
create table {directory_session} (
    hash bytea primary key,
    user_id uuid not null,
    signed_in_at bigint not null,
    expires_at bigint not null
);
create index directory_session_user on {directory_session} (user_id);
create table {directory_code} (
    hash bytea primary key,
    family_id uuid not null,
    client_id uuid not null,
    user_id uuid not null,
    redirect_uri text not null,
    scope text not null,
    nonce text,
    challenge text,
    signed_in_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create table {directory_refresh_token} (
    hash bytea primary key,
    family_id uuid not null,
    client_id uuid not null,
    user_id uuid not null,
    scope text not null,
    signed_in_at bigint not null,
    expires_at bigint not null,
    used_at bigint
);
create index directory_refresh_family on {directory_refresh_token} (family_id);
create index directory_refresh_user on {directory_refresh_token} (user_id);
create table {directory_device} (
    hash bytea primary key,
    user_code text not null,
    client_id uuid not null,
    scope text not null,
    expires_at bigint not null,
    state text not null,
    user_id uuid,
    signed_in_at bigint
);
create unique index directory_device_user_code on {directory_device} (user_code);
create table {directory_failure} (
    name text primary key,
    failures bigint not null,
    since bigint not null
);
create table {directory_key} (
    id text primary key,
    public bytea not null,
    sealed bytea not null,
    created_at bigint not null,
    retired_at bigint
);
";
