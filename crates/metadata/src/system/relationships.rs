//! The relationships that come with a table: of its system columns, and those by which notes,
//! activities, jobs and logs refer to its rows.

use std::collections::HashMap;

use super::area::{self, Area, LookupLine, TableLine, Type};
use crate::{ManagedProperties, OneToMany, Ownership, Schema, Table, TableType, ids, names};

/// The activities of the platform, with the endings of their relationships.
const ACTIVITIES: &[(&str, &str)] = &[
    ("activitypointer", "ActivityPointers"),
    ("appointment", "Appointments"),
    ("email", "Emails"),
    ("fax", "Faxes"),
    ("letter", "Letters"),
    ("phonecall", "PhoneCalls"),
    ("recurringappointmentmaster", "RecurringAppointmentMasters"),
    ("serviceappointment", "ServiceAppointments"),
    ("socialactivity", "SocialActivities"),
    ("task", "Tasks"),
];

/// Tables whose rows refer to rows of any table: table, column, ending of the name, cascade.
const LOGS: &[(&str, &str, &str, &str)] = &[
    ("asyncoperation", "regardingobjectid", "AsyncOperations", "keeps"),
    ("bulkdeletefailure", "regardingobjectid", "BulkDeleteFailures", "cascades"),
    ("duplicaterecord", "baserecordid", "DuplicateBaseRecord", "cascades"),
    ("duplicaterecord", "duplicaterecordid", "DuplicateMatchingRecord", "cascades"),
    ("fileattachment", "objectid", "FileAttachments", "cascades"),
    ("mailboxtrackingfolder", "regardingobjectid", "MailboxTrackingFolders", "cascades"),
    ("principalobjectattributeaccess", "objectid", "PrincipalObjectAttributeAccesses", "cascades"),
    ("processsession", "regardingobjectid", "ProcessSession", "keeps"),
    ("syncerror", "regardingobjectid", "SyncErrors", "cascades"),
    ("userentityinstancedata", "objectid", "UserEntityInstanceDatas", "cascades"),
];

/// What a custom activity may be about, beside the tables that say so themselves.
const REGARDING: &[&str] =
    &["account", "contact", "interactionforemail", "knowledgearticle", "knowledgebaserecord"];

/// The relationships that a custom table has from its making: those of its system columns (creator,
/// owner, organisation, currency) and those through which notes, activities, connections, queues,
/// jobs and logs refer to its rows, as its flags say. Put into a schema, each also makes the table
/// a target of the lookup column on the other side.
pub fn system_relationships(table: &Table) -> Vec<OneToMany> {
    let no_names = HashMap::new();
    let maker = Maker { table, names: &no_names };
    let mut made = maker.of_system_columns();
    if table.is_activity {
        made.extend(maker.of_regarding());
        made.push(maker.of_parties());
    }
    if has_referrers(table) {
        made.extend(maker.of_flags());
        made.extend(maker.of_logs());
    }
    made
}

/// The 1:N relationships of a system table.
pub(super) fn of_system_table(table: &Table, line: &TableLine) -> Vec<OneToMany> {
    let maker = Maker { table, names: &line.relationship_names };
    let mut made = maker.of_system_columns();
    made.retain(|one| !line.columns.iter().any(|column| names_relationship(column, one)));
    if line.is_activity {
        // Those of `activitypointer` stand at its column.
        if table.logical_name != "activitypointer" {
            made.push(maker.of_parties());
        }
        let shape = super::activity_columns().iter();
        made.extend(shape.flat_map(|column| maker.of_column(column, line.is_modern)));
    }
    for column in &line.columns {
        let is_made = made.iter().any(|one| is_of_column(column, one));
        if !is_made {
            made.extend(maker.of_column(column, line.is_modern));
        }
    }
    made.extend(maker.of_flags());
    if has_referrers(table) && !line.is_internal {
        made.extend(maker.of_logs());
    }
    made
}

fn is_of_column(line: &area::ColumnLine, one: &OneToMany) -> bool {
    line.schema_name.eq_ignore_ascii_case(&one.referencing_column)
}

/// Whether the line of a system column gives its relationship a name of its own.
fn names_relationship(line: &area::ColumnLine, one: &OneToMany) -> bool {
    let has_name = matches!(&line.kind, Type::Lookup(lookup) if !lookup.names.is_empty());
    has_name && is_of_column(line, one)
}

