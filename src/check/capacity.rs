//! Whether a cluster has room for what a deploy asks for: nodes, quotas, limit ranges. Pure.

use super::Finding;
use super::cluster::{Amounts, Cluster, Demand, Node, Pod, Quota, Range};
use super::kubernetes::untold;
use crate::quantity::Quantity;
use crate::settings::Spread;

/// What a pod takes of a node.
const OF_A_NODE: [&str; 2] = ["requests.cpu", "requests.memory"];

/// Places every pod, the largest first, on the roomiest node: about what the scheduler does.
pub(super) fn room(cluster: &Cluster) -> Finding {
    let nodes = match &cluster.nodes {
        Ok(nodes) => nodes,
        Err(reason) => return untold("the nodes", reason),
    };
    let mut left: Vec<Node> = nodes.iter().filter(|node| node.refusal.is_none()).cloned().collect();
    let hint = || {
        vec![
            "add a node, which an autoscaler may do by itself once the pods wait, or ask for less with \
                        kubernetes.kafka_memory, kubernetes.kafka_cpu and their like"
                .to_owned(),
        ]
    };
    if left.is_empty() {
        let refusals = nodes.iter().filter_map(|node| Some(format!("{}: {}", node.name, node.refusal.as_ref()?)));
        let refusals = refusals.collect::<Vec<_>>().join("; ");
        let why = if nodes.is_empty() { "there are no nodes".to_owned() } else { refusals };
        return Finding::Bad(format!("no node takes a pod of the runtime ({why})"), hint());
    }
    if let Err(reason) = &cluster.pods {
        return untold("the pods of others", reason);
    }
    let mut pods: Vec<_> = cluster.demand.pods.iter().collect();
    pods.sort_by_key(|pod| std::cmp::Reverse(amount(&pod.amounts, "requests.memory")));
    let mut taken: Vec<(String, &str)> = Vec::new();
    for pod in pods {
        let is_apart = |node: &Node| {
            cluster.demand.spread != Some(Spread::Required)
                || !taken.iter().any(|(name, part)| *name == node.name && *part == pod.part)
        };
        let fits = left.iter_mut().filter(|node| is_apart(node) && has_room(node, pod));
        let Some(node) = fits.max_by_key(|node| amount(&node.free, "requests.memory")) else {
            return Finding::Bad(without_room(pod, &left), hint());
        };
        for resource in OF_A_NODE {
            let rest = amount(&node.free, resource) - amount(&pod.amounts, resource);
            node.free.insert(resource.to_owned(), rest);
        }
        let rest = amount(&node.free, "pods") - Quantity::whole(1);
        node.free.insert("pods".to_owned(), rest);
        taken.push((node.name.clone(), &pod.part));
    }
    Finding::Fine(fitting(&cluster.demand, left.len()))
}

fn amount(amounts: &Amounts, resource: &str) -> Quantity {
    amounts.get(resource).copied().unwrap_or_default()
}

fn has_room(node: &Node, pod: &Pod) -> bool {
    amount(&node.free, "pods") >= Quantity::whole(1)
        && OF_A_NODE.iter().all(|resource| amount(&node.free, resource) >= amount(&pod.amounts, resource))
}

/// `250m of processor time and 1024Mi of memory`.
fn both(amounts: &Amounts) -> String {
    let [cpu, memory] = OF_A_NODE.map(|resource| amount(amounts, resource).of(resource));
    format!("{cpu} of processor time and {memory} of memory")
}

fn without_room(pod: &Pod, left: &[Node]) -> String {
    let roomiest = left.iter().max_by_key(|node| amount(&node.free, "requests.memory"));
    let roomiest = roomiest.map(|node| format!("; the roomiest, {}, has {} left", node.name, both(&node.free)));
    format!("pod {} finds no node with {}{}", pod.name, both(&pod.amounts), roomiest.unwrap_or_default())
}

fn fitting(demand: &Demand, nodes: usize) -> String {
    let sum = |resource: &str| demand.pods.iter().map(|pod| amount(&pod.amounts, resource)).sum();
    let all: Amounts = OF_A_NODE.iter().map(|resource| ((*resource).to_owned(), sum(resource))).collect();
    let word = if nodes == 1 { "node" } else { "nodes" };
    format!("{} pods with {} fit on {nodes} {word}", demand.pods.len(), both(&all))
}

