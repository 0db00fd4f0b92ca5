//! Why a component does not run, from what its instances say. Pure.

use crate::client::ibmcloud::code_engine::{App, ContainerState, Instance};

/// Why a component does not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The reason, as the end of a sentence.
    pub reason: String,
    /// What to do, where that is known.
    pub hint: Option<String>,
}

/// A program that was killed has this status; most often for want of memory.
const KILLED: i32 = 137;

/// The trouble of the newest revision, from its instances; from the application itself where these say nothing.
pub fn trouble(app: &App, instances: &[Instance]) -> Trouble {
    let newest = app.status_details.latest_created_revision.as_deref();
    let of_newest = |instance: &&Instance| newest.is_none_or(|newest| instance.revision_name == newest);
    let found = instances.iter().filter(of_newest).find_map(|instance| of_instance(app, instance));
    found.unwrap_or_else(|| {
        let reason = app.status_details.reason.as_deref().unwrap_or("Code Engine gives no reason");
        let hint = Some(format!("look at its log; `karctl ce logs {}` says where it is", app.name));
        Trouble { reason: words(reason), hint }
    })
}

/// In one line, how an instance is.
pub fn state(instance: &Instance) -> String {
    let details = &instance.status_details;
    let text = match details.user_container.current_state.as_ref().and_then(described) {
        Some(text) => text,
        None => instance.status.clone(),
    };
    match details.restarts {
        0 => text,
        1 => format!("{text}, started again once"),
        restarts => format!("{text}, started again {restarts} times"),
    }
}

fn of_instance(app: &App, instance: &Instance) -> Option<Trouble> {
    let container = &instance.status_details.user_container;
    let states = [container.current_state.as_ref(), container.last_observed_state.as_ref()];
    states.into_iter().flatten().find_map(|state| of_state(app, state))
}

fn of_state(app: &App, state: &ContainerState) -> Option<Trouble> {
    let (image, name) = (&app.spec.image_reference, &app.name);
    let reason = state.reason.as_deref().unwrap_or_default();
    if let Some(code) = state.exit_code.filter(|code| *code != 0) {
        let hint = match code {
            KILLED => format!("give it more than {} with --memory", app.spec.scale_memory_limit),
            _ => format!("look at its log; `karctl ce logs {name}` says where it is"),
        };
        return Some(Trouble { reason: format!("its program ended with status {code}"), hint: Some(hint) });
    }
    // The words of Kubernetes, which Code Engine runs on.
    match reason {
        "ErrImagePull" | "ImagePullBackOff" | "InvalidImageName" | "ErrImageNeverPull" => {
            let hint = match &app.spec.image_secret {
                Some(secret) => {
                    format!("look whether {image} is there, and whether the login in the secret {secret} may pull it")
                }
                None => format!("look whether {image} is there, and whether it needs --registry-secret"),
            };
            Some(Trouble { reason: format!("its image {image} cannot be pulled ({reason})"), hint: Some(hint) })
        }
        "CreateContainerConfigError" => {
            let hint =
                "a secret or a key that it refers to is missing; `karctl ce enable` makes the runtime configuration";
            Some(Trouble { reason: format!("its container cannot be made ({reason})"), hint: Some(hint.to_owned()) })
        }
        "" | "ContainerCreating" | "PodInitializing" => None,
        reason => Some(Trouble { reason: words(reason), hint: None }),
    }
}

fn described(state: &ContainerState) -> Option<String> {
    let mut text = state.container_status.clone()?;
    let reason = state.reason.as_deref().filter(|reason| !reason.is_empty());
    let code = state.exit_code.map(|code| format!("status {code}"));
    let details: Vec<_> = reason.map(str::to_owned).into_iter().chain(code).collect();
    if !details.is_empty() {
        text.push_str(&format!(" ({})", details.join(", ")));
    }
    Some(text)
}

/// `no_revision_ready` as words.
fn words(reason: &str) -> String {
    reason.replace('_', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(image_secret: &str) -> App {
        let text = format!(
            r#"{{ "name": "a", "image_reference": "us.icr.io/kar/a", {image_secret}
                "managed_domain_mappings": "local", "scale_cpu_limit": "1", "scale_memory_limit": "4G",
                "scale_min_instances": 1, "scale_max_instances": 1, "status": "failed",
                "status_details": {{ "reason": "no_revision_ready", "latest_created_revision": "a-00002" }} }}"#
        );
        serde_json::from_str(&text).expect("an application")
    }

    fn instance(revision: &str, state: &str) -> Instance {
        let text = format!(
            r#"{{ "name": "i", "revision_name": "{revision}", "status": "pending", "status_details":
                {{ "restarts": 2, "user_container": {{ "current_state": {state} }} }} }}"#
        );
        serde_json::from_str(&text).expect("an instance")
    }

    #[test]
    fn the_instances_of_the_newest_revision_say_why() {
        let pull = instance("a-00002", r#"{ "container_status": "pending", "reason": "ImagePullBackOff" }"#);
        let old = instance("a-00001", r#"{ "container_status": "terminated", "reason": "Error", "exit_code": 1 }"#);
        let found = trouble(&app(""), &[old.clone(), pull.clone()]);
        assert_eq!(found.reason, "its image us.icr.io/kar/a cannot be pulled (ImagePullBackOff)");
        assert!(found.hint.expect("a hint").contains("--registry-secret"));
        let found = trouble(&app(r#""image_secret": "mine","#), &[pull]);
        assert!(found.hint.expect("a hint").contains("the secret mine"));
        assert_eq!(trouble(&app(""), std::slice::from_ref(&old)).reason, "no revision ready");
        assert_eq!(state(&old), "terminated (Error, status 1), started again 2 times");
    }

    #[test]
    fn a_status_is_told_and_a_kill_explained() {
        let killed =
            instance("a-00002", r#"{ "container_status": "terminated", "reason": "OOMKilled", "exit_code": 137 }"#);
        let found = trouble(&app(""), &[killed]);
        assert_eq!(found.reason, "its program ended with status 137");
        assert_eq!(found.hint.as_deref(), Some("give it more than 4G with --memory"));
    }

    #[test]
    fn what_is_on_its_way_is_no_trouble() {
        let coming = instance("a-00002", r#"{ "container_status": "pending", "reason": "ContainerCreating" }"#);
        assert_eq!(trouble(&app(""), &[coming]).reason, "no revision ready");
    }
}
