//! Who names whom, over all objects at once. Facts only.

use crate::config::Settings;
use crate::parse::object::Program;

/// The names and edges of a program.
#[derive(Debug)]
pub struct Graph<'p> {
    /// The objects that it is made of.
    pub program: &'p Program,
}

impl<'p> Graph<'p> {
    /// Indexes and resolves all objects.
    pub fn build(program: &'p Program, _settings: &Settings) -> Self {
        Self { program }
    }
}
