//! What the protocol has and we do not: answered with 501 that names it, so that nobody takes it
//! for a mistake of his. Also refused by name, where it is read:
//! `respond-async`.

/// Whether `name` is a message of the protocol.
pub(super) fn is_known(name: &str) -> bool {
    MESSAGES.binary_search(&name).is_ok()
}

/// Messages of the protocol, in order of the name.
const MESSAGES: &[&str] = &[
    "AddAppComponents",
    "AddComponentToSolutionAsync",
    "AddMembersTeam",
    "AddToQueue",
    "BulkDetectDuplicates",
    "CalculateRollupField",
    "CanBeReferenced",
    "CanBeReferencing",
    "CanManyToMany",
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
    "FormatAddress",
    "GetAutoNumberSeed",
    "GetNextAutoNumberValue",
    "GetTimeZoneCodeByLocalizedName",
    "GetValidManyToMany",
    "GetValidReferencedEntities",
    "GetValidReferencingEntities",
    "ImportTranslation",
    "InitializeFrom",
    "InsertStatusValue",
    "IsComponentCustomizable",
    "IsValidStateTransition",
    "Merge",
    "ProvisionLanguage",
    "PublishAllXmlAsync",
    "PullChangesFromGit",
    "QualifyLead",
    "ReactivateEntityKey",
    "RefreshChangesFromGit",
    "RemoveActiveCustomizations",
    "RemoveAppComponents",
    "RemoveMembersTeam",
    "RetrieveAllEntities",
    "RetrieveAppComponents",
    "RetrieveDependenciesForDelete",
    "RetrieveDependenciesForUninstall",
    "RetrieveDependentComponents",
    "RetrieveEntity",
    "RetrieveFormattedImportJobResults",
    "RetrieveMetadataChanges",
    "RetrieveMissingComponents",
    "RetrieveMissingDependencies",
    "RetrieveRequiredComponents",
    "RetrieveRolePrivilegesRole",
    "RetrieveSharedPrincipalsAndAccess",
    "RetrieveTeamPrivileges",
    "RetrieveTimestamp",
    "RetrieveUserPrivilegeByPrivilegeId",
    "RetrieveUserPrivileges",
    "RetrieveUserSetOfPrivilegesByIds",
    "RetrieveUserSetOfPrivilegesByNames",
    "SetAutoNumberSeed",
    "SetLocLabels",
    "StageAndUpgrade",
    "StageAndUpgradeAsync",
    "UpdateSolutionComponent",
    "UpdateStateValue",
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
