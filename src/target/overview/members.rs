//! Which places are members of the project of the working folder. Its file alone says so: nobody is asked.

use std::sync::Arc;

use crate::context::Context;
use crate::settings::project::{Member, MemberPlace, ServicesSource};
use crate::target::hybrid::Hybrid;
use crate::target::kubernetes::connection::{Pinned, Selection};

/// The members of a project; none where there is no project.
#[derive(Clone, Debug, Default)]
pub struct Members(Option<Arc<Hybrid>>);

impl Members {
    /// Those of the `karctl.yaml` of the working folder, or of the nearest one above it. One that is wrong has none here:
    /// `karctl hybrid status` says what is wrong with it.
    pub fn read(context: &Context) -> Self {
        match Hybrid::read_any(context, None) {
            Ok(hybrid) => Self(Some(Arc::new(hybrid)).filter(|hybrid| !hybrid.project.members.is_empty())),
            Err(error) => {
                context.ui.trace(1, || format!("no members: {error}"));
                Self::default()
            }
        }
    }

    /// The project's file.
    pub fn file(&self) -> Option<String> {
        self.0.as_ref().map(|hybrid| hybrid.file.display().to_string())
    }

    /// The member that an instance is: this machine, where the services are the instance.
    pub fn instance(&self, name: &str) -> Option<String> {
        let services = self.0.as_ref()?.project.services.as_ref()?;
        let is_home = matches!(&services.source, ServicesSource::Local { name: home } if home == name);
        self.find(|_, member| is_home && member.place == MemberPlace::Local)
    }

    /// The member that a cluster is, by its context; where it is remembered, by its kubeconfig and its identity too.
    pub fn cluster(&self, context: &Context, name: &str, pinned: Option<&Pinned>) -> Option<String> {
        self.find(|hybrid, member| {
            let MemberPlace::Cluster(place) = &member.place else { return false };
            let kubeconfig = place.kubeconfig.as_ref().map(|path| hybrid.folder.join(path));
            let selection = Selection { kubeconfig, context: Some(place.context.clone()) };
            let is_same = |pinned: &Pinned| pinned.is_meant_by(context, &selection, place.uid.as_deref());
            place.context == name && pinned.is_none_or(is_same)
        })
    }

    /// The member that a project of Code Engine is, by its names and ids, and its region where both are known.
    pub fn project(&self, names: &[&str], region: Option<&str>) -> Option<String> {
        self.find(|_, member| {
            let MemberPlace::CodeEngine(place) = &member.place else { return false };
            let is_there = place.region.as_deref().zip(region).is_none_or(|(wanted, known)| wanted == known);
            is_there && names.contains(&place.project.as_str())
        })
    }

    fn find(&self, is_meant: impl Fn(&Hybrid, &Member) -> bool) -> Option<String> {
        let hybrid = self.0.as_ref()?;
        let found = hybrid.project.members.iter().find(|member| is_meant(hybrid, member))?;
        Some(found.name.clone())
    }
}
