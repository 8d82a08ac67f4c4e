//! Publishers, the solutions that every environment has, and the kinds of components.

use base::{Result, Uuid};
use metadata::ids::stable_id;

use super::Filler;
use crate::bulk::Rows;
use crate::component_types;
use crate::well_known::{
    ACTIVE_SOLUTION, BASIC_SOLUTION, CDS_PUBLISHER, CDS_SOLUTION, DEFAULT_PUBLISHER,
    DEFAULT_SOLUTION, PLATFORM_PUBLISHER, SYSTEM_SOLUTION,
};

pub(super) async fn fill(filler: &mut Filler<'_>) -> Result<()> {
    publishers(filler).await?;
    solutions(filler).await?;
    component_definitions(filler).await
}

async fn publishers(filler: &mut Filler<'_>) -> Result<()> {
    // The names and prefixes of the first two are the organisation's; `provision` sets them.
    for (id, unique_name, name, prefix, option_prefix, is_readonly) in [
        (DEFAULT_PUBLISHER, "DefaultPublisher", "Default Publisher", "new", 10_000, false),
        (CDS_PUBLISHER, "Cr00000", "CDS Default Publisher", "cr000", 10_001, false),
        (PLATFORM_PUBLISHER, "MicrosoftCorporation", "MicrosoftCorporation", "", 10_000, true),
    ] {
        let values = vec![
            ("uniquename", unique_name.into()),
            ("friendlyname", name.into()),
            ("customizationprefix", prefix.into()),
            ("customizationoptionvalueprefix", option_prefix.into()),
            ("isreadonly", is_readonly.into()),
        ];
        filler.row("publisher", id, values).await?;
    }
    Ok(())
}

async fn solutions(filler: &mut Filler<'_>) -> Result<()> {
    let now = filler.origin.now;
    for (id, unique_name, name, publisher, is_managed, is_visible) in [
        (SYSTEM_SOLUTION, "System", "System Solution", PLATFORM_PUBLISHER, true, false),
        (ACTIVE_SOLUTION, "Active", "Active Solution", DEFAULT_PUBLISHER, false, false),
        (DEFAULT_SOLUTION, "Default", "Default Solution", DEFAULT_PUBLISHER, false, true),
        (BASIC_SOLUTION, "Basic", "Basic Solution", PLATFORM_PUBLISHER, false, false),
        (
            CDS_SOLUTION,
            "Cr00000",
            "Common Data Services Default Solution",
            CDS_PUBLISHER,
            false,
            true,
        ),
    ] {
        let values = vec![
            ("uniquename", unique_name.into()),
            ("friendlyname", name.into()),
            ("version", "1.0.0.0".into()),
            ("publisherid", publisher.into()),
            ("ismanaged", is_managed.into()),
            ("isvisible", is_visible.into()),
            ("installedon", now.into()),
        ];
        filler.row("solution", id, values).await?;
    }
    Ok(())
}

async fn component_definitions(filler: &mut Filler<'_>) -> Result<()> {
    let columns =
        ["name", "primaryentityname", "solutioncomponenttype", "objecttypecode", "ismetadata"];
    let mut rows = Rows::new(filler.table("solutioncomponentdefinition")?, &columns);
    let mut tables: Vec<_> =
        filler.schema.tables().filter(|table| table.is_solution_aware).collect();
    tables.sort_by(|a, b| a.logical_name.cmp(&b.logical_name));
    for table in tables {
        let code = component_types::of_table(table);
        let name = table.logical_name.as_str();
        let id: Uuid = stable_id("componentdefinition", name);
        let type_code = i64::from(table.type_code);
        rows.push(id, vec![name.into(), name.into(), code.into(), type_code.into(), false.into()]);
    }
    filler.insert(rows).await
}
