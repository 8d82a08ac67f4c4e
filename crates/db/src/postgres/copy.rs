//! Copying, renaming and removing the schema of a store, each in one transaction of its writer.

use base::{Error, Result};

use crate::{Store, Tx, statement};

/// Makes a schema with the same tables, rows, keys, indexes (with their names) and sequences.
pub(crate) async fn copy(source: &Store, to: &str) -> Result<()> {
    let mut tx = source.write_alone().await?;
    refuse_uncopied(&mut tx, source.name()).await?;
    let mut script = vec![format!("create schema \"{to}\"")];
    for part in [TABLES, SEQUENCES, ROWS, KEYS, INDEXES] {
        let steps = tx.query(&statement!(part, source.name(), to)).await?;
        for row in steps {
            script.push(row.get(0)?);
        }
    }
    tx.execute_batch(&script.join(";\n")).await?;
    tx.commit().await
}

/// Gives the schema another name.
pub(crate) async fn rename(source: &Store, to: &str) -> Result<()> {
    alter(source, format!("alter schema \"{}\" rename to \"{to}\"", source.name())).await
}

/// Removes the schema.
pub(crate) async fn remove(store: &Store) -> Result<()> {
    alter(store, format!("drop schema \"{}\" cascade", store.name())).await
}

async fn alter(store: &Store, sql: String) -> Result<()> {
    let mut tx = store.write_alone().await?;
    tx.execute_batch(&sql).await?;
    tx.commit().await
}

/// Stores have tables, indexes, keys and sequences only. Anything else would be missing in a copy.
async fn refuse_uncopied(tx: &mut Tx, schema: &str) -> Result<()> {
    match tx.query_one(&statement!(UNCOPIED, schema)).await?.get(0)? {
        None => Ok(()),
        Some::<String>(name) => {
            Err(Error::internal(format!("{name} in schema {schema} cannot be copied")))
        }
    }
}

const UNCOPIED: &str = "
    select min(name) from (
        select c.relname::text as name from pg_catalog.pg_class c
        where c.relnamespace = cast(quote_ident(?1) as regnamespace)
            and c.relkind not in ('r', 'i', 'S', 't')
        union all
        select k.conname::text from pg_catalog.pg_constraint k
        where k.connamespace = cast(quote_ident(?1) as regnamespace) and k.contype = 'f'
        union all
        select t.tgname::text from pg_catalog.pg_trigger t
        join pg_catalog.pg_class c on c.oid = t.tgrelid
        where c.relnamespace = cast(quote_ident(?1) as regnamespace)
        union all
        select c.relname::text from pg_catalog.pg_depend d
        join pg_catalog.pg_class c on c.oid = d.refobjid and c.relkind = 'S'
        where c.relnamespace = cast(quote_ident(?1) as regnamespace)
            and d.classid = cast('pg_attrdef' as regclass)
    ) as uncopied";

const TABLES: &str = "
    select format('create table %I.%I (like %I.%I including all excluding indexes)',
        ?2::text, c.relname, ?1::text, c.relname)
    from pg_catalog.pg_class c
    where c.relnamespace = cast(quote_ident(?1) as regnamespace) and c.relkind = 'r'
    order by c.relname";

const ROWS: &str = "
    select format('insert into %I.%I select * from %I.%I',
        ?2::text, c.relname, ?1::text, c.relname)
    from pg_catalog.pg_class c
    where c.relnamespace = cast(quote_ident(?1) as regnamespace) and c.relkind = 'r'
    order by c.relname";

const SEQUENCES: &str = "
    select format('create sequence %I.%I as bigint', ?2::text, s.sequencename)
        || case when s.last_value is null then '' else format('; select setval(%L, %s)',
            format('%I.%I', ?2::text, s.sequencename), s.last_value) end
    from pg_catalog.pg_sequences s
    where s.schemaname = ?1
    order by s.sequencename";

const KEYS: &str = "
    select format('alter table %I.%I add constraint %I %s',
        ?2::text, c.relname, k.conname, pg_get_constraintdef(k.oid))
    from pg_catalog.pg_constraint k join pg_catalog.pg_class c on c.oid = k.conrelid
    where k.connamespace = cast(quote_ident(?1) as regnamespace) and k.contype in ('p', 'u', 'x')
    order by c.relname, k.conname";

const INDEXES: &str = "
    select replace(pg_get_indexdef(i.indexrelid),
        format(' ON %I.%I USING ', ?1::text, c.relname),
        format(' ON %I.%I USING ', ?2::text, c.relname))
    from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indrelid
    join pg_catalog.pg_class x on x.oid = i.indexrelid
    where c.relnamespace = cast(quote_ident(?1) as regnamespace)
        and not exists (select 1 from pg_catalog.pg_constraint k where k.conindid = i.indexrelid)
    order by x.relname";
