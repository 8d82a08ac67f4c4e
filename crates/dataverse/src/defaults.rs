//! The views and the form that a table has before anybody designs one. Pure.

use base::Uuid;
use metadata::{ENGLISH, Table, ids};

/// A view that a new table gets.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct View {
    /// What people read.
    pub name: String,
    /// `querytype`.
    pub query_type: i32,
    /// Whether it is shown first.
    pub is_default: bool,
    /// Which rows and columns.
    pub fetch_xml: String,
    /// How the columns are laid out.
    pub layout_xml: String,
}

/// `querytype` of the view behind the search box.
pub(crate) const QUICK_FIND: i32 = 4;

/// `systemform.type` of a main form.
pub(crate) const MAIN_FORM: i32 = 2;

/// The views of a table: active, inactive, and those that the platform's own screens use.
pub(crate) fn views(table: &Table) -> Vec<View> {
    let one = table.display_name.text(ENGLISH).unwrap_or(&table.schema_name);
    let many = table.display_collection_name.text(ENGLISH).unwrap_or(one);
    let view = |name: String, query_type, is_default, state| View {
        name,
        query_type,
        is_default,
        fetch_xml: fetch_xml(table, state, query_type == QUICK_FIND),
        layout_xml: layout_xml(table),
    };
    let mut views = vec![view(format!("Active {many}"), 0, true, Some(0))];
    if table.column("statecode").is_some() {
        views.push(view(format!("Inactive {many}"), 0, false, Some(1)));
    }
    views.extend([
        view(format!("{one} Advanced Find View"), 1, true, Some(0)),
        view(format!("{one} Associated View"), 2, true, Some(0)),
        view(format!("Quick Find Active {many}"), QUICK_FIND, true, Some(0)),
        view(format!("{one} Lookup View"), 64, true, Some(0)),
    ]);
    views
}

fn fetch_xml(table: &Table, state: Option<i32>, is_quick_find: bool) -> String {
    let id = &table.primary_id;
    let mut attributes = format!(r#"<attribute name="{id}"/>"#);
    for column in shown(table) {
        attributes.push_str(&format!(r#"<attribute name="{column}"/>"#));
    }
    let order = table.primary_name.as_ref().map_or_else(String::new, |name| {
        format!(r#"<order attribute="{name}" descending="false"/>"#)
    });
    let state = state.filter(|_| table.column("statecode").is_some());
    let state = state.map_or_else(String::new, |state| {
        let condition =
            format!(r#"<condition attribute="statecode" operator="eq" value="{state}"/>"#);
        format!(r#"<filter type="and">{condition}</filter>"#)
    });
    let search = match &table.primary_name {
        Some(name) if is_quick_find => format!(
            r#"<filter type="or" isquickfindfields="1"><condition attribute="{name}" operator="like" value="{{0}}"/></filter>"#
        ),
        _ => String::new(),
    };
    let name = &table.logical_name;
    format!(
        r#"<fetch version="1.0" output-format="xml-platform" mapping="logical"><entity name="{name}">{attributes}{order}{state}{search}</entity></fetch>"#
    )
}

fn layout_xml(table: &Table) -> String {
    let cells = shown(table).enumerate().map(|(index, column)| {
        let width = if index == 0 { 300 } else { 125 };
        format!(r#"<cell name="{column}" width="{width}"/>"#)
    });
    let cells: String = cells.collect();
    let jump = table.primary_name.as_deref().unwrap_or(&table.primary_id);
    let (code, id) = (table.type_code, &table.primary_id);
    format!(
        r#"<grid name="resultset" object="{code}" jump="{jump}" select="1" icon="1" preview="1"><row name="result" id="{id}">{cells}</row></grid>"#
    )
}

/// The columns of a view: the name, and when the row was made.
fn shown(table: &Table) -> impl Iterator<Item = &str> {
    let created = table.column("createdon").map(|column| column.logical_name.as_str());
    table.primary_name.as_deref().into_iter().chain(created)
}

/// The form of a table: its name and its owner.
pub(crate) fn form_xml(table: &Table) -> String {
    const TEXT: &str = "{4273EDBD-AC1D-40D3-9FB2-095C621B552D}";
    const LOOKUP: &str = "{270BD3DB-D9AF-4782-9025-509E298DEC0A}";
    let name = table.primary_name.as_deref().map(|name| (name, TEXT));
    let owner = table.column("ownerid").map(|_| ("ownerid", LOOKUP));
    let rows = name.into_iter().chain(owner).filter_map(|(name, class)| {
        let column = table.column(name)?;
        let label = escape(column.display_name.text(ENGLISH).unwrap_or(&column.schema_name));
        let id = part_id(table, name);
        Some(format!(
            r#"<row><cell id="{id}"><labels><label description="{label}" languagecode="1033"/></labels><control id="{name}" classid="{class}" datafieldname="{name}"/></cell></row>"#
        ))
    });
    let rows: String = rows.collect();
    let (tab, section) = (part_id(table, "tab"), part_id(table, "section"));
    let general = r#"<labels><label description="General" languagecode="1033"/></labels>"#;
    format!(
        r#"<form><tabs><tab verticallayout="true" id="{tab}" IsUserDefined="1">{general}<columns><column width="100%"><sections><section showlabel="false" showbar="false" IsUserDefined="0" id="{section}">{general}<rows>{rows}</rows></section></sections></column></columns></tab></tabs></form>"#
    )
}

/// The id of a part of the form: the same each time, so two layers can be compared.
fn part_id(table: &Table, part: &str) -> String {
    let id: Uuid = ids::stable_id("formpart", &format!("{}/{part}", table.logical_name));
    format!("{{{id}}}")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}
