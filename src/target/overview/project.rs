//! The project of Code Engine that commands act on.

use super::{Health, Members, Place, PlaceKind, aside};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::code_engine::account::{self, AccountOptions, Origin};
use crate::target::code_engine::chosen::Chosen;
use crate::target::code_engine::component::{self, AppStatus, Component};

/// Looks at the project that was chosen by `karctl ce project use` or a variable; one that only the `ibmcloud` command has
/// chosen is not karctl's to ask for.
pub async fn project(context: &Context, members: &Members) -> Option<Place> {
    let chosen = match Chosen::read(context) {
        Ok(chosen) => chosen,
        Err(error) => return Some(Place::failed(PlaceKind::Project, "code-engine", &error)),
    };
    let variable = |names: [&str; 2]| names.iter().find_map(|name| context.environment.variable(name));
    let (title, id, region) = match (variable(["CE_PROJECT", "CE_PROJECT_ID"]), chosen) {
        (Some(named), _) => (named.to_owned(), named.to_owned(), variable(account::REGION).map(str::to_owned)),
        (None, Some(chosen)) => (chosen.name, chosen.id, Some(chosen.region)),
        (None, None) => return None,
    };
    let own = context.clone();
    let place = aside(context, PlaceKind::Project, &title, async move || look(&own).await).await?;
    let member = members.project(&[&title, &id, &place.name], region.as_deref());
    Some(Place { member, ..place })
}

async fn look(context: &Context) -> Result<Option<Place>> {
    let account = account::find(context, &AccountOptions::default())?;
    let wanted = account.wanted_project.as_ref().map(|wanted| &wanted.origin);
    if !matches!(wanted, Some(Origin::Record | Origin::Variable(_))) {
        // A region of the environment that is not the project's.
        return Err(Failure::new("its region is not the one that the environment names")
            .hint("unset IBMCLOUD_REGION, or choose again with `karctl ce project use`")
            .into());
    }
    let place = component::Place::of(&account).await?;
    let components = component::list(&place, None).await?.components;
    let (state, summary) = judge(&place.project.region, &components);
    Ok(Some(Place { components, ..Place::new(PlaceKind::Project, place.project.name, state, summary) }))
}

fn judge(region: &str, components: &[Component]) -> (Health, String) {
    let broken = components.iter().find(|of| matches!(of.status, AppStatus::Failed | AppStatus::Warning));
    if let Some(broken) = broken {
        let reason = broken.reason.as_deref().unwrap_or("its newest revision failed");
        return (Health::Unhealthy, format!("the component {} is not ready: {reason}", broken.name));
    }
    let plural = if components.len() == 1 { "" } else { "s" };
    let coming = components.iter().filter(|of| of.status == AppStatus::Deploying).count();
    let coming = if coming == 0 { String::new() } else { format!(", {coming} on the way") };
    (Health::Healthy, format!("Code Engine in {region}, {} component{plural}{coming}", components.len()))
}
