//! Whether one name is a slip of the pen for another, and how far two names are apart.

/// The least number of insertions, deletions, substitutions and swaps of neighbours that turn `left` into `right`
/// (optimal string alignment), in bytes; `None` where it is more than `limit`.
pub fn distance(left: &str, right: &str, limit: usize) -> Option<usize> {
    let (left, right) = strip_common_ends(left.as_bytes(), right.as_bytes());
    if left.len().abs_diff(right.len()) > limit {
        return None;
    }
    if left.is_empty() || right.is_empty() {
        return Some(left.len().max(right.len()));
    }
    let width = right.len() + 1;
    let mut before_last = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row = vec![0; width];
    for (i, a) in left.iter().enumerate() {
        row[0] = i + 1;
        for (j, b) in right.iter().enumerate() {
            let substituted = last[j] + usize::from(a != b);
            row[j + 1] = substituted.min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == right[j - 1] && left[i - 1] == *b {
                row[j + 1] = row[j + 1].min(before_last[j - 1] + 1);
            }
        }
        if row.iter().all(|cell| *cell > limit) {
            return None;
        }
        std::mem::swap(&mut before_last, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    Some(last[width - 1]).filter(|distance| *distance <= limit)
}

/// The length of what is left of the longer name without the words that both begin and end with: `hf` and `chap` of
/// `hf-secret` and `chap-secret`, which are not alike although most of their letters are.
pub fn longest_of_their_own(left: &str, right: &str) -> usize {
    let left: Vec<&str> = left.split(['-', '.', '_']).collect();
    let right: Vec<&str> = right.split(['-', '.', '_']).collect();
    let start = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let most = left.len().min(right.len()) - start;
    let end = left.iter().rev().zip(right.iter().rev()).take(most).take_while(|(a, b)| a == b).count();
    let own = |words: &[&str]| words[start..words.len() - end].iter().map(|word| word.len()).sum::<usize>();
    own(&left).max(own(&right))
}

fn strip_common_ends<'a>(left: &'a [u8], right: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let start = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let (left, right) = (&left[start..], &right[start..]);
    let end = left.iter().rev().zip(right.iter().rev()).take_while(|(a, b)| a == b).count();
    (&left[..left.len() - end], &right[..right.len() - end])
}

/// How many letters `written` is away from a name that it may be meant for; `None` for more than a third of its own.
pub fn nearness(written: &str, meant: &str) -> Option<usize> {
    distance(written, meant, (written.len() / 3).clamp(1, 4))
}

/// Whether `written` is so close to `meant` that nobody would give two things these two names on purpose.
///
/// Names are words joined by punctuation. Only one word may differ, by one slip (two in a word of eight letters or more, unless its first is one of them),
/// it must have five letters at least (three where two neighbours are swapped), and no digit may be concerned: `web-1`
/// and `web-2`, `app-eu` and `app-us` are different things. A separator that is missing or another one is a slip too.
pub fn is_typo(written: &str, meant: &str) -> bool {
    if written == meant {
        return false;
    }
    let separator = |byte: char| matches!(byte, '-' | '.' | '_' | '/' | ':');
    if written.eq_ignore_ascii_case(meant) {
        return true;
    }
    let letters = |name: &str| name.chars().filter(|c| !separator(*c)).collect::<String>();
    if letters(written) == letters(meant) {
        return letters(written).len() >= 4;
    }
    let written: Vec<&str> = written.split(separator).collect();
    let meant: Vec<&str> = meant.split(separator).collect();
    if written.len() != meant.len() {
        return false;
    }
    let mut differing = written.iter().zip(&meant).filter(|(a, b)| a != b);
    let (Some((a, b)), None) = (differing.next(), differing.next()) else { return false };
    is_slip_in_word(a, b)
}

/// As [`is_typo`], where `meant` is one of a few names that there are to choose from, such as the ports of a pod: words of
/// four letters count too.
pub fn is_typo_among_few(written: &str, meant: &str) -> bool {
    let is_plural = |long: &str, short: &str| long.strip_suffix('s') == Some(short);
    let is_same_start = written.as_bytes().first() == meant.as_bytes().first();
    let is_short = written.len().max(meant.len()) == 4 && written.len().min(meant.len()) >= 3;
    let has_digit = |name: &str| name.bytes().any(|byte| byte.is_ascii_digit());
    let is_slip = is_short
        && is_same_start
        && !is_plural(written, meant)
        && !is_plural(meant, written)
        && !has_digit(written)
        && !has_digit(meant)
        && distance(written, meant, 1) == Some(1);
    is_slip || is_typo(written, meant)
}

fn is_slip_in_word(written: &str, meant: &str) -> bool {
    let shorter = written.len().min(meant.len());
    let (a, b) = strip_common_ends(written.as_bytes(), meant.as_bytes());
    if shorter < 3 || a.iter().chain(b).any(u8::is_ascii_digit) {
        return false;
    }
    if let ([a, b], [c, d]) = (a, b)
        && a == d
        && b == c
    {
        return true;
    }
    // A plural is often another thing.
    let plural = |long: &str, short: &str| long.strip_suffix('s') == Some(short);
    if written.len().max(meant.len()) < 5 || plural(written, meant) || plural(meant, written) {
        return false;
    }
    // Two slips that begin with the first letter make another word: `internal` and `external`, `ingress` and `egress`.
    let is_same_start = written.as_bytes().first() == meant.as_bytes().first();
    let limit = if shorter >= 8 && is_same_start { 2 } else { 1 };
    distance(written, meant, limit).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_slips() {
        assert_eq!(distance("web", "web", 0), Some(0));
        assert_eq!(distance("config", "cofnig", 2), Some(1), "a swap is one slip");
        assert_eq!(distance("config", "confg", 2), Some(1));
        assert_eq!(distance("kitten", "sitting", 3), Some(3));
        assert_eq!(distance("kitten", "sitting", 2), None);
        assert_eq!(distance("", "ab", 2), Some(2));
    }

    #[test]
    fn slips_are_typos() {
        for (written, meant) in [
            ("web-confg", "web-config"),
            ("wbe-server", "web-server"),
            ("webconfig", "web-config"),
            ("web_config", "web-config"),
            ("Frontend", "frontend"),
            ("kubernets-dashbord", "kubernetes-dashbord"),
            ("postgresqll", "postgresql"),
        ] {
            assert!(is_typo(written, meant), "{written} for {meant}");
        }
    }

    #[test]
    fn among_few_names_short_ones_count() {
        for (written, meant) in [("htp", "http"), ("htpp", "http"), ("grcp", "grpc")] {
            assert!(is_typo_among_few(written, meant), "{written} for {meant}");
        }
        for (written, meant) in [("web", "webs"), ("tcp1", "tcp2"), ("api", "app"), ("tftp", "http")] {
            assert!(!is_typo_among_few(written, meant), "{written} for {meant}");
        }
    }

    #[test]
    fn names_that_differ_on_purpose_are_none() {
        for (written, meant) in [
            ("web-1", "web-2"),
            ("app-eu", "app-us"),
            ("app-v1", "app-v2"),
            ("web1", "web"),
            ("api", "app"),
            ("db-user", "db-users"),
            ("web", "web"),
            ("web-blue", "web-green"),
            ("a-b", "b-a"),
            ("read", "write"),
            ("external", "internal"),
            ("ingressgateway", "egressgateway"),
        ] {
            assert!(!is_typo(written, meant), "{written} for {meant}");
        }
    }
}
