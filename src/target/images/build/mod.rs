//! `karctl images build`: images of karctl itself, made without an engine, and those of a checkout of KAR, which the engine
//! builds as the original's `make docker` did.

pub mod checkout;
pub mod context;
pub mod engine;
pub mod injector;
pub mod recipes;

mod ignore;
pub mod own;
