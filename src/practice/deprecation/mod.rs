//! What is on its way out inside an object that is itself served: fields, values, annotations, labels of nodes.

mod label;
mod table;

pub use label::{NodeLabel, each_node_label};
pub use table::SITES;

use std::sync::LazyLock;

use crate::parse::object::ObjectRef;
use crate::parse::tree::NodeRef;
use crate::practice::place::{Owner, Places};

/// A mapping with entries that are on their way out.
#[derive(Clone, Copy, Debug)]
pub struct Site {
    /// Whose it is.
    pub owner: Owner,
    /// Where the mapping stands, as `each_at` reads it.
    pub path: &'static str,
    /// The entries.
    pub rows: &'static [Row],
}

/// An entry of a mapping that is on its way out, or has no effect any more.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The key; one that ends in `/` is the beginning of a key.
    pub key: &'static str,
    /// When it counts.
    pub applies: fn(&Found<'_>) -> bool,
    /// What the API server says, `{path}` standing for the place; our own words where it says nothing.
    pub words: &'static str,
    /// The first minor version of which this is true.
    pub since: u16,
    /// The minor version since which it cannot work.
    pub gone: Option<u16>,
    /// Accepted and documented as a thing of the past, but not to be hurried: advice.
    pub is_mild: bool,
    /// What to write instead, `{value}` standing for the value and `{name}` for the rest of a key.
    pub help: &'static str,
    /// What can be rewritten without a second thought.
    pub remedy: Remedy,
}

/// A replacement that is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// None.
    Think,
    /// The same value under another key of the same mapping.
    RenameKey(&'static str),
    /// Another value.
    Write(&'static str),
}

/// An entry that is in the table.
#[derive(Clone, Copy, Debug)]
pub struct Found<'p> {
    /// The object.
    pub object: ObjectRef<'p>,
    /// Where the paths of its site start: the object, the pod template or the container.
    pub base: NodeRef<'p>,
    /// The mapping that it stands in.
    pub mapping: NodeRef<'p>,
    /// Its key.
    pub key: NodeRef<'p>,
    /// Its value; not null.
    pub value: NodeRef<'p>,
    /// The row.
    pub row: &'static Row,
}

impl Found<'_> {
    /// What follows the beginning of a key that the row names.
    pub fn name(&self) -> String {
        self.key.key().get(self.row.key.len()..).unwrap_or_default().to_owned()
    }
}

/// Visits every entry of an object that is in the table and counts for a version of Kubernetes.
pub fn each_deprecated<'p>(object: ObjectRef<'p>, minor: u16, visit: &mut dyn FnMut(&Found<'p>)) {
    static READ: LazyLock<Places<Lookup>> = LazyLock::new(places);
    READ.each(object, &mut |lookup, base, node, holder| {
        let mut look_at =
            |site: &'static Site, mapping: NodeRef<'p>, key: NodeRef<'p>, value: NodeRef<'p>| {
                let name = key.key();
                let is_it = |row: &&Row| {
                    row.since <= minor
                        && if row.key.ends_with('/') { name.starts_with(row.key) } else { name == row.key }
                };
                let Some(row) = site.rows.iter().find(is_it) else { return };
                let found = Found { object, base, mapping, key, value, row };
                if (row.applies)(&found) {
                    visit(&found);
                }
            };
        match lookup {
            Lookup::Entry(site, key) => {
                if let Some((key, value)) = holder.get_entry(key) {
                    look_at(site, holder, key, value);
                }
            }
            Lookup::Mapping(site) => {
                let entries = node.entries().filter(|(_, value)| !value.is_null());
                entries.for_each(|(key, value)| look_at(site, node, key, value));
            }
        }
    });
}

/// How the entries of a site are found.
#[derive(Clone, Copy, Debug)]
enum Lookup {
    /// By their key, which is the last step of the path.
    Entry(&'static Site, &'static str),
    /// Among all entries of the mapping, for some are told by how their key begins.
    Mapping(&'static Site),
}

fn places() -> Places<Lookup> {
    let mut rows = Vec::new();
    for site in SITES {
        if site.rows.iter().any(|row| row.key.ends_with('/')) {
            rows.push((site.owner, site.path.to_owned(), Lookup::Mapping(site)));
            continue;
        }
        let mut keys: Vec<&str> = site.rows.iter().map(|row| row.key).collect();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let path = format!("{}['{key}']", site.path);
            rows.push((site.owner, path, Lookup::Entry(site, key)));
        }
    }
    Places::new(rows.iter().map(|(owner, path, lookup)| (*owner, path.as_str(), *lookup)))
}
