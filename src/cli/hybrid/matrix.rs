//! `karctl hybrid matrix`: from every member to Kafka and Redis.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueHint};

use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::hybrid::Hybrid;
use crate::target::hybrid::matrix::graph::{Format, draw};
use crate::target::hybrid::matrix::{Matrix, Options, look};
use crate::ui::Output;

/// Options of `karctl hybrid matrix`.
#[derive(Debug, Args)]
#[command(after_help = "\
Each is asked by protocol: the name, the connection, TLS, the login, the addresses that brokers send their clients to, and
whether the user may make topics, which is tried without doing it, and run scripts in Redis, by an empty one. A cluster is
asked from a pod of karctl in its first namespace, which is removed again: of the image of karctl's own injector; where the
injector is the original's, as by default, of --image, and without it nobody looks. In a project of Code Engine nothing is
started: its secret is compared, and the services are asked from here. Another host is looked at there, with `karctl check
hybrid --as MEMBER`. Which authorities a pod trusts are those of this machine, SSL_CERT_FILE among them.
Nothing else is changed. Exit status: 0 every way is open, 5 nobody could look at some, 1 some are broken.

Examples:
  karctl hybrid matrix
  karctl hybrid matrix --only east -o json
  karctl hybrid matrix --image registry:5000/karctl/injector:1
  karctl hybrid matrix --graph svg > matrix.svg
  karctl explain KAR523                    what a code means")]
pub struct MatrixArguments {
    /// The project's file [default: karctl.yaml in this folder, or in one above]
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Only this member; may be repeated
    #[arg(long, value_name = "MEMBER")]
    only: Vec<String>,
    /// Draw it, and print the picture
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)))]
    graph: Option<String>,
    /// The image of karctl that pods run [default: that of karctl's own injector, where the cluster has it]
    #[arg(long, value_name = "IMAGE")]
    image: Option<String>,
}

impl MatrixArguments {
    pub(super) async fn run(&self, context: &Context) -> Result<u8> {
        let format = self.graph.as_deref().and_then(|name| name.parse::<Format>().ok());
        if format.is_some() && context.ui.output() != Output::Text {
            return Err(Failure::usage("--graph prints a picture, and -o a document")
                .hint("leave one of them out")
                .into());
        }
        let hybrid = Hybrid::read(context, self.file.as_deref())?;
        let options = Options { members: self.only.clone(), image: self.image.clone() };
        let matrix = look(context, &hybrid, &options).await?;
        match format {
            Some(format) => context.ui.raw(&draw(&matrix, format))?,
            None => context.ui.data(&matrix, Matrix::text)?,
        }
        Ok(matrix.status())
    }
}