/// The relationships of the extra lookups of an intersect table.
pub(super) fn of_link(area: &Area, schema: &Schema) -> Vec<OneToMany> {
    let no_names = HashMap::new();
    let mut made = Vec::new();
    for link in &area.links {
        let Some(table) = schema.table(&link.schema_name.to_lowercase()) else { continue };
        let maker = Maker { table, names: &no_names };
        made.extend(maker.of_system_columns());
        made.extend(link.columns.iter().flat_map(|column| maker.of_column(column, false)));
    }
    made
}

fn has_referrers(table: &Table) -> bool {
    table.ownership != Ownership::None
        && table.table_type != TableType::Virtual
        && !table.is_intersect
}

struct Maker<'a> {
    table: &'a Table,
    /// Names that do not follow the rule, by column, or by referring table.
    names: &'a HashMap<String, String>,
}

impl Maker<'_> {
    fn of_system_columns(&self) -> Vec<OneToMany> {
        let logical = self.table.logical_name.as_str();
        let user = ["createdby", "createdonbehalfby", "modifiedby", "modifiedonbehalfby"];
        let mut rules: Vec<(&str, &str, String, &str)> = user
            .iter()
            .map(|column| (*column, "systemuser", format!("lk_{logical}_{column}"), "keeps"))
            .collect();
        if self.table.ownership == Ownership::UserOwned {
            rules.push(("ownerid", "owner", format!("owner_{logical}"), "keeps"));
            rules.push((
                "owningbusinessunit",
                "businessunit",
                format!("business_unit_{logical}"),
                "restricts",
            ));
            rules.push(("owningteam", "team", format!("team_{logical}"), "keeps"));
            rules.push(("owninguser", "systemuser", format!("user_{logical}"), "keeps"));
        }
        if self.table.ownership == Ownership::BusinessOwned {
            let name = format!("business_unit_{logical}");
            rules.push(("businessunitid", "businessunit", name, "restricts"));
        }
        rules.push(("organizationid", "organization", format!("organization_{logical}"), "keeps"));
        let currency = format!("TransactionCurrency_{logical}");
        rules.push(("transactioncurrencyid", "transactioncurrency", currency, "restricts"));
        rules.into_iter().filter_map(|rule| self.of_system_column(rule)).collect()
    }

    fn of_system_column(&self, rule: (&str, &str, String, &str)) -> Option<OneToMany> {
        let (column, target, name, cascade) = rule;
        if !self.table.column(column)?.is_lookup() {
            return None;
        }
        let name = self.names.get(column).cloned().unwrap_or(name);
        Some(self.referencing(&name, target, column, column, cascade))
    }

    fn of_column(&self, line: &area::ColumnLine, is_modern: bool) -> Vec<OneToMany> {
        match &line.kind {
            Type::Lookup(lookup) => self.of_lookup(line, lookup, is_modern),
            Type::Customer(lookup) => {
                let targets = vec!["account".to_owned(), "contact".to_owned()];
                self.of_lookup(line, &LookupLine { targets, ..lookup.clone() }, is_modern)
            }
            _ => Vec::new(),
        }
    }

    fn of_lookup(
        &self,
        line: &area::ColumnLine,
        lookup: &LookupLine,
        is_modern: bool,
    ) -> Vec<OneToMany> {
        let column = line.schema_name.to_lowercase();
        let spelt = if is_modern { &line.schema_name } else { &column };
        let has_several = lookup.targets.len() > 1;
        let targets = lookup.targets.iter().filter(|target| *target != "-").enumerate();
        let of_target = |(index, target): (usize, &String)| {
            let rule = || format!("{target}_{}_{column}", self.table.logical_name);
            let given = lookup.names.get(index).or_else(|| self.names.get(&column));
            let name = given.cloned().unwrap_or_else(rule);
            let navigation = names::lookup_navigation(spelt, target, has_several);
            let mut made = self.referencing(&name, target, &column, &navigation, "");
            made.cascade = lookup.cascade.unwrap_or_default();
            made.is_hierarchical = lookup.is_hierarchical;
            made
        };
        targets.map(of_target).collect()
    }

    fn of_flags(&self) -> Vec<OneToMany> {
        let mut made = Vec::new();
        if self.table.has_flag("HasNotes") {
            let ending = if self.table.is_custom { "Annotations" } else { "Annotation" };
            made.push(self.referred("annotation", "objectid", ending, "cascades"));
        }
        if self.table.has_flag("HasActivities") {
            for (activity, ending) in ACTIVITIES {
                made.push(self.referred(activity, "regardingobjectid", ending, "cascades"));
            }
        }
        if self.table.has_flag("HasFeedback") {
            made.push(self.referred("feedback", "regardingobjectid", "Feedback", "cascades"));
        }
        if self.table.has_flag("IsConnectionsEnabled") {
            made.push(self.referred("connection", "record1id", "connections1", "cascades"));
            made.push(self.referred("connection", "record2id", "connections2", "cascades"));
        }
        if self.table.has_flag("IsValidForQueue") {
            made.push(self.referred("queueitem", "objectid", "QueueItems", "cascades"));
        }
        made
    }

    fn of_logs(&self) -> Vec<OneToMany> {
        let of = |(table, column, ending, cascade): &(&str, &str, &str, &str)| {
            let ending = match (*table, self.table.is_custom) {
                ("processsession", false) => "ProcessSessions",
                _ => ending,
            };
            self.referred(table, column, ending, cascade)
        };
        LOGS.iter().map(of).collect()
    }

    /// Who takes part in an activity: rows of `activityparty` are of the activity of any kind.
    fn of_parties(&self) -> OneToMany {
        let name = format!("{}_activity_parties", self.table.logical_name);
        let mut parties = self.referred("activityparty", "activityid", "", "cascades");
        parties.metadata_id = ids::relationship_id(&name);
        parties.schema_name.clone_from(&name);
        parties.referenced_navigation = name;
        parties
    }

    fn of_regarding(&self) -> Vec<OneToMany> {
        let of = |target: &&str| {
            let name = format!("{target}_{}s", self.table.schema_name);
            let navigation = format!("regardingobjectid_{target}_{}", self.table.logical_name);
            self.referencing(&name, target, "regardingobjectid", &navigation, "cascades")
        };
        REGARDING.iter().map(of).collect()
    }

    /// A relationship in which rows of this table are the many.
    fn referencing(
        &self,
        name: &str,
        target: &str,
        column: &str,
        navigation: &str,
        cascade: &str,
    ) -> OneToMany {
        OneToMany {
            menu: Default::default(),
            metadata_id: ids::relationship_id(name),
            schema_name: name.to_owned(),
            referenced_table: target.to_owned(),
            referenced_column: primary_id_of(target, self.table),
            referencing_table: self.table.logical_name.clone(),
            referencing_column: column.to_owned(),
            referencing_navigation: navigation.to_owned(),
            referenced_navigation: name.to_owned(),
            cascade: area::cascade(cascade).unwrap_or_default(),
            is_hierarchical: false,
            is_custom: false,
            is_managed: true,
            introduced_version: None,
            managed_properties: ManagedProperties::default(),
        }
    }

    /// A relationship in which a row of this table is the one.
    fn referred(&self, table: &str, column: &str, ending: &str, cascade: &str) -> OneToMany {
        let logical = &self.table.logical_name;
        let prefix = if self.table.is_custom { logical } else { &self.table.schema_name };
        let rule = || format!("{prefix}_{ending}");
        let name = self.names.get(table).cloned().unwrap_or_else(rule);
        let is_specific = column == "regardingobjectid"
            && table != "activitypointer"
            && ACTIVITIES.iter().any(|(activity, _)| *activity == table);
        let navigation = match is_specific {
            true => format!("{column}_{logical}_{table}"),
            false => format!("{column}_{logical}"),
        };
        OneToMany {
            menu: Default::default(),
            metadata_id: ids::relationship_id(&name),
            referenced_table: logical.clone(),
            referenced_column: self.table.primary_id.clone(),
            referencing_table: table.to_owned(),
            referencing_column: column.to_owned(),
            referencing_navigation: navigation,
            referenced_navigation: name.clone(),
            cascade: area::cascade(cascade).unwrap_or_default(),
            is_hierarchical: false,
            is_custom: false,
            is_managed: true,
            introduced_version: None,
            managed_properties: ManagedProperties::default(),
            schema_name: name,
        }
    }
}

/// The primary key of a table that may not be made yet.
fn primary_id_of(target: &str, table: &Table) -> String {
    if target == table.logical_name {
        return table.primary_id.clone();
    }
    super::primary_id(target)
}
