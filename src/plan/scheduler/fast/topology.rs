//! The domains of the nodes, numbered.

#[expect(clippy::disallowed_types, reason = "the map is looked up, never iterated")]
use std::collections::HashMap;

use crate::plan::cluster::Cluster;

/// The number of a domain of a node that lacks the label.
pub(super) const NO_DOMAIN: u32 = u32::MAX;

/// The topology in which every node is a domain of its own, whatever its labels.
pub(super) const PER_NODE: usize = 0;

/// The domains of every topology key that somebody asked for.
pub(super) struct Topologies {
    #[expect(clippy::disallowed_types, reason = "the map is looked up, never iterated")]
    by_key: HashMap<String, usize>,
    topologies: Vec<Topology>,
}

/// The domains of one topology key.
pub(super) struct Topology {
    /// The domain of each node, or `NO_DOMAIN`.
    pub(super) of_node: Vec<u32>,
    /// How many domains there are.
    pub(super) domains: usize,
}

impl Topologies {
    pub(super) fn new(cluster: &Cluster) -> Topologies {
        let nodes = u32::try_from(cluster.nodes.len()).unwrap_or(NO_DOMAIN);
        let per_node = Topology { of_node: (0..nodes).collect(), domains: cluster.nodes.len() };
        Topologies { by_key: Default::default(), topologies: vec![per_node] }
    }

    pub(super) fn get(&self, topology: usize) -> &Topology {
        &self.topologies[topology]
    }

    /// The number of a topology, which is worked out the first time.
    pub(super) fn intern(&mut self, cluster: &Cluster, key: &str) -> usize {
        if let Some(&topology) = self.by_key.get(key) {
            return topology;
        }
        let mut values: Vec<&str> = cluster.nodes.iter().filter_map(|node| node.label(key)).collect();
        values.sort_unstable();
        values.dedup();
        let domain =
            |value: &str| values.binary_search(&value).ok().and_then(|index| u32::try_from(index).ok());
        let of_node =
            cluster.nodes.iter().map(|node| node.label(key).and_then(domain).unwrap_or(NO_DOMAIN)).collect();
        let topology = self.topologies.len();
        self.topologies.push(Topology { of_node, domains: values.len() });
        self.by_key.insert(key.to_owned(), topology);
        topology
    }
}
