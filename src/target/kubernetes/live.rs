//! What there is of the objects that a command is about, asked for one by one, or in lists where they are many.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};

use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{Kind, NAMESPACE, Object, Reference};
use crate::error::{Failure, Result};

/// Requests that are under way at a time.
pub const AT_A_TIME: usize = 16;

/// From so many namespaces on, a list of all is quicker than one request each.
const MANY: usize = 8;

/// Objects that there are, by what they are.
#[derive(Debug, Default)]
pub struct Live {
    objects: BTreeMap<Reference, Object>,
}

impl Live {
    /// Looks for objects. Who may not list them all is asked for each.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn read(cluster: &Cluster, references: &[Reference]) -> Result<Self> {
        let mut groups: BTreeMap<(&str, &str), Vec<&Reference>> = BTreeMap::new();
        for reference in references {
            // Namespaces are listed whatever they are called.
            let name = reference.namespace.as_ref().map_or("", |_| &reference.name);
            groups.entry((&reference.kind, name)).or_default().push(reference);
        }
        let found = try_join_all(groups.values().map(|group| Self::group(cluster, group))).await?;
        let found = found.into_iter().flatten().map(|object| (object.reference(), object));
        Ok(Self { objects: found.collect() })
    }

    async fn group(cluster: &Cluster, references: &[&Reference]) -> Result<Vec<Object>> {
        let first = references[0];
        if references.len() > MANY {
            let kind = Kind::find(&first.api_version, &first.kind)?;
            let listed = match kind {
                NAMESPACE => cluster.list(NAMESPACE, None, "").await,
                kind => cluster.list_named(kind, &first.name).await,
            };
            match listed {
                Ok(objects) => return Ok(objects),
                Err(error) if error.status() == Some(403) => {}
                Err(error) => return Err(Failure::from(error).into()),
            }
        }
        let get = references.iter().map(async |reference| cluster.get(reference).await);
        let found: Vec<_> = stream::iter(get).buffered(AT_A_TIME).try_collect().await.map_err(Failure::from)?;
        Ok(found.into_iter().flatten().collect())
    }

    /// The object, where there is one.
    pub fn get(&self, reference: &Reference) -> Option<&Object> {
        self.objects.get(reference)
    }

    /// Every object of a kind that has the labels, in these namespaces.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn labelled(cluster: &Cluster, kind: Kind, namespaces: &[&str], labels: &str) -> Result<Vec<Object>> {
        if namespaces.len() > MANY {
            match cluster.list(kind, None, labels).await {
                Ok(mut objects) => {
                    objects.retain(|object| namespaces.contains(&object.namespace()));
                    return Ok(objects);
                }
                Err(error) if error.status() == Some(403) => {}
                Err(error) => return Err(Failure::from(error).into()),
            }
        }
        let lists = namespaces.iter().map(async |namespace| cluster.list(kind, Some(namespace), labels).await);
        let found: Vec<_> = stream::iter(lists).buffered(AT_A_TIME).try_collect().await.map_err(Failure::from)?;
        Ok(found.into_iter().flatten().collect())
    }
}
