//! `karctl images build --src`: the images of a checkout of KAR, built by the engine and pushed. It replaces the original's
//! `make docker`.
//!
//! The engine knows what it has built before: what has not changed costs the sending of its folder.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::context::BuildContext;
use super::engine::{self, Order as Build};
use super::recipes::{self, Argument, Kind, Recipe};
use crate::change::Change;
use crate::client::docker::{Docker, are_other_images};
use crate::client::registry::{Access, Reference};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::images::push::{PushOptions, Source, push_all};
use crate::target::images::registry::{Manner, connect};

/// Registry and folder of the images' names where none is given, as in the original.
pub const PLACE: &str = "localhost:5000/kar";

/// What is to be built.
#[derive(Clone, Debug)]
pub struct Order {
    /// The checkout.
    pub source: PathBuf,
    /// What of it.
    pub kinds: Vec<Kind>,
    /// Registry, and folder in it, of the images' names.
    pub place: String,
    /// Tag of the images.
    pub tag: String,
    /// The version that `kar` says it is.
    pub version: String,
    /// How the images are pushed; they are not where none is given.
    pub push: Option<Manner>,
    /// Nothing is built or pushed.
    pub dry_run: bool,
}

/// What `karctl images build --src -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BuiltCheckout {
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// Every image, in the order in which they are built.
    pub images: Vec<BuiltImage>,
}

/// One image.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BuiltImage {
    /// Its name and tag.
    pub image: String,
    /// The Dockerfile, within the checkout.
    pub dockerfile: String,
    /// Its id; not known before it is built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What became of it in the engine; not known before it is built.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// What became of it in the registry, where it was pushed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed: Option<Change>,
}

/// Builds images of a checkout, and those that they are built on; then pushes all of them, where that is asked for.
///
/// # Errors
/// When the folder is no checkout of KAR, no engine or registry answers, or an image cannot be built: with the last lines of
/// the builder. What was built stays, and is not built again.
pub async fn build(context: &Context, order: &Order) -> Result<BuiltCheckout> {
    let source = context.environment.working_directory().join(&order.source);
    let recipes = recipes::of(&order.kinds);
    require_checkout(&source, &order.source, &recipes)?;
    let references: Vec<_> = recipes.iter().map(|recipe| reference(order, recipe.image)).collect::<Result<_>>()?;
    let mut images: Vec<_> = recipes.iter().zip(&references).map(|(recipe, name)| planned(recipe, name)).collect();
    if order.dry_run {
        return Ok(BuiltCheckout { dry_run: true, images });
    }
    let docker = Docker::connect(&context.environment).await?;
    if let (Some(manner), Some(first)) = (&order.push, references.first()) {
        answers(context, first, manner).await?;
    }
    for (recipe, image) in recipes.iter().zip(&mut images) {
        (image.id, image.change) = build_one(context, &docker, &source, order, recipe, &image.image).await?;
    }
    if let Some(manner) = &order.push {
        let options = PushOptions { manner: manner.clone(), dry_run: false };
        let of_engine = |to: &Reference| (Source::Engine(docker.clone(), to.to_string()), to.clone());
        let pairs: Vec<_> = references.iter().map(of_engine).collect();
        let pushed = push_all(context, &pairs, &options).await?.images;
        images.iter_mut().zip(pushed).for_each(|(image, pushed)| image.pushed = Some(pushed.change));
    }
    Ok(BuiltCheckout { dry_run: false, images })
}

fn reference(order: &Order, image: &str) -> Result<Reference> {
    Reference::parse(&format!("{image}:{}", order.tag))?.moved_to(&order.place)
}

fn planned(recipe: &Recipe, name: &Reference) -> BuiltImage {
    let dockerfile = format!("{}/{}", recipe.folder, recipe.dockerfile);
    BuiltImage { image: name.to_string(), dockerfile, id: None, change: None, pushed: None }
}

fn require_checkout(source: &Path, shown: &Path, recipes: &[Recipe]) -> Result<()> {
    for recipe in recipes {
        let dockerfile = Path::new(recipe.folder).join(recipe.dockerfile);
        if !source.join(&dockerfile).is_file() {
            let (shown, dockerfile) = (shown.display(), dockerfile.display());
            return Err(Failure::usage(format!("{shown} is no checkout of KAR: it has no {dockerfile}"))
                .hint("get one: git clone https://github.com/IBM/kar")
                .code(Code::NoCheckout)
                .into());
        }
    }
    Ok(())
}

/// Asks the registry for an image of it, so that nobody waits for builds that have nowhere to go.
async fn answers(context: &Context, image: &Reference, manner: &Manner) -> Result<()> {
    let registry = connect(context, image, manner).await?;
    let repository = registry.repository(&image.repository, Access::Push);
    repository.manifest(&image.version).await.map_err(Failure::from)?;
    Ok(())
}

async fn build_one(
    context: &Context,
    docker: &Docker,
    source: &Path,
    order: &Order,
    recipe: &Recipe,
    name: &str,
) -> Result<(Option<String>, Option<Change>)> {
    let value = |argument: &Argument| match argument {
        Argument::Text(text) => Ok((*text).to_owned()),
        Argument::Version => Ok(order.version.clone()),
        Argument::Image(image) => reference(order, image).map(|reference| reference.to_string()),
    };
    let arguments = recipe.arguments.iter().map(|(name, argument)| Ok(((*name).to_owned(), value(argument)?)));
    let folder = source.join(recipe.folder);
    let build = Build {
        image: name,
        folder: &folder,
        dockerfile: recipe.dockerfile,
        arguments: arguments.collect::<Result<_>>()?,
        labels: std::collections::HashMap::new(),
    };
    let packed = BuildContext::pack(&folder, recipe.dockerfile)?;
    let id =
        async || Ok::<_, anyhow::Error>(docker.image(name).await.map_err(Failure::from)?.and_then(|image| image.id));
    let before = id().await?;
    engine::build(context, docker, &build, &packed).await?;
    let after = id().await?;
    let change = match before.is_some() {
        false => Change::Created,
        true if are_other_images(before.as_deref(), after.as_deref()) => Change::Updated,
        true => Change::Unchanged,
    };
    Ok((after, Some(change)))
}

impl BuiltCheckout {
    /// The form for people.
    pub fn text(&self) -> String {
        self.images.iter().map(BuiltImage::text).collect()
    }
}

impl BuiltImage {
    fn text(&self) -> String {
        let Self { image, dockerfile, change, pushed, .. } = self;
        let Some(change) = change else { return format!("{image} would be built of {dockerfile}\n") };
        match pushed {
            None => format!("{image} {change}\n"),
            Some(pushed) => format!("{image} {change}; in the registry {pushed}\n"),
        }
    }
}
