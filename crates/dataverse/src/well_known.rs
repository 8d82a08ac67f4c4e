//! Ids that are the same in every environment.

use base::Uuid;
use uuid::uuid;

/// The user that the server acts as (`SYSTEM`).
pub const SYSTEM_USER: Uuid = uuid!("5a1f3c0e-6d27-5b8e-9c41-0d7f2b6a4e01");
/// The user of the server's own integrations (`INTEGRATION`).
pub const INTEGRATION_USER: Uuid = uuid!("5a1f3c0e-6d27-5b8e-9c41-0d7f2b6a4e02");
/// The organisation of the template, until it is an organisation of its own.
pub(crate) const TEMPLATE_ORGANIZATION: Uuid = uuid!("5a1f3c0e-6d27-5b8e-9c41-0d7f2b6a4e03");
/// Its root business unit.
pub(crate) const TEMPLATE_UNIT: Uuid = uuid!("5a1f3c0e-6d27-5b8e-9c41-0d7f2b6a4e04");
/// The base currency.
pub(crate) const TEMPLATE_CURRENCY: Uuid = uuid!("5a1f3c0e-6d27-5b8e-9c41-0d7f2b6a4e05");

/// `roletemplateid` of the role System Administrator.
pub const SYSTEM_ADMINISTRATOR_TEMPLATE: Uuid = uuid!("627090ff-40a3-4053-8790-584edc5be201");
/// `roletemplateid` of the role System Customizer.
pub const SYSTEM_CUSTOMIZER_TEMPLATE: Uuid = uuid!("119f245c-3cc8-4b62-b31c-d1a046ced15d");

/// The solution `System`: what the platform itself brings.
pub const SYSTEM_SOLUTION: Uuid = uuid!("fd140aad-4df4-11dd-bd17-0019b9312238");
/// The solution `Active`: the unmanaged layer.
pub const ACTIVE_SOLUTION: Uuid = uuid!("fd140aae-4df4-11dd-bd17-0019b9312238");
/// The solution `Default`: every component.
pub const DEFAULT_SOLUTION: Uuid = uuid!("fd140aaf-4df4-11dd-bd17-0019b9312238");
/// The solution `Basic`: what is not published yet.
pub const BASIC_SOLUTION: Uuid = uuid!("25a01723-9f63-4449-a3e0-046cc23a2902");
/// The Common Data Services Default Solution, where work without a solution lands.
pub const CDS_SOLUTION: Uuid = uuid!("00000001-0000-0000-0001-00000000009b");

/// The publisher of the default solution.
pub const DEFAULT_PUBLISHER: Uuid = uuid!("d21aab71-79e7-11dd-8874-00188b01e34f");
/// The publisher of the Common Data Services Default Solution.
pub const CDS_PUBLISHER: Uuid = uuid!("00000001-0000-0000-0000-00000000005a");
/// The publisher of what the platform itself brings.
pub const PLATFORM_PUBLISHER: Uuid = uuid!("d21aab70-79e7-11dd-8874-00188b01e34f");
