//! One definition with what a request asks of it: `$filter`, `$select`, `$expand`.

use base::{Error, Kind, Result};
use metadata::{Choice, Column, ColumnKind, Key, Relationship, Table};
use query::{Expand, Query};
use serde_json::{Map, Value};

use super::filter;
use super::managed_properties::ManagedProperty;
use super::to_json::{Style, kind};

/// A definition that a request leads to.
#[derive(Clone, Copy)]
pub(super) enum Definition<'s> {
    Table(&'s Table),
    Column(&'s Table, &'s Column),
    Key(&'s Table, &'s Key),
    Choice(&'s Choice),
    Relationship(&'s Relationship),
    ManagedProperty(&'static ManagedProperty),
}

/// As what type the request looks at a definition: names of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View<'p> {
    /// As the type that its collection has; a derived type is told with the item.
    Declared,
    /// As this derived type, given by a cast or by the collection.
    As(&'p str),
}

impl<'s> Definition<'s> {
    /// The type of the collection that it stands in.
    fn declared(self) -> &'static str {
        match self {
            Self::Table(_) => "EntityMetadata",
            Self::Column(..) => "AttributeMetadata",
            Self::Key(..) => "EntityKeyMetadata",
            Self::Choice(_) => "OptionSetMetadataBase",
            Self::Relationship(_) => "RelationshipMetadataBase",
            Self::ManagedProperty(_) => "ManagedPropertyMetadata",
        }
    }

    /// Its own type.
    pub fn class(self) -> String {
        match self {
            Self::Table(_) | Self::Key(..) | Self::ManagedProperty(_) => self.declared().to_owned(),
            Self::Column(_, column) => format!("{}AttributeMetadata", kind(&column.kind).class),
            Self::Choice(choice) if choice.kind == metadata::ChoiceKind::Boolean => {
                "BooleanOptionSetMetadata".to_owned()
            }
            Self::Choice(_) => "OptionSetMetadata".to_owned(),
            Self::Relationship(Relationship::OneToMany(_)) => {
                "OneToManyRelationshipMetadata".to_owned()
            }
            Self::Relationship(Relationship::ManyToMany(_)) => {
                "ManyToManyRelationshipMetadata".to_owned()
            }
        }
    }

    /// Whether it is of the type `name`, or of one derived from that.
    pub fn is_a(self, name: &str) -> bool {
        let is_enum = matches!(
            self,
            Self::Column(
                _,
                Column {
                    kind: ColumnKind::Choice { .. }
                        | ColumnKind::MultiChoice { .. }
                        | ColumnKind::State { .. }
                        | ColumnKind::Status { .. },
                    ..
                }
            )
        );
        name == self.declared()
            || name == self.class()
            || (is_enum && name == "EnumAttributeMetadata")
    }

    /// All its members that are not expanded on demand.
    fn members(self, style: Style<'_>) -> Map<String, Value> {
        match self {
            Self::Table(table) => style.table(table),
            Self::Column(table, column) => style.column(table, column),
            Self::Key(table, key) => style.key(table, key),
            Self::Choice(choice) => style.choice(choice),
            Self::Relationship(relationship) => style.relationship(relationship),
            Self::ManagedProperty(property) => property.to_json(style),
        }
    }

    /// Whether only the derived type has the member `name`.
    fn is_derived(self, style: Style<'_>, name: &str) -> bool {
        match self {
            Self::Column(table, column) => style.is_detail(table, column, name),
            Self::Choice(_) => matches!(name, "Options" | "TrueOption" | "FalseOption"),
            Self::Relationship(_) => !RELATIONSHIP_MEMBERS.contains(&name),
            Self::Table(_) | Self::Key(..) | Self::ManagedProperty(_) => false,
        }
    }

    /// What the navigation property `name` leads to.
    pub fn related(self, style: Style<'s>, name: &str) -> Option<Related<'s>> {
        let schema = style.schema;
        match (self, name) {
            (Self::Table(table), "Attributes") => {
                let columns = table.columns.values().map(|column| Self::Column(table, column));
                Some(Related::Many(columns.collect(), View::Declared))
            }
            (Self::Table(table), "Keys") => {
                let keys = table.keys.values().map(|key| Self::Key(table, key));
                Some(Related::Many(keys.collect(), View::Declared))
            }
            // No table of ours has settings of its own.
            (Self::Table(_), "Settings") => {
                Some(Related::Many(Vec::new(), View::As("EntitySetting")))
            }
            (Self::Table(table), _) => {
                let is_wanted = |relationship: &&Relationship| match (name, relationship) {
                    ("OneToManyRelationships", Relationship::OneToMany(one)) => {
                        one.referenced_table == table.logical_name
                    }
                    ("ManyToOneRelationships", Relationship::OneToMany(one)) => {
                        one.referencing_table == table.logical_name
                    }
                    ("ManyToManyRelationships", Relationship::ManyToMany(many)) => {
                        many.table1 == table.logical_name || many.table2 == table.logical_name
                    }
                    _ => false,
                };
                let class = match name {
                    "OneToManyRelationships" | "ManyToOneRelationships" => {
                        "OneToManyRelationshipMetadata"
                    }
                    "ManyToManyRelationships" => "ManyToManyRelationshipMetadata",
                    _ => return None,
                };
                let all = schema.relationships().map(|relationship| &**relationship);
                let mut found: Vec<&Relationship> = all.filter(is_wanted).collect();
                found.sort_by_key(|relationship| relationship.schema_name());
                let found = found.into_iter().map(Self::Relationship).collect();
                Some(Related::Many(found, View::As(class)))
            }
            (Self::Column(_, column), "OptionSet") => {
                let choice = column.options()?;
                Some(Related::One(Some(Self::Choice(choice))))
            }
            (Self::Column(_, column), "GlobalOptionSet") => {
                column.options()?;
                let global = match &column.kind {
                    ColumnKind::Choice { global, .. } | ColumnKind::MultiChoice { global, .. } => {
                        global.as_deref()
                    }
                    _ => None,
                };
                let choice = global.and_then(|name| schema.choice(name));
                Some(Related::One(choice.map(|choice| Self::Choice(choice))))
            }
            _ => None,
        }
    }
}

/// The members that relationships of both kinds have.
const RELATIONSHIP_MEMBERS: &[&str] = &[
    "HasChanged",
    "IntroducedVersion",
    "IsCustomRelationship",
    "IsCustomizable",
    "IsManaged",
    "IsValidForAdvancedFind",
    "MetadataId",
    "RelationshipType",
    "SchemaName",
    "SecurityTypes",
];

/// What a navigation property of a definition leads to.
pub(super) enum Related<'s> {
    Many(Vec<Definition<'s>>, View<'static>),
    One(Option<Definition<'s>>),
}

/// The definitions that the filter of a request lets through, as it wants them.
pub(super) fn items(
    style: Style<'_>,
    definitions: &[Definition<'_>],
    view: View<'_>,
    query: &Query,
) -> Result<Vec<Value>> {
    let mut items = Vec::new();
    for definition in definitions {
        if let Some(item) = item(style, *definition, view, query)? {
            items.push(item);
        }
    }
    Ok(items)
}

/// One definition as a request wants it; nothing if the filter does not let it through.
pub(super) fn item(
    style: Style<'_>,
    definition: Definition<'_>,
    view: View<'_>,
    query: &Query,
) -> Result<Option<Value>> {
    check_options(query)?;
    let mut members = definition.members(style);
    if matches!(view, View::As(name) if name == definition.class()) {
        members.shift_remove("@odata.type");
    }
    if let Some(condition) = &query.filter
        && !filter::matches(condition, &members, |name| unknown(definition, view, name))?
    {
        return Ok(None);
    }
    for name in &query.select {
        let is_hidden = view == View::Declared && definition.is_derived(style, name);
        if is_hidden || !members.contains_key(name) {
            return Err(unknown(definition, view, name));
        }
    }
    if !query.select.is_empty() {
        let is_wanted = |name: &String| {
            query.select.contains(name) || matches!(name.as_str(), "@odata.type" | "MetadataId")
        };
        members.retain(|name, _| is_wanted(name));
    }
    for expand in &query.expand {
        let value = expanded(style, definition, view, expand)?;
        members.insert(expand.navigation.clone(), value);
    }
    Ok(Some(Value::Object(members)))
}

fn expanded(
    style: Style<'_>,
    definition: Definition<'_>,
    view: View<'_>,
    expand: &Expand,
) -> Result<Value> {
    if expand.only_references {
        return Err(Error::not_implemented("References to definitions"));
    }
    // What only a derived type has cannot be seen as its base type.
    let is_hidden = view == View::Declared && matches!(definition, Definition::Column(..));
    let related = definition.related(style, &expand.navigation).filter(|_| !is_hidden);
    match related.ok_or_else(|| unknown(definition, view, &expand.navigation))? {
        Related::Many(definitions, view) => {
            items(style, &definitions, view, &expand.query).map(Value::Array)
        }
        Related::One(None) => Ok(Value::Null),
        Related::One(Some(found)) => {
            let class = found.class();
            let item = item(style, found, View::As(&class), &expand.query)?;
            Ok(item.unwrap_or(Value::Null))
        }
    }
}

/// The refusal of a property that the type, as it is looked at, does not have.
pub(super) fn unknown(definition: Definition<'_>, view: View<'_>, name: &str) -> Error {
    let class = match view {
        View::Declared => definition.declared(),
        View::As(class) => class,
    };
    let message = format!(
        "Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{class}'."
    );
    Error::new(Kind::Invalid, "0x80060888", message)
}

fn check_options(query: &Query) -> Result<()> {
    let option = match () {
        () if query.count => "$count",
        () if !query.order_by.is_empty() => "$orderby",
        () if query.top.is_some() => "$top",
        () if query.skip_token.is_some() => "$skiptoken",
        () => return Ok(()),
    };
    let message = format!("The query option '{option}' is not supported for definitions.");
    Err(Error::new(Kind::Invalid, "0x80060888", message))
}
