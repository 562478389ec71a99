//! Host names with wildcards: whether two have a name in common.

/// Whether any name is meant by both hosts. `*.example.com` stands for every name that ends with `.example.com`, of however
/// many labels, and not for `example.com` itself; `*` for every name.
///
/// Mirrors `host.Name.Matches` of Istio. The Gateway API says the same of the hostnames of routes and listeners. What has a
/// placeholder in it may be anything.
pub fn overlap(left: &str, right: &str) -> bool {
    if is_placeholder(left) || is_placeholder(right) {
        return true;
    }
    match (left.strip_prefix('*'), right.strip_prefix('*')) {
        (Some(left), Some(right)) => left.ends_with(right) || right.ends_with(left),
        (Some(end), None) => right.ends_with(end),
        (None, Some(end)) => left.ends_with(end),
        (None, None) => left == right,
    }
}

/// Whether something is put into a text before it is applied, as in `${DOMAIN}` or `<name>`.
pub fn is_placeholder(text: &str) -> bool {
    text.contains(['$', '{', '<'])
}

/// What `written` would be if it were to overlap with `meant`, the labels that a wildcard stands for kept: `a.exmaple.com`
/// would be `a.example.com` for `*.example.com`. `None` where it has too few labels.
pub fn moved_under(written: &str, meant: &str) -> Option<String> {
    let Some(end) = meant.strip_prefix("*.") else { return Some(meant.to_owned()) };
    let labels: Vec<&str> = written.split('.').collect();
    let kept = labels.len().checked_sub(end.split('.').count()).filter(|kept| *kept > 0)?;
    Some(format!("{}.{end}", labels[..kept].join(".")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_labels_before_their_end() {
        for (left, right) in [
            ("a.example.com", "a.example.com"),
            ("*.example.com", "a.example.com"),
            ("*.example.com", "a.b.example.com"),
            ("*.example.com", "*.b.example.com"),
            ("*", "example.com"),
            ("*", "*.example.com"),
            ("app.${DOMAIN}", "*.example.com"),
        ] {
            assert!(overlap(left, right) && overlap(right, left), "{left} {right}");
        }
        for (left, right) in [
            ("a.example.com", "b.example.com"),
            ("*.example.com", "example.com"),
            ("*.example.com", "a.example.net"),
            ("*.a.example.com", "*.b.example.com"),
            ("*.example.com", "badexample.com"),
        ] {
            assert!(!overlap(left, right) && !overlap(right, left), "{left} {right}");
        }
    }

    #[test]
    fn a_name_is_moved_under_a_wildcard() {
        assert_eq!(moved_under("a.exmaple.com", "*.example.com").as_deref(), Some("a.example.com"));
        assert_eq!(moved_under("a.b.exmaple.com", "*.example.com").as_deref(), Some("a.b.example.com"));
        assert_eq!(moved_under("a.exmaple.com", "b.example.com").as_deref(), Some("b.example.com"));
        assert_eq!(moved_under("example.com", "*.example.com"), None);
    }
}
