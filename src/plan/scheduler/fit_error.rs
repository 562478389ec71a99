//! The sentence of kube-scheduler about a pod that fits nowhere.

use std::collections::BTreeMap;
use std::fmt;

/// Why a pod fits on no node (`framework.FitError`). It displays as the message of the `FailedScheduling` event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FitError {
    /// How many nodes there are.
    pub all_nodes: usize,
    /// Why the pod was refused before any node was looked at.
    pub pre_filter: Option<String>,
    /// How many nodes gave each reason.
    pub reasons: BTreeMap<String, usize>,
}

impl fmt::Display for FitError {
    /// Mirrors `FitError.Error` without a part for preemption: nobody is preempted here.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "0/{} nodes are available:", self.all_nodes)?;
        if let Some(message) = &self.pre_filter {
            return write!(formatter, " {message}.");
        }
        // The sentence is sorted as text, count and all: "10 ..." stands before "2 ...".
        let mut reasons: Vec<String> =
            self.reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        reasons.sort();
        if reasons.is_empty() {
            return Ok(());
        }
        write!(formatter, " {}.", reasons.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_sorted_as_text() {
        let reasons = BTreeMap::from([("Insufficient cpu".to_owned(), 2), ("Too many pods".to_owned(), 10)]);
        let error = FitError { all_nodes: 12, pre_filter: None, reasons };
        assert_eq!(error.to_string(), "0/12 nodes are available: 10 Too many pods, 2 Insufficient cpu.");
    }
}
