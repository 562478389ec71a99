//! The syntax of the strings that Kubernetes decodes by code: quantities, times, bytes.

/// Why a text is no `resource.Quantity`. The texts are those that the API server prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BadQuantity {
    /// It has none of the shapes of a quantity.
    Format,
    /// The number is followed by a suffix that does not exist.
    Suffix,
}

impl BadQuantity {
    /// The error of apimachinery, `resource.ErrFormatWrong` or `resource.ErrSuffix`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Format => {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            }
            Self::Suffix => "unable to parse quantity's suffix",
        }
    }
}

/// Checks the syntax of a quantity. Mirrors `Quantity.UnmarshalJSON`, which trims white space, and
/// `resource.parseQuantityString`, which takes a missing number for 0: `m` is a quantity.
pub fn check_quantity(text: &str) -> Result<(), BadQuantity> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadQuantity::Format);
    }
    let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let rest = match rest.strip_prefix('.') {
        Some(rest) => rest.trim_start_matches(|digit: char| digit.is_ascii_digit()),
        None => rest,
    };
    let suffix = rest;
    let rest = rest.trim_start_matches(|letter: char| "eEinumkKMGTP".contains(letter));
    let rest = rest.strip_prefix(['-', '+']).unwrap_or(rest);
    let rest = rest.trim_start_matches(|digit: char| digit.is_ascii_digit());
    if !rest.is_empty() {
        return Err(BadQuantity::Format);
    }
    if is_quantity_suffix(suffix) { Ok(()) } else { Err(BadQuantity::Suffix) }
}

/// Mirrors `suffixHandler.interpret`.
fn is_quantity_suffix(suffix: &str) -> bool {
    if matches!(
        suffix,
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" | "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei"
    ) {
        return true;
    }
    let exponent = suffix.strip_prefix(['e', 'E']);
    exponent.is_some_and(|exponent| exponent.parse::<i64>().is_ok())
}

/// What a bad quantity was probably meant to be: `Gb` and `GB` are `G`, `gi` is `Gi`, `mb` is `M`.
pub fn quantity_meant(text: &str) -> Option<String> {
    let text = text.trim();
    let number_end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
    let (number, suffix) = text.split_at(number_end);
    let suffix = suffix.trim().to_ascii_lowercase();
    let meant = match suffix.as_str() {
        "kb" | "kbyte" | "kbytes" => "k",
        "mb" | "mbyte" | "mbytes" | "meg" => "M",
        "g" | "gb" | "gbyte" | "gbytes" | "gig" => "G",
        "t" | "tb" => "T",
        "p" | "pb" => "P",
        "ki" | "kib" => "Ki",
        "mi" | "mib" => "Mi",
        "gi" | "gib" => "Gi",
        "ti" | "tib" => "Ti",
        "pi" | "pib" => "Pi",
        "core" | "cores" | "cpu" | "cpus" => "",
        "millicores" | "millicore" | "millicpu" => "m",
        _ => return None,
    };
    let meant = format!("{number}{meant}");
    (!number.is_empty() && check_quantity(&meant).is_ok()).then_some(meant)
}

/// Whether Go's `time.Parse` takes the text with the layout of `metav1.Time`, RFC 3339. Fractions of a second of any
/// length are taken, after a comma too.
pub fn is_time(text: &str) -> bool {
    parse_time(text).is_some()
}

/// The same with the layout of `metav1.MicroTime`, which wants exactly six decimals.
pub fn is_micro_time(text: &str) -> bool {
    parse_time(text).is_some_and(|decimals| decimals == Some(6))
}

