//! The budget for aliases: kubectl refuses a document whose aliases multiply it too much.

use std::collections::BTreeMap;

use crate::parse::problem::ProblemKind;
use crate::parse::tree::{Style, flag};
use crate::parse::yaml::builder::Reader;
use crate::parse::yaml::facts::problem;

/// Up to this many steps nearly all may come from aliases; above [`HIGH`] a tenth.
const LOW: u64 = 400_000;
const HIGH: u64 = 4_000_000;

/// The steps go-yaml's decoder takes, and how many of them inside aliases.
#[derive(Default)]
struct Steps {
    all: u64,
    in_aliases: u64,
}

impl Steps {
    #[expect(clippy::cast_precision_loss, reason = "go-yaml computes the ratio in float64 too")]
    fn are_excessive(&self) -> bool {
        if self.in_aliases <= 100 || self.all <= 1000 {
            return false;
        }
        let allowed = match self.all {
            ..=LOW => 0.99,
            HIGH.. => 0.10,
            all => 0.99 - 0.89 * ((all - LOW) as f64 / (HIGH - LOW) as f64),
        };
        self.in_aliases as f64 / self.all as f64 > allowed
    }
}

impl Reader<'_> {
    /// Counts the decoder's steps through the document whose root this is, without following the aliases one by one.
    /// A document over the budget loses its aliases, so that nobody else has to follow them.
    pub(super) fn check_alias_budget(&mut self, root: usize) {
        let mut steps = Steps { all: 1, in_aliases: 0 };
        // Steps to decode each anchored node, aliases inside followed.
        let mut costs: BTreeMap<u32, u64> = BTreeMap::new();
        // Anchored containers that are still open: node, one past its subtree, steps before it.
        let mut open: Vec<(u32, u32, u64)> = Vec::new();
        let mut total = 0_u64;
        // A sequence under `<<` is walked, not decoded.
        let mut merged = u32::MAX;
        for index in root..self.tree.nodes.len() {
            let id = index as u32;
            while let Some(&(node, after, before)) = open.last()
                && after <= id
            {
                open.pop();
                costs.insert(node, total.saturating_sub(before));
            }
            let node = self.tree.nodes[index];
            let kind = node.meta & flag::KIND;
            if node.meta & flag::PROPERTIES != 0 {
                let after = if kind == flag::SCALAR { id + 1 } else { node.payload };
                open.push((id, after, total));
            }
            if node.meta & flag::MERGE_KEY != 0 {
                merged = id + 1;
                continue;
            }
            if kind == flag::SEQUENCE && merged == id {
                continue;
            }
            steps.all += 1;
            total = total.saturating_add(1);
            if kind == flag::ALIAS {
                let cost = costs.get(&node.payload).copied().unwrap_or(0);
                steps.all = steps.all.saturating_add(cost);
                steps.in_aliases = steps.in_aliases.saturating_add(cost);
                total = total.saturating_add(cost);
            }
            if steps.are_excessive() {
                self.refuse_aliases(root, index);
                return;
            }
        }
    }

    fn refuse_aliases(&mut self, root: usize, at: usize) {
        let node = self.tree.nodes[at];
        let mut problem = problem(
            ProblemKind::ExcessiveAliasing,
            node.start..node.end,
            "document contains excessive aliasing",
        );
        problem.label = "with this, the aliases stand for more than kubectl is willing to read".to_owned();
        problem.help = Some("write the values out, or split the document".to_owned());
        self.report(problem);
        let payload = self.scanner.empty_text();
        for node in &mut self.tree.nodes[root..] {
            if node.meta & flag::KIND == flag::ALIAS {
                node.meta = flag::SCALAR | Style::Plain.bits() | flag::COOKED;
                node.payload = payload;
            }
        }
    }
}
