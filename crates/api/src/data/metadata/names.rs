//! The names that the protocol has for what definitions can be.

use metadata::{
    CascadeAction, ChoiceKind, DateTimeBehavior, MenuBehavior, MenuGroup, Ownership, RequiredLevel,
    StringFormat, TableType,
};

/// The name of `value`; the first one where there are several.
pub(super) fn name<T: PartialEq>(names: &[(&'static str, T)], value: T) -> &'static str {
    names.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

pub(super) const OWNERSHIPS: &[(&str, Ownership)] = &[
    ("UserOwned", Ownership::UserOwned),
    ("OrganizationOwned", Ownership::OrganizationOwned),
    ("TeamOwned", Ownership::UserOwned),
    ("BusinessOwned", Ownership::BusinessOwned),
    ("None", Ownership::None),
];

pub(super) const TABLE_TYPES: &[(&str, TableType)] = &[
    ("Standard", TableType::Standard),
    ("Elastic", TableType::Elastic),
    ("Virtual", TableType::Virtual),
];

pub(super) const REQUIRED_LEVELS: &[(&str, RequiredLevel)] = &[
    ("None", RequiredLevel::None),
    ("SystemRequired", RequiredLevel::SystemRequired),
    ("ApplicationRequired", RequiredLevel::ApplicationRequired),
    ("Recommended", RequiredLevel::Recommended),
];

pub(super) const BEHAVIORS: &[(&str, DateTimeBehavior)] = &[
    ("UserLocal", DateTimeBehavior::UserLocal),
    ("DateOnly", DateTimeBehavior::DateOnly),
    ("TimeZoneIndependent", DateTimeBehavior::TimeZoneIndependent),
];

pub(super) const STRING_FORMATS: &[(&str, StringFormat)] = &[
    ("Text", StringFormat::Text),
    ("TextArea", StringFormat::TextArea),
    ("Email", StringFormat::Email),
    ("Url", StringFormat::Url),
    ("TickerSymbol", StringFormat::TickerSymbol),
    ("PhoneticGuide", StringFormat::PhoneticGuide),
    ("VersionNumber", StringFormat::VersionNumber),
    ("Phone", StringFormat::Phone),
    ("Json", StringFormat::Json),
    ("RichText", StringFormat::RichText),
];

pub(super) const CASCADES: &[(&str, CascadeAction)] = &[
    ("NoCascade", CascadeAction::NoCascade),
    ("Cascade", CascadeAction::Cascade),
    ("Active", CascadeAction::Active),
    ("UserOwned", CascadeAction::UserOwned),
    ("RemoveLink", CascadeAction::RemoveLink),
    ("Restrict", CascadeAction::Restrict),
];

pub(super) const MENU_BEHAVIORS: &[(&str, MenuBehavior)] = &[
    ("UseCollectionName", MenuBehavior::UseCollectionName),
    ("UseLabel", MenuBehavior::UseLabel),
    ("DoNotDisplay", MenuBehavior::DoNotDisplay),
];

pub(super) const MENU_GROUPS: &[(&str, MenuGroup)] = &[
    ("Details", MenuGroup::Details),
    ("Sales", MenuGroup::Sales),
    ("Service", MenuGroup::Service),
    ("Marketing", MenuGroup::Marketing),
];

pub(super) const CHOICE_KINDS: &[(&str, ChoiceKind)] = &[
    ("Picklist", ChoiceKind::Picklist),
    ("Boolean", ChoiceKind::Boolean),
    ("State", ChoiceKind::State),
    ("Status", ChoiceKind::Status),
];
