//! Code Engine and the managed services of IBM Cloud: who asks, which project, and what is prepared and runs there. Replaces
//! kar-ce-project-enable.sh, kar-ce-project-disable.sh and kar-ce-run.sh.

pub mod account;
pub mod check;
pub mod chosen;
pub mod component;
mod credential;
pub mod disable;
pub mod enable;
pub mod ibmcloud_cli;
pub mod login;
pub mod managed;
pub mod project;
