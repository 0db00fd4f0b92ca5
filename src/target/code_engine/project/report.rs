//! Projects, as text.

use super::name::typeable;
use super::{CreatedProject, DeletedProject, ListedProject, ProjectSummary, Projects, UsedProject};
use crate::change::Change;
use crate::ui;

impl Projects {
    /// The form for people.
    pub fn text(&self) -> String {
        if self.projects.is_empty() {
            return "There is no project that you may see\n".to_owned();
        }
        let heading = ["NAME", "ID", "STATUS", "REGION", "CHOSEN BY"].map(str::to_owned).to_vec();
        let row = |listed: &ListedProject| {
            let ProjectSummary { name, id, status, region, .. } = &listed.project;
            let chosen_by = listed.chosen_by.clone().unwrap_or_default();
            vec![name.clone(), id.clone(), status.to_string(), region.clone(), chosen_by]
        };
        ui::table(&std::iter::once(heading).chain(self.projects.iter().map(row)).collect::<Vec<_>>())
    }
}

impl CreatedProject {
    /// The form for people.
    pub fn text(&self) -> String {
        let would = if self.dry_run { "would be " } else { "" };
        let id = self.project.as_ref().map(|project| format!(" ({})", project.id)).unwrap_or_default();
        let change = self.change;
        let would = if change == Change::Unchanged { "" } else { would };
        let mut text = format!("The project {}{id}: {would}{change}\n", self.name);
        if !self.dry_run {
            text.push_str(&match self.is_chosen {
                true => "Other commands act on it\n".to_owned(),
                false => {
                    format!("Have other commands act on it with `karctl ce project use {}`\n", typeable(&self.name))
                }
            });
        }
        text
    }
}

impl UsedProject {
    /// The form for people.
    pub fn text(&self) -> String {
        match (&self.project, self.dry_run) {
            (Some(ProjectSummary { name, id, region, .. }), false) => {
                format!("Commands act on the project {name} ({id}) in {region}\n")
            }
            (Some(ProjectSummary { name, id, region, .. }), true) => {
                format!("Commands would act on the project {name} ({id}) in {region}\n")
            }
            (None, false) => "No project is kept for other commands\n".to_owned(),
            (None, true) => "No project would be kept for other commands\n".to_owned(),
        }
    }
}

impl DeletedProject {
    /// The form for people.
    pub fn text(&self) -> String {
        let Some(ProjectSummary { name, id, .. }) = &self.project else {
            return format!("There is no project {} that you may see: nothing to delete\n", self.wanted);
        };
        let mut text = match (self.change, self.dry_run) {
            (Change::Removed, false) => format!("The project {name} ({id}) is deleted with everything in it\n"),
            (Change::Removed, true) => format!("The project {name} ({id}) would be deleted with everything in it\n"),
            _ => format!("The project {name} ({id}) was deleted before\n"),
        };
        if self.is_kept {
            text.push_str(&format!(
                "IBM Cloud keeps it for seven days, and its name with it: `ibmcloud ce project restore --id {id}` brings \
                 it back\n"
            ));
        }
        text
    }
}
