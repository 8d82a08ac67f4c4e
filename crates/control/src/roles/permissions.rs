//! Who may do what to an environment: one table.

use crate::Sku;

/// Something that can be done, by the name of the permission that the wire shows for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each names the action")]
pub enum Action {
    ListAllEnvironments,
    SeeEnvironment,
    EditEnvironment,
    AddDatabase,
    DeleteEnvironment,
    BackUpEnvironment,
    RecoverEnvironment,
    ReadHistory,
    AssignRoles,
    WriteTenantPolicy,
    ReadTenantPolicy,
    WriteEnvironmentPolicy,
    ManageTenant,
    ManageGovernance,
    CreateApps,
    ShareOwnResources,
    ManageAllResources,
    CreateTables,
    RunApps,
    EditRoleDefinitions,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 20] = [
        Self::ListAllEnvironments,
        Self::SeeEnvironment,
        Self::EditEnvironment,
        Self::AddDatabase,
        Self::DeleteEnvironment,
        Self::BackUpEnvironment,
        Self::RecoverEnvironment,
        Self::ReadHistory,
        Self::AssignRoles,
        Self::WriteTenantPolicy,
        Self::ReadTenantPolicy,
        Self::WriteEnvironmentPolicy,
        Self::ManageTenant,
        Self::ManageGovernance,
        Self::CreateApps,
        Self::ShareOwnResources,
        Self::ManageAllResources,
        Self::CreateTables,
        Self::RunApps,
        Self::EditRoleDefinitions,
    ];
}

/// What is known of a caller in one environment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Holds a tenant admin role, or is a registered management application.
    pub is_tenant_admin: bool,
    /// Environment Admin of an environment without a database.
    pub is_environment_admin: bool,
    /// Environment Maker, of either kind.
    pub is_maker: bool,
    /// System Administrator of the database.
    pub is_system_administrator: bool,
    /// System Customizer of the database.
    pub is_system_customizer: bool,
    /// An enabled user of the database with any other role.
    pub is_user: bool,
}

/// What the table looks at of an environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its type.
    pub sku: Sku,
    /// Whether it has a database.
    pub has_database: bool,
}

/// Whether someone with `standing` may do `action` to an environment.
pub fn allowed(standing: Standing, action: Action, place: Place) -> bool {
    let tenant = standing.is_tenant_admin;
    // Without a database the Environment Admin rules, with one the System Administrator.
    let admin = if place.has_database {
        standing.is_system_administrator
    } else {
        standing.is_environment_admin
    };
    let customizer = place.has_database && standing.is_system_customizer;
    let maker = standing.is_maker;
    let any = tenant || admin || customizer || maker || (place.has_database && standing.is_user);
    match action {
        Action::SeeEnvironment | Action::RunApps => any,
        Action::ListAllEnvironments
        | Action::RecoverEnvironment
        | Action::WriteTenantPolicy
        | Action::ManageTenant => tenant,
        Action::EditEnvironment
        | Action::DeleteEnvironment
        | Action::ReadHistory
        | Action::AssignRoles
        | Action::ReadTenantPolicy
        | Action::WriteEnvironmentPolicy
        | Action::ManageAllResources => tenant || admin,
        // Only a database can be backed up.
        Action::BackUpEnvironment => tenant || (admin && place.has_database),
        Action::AddDatabase => tenant || (admin && !place.has_database),
        Action::ManageGovernance => tenant || (admin && place.has_database),
        Action::CreateApps | Action::ShareOwnResources => tenant || admin || customizer || maker,
        Action::CreateTables => place.has_database && (tenant || admin || customizer),
        Action::EditRoleDefinitions => place.has_database && (tenant || admin),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole table: one line per action, one letter per standing, without and with database.
    #[test]
    fn the_matrix() {
        let none = Standing::default();
        let standings = [
            ("TA", Standing { is_tenant_admin: true, ..none }),
            ("EA", Standing { is_environment_admin: true, ..none }),
            ("SA", Standing { is_system_administrator: true, ..none }),
            ("SC", Standing { is_system_customizer: true, ..none }),
            ("MK", Standing { is_maker: true, ..none }),
            ("BU", Standing { is_user: true, ..none }),
        ];
        let mut text = String::from("\n");
        for action in Action::ALL {
            let mut line = format!("{:<22}", format!("{action:?}"));
            for has_database in [false, true] {
                let place = Place { sku: Sku::Production, has_database };
                line.push_str(if has_database { "  | " } else { " " });
                for (name, standing) in standings {
                    line.push_str(if allowed(standing, action, place) { name } else { "--" });
                    line.push(' ');
                }
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        insta::assert_snapshot!(text, @r"
        ListAllEnvironments    TA -- -- -- -- --   | TA -- -- -- -- --
        SeeEnvironment         TA EA -- -- MK --   | TA -- SA SC MK BU
        EditEnvironment        TA EA -- -- -- --   | TA -- SA -- -- --
        AddDatabase            TA EA -- -- -- --   | TA -- -- -- -- --
        DeleteEnvironment      TA EA -- -- -- --   | TA -- SA -- -- --
        BackUpEnvironment      TA -- -- -- -- --   | TA -- SA -- -- --
        RecoverEnvironment     TA -- -- -- -- --   | TA -- -- -- -- --
        ReadHistory            TA EA -- -- -- --   | TA -- SA -- -- --
        AssignRoles            TA EA -- -- -- --   | TA -- SA -- -- --
        WriteTenantPolicy      TA -- -- -- -- --   | TA -- -- -- -- --
        ReadTenantPolicy       TA EA -- -- -- --   | TA -- SA -- -- --
        WriteEnvironmentPolicy TA EA -- -- -- --   | TA -- SA -- -- --
        ManageTenant           TA -- -- -- -- --   | TA -- -- -- -- --
        ManageGovernance       TA -- -- -- -- --   | TA -- SA -- -- --
        CreateApps             TA EA -- -- MK --   | TA -- SA SC MK --
        ShareOwnResources      TA EA -- -- MK --   | TA -- SA SC MK --
        ManageAllResources     TA EA -- -- -- --   | TA -- SA -- -- --
        CreateTables           -- -- -- -- -- --   | TA -- SA SC -- --
        RunApps                TA EA -- -- MK --   | TA -- SA SC MK BU
        EditRoleDefinitions    -- -- -- -- -- --   | TA -- SA -- -- --
        ");
    }

    #[test]
    fn a_stranger_may_do_nothing() {
        for action in Action::ALL {
            for has_database in [false, true] {
                let place = Place { sku: Sku::Sandbox, has_database };
                assert!(!allowed(Standing::default(), action, place), "{action:?}");
            }
        }
    }
}
