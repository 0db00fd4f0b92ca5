//! What an application is to become, and whether an answer tells of that state or of the former one. Pure.

use std::borrow::Cow;
use std::time::Duration;

use super::difference::difference;
use crate::client::ibmcloud::code_engine::{App, AppSpec, Variable};
use crate::redacted::Secret;

/// For so long after a change an answer may still tell how the former revision is. The API does not say; the servers
/// below make a revision within a second or two.
const GRACE: Duration = Duration::from_secs(10);

/// The field whose change makes no revision: it is a matter of routes.
const VISIBILITY: &str = "managed_domain_mappings";

/// What an application is to become.
#[derive(Clone, Copy, Debug)]
pub enum Goal<'a> {
    /// Such, and made where there is none.
    Whole(&'a AppSpec),
    /// This many instances, whatever else it is by then; where there is none, none is made.
    Instances(u32),
    /// The same, begun with the configuration of this tag; where there is none, none is made.
    Renewed(&'a str),
}

/// The variable with the tag of the configuration that a revision began with.
pub const CONFIGURATION: &str = "KARCTL_CONFIGURATION";

impl<'a> Goal<'a> {
    /// What is wanted of an application that is as `there`: nothing but what the goal is about differs.
    pub fn over(self, there: &AppSpec) -> Cow<'a, AppSpec> {
        match self {
            Self::Whole(wanted) => Cow::Borrowed(wanted),
            Self::Instances(count) => {
                Cow::Owned(AppSpec { scale_min_instances: count, scale_max_instances: count, ..there.clone() })
            }
            Self::Renewed(tag) => Cow::Owned(begun_with(there, tag)),
        }
    }

    /// The fields that are to change, in the API's words.
    pub fn difference(self, there: &AppSpec) -> Vec<&'static str> {
        let Self::Renewed(tag) = self else { return difference(there, &self.over(there)) };
        let has_begun_with_it = |variable: &Variable| matches!(variable, Variable::Literal { name, value } if name == CONFIGURATION && value.expose() == tag);
        if there.run_env_variables.iter().any(has_begun_with_it) { Vec::new() } else { vec!["run_env_variables"] }
    }
}

/// The same application, which says that it begins with the configuration of this tag.
pub fn begun_with(spec: &AppSpec, tag: &str) -> AppSpec {
    let mut spec = spec.clone();
    spec.run_env_variables.retain(|variable| !is_configuration(variable));
    spec.run_env_variables.push(Variable::Literal { name: CONFIGURATION.to_owned(), value: Secret::new(tag) });
    spec
}

/// Whether it is karctl's own, which nobody asked for.
pub fn is_configuration(variable: &Variable) -> bool {
    matches!(variable, Variable::Literal { name, .. } if name == CONFIGURATION)
}

/// The revision that was the newest before a change which makes another one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Former(Option<String>);

impl Former {
    /// Of an application whose `fields` are about to change.
    pub fn before(there: &App, fields: &[&str]) -> Self {
        let makes_revision = fields.iter().any(|field| *field != VISIBILITY);
        Self(there.status_details.latest_created_revision.clone().filter(|_| makes_revision))
    }

    /// Whether the status of `app`, seen so long after the change, may be that of the former revision.
    pub fn may_be_meant(&self, app: &App, elapsed: Duration) -> bool {
        let Some(former) = &self.0 else { return false };
        let newest = app.status_details.latest_created_revision.as_ref();
        newest.is_none_or(|newest| newest == former) && elapsed < GRACE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(revision: &str) -> App {
        let text = format!(
            r#"{{ "name": "a", "image_reference": "a", "managed_domain_mappings": "local_cloud", "scale_cpu_limit": "1",
                "run_env_variables": [{{ "type": "config_map_full_reference", "reference": "c" }}],
                "scale_memory_limit": "4G", "scale_min_instances": 1, "scale_max_instances": 1,
                "status_details": {{ "latest_created_revision": {revision} }} }}"#
        );
        serde_json::from_str(&text).expect("an application")
    }

    #[test]
    fn a_number_of_instances_is_all_that_is_wanted_of_it() {
        let there = app("null").spec;
        assert_eq!(Goal::Instances(2).difference(&there), ["scale_min_instances", "scale_max_instances"]);
        assert_eq!(Goal::Instances(1).difference(&there), Vec::<&str>::new());
        let other = AppSpec { image_reference: "b".to_owned(), ..there.clone() };
        assert_eq!(Goal::Whole(&other).difference(&there), ["image_reference"]);
    }

    #[test]
    fn what_began_with_a_configuration_is_begun_anew_with_another_one_only() {
        let there = app("null").spec;
        let renewed = Goal::Renewed("tag-1").over(&there).into_owned();
        assert_eq!(Goal::Renewed("tag-1").difference(&there), ["run_env_variables"]);
        assert_eq!(Goal::Renewed("tag-1").difference(&renewed), Vec::<&str>::new());
        assert_eq!(Goal::Renewed("tag-2").difference(&renewed), ["run_env_variables"]);
        assert_eq!(Goal::Renewed("tag-2").over(&renewed).run_env_variables.len(), renewed.run_env_variables.len());
        assert_eq!(Goal::Whole(&there).difference(&renewed), Vec::<&str>::new(), "nobody asked for the variable");
    }

    #[test]
    fn the_former_revision_is_not_taken_for_the_new_one() {
        let soon = Duration::from_secs(1);
        let former = Former::before(&app("\"a-00001\""), &["image_reference"]);
        assert!(former.may_be_meant(&app("\"a-00001\""), soon));
        assert!(former.may_be_meant(&app("null"), soon));
        assert!(!former.may_be_meant(&app("\"a-00002\""), soon));
        assert!(!former.may_be_meant(&app("\"a-00001\""), GRACE), "it never waits for what may not come");
    }

    #[test]
    fn where_no_revision_is_made_none_is_waited_for() {
        let there = app("\"a-00001\"");
        for former in [Former::before(&there, &[VISIBILITY]), Former::default()] {
            assert!(!former.may_be_meant(&there, Duration::ZERO));
        }
    }
}
