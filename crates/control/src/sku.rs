//! The types of environment (`environmentSku`).

use serde::{Deserialize, Serialize};

/// The type of an environment: what it is for, and what may be done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sku {
    /// Permanent work.
    Production,
    /// The one of the tenant in which everybody may make things.
    Default,
    /// Development and test.
    Sandbox,
    /// A short test: 30 days, one user.
    Trial,
    /// A larger evaluation, tied to a trial subscription.
    SubscriptionBasedTrial,
    /// One maker's own.
    Developer,
    /// Made from Teams.
    Teams,
    /// Microsoft's own; never created.
    Support,
    /// Of old; never created.
    Preview,
    /// Microsoft's own; never created.
    Platform,
    /// Of old; never created.
    Standard,
    /// Of old; never created.
    Premium,
    /// Of old; never created.
    Basic,
}

impl Sku {
    /// Every type.
    pub const ALL: [Self; 13] = [
        Self::Standard,
        Self::Premium,
        Self::Developer,
        Self::Basic,
        Self::Production,
        Self::Sandbox,
        Self::Trial,
        Self::Default,
        Self::Support,
        Self::SubscriptionBasedTrial,
        Self::Teams,
        Self::Platform,
        Self::Preview,
    ];

    /// Its name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Production => "Production",
            Self::Default => "Default",
            Self::Sandbox => "Sandbox",
            Self::Trial => "Trial",
            Self::SubscriptionBasedTrial => "SubscriptionBasedTrial",
            Self::Developer => "Developer",
            Self::Teams => "Teams",
            Self::Support => "Support",
            Self::Preview => "Preview",
            Self::Platform => "Platform",
            Self::Standard => "Standard",
            Self::Premium => "Premium",
            Self::Basic => "Basic",
        }
    }

    /// The type with this name, whatever its case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sku| sku.name().eq_ignore_ascii_case(name))
    }

    /// Whether its database counts against the capacity of the tenant.
    pub fn counts_capacity(self) -> bool {
        matches!(self, Self::Production | Self::Sandbox)
    }
}
