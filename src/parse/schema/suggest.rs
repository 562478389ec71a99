//! "Did you mean": the closest of some names.

/// The candidate closest to `name`, if one is close enough that it was probably meant: the same but for case, or no more
/// than a third of its letters away. Of equally close ones the first.
pub fn closest<'c>(name: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    let limit = (name.chars().count() / 3).max(1);
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let distance = if candidate.eq_ignore_ascii_case(name) { 0 } else { distance(name, candidate) };
        // Two letters that share nothing are one step apart and mean nothing to each other.
        let related = distance < name.chars().count().max(candidate.chars().count());
        if distance <= limit && related && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Edits (insert, delete, replace, swap neighbours) from one text to the other: optimal string alignment. A text longer
/// than 256 characters is compared by its first 256.
pub fn distance(left: &str, right: &str) -> usize {
    let left: Vec<char> = left.chars().take(256).collect();
    let right: Vec<char> = right.chars().take(256).collect();
    let width = right.len() + 1;
    let mut before_previous = vec![0; width];
    let mut previous: Vec<usize> = (0..width).collect();
    let mut current = vec![0; width];
    for row in 1..=left.len() {
        current[0] = row;
        for column in 1..width {
            let same = left[row - 1] == right[column - 1];
            let replaced = previous[column - 1] + usize::from(!same);
            let mut least = replaced.min(previous[column] + 1).min(current[column - 1] + 1);
            let swapped = row > 1
                && column > 1
                && left[row - 1] == right[column - 2]
                && left[row - 2] == right[column - 1];
            if swapped {
                least = least.min(before_previous[column - 2] + 1);
            }
            current[column] = least;
        }
        std::mem::swap(&mut before_previous, &mut previous);
        std::mem::swap(&mut previous, &mut current);
    }
    previous[width - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_are_recognised_and_strangers_are_not() {
        let fields = ["containers", "initContainers", "restartPolicy", "volumes", "nodeName"];
        assert_eq!(closest("contianers", fields), Some("containers"));
        assert_eq!(closest("volumes ", fields), Some("volumes"));
        assert_eq!(closest("initcontainers", fields), Some("initContainers"));
        assert_eq!(closest("restart", fields), None);
        assert_eq!(closest("x", ["y"]), None);
    }

    #[test]
    fn a_swap_of_neighbours_is_one_edit() {
        assert_eq!(distance("prot", "port"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
