//! The images that a checkout of KAR has Dockerfiles for, as the original's `make docker` built them: names, folders,
//! arguments and order are those of its `Makefile` (KAR 1.3.10). Pure.

use Argument::{Image, Text, Version};

use crate::error::{Failure, Result};
use crate::nearest::nearest;

/// What a recipe belongs to, as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// As it is typed.
    pub name: &'static str,
    /// In one line.
    pub summary: &'static str,
}

const fn kind(name: &'static str, summary: &'static str) -> Kind {
    Kind { name, summary }
}

/// Every kind.
pub const KINDS: [Kind; 12] = [
    kind("sidecar", "`kar` itself"),
    kind("injector", "the original's admission webhook"),
    kind("debugger", "the debugger of actors"),
    kind("js", "what applications in JavaScript run on"),
    kind("java", "what applications in Java are built with and run on: Open Liberty"),
    kind("java-reactive", "the same: Quarkus"),
    kind("python", "what applications in Python run on"),
    kind("examples-js", "the examples in JavaScript"),
    kind("examples-java", "the examples in Java"),
    kind("examples-python", "the examples in Python"),
    kind("benchmarks", "the benchmarks"),
    kind("all", "all of these"),
];

/// One image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// Its name, without registry, folder and tag.
    pub image: &'static str,
    /// The kinds that it is of.
    kinds: &'static [&'static str],
    /// The folder that it is built from, within the checkout.
    pub folder: &'static str,
    /// The Dockerfile in it.
    pub dockerfile: &'static str,
    /// Values for the Dockerfile's `ARG`.
    pub arguments: &'static [(&'static str, Argument)],
}

/// The value of an `ARG`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// This.
    Text(&'static str),
    /// The version that `kar` says it is.
    Version,
    /// The name of another recipe's image, which has to be there first.
    Image(&'static str),
}

const SIDECAR: &str = "kar-sidecar";
const JS: &str = "kar-sdk-nodejs-v18";
const JAVA_BUILDER: &str = "kar-sdk-java-builder-11";
const JAVA: &str = "kar-sdk-java-runtime-11";
const JAVA_REACTIVE: &str = "kar-sdk-java-reactive-runtime-11";
const PYTHON: &str = "kar-sdk-python-3.8";

const OF_SIDECAR: &[(&str, Argument)] = &[("KAR_BASE", Image(SIDECAR))];
const OF_JS: &[(&str, Argument)] = &[("JS_RUNTIME", Image(JS))];
const OF_JAVA: &[(&str, Argument)] = &[("JAVA_BUILDER", Image(JAVA_BUILDER)), ("JAVA_RUNTIME", Image(JAVA))];
const OF_JAVA_REACTIVE: &[(&str, Argument)] =
    &[("JAVA_BUILDER", Image(JAVA_BUILDER)), ("JAVA_RUNTIME", Image(JAVA_REACTIVE))];
const OF_PYTHON: &[(&str, Argument)] = &[("PYTHON_RUNTIME", Image(PYTHON))];

const fn recipe(
    image: &'static str,
    kinds: &'static [&'static str],
    (folder, dockerfile): (&'static str, &'static str),
    arguments: &'static [(&'static str, Argument)],
) -> Recipe {
    Recipe { image, kinds, folder, dockerfile, arguments }
}

