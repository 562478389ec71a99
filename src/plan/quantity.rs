//! Kubernetes quantities (`500m`, `1.5Gi`, `1e3`) as exact integers.

use std::fmt;

/// Billionths in one whole: a quantity keeps nine decimal digits.
const NANO: i128 = 1_000_000_000;

/// The largest absolute value, in billionths: Kubernetes caps quantities at the largest 64-bit integer.
const LIMIT: i128 = i64::MAX as i128 * NANO;

/// An exact amount, kept in billionths, as `resource.Quantity` of apimachinery keeps it: digits beyond the ninth
/// decimal are rounded up (away from zero) and values beyond 64 bits are capped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity {
    nano: i128,
}

/// Why a text is no quantity. It displays as the message that Kubernetes gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QuantityError {
    /// The text does not have the form of a number with a suffix.
    Format,
    /// The number is fine, the suffix is none of those that Kubernetes knows.
    Suffix,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            QuantityError::Format => {
                "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
            }
            QuantityError::Suffix => "unable to parse quantity's suffix",
        })
    }
}

impl std::error::Error for QuantityError {}

/// What a suffix multiplies with: a power of two or a power of ten.
enum Scale {
    Binary(u32),
    Decimal(i32),
}

impl Quantity {
    /// Nothing.
    pub const ZERO: Quantity = Quantity { nano: 0 };

    /// Reads a quantity as `resource.ParseQuantity` does.
    ///
    /// # Errors
    ///
    /// The text is not a number with one of the suffixes of Kubernetes.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        let (negative, unsigned) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let digits_end = unsigned
            .bytes()
            .position(|byte| !byte.is_ascii_digit() && byte != b'.')
            .unwrap_or(unsigned.len());
        let (number, suffix) = unsigned.split_at(digits_end);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
        if fraction.contains('.') || (whole.is_empty() && fraction.is_empty()) {
            return Err(QuantityError::Format);
        }
        let magnitude = match scale_of(suffix)? {
            Scale::Decimal(exponent) => decimal(whole, fraction, exponent),
            Scale::Binary(bits) => binary(whole, fraction, bits),
        };
        Ok(Quantity { nano: if negative { -magnitude } else { magnitude } })
    }

    /// A whole number of units.
    pub fn from_units(units: i64) -> Quantity {
        Quantity { nano: i128::from(units) * NANO }
    }

    /// A number of thousandths.
    pub fn from_milli(milli: i64) -> Quantity {
        Quantity { nano: i128::from(milli) * (NANO / 1000) }
    }

    /// The amount in whole units, rounded away from zero (`Quantity.Value`).
    pub fn value(self) -> i64 {
        saturate(divide_away_from_zero(self.nano, NANO))
    }

    /// The amount in thousandths, rounded away from zero (`Quantity.MilliValue`).
    pub fn milli_value(self) -> i64 {
        saturate(divide_away_from_zero(self.nano, NANO / 1000))
    }

    /// The sum, capped like a parsed quantity.
    #[must_use]
    pub fn plus(self, other: Quantity) -> Quantity {
        Quantity { nano: (self.nano + other.nano).clamp(-LIMIT, LIMIT) }
    }

    /// The amount in billionths.
    pub fn nanos(self) -> i128 {
        self.nano
    }

    /// Whether the amount is nothing.
    pub fn is_zero(self) -> bool {
        self.nano == 0
    }
}

impl fmt::Display for Quantity {
    /// Writes the amount as a quantity that reads back as the same amount: whole, or in thousandths or billionths.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.nano % NANO == 0 {
            write!(formatter, "{}", self.nano / NANO)
        } else if self.nano % (NANO / 1000) == 0 {
            write!(formatter, "{}m", self.nano / (NANO / 1000))
        } else {
            write!(formatter, "{}n", self.nano)
        }
    }
}

/// Reads the suffix (`quantitySuffixer.interpret`); an exponent counts as one.
fn scale_of(suffix: &str) -> Result<Scale, QuantityError> {
    Ok(match suffix {
        "" => Scale::Decimal(0),
        "n" => Scale::Decimal(-9),
        "u" => Scale::Decimal(-6),
        "m" => Scale::Decimal(-3),
        "k" => Scale::Decimal(3),
        "M" => Scale::Decimal(6),
        "G" => Scale::Decimal(9),
        "T" => Scale::Decimal(12),
        "P" => Scale::Decimal(15),
        "E" => Scale::Decimal(18),
        "Ki" => Scale::Binary(10),
        "Mi" => Scale::Binary(20),
        "Gi" => Scale::Binary(30),
        "Ti" => Scale::Binary(40),
        "Pi" => Scale::Binary(50),
        "Ei" => Scale::Binary(60),
        _ => {
            let Some(exponent) = suffix.strip_prefix(['e', 'E']) else {
                let known = |byte: u8| b"eEinumkKMGTP+-0123456789".contains(&byte);
                return Err(if suffix.bytes().all(known) {
                    QuantityError::Suffix
                } else {
                    QuantityError::Format
                });
            };
            match exponent.parse::<i32>() {
                Ok(exponent) => Scale::Decimal(exponent),
                Err(_) => return Err(QuantityError::Suffix),
            }
        }
    })
}

