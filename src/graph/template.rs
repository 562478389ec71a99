//! What can be told of files that are templates and have yet to be rendered: whether something in them looks like an object
//! that is missed elsewhere.

use crate::graph::names::KindRef;
use crate::graph::selector::{Operator, Selector};
use crate::parse::foreign::SkipReason;
use crate::parse::object::Program;

/// The templates among the files of a program.
#[derive(Debug, Default)]
pub(super) struct Templates<'p> {
    texts: Vec<&'p str>,
}

impl<'p> Templates<'p> {
    pub(super) fn new(program: &'p Program) -> Self {
        let files = program.files().iter().filter(|file| file.foreign == Some(SkipReason::Template));
        Self { texts: files.map(|file| file.source.text()).collect() }
    }

    /// Whether a template makes an object of this kind and name, as far as its lines say.
    pub(super) fn makes(&self, kind: KindRef<'_>, name: &str) -> bool {
        self.texts.iter().any(|text| has_pair(text, "kind", kind.name()) && has_pair(text, "name", name))
    }

    /// Whether a template has every pair of a selector.
    pub(super) fn may_fulfil(&self, selector: &Selector<'_>) -> bool {
        let is_there = |text: &str| {
            selector.requirements.iter().all(|requirement| match requirement.operator {
                Operator::Is(value) => has_pair(text, &requirement.key, value),
                _ => true,
            })
        };
        self.texts.iter().any(|text| is_there(text))
    }
}

/// Whether a line says `key: value`, with or without quotes.
fn has_pair(text: &str, key: &str, value: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim().trim_start_matches("- ");
        let Some(rest) = line.strip_prefix(key).and_then(|rest| rest.trim_start().strip_prefix(':')) else {
            return false;
        };
        rest.trim().trim_matches(['"', '\'']) == value
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_whole_lines() {
        let text = "kind: Secret\nmetadata:\n  name: \"login\"\n  - app: web\n";
        assert!(has_pair(text, "kind", "Secret"));
        assert!(has_pair(text, "name", "login"));
        assert!(has_pair(text, "app", "web"));
        assert!(!has_pair(text, "name", "log"));
        assert!(!has_pair(text, "ame", "login"));
    }
}
