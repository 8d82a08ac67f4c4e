//! `ManagedPropertyDefinitions`: the switches that the publisher of a managed component has.

use base::Uuid;
use metadata::{Label, ids};
use serde_json::{Map, Value, json};

use super::to_json::Style;

/// A switch.
#[derive(Debug)]
pub(in super::super) struct ManagedProperty {
    /// Its logical name.
    pub name: &'static str,
    /// What people read.
    display_name: &'static str,
    /// The kind of component that has it.
    enables_entity: &'static str,
    /// The member of that component that it guards; none if it guards an operation.
    enables_attribute: Option<&'static str>,
    /// The operation that it guards.
    operation: &'static str,
}

const fn operation(
    name: &'static str,
    display_name: &'static str,
    enables_entity: &'static str,
    operation: &'static str,
) -> ManagedProperty {
    ManagedProperty { name, display_name, enables_entity, enables_attribute: None, operation }
}

const fn attribute(
    name: &'static str,
    display_name: &'static str,
    enables_entity: &'static str,
    member: &'static str,
) -> ManagedProperty {
    let enables_attribute = Some(member);
    ManagedProperty { name, display_name, enables_entity, enables_attribute, operation: "Update" }
}

/// All of them, in order of the name.
pub(super) const ALL: &[ManagedProperty] = &[
    operation("canbedeleted", "Can Be Deleted", "savedquery", "Delete"),
    operation(
        "canbeincustomentityassociation",
        "Can Be In Custom Entity Association",
        "entity",
        "All",
    ),
    operation("canbeinmanytomany", "Can Be In Many To Many", "entity", "Create"),
    operation(
        "canbeprimaryentityinrelationship",
        "Can Be Primary Entity In Relationship",
        "entity",
        "Create",
    ),
    operation(
        "canberelatedentityinrelationship",
        "Can Be Related Entity In Relationship",
        "entity",
        "Create",
    ),
    attribute(
        "canchangedatetimebehavior",
        "Can Change Date Time Behavior",
        "attribute",
        "datetimebehavior",
    ),
    attribute(
        "canchangehierarchicalrelationship",
        "Can Change Hierarchical Relationship",
        "entity",
        "ishierarchical",
    ),
    attribute(
        "canchangetrackingbeenabled",
        "Can Change Tracking Be Enabled",
        "entity",
        "changetrackingenabled",
    ),
    operation("cancreateattributes", "Can Create Attributes", "entity", "Create"),
    operation("cancreatecharts", "Can Create Charts", "entity", "Create"),
    operation("cancreateforms", "Can Create Forms", "entity", "Create"),
    operation("cancreateviews", "Can Create Views", "entity", "Create"),
    attribute(
        "canenablesynctoexternalsearchindex",
        "Can Enable Sync To External Search Index",
        "entity",
        "synctoexternalsearchindex",
    ),
    operation("canmodifyadditionalsettings", "Can Modify Additional Settings", "entity", "Update"),
    attribute("canmodifyauditsettings", "Can Modify Audit Settings", "entity", "isauditenabled"),
    attribute(
        "canmodifyconnectionsettings",
        "Can Modify Connection Settings",
        "entity",
        "isconnectionsenabled",
    ),
    attribute(
        "canmodifyduplicatedetectionsettings",
        "Can Modify Duplicate Detection Settings",
        "entity",
        "isduplicatecheckenabled",
    ),
    attribute(
        "canmodifyglobalfiltersettings",
        "Can Modify Global Filter Settings",
        "attribute",
        "isglobalfilterenabled",
    ),
    attribute(
        "canmodifyissortablesettings",
        "Can Modify Is Sortable Settings",
        "attribute",
        "issortableenabled",
    ),
    attribute(
        "canmodifymailmergesettings",
        "Can Modify Mail Merge Settings",
        "entity",
        "ismailmergeenabled",
    ),
    attribute(
        "canmodifymobileclientoffline",
        "Can Modify Mobile Client Offline",
        "entity",
        "isofflineinmobileclient",
    ),
    attribute(
        "canmodifymobileclientreadonly",
        "Can Modify Mobile Client Read Only",
        "entity",
        "isreadonlyinmobileclient",
    ),
    attribute(
        "canmodifymobileclientvisibility",
        "Can Modify Mobile Client Visibility",
        "entity",
        "isvisibleinmobileclient",
    ),
    attribute(
        "canmodifymobilevisibility",
        "Can Modify Mobile Visibility",
        "entity",
        "isvisibleinmobile",
    ),
    attribute("canmodifyqueuesettings", "Can Modify Queue Settings", "entity", "isvalidforqueue"),
    attribute(
        "canmodifyrequirementlevelsettings",
        "Can Modify Requirement Level Settings",
        "attribute",
        "requiredlevel",
    ),
    attribute(
        "canmodifysearchsettings",
        "Can Modify Search Settings",
        "attribute",
        "isvalidforadvancedfind",
    ),
    operation("iscustomizable", "Is Customizable", "entity", "Update"),
    attribute("ismappable", "Is Mappable", "entity", "ismappable"),
    attribute("isrenameable", "Is Renameable", "entity", "localizedname"),
];

impl ManagedProperty {
    /// The stable id of the definition.
    pub fn id(&self) -> Uuid {
        ids::stable_id("managedproperty", self.name)
    }

    /// As JSON.
    pub fn to_json(&self, style: Style<'_>) -> Map<String, Value> {
        let kind = if self.enables_attribute.is_some() { "Attribute" } else { "Operation" };
        let value = json!({
            "MetadataId": self.id(),
            "HasChanged": null,
            "LogicalName": self.name,
            "DisplayName": style.label(&Label::english(self.display_name)),
            "Description": style.label(&Label::default()),
            "EnablesEntityName": self.enables_entity,
            "EnablesAttributeName": self.enables_attribute,
            "ErrorCode": null,
            "EvaluationPriority": "Normal",
            "IsPrivate": false,
            "IsGlobalForOperation": false,
            "ManagedPropertyType": kind,
            "Operation": self.operation,
            "IntroducedVersion": "5.0.0.0",
        });
        match value {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
    }
}