/// `whole.fraction * 10^exponent` in billionths, rounded up and capped.
fn decimal(whole: &str, fraction: &str, exponent: i32) -> i128 {
    // The digits stand for an integer times 10^-fraction.len(); shift it to billionths.
    let shift = i64::from(exponent) + 9 - i64::try_from(fraction.len()).unwrap_or(i64::MAX / 2);
    let digits = whole.bytes().chain(fraction.bytes()).skip_while(|&byte| byte == b'0');
    let mut digits: Vec<u8> = digits.collect();
    if digits.is_empty() {
        return 0;
    }
    let mut round_up = false;
    if shift < 0 {
        let dropped = usize::try_from(-shift).unwrap_or(usize::MAX).min(digits.len());
        let all_dropped = usize::try_from(-shift).unwrap_or(usize::MAX) > digits.len();
        let kept = digits.len() - dropped;
        round_up = all_dropped || digits[kept..].iter().any(|&byte| byte != b'0');
        digits.truncate(kept);
    } else if digits.len() as i64 + shift > 30 {
        return LIMIT;
    } else {
        digits.extend(std::iter::repeat_n(b'0', usize::try_from(shift).unwrap_or(0)));
    }
    if digits.len() > 30 {
        return LIMIT;
    }
    let value = digits.iter().fold(0_i128, |sum, &byte| sum * 10 + i128::from(byte - b'0'));
    (value + i128::from(round_up)).min(LIMIT)
}

/// `whole.fraction * 2^bits` in billionths, rounded up and capped.
fn binary(whole: &str, fraction: &str, bits: u32) -> i128 {
    let whole = whole.trim_start_matches('0');
    if whole.len() > 19 {
        return LIMIT;
    }
    let whole = whole.bytes().fold(0_i128, |sum, byte| sum * 10 + i128::from(byte - b'0'));
    // More than eighteen decimals of a binary multiple cannot change a value that is rounded to billionths by more
    // than the rounding itself.
    let kept = &fraction[..fraction.len().min(18)];
    let rest_is_zero = fraction[kept.len()..].bytes().all(|byte| byte == b'0');
    let denominator = 10_i128.pow(u32::try_from(kept.len()).unwrap_or(18));
    let numerator = kept.bytes().fold(0_i128, |sum, byte| sum * 10 + i128::from(byte - b'0'));
    let Some(whole) = whole.checked_mul(1_i128 << bits).and_then(|value| value.checked_mul(NANO)) else {
        return LIMIT;
    };
    // numerator < 10^18 < 2^60 and bits <= 60: the product fits in 120 bits, the billionths are applied in two parts.
    let product = numerator << bits;
    let quotient = product / denominator * NANO;
    let remainder = product % denominator * NANO;
    let part = quotient + remainder / denominator;
    let round_up = remainder % denominator != 0 || !rest_is_zero;
    whole.saturating_add(part).saturating_add(i128::from(round_up)).min(LIMIT)
}

fn divide_away_from_zero(value: i128, divisor: i128) -> i128 {
    let quotient = value / divisor;
    match value % divisor {
        0 => quotient,
        remainder if remainder > 0 => quotient + 1,
        _ => quotient - 1,
    }
}

fn saturate(value: i128) -> i64 {
    i64::try_from(value).unwrap_or(if value < 0 { i64::MIN } else { i64::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> i64 {
        Quantity::parse(text).unwrap().value()
    }

    fn milli(text: &str) -> i64 {
        Quantity::parse(text).unwrap().milli_value()
    }

    #[test]
    fn suffixes_scale() {
        assert_eq!(value("128Gi"), 128 << 30);
        assert_eq!(value("3000M"), 3_000_000_000);
        assert_eq!(value("1.5Gi"), 3 << 29);
        assert_eq!(value("1e3"), 1000);
        assert_eq!(value("1E3"), 1000);
        assert_eq!(value("2E"), 2_000_000_000_000_000_000);
        assert_eq!(milli("1920m"), 1920);
        assert_eq!(milli("0.5"), 500);
        assert_eq!(milli(".5"), 500);
        assert_eq!(milli("2."), 2000);
        assert_eq!(milli("-2"), -2000);
    }

    #[test]
    fn fractions_round_away_from_zero() {
        assert_eq!(value("1m"), 1);
        assert_eq!(value("1500m"), 2);
        assert_eq!(milli("1n"), 1);
        assert_eq!(milli("0.1m"), 1);
        assert_eq!(value("-1500m"), -2);
        assert_eq!(value("0.1Ki"), 103);
        assert_eq!(Quantity::parse("0.0000000001").unwrap(), Quantity::parse("1n").unwrap());
    }

    #[test]
    fn what_does_not_fit_in_64_bits_is_capped() {
        assert_eq!(value("100E"), i64::MAX);
        assert_eq!(value("9999999999999999999999999999999999Ei"), i64::MAX);
        assert_eq!(value("1e999999999"), i64::MAX);
        assert_eq!(value("1e-999999999"), 1);
    }

    #[test]
    fn other_texts_are_errors() {
        for text in ["", "-", ".", "1.2.3", "1Zi", "1 Gi", "abc", "1e", "0x10", "1mm"] {
            assert!(Quantity::parse(text).is_err(), "{text:?}");
        }
    }
}
