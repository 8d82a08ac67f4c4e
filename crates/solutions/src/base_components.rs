//! Components that every environment has from the platform's own solutions, as a data file.

use std::collections::HashSet;
use std::sync::LazyLock;

static NAMES: LazyLock<HashSet<(String, String)>> = LazyLock::new(|| {
    let lines = include_str!("../data/base_components.tsv").lines();
    let rows = lines.filter(|line| !line.starts_with('#') && !line.is_empty());
    rows.filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?.to_owned(), cells.next()?.to_lowercase()))
    })
    .collect()
});

/// Whether every environment has this component: a component type or the name of a table, and a
/// name or id, whatever its case.
pub(crate) fn contains(kind: &str, name: &str) -> bool {
    NAMES.contains(&(kind.to_lowercase(), name.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::contains;

    #[test]
    fn the_icon_of_apps_is_everywhere() {
        assert!(contains("61", "msdyn_/images/appmodule_default_icon.png"));
        assert!(contains("SettingDefinition", "AppChannel"));
        assert!(!contains("61", "fh_logo"));
    }
}
