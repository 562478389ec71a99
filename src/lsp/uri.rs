//! Paths as URIs and back.

use std::str::FromStr;

use lsp_types::Uri;

/// The absolute path, with `/` between its parts, that a `file:` URI names; `None` for any other URI.
pub(super) fn path_of(uri: &Uri) -> Option<String> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // Whatever host is named, it is this machine.
    let path = &rest[rest.find('/')?..];
    let mut bytes = Vec::with_capacity(path.len());
    let mut left = path.as_bytes();
    while let Some((byte, rest)) = left.split_first() {
        let hex = |at: usize| rest.get(at).and_then(|digit| (*digit as char).to_digit(16));
        match (byte, hex(0), hex(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                left = &rest[2..];
            }
            _ => {
                bytes.push(*byte);
                left = rest;
            }
        }
    }
    let path = String::from_utf8(bytes).ok()?;
    // `/C:/a` is a path of Windows.
    let is_drive = cfg!(windows) && path.as_bytes().get(2) == Some(&b':');
    Some(if is_drive { path[1..].to_owned() } else { path })
}

/// The URI of an absolute path.
pub(super) fn uri_of(path: &str) -> Option<Uri> {
    let mut uri = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' | b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => {
                uri.push(byte as char)
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    Uri::from_str(&uri).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_survive_the_way_there_and_back() {
        for path in ["/a/b.yaml", "/with space/ü#?%20.yaml", "/"] {
            assert_eq!(path_of(&uri_of(path).unwrap()).as_deref(), Some(path));
        }
    }

    #[test]
    fn clients_escape_more_or_less_than_we_do() {
        let path = |uri: &str| path_of(&Uri::from_str(uri).unwrap());
        assert_eq!(path("file:///a%2Fb%3a/c.yaml").as_deref(), Some("/a/b:/c.yaml"));
        assert_eq!(path("file://localhost/a.yaml").as_deref(), Some("/a.yaml"));
        assert_eq!(path("untitled:Untitled-1"), None);
    }
}
