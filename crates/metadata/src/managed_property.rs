//! Guards that the publisher of a managed component sets on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The managed properties of a component: logical name in lower case (`iscustomizable`,
/// `cancreateforms`, …) to whether it is allowed. What is not in the map is allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ManagedProperties(pub BTreeMap<String, bool>);

impl ManagedProperties {
    /// Whether `name` is allowed. `iscustomizable = false` switches everything else off.
    pub fn allows(&self, name: &str) -> bool {
        let given = |name| self.0.get(name).copied().unwrap_or(true);
        given("iscustomizable") && given(name)
    }
}
