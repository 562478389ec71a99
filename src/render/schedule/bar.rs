//! A share as a bar.

use crate::render::schedule::table::Cell;

/// How many characters a full bar has.
const WIDTH: i64 = 10;

/// The colours of a bar that is nearly full, and of one that fills up.
const FULL: &str = "31";
const FILLING: &str = "33";
const EASY: &str = "32";

/// A bar of `part` in `whole`, full only if nothing is left and empty only if nothing is taken.
pub(super) fn bar(part: i64, whole: i64) -> Cell {
    let (part, whole) = (i128::from(part.max(0)), i128::from(whole.max(0)));
    let width = i128::from(WIDTH);
    let filled = match (part, whole) {
        (0, _) => 0,
        (part, whole) if part >= whole => width,
        (part, whole) => ((part * width + whole / 2) / whole).clamp(1, width - 1),
    };
    let percent = if whole == 0 { 0 } else { part * 100 / whole };
    let code = match percent {
        90.. => FULL,
        75..90 => FILLING,
        _ => EASY,
    };
    let filled = usize::try_from(filled).unwrap_or(0);
    let text = format!("{}{}", "█".repeat(filled), "░".repeat(WIDTH as usize - filled));
    Cell::painted(text, code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_full_or_empty_only_if_the_node_is() {
        let text = |part, whole| bar(part, whole).text;
        assert_eq!(text(0, 100), "░░░░░░░░░░");
        assert_eq!(text(1, 100), "█░░░░░░░░░");
        assert_eq!(text(50, 100), "█████░░░░░");
        assert_eq!(text(99, 100), "█████████░");
        assert_eq!(text(100, 100), "██████████");
        assert_eq!(text(200, 100), "██████████");
        assert_eq!(text(0, 0), "░░░░░░░░░░");
        assert_eq!(text(i64::MAX, i64::MAX), "██████████");
    }
}
