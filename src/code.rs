//! The codes that errors and checks carry, and what `karctl explain CODE` says of each: one table, offline.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// Declares every code once: its number, its name in the code, a title, why it happens, what to do.
macro_rules! codes {
    ($($id:literal $name:ident $title:literal, $why:literal, $remedy:literal;)*) => {
        /// The identity of a condition that a user may want explained.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $title] $name,)* }

        impl Code {
            /// Every code, in the order of its number.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The code as it is typed, such as `KAR101`.
            pub fn id(self) -> &'static str { match self { $(Code::$name => $id,)* } }

            /// What is the matter, in one line.
            pub fn title(self) -> &'static str { match self { $(Code::$name => $title,)* } }

            /// Why it happens.
            pub fn why(self) -> &'static str { match self { $(Code::$name => $why,)* } }

            /// What to do about it.
            pub fn remedy(self) -> &'static str { match self { $(Code::$name => $remedy,)* } }
        }
    };
}

codes! {
    "KAR101" PortTaken "a port that karctl needs is taken",
        "Another process of this machine, another karctl instance or a container listens on the port, so Kafka or Redis cannot. karctl names the holder where the system tells it.",
        "End the holder, or give `--kafka-port` and `--redis-port`, or let karctl choose free ones with `--any-port`.";
    "KAR103" EngineUnreachable "the Docker engine does not answer",
        "The socket or address that DOCKER_HOST, DOCKER_CONTEXT, the docker configuration or the usual places name was found, but nothing answers on it, or access is denied.",
        "Start the engine, correct DOCKER_HOST or `docker context use`, or use `--engine native`.";
    "KAR104" ForeignContainer "a container of the same name is not karctl's",
        "A container, network or volume of the name that karctl uses exists without karctl's labels: most often the original's compose stack.",
        "Remove it by hand, choose another `--name`, or let karctl take its place with `--replace` (its data is not deleted).";
    "KAR105" DataOfOtherMode "the data was written by Kafka in another mode",
        "Kafka's folder holds data written with ZooKeeper and KRaft is asked for, or the other way round. Neither can read the other's.",
        "Go back to the mode that the message names, or use another instance with `--name`. Or delete the data: with `karctl local reset` on this machine, with `karctl k8s undeploy --delete-data` on a cluster.";
    "KAR106" DataOfNewerKafka "the data was written by a newer Kafka",
        "Kafka does not promise that an older version can read what a newer one wrote.",
        "Give the newer version again with `--set kafka.version=V`, use another `--name`, or delete the data with `karctl local reset`.";
    "KAR107" DataOfOtherCluster "Kafka's data belongs to another Kafka cluster",
        "The cluster id in Kafka's folder differs from the one in ZooKeeper or in the instance's record: one of the two was deleted or restored without the other.",
        "Restore both together, or delete both with `karctl local reset`.";
    "KAR108" NotReady "a service did not become ready",
        "It runs, but does not answer its protocol, or answers with an address that was not asked for. Ready means that a client's own path works.",
        "Read the log that the message quotes (`karctl local logs SERVICE`), then run `karctl local up` again; it goes on where it stopped.";
    "KAR109" Exited "a service ended",
        "The process or container ended by itself or was killed. Exit code 137 is a kill, most often for want of memory.",
        "Read the log that the message quotes, see `karctl check local` for memory and disk, then run `karctl local up` again.";
    "KAR110" NotRunning "the instance does not run",
        "Nothing of that name runs on this machine, or a part of it stopped; `karctl local status` says which.",
        "Start it with `karctl local up`.";
    "KAR111" LockHeld "another karctl works on the same instance",
        "Commands that change an instance wait for each other; the message names the process that holds the lock.",
        "Wait for it, or end it: the same command again finishes the job.";
    "KAR112" ChecksumMismatch "a downloaded file is not the one that karctl expects",
        "The SHA-256 or SHA-512 sum differs from the one pinned in karctl: a cut or altered download, or a proxy that answered in the server's place.",
        "Try again; if it stays, look at the proxy settings or give KAFKA_HOME. The file was discarded.";
    "KAR113" PullFailed "an image could not be pulled",
        "The registry refused, does not know the image, limits the rate or cannot be reached.",
        "Log in with your engine's own login, set another image with `--set kafka.image=I` or `--set redis.image=I`, or use `--pull never` with an image loaded by hand.";
    "KAR114" BadState "a file of karctl's state cannot be read",
        "It was cut, edited or written by a newer karctl.",
        "Move it away as the message says; karctl finds what runs from the engine and the processes themselves.";
    "KAR115" JavaMissing "no usable Java runtime",
        "Kafka and ZooKeeper of the native engine need Java 11 or newer (Kafka 4: 17 or newer).",
        "Install a Java runtime (for example the package openjdk-17-jre-headless), or set JAVA_HOME.";
    "KAR116" MavenMissing "Maven was not found",
        "The native engine fetches Kafka and Redis by their Maven coordinates with `mvn`, unless they are in the cache or given.",
        "Install Maven, or give an unpacked Kafka with `--set kafka.home=DIR` or KAFKA_HOME and a redis-server or valkey-server on PATH.";
    "KAR117" DiskFull "there is not enough room on the disk",
        "Kafka stops when its log folder cannot be written; karctl asks for 1 GiB free before it starts anything.",
        "Free some room, or move the state with XDG_STATE_HOME and the cache with XDG_CACHE_HOME.";
    "KAR118" EnvironmentStale "the variables of this shell do not fit what runs",
        "The KAFKA_ and REDIS_ variables point at something dead, at another instance, or cannot be parsed by `kar`.",
        "Run `eval \"$(karctl env)\"` again.";
    "KAR119" KarMissing "the `kar` client is not on PATH",
        "karctl brings up what `kar` talks to; applications are started with `kar run`, which is a tool of its own.",
        "Download the `kar` of your platform from the KAR project's releases and put it on PATH.";
    "KAR120" MemoryLow "there is little memory",
        "Kafka, ZooKeeper and Redis together take about 500 MB, and applications come on top.",
        "End other programs, give the engine's virtual machine more memory, or lower `kafka.heap`.";
    "KAR121" ProxyIncomplete "the proxy settings may not cover this machine",
        "A proxy is set, but NO_PROXY names neither localhost nor 127.0.0.1: HTTP clients of applications may send local calls to the proxy.",
        "Add localhost,127.0.0.1 to NO_PROXY.";
    "KAR122" HomeUnusable "the home folder cannot be used",
        "HOME is unset, or the state or cache folder under it cannot be written.",
        "Set HOME, or XDG_STATE_HOME and XDG_CACHE_HOME, to folders that can be written.";
    "KAR123" BadSettings "the settings are wrong",
        "A profile, a settings file, a KARCTL_ variable or `--set` names a key that does not exist, or has a value of the wrong type.",
        "`karctl profile schema` has every key with its type and default; `karctl config show --origin` tells where each value comes from.";
    "KAR124" ToolOld "a tool is older than the one KAR's examples need",
        "KAR's JavaScript SDK needs Node 12 and npm 6.12 or newer, the Java SDK Java 11 and Maven 3.6, the Python SDK Python 3.8.",
        "Install a newer version; only the SDK that you use matters.";
    "KAR125" ClockSkew "the engine's clock differs from this machine's",
        "A virtual machine that slept keeps an old time; Kafka's retention and TLS certificates then misbehave.",
        "Restart the engine's virtual machine.";
    "KAR126" CertificatesUnusable "the file of certificates cannot be used",
        "SSL_CERT_FILE names the certificates that karctl and other clients trust; it is missing, cannot be read, or holds none in the PEM form.",
        "Correct SSL_CERT_FILE, or unset it to trust the system's certificates.";
    "KAR127" CheckStopped "what was to be checked cannot be looked at",
        "Nothing was found out within the time that `--timeout` gives, or what is looked at fails in a way that no check is about. The other modes are checked all the same.",
        "Read the message; give more time with `--timeout`, and see every request with `-vv`.";
    "KAR128" InstanceBroken "an instance runs only in part",
        "Of Kafka, ZooKeeper and Redis one runs and another does not, or one runs and does not answer: it was killed, paused, or started by hand.",
        "Start what is missing with `karctl local up`, which leaves alone what runs; `karctl check local --fix` does so.";
    "KAR129" OtherEngine "another engine is chosen than the one that an instance lives on",
        "DOCKER_HOST, DOCKER_CONTEXT or `docker context use` lead to another engine than the one on which the instance was started. karctl finds the instance all the same; `docker ps` and a new instance do not.",
        "Choose the instance's engine again, or give a new instance a `--name` of its own.";
    "KAR130" InstanceLost "the engine of an instance does not answer",
        "karctl keeps which engine an instance lives on. It does not answer, so that nobody knows what runs; or the record cannot be understood.",
        "Start that engine again. Where it is gone for good, remove the instance's folder in karctl's state folder.";
    "KAR131" StaleContainers "stopped containers without a record have an instance's name",
        "They have karctl's labels, and karctl keeps no record of them: another user of the same engine made them, or the state folder was removed. They hold their names.",
        "Give your instance another name with `--name`. Where they are yours, remove them with `karctl local down --name NAME`, which leaves the data.";
    "KAR132" AdvertisedNowhere "Kafka advertises an address that leads nowhere",
        "A client asks one broker and is told the address of each. Where that cannot be resolved, the client connects once and then never again.",
        "Start the instance with `--advertise` and a name or address that its clients resolve.";
    "KAR201" NoCluster "no cluster can be chosen",
        "There is no kubeconfig, it cannot be read, or it has no such context.",
        "Get a kubeconfig from your cluster's provider, give it with `--kubeconfig` or KUBECONFIG, and choose with `--context`.";
    "KAR202" ClusterUnreachable "the API server does not answer",
        "The address in the kubeconfig answers nothing, breaks off, or shows a certificate that the kubeconfig does not trust.",
        "Look whether the cluster runs and whether a VPN or proxy is needed; fetch the kubeconfig again where the cluster was made anew.";
    "KAR203" ClusterLogin "the API server does not know who asks",
        "The kubeconfig's token or certificate has expired, or its login plugin failed.",
        "Log in again as your cluster's provider says (for example `oc login` or `ibmcloud ks cluster config`).";
    "KAR204" ClusterForbidden "a right is missing on the cluster",
        "The API server knows who asks, and does not allow it.",
        "`karctl k8s rbac` prints the least rights that are needed; whoever administers the cluster can apply them.";
    "KAR205" ForeignObject "an object of the same name is somebody else's",
        "It exists without karctl's label: made by the original's Helm chart, by hand, or by another tool.",
        "`karctl k8s deploy --adopt` takes over what the original's chart made; anything else remove or rename by hand.";
    "KAR206" FieldConflict "another manager owns a field that karctl sets",
        "Server-side apply keeps who set each field. Somebody (kubectl edit, another operator) changed one that karctl applies.",
        "`karctl k8s diff` shows the difference; `karctl k8s deploy --force-conflicts` takes the fields back.";
    "KAR207" WorkloadNotReady "a workload did not become ready",
        "Its pods cannot be scheduled, their image cannot be pulled, they end, or their probes fail; the message says which.",
        "See `karctl k8s status`, mend the cause, then run the same command again; it goes on where it stopped.";
    "KAR208" NotDeployed "KAR does not run on this cluster",
        "There is no inventory of karctl in the namespace of the runtime.",
        "Deploy it with `karctl k8s deploy`, or choose another cluster with `--context`.";
    "KAR209" WrongCluster "the context's name points to another cluster than before",
        "karctl remembers the identity of each cluster that it changed; the same name now leads to another one.",
        "Look at the kubeconfig; where the cluster was made anew on purpose, give `-y`.";
    "KAR210" PasswordLost "a password no longer fits the stored data",
        "The secret with the passwords is gone or differs while the data that they open is still there.",
        "Restore the secret from a backup, or delete the data with `karctl k8s undeploy --delete-data`.";
    "KAR211" ImmutableField "a field that cannot be changed was to be changed",
        "Kubernetes never lets some fields change: the size or class of a stateful set's claims, a selector, a secret's type.",
        "Go back to the former setting, or undeploy (the data stays) and deploy again.";
    "KAR212" ProofFailed "KAR was deployed, but a client's path does not work",
        "After everything was ready, a record did not go round, Redis did not answer, or the injector did not.",
        "Read the message; `karctl k8s status` and `karctl k8s logs` tell more.";
    "KAR213" ClusterVersion "the cluster's Kubernetes is older or newer than what karctl knows",
        "karctl needs Kubernetes 1.25 or newer, and is tested up to the version that `karctl check k8s` names. A newer one most often works: what karctl applies has been part of the API for long.",
        "Upgrade a cluster that is too old; for one that is newer, look whether there is a newer karctl.";
    "KAR214" DeployRefused "a deploy would be refused before its first write",
        "Everything is rendered, compared and rehearsed before anything is changed, and something stands in the way: the message says what.",
        "Do what the hint of the message says; `karctl k8s deploy --dry-run` says the same again.";
    "KAR215" NoStorageClass "no StorageClass gives the data a volume",
        "Kafka, ZooKeeper and Redis keep their data on claims. Without a class that is named, or is the default, a claim stays pending and its pod too.",
        "Choose a class with `--storage-class`, make one the default, or keep nothing beyond a pod with `--no-persistence`.";
    "KAR216" NoRoom "the nodes have too little room",
        "What the nodes can give, less what other pods have been promised, is less than what the runtime asks for; nodes that are not ready, cordoned or tainted do not count.",
        "Add a node, or ask for less with `kubernetes.kafka_memory`, `kubernetes.kafka_cpu` and their like.";
    "KAR217" QuotaExceeded "a quota or limit range refuses what a deploy makes",
        "A ResourceQuota of the runtime's namespace leaves less than is needed, or counts something that a container does not say; or a LimitRange admits no container or claim of that size.",
        "Raise the quota or limit, or ask for less with `kubernetes.kafka_memory`, `kubernetes.kafka_storage` and their like.";
    "KAR218" PodSecurity "a namespace's level of Pod Security is in the way",
        "The runtime's own pods fit level restricted. The sidecars of the original's injector do not, and a level that somebody else set on the runtime's namespace is not taken from them unasked.",
        "Deploy with `--injector karctl`, whose sidecars fit, or change the namespace's label pod-security.kubernetes.io/enforce.";
    "KAR219" RegistryUnreachable "the cluster cannot reach the registry of the images",
        "Images that were built by hand are in a registry of this machine. Only clusters on this machine can reach it; those that can say so in the ConfigMap kube-public/local-registry-hosting (KEP-1755).",
        "Give `--release V`, or push the images to a registry that the cluster reaches and name them with `--set injector.image=IMAGE`.";
    "KAR220" OtherArchitecture "an image is not built for the nodes' processors",
        "KAR's released images are built for amd64. On a node of another architecture their pods end at once.",
        "Give an image that was built for the nodes with `--set injector.image=IMAGE`; `karctl images build injector` makes one of karctl's own.";
    "KAR221" WebhookConflict "another webhook is in the way of pods",
        "A second injector of KAR would change the same pods, or a webhook that must answer has no pod behind its service, so that the API server refuses every pod.",
        "Take over the original's release with `karctl k8s deploy --adopt`, bring the webhook's service back, or remove its MutatingWebhookConfiguration.";
    "KAR222" CertificateEnds "the injector's certificate ends soon",
        "A deploy renews it once less than a third of its life is left; without a deploy it ends, and then no pod of an application can be created.",
        "Run `karctl k8s deploy` again; no pod is refused while it is renewed.";
    "KAR223" NamespaceStale "a namespace's copy of the configuration is not the runtime's",
        "Pods read a copy of the runtime's secret in their own namespace. It was changed or removed there, or the runtime was changed by something else than karctl.",
        "Copy it anew with `karctl ns enable NAMESPACE`, or run `karctl k8s deploy`, which does so everywhere.";
    "KAR224" DataOfOtherNumber "the data was written by another number of servers",
        "Kafka and ZooKeeper elect a leader by majority. When one server with data becomes three, the two empty ones are a majority: they may elect one of themselves, and what the first one holds is thrown away. When three become one, the one that is left may not have what the others acknowledged, and topics keep replicas that are gone.",
        "Go back to the former number (with or without `--ha`). To change it, begin with an empty Kafka: let the applications finish what they were asked and end them, since requests that still wait are lost; `karctl k8s undeploy`, which leaves the data; delete the claims of Kafka and ZooKeeper (`kubectl delete pvc -n kar-system -l 'name in (kar-kafka,kar-zookeeper)'`); deploy again. Redis, where actors keep their state, finds its data.";
    "KAR225" NoPrometheusOperator "no Prometheus Operator is on the cluster",
        "The addon `metrics` tells a Prometheus what to ask by ServiceMonitors and PodMonitors, kinds that the Prometheus Operator brings.",
        "Install the operator, for example with the chart kube-prometheus-stack, then run the same command again.";
    "KAR226" ClusterSlow "the API server is slow",
        "One object took seconds. The server may be overloaded or far away, or a webhook or API service that it asks does not answer.",
        "Look at the load of the control plane and at `kubectl get apiservices`, and give commands more time with `--timeout`.";
    "KAR227" NodeTrouble "a node is not well",
        "It is not ready, or says that it runs out of memory, disk or process ids: then it ends pods, and takes no new ones.",
        "See `kubectl describe node NAME`; free what it runs out of, or add a node.";
    "KAR228" ClusterDns "names are not resolved within the cluster",
        "Pods find Kafka and Redis by the names of their services, which the cluster's own DNS resolves. No pod of it is ready.",
        "See `kubectl get pods -n kube-system` for CoreDNS, and what its pods wait for; most often it is a node or the network plugin.";
    "KAR229" NoPodNetwork "pods have no network",
        "The node says that its network plugin (CNI) is missing or not ready; until it is, pods of the node are not started.",
        "Install or mend the cluster's network plugin, such as kindnet, Flannel or Calico, and see `kubectl describe node NAME`.";
    "KAR230" IngressUnserved "an ingress has no address",
        "No ingress controller serves its class, or the controller does not run, so that clients outside do not reach the application.",
        "Install a controller (`karctl cluster create --ingress` does), or name the class of one that runs.";
    "KAR231" NoLimits "pods without a limit of memory run on a node that is short",
        "A container without a limit takes what it can get; on a node that runs out of something its pods are the first to be ended, and may take others with them.",
        "Give the containers `resources.limits.memory`; the sidecar's are those of the annotations of the pod.";
    "KAR232" WebhookDown "the injector is not asked, or not trusted",
        "The webhook's configuration is gone, no pod is behind its service, or it does not trust the certificate that the injector has. Pods of enabled namespaces are refused then, or started without KAR.",
        "Run `karctl k8s deploy` again, which brings all three back; `karctl check k8s --fix` does so.";
    "KAR233" ReleasesDiffer "the releases of KAR do not match",
        "The `kar` on PATH is of another release than the sidecars in pods. The two speak to each other through Kafka and Redis, and only the same release is known to understand all of it.",
        "Install the `kar` of the release that runs, or deploy the release of the one on PATH with `karctl k8s deploy --release VERSION`.";
    "KAR234" ConfigurationMisunderstood "`kar` does not understand its configuration",
        "A value of the secret kar.ibm.com.runtime-config is not what `kar` takes: a KAFKA_VERSION that it does not know, a REDIS_CA that is no PEM, or a line end behind a value, which `kar` takes for a part of it. It stops, or silently takes something else.",
        "Run `karctl k8s deploy --force-conflicts`, which writes the configuration anew, or correct the file that it was made from.";
    "KAR235" PodNotInjected "a pod that asks for it was not injected",
        "It was made while the injector did not answer, or before its namespace was enabled. Without KAR it is no part of its application.",
        "Have it made anew, for example with `kubectl rollout restart`; see `karctl ns explain` for why a pod would be left out.";
    "KAR236" SystemNamespaceEnabled "a namespace of the cluster itself is enabled",
        "The injector is asked about each of its pods. Where the injector does not answer, the pods that everything depends on cannot be made, those of the injector among them.",
        "Take the label off with `karctl ns disable NAMESPACE`.";
    "KAR237" BrokerUnresolvable "brokers advertise an address that cannot be resolved",
        "A client asks one broker and is told the addresses of all. One that it cannot resolve it cannot use, though the first connection worked.",
        "Give `--expose` a name that clients resolve, or an address.";
    "KAR300" RegistryPortTaken "the port of the registry is taken",
        "Another process of this machine or a container listens on the port that was asked for. On a Mac, AirPlay holds port 5000.",
        "Give `karctl registry up --port` another port, or none: then one that is free is taken, and `karctl registry status` names it.";
    "KAR301" ForeignRegistry "a container `registry` is not karctl's",
        "Clusters on this machine find the registry by the name of its container. One that the original's script made is used as it is; another one cannot be.",
        "Remove the container with `docker rm -f registry` if nobody needs it, then run `karctl registry up`.";
    "KAR302" RegistryNotReady "the registry does not answer",
        "Its container was started, but `GET /v2/` through its port brings no answer of a registry: its image is something else, it ended, or the engine is on another machine, whose loopback cannot be reached from here.",
        "Look at `docker logs registry`; choose another image with `--set registry.image=I`.";
    "KAR303" ToolMissing "the program that makes clusters is not installed",
        "Clusters on this machine are made by kind or k3d, which are programs of their own; karctl runs them.",
        "Install one of them as the message says: kind 0.27 or newer, or k3d 5.5 or newer. `--provider` chooses between them.";
    "KAR304" ClusterToolOld "kind or k3d is too old",
        "karctl needs kind 0.27 or k3d 5.5: older ones take another configuration.",
        "Install a newer version as the message says.";
    "KAR305" ClusterPortTaken "a port of local clusters is taken",
        "Every cluster that karctl makes has the same four ports: 31080 and 31443 for an ingress, 31093 for Kafka, 31379 for Redis. An instance on this machine has two of them too, and another cluster all.",
        "End the holder that the message names: `karctl local down`, `karctl cluster stop --name OTHER`. Or give a configuration with other ports with `--provider-config`.";
    "KAR306" ClusterCreationFailed "kind or k3d could not make a cluster",
        "The tool failed; the message has its own words. What it had begun was taken away, unless `--keep` was given.",
        "Read the message; with `-v` all that the tool says is shown. Too little memory, inotify limits and a proxy are the usual causes.";
    "KAR307" ClusterNotReady "a local cluster did not become ready",
        "Its API server, a node, its DNS, its storage class or the way to the registry was still missing when the time was over; the message says what was seen last.",
        "Give it more time with `--timeout 10m`, or look at it after `--keep`: `docker logs NODE` shows what a node does.";
    "KAR308" ClusterDiffers "the cluster that is there is another one",
        "A cluster of this name exists, with other nodes or ports than asked for, or made by the other provider. Neither kind nor k3d changes a cluster that is there.",
        "Choose another `--name`, leave the option out, or delete the cluster with `karctl cluster delete` and make it anew.";
    "KAR309" NoLocalCluster "there is no such cluster on this machine",
        "The engine has no container with the labels that kind and k3d give their clusters, by this name.",
        "`karctl cluster list` shows those there are; `karctl cluster create` makes one.";
    "KAR310" InotifyLow "the kernel's limits of inotify are low",
        "Every node runs kubelet, containerd and systemd, which watch files. Where the kernel gives a user too few watches, pods end with `too many open files`.",
        "Raise them: `sudo sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288`, and keep that in /etc/sysctl.d.";
    "KAR311" KubeconfigUnusable "the kubeconfig cannot be written",
        "It is no valid kubeconfig, its folder cannot be written, or another program holds its lock (a file `config.lock` beside it).",
        "Mend or move the file, remove a lock that a killed program left, or name another file with `--kubeconfig`.";
    "KAR312" IngressNotReady "the ingress controller of a local cluster does not answer",
        "`--ingress traefik` puts Traefik on the node of kind that the ports 31080 and 31443 lead to; k3s has its own. Its pod did not become ready, or nothing answers at the port: most often the node cannot pull the image.",
        "Read the message. `--set cluster.ingress_image=I` names an image that nodes can pull, such as a copy in the registry of this machine (`karctl images mirror`).";
    "KAR313" EngineElsewhere "the container engine is on another machine",
        "Ports of clusters and of the registry are on the loopback of the machine whose engine has them, so that nobody else reaches them; from this machine they cannot be reached either.",
        "Run karctl on that machine, or use the engine of this one: unset DOCKER_HOST, or `docker context use default`.";
    "KAR320" RegistryDown "a registry does not answer",
        "Nobody listens at the host and port in the image's name, the connection broke, or nothing moved for a minute.",
        "Look whether the registry runs and whether HTTPS_PROXY and NO_PROXY fit, then run the same command again: what the registry has is not sent again.";
    "KAR321" RegistryLogin "a registry wants another login",
        "It does not know who asks, or whoever asks may not do this. karctl takes logins from where `docker login` keeps them, credential helpers included, or from `--user` and `--password-stdin`.",
        "Log in with `docker login REGISTRY`, or give `--user` and `--password-stdin`.";
    "KAR322" RegistryPlainHttp "a registry speaks plain HTTP",
        "Beyond this machine everybody on the way could read the login and change the images, so karctl wants TLS there.",
        "Give the registry a certificate, or give `--insecure-registry` where the way to it is safe.";
    "KAR323" RegistryUntrusted "a registry's certificate is not trusted",
        "It is signed by an authority that this machine does not know, has ended, or is for another name.",
        "Put the authority's certificate into `~/.docker/certs.d/HOST:PORT/ca.crt` (or `/etc/docker/certs.d`), or name a file of all that are trusted in SSL_CERT_FILE.";
    "KAR324" RegistryRefused "a registry refuses",
        "It answers, and says no; the message has its own words. Registries limit how often they are asked (429), know no such image (404), or take no writes (405).",
        "Do what the message says.";
    "KAR325" ImageMissing "there is no such image",
        "Neither the engine nor the archive has an image of that name.",
        "List what there is with `docker images`, and give the name as it is shown there.";
    "KAR326" ArchiveUnusable "a file is no archive of images, or is damaged",
        "karctl reads what `docker save`, `podman save`, `karctl images build` and `karctl bundle save` write, and OCI layouts. This file is something else, or was cut off on its way here.",
        "Write it again, and compare sizes or checksums after copying it.";
    "KAR327" NoNodes "no cluster of containers was found",
        "`karctl images load` brings images into the nodes of kind and k3d clusters, which are containers of the engine and found by their labels. None of that name runs.",
        "`docker ps` shows the nodes; start the cluster, or point DOCKER_HOST to its engine. Other clusters pull from a registry: `karctl images push`.";
    "KAR328" BundleUnusable "a file is no bundle, or is damaged",
        "A bundle says what is in it, with a checksum for each file. Something is missing or differs: most often it was cut off when it was copied.",
        "Copy it again and check it with `karctl bundle verify FILE`, or save it anew.";
    "KAR329" BundleArchitecture "a bundle is for another processor",
        "Images and programs are built for one processor. The engine that was to run these has another one.",
        "Save a bundle on a machine with that processor, or from an engine that pulled the images for it.";
    "KAR340" BadProject "karctl.yaml is wrong",
        "The file of the project has an unknown key, a value that does not fit, or a form that this karctl does not read; the message has the line and column.",
        "Correct the place that the message names; `karctl app init DIR --example hello` writes one to compare with.";
    "KAR341" NoProject "there is no project that can be used",
        "The folder has no karctl.yaml, or nothing in it says what kind of project it is or how its application is started.",
        "Run `karctl app init` in the project's folder; `--language` and `--start` say what cannot be found out.";
    "KAR342" BuildFailed "an image could not be built",
        "The engine could not do a step of the Dockerfile: a command in it failed, a file or a base image is missing. The message ends with what was said last.",
        "Correct the Dockerfile or what it copies and run the same command again; what was built stays in the engine's cache.";
    "KAR343" AppNotReady "an application does not run as it is to",
        "A component ended by itself, or listens on another port than the one that is named in karctl.yaml.",
        "Read the log that the message quotes, and compare the component's `port` with the one that the program listens on (KAR_APP_PORT).";
    "KAR344" NoNamespace "there is no such namespace",
        "Applications are brought to a namespace of the cluster that is there, so that a name that was mistyped does not become one.",
        "Compare its name with those that `kubectl get namespaces` lists, or let `--create-namespace` make it.";
    "KAR345" NoCheckout "a folder is no checkout of KAR",
        "`karctl images build --src` builds what KAR's own Dockerfiles describe, and one of them is not in the folder.",
        "Give the folder that KAR's repository was cloned into: `git clone https://github.com/IBM/kar`.";
    "KAR346" NoLogOperator "no Fluent Operator is on the cluster",
        "The addon `logging` tells Fluent Bit how to read what KAR says, by objects that the Fluent Operator understands. The cluster has none of its kinds.",
        "Install the operator (its chart is fluent/fluent-operator), then run `karctl addon install logging` again.";
    "KAR400" CloudLoginMissing "there is no login for IBM Cloud",
        "karctl takes an API key from a file that is named, from IBMCLOUD_API_KEY or IC_API_KEY, or else the login of the `ibmcloud` command. It asks for none.",
        "Make a key at https://cloud.ibm.com/iam/apikeys and set IBMCLOUD_API_KEY (`@FILE` names a file with it), or log in with `ibmcloud login`. `karctl ce login` shows what is found.";
    "KAR401" CloudLoginRefused "IBM Cloud does not accept the login",
        "The API key was deleted or mistyped, the token of the `ibmcloud` command has ended (it lasts for an hour), or the account allows logins from certain addresses only. karctl never renews another program's login.",
        "Look where the login is from with `karctl ce login --check`, and give another key, or log in again with `ibmcloud login`.";
    "KAR402" CloudUnreachable "IBM Cloud cannot be reached",
        "No connection to IAM, the Resource Controller or Code Engine, or it broke. Private addresses (with `.private.` in them) are reached from within IBM Cloud only.",
        "Check the network, HTTPS_PROXY and NO_PROXY, and KARCTL_IAM_URL, KARCTL_RESOURCE_CONTROLLER_URL and KARCTL_CODE_ENGINE_URL where they are set; then run the same command again.";
    "KAR403" CloudForbidden "the login may not do this",
        "Whoever asks lacks a role. Reading service keys needs Viewer on the service, its credentials a role that is not below the key's own; Code Engine needs Viewer on the resource group, and Reader to look or Writer to change.",
        "Ask the account's administrator for the role that the message names, at https://cloud.ibm.com/iam.";
    "KAR404" CodeEngineProjectMissing "there is no such project, or it may not be seen",
        "Code Engine gives the same answer for a project that does not exist in the region and for one that whoever asks has no role in.",
        "See with `karctl ce project list` (and `--region`) what there is; ask for the roles Viewer and Reader; or make it with `karctl ce project create NAME`.";
    "KAR405" CodeEngineProjectAmbiguous "several projects have this name",
        "karctl would have to guess which one is meant, and one of them is perhaps in production.",
        "Give the id that `karctl ce project list` shows in the place of the name.";
    "KAR406" CodeEngineProjectNotActive "a project cannot be used",
        "A project takes a minute or two until it is active. One that was deleted keeps its name for seven days, in which it can be brought back.",
        "Wait, or run `karctl ce project create NAME` again, which waits; bring a deleted one back with `ibmcloud ce project restore --name NAME`, or choose another name.";
    "KAR407" CodeEngineProjectUnchosen "it is not said which project, or which region",
        "Nothing names it: neither an option, nor CE_PROJECT_ID, CE_PROJECT or IBMCLOUD_REGION, nor what `karctl ce project use` keeps, nor the `ibmcloud` command's own target.",
        "Give `--project` and `--region`, or choose once with `karctl ce project use NAME --region REGION`.";
    "KAR408" CloudRefused "IBM Cloud refuses",
        "It answers, and says no; the message has its own words, its code, and the trace by which IBM's support finds the request.",
        "Do what the message says.";
    "KAR409" CloudBusy "IBM Cloud has trouble, or wants to be left alone",
        "A service answered with 429 or 5xx, also after karctl had waited as long as it was asked to and tried again.",
        "Look at https://cloud.ibm.com/status, and run the same command again later; it goes on where it stopped.";
    "KAR410" CloudChanged "somebody else changed the same thing",
        "karctl changes what it has looked at, and nothing that was changed in between.",
        "Run the same command again.";
    "KAR411" CloudConfigurationUnusable "a login, a file or an address for IBM Cloud cannot be used",
        "An API key that begins or ends with a brace or a quote is no key but a piece of a JSON file. The configuration of the `ibmcloud` command may be cut or edited. An address is HTTPS, or HTTP on this machine.",
        "Correct the place that the message names.";
    "KAR412" RegionsDiffer "the services are not where the project is",
        "Every message of an application goes through Kafka, and every state of an actor through Redis: from another region each takes tens of milliseconds, and traffic between regions is charged.",
        "Choose a project in the region of the services, or services in the region of the project. Without `--strict` it is a warning.";
    "KAR413" CodeEngineSecretInUse "applications still use the secret",
        "An application of Code Engine whose secret is gone runs on, but its next instance does not start.",
        "Delete the applications that the message names with `karctl ce delete`, or give `--force`.";
    "KAR420" ComponentNotReady "a component does not become ready on Code Engine",
        "Its newest revision failed, or was not ready when the time was over. Code Engine says that an application is `warning` where an older revision still serves: the change has not come into force.",
        "Read the reason in the message, and what `karctl ce status NAME` says of its instances; `karctl ce logs NAME` says where its log is. Then run the same command again.";
    "KAR421" ComponentForeign "an application of this name is not KAR's",
        "A component of KAR's has a variable KAR_APP and refers to the secret `kar.ibm.com.runtime-config`. This application has not, so karctl neither changes nor deletes it.",
        "Use another name, or delete the application with `ibmcloud ce application delete` if nobody needs it.";
    "KAR422" ProjectNotEnabled "the project has no runtime configuration",
        "A component takes Kafka and Redis from the secret `kar.ibm.com.runtime-config` of its project. Without it, it would never start.",
        "Run `karctl ce enable KEY --project P` first, and look with `karctl ce login --check` whether it is this project.";
    "KAR423" RegistrySecretMissing "the project has no such login for a registry",
        "An image of a private registry is pulled with the login in a secret of the format `registry`. There is no secret of this name, or it is of another format.",
        "Make one with `karctl ce enable KEY --registry-server S --registry-user U --registry-password-stdin`, or leave --registry-secret out where everybody may pull the image.";
    "KAR424" ComponentMissing "there is no such component on Code Engine",
        "The project has no application of this name.",
        "`karctl ce list` shows the components of the project; --project and --region choose another one.";
    "KAR440" ServiceKeyMissing "a service has no service key of that name",
        "Event Streams and Databases for Redis need a service key (service credential) each, and both of the same name. Names that only begin alike do not count.",
        "Make the one that is missing: `ibmcloud resource service-key-create NAME Manager --instance-name INSTANCE`.";
    "KAR441" ServiceKeyAmbiguous "several service keys have the same name",
        "IBM Cloud lets keys of different instances, and even of one, have the same name. The message lists their guids.",
        "Choose with `--redis-key-id GUID` or `--kafka-key-id GUID`, or delete the key that is not used.";
    "KAR442" CredentialsWithheld "the credentials of a service key are withheld",
        "IBM Cloud shows a key's credentials only to those whose role on the service is at least the key's (REDACTED), and where it cannot compare the two only to those with the action resource-controller.credential.retrieve_all (REDACTED_EXPLICIT).",
        "Ask for the key's role on the service (Manager for Event Streams), or for the role Administrator, which has the action; or for the key in a file, and give that with `--credentials FILE`.";
    "KAR443" CredentialsOneTime "the credentials of a service key can no longer be read",
        "The key was made with one-time credentials: they were shown once, when it was made, and never again.",
        "Make a key without one-time credentials, or give what was shown then with `--credentials FILE`.";
    "KAR444" ServiceKeyIncomplete "a service key lacks a field, or a file holds no service keys",
        "karctl needs the addresses, user, password and certificate that keys of Databases for Redis and Event Streams have; the message names the path of each field that is missing or has another form.",
        "Compare with `ibmcloud resource service-key NAME --output json`, or make a new key. Any other Kafka and Redis can be described in a file for `karctl env file FILE`.";
    "KAR445" RedisAuthorityUnusable "the certificate of Redis' authority cannot be used",
        "`certificate_base64` of the key of Databases for Redis is to be base64 of a PEM file with an X.509 certificate that is valid now. `kar` crashes on anything else.",
        "Make a new service key: it comes with the certificate of today.";
    "KAR446" ServiceUnreachable "a Kafka or Redis elsewhere cannot be reached from here",
        "Nothing answers at the address, or the connection ends before the service has said a word: a wrong address, a firewall, an allowlist of the service, or a private endpoint, which is reached from within IBM Cloud only.",
        "Compare the address with the service key; for use from elsewhere make a service key of the public endpoint.";
    "KAR447" AuthorityUntrusted "a server's certificate is signed by an authority that is not trusted",
        "For Redis, `kar` trusts the first certificate of REDIS_CA and no other, or the system's where there is none. For Kafka it trusts the system's authorities only.",
        "Redis: set REDIS_CA. Kafka: name a PEM file with the authority, and those of the system, in SSL_CERT_FILE for `kar` and for karctl. On macOS `kar` takes no notice of that variable: put the authority into the keychain there.";
    "KAR448" CertificateExpired "a certificate is not valid at this time",
        "The server's certificate, or the authority that is trusted, has ended or has not begun; or this machine's clock is wrong.",
        "Take the authority of today from the service key, let whoever runs the server renew its certificate, and look at the clock.";
    "KAR449" CertificateOtherName "a server's certificate is for another name",
        "Something else answers at this address, or the server is known by another name than the one that was given.",
        "Give the server by a name that its certificate is for; the message lists them.";
    "KAR450" ServerNameMissing "a server wants to be asked for by its name, and was not",
        "Services that share an address tell their instances by the server name in the TLS handshake (SNI). An address of numbers is no name, so none was sent.",
        "Give the server's name in place of its address.";
    "KAR451" TlsMissing "one side speaks TLS and the other does not",
        "The port is that of a listener of the other kind, or KAFKA_ENABLE_TLS or REDIS_ENABLE_TLS is not as it should be.",
        "Give the port that speaks TLS, or set the variable accordingly.";
    "KAR452" LoginRefused "Kafka or Redis refuses the user or the password",
        "Neither tells which of the two is wrong. A service key that was deleted, or whose password was changed, opens nothing.",
        "Compare both with the service key, and write anew what was made from it: `karctl env ibmcloud KEY`, `karctl ce enable KEY`, `karctl k8s deploy --managed KEY`.";
    "KAR453" SecretStale "a project's configuration is not that of the service keys",
        "The secret kar.ibm.com.runtime-config of the project is missing, or the keys were made anew after it was written. Applications read it when an instance starts.",
        "Run `karctl ce enable KEY` again; instances that start from then on have it.";
    "KAR454" RegistrySecretUnusable "private images cannot be pulled with the project's login",
        "The secret with the login to the registry is missing or of another format, the registry does not answer, or it refuses the login. Code Engine finds out only when it deploys.",
        "Write it with `karctl ce enable KEY --registry-server SERVER --registry-user USER --registry-password-stdin`.";
    "KAR455" ProjectFull "a project has little room left",
        "A project of Code Engine has limits on applications and on what their instances take together; where they are reached, new instances do not start.",
        "Delete what is not used with `karctl ce delete`, ask IBM to raise the limit, or take another project.";
    "KAR456" ProbeTopicFailed "a record did not go round",
        "The topic of `--probe-topic` is missing, may not be written or read with this service key, or its leader does not answer. Keys with the role Reader may not write; `kar` needs Manager, to create its topics.",
        "Name a topic that exists, and use a service key with the role Manager.";
    "KAR457" ProjectConfigurationMisunderstood "`kar` does not understand a project's configuration",
        "A value of the secret kar.ibm.com.runtime-config of the project is not what `kar` takes: a KAFKA_VERSION that it does not know, a REDIS_CA that is no PEM, or a line end behind a value. It stops, or silently takes something else.",
        "Run `karctl ce enable KEY` again, which writes it anew; what was written by hand give without a line end (`echo -n`).";
    "KAR500" MembersAreOne "two members are one",
        "Two members of the project lead to the same cluster or the same project of Code Engine, by different names. What one of them brings about, the other would take away.",
        "Make them one member, with the namespaces and applications of both.";
    "KAR501" MemberCannotReach "a member cannot reach Kafka or Redis by design",
        "The address that the member would be told means something else there: a loopback address is the member itself, a service's name is known within its cluster only, a cluster that exposes nothing is closed.",
        "Give the services an address that every member reaches: an instance of this machine by `local.bind`, a cluster by `kubernetes.expose`, or use managed services.";
    "KAR502" PlanOutdated "the world is not that of the plan",
        "A plan of `karctl hybrid plan` is bound to the project's file, the version of karctl, the identity and version of each member, what it would get (what it is told of Kafka and Redis, its settings, its applications), and what was to be done. One of these is another now, or more would be done than was planned. What was done meanwhile as it was planned is no difference.",
        "Make a new plan with `karctl hybrid plan --out FILE`, look at it, and run `karctl hybrid up FILE`.";
    "KAR503" WouldTakeAway "a member would lose what the file does not name",
        "`karctl hybrid up` would take Kafka and Redis of its own from a cluster that is to use others, or `karctl hybrid down` would disable namespaces that the project's file does not name, or take such servers away. Nobody was there to say yes, or somebody said no. Their data would stay.",
        "Look at `karctl hybrid plan`, or `karctl hybrid down --dry-run`. Where it is meant, give `-y`; otherwise name the namespaces below `namespaces`, or say `services: { cluster: MEMBER }`.";
    "KAR520" ServiceUnnamed "a member does not know the name of a service",
        "The address that its processes are given is a name that has no address there: one of another network, of a cluster's own DNS, or of the hosts file of one machine.",
        "Give the service by a name or an address that every member knows, in the `services` of karctl.yaml, and run `karctl hybrid up` again; or make the name known to the member.";
    "KAR521" ServiceRefuses "nothing listens where a member is to find a service",
        "The address is right as far as it leads to a machine, and nobody listens at the port there: the service is down, the port is another one, or it listens only for its own machine.",
        "Start it, or correct the port. An instance of this machine is for other members only with `karctl local up --bind ADDRESS`, a cluster's with `karctl k8s deploy --expose HOST`.";
    "KAR522" ServiceDropped "what a member sends to a service is dropped on the way",
        "No answer came, not even a refusal: a firewall, a network policy or an allowlist in between throws packets away, or there is no route.",
        "Allow the member's addresses at whatever filters, on the port that the message names.";
    "KAR523" AdvertisedUnusable "brokers send their clients to an address that a member cannot use",
        "A client of Kafka asks one broker where all are, and then uses the addresses that it is told. The first address works, and those that follow do not, from where the member is.",
        "Let `advertised.listeners` name, for the listener that members use, addresses that all of them reach: `karctl local up --bind ADDRESS`, `karctl k8s deploy --expose HOST`.";
    "KAR524" MemberStale "a member's configuration is not that of the services",
        "The secret kar.ibm.com.runtime-config of a namespace or a project holds other values than the services of karctl.yaml have now: they were changed after the last `karctl hybrid up`, or somebody changed the secret.",
        "Run `karctl hybrid up` again, and start the applications anew: they read it when they start.";
    "KAR525" MemberUnconfigured "a member has no configuration that `kar` understands",
        "The runtime was not brought to the member, the namespace is not enabled, or what is in its secret or its environment is not what `kar` reads.",
        "Run `karctl hybrid up`; on an outside host load the env file that it wrote.";
    "KAR526" UserLacksRights "the user may not do what `kar` does",
        "The login works, and yet the user may make no topics in Kafka, or run no scripts in Redis.",
        "Give the user these rights. A service key of Event Streams needs the role Manager, a user of Redis all commands on the keys kar_*.";
    "KAR527" MemberUnasked "a member could not be asked",
        "It does not answer, or the pod that asks from within did not run: its image, the rights to make pods, a quota, a full node.",
        "Do what the message says. `karctl hybrid matrix --image IMAGE` takes another image of karctl for the pods.";
    "KAR528" MemberUnverified "nobody has looked from within a member",
        "karctl cannot run anything on an outside host, and starts nothing in a project of Code Engine to look around.",
        "On the host, with the variables of its env file: `karctl check hybrid --as MEMBER`.";
    "KAR529" MembersDiffer "members run different versions of karctl",
        "The injector of a cluster is karctl itself. Another version than the one in use here may configure pods in another way, and may not know how to look at the services.",
        "Run `karctl hybrid up` with one karctl, of which the injector's image was built.";
    "KAR540" BundleSecret "a file was left out of a support bundle because a secret was found in it",
        "After known secrets were taken out by their values, and others by their names and looks, each file is looked through again by other means: a value that is broken over lines, escaped, or encoded is found too. It is left out rather than mended, since nobody knows what else is in it.",
        "Look at the original (a log, or an object of the cluster), and change the secret that is written there. The bundle is of use without this file.";
    "KAR550" NoSnapshot "there is no such snapshot",
        "Snapshots are kept by their names in karctl's state folder, for all instances of this user.",
        "`karctl local snapshot list` lists those that there are.";
    "KAR551" SnapshotDamaged "a snapshot is not what was saved",
        "One of its files is missing, cannot be read, differs from the sum in its manifest, or was written by a newer karctl.",
        "Use a newer karctl where that is said; else delete the snapshot with `karctl local snapshot delete NAME` and save another one.";
    "KAR552" RestoreUnfinished "the data of an instance is half replaced",
        "`karctl local snapshot restore` was cut between the first and the last of Kafka, ZooKeeper and Redis. Started like this, they would not fit together, so karctl does not.",
        "Run the same `karctl local snapshot restore` again, which finishes it; or delete the data with `karctl local reset`.";
    "KAR553" NotHeld "the servers could not be held at one point in time",
        "A snapshot of servers that run needs a Redis that writes its append-only file, answers, and is 6.2 or newer: what it has acknowledged must be in its file before the copy begins.",
        "Stop the instance with `karctl local stop`, save it, and start it again with `karctl local up`.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl FromStr for Code {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wanted = text.to_ascii_uppercase();
        Self::ALL.iter().copied().find(|code| code.id() == wanted).ok_or_else(|| format!("no such code: {text}"))
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl schemars::JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "pattern": "^KAR[0-9]{3}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_unique_and_reads_back() {
        let mut ids: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        assert!(Code::ALL.iter().all(|&code| code.id().parse() == Ok(code)));
        ids.dedup();
        assert_eq!(ids.len(), Code::ALL.len());
        assert!(ids.is_sorted());
    }
}
