//! What a plain scalar means, and how numbers are written back: the rules of go-yaml v2 and of Go's `strconv`
//! and `encoding/json`, which is what kubectl runs every manifest through.

/// A scalar as kubectl resolves it before it makes JSON of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'t> {
    /// `null`, `~`, or nothing at all.
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites.
    Bool(bool),
    /// A whole number that fits 64 bits with a sign.
    Int(i64),
    /// A whole number above `i64::MAX`.
    UInt(u64),
    /// Any other number; `.inf` and `.nan` are here too, and have no JSON form.
    Float(f64),
    /// Text.
    Str(&'t str),
}

/// Whether a plain scalar is certainly text: it begins like no number, and is no word such as `yes` or `null`.
pub(crate) fn is_plainly_text(text: &[u8]) -> bool {
    match text.first() {
        None | Some(b'+' | b'-' | b'.' | b'~' | b'0'..=b'9') => false,
        // Most keys that start like a word, `name` before all, are none.
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O') => {
            text.len() > LONGEST_WORD
                || std::str::from_utf8(text).is_ok_and(|text| resolve_word(text).is_none())
        }
        Some(_) => true,
    }
}

/// Length of the longest word that is not text, in bytes.
const LONGEST_WORD: usize = "false".len();

/// Resolves an untagged plain scalar as go-yaml v2 does: YAML 1.1 words, octal `0644`, `1_000`, no sexagesimal
/// numbers, timestamps stay text.
pub fn resolve_plain(text: &str) -> Scalar<'_> {
    let Some(&first) = text.as_bytes().first() else {
        return Scalar::Null;
    };
    if is_plainly_text(text.as_bytes()) {
        return Scalar::Str(text);
    }
    if let Some(word) = resolve_word(text) {
        return word;
    }
    match first {
        b'+' | b'-' | b'0'..=b'9' => resolve_number(text),
        b'.' => match parse_go_float(text) {
            Some(value) => Scalar::Float(value),
            None => Scalar::Str(text),
        },
        _ => Scalar::Str(text),
    }
}

/// A number, `true`, `false` or `null` of a JSON document. Numbers beyond the range of a float are infinite.
pub(crate) fn resolve_json(text: &str) -> Scalar<'_> {
    match text {
        "null" => Scalar::Null,
        "true" => Scalar::Bool(true),
        "false" => Scalar::Bool(false),
        _ => {
            if let Ok(value) = text.parse() {
                Scalar::Int(value)
            } else if let Ok(value) = text.parse() {
                Scalar::UInt(value)
            } else {
                text.parse().map_or(Scalar::Str(text), Scalar::Float)
            }
        }
    }
}

fn resolve_word(text: &str) -> Option<Scalar<'static>> {
    if text.len() > LONGEST_WORD {
        return None;
    }
    Some(match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Scalar::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Scalar::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Scalar::Null,
        ".nan" | ".NaN" | ".NAN" => Scalar::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Scalar::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Scalar::Float(f64::NEG_INFINITY),
        _ => return None,
    })
}

fn resolve_number(text: &str) -> Scalar<'_> {
    if text.contains('_') {
        return resolve_digits(&text.replace('_', "")).map_or(Scalar::Str(text), |number| number.scalar());
    }
    resolve_digits(text).map_or(Scalar::Str(text), |number| number.scalar())
}

enum Number {
    Int(i64),
    UInt(u64),
    Float(f64),
}

impl Number {
    fn scalar(self) -> Scalar<'static> {
        match self {
            Self::Int(value) => Scalar::Int(value),
            Self::UInt(value) => Scalar::UInt(value),
            Self::Float(value) => Scalar::Float(value),
        }
    }
}

fn resolve_digits(text: &str) -> Option<Number> {
    if let Some(value) = parse_go_int(text) {
        return Some(Number::Int(value));
    }
    if let Some(value) = parse_go_magnitude(text) {
        return Some(Number::UInt(value));
    }
    if is_float_form(text.as_bytes())
        && let Some(value) = parse_finite(text)
    {
        return Some(Number::Float(value));
    }
    // `0b` has been tried as a prefix above; a sign behind it is accepted here alone.
    let rest = text.strip_prefix("0b")?;
    let (negative, digits) = split_sign(rest);
    parse_radix(digits, 2).and_then(|magnitude| apply_sign(magnitude, negative)).map(Number::Int)
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'+') => (false, &text[1..]),
        Some(b'-') => (true, &text[1..]),
        _ => (false, text),
    }
}

