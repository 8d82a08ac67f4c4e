//! An environment as the tenant store keeps it.

use base::{Instant, PrincipalId, limits};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Actor, Sku};

/// An environment. Its rows are elsewhere; this is what administrators see of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Environment {
    /// Its id. The default environment has the id of the tenant.
    pub id: Uuid,
    /// Its type.
    pub sku: Sku,
    /// The name that people read.
    pub display_name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The location, never changed.
    pub location: String,
    /// The region in the location, never changed.
    pub azure_region: String,
    /// How far it is built.
    pub provisioning: Provisioning,
    /// Who may enter.
    pub runtime: Runtime,
    /// Its database, if it has one.
    pub database: Option<Database>,
    /// How often it is updated.
    pub update_cadence: UpdateCadence,
    /// When it was created.
    pub created_at: Instant,
    /// Who created it.
    pub created_by: Actor,
    /// When it was last changed.
    pub modified_at: Instant,
    /// Who changed it last.
    pub modified_by: Actor,
    /// Whose it is, when it is one person's (Developer, Trial).
    pub used_by: Option<PrincipalId>,
    /// When it expires (Trial).
    pub expires_at: Option<Instant>,
    /// When it was deleted; it can be recovered for a while.
    pub deleted_at: Option<Instant>,
    /// Switches that are kept and shown (`bingChatEnabled`, `m365Enabled`, `copilotPolicies`,
    /// `cluster`).
    #[serde(default)]
    pub switches: serde_json::Map<String, serde_json::Value>,
}

/// The database of an environment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Database {
    /// The id of the organization.
    pub organization_id: Uuid,
    /// Its unique name (`unq…`).
    pub unique_name: String,
    /// The label in its URL.
    pub domain: String,
    /// The base language, never changed.
    pub language: u32,
    /// The base currency, never changed.
    pub currency: String,
    /// Who may enter, when not everybody.
    pub security_group: Option<Uuid>,
    /// Whether workflows and other background work run.
    pub background_operations_are_on: bool,
    /// When it was made.
    pub created_at: Instant,
    /// What it took on disk when that was last measured, in megabytes.
    #[serde(default)]
    pub size_mb: i64,
}

/// How far an environment is built (`provisioningState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Provisioning {
    /// Its database is being made.
    LinkedDatabaseProvisioning,
    /// Done.
    Succeeded,
    /// Deleted; can be recovered for a while.
    SoftDeleted,
}

impl Provisioning {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::LinkedDatabaseProvisioning => "LinkedDatabaseProvisioning",
            Self::Succeeded => "Succeeded",
            Self::SoftDeleted => "SoftDeleted",
        }
    }
}

/// Who may enter an environment (`states.runtime`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Runtime {
    /// Everybody with rights.
    Enabled,
    /// Administrators and customizers.
    AdminMode,
    /// Nobody.
    Disabled,
}

impl Runtime {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::AdminMode => "AdminMode",
            Self::Disabled => "Disabled",
        }
    }

    /// The state with this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Enabled, Self::AdminMode, Self::Disabled]
            .into_iter()
            .find(|state| state.name().eq_ignore_ascii_case(name))
    }
}

/// How often an environment is updated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum UpdateCadence {
    /// As soon as there is something.
    Frequent,
    /// Now and then.
    #[default]
    Moderate,
}

impl UpdateCadence {
    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Frequent => "Frequent",
            Self::Moderate => "Moderate",
        }
    }

    /// The cadence with this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Frequent, Self::Moderate]
            .into_iter()
            .find(|cadence| cadence.name().eq_ignore_ascii_case(name))
    }
}

impl Environment {
    /// Whether it is the default environment of the tenant.
    pub fn is_default(&self) -> bool {
        self.sku == Sku::Default
    }

    /// Its name in requests: its id, or `Default-{tenantId}`.
    pub fn name(&self) -> String {
        if self.is_default() { format!("Default-{}", self.id) } else { self.id.to_string() }
    }

    /// The name of the store that holds its rows.
    pub fn store_name(&self) -> String {
        format!("env_{}", self.id.simple())
    }

    /// Whether it belongs to one person alone, who cannot share it.
    pub fn is_personal(&self) -> bool {
        matches!(self.sku, Sku::Developer | Sku::Trial)
    }

    /// Whether it was deleted, though it can be recovered.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at.is_some()
    }

    /// What its database is rated at, in megabytes: at least one gigabyte when it counts.
    pub fn rated_mb(&self) -> i64 {
        if self.is_deleted() || !self.sku.counts_capacity() {
            return 0;
        }
        match &self.database {
            Some(database) => database.size_mb.max(limits::CAPACITY_FREE_MB_MIN),
            None if self.provisioning == Provisioning::LinkedDatabaseProvisioning => {
                limits::CAPACITY_FREE_MB_MIN
            }
            None => 0,
        }
    }
}
