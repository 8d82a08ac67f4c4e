//! Ids that are the same in every environment.

use base::Uuid;
use uuid::uuid;

/// The user that the server acts as (`SYSTEM`).
pub const SYSTEM_USER: Uuid = uuid!("5a1f3c0e-6d27-5b8e-9c41-0d7f2b6a4e01");
/// The user of the server's own integrations (`INTEGRATION`).
pub const INTEGRATION_USER: Uuid = uuid!("5a1f3c0e-6d27-5b8e-9c41-0d7f2b6a4e02");
/// `roletemplateid` of the role System Administrator.
pub const SYSTEM_ADMINISTRATOR_TEMPLATE: Uuid = uuid!("627090ff-40a3-4053-8790-584edc5be201");
/// `roletemplateid` of the role System Customizer.
pub const SYSTEM_CUSTOMIZER_TEMPLATE: Uuid = uuid!("119f245c-3cc8-4b62-b31c-d1a046ced15d");
/// The solution `Active`: the unmanaged layer.
pub const ACTIVE_SOLUTION: Uuid = uuid!("fd140aae-4df4-11dd-bd17-0019b9312238");
/// The solution `Default`: every component.
pub const DEFAULT_SOLUTION: Uuid = uuid!("fd140aaf-4df4-11dd-bd17-0019b9312238");
