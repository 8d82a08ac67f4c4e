//! Uninstall: the layers of a solution are taken away, and what has no layer left goes.

use std::collections::BTreeSet;

use base::{Cx, Error, Kind, Result, Uuid};
use dataverse::{Environment, Session};

use crate::components::schema::{self, Touched};
use crate::components::{self};
use crate::import::project_row;
use crate::layers::{self, Layer, Name};
use crate::solution::{self, Known};
use crate::{dependencies, members};

/// Uninstalls a solution. A managed one takes its layers along, and with the last layer the
/// component with its data; an unmanaged one is only a list, and only the list goes.
pub async fn uninstall(environment: &Environment, cx: &Cx, unique_name: &str) -> Result<()> {
    let mut session = environment.begin(cx).await?;
    session.require_privilege("prvImportCustomization")?;
    let known = solution::named(&mut session, unique_name).await?;
    remove(&mut session, &known).await?;
    session.remove_row("solution", known.id).await?;
    session.commit().await
}

/// Takes away what a solution brought; its own row is left to the caller.
pub(crate) async fn remove(session: &mut Session<'_>, known: &Known) -> Result<()> {
    if known.publisher.is_none() || is_of_the_platform(known) {
        return Err(Error::new(
            Kind::Forbidden,
            "0x8004f01a",
            format!("The solution {} belongs to the platform and stays.", known.unique_name),
        ));
    }
    if known.is_managed {
        remove_layers(session, known).await?;
    }
    for member in members::of(session, known.id).await? {
        members::remove(session, known.id, member.id).await?;
    }
    Ok(())
}

fn is_of_the_platform(known: &Known) -> bool {
    use dataverse::well_known as ids;
    [
        ids::SYSTEM_SOLUTION,
        ids::ACTIVE_SOLUTION,
        ids::DEFAULT_SOLUTION,
        ids::BASIC_SOLUTION,
        ids::CDS_SOLUTION,
    ]
    .contains(&known.id)
}

async fn remove_layers(session: &mut Session<'_>, known: &Known) -> Result<()> {
    let all = layers::of_solution(session, known.id).await?;
    let mut stacks = Vec::with_capacity(all.len());
    for (id, name) in all {
        stacks.push((id, name, layers::of(session, id).await?));
    }
    check_base(session, known, &stacks).await?;
    let going: BTreeSet<Uuid> =
        stacks.iter().filter(|(_, _, stack)| goes(stack, known.id)).map(|(id, _, _)| *id).collect();
    let names: Vec<Name> = stacks
        .iter()
        .filter(|(id, _, _)| going.contains(id))
        .map(|(_, name, _)| name.clone())
        .collect();
    let blockers = dependencies::dependents(session, &names, &going).await?;
    if !blockers.is_empty() {
        return Err(dependencies::in_use(session, &blockers).await);
    }
    let mut touched = Touched::default();
    for (id, name, stack) in &stacks {
        layers::remove(session, *id, known.id).await?;
        if !going.contains(id) {
            continue;
        }
        // What an administrator changed above the last managed layer goes with it.
        layers::remove(session, *id, layers::ACTIVE).await?;
        if let Some(bottom) = stack.first() {
            components::unproject(session, *id, &bottom.component).await?;
        }
        if touched.note(name) {
            continue;
        }
        layers::forget(session, *id).await?;
    }
    for (id, name, _) in &stacks {
        if !going.contains(id) && !touched.note(name) {
            project_row(session, *id, false).await?;
        }
    }
    schema::project(session, &touched).await?;
    for (id, _, _) in stacks.iter().filter(|(id, _, _)| going.contains(id)) {
        layers::forget(session, *id).await?;
    }
    Ok(())
}

/// Whether the component goes: only this solution's layer, with or without the unmanaged one.
fn goes(stack: &[Layer], solution: Uuid) -> bool {
    stack.iter().all(|layer| layer.solution == solution || !layer.is_managed())
}

/// A base layer cannot be taken from under the layer of another publisher.
async fn check_base(
    session: &mut Session<'_>,
    known: &Known,
    stacks: &[(Uuid, Name, Vec<Layer>)],
) -> Result<()> {
    for (_, name, stack) in stacks {
        if stack.first().is_none_or(|bottom| bottom.solution != known.id) {
            continue;
        }
        for above in stack.iter().skip(1).filter(|layer| layer.is_managed()) {
            let Some(other) = solution::read(session, above.solution).await? else { continue };
            if other.publisher != known.publisher {
                return Err(Error::new(
                    Kind::Invalid,
                    "0x8004f01d",
                    format!(
                        "{} cannot be uninstalled: the solution {} of another publisher builds on \
                         its {:?} {}. Uninstall {} first.",
                        known.unique_name,
                        other.unique_name,
                        name.kind,
                        name.key,
                        other.unique_name
                    ),
                ));
            }
        }
    }
    Ok(())
}
