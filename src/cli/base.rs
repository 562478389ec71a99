//! What `--base` names: a git revision of the same paths, or a path.

use std::io;
use std::path::PathBuf;

use crate::load::{self, Failure, Inputs, Loaded};

/// The base as it was read.
pub(super) struct Base {
    pub(super) loaded: Loaded,
    /// The revision, if it is one.
    revision: Option<String>,
}

impl Base {
    /// How findings call a file of the base: as git does, `HEAD~1:manifests/web.yaml`.
    pub(super) fn name_of(&self, path: &str) -> String {
        match &self.revision {
            Some(revision) => format!("{revision}:{path}"),
            None => path.to_owned(),
        }
    }
}

/// A path that exists is read; anything else must be a revision of the same paths.
pub(super) fn load(base: &str, inputs: &Inputs<'_>) -> Result<Base, Failure> {
    let path = PathBuf::from(base);
    if load::exists(&path) {
        let paths = [path];
        let inputs = Inputs { paths: &paths, inventory: &[], exclude: inputs.exclude, besides: None };
        return Ok(Base { loaded: load::load(&inputs, &mut io::empty())?, revision: None });
    }
    if base == load::STDIN {
        return Err(Failure::new("the base cannot be standard input", None));
    }
    Ok(Base { loaded: load::load_revision(inputs, base)?, revision: Some(base.to_owned()) })
}