/// Number of decimals of the second, if the text is a time at all.
fn parse_time(text: &str) -> Option<Option<usize>> {
    let bytes = text.as_bytes();
    let number = |range: std::ops::Range<usize>| -> Option<u32> {
        let digits = bytes.get(range)?;
        digits
            .iter()
            .try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    };
    let at = |index: usize, expected: u8| (bytes.get(index) == Some(&expected)).then_some(());
    let year = number(0..4)?;
    at(4, b'-')?;
    let month = number(5..7)?;
    at(7, b'-')?;
    let day = number(8..10)?;
    at(10, b'T')?;
    let hour = number(11..13)?;
    at(13, b':')?;
    let minute = number(14..16)?;
    at(16, b':')?;
    let second = number(17..19)?;
    let mut end = 19;
    let mut decimals = None;
    if matches!(bytes.get(end), Some(b'.' | b',')) {
        let digits = bytes[end + 1..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        decimals = Some(digits);
        end += 1 + digits;
    }
    match *bytes.get(end)? {
        b'Z' => end += 1,
        b'+' | b'-' => {
            at(end + 3, b':')?;
            if number(end + 1..end + 3)? > 24 || number(end + 4..end + 6)? > 60 {
                return None;
            }
            end += 6;
        }
        _ => return None,
    }
    let in_range = (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60;
    (in_range && end == bytes.len()).then_some(decimals)
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Checks standard base64 as Go's `base64.StdEncoding` decodes it: padding is required, line breaks are ignored. The
/// error is the number of the byte that Go names in "illegal base64 data at input byte".
pub fn check_base64(text: &str) -> Result<(), usize> {
    let bytes = text.as_bytes();
    let (mut digits, mut at) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' => digits += 1,
            b'\n' | b'\r' => {}
            b'=' => return check_padding(bytes, at, digits % 4),
            _ => return Err(at),
        }
        at += 1;
    }
    if digits % 4 == 0 { Ok(()) } else { Err(bytes.len() - digits % 4) }
}

fn check_padding(bytes: &[u8], first: usize, digits: usize) -> Result<(), usize> {
    let mut pads_left = match digits {
        2 => 2,
        3 => 1,
        _ => return Err(first),
    };
    for (at, byte) in bytes.iter().enumerate().skip(first) {
        match byte {
            b'\n' | b'\r' => {}
            b'=' if pads_left > 0 => pads_left -= 1,
            _ => return Err(at),
        }
    }
    if pads_left == 0 { Ok(()) } else { Err(bytes.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_as_apimachinery_reads_them() {
        for good in [
            "0", "1", "1.5", ".5", "1.", "500m", "1Gi", "1e3", "1E", "1E3", "-1", "+0.1k", "100n", "12e-3",
            " 1 ", "m", "1e+21",
        ] {
            assert_eq!(check_quantity(good), Ok(()), "{good}");
        }
        for (bad, reason) in [
            ("", BadQuantity::Format),
            ("1 Gi", BadQuantity::Format),
            ("1GB", BadQuantity::Format),
            ("1gi", BadQuantity::Format),
            ("true", BadQuantity::Format),
            ("1.2.3", BadQuantity::Format),
            ("1Mm", BadQuantity::Suffix),
            ("1KI", BadQuantity::Format),
            ("1K", BadQuantity::Suffix),
            ("1e", BadQuantity::Suffix),
            ("10%", BadQuantity::Format),
        ] {
            assert_eq!(check_quantity(bad), Err(reason), "{bad}");
        }
        assert_eq!(quantity_meant("512MB").as_deref(), Some("512M"));
        assert_eq!(quantity_meant("1gi").as_deref(), Some("1Gi"));
        assert_eq!(quantity_meant("0.5 cores").as_deref(), Some("0.5"));
        assert_eq!(quantity_meant("lots"), None);
    }

    #[test]
    fn times_are_rfc_3339() {
        for good in ["2024-02-29T23:59:59Z", "2024-01-01T00:00:00.5+01:00", "2024-01-01T00:00:00,123456789Z"]
        {
            assert!(is_time(good), "{good}");
        }
        for bad in [
            "2024-01-01",
            "2023-02-29T00:00:00Z",
            "2024-01-01t00:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00.Z",
            "2024-13-01T00:00:00Z",
            "2024-01-01T00:00:00Z ",
        ] {
            assert!(!is_time(bad), "{bad}");
        }
        assert!(is_micro_time("2024-01-01T00:00:00.000001Z"));
        assert!(!is_micro_time("2024-01-01T00:00:00.001Z") && !is_micro_time("2024-01-01T00:00:00Z"));
    }

    #[test]
    fn base64_as_go_decodes_it() {
        for good in ["", "Zg==", "Zm8=", "Zm9v", "Zm9v\nZm9v\r\n", "Zg=\n="] {
            assert_eq!(check_base64(good), Ok(()), "{good}");
        }
        for (bad, at) in
            [("Zg", 0), ("Zg=", 3), ("Zm9v!", 4), ("Z===", 1), ("Zm9v=", 4), ("Zg==Zg==", 4), ("a-b_", 1)]
        {
            assert_eq!(check_base64(bad), Err(at), "{bad}");
        }
    }
}
