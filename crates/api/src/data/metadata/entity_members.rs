//! The members of `EntityMetadata` that are no fields of [`metadata::Table`]: kept in its `flags`
//! when somebody set them, else what the platform says of a new table.

/// What a member is, with its value when nobody set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Member {
    /// Yes or no.
    Flag(bool),
    /// A text or an id; null when not set.
    Text,
    /// A number.
    Number(i32),
    /// A value with its guard: the managed property that says whether it may be changed.
    Managed(bool, &'static str),
}

/// The member called `name`.
pub(super) fn find(name: &str) -> Option<Member> {
    let index = MEMBERS.binary_search_by(|(known, _)| known.cmp(&name)).ok()?;
    Some(MEMBERS[index].1)
}

use Member::{Flag, Managed, Number, Text};

/// All of them, in order of the name.
pub(super) const MEMBERS: &[(&str, Member)] = &[
    ("ActivityTypeMask", Number(0)),
    ("AutoCreateAccessTeams", Flag(false)),
    ("AutoRouteToOwnerQueue", Flag(false)),
    ("CanBeInCustomEntityAssociation", Managed(true, "canbeincustomentityassociation")),
    ("CanBeInManyToMany", Managed(true, "canbeinmanytomany")),
    ("CanBePrimaryEntityInRelationship", Managed(true, "canbeprimaryentityinrelationship")),
    ("CanBeRelatedEntityInRelationship", Managed(true, "canberelatedentityinrelationship")),
    ("CanChangeHierarchicalRelationship", Managed(true, "canchangehierarchicalrelationship")),
    ("CanChangeTrackingBeEnabled", Managed(true, "canchangetrackingbeenabled")),
    ("CanCreateAttributes", Managed(true, "cancreateattributes")),
    ("CanCreateCharts", Managed(true, "cancreatecharts")),
    ("CanCreateForms", Managed(true, "cancreateforms")),
    ("CanCreateViews", Managed(true, "cancreateviews")),
    ("CanEnableSyncToExternalSearchIndex", Managed(true, "canenablesynctoexternalsearchindex")),
    ("CanModifyAdditionalSettings", Managed(true, "canmodifyadditionalsettings")),
    ("CanTriggerWorkflow", Flag(true)),
    ("ChangeTrackingEnabled", Flag(false)),
    ("DataProviderId", Text),
    ("DataSourceId", Text),
    ("DaysSinceRecordLastModified", Number(0)),
    ("EnforceStateTransitions", Flag(false)),
    ("EntityColor", Text),
    ("EntityHelpUrl", Text),
    ("EntityHelpUrlEnabled", Flag(false)),
    ("ExternalCollectionName", Text),
    ("ExternalName", Text),
    ("HasActivities", Flag(false)),
    ("HasEmailAddresses", Flag(false)),
    ("HasFeedback", Flag(false)),
    ("HasNotes", Flag(false)),
    ("IconLargeName", Text),
    ("IconMediumName", Text),
    ("IconSmallName", Text),
    ("IconVectorName", Text),
    ("IsAIRUpdated", Flag(false)),
    ("IsActivityParty", Flag(false)),
    ("IsArchivalEnabled", Flag(false)),
    ("IsAuditEnabled", Managed(false, "canmodifyauditsettings")),
    ("IsAvailableOffline", Flag(true)),
    ("IsBPFEntity", Flag(false)),
    ("IsBusinessProcessEnabled", Flag(false)),
    ("IsChildEntity", Flag(false)),
    ("IsConnectionsEnabled", Managed(false, "canmodifyconnectionsettings")),
    ("IsCustomizable", Managed(true, "iscustomizable")),
    ("IsDocumentManagementEnabled", Flag(false)),
    ("IsDocumentRecommendationsEnabled", Flag(false)),
    ("IsDuplicateDetectionEnabled", Managed(false, "canmodifyduplicatedetectionsettings")),
    ("IsEnabledForCharts", Flag(true)),
    ("IsEnabledForExternalChannels", Flag(false)),
    ("IsEnabledForTrace", Flag(false)),
    ("IsImportable", Flag(true)),
    ("IsInteractionCentricEnabled", Flag(false)),
    ("IsKnowledgeManagementEnabled", Flag(false)),
    ("IsLogicalEntity", Flag(false)),
    ("IsMSTeamsIntegrationEnabled", Flag(false)),
    ("IsMailMergeEnabled", Managed(false, "canmodifymailmergesettings")),
    ("IsMappable", Managed(true, "ismappable")),
    ("IsOfflineInMobileClient", Managed(false, "canmodifymobileclientoffline")),
    ("IsOneNoteIntegrationEnabled", Flag(false)),
    ("IsOptimisticConcurrencyEnabled", Flag(true)),
    ("IsPrivate", Flag(false)),
    ("IsQuickCreateEnabled", Flag(false)),
    ("IsReadOnlyInMobileClient", Managed(false, "canmodifymobileclientreadonly")),
    ("IsReadingPaneEnabled", Flag(true)),
    ("IsRenameable", Managed(true, "isrenameable")),
    ("IsRetentionEnabled", Flag(false)),
    ("IsSLAEnabled", Flag(false)),
    ("IsStateModelAware", Flag(true)),
    ("IsValidForAdvancedFind", Flag(true)),
    ("IsValidForQueue", Managed(false, "canmodifyqueuesettings")),
    ("IsVisibleInMobile", Managed(false, "canmodifymobilevisibility")),
    ("IsVisibleInMobileClient", Managed(false, "canmodifymobileclientvisibility")),
    ("MobileOfflineFilters", Text),
    ("PrimaryImageAttribute", Text),
    ("RecurrenceBaseEntityLogicalName", Text),
    ("SettingOf", Text),
    ("SyncToExternalSearchIndex", Flag(false)),
    ("UsesBusinessDataLabelTable", Flag(false)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(MEMBERS.is_sorted_by(|a, b| a.0 < b.0));
        assert_eq!(find("HasNotes"), Some(Flag(false)));
    }
}
