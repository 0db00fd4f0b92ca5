//! Hybrids on real API servers, on the cluster that runs pods and on this machine: what `karctl hybrid` brings about, what it
//! leaves of it, and what members see of the services.

mod apps;
mod asking;
mod cable;
mod clusters;
mod frozen;
mod instance;
mod matrix;
mod only;
mod servers;
