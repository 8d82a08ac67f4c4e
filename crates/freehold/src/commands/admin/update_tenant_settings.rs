//! `freehold admin update-tenant-settings`: change settings of the tenant.

use std::path::PathBuf;

use clap::Args;

use super::list_tenant_settings::to_text;
use super::read_json;
use crate::commands::connection::connect;
use crate::commands::environments::{BAP, VERSION};
use crate::commands::failure::Result;
use crate::commands::shell::Shell;

/// Change settings of the tenant: those that the file has.
#[derive(Debug, Args)]
pub struct UpdateTenantSettings {
    /// The file with the settings, as list-tenant-settings writes it.
    #[arg(long, short)]
    settings_file: PathBuf,
}

impl UpdateTenantSettings {
    /// Does it.
    pub fn run(self, shell: &Shell) -> Result<()> {
        let wanted = read_json(&self.settings_file)?;
        let client = connect(shell)?.client;
        let url = format!("{BAP}/scopes/admin/updateTenantSettings?{VERSION}");
        let settings = client.post(&url, &wanted)?.body;
        shell.show(&settings, || to_text(&settings))
    }
}
