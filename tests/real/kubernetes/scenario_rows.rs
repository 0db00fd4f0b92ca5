//! What breaks on a cluster, as data: lines of kubectl. `tests/cli/check` counts them, `scenarios.rs` beside breaks a real API
//! server with them.

/// One way to break a cluster on which the runtime is deployed and well.
pub struct Row {
    /// What is the matter.
    pub name: &'static str,
    /// What breaks it.
    pub breaks: &'static [Step],
    /// More of `karctl check k8s`.
    pub line: &'static [&'static str],
    /// Checks that fail, by title, with the code of each.
    pub expected: &'static [(&'static str, &'static str)],
    /// What mends it again; `Fix` where `--fix` does.
    pub mends: Mend,
}

/// One change.
#[derive(Clone, Copy)]
pub enum Step {
    /// `kubectl apply` of a manifest.
    Apply(&'static str),
    /// A line of kubectl.
    Kubectl(&'static str),
    /// The status of a node, as its kubelet would tell it.
    Node(&'static str, &'static str),
    /// A value of the runtime's configuration in a namespace, as it is.
    Value(&'static str, &'static str, &'static str),
    /// The phase of a pod in `default`, as its kubelet would tell it.
    Phase(&'static str, &'static str),
    /// A `kar` on PATH, which says this of its version.
    Kar(&'static str),
    /// There is no `kar` on PATH.
    NoKar,
    /// karctl knows the context as one that led to another cluster.
    Known,
    /// karctl knows of no cluster.
    Forgotten,
}

/// How a cluster is mended.
#[derive(Clone, Copy)]
pub enum Mend {
    /// By these.
    By(&'static [Step]),
    /// By `karctl check k8s --fix`.
    Fix,
}

use Mend::{By, Fix};
use Step::{Apply, Forgotten, Kar, Known, Kubectl, NoKar, Node, Phase, Value};

const fn row(
    name: &'static str,
    breaks: &'static [Step],
    expected: &'static [(&'static str, &'static str)],
    mends: Mend,
) -> Row {
    Row { name, breaks, line: &[], expected, mends }
}

const fn with(line: &'static [&'static str], row: Row) -> Row {
    Row { line, ..row }
}

const READY: Step = Node("n1", "{type: Ready, status: 'True'}");
const ROOM: (&str, &str) = ("the nodes have room", "KAR216");
const NODES: (&str, &str) = ("the nodes are well", "KAR227");
const STALE: (&str, &str) = ("enabled namespaces are current", "KAR223");
const UNDERSTOOD: (&str, &str) = ("`kar` understands its configuration", "KAR234");
const STORAGE: (&str, &str) = ("there is a StorageClass for the data", "KAR215");

/// A class that is the default.
pub const CLASS: &str = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, provisioner: none, metadata: {name: fast, \
                         annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}}";

const SECOND_CLASS: &str = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, provisioner: none, metadata: {name: slow, \
                            annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}}";

/// The address of the injector's service, as it is once its pod is ready.
pub const INJECTOR_ADDRESS: &str = "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4, endpoints: \
                                    [{addresses: [10.1.2.4]}], metadata: {name: kar-injector-1, namespace: kar-system, \
                                    labels: {kubernetes.io/service-name: kar-injector}}}";

const LARGE: &str = "{apiVersion: v1, kind: Pod, metadata: {name: large, namespace: default}, spec: {nodeName: n1, \
                     automountServiceAccountToken: false, containers: [{name: large, image: large, \
                     resources: {requests: {memory: 3Gi}}}]}}";

const QUOTA: &str = "{apiVersion: v1, kind: ResourceQuota, metadata: {name: small, namespace: kar-system}, \
                     spec: {hard: {pods: '2'}}}";

const INGRESS: &str = "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web, namespace: default}, \
                       spec: {ingressClassName: nobody, defaultBackend: {service: {name: a, port: {number: 80}}}}}";

/// Pods of applications, made before the injector is asked about them: one that was not injected, and one that was.
pub const PODS: [&str; 2] = [APPLICATION, INJECTED];

const APPLICATION: &str = "{apiVersion: v1, kind: Pod, metadata: {name: hello, namespace: default, annotations: \
                           {kar.ibm.com/app: hello}}, spec: {nodeName: n1, automountServiceAccountToken: false, \
                           containers: [{name: hello, image: hello}]}}";

const INJECTED: &str = "{apiVersion: v1, kind: Pod, metadata: {name: injected, namespace: default, annotations: \
                        {kar.ibm.com/app: hello}}, spec: {nodeName: n1, automountServiceAccountToken: false, \
                        containers: [{name: hello, image: hello}], volumes: [{name: kar-ibm-com-config, secret: \
                        {secretName: kar.ibm.com.runtime-config}}]}}";

const DNS: &str = "{apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, \
                   spec: {ports: [{port: 53}]}}";

const OTHER_INJECTOR: &str = "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: \
                              {name: kar-old}, webhooks: [{name: kar-injector.old.example, admissionReviewVersions: [v1], \
                              sideEffects: None, failurePolicy: Ignore, clientConfig: {service: {name: kar-injector, \
                              namespace: old}}, rules: [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], \
                              resources: [pods]}]}]}";

const SILENT_WEBHOOK: &str = "{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: \
                              {name: policy}, webhooks: [{name: guard.policy.example, admissionReviewVersions: [v1], \
                              sideEffects: None, clientConfig: {service: {name: guard, namespace: policy}}, rules: \
                              [{apiGroups: [''], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}]}";

/// Every row of a cluster, one after the other on the same one.
pub const ROWS: &[Row] = &[
    row("a cluster that is well", &[], &[], By(&[])),
    row(
        "a node runs out of disk",
        &[Node("n1", "{type: Ready, status: 'True'}, {type: DiskPressure, status: 'True'}")],
        &[NODES],
        By(&[READY]),
    ),
    row(
        "a node runs out of memory, and a pod of an application has no limit",
        &[
            Phase("injected", "Running"),
            Node("n1", "{type: Ready, status: 'True'}, {type: MemoryPressure, status: 'True'}"),
        ],
        &[NODES, ("pods on full nodes have limits", "KAR231")],
        By(&[READY, Phase("injected", "Succeeded")]),
    ),
    row("the only node went away", &[Node("n1", "{type: Ready, status: Unknown}")], &[NODES, ROOM], By(&[READY])),
    row(
        "the network plugin is missing",
        &[Node(
            "n1",
            "{type: Ready, status: 'False', message: 'container runtime network not ready: cni plugin not initialized'}",
        )],
        &[("pods have a network", "KAR229"), ROOM],
        By(&[READY]),
    ),
    row(
        "the cluster's DNS has no pod",
        &[Apply(DNS)],
        &[("names are resolved within the cluster", "KAR228")],
        By(&[Kubectl("delete service kube-dns --namespace kube-system")]),
    ),
    row(
        "nobody serves the class of an ingress",
        &[Apply(INGRESS)],
        &[("ingresses have an address", "KAR230")],
        By(&[Kubectl("delete ingress web")]),
    ),
    row(
        "a pod was made while the injector was down",
        &[Phase("hello", "Running")],
        &[("pods that ask for it are injected", "KAR235")],
        By(&[Phase("hello", "Succeeded")]),
    ),
    row(
        "the injector's service has no pod",
        &[Kubectl("delete endpointslice kar-injector-1 --namespace kar-system")],
        &[("the webhook is asked", "KAR232")],
        By(&[Apply(INJECTOR_ADDRESS)]),
    ),
    row(
        "the webhook's configuration was deleted",
        &[Kubectl("delete mutatingwebhookconfiguration kar-injector-webhook")],
        &[("the webhook is asked", "KAR232")],
        Fix,
    ),
    row(
        "a copy of the configuration was deleted",
        &[Kubectl("delete secret kar.ibm.com.runtime-config --namespace default")],
        &[STALE],
        Fix,
    ),
    row(
        "a copy of the configuration is one of before",
        &[Value("default", "kafka_brokers", "old.example.org:9092")],
        &[STALE],
        Fix,
    ),
    row(
        "a copy has a version of two parts, and the line end of an editor",
        &[Value("default", "kafka_version", "3.3"), Value("default", "redis_user", "karmesh\n")],
        &[STALE, UNDERSTOOD],
        Fix,
    ),
    row(
        "the authority of Redis in a copy is no PEM",
        &[Value("default", "redis_ca", "bm90IGEgY2VydGlmaWNhdGU=")],
        &[STALE, UNDERSTOOD],
        Fix,
    ),
    row(
        "a namespace of the cluster is enabled",
        &[Kubectl("label namespace kube-public kar.ibm.com/enabled=true")],
        &[("no namespace of the cluster is enabled", "KAR236"), STALE],
        By(&[Kubectl("label namespace kube-public kar.ibm.com/enabled-")]),
    ),
    row("the `kar` of another release is on PATH", &[Kar("1.2.0")], &[("versions match", "KAR233")], By(&[NoKar])),
    row(
        "a workload was deleted, and a copy too",
        &[
            Kubectl("delete statefulset kar-redis --namespace kar-system"),
            Kubectl("delete secret kar.ibm.com.runtime-config --namespace default"),
        ],
        &[("every component is ready", "KAR207"), STALE],
        By(&[]),
    ),
];

/// Rows of a cluster on which nothing is deployed yet, checked with `--pre`, one after the other on the same one.
pub const BEFORE: &[Row] = &[
    row("a cluster that is ready for a deploy", &[], &[], By(&[])),
    row("there is no StorageClass", &[Kubectl("delete storageclass fast")], &[STORAGE], By(&[Apply(CLASS)])),
    with(&["--storage-class", "gold"], row("a StorageClass that is not there is asked for", &[], &[STORAGE], By(&[]))),
    row(
        "two StorageClasses are the default",
        &[Apply(SECOND_CLASS)],
        &[STORAGE],
        By(&[Kubectl("delete storageclass slow")]),
    ),
    row("the node is cordoned", &[Kubectl("cordon n1")], &[ROOM], By(&[Kubectl("uncordon n1")])),
    row(
        "pods of others have the node's memory",
        &[Kubectl("create serviceaccount default"), Apply(LARGE)],
        &[ROOM],
        By(&[Kubectl("delete pod large --force --grace-period=0")]),
    ),
    row(
        "the nodes are of another architecture",
        &[Kubectl("label node n1 kubernetes.io/arch=arm64 --overwrite")],
        &[("the images fit the nodes", "KAR220")],
        By(&[Kubectl("label node n1 kubernetes.io/arch=amd64 --overwrite")]),
    ),
    row(
        "a quota leaves too little",
        &[Kubectl("create namespace kar-system"), Apply(QUOTA)],
        &[("the quotas leave room", "KAR217")],
        By(&[Kubectl("delete resourcequota small --namespace kar-system")]),
    ),
    row(
        "a service of the name is somebody else's",
        &[Kubectl("create service clusterip kar-redis --tcp=1 --namespace kar-system")],
        &[("nothing stands in a deploy's way", "KAR205")],
        By(&[Kubectl("delete service kar-redis --namespace kar-system")]),
    ),
    row(
        "another injector of KAR is there",
        &[Apply(OTHER_INJECTOR)],
        &[("no other injector is there", "KAR221")],
        By(&[Kubectl("delete mutatingwebhookconfiguration kar-old")]),
    ),
    row(
        "a webhook that must answer has no pod, and the StorageClass is gone",
        &[Apply(SILENT_WEBHOOK), Kubectl("delete storageclass fast")],
        &[("mutating webhooks of others answer", "KAR221"), STORAGE],
        By(&[Kubectl("delete mutatingwebhookconfiguration policy"), Apply(CLASS)]),
    ),
    with(
        &["--expose", "nowhere.invalid"],
        row(
            "clients outside are given a name that nobody knows",
            &[],
            &[("clients outside find the brokers", "KAR237")],
            By(&[]),
        ),
    ),
    row(
        "the context led to another cluster before",
        &[Known],
        &[("the context leads where it led", "KAR209")],
        By(&[Forgotten]),
    ),
];
