//! karctl runs the KAR runtime everywhere. Every mode answers two questions, **where do Kafka and Redis live** and **who
//! asks**, and one pure function holds the answer:
//!
//! ```text
//! (Services, Vantage) -> RuntimeConfig        13 variables that `kar` reads; None means: unset it
//! ```
//!
//! [`services`] is that function, [`runtime_config`] the model of its result and the ways to spell it. A target brings
//! `Services` about; a command delivers the `RuntimeConfig` as shell text, a file, or the environment of a process.
//!
//! # The way of a command
//!
//! ```text
//! cli          what was typed -> Settings -> one call of a target -> its value, printed
//!   settings   layers merged as YAML, each value with its origin, deserialised once
//!   target     a recipe that reads top to bottom: lock, look, compare, do the difference, prove it
//!     client   one home for each outside system: docker, kubernetes, registries, kind and k3d, IBM Cloud, kafka,
//!              redis, processes, files, ports, downloads
//!     server   what is offered to others: HTTPS for the injector
//!   ui         the only one who prints or asks
//! ```
//!
//! Everything that changes the world is an `ensure`: it reads what is, compares it with what is wanted, does the
//! difference and says which. So the second run changes nothing, a run that was cut is finished by running it again, and
//! `--dry-run` is the same code without the last step. What runs is never remembered, always asked for; the only records
//! are which engine an instance lives on, and its passwords.
//!
//! # Local engines
//!
//! [`target::local::engine::Engine`] is what `up` and its kin need of an engine; Docker's API and plain processes
//! implement it. Both run the same servers with the same files, rendered from one template each
//! ([`target::local::files`]): a file beside a process, a file uploaded into a container before it starts. So nothing
//! depends on how an image maps environment variables, and what is proven on one engine holds on the other.
//!
//! A native server is not a child of karctl but a process of its own: `karctl __exec` takes a lock that the server
//! inherits, writes who it is, and becomes the server. The lock held means alive, whatever happened to karctl.
//!
//! Ready means that a client's own path works ([`target::local`]'s readiness): Kafka's metadata name the address that was
//! asked for, a record goes round, Redis answers PING as the user.
//!
//! [`target::local::snapshot`] copies what the servers hold while none of them answers anybody, in the order that KAR's
//! recovery needs; what stands still is written down before it does, so that the next command lets it go on.
//!
//! # Clusters
//!
//! ```text
//! settings + facts -> Desired -> manifests -> plan -> check -> apply -> wait -> proof -> namespaces
//! ```
//!
//! [`target::kubernetes`] renders the same servers with the same files as objects, compares each with what there is, and
//! applies only what differs, after the rights were asked for and the server has rehearsed it. What karctl made is in an
//! inventory on the cluster, written before the first object and gone last; passwords and the webhook's authority are there
//! too, so that any machine goes on where another stopped.
//!
//! [`target::cluster`] has kind or k3d make clusters on this machine and does what they leave to their users: readiness, the
//! kubeconfig, stop and start. They have one image registry, [`target::registry`], a container that is found by its name and
//! label and put on the network of each.
//!
//! An addon ([`target::kubernetes::addon`]) goes the way of a deploy from its plan on, with an inventory of its own.
//!
//! # Images
//!
//! [`target::images`] brings images from an engine, an archive or a registry into a registry or into nodes, by the
//! registry's own API ([`client::registry`]): what is there is not sent again, what was cut goes on. The injector's own image
//! is made without an engine, images of Dockerfiles (a project's, or those of a checkout of KAR) by one
//! ([`target::images::build`]). [`target::bundle`] keeps images in one file, with settings, manifests and the native engine's
//! parts.
//!
//! # Applications
//!
//! [`settings::project`] is `karctl.yaml`, the one file of a project: typed and strict, each mistake with its line and column.
//! [`target::app`] detects a project and writes what it lacks; it packs and hashes each component's build context, has the
//! engine build the image of that tag where there is none, and runs it as [`target::local::app`] runs any component, or pushes
//! it and applies the project's manifests with it.
//!
//! # Code Engine
//!
//! [`target::code_engine`] finds out who asks and which project is meant, each with its place; it makes projects, puts what
//! [`runtime_config::service_key`] reads in the keys of managed services into a secret of theirs, and brings components about
//! there as applications. All requests go through one session ([`client::ibmcloud`]) that renews its token, repeats what may be
//! repeated, and knows where an attempt may have been done though nobody said so: then it is looked at, not asked for again.
//!
//! # Hybrids
//!
//! `services` and `members` of a `karctl.yaml` say where Kafka and Redis are, and which clusters, projects, machines use
//! them. [`target::hybrid`] connects the members side by side, finds the services once, and delivers to each what it is to
//! know of them by the recipe that a single command would take: the home of the services first, and last when they go.
//! [`target::hybrid::matrix`] goes the way from each member to the services hop by hop; in a cluster a pod of karctl does,
//! where karctl's own injector, or somebody, says of which image.
//!
//! # Checks
//!
//! [`check`] has every check as data with a pure judge; [`target::check`] lets each mode look for itself, side by side and for
//! a limited time, and joins what was found. `--fix` carries out the fixes of checks that failed: a recipe of karctl's each,
//! that does only the difference. A deploy among them is one that restores ([`target::kubernetes::restore`]): with what the
//! cluster says of the deploy before it, and not where more than what is gone or stale would change.
//!
//! # Snapshots, trouble on purpose
//!
//! [`target::local::snapshot`] keeps Kafka, ZooKeeper and Redis of an instance together, as of one point in time;
//! [`target::local::chaos`] takes a server away for a while, as an application's test of its own.
//!
//! # The overview
//!
//! [`target::overview`] asks every place that karctl knows of, each on a thread of its own and for a limited time, and puts
//! what it is told into one sentence. [`target::support_bundle`] collects what a helper needs, takes every secret out that
//! karctl can know or recognise, and leaves out where a second look, by other means, still finds one.
//!
//! # Injection
//!
//! [`inject`] decides what a pod's annotations make of it, as a change of untyped JSON. It has three callers that must not
//! differ: the webhook, `karctl inject`, and whoever asks what would happen. [`manifest`] reads documents as kubectl reads
//! them, [`yaml`] writes them so that every reader understands the same. [`certificate`] makes what the webhook serves with.
//!
//! # Who may use whom
//!
//! ```text
//! cli -> target -> { client, server, check, render, inject, services, settings, ui }
//! ```
//!
//! [`runtime_config`], [`services`], [`render`], [`inject`], [`certificate`], [`quantity`] and the models are pure: no
//! file, no socket, no clock. Clients know nothing of the command line, the terminal or the settings, and never use each
//! other. Only [`environment`] reads the process's environment. `tests/architecture.rs` holds this.
//!
//! # Errors
//!
//! An [`error::Failure`] names the thing, the place and what was seen last, with hints that are true for the case, a code
//! for `karctl explain`, and the exit status. `main` prints one, once.
#![allow(async_fn_in_trait)]

pub mod certificate;
pub mod change;
pub mod check;
pub mod cli;
pub mod client;
pub mod code;
pub mod context;
pub mod environment;
pub mod error;
pub mod inject;
pub mod manifest;
pub mod nearest;
pub mod quantity;
pub mod redacted;
pub mod render;
pub mod runtime_config;
pub mod server;
pub mod services;
pub mod settings;
pub mod target;
pub mod ui;
pub mod yaml;
