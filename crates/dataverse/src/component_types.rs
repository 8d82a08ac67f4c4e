//! The numbers of kinds of solution components (`componenttype`).

use metadata::Table;

/// Tables whose rows are components with a number of the platform's own, sorted.
const OF_TABLES: &[(&str, i32)] = &[
    ("appmodule", 80),
    ("attributemap", 47),
    ("canvasapp", 300),
    ("connectionrole", 63),
    ("connector", 371),
    ("customcontrol", 66),
    ("customcontroldefaultconfig", 68),
    ("entitymap", 46),
    ("environmentvariabledefinition", 380),
    ("environmentvariablevalue", 381),
    ("fieldpermission", 71),
    ("fieldsecurityprofile", 70),
    ("hierarchyrule", 65),
    ("pluginassembly", 91),
    ("plugintype", 90),
    ("report", 31),
    ("role", 20),
    ("savedquery", 26),
    ("savedqueryvisualization", 59),
    ("sdkmessageprocessingstep", 92),
    ("sdkmessageprocessingstepimage", 93),
    ("serviceendpoint", 95),
    ("sitemap", 62),
    ("systemform", 60),
    ("template", 36),
    ("webresource", 61),
    ("workflow", 29),
];

/// The first number that is an environment's own.
const FIRST_OWN: i32 = 10_000;

/// The component type of the rows of a solution-aware table: the platform's, or the environment's
/// own from 10,000, by the type code of the table.
pub fn of_table(table: &Table) -> i32 {
    let own = || match table.type_code {
        code if code >= FIRST_OWN => code,
        code => FIRST_OWN + code,
    };
    let found = OF_TABLES.iter().find(|(name, _)| *name == table.logical_name);
    found.map_or_else(own, |(_, code)| *code)
}
