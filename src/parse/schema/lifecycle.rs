//! Which API versions are deprecated or gone, since when, and what to write instead: `schemas/api-versions.txt`.

use std::sync::OnceLock;

use crate::parse::object::ObjectRef;
use crate::parse::version::Version;

static API_VERSIONS: &str = include_str!("../../../schemas/api-versions.txt");

/// One kind under an API version that is on its way out, or gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lifecycle {
    /// `extensions/v1beta1`.
    pub api_version: &'static str,
    /// `Ingress`.
    pub kind: &'static str,
    /// The first version that warns of it.
    pub deprecated: Option<Version>,
    /// The first version that does not serve it.
    pub removed: Option<Version>,
    /// The API version to write instead, for the same kind.
    pub replacement: Option<&'static str>,
    /// What the change of API version asks for.
    pub change: Change,
    /// What else must change, or changes its meaning: facts separated by semicolons; empty where there are none.
    pub notes: &'static str,
}

/// What must be changed when an object moves to the replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing but the API version.
    ApiVersionOnly,
    /// Fields, or their meaning.
    Shape,
}

impl Lifecycle {
    /// Those notes that are about this object: not that a field which it lacks is gone, nor that one which it has is
    /// required or has another default.
    pub fn notes_on<'p>(&self, object: ObjectRef<'p>) -> impl Iterator<Item = &'static str> + use<'p> {
        let notes = self.notes.split("; ").filter(|note| !note.is_empty());
        notes.filter(move |note| concerns(object, note))
    }
}

/// Whether a note is about fields which are elsewhere now, or have to be there: what is valid under the new version has
/// heeded it. The others are about what fields mean.
pub fn is_about_shape(note: &str) -> bool {
    [
        " is now `",
        " are now `",
        " is gone",
        " are required",
        " is required",
        " stand under ",
        " stands under ",
    ]
    .iter()
    .any(|words| note.contains(words))
        || note.starts_with("every path needs")
        || note.starts_with("each version needs")
}

fn concerns(object: ObjectRef<'_>, note: &str) -> bool {
    let Some((before, rest)) = note.split_once('`') else { return true };
    let Some((path, after)) = rest.split_once('`').filter(|(path, _)| path.starts_with("spec.")) else {
        return true;
    };
    let value = object.get(path).filter(|value| !value.is_null());
    if before.contains("an empty ") {
        return value.is_none_or(|value| value.entries().next().is_none());
    }
    let says = |text: &str| after.trim_start().starts_with(text);
    match value {
        Some(_) => !says("is required") && !says("defaults to"),
        None => !says("is gone") && !says("is now"),
    }
}

/// What is known of a kind's API version, if it is on its way out or gone.
pub fn lifecycle(api_version: &str, kind: &str) -> Option<&'static Lifecycle> {
    let rows = rows();
    let order = |row: &Lifecycle| row.api_version.cmp(api_version).then_with(|| row.kind.cmp(kind));
    rows.binary_search_by(order).ok().map(|index| &rows[index])
}

/// All rows, sorted by API version and kind.
pub fn rows() -> &'static [Lifecycle] {
    static ROWS: OnceLock<Vec<Lifecycle>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut rows: Vec<_> = API_VERSIONS.lines().filter_map(row).collect();
        rows.sort_by_key(|row| (row.api_version, row.kind));
        rows
    })
}

fn row(line: &'static str) -> Option<Lifecycle> {
    if line.is_empty() || line.starts_with('#') {
        return None;
    }
    let (facts, notes) = line.split_once(" | ").unwrap_or((line, ""));
    let mut words = facts.split(' ');
    let mut word = || words.next().filter(|word| *word != "-");
    Some(Lifecycle {
        api_version: word()?,
        kind: word()?,
        deprecated: word().and_then(|version| version.parse().ok()),
        removed: word().and_then(|version| version.parse().ok()),
        replacement: word(),
        change: if word() == Some("same") { Change::ApiVersionOnly } else { Change::Shape },
        notes,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::schema::table::Table;

    #[test]
    fn every_row_is_whole_and_agrees_with_the_schemas() {
        for line in API_VERSIONS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let facts = line.split(" | ").next().unwrap();
            assert_eq!(facts.split(' ').count(), 6, "{line}");
        }
        for pair in rows().windows(2) {
            assert_ne!((pair[0].api_version, pair[0].kind), (pair[1].api_version, pair[1].kind));
        }
        for row in rows() {
            let name = format!("{} {}", row.api_version, row.kind);
            assert!(
                row.deprecated.is_none_or(|since| row.removed.is_none_or(|until| since < until)),
                "{name}"
            );
            for version in Version::built_in() {
                let served = Table::of(version).kind(row.api_version, row.kind).is_some();
                if row.removed.is_some_and(|removed| removed <= version) {
                    assert!(!served, "{name} is still served by {version}");
                } else if row.removed.is_some() && row.deprecated.is_some_and(|since| since <= version) {
                    assert!(served, "{name} is no longer served by {version}");
                }
            }
            if let Some(replacement) = row.replacement {
                let table = Table::of(Version::NEWEST);
                assert!(table.kind(replacement, row.kind).is_some(), "{name}: {replacement} does not exist");
            }
        }
    }

    #[test]
    fn old_ingresses_say_when_and_what_instead() {
        let row = lifecycle("extensions/v1beta1", "Ingress").unwrap();
        assert_eq!((row.deprecated, row.removed), (Some(Version { minor: 14 }), Some(Version { minor: 22 })));
        assert_eq!((row.replacement, row.change), (Some("networking.k8s.io/v1"), Change::Shape));
        assert!(lifecycle("networking.k8s.io/v1", "Ingress").is_none());
    }
}
