//! The settings of the tenant: one document, merged deep, unknown names kept.

use base::{Error, Kind, Result};
use serde_json::{Map, Value, json};

/// Lays `patch` over `target`: objects are merged member by member, everything else is replaced.
pub fn merge(target: &mut Value, patch: &Value) {
    match (target, patch) {
        (Value::Object(target), Value::Object(patch)) => {
            for (name, value) in patch {
                merge(target.entry(name.clone()).or_insert(Value::Null), value);
            }
        }
        (target, patch) => target.clone_from(patch),
    }
}

/// The settings of a new tenant.
pub fn defaults() -> Value {
    json!({
        "walkMeOptOut": false,
        "disableNPSCommentsReachout": false,
        "disableNewsletterSendout": false,
        "disableEnvironmentCreationByNonAdminUsers": false,
        "disablePortalsCreationByNonAdminUsers": false,
        "disableSurveyFeedback": false,
        "disableTrialEnvironmentCreationByNonAdminUsers": false,
        "disableCapacityAllocationByEnvironmentAdmins": false,
        "disableSupportTicketsVisibleByAllUsers": false,
        "powerPlatform": {
            "search": {
                "disableDocsSearch": false,
                "disableCommunitySearch": false,
                "disableBingVideoSearch": false,
            },
            "teamsIntegration": { "shareWithColleaguesUserLimit": 10000 },
            "powerApps": {
                "disableShareWithEveryone": false,
                "enableGuestsToMake": false,
                "disableMakerMatch": false,
                "disableUnusedLicenseAssignment": false,
                "disableCreateFromImage": false,
                "disableCreateFromFigma": false,
                "disableConnectionSharingWithEveryone": false,
            },
            "powerAutomate": { "disableCopilot": false, "disableCopilotWithBing": false },
            "environments": { "disablePreferredDataLocationForTeamsEnvironment": false },
            "governance": {
                "disableAdminDigest": false,
                "disableDeveloperEnvironmentCreationByNonAdminUsers": false,
                "enableDefaultEnvironmentRouting": false,
                "policy": { "enableDesktopFlowDataPolicyManagement": false },
            },
            "licensing": {
                "disableBillingPolicyCreationByNonAdminUsers": false,
                "enableTenantCapacityReportForEnvironmentAdmins": false,
                "storageCapacityConsumptionWarningThreshold": 85,
                "enableTenantLicensingReportForEnvironmentAdmins": false,
                "disableUseOfUnassignedAIBuilderCredits": false,
                "applyAutoClaimToOnlyManagedEnvironments": false,
            },
            "powerPages": {},
            "champions": {
                "disableChampionsInvitationReachout": false,
                "disableSkillsMatchInvitationReachout": false,
            },
            "intelligence": {
                "disableCopilot": false,
                "enableOpenAiBotPublishing": false,
                "disableCopilotFeedback": false,
                "disableCopilotFeedbackMetadata": false,
            },
            "modelExperimentation": { "enableModelDataSharing": false, "disableDataLogging": false },
            "catalogSettings": { "powerCatalogAudienceSetting": "All" },
            "userManagementSettings": { "enableDeleteDisabledUserinAllEnvironments": false },
        },
    })
}

/// Whether the switch at `path` (names between dots) is on.
pub fn is_on(settings: &Value, path: &str) -> bool {
    let found = path.split('.').try_fold(settings, |value, name| value.get(name));
    found.and_then(Value::as_bool).unwrap_or(false)
}

/// Refuses a patch that gives a known setting a value of another kind, and one that is too large
/// or too deep.
pub fn check(patch: &Value) -> Result<()> {
    let Value::Object(members) = patch else {
        return Err(bad("The settings must be a JSON object.".to_owned()));
    };
    check_members(members, &defaults(), "")
}

fn check_members(members: &Map<String, Value>, known: &Value, path: &str) -> Result<()> {
    for (name, value) in members {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let Some(known) = known.get(name) else { continue };
        match (known, value) {
            (Value::Object(_), Value::Object(members)) => check_members(members, known, &path)?,
            (Value::Bool(_), Value::Bool(_))
            | (Value::Number(_), Value::Number(_))
            | (Value::String(_), Value::String(_)) => {}
            (known, _) => {
                return Err(bad(format!("The tenant setting {path} must be {}.", kind_of(known))));
            }
        }
    }
    Ok(())
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        _ => "an object",
    }
}

fn bad(message: String) -> Error {
    Error::new(Kind::Invalid, "InvalidTenantSettings", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_changes_what_it_names_and_keeps_what_it_does_not_know() {
        let mut settings = defaults();
        let patch = json!({
            "walkMeOptOut": true,
            "brandNew": { "a": [1, 2] },
            "powerPlatform": { "governance": { "policy": { "other": "x" } } },
        });
        check(&patch).expect("a good patch");
        merge(&mut settings, &patch);
        assert!(is_on(&settings, "walkMeOptOut"));
        assert_eq!(settings["brandNew"]["a"][1], 2);
        let policy = &settings["powerPlatform"]["governance"]["policy"];
        assert_eq!(
            *policy,
            json!({ "enableDesktopFlowDataPolicyManagement": false, "other": "x" })
        );
        assert!(!is_on(&settings, "disableNewsletterSendout"));
    }

    #[test]
    fn a_known_setting_keeps_its_kind() {
        let error =
            check(&json!({ "powerPlatform": { "search": { "disableDocsSearch": "yes" } } }));
        let message = error.expect_err("a text is no boolean").message;
        assert_eq!(
            message,
            "The tenant setting powerPlatform.search.disableDocsSearch must be true or false."
        );
    }
}