fn apply_sign(magnitude: u64, negative: bool) -> Option<i64> {
    match (negative, magnitude) {
        (true, 0x8000_0000_0000_0000) => Some(i64::MIN),
        (true, value) => i64::try_from(value).ok().map(|value| -value),
        (false, value) => i64::try_from(value).ok(),
    }
}

/// `strconv.ParseInt(text, 0, 64)` for a text without underscores.
fn parse_go_int(text: &str) -> Option<i64> {
    let (negative, digits) = split_sign(text);
    apply_sign(parse_go_magnitude(digits)?, negative)
}

/// `strconv.ParseUint(text, 0, 64)` for a text without underscores.
fn parse_go_magnitude(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    match bytes {
        [] => None,
        [b'0'] => Some(0),
        [b'0', b'b' | b'B', _, ..] => parse_radix(&text[2..], 2),
        [b'0', b'o' | b'O', _, ..] => parse_radix(&text[2..], 8),
        [b'0', b'x' | b'X', _, ..] => parse_radix(&text[2..], 16),
        [b'0', ..] => parse_radix(&text[1..], 8),
        _ => parse_radix(text, 10),
    }
}

fn parse_radix(digits: &str, radix: u32) -> Option<u64> {
    // The standard library would take a sign here.
    if !digits.as_bytes().first()?.is_ascii_alphanumeric() {
        return None;
    }
    u64::from_str_radix(digits, radix).ok()
}

/// `^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`
fn is_float_form(bytes: &[u8]) -> bool {
    let digits_from = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits_from(at);
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits_from(at + 1);
        if whole == 0 && fraction == 0 {
            return false;
        }
        at += 1 + fraction;
    } else if whole == 0 {
        return false;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1;
        at += usize::from(matches!(bytes.get(at), Some(b'+' | b'-')));
        let exponent = digits_from(at);
        if exponent == 0 {
            return false;
        }
        at += exponent;
    }
    at == bytes.len()
}

