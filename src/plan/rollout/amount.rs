//! Numbers that may be percentages: `maxSurge: 25%`.

use serde_json::Value;

/// An `intstr.IntOrString` that counts pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// That many.
    Pods(i64),
    /// So many of a hundred.
    Percent(i64),
}

/// Which way a percentage is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// To the next number of pods above.
    Up,
    /// To the next number of pods below.
    Down,
}

impl Amount {
    /// Reads `3`, `"25%"`; `None` for what the API server would reject.
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => number.as_i64().map(Self::Pods),
            Value::String(text) => {
                let digits = text.strip_suffix('%')?;
                let numeric = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
                numeric.then(|| digits.parse().ok().map(Self::Percent)).flatten()
            }
            _ => None,
        }
    }

    /// The number of pods, of a total. Mirrors `intstr.GetScaledValueFromIntOrPercent`.
    pub fn scaled(self, total: i64, round: Round) -> i64 {
        match self {
            Self::Pods(pods) => pods,
            Self::Percent(percent) => {
                let hundredfold = i128::from(percent) * i128::from(total);
                let scaled = match round {
                    Round::Up => hundredfold.div_euclid(100) + i128::from(hundredfold.rem_euclid(100) != 0),
                    Round::Down => hundredfold.div_euclid(100),
                };
                i64::try_from(scaled).unwrap_or(i64::MAX)
            }
        }
    }
}

impl std::fmt::Display for Amount {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pods(pods) => write!(formatter, "{pods}"),
            Self::Percent(percent) => write!(formatter, "{percent}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_are_rounded_as_asked() {
        for (percent, total, up, down) in [
            (0, 10, 0, 0),
            (25, 10, 3, 2),
            (25, 4, 1, 1),
            (25, 1, 1, 0),
            (33, 3, 1, 0),
            (34, 3, 2, 1),
            (100, 7, 7, 7),
            (150, 3, 5, 4),
            (1, 1000, 10, 10),
            (50, 0, 0, 0),
        ] {
            let amount = Amount::Percent(percent);
            assert_eq!(amount.scaled(total, Round::Up), up, "{percent}% of {total} up");
            assert_eq!(amount.scaled(total, Round::Down), down, "{percent}% of {total} down");
        }
        assert_eq!(Amount::Pods(5).scaled(2, Round::Up), 5);
    }

    #[test]
    fn only_digits_and_a_percent_sign_are_a_percentage() {
        assert_eq!(Amount::of(&Value::from("25%")), Some(Amount::Percent(25)));
        assert_eq!(Amount::of(&Value::from(2)), Some(Amount::Pods(2)));
        for bad in ["25", "%", "-5%", "2.5%", " 5%", ""] {
            assert_eq!(Amount::of(&Value::from(bad)), None, "{bad:?}");
        }
    }
}
