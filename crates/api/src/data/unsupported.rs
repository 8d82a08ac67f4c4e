//! What the protocol has and we do not: answered with 501 that names it, so that nobody takes it
//! for a mistake of his. Also refused by name, where it is read: `respond-async`.

/// Whether `name` is a message of the protocol.
pub(super) fn is_known(name: &str) -> bool {
    MESSAGES.binary_search(&name).is_ok()
}

/// Messages of the protocol, in order of the name.
const MESSAGES: &[&str] = &[
    "AddAppComponents",
    "AddComponentToSolutionAsync",
    "BulkDetectDuplicates",
    "CloneAsPatch",
    "CloneAsSolution",
    "CommitToGit",
    "ConnectToGit",
    "ConvertOwnerTeamToAccessTeam",
    "CreateAsyncJobToRevokeInheritedAccess",
    "DeleteAndPromote",
    "DeleteAndPromoteAsync",
    "DisconnectFromGit",
    "ExecuteCosmosSqlQuery",
    "ExportTranslation",
    "ImportTranslation",
    "IsComponentCustomizable",
    "IsValidStateTransition",
    "PublishAllXmlAsync",
    "PullChangesFromGit",
    "QualifyLead",
    "RefreshChangesFromGit",
    "RemoveActiveCustomizations",
    "RemoveAppComponents",
    "RetrieveAppComponents",
    "RetrieveDependenciesForDelete",
    "RetrieveDependenciesForUninstall",
    "RetrieveDependentComponents",
    "RetrieveFormattedImportJobResults",
    "RetrieveMissingComponents",
    "RetrieveMissingDependencies",
    "RetrieveRequiredComponents",
    "StageAndUpgrade",
    "StageAndUpgradeAsync",
    "UpdateSolutionComponent",
    "ValidateApp",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(MESSAGES.is_sorted_by(|a, b| a < b));
    }
}