/// `strconv.ParseFloat` on a decimal text: `None` where it is out of range.
fn parse_finite(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// `strconv.ParseFloat` on a text that starts with `.`: `_` may stand between digits only.
fn parse_go_float(text: &str) -> Option<f64> {
    if !text.contains('_') {
        return if is_float_form(text.as_bytes()) { parse_finite(text) } else { None };
    }
    let bytes = text.as_bytes();
    let between_digits = bytes.iter().enumerate().filter(|&(_, &byte)| byte == b'_').all(|(at, _)| {
        at > 0 && (bytes[at - 1].is_ascii_digit()) && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
    });
    let plain = text.replace('_', "");
    if between_digits && is_float_form(plain.as_bytes()) { parse_finite(&plain) } else { None }
}

/// Whether go-yaml's `parseTimestamp` takes the text: what `!!timestamp` asks for.
pub(crate) fn is_timestamp(text: &str) -> bool {
    let mut rest = text.as_bytes();
    let Some(year) = take_number(&mut rest, 4, 4) else { return false };
    let month = take_byte(&mut rest, b'-').and_then(|()| take_number(&mut rest, 1, 2));
    let day = take_byte(&mut rest, b'-').and_then(|()| take_number(&mut rest, 1, 2));
    let (Some(month), Some(day)) = (month, day) else { return false };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    if day == 0 || day > days {
        return false;
    }
    let zoned = match rest {
        [] => return true,
        [b'T' | b't', ..] => true,
        [b' ', ..] => false,
        _ => return false,
    };
    rest = &rest[1..];
    let hour = take_number(&mut rest, 1, 2);
    let minute = take_byte(&mut rest, b':').and_then(|()| take_number(&mut rest, 1, 2));
    let second = take_byte(&mut rest, b':').and_then(|()| take_number(&mut rest, 1, 2));
    let (Some(0..=23), Some(0..=59), Some(0..=59)) = (hour, minute, second) else { return false };
    if let [b'.' | b',', digit, ..] = rest
        && digit.is_ascii_digit()
    {
        rest = &rest[1..];
        let fraction = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        rest = &rest[fraction..];
    }
    match rest {
        [] => !zoned,
        [b'Z'] => zoned,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            zoned && [h1, h2, m1, m2].iter().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

fn take_byte(rest: &mut &[u8], byte: u8) -> Option<()> {
    *rest = rest.strip_prefix(&[byte])?;
    Some(())
}

fn take_number(rest: &mut &[u8], least: usize, most: usize) -> Option<u32> {
    let digits = rest.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
    if digits < least {
        return None;
    }
    let (number, after) = rest.split_at(digits);
    *rest = after;
    Some(number.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
}

/// A float as Go's `encoding/json` writes it: `3.0` is `3`, `1e21` is `1e+21`. Infinities and NaN have no form.
pub(crate) fn json_float(value: f64) -> Option<String> {
    if !value.is_finite() {
        return None;
    }
    let magnitude = value.abs();
    if magnitude == 0.0 || (1e-6..1e21).contains(&magnitude) {
        return Some(format!("{value}"));
    }
    let text = format!("{value:e}");
    let (digits, exponent) = text.split_once('e').expect("`{:e}` always writes an exponent");
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    Some(format!("{digits}e{sign}{exponent}"))
}

/// A float as the key that sigs.k8s.io/yaml makes of it: `strconv.FormatFloat(f, 'g', -1, 32)`.
pub(crate) fn key_of_float(value: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding to 32 bits is what the key conversion does"
    )]
    let short = value as f32;
    if short.is_nan() {
        return ".nan".to_owned();
    }
    if short.is_infinite() {
        return if short > 0.0 { ".inf" } else { "-.inf" }.to_owned();
    }
    let text = format!("{short:e}");
    let (digits, exponent) = text.split_once('e').expect("`{:e}` always writes an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` writes a number after the `e`");
    // Go decides on the exponent form with a precision of 6 here, without cutting digits.
    if short != 0.0 && !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    format!("{short}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_resolve_as_go_yaml_does() {
        for (text, expected) in [
            ("", Scalar::Null),
            ("~", Scalar::Null),
            ("yes", Scalar::Bool(true)),
            ("OFF", Scalar::Bool(false)),
            ("yEs", Scalar::Str("yEs")),
            ("0644", Scalar::Int(420)),
            ("0o644", Scalar::Int(420)),
            ("08", Scalar::Float(8.0)),
            ("1_000", Scalar::Int(1000)),
            ("1:30", Scalar::Str("1:30")),
            ("0x", Scalar::Str("0x")),
            ("0b-11", Scalar::Int(-3)),
            ("0b+1", Scalar::Int(1)),
            ("18446744073709551615", Scalar::UInt(u64::MAX)),
            ("-9223372036854775808", Scalar::Int(i64::MIN)),
            ("12e45678", Scalar::Str("12e45678")),
            ("1234567e8", Scalar::Float(1_234_567e8)),
            (".5_0", Scalar::Float(0.5)),
            ("._5", Scalar::Str("._5")),
            (".", Scalar::Str(".")),
            ("-", Scalar::Str("-")),
            ("2001-01-01", Scalar::Str("2001-01-01")),
            ("+.nan", Scalar::Str("+.nan")),
        ] {
            assert_eq!(resolve_plain(text), expected, "{text:?}");
        }
    }

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (value, json, key) in [
            (3.0, "3", "3"),
            (1e6, "1000000", "1e+06"),
            (123_456_789.0, "123456789", "1.2345679e+08"),
            (1e21, "1e+21", "1e+21"),
            (1e-7, "1e-7", "1e-07"),
            (1e300, "1e+300", ".inf"),
            (1.5, "1.5", "1.5"),
            (-0.0, "-0", "-0"),
        ] {
            assert_eq!(json_float(value).as_deref(), Some(json), "{value}");
            assert_eq!(key_of_float(value), key, "{value}");
        }
        assert_eq!(json_float(f64::NAN), None);
    }

    #[test]
    fn timestamps_are_recognised() {
        for text in ["2001-01-01", "2001-1-2", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.1"] {
            assert!(is_timestamp(text), "{text}");
        }
        for text in
            ["x", "2001-13-01", "2001-02-30", "201-01-01", "2001-01-01T00:00:00", "2001-01-01 00:00:00Z"]
        {
            assert!(!is_timestamp(text), "{text}");
        }
    }
}
