//! The values that a label can have.

/// What the API server says of a value that no label can have (`IsValidLabelValue`).
pub const INVALID: &str = "{path}: {value} is invalid, a valid label must be an empty string or consist of alphanumeric \
     characters, '-', '_' or '.', and must start and end with an alphanumeric character \
     (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
     '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/// Whether a label can have this value. Mirrors `IsValidLabelValue` of apimachinery.
pub fn is_valid(value: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_none_or(u8::is_ascii_alphanumeric);
    let bytes = value.as_bytes();
    bytes.len() <= 63
        && is_end(bytes.first())
        && is_end(bytes.last())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_word_of_at_most_63_bytes() {
        for value in ["", "a", "MyValue", "my_value", "12345", "a.b-c"] {
            assert!(is_valid(value), "{value}");
        }
        for value in ["-1", "a-", "a b", "ä", "a/b"] {
            assert!(!is_valid(value), "{value}");
        }
        assert!(is_valid(&"a".repeat(63)) && !is_valid(&"a".repeat(64)));
    }
}
