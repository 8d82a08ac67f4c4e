//! Relationships between tables.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Label, ManagedProperties};

/// A relationship of either kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Relationship {
    /// One row has many.
    OneToMany(OneToMany),
    /// Many rows have many, through an intersect table.
    ManyToMany(ManyToMany),
}

/// One row of `referenced` has many rows of `referencing`, through a lookup column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OneToMany {
    /// The stable id of the definition.
    pub metadata_id: Uuid,
    /// Its name, unique in the environment; also the navigation property on the "one" side.
    pub schema_name: String,
    /// The table of the one row.
    pub referenced_table: String,
    /// Its primary key.
    pub referenced_column: String,
    /// The table of the many rows.
    pub referencing_table: String,
    /// The lookup column, by logical name.
    pub referencing_column: String,
    /// The navigation property on the "many" side: the lookup's schema name when custom, its
    /// logical name when not, with `_<table>` for lookups to several tables.
    pub referencing_navigation: String,
    /// The navigation property on the "one" side.
    pub referenced_navigation: String,
    /// What happens to the many when something happens to the one.
    pub cascade: Cascade,
    /// Whether it is the hierarchy of the table.
    #[serde(default)]
    pub is_hierarchical: bool,
    /// Whether a person or a solution made it.
    #[serde(default)]
    pub is_custom: bool,
    /// Whether its base layer is a managed solution.
    #[serde(default)]
    pub is_managed: bool,
    /// The solution version that introduced it.
    #[serde(default)]
    pub introduced_version: Option<String>,
    /// What may be changed above the base layer.
    #[serde(default)]
    pub managed_properties: ManagedProperties,
    /// How related rows are shown beside a row of the table that is referred to.
    #[serde(default)]
    pub menu: Menu,
}

/// What happens to the many when something happens to the one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each names the event")]
pub struct Cascade {
    pub assign: CascadeAction,
    pub delete: CascadeAction,
    pub merge: CascadeAction,
    pub reparent: CascadeAction,
    pub share: CascadeAction,
    pub unshare: CascadeAction,
}

impl Default for Cascade {
    /// Referential: a delete removes the link, nothing else follows.
    fn default() -> Self {
        let none = CascadeAction::NoCascade;
        let delete = CascadeAction::RemoveLink;
        Self { assign: none, delete, merge: none, reparent: none, share: none, unshare: none }
    }
}

/// One cascade. The numbers of the protocol are the order here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CascadeAction {
    /// Nothing follows.
    NoCascade,
    /// All of them follow.
    Cascade,
    /// Those in an active state follow.
    Active,
    /// Those of the same owner follow.
    UserOwned,
    /// The reference is cleared.
    RemoveLink,
    /// It is refused while there are any.
    Restrict,
}

/// Many rows of the first table have many of the second.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ManyToMany {
    /// The stable id of the definition.
    pub metadata_id: Uuid,
    /// Its name, unique in the environment.
    pub schema_name: String,
    /// The table between, by logical name.
    pub intersect_table: String,
    /// The first table.
    pub table1: String,
    /// The column of the intersect table that refers to it.
    pub column1: String,
    /// The navigation property on the first table.
    pub navigation1: String,
    /// The second table.
    pub table2: String,
    /// The column of the intersect table that refers to it.
    pub column2: String,
    /// The navigation property on the second table.
    pub navigation2: String,
    /// Whether a person or a solution made it.
    #[serde(default)]
    pub is_custom: bool,
    /// Whether its base layer is a managed solution.
    #[serde(default)]
    pub is_managed: bool,
    /// The solution version that introduced it.
    #[serde(default)]
    pub introduced_version: Option<String>,
    /// What may be changed above the base layer.
    #[serde(default)]
    pub managed_properties: ManagedProperties,
    /// How rows of the second table are shown beside a row of the first.
    #[serde(default)]
    pub menu1: Menu,
    /// How rows of the first table are shown beside a row of the second.
    #[serde(default)]
    pub menu2: Menu,
}

/// How related rows are shown beside a row (`AssociatedMenuConfiguration`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Menu {
    /// Whether they are, and under which name.
    pub behavior: MenuBehavior,
    /// Among which others.
    pub group: MenuGroup,
    /// The name of their own.
    pub label: Label,
    /// Their place among the others.
    pub order: Option<i32>,
}

/// Under which name related rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MenuBehavior {
    /// The plural name of their table.
    #[default]
    UseCollectionName,
    /// A name of their own.
    UseLabel,
    /// They are not shown.
    DoNotDisplay,
}

/// Among which others related rows are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the platform's own names, which say what they are")]
pub enum MenuGroup {
    #[default]
    Details,
    Sales,
    Service,
    Marketing,
}

impl Relationship {
    /// Its name.
    pub fn schema_name(&self) -> &str {
        match self {
            Self::OneToMany(one) => &one.schema_name,
            Self::ManyToMany(many) => &many.schema_name,
        }
    }

    /// The stable id of the definition.
    pub fn metadata_id(&self) -> Uuid {
        match self {
            Self::OneToMany(one) => one.metadata_id,
            Self::ManyToMany(many) => many.metadata_id,
        }
    }
}
