//! Characters that YAML 1.1 forbids, found once for a whole file.

/// Offset of the first forbidden character: C0 controls but tab, LF and CR, DEL, C1 controls but NEL, U+FFFE, U+FFFF.
pub(super) fn first_forbidden(bytes: &[u8]) -> Option<usize> {
    let blocks = bytes.chunks(256);
    for (index, block) in blocks.enumerate() {
        // A fold without branches, for the compiler to vectorise.
        let suspect = block.iter().fold(0_u8, |suspect, &byte| suspect | u8::from(is_suspect(byte)));
        if suspect == 0 {
            continue;
        }
        let start = index * 256;
        let found = (start..start + block.len()).find(|&at| is_forbidden(bytes, at));
        if found.is_some() {
            return found;
        }
    }
    None
}

#[inline(always)]
fn is_suspect(byte: u8) -> bool {
    ((byte < 0x20) & (byte != b'\n') & (byte != b'\r') & (byte != b'\t'))
        | (byte == 0x7F)
        | (byte == 0xC2)
        | (byte == 0xEF)
}

fn is_forbidden(bytes: &[u8], at: usize) -> bool {
    let next = bytes.get(at + 1).copied().unwrap_or(0);
    match bytes[at] {
        b'\n' | b'\r' | b'\t' => false,
        0..0x20 | 0x7F => true,
        0xC2 => (0x80..0xA0).contains(&next) && next != 0x85,
        0xEF => next == 0xBF && matches!(bytes.get(at + 2), Some(0xBE | 0xBF)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forbidden_characters_are_found_anywhere() {
        let padding = "é x°".repeat(100);
        for (bad, is_bad) in [
            ("\u{1}", true),
            ("\u{7F}", true),
            ("\u{80}", true),
            ("\u{85}", false),
            ("\u{FFFE}", true),
            ("\u{FFFD}", false),
            ("\u{FEFF}", false),
            ("\t\r\n", false),
        ] {
            let text = format!("{padding}{bad}{padding}");
            assert_eq!(first_forbidden(text.as_bytes()), is_bad.then_some(padding.len()), "{bad:?}");
        }
    }
}
