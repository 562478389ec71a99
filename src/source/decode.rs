//! The bytes of a file become text. Whatever they are, something can be shown; what kubectl cannot read is damage.

use crate::source::{Damage, Encoding};

/// The text of a file, how it was encoded, and what kubectl has against that. kubectl reads UTF-8, and UTF-16 that begins
/// with a big-endian byte order mark; other encodings are recognised by their mark, or by the zeros that the first
/// characters, which are ASCII in every manifest, have in them.
pub(super) fn decode(bytes: Vec<u8>) -> (String, Encoding, Option<Damage>) {
    let wide = |skipped: usize, units: fn(&[u8]) -> String, encoding, damage| {
        (units(&bytes[skipped..]), encoding, damage)
    };
    match *bytes.as_slice() {
        [0xFF, 0xFE, 0, 0, ..] => wide(4, utf32_le, Encoding::Utf32, Some(Damage::Utf32)),
        [0, 0, 0xFE, 0xFF, ..] => wide(4, utf32_be, Encoding::Utf32, Some(Damage::Utf32)),
        [0xFE, 0xFF, ..] => wide(2, utf16_be, Encoding::Utf16, None),
        [0xFF, 0xFE, ..] => wide(2, utf16_le, Encoding::Utf16, Some(Damage::Utf16LittleEndian)),
        [1..=255, 0, 0, 0, ..] => wide(0, utf32_le, Encoding::Utf32, Some(Damage::Utf32)),
        [0, 0, 0, 1..=255, ..] => wide(0, utf32_be, Encoding::Utf32, Some(Damage::Utf32)),
        [1..=255, 0, 1..=255, 0, ..] => wide(0, utf16_le, Encoding::Utf16, Some(Damage::Utf16WithoutMark)),
        [0, 1..=255, 0, 1..=255, ..] => wide(0, utf16_be, Encoding::Utf16, Some(Damage::Utf16WithoutMark)),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: Vec<u8>) -> (String, Encoding, Option<Damage>) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, Encoding::Utf8, None),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to() as u32;
            (mask_invalid_bytes(error.into_bytes()), Encoding::Utf8, Some(Damage::InvalidUtf8 { offset }))
        }
    }
}

/// Replaces each byte that is not part of valid UTF-8 by `?`, so that every other byte keeps its offset.
fn mask_invalid_bytes(bytes: Vec<u8>) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(std::iter::repeat_n('?', chunk.invalid().len()));
    }
    text
}

fn utf16_be(bytes: &[u8]) -> String {
    utf16(bytes, u16::from_be_bytes)
}

fn utf16_le(bytes: &[u8]) -> String {
    utf16(bytes, u16::from_le_bytes)
}

fn utf32_be(bytes: &[u8]) -> String {
    utf32(bytes, u32::from_be_bytes)
}

fn utf32_le(bytes: &[u8]) -> String {
    utf32(bytes, u32::from_le_bytes)
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks(2).map(|pair| unit([pair[0], *pair.get(1).unwrap_or(&0)]));
    String::from_iter(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)))
}

fn utf32(bytes: &[u8], unit: fn([u8; 4]) -> u32) -> String {
    let character = |four: &[u8]| {
        let four = four.try_into().ok()?;
        char::from_u32(unit(four))
    };
    String::from_iter(bytes.chunks(4).map(|four| character(four).unwrap_or(char::REPLACEMENT_CHARACTER)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding_is_recognised_by_its_mark_or_its_zeros() {
        let text = "kind: Pod # é🦀";
        let of_16 = |order: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
        let of_32 = |order: fn(u32) -> [u8; 4]| {
            text.chars().flat_map(|character| order(character.into())).collect::<Vec<u8>>()
        };
        let marked = |mark: &[u8], text: Vec<u8>| [mark, &text].concat();
        let (le, be) = (of_16(u16::to_le_bytes), of_16(u16::to_be_bytes));
        let (long_le, long_be) = (of_32(u32::to_le_bytes), of_32(u32::to_be_bytes));
        for (bytes, encoding, damage) in [
            (text.as_bytes().to_vec(), Encoding::Utf8, None),
            (marked(&[0xFE, 0xFF], be.clone()), Encoding::Utf16, None),
            (marked(&[0xFF, 0xFE], le.clone()), Encoding::Utf16, Some(Damage::Utf16LittleEndian)),
            (be, Encoding::Utf16, Some(Damage::Utf16WithoutMark)),
            (le, Encoding::Utf16, Some(Damage::Utf16WithoutMark)),
            (marked(&[0xFF, 0xFE, 0, 0], long_le.clone()), Encoding::Utf32, Some(Damage::Utf32)),
            (marked(&[0, 0, 0xFE, 0xFF], long_be.clone()), Encoding::Utf32, Some(Damage::Utf32)),
            (long_le, Encoding::Utf32, Some(Damage::Utf32)),
            (long_be, Encoding::Utf32, Some(Damage::Utf32)),
        ] {
            assert_eq!(decode(bytes), (text.to_owned(), encoding, damage));
        }
    }

    #[test]
    fn odd_ends_do_no_harm() {
        for bytes in [&b"a\0b\0c"[..], b"\xff\xfe\0\0a\0\0", b"\0", b"\0\0\0\0", b"", b"\xff\xfe"] {
            decode(bytes.to_vec());
        }
    }

    #[test]
    fn invalid_bytes_keep_every_offset() {
        let (text, _, damage) = decode(b"a: \xff\xfe\nb: 2\n".to_vec());
        assert_eq!(text, "a: ??\nb: 2\n");
        assert_eq!(damage, Some(Damage::InvalidUtf8 { offset: 3 }));
    }
}
