//! The canonical form of quantities: `1000m` is `1`, `0.5` is `500m`, `1024Mi` is `1Gi`.

use crate::plan::quantity::Quantity;

/// What a quantity is rounded up to before it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// Billionths: all that a quantity has.
    Nano,
    /// Thousandths: amounts of resources (`SetDefaults_ResourceList`).
    Milli,
}

/// How the number was written: `resource.Format`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Binary,
    Decimal,
    Exponent,
}

/// The canonical form of a quantity; `None` for a text that is none. Mirrors `Quantity.CanonicalizeBytes`.
pub fn canonical(text: &str, precision: Precision) -> Option<String> {
    let text = text.trim();
    let mut nano = Quantity::parse(text).ok()?.nanos();
    if precision == Precision::Milli {
        nano = round_up(nano, 1_000_000);
    }
    if nano == 0 {
        return Some("0".to_owned());
    }
    let sign = if nano < 0 { "-" } else { "" };
    let magnitude = nano.unsigned_abs();
    let format = format_of(text);
    let whole = magnitude.is_multiple_of(NANO);
    if format == Format::Binary && magnitude >= 1024 * NANO && whole {
        let (number, times) = without_factors(magnitude / NANO, 1024);
        let suffix = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"][times.min(6)];
        return Some(format!("{sign}{number}{suffix}"));
    }
    let (mut number, times) = without_factors(magnitude, 10);
    let mut exponent = times as i32 - 9;
    while exponent.rem_euclid(3) != 0 {
        number *= 10;
        exponent -= 1;
    }
    let suffix = match (format, exponent) {
        (_, 0) => String::new(),
        (Format::Exponent, exponent) => format!("e{exponent}"),
        (_, exponent) => DECIMAL_SUFFIXES[((exponent + 9) / 3) as usize].to_owned(),
    };
    Some(format!("{sign}{number}{suffix}"))
}

const NANO: u128 = 1_000_000_000;

const DECIMAL_SUFFIXES: [&str; 10] = ["n", "u", "m", "", "k", "M", "G", "T", "P", "E"];

/// Mirrors the choice of `resource.ParseQuantity`.
fn format_of(text: &str) -> Format {
    let number_end = text.find(|c: char| !matches!(c, '0'..='9' | '.' | '+' | '-')).unwrap_or(text.len());
    let suffix = &text[number_end..];
    if suffix.ends_with('i') {
        Format::Binary
    } else if suffix.starts_with('e') || (suffix.starts_with('E') && suffix.len() > 1) {
        Format::Exponent
    } else {
        Format::Decimal
    }
}

fn round_up(nano: i128, unit: i128) -> i128 {
    let rest = nano % unit;
    if rest == 0 { nano } else { nano - rest + unit * rest.signum() }
}

/// Mirrors `removeInt64Factors`.
fn without_factors(mut number: u128, factor: u128) -> (u128, usize) {
    let mut times = 0;
    while number >= factor && number.is_multiple_of(factor) {
        number /= factor;
        times += 1;
    }
    (number, times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_forms() {
        for (written, stored) in [
            ("1000m", "1"),
            ("1", "1"),
            ("0.5", "500m"),
            (".5", "500m"),
            ("1500m", "1500m"),
            ("1.5", "1500m"),
            ("100m", "100m"),
            ("0.1", "100m"),
            ("2000", "2k"),
            ("100000", "100k"),
            ("1024", "1024"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("0.5Gi", "512Mi"),
            ("0.5Ki", "512"),
            ("1023Ki", "1023Ki"),
            ("1000Ki", "1000Ki"),
            ("1e3", "1e3"),
            ("1E3", "1e3"),
            ("1500e0", "1500"),
            ("5E", "5E"),
            ("0", "0"),
            ("0Mi", "0"),
            ("-1000m", "-1"),
            ("+2", "2"),
            ("100M", "100M"),
            ("0.0001Gi", "107374182400u"),
        ] {
            let stored_now = canonical(written, Precision::Nano);
            assert_eq!(stored_now.as_deref(), Some(stored), "{written}");
            assert_eq!(canonical(stored, Precision::Nano).as_deref(), Some(stored), "{stored} again");
        }
    }

    #[test]
    fn resources_are_rounded_up_to_thousandths() {
        assert_eq!(canonical("1u", Precision::Milli).as_deref(), Some("1m"));
        assert_eq!(canonical("1u", Precision::Nano).as_deref(), Some("1u"));
        assert_eq!(canonical("0.0015", Precision::Milli).as_deref(), Some("2m"));
    }

    #[test]
    fn what_is_no_quantity_is_left_alone() {
        for text in ["", "abc", "1Gb", "1 Gi"] {
            assert_eq!(canonical(text, Precision::Nano), None, "{text:?}");
        }
    }
}
