//! Choices: the `optionset` element, global or local.

use std::sync::Arc;

use base::Uuid;
use metadata::{Choice, ChoiceKind, ChoiceOption, Label};
use package::xml::Element;

use super::label::apply_labels;
use super::{apply_managed, flag, text, write_labels, write_managed, zero_or_one};

/// An empty choice that an element is then applied onto.
pub fn new_choice(name: &str, id: Uuid, is_global: bool) -> Choice {
    Choice {
        metadata_id: id,
        name: name.to_owned(),
        kind: ChoiceKind::Picklist,
        is_global,
        is_custom: true,
        is_managed: false,
        display_name: Label::default(),
        description: Label::default(),
        options: Vec::new(),
        introduced_version: None,
        managed_properties: Default::default(),
    }
}

/// Applies an `optionset` element: options are united by value, the labels of the element win.
pub fn apply_choice(choice: &mut Choice, element: &Element) {
    if let Some(kind) = text(element, "OptionSetType") {
        choice.kind = match kind.to_ascii_lowercase().as_str() {
            "bit" | "boolean" => ChoiceKind::Boolean,
            "state" => ChoiceKind::State,
            "status" => ChoiceKind::Status,
            _ => ChoiceKind::Picklist,
        };
    }
    if let Some(version) = text(element, "IntroducedVersion") {
        choice.introduced_version = Some(version);
    }
    apply_managed(&mut choice.managed_properties, element, &["IsCustomizable"]);
    apply_labels(&mut choice.display_name, element, "displaynames");
    apply_labels(&mut choice.description, element, "Descriptions");
    for list in ["options", "states", "statuses"] {
        for option in element.child(list).into_iter().flat_map(Element::elements) {
            apply_option(choice, option);
        }
    }
}

fn apply_option(choice: &mut Choice, element: &Element) {
    let Some(value) = element.attribute("value").and_then(|value| value.parse().ok()) else {
        return;
    };
    let known = choice.options.iter().position(|option| option.value == value);
    let index = known.unwrap_or_else(|| {
        choice.options.push(ChoiceOption { value, ..ChoiceOption::default() });
        choice.options.len() - 1
    });
    let option = &mut choice.options[index];
    apply_labels(&mut option.label, element, "labels");
    apply_labels(&mut option.description, element, "Descriptions");
    let given = |name| element.attribute(name).filter(|value| !value.is_empty());
    if let Some(color) = given("Color") {
        option.color = Some(color.to_owned());
    }
    if let Some(value) = given("ExternalValue") {
        option.external_value = Some(value.to_owned());
    }
    if let Some(hidden) = given("IsHidden") {
        option.is_hidden = hidden == "1";
    }
    if let Some(state) = given("state") {
        option.state = state.parse().ok();
    }
    if let Some(status) = given("defaultstatus") {
        option.default_status = status.parse().ok();
    }
    if let Some(name) = given("invariantname") {
        option.invariant_name = Some(name.to_owned());
    }
    if let Some(transitions) = given("TransitionData") {
        option.transition_data = Some(transitions.to_owned());
    }
}

/// The local choice of a column, from the `optionset` inside its element, onto what is below.
pub(crate) fn local_choice(below: Option<&Arc<Choice>>, element: &Element, name: &str) -> Choice {
    let mut choice = match below {
        Some(choice) if !choice.is_global => (**choice).clone(),
        _ => new_choice(name, super::column::derived_id(name), false),
    };
    if let Some(given) = element.attribute("Name") {
        choice.name = given.to_owned();
    }
    apply_choice(&mut choice, element);
    choice
}

/// Writes a choice as the service does: a global one with its `localizedName`.
pub fn write_choice(choice: &Choice) -> Element {
    let mut element = Element::new("optionset").with("Name", &choice.name);
    if choice.is_global
        && let Some(name) = choice.display_name.text(metadata::ENGLISH)
    {
        element.set_attribute("localizedName", name);
    }
    let kind = match choice.kind {
        ChoiceKind::Picklist => "picklist",
        ChoiceKind::Boolean => "bit",
        ChoiceKind::State => "state",
        ChoiceKind::Status => "status",
    };
    element.push(Element::with_text("OptionSetType", kind));
    if choice.is_global {
        element.push(Element::with_text("IsGlobal", "1"));
    }
    if let Some(version) = &choice.introduced_version {
        element.push(Element::with_text("IntroducedVersion", version));
    }
    write_managed(&mut element, &choice.managed_properties, &["IsCustomizable"]);
    element.push(write_labels(&choice.display_name, "displaynames", "displayname"));
    element.push(write_labels(&choice.description, "Descriptions", "Description"));
    let (list, item) = match choice.kind {
        ChoiceKind::State => ("states", "state"),
        ChoiceKind::Status => ("statuses", "status"),
        _ => ("options", "option"),
    };
    let options = choice.options.iter().map(|option| write_option(option, item));
    element.push(Element::new(list).children_with(options));
    element
}

fn write_option(option: &ChoiceOption, name: &str) -> Element {
    let mut element = Element::new(name).with("value", option.value.to_string());
    let mut set = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            element.set_attribute(name, value);
        }
    };
    set("defaultstatus", option.default_status.map(|status| status.to_string()));
    set("invariantname", option.invariant_name.clone());
    set("state", option.state.map(|state| state.to_string()));
    set("TransitionData", option.transition_data.clone());
    set("ExternalValue", option.external_value.clone());
    set("Color", option.color.clone());
    if option.is_hidden {
        element.set_attribute("IsHidden", zero_or_one(true));
    }
    element.push(write_labels(&option.label, "labels", "label"));
    if !option.description.is_empty() {
        element.push(write_labels(&option.description, "Descriptions", "Description"));
    }
    element
}

/// Whether an element says of itself that columns share it.
pub(crate) fn is_global(element: &Element) -> bool {
    flag(element, "IsGlobal").unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::super::read_labels;
    use super::*;

    #[test]
    fn options_unite_by_value_and_upper_labels_win() {
        let mut choice = new_choice("fh_color", Uuid::nil(), true);
        let below = r#"<optionset Name="fh_color"><options><option value="1"><labels><label description="Red" languagecode="1033"/></labels></option></options></optionset>"#;
        let above = r##"<optionset Name="fh_color"><options><option value="1" Color="#f00"><labels><label description="Crimson" languagecode="1033"/></labels></option><option value="2"><labels><label description="Blue" languagecode="1033"/></labels></option></options></optionset>"##;
        for xml in [below, above] {
            apply_choice(&mut choice, &Element::parse(xml.as_bytes()).unwrap());
        }
        let labels: Vec<_> = choice.options.iter().map(|o| (o.value, o.label.text(1033))).collect();
        assert_eq!(labels, [(1, Some("Crimson")), (2, Some("Blue"))]);
        assert_eq!(choice.options[0].color.as_deref(), Some("#f00"));
        let mut again = new_choice("fh_color", Uuid::nil(), true);
        apply_choice(&mut again, &write_choice(&choice));
        again.managed_properties = choice.managed_properties.clone();
        assert_eq!(again, choice);
        assert!(
            !is_global(&Element::new("optionset")) && read_labels(&Element::new("x")).is_empty()
        );
    }
}
