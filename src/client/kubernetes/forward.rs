//! Ports of this machine that lead to ports of a pod, through the API server.

use std::net::Ipv4Addr;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::Cluster;
use crate::error::{Failure, OrFail, Result};

/// A port that leads to a pod until it is dropped.
pub struct Forward {
    /// The port of this machine, on 127.0.0.1.
    pub port: u16,
    task: JoinHandle<()>,
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Cluster {
    /// Listens on a port of 127.0.0.1 (0 for any free one); every connection goes to the pod's port.
    ///
    /// # Errors
    /// When the port is taken.
    pub async fn forward(&self, namespace: &str, pod: &str, pod_port: u16, port: u16) -> Result<Forward> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.or_fail(|| {
            Failure::new(format!("port {port} of this machine is taken, and {namespace}/{pod} was to be reached there"))
        })?;
        let port = listener.local_addr().or_fail(|| Failure::new("a port that was opened has no number"))?.port();
        let (cluster, namespace, pod) = (self.clone(), namespace.to_owned(), pod.to_owned());
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                let (cluster, namespace, pod) = (cluster.clone(), namespace.clone(), pod.clone());
                connections.spawn(async move { cluster.pass(connection, &namespace, &pod, pod_port).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Forward { port, task })
    }

    /// Passes one connection on; who connected sees it closed where the pod cannot be reached.
    async fn pass(&self, mut connection: TcpStream, namespace: &str, pod: &str, pod_port: u16) {
        connection.set_nodelay(true).ok();
        let pods: Api<Pod> = Api::namespaced(self.api().clone(), namespace);
        match pods.portforward(pod, &[pod_port]).await {
            Ok(mut forwarder) => {
                if let Some(mut stream) = forwarder.take_stream(pod_port) {
                    let passed = copy_bidirectional(&mut connection, &mut stream).await;
                    self.trace(2, || format!("a connection to {namespace}/{pod} port {pod_port} ended: {passed:?}"));
                }
                forwarder.abort();
            }
            Err(error) => self.trace(1, || format!("{namespace}/{pod} port {pod_port} cannot be reached: {error}")),
        }
    }
}