/// What is asked for beyond what there is must be left of every quota, and every container must say what a quota counts.
pub(super) fn quotas(cluster: &Cluster) -> Finding {
    let (quotas, ranges) = match (&cluster.quotas, &cluster.ranges) {
        (Ok(quotas), Ok(ranges)) => (quotas, ranges),
        (Err(reason), _) | (_, Err(reason)) => return untold("quotas", reason),
    };
    if quotas.is_empty() {
        return Finding::Fine(format!("no quota holds in namespace {}", cluster.namespace));
    }
    let mut exceeded: Vec<_> = quotas.iter().flat_map(|quota| exceeded(quota, &cluster.demand)).collect();
    exceeded.extend(quotas.iter().flat_map(|quota| unsaid(quota, ranges, &cluster.demand)));
    match exceeded.is_empty() {
        true => Finding::Fine(format!("the quotas of namespace {} leave room", cluster.namespace)),
        false => Finding::Bad(exceeded.join("; "), Vec::new()),
    }
}

fn exceeded(quota: &Quota, demand: &Demand) -> Vec<String> {
    let asked = quota.hard.iter().filter_map(|(resource, hard)| {
        let more = amount(&demand.amounts, resource);
        let used = amount(&quota.used, resource);
        let is_exceeded = more > Quantity::default() && used + more > *hard;
        is_exceeded.then(|| {
            let [more, used, hard] = [more, used, *hard].map(|amount| amount.of(resource));
            format!(
                "quota {} leaves too little {resource}: {more} more are needed, {used} of {hard} are used",
                quota.name
            )
        })
    });
    asked.collect()
}

/// A quota on a resource refuses containers that do not say how much of it they take, unless a limit range says it.
fn unsaid(quota: &Quota, ranges: &[Range], demand: &Demand) -> Vec<String> {
    let counted = ["requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];
    let of_pods = counted.into_iter().filter(|resource| quota.hard.contains_key(*resource));
    let is_given = |resource: &str| {
        let short = resource.rsplit('.').next().unwrap_or_default();
        ranges.iter().any(|range| {
            range.kind == "Container" && (range.default.contains_key(short) || range.max.contains_key(short))
        })
    };
    let missing = of_pods.filter(|resource| !is_given(resource)).filter_map(|resource| {
        let pod = demand.pods.iter().find(|pod| !pod.amounts.contains_key(resource))?;
        Some(format!("quota {} wants {resource} of every container, and {} says none", quota.name, pod.part))
    });
    missing.collect()
}

/// Every container and claim must be within the limit ranges.
pub(super) fn ranges(cluster: &Cluster) -> Finding {
    let ranges = match &cluster.ranges {
        Ok(ranges) => ranges,
        Err(reason) => return untold("limit ranges", reason),
    };
    if ranges.is_empty() {
        return Finding::Fine(format!("no limit range holds in namespace {}", cluster.namespace));
    }
    let outside: Vec<_> = ranges.iter().flat_map(|range| outside(range, &cluster.demand)).collect();
    match outside.is_empty() {
        true => Finding::Fine(format!("everything is within the limit ranges of namespace {}", cluster.namespace)),
        false => Finding::Bad(outside.join("; "), Vec::new()),
    }
}

fn outside(range: &Range, demand: &Demand) -> Vec<String> {
    let mut outside = Vec::new();
    let mut judge = |name: &str, resource: &str, least: Option<Quantity>, most: Option<Quantity>| {
        let place = format!("limit range {} for a {}", range.name, range.kind);
        if let (Some(max), Some(most)) = (range.max.get(resource), most)
            && most > *max
        {
            let [max, most] = [*max, most].map(|amount| amount.of(resource));
            outside.push(format!("{name} takes {most} of {resource}, and {place} admits {max} at most"));
        }
        if let (Some(min), Some(least)) = (range.min.get(resource), least)
            && least < *min
        {
            let [min, least] = [*min, least].map(|amount| amount.of(resource));
            outside.push(format!("{name} asks for {least} of {resource}, and {place} wants {min} at least"));
        }
    };
    if range.kind == "PersistentVolumeClaim" {
        demand.claims.iter().for_each(|claim| judge(&claim.name, "storage", Some(claim.storage), Some(claim.storage)));
        return outside;
    }
    let mut given = Vec::new();
    let mut parts: Vec<&str> = Vec::new();
    for pod in &demand.pods {
        if parts.contains(&pod.part.as_str()) {
            continue;
        }
        parts.push(&pod.part);
        for resource in ["cpu", "memory"] {
            let [request, limit] =
                ["requests", "limits"].map(|side| pod.amounts.get(&format!("{side}.{resource}")).copied());
            judge(&pod.part, resource, request, limit.or(request));
            // The API server gives one without a limit the default, and refuses what asks for more than its limit.
            let default = range.default.get(resource).copied().filter(|_| range.kind == "Container" && limit.is_none());
            given
                .extend(default.zip(request).filter(|(default, request)| request > default).map(|(default, request)| {
                let [default, request] = [default, request].map(|amount| amount.of(resource));
                let (name, part) = (&range.name, &pod.part);
                format!(
                    "{part} asks for {request} of {resource} and says no limit, and limit range {name} for a Container \
                     gives it one of {default}"
                )
            }));
        }
    }
    outside.extend(given);
    outside
}
