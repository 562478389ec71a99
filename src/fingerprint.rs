//! What a finding is known by from one run to the next: by what it says and of what, never by a line.

use crate::diagnostic::Diagnostic;

/// Check, object, field and message, so that edits elsewhere in a file do not make another finding of it. A finding that
/// no object owns is known by its file instead. The order of the members is that of a baseline's file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fingerprint {
    /// Id of the check.
    pub check: String,
    /// The path of the file, only where there is no object.
    pub file: Option<String>,
    /// The kind of the object.
    pub kind: Option<String>,
    /// The namespace of the object; `None` also for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// The name of the object.
    pub name: Option<String>,
    /// Path of the field in the object, without the numbers of items: one more in front is no other finding.
    pub field: Option<String>,
    /// What is said, without them as well.
    pub message: String,
}

impl Fingerprint {
    /// Of a finding in a file that is called `path`.
    pub fn of(finding: &Diagnostic, path: String) -> Self {
        let object = finding.object.as_ref();
        Self {
            check: finding.check.to_owned(),
            file: object.is_none().then_some(path),
            kind: object.map(|object| object.kind.clone()),
            namespace: object.and_then(|object| object.namespace.clone()),
            name: object.map(|object| object.name.clone()),
            field: finding.field.as_deref().map(without_numbers),
            message: without_numbers(&finding.message),
        }
    }

    /// 32 hexadecimal digits (FNV-1a, 128 bits): the same on every machine and in every release. `ordinal` counts the
    /// findings of one run that have the same fingerprint, so that each has a digest of its own.
    pub fn digest(&self, ordinal: usize) -> String {
        const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let ordinal = ordinal.to_string();
        let parts = [
            Some(&self.check),
            self.file.as_ref(),
            self.kind.as_ref(),
            self.namespace.as_ref(),
            self.name.as_ref(),
            self.field.as_ref(),
            Some(&self.message),
            Some(&ordinal),
        ];
        let mut state = OFFSET;
        let mut add = |byte: u8| state = (state ^ u128::from(byte)).wrapping_mul(PRIME);
        for part in parts {
            // No part holds these bytes, which are not UTF-8: where one ends and the next begins is part of the digest.
            match part {
                Some(part) => part.bytes().chain([0xFF]).for_each(&mut add),
                None => add(0xFE),
            }
        }
        format!("{state:032x}")
    }
}

/// `containers[].image` for `containers[0].image`.
pub fn without_numbers(text: &str) -> String {
    let mut pieces = text.split('[');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = piece.trim_start_matches(|next: char| next.is_ascii_digit());
        out.push('[');
        out.push_str(if rest.starts_with(']') { rest } else { piece });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fingerprint(field: Option<&str>, message: &str) -> Fingerprint {
        Fingerprint {
            check: "missing-key".to_owned(),
            field: field.map(str::to_owned),
            message: message.to_owned(),
            ..Fingerprint::default()
        }
    }

    #[test]
    fn digests_differ_where_fingerprints_do() {
        let all = [
            fingerprint(None, "a").digest(0),
            fingerprint(None, "a").digest(1),
            fingerprint(None, "a1").digest(0),
            fingerprint(Some(""), "a").digest(0),
            fingerprint(Some("a"), "").digest(0),
        ];
        for (index, one) in all.iter().enumerate() {
            assert_eq!(one.len(), 32);
            assert!(!all[..index].contains(one), "{all:?}");
        }
    }

    #[test]
    fn items_have_no_numbers() {
        assert_eq!(without_numbers("a[0].b[12]: x[1a] [y] [3"), "a[].b[]: x[1a] [y] [3");
        assert_eq!(without_numbers(""), "");
    }

    #[test]
    fn a_digest_never_changes() {
        // What services have stored compares with what later releases write.
        assert_eq!(fingerprint(None, "a").digest(0), "2ebbb228bd5da3605159bc69d18662a1");
    }
}
