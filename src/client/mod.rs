//! The outside systems that karctl talks to, one a file. None of them knows of the command line, the terminal or the
//! settings, and none of another.

pub mod child;
pub mod disk;
pub mod docker;
pub mod download;
pub mod draft;
pub mod file;
pub mod http;
pub mod ibmcloud;
pub mod java;
pub mod kafka;
pub mod kubernetes;
pub mod maven;
pub mod memory;
pub mod port;
pub mod process;
pub mod program;
pub mod reach;
pub mod redis;
pub mod registry;
pub mod tls;
pub mod tool;
pub mod zookeeper;
