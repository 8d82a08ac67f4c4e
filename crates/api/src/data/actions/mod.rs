//! Actions: messages that change something, called with `POST`.
//!
//! To add one: a file with its `ACTION`, and a line in the list below, in order of the name; take
//! its name out of `unsupported.rs`.

mod add_members_team;
mod add_privileges_role;
mod add_solution_component;
mod add_to_queue;
mod add_user_to_record_team;
mod blocks;
mod bulk_delete;
mod can_be_referenced;
mod can_be_referencing;
mod can_many_to_many;
mod commit_blocks_upload;
mod create_customer_relationships;
mod create_entities;
mod create_polymorphic_lookup_attribute;
mod delete_file;
mod delete_option_value;
mod deprovision_language;
mod download_block;
mod download_solution_export_data;
mod export_solution;
mod export_solution_async;
mod get_auto_number_seed;
mod get_next_auto_number_value;
mod grant_access;
mod import_solution;
mod import_solution_async;
mod initialize_blocks_download;
mod initialize_blocks_upload;
mod insert_option_value;
mod insert_status_value;
mod jobs;
mod merge;
mod modify_access;
mod option_values;
mod order_option;
mod provision_language;
mod publish_all_xml;
mod publish_duplicate_rule;
mod publish_xml;
mod reactivate_entity_key;
mod record_team;
mod remove_members_team;
mod remove_privilege_role;
mod remove_solution_component;
mod remove_user_from_record_team;
mod replace_privileges_role;
mod revoke_access;
mod searchautocomplete;
mod searchquery;
mod searchsuggest;
mod set_auto_number_seed;
mod set_loc_labels;
mod sharing;
mod solution_parameters;
mod stage_solution;
mod team_members;
mod uninstall_solution_async;
mod unpublish_duplicate_rule;
mod update_option_value;
mod update_state_value;
mod upload_block;

use base::{Error, Kind, Result};
use dataverse::BoxFuture;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::body::wrong;
use super::call::Call;
use super::functions::response;
use super::resource::Bound;

/// An action of the protocol.
pub(super) struct Action {
    /// Its name, without the namespace.
    pub name: &'static str,
    /// The table to whose rows it is bound, by logical name.
    pub bound_to: Option<&'static str>,
    /// Its parameters, with their types.
    pub parameters: &'static [(&'static str, &'static str)],
    /// The members of its answer, with their types; none if it answers with nothing.
    pub returns: &'static [(&'static str, &'static str)],
    /// Answers a call of it.
    pub run: Run,
}

type Run = for<'a> fn(&'a Call, Option<Bound>, Parameters) -> BoxFuture<'a, Result<Answer>>;

/// The parameters of a call.
pub(super) type Parameters = Map<String, Value>;

const ACTIONS: &[&Action] = &[
    &add_members_team::ACTION,
    &add_privileges_role::ACTION,
    &add_solution_component::ACTION,
    &add_to_queue::ACTION,
    &add_user_to_record_team::ACTION,
    &bulk_delete::ACTION,
    &can_be_referenced::ACTION,
    &can_be_referencing::ACTION,
    &can_many_to_many::ACTION,
    &commit_blocks_upload::OF_ANNOTATION,
    &commit_blocks_upload::OF_ATTACHMENT,
    &commit_blocks_upload::OF_FILE,
    &create_customer_relationships::ACTION,
    &create_entities::ACTION,
    &create_polymorphic_lookup_attribute::ACTION,
    &delete_file::ACTION,
    &delete_option_value::ACTION,
    &deprovision_language::ACTION,
    &download_block::ACTION,
    &download_solution_export_data::ACTION,
    &export_solution::ACTION,
    &export_solution_async::ACTION,
    &get_auto_number_seed::ACTION,
    &get_next_auto_number_value::ACTION,
    &grant_access::ACTION,
    &import_solution::ACTION,
    &import_solution_async::ACTION,
    &initialize_blocks_download::OF_ANNOTATION,
    &initialize_blocks_upload::OF_ANNOTATION,
    &initialize_blocks_download::OF_ATTACHMENT,
    &initialize_blocks_upload::OF_ATTACHMENT,
    &initialize_blocks_download::OF_FILE,
    &initialize_blocks_upload::OF_FILE,
    &insert_option_value::ACTION,
    &insert_status_value::ACTION,
    &merge::ACTION,
    &modify_access::ACTION,
    &order_option::ACTION,
    &provision_language::ACTION,
    &publish_all_xml::ACTION,
    &publish_duplicate_rule::ACTION,
    &publish_xml::ACTION,
    &reactivate_entity_key::ACTION,
    &remove_members_team::ACTION,
    &remove_privilege_role::ACTION,
    &remove_solution_component::ACTION,
    &remove_user_from_record_team::ACTION,
    &replace_privileges_role::ACTION,
    &revoke_access::ACTION,
    &set_auto_number_seed::ACTION,
    &set_loc_labels::ACTION,
    &stage_solution::ACTION,
    &uninstall_solution_async::ACTION,
    &unpublish_duplicate_rule::ACTION,
    &update_option_value::ACTION,
    &update_state_value::ACTION,
    &upload_block::ACTION,
    &searchautocomplete::ACTION,
    &searchquery::ACTION,
    &searchsuggest::ACTION,
];

/// The action with this name, bound to this table or to none.
pub(super) fn find(name: &str, bound_to: Option<&str>) -> Option<&'static Action> {
    ACTIONS.iter().copied().find(|a| a.name == name && a.bound_to == bound_to)
}

/// All actions, in order of the name.
pub(super) fn all() -> &'static [&'static Action] {
    ACTIONS
}

impl Action {
    /// Refuses parameters that the action does not have.
    pub fn check(&self, parameters: &Parameters) -> Result<()> {
        let is_known = |name: &str| self.parameters.iter().any(|(known, _)| *known == name);
        match parameters.keys().find(|name| !name.contains('@') && !is_known(name)) {
            None => Ok(()),
            Some(name) => {
                let action = self.name;
                Err(wrong(format!("'{name}' is not a parameter of the action '{action}'.")))
            }
        }
    }
}

/// A parameter that cannot be left out.
fn required<'p>(parameters: &'p Parameters, action: &str, name: &str) -> Result<&'p Value> {
    parameters.get(name).filter(|value| !value.is_null()).ok_or_else(|| {
        let message = format!("The action '{action}' needs the parameter '{name}'.");
        Error::new(Kind::Invalid, "0x80040200", message)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_in_order() {
        assert!(ACTIONS.is_sorted_by(|a, b| a.name < b.name));
    }
}