/// Every image, each after those that it is built on.
const RECIPES: [Recipe; 22] = [
    recipe(SIDECAR, &["sidecar"], ("core", "Dockerfile"), &[("KAR_BINARY", Text("kar")), ("KAR_VERSION", Version)]),
    recipe("kar-injector", &["injector"], ("core", "Dockerfile"), &[("KAR_BINARY", Text("kar-injector"))]),
    recipe("kar-debugger", &["debugger"], ("core", "Dockerfile.debugger"), &[]),
    recipe(
        PYTHON,
        &["python"],
        ("sdk-python", "Dockerfile"),
        &[("PYTHON_VERSION", Text("3.8")), ("KAR_BASE", Image(SIDECAR))],
    ),
    recipe(JS, &["js"], ("sdk-js", "Dockerfile"), OF_SIDECAR),
    recipe(JAVA_BUILDER, &["java", "java-reactive"], ("sdk-java", "Dockerfile.builder"), &[]),
    recipe(JAVA, &["java"], ("sdk-java", "Dockerfile.liberty"), OF_SIDECAR),
    recipe(JAVA_REACTIVE, &["java-reactive"], ("sdk-java", "Dockerfile.quarkus"), OF_SIDECAR),
    recipe("kar-examples-js-actors-dp", &["examples-js"], ("examples/actors-dp-js", "Dockerfile"), OF_JS),
    recipe("kar-examples-js-actors-events", &["examples-js"], ("examples/actors-events", "Dockerfile"), OF_JS),
    recipe("kar-examples-js-actors-ykt", &["examples-js"], ("examples/actors-ykt", "Dockerfile"), OF_JS),
    recipe("kar-examples-js-service-hello", &["examples-js"], ("examples/service-hello-js", "Dockerfile"), OF_JS),
    recipe("kar-examples-js-unit-tests", &["examples-js"], ("examples/unit-tests", "Dockerfile"), OF_JS),
    recipe("kar-examples-java-actors-dp", &["examples-java"], ("examples/actors-dp-java", "Dockerfile"), OF_JAVA),
    recipe(
        "kar-examples-java-reactive-actors-dp",
        &["examples-java"],
        ("examples/actors-dp-java-reactive", "Dockerfile"),
        OF_JAVA_REACTIVE,
    ),
    recipe(
        "kar-examples-java-service-hello",
        &["examples-java"],
        ("examples/service-hello-java/server", "Dockerfile"),
        OF_JAVA,
    ),
    recipe(
        "kar-examples-actors-python-containerized",
        &["examples-python"],
        ("examples/actors-python", "Dockerfile.containerized"),
        OF_PYTHON,
    ),
    recipe(
        "kar-examples-actors-python-cluster",
        &["examples-python"],
        ("examples/actors-python", "Dockerfile.cluster"),
        OF_PYTHON,
    ),
    recipe(
        "kar-examples-python-unit-tests-containerized",
        &["examples-python"],
        ("examples/python-unit-tests", "Dockerfile.containerized"),
        OF_PYTHON,
    ),
    recipe("kar-bench-js-image", &["benchmarks"], ("benchmark/kar-bench", "Dockerfile"), OF_JS),
    recipe("kar-kafka-bench", &["benchmarks"], ("benchmark/kafka-bench", "Dockerfile"), &[]),
    recipe("kar-http-bench-js-image", &["benchmarks"], ("benchmark/http-bench", "Dockerfile"), &[]),
];

impl Kind {
    /// The kind of this name.
    ///
    /// # Errors
    /// A usage failure where there is none.
    pub fn find(name: &str) -> Result<Self> {
        let found = KINDS.into_iter().find(|kind| kind.name == name);
        found.ok_or_else(|| {
            let names = || KINDS.iter().map(|kind| kind.name);
            let failure = Failure::usage(format!("there is no kind `{name}` of images"));
            match nearest(name, names()) {
                Some(meant) => failure.hint(format!("the nearest is `{meant}`")).into(),
                None => failure.hint(format!("there are: {}", names().collect::<Vec<_>>().join(", "))).into(),
            }
        })
    }
}

/// The recipes of these kinds and of all that they are built on, each after those.
pub fn of(kinds: &[Kind]) -> Vec<Recipe> {
    let is_of = |recipe: &Recipe| kinds.iter().any(|kind| kind.name == "all" || recipe.kinds.contains(&kind.name));
    let mut wanted: Vec<_> = RECIPES.iter().filter(|recipe| is_of(recipe)).map(|recipe| recipe.image).collect();
    // What needs another comes after it, so one way back finds all.
    for recipe in RECIPES.iter().rev() {
        if wanted.contains(&recipe.image) {
            wanted.extend(recipe.needs());
        }
    }
    RECIPES.into_iter().filter(|recipe| wanted.contains(&recipe.image)).collect()
}

impl Recipe {
    fn needs(&self) -> impl Iterator<Item = &'static str> {
        self.arguments.iter().filter_map(|(_, argument)| match argument {
            Image(name) => Some(*name),
            Text(_) | Version => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn images(kinds: &[&str]) -> Vec<&'static str> {
        let kinds: Vec<_> = kinds.iter().map(|name| Kind::find(name).expect("a kind")).collect();
        of(&kinds).iter().map(|recipe| recipe.image).collect()
    }

    #[test]
    fn what_an_image_is_built_on_comes_before_it_and_only_once() {
        assert_eq!(images(&["sidecar"]), ["kar-sidecar"]);
        assert_eq!(
            images(&["examples-python", "js"]),
            [
                "kar-sidecar",
                "kar-sdk-python-3.8",
                "kar-sdk-nodejs-v18",
                "kar-examples-actors-python-containerized",
                "kar-examples-actors-python-cluster",
                "kar-examples-python-unit-tests-containerized",
            ]
        );
        assert_eq!(images(&["all"]).len(), RECIPES.len());
        for (index, recipe) in RECIPES.iter().enumerate() {
            let is_before = |needed| RECIPES[..index].iter().any(|earlier| earlier.image == needed);
            assert!(recipe.needs().all(is_before), "{}", recipe.image);
            assert!(recipe.kinds.iter().all(|kind| Kind::find(kind).is_ok()), "{}", recipe.image);
        }
    }
}
