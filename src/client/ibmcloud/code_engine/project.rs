//! Projects: made and deleted by the region, which takes a while for either.

use std::fmt;

use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Session;
use super::super::call::Payload;
use super::super::error::Result;
use super::{ask, ask_project};

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Project {
    /// What requests name it by.
    pub id: String,
    /// What people name it by.
    pub name: String,
    /// Where it is in its life.
    pub status: ProjectStatus,
    /// Its region, such as `eu-de`.
    #[serde(default)]
    pub region: String,
    /// Its resource group, by id.
    #[serde(default)]
    pub resource_group_id: String,
    /// Its account.
    #[serde(default)]
    pub account_id: String,
    /// Its address in IBM Cloud.
    #[serde(default)]
    pub crn: String,
}

/// Where a project is in its life, in Code Engine's words, such as `active` or `soft_deleted`.
/// <https://cloud.ibm.com/apidocs/codeengine/v2#get-project>
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct ProjectStatus(String);

impl ProjectStatus {
    /// Whether it can be used.
    pub fn is_active(&self) -> bool {
        self.0 == "active"
    }

    /// Whether it is on its way to being active.
    pub fn is_coming(&self) -> bool {
        matches!(self.0.as_str(), "creating" | "preparing")
    }

    /// Whether it is deleted, for good or so that it can be brought back: nothing in it runs.
    pub fn is_deleted(&self) -> bool {
        self.is_soft_deleted() || self.is_hard_deleted()
    }

    /// Whether it is deleted, and can be brought back.
    pub fn is_soft_deleted(&self) -> bool {
        self.0 == "soft_deleted"
    }

    /// Whether it is deleted for good.
    pub fn is_hard_deleted(&self) -> bool {
        self.0 == "hard_deleted"
    }

    /// Whether it is on its way to being deleted.
    pub fn is_going(&self) -> bool {
        matches!(self.0.as_str(), "deleting" | "hard_deleting" | "pending_removal")
    }

    /// Whether being made or deleted failed.
    pub fn has_failed(&self) -> bool {
        self.0.ends_with("_failed")
    }
}

impl fmt::Display for ProjectStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.replace('_', " "))
    }
}

impl Session {
    /// Every project of the region that whoever asks may see, deleted ones included.
    ///
    /// # Errors
    /// When Code Engine does not say.
    pub async fn projects(&self) -> Result<Vec<Project>> {
        self.pages(ask(Method::GET, &["projects"], "list the projects"), "projects").await
    }

    /// A project, by its id.
    ///
    /// # Errors
    /// When there is none, whoever asks may not see it, or Code Engine does not say.
    pub async fn project(&self, id: &str) -> Result<Project> {
        self.send(&ask_project(Method::GET, id, &[], format!("show the project {id}"))).await?.json()
    }

    /// Asks for a project, which is not active yet when this returns.
    ///
    /// # Errors
    /// When Code Engine refuses; with [`super::super::Error::is_doubtful`] where it may have been made all the same. It
    /// is not asked twice then: names need not be unique, so that there might be two.
    pub async fn create_project(&self, name: &str, resource_group_id: Option<&str>) -> Result<Project> {
        let mut body = json!({ "name": name });
        if let Some(group) = resource_group_id {
            body["resource_group_id"] = group.into();
        }
        let ask = ask(Method::POST, &["projects"], format!("create the project `{name}`"));
        self.send(&ask.with(Payload::json(&body)).at_most_once()).await?.json()
    }

    /// Asks for a project's end, which has not come yet when this returns. One that is gone already is no error.
    ///
    /// # Errors
    /// When Code Engine refuses.
    pub async fn delete_project(&self, id: &str) -> Result<()> {
        match self.send(&ask_project(Method::DELETE, id, &[], format!("delete the project {id}"))).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(drop),
        }
    }
}
