//! A file may end anywhere, as it does while somebody types.

use std::panic::AssertUnwindSafe;

use kplan::analysis::analyze;
use kplan::config::Settings;
use libtest_mimic::Failed;

use super::{Files, workspace};

/// Cuts each file at places that are spread over it, in turn behind a line and anywhere, also within a character. What
/// counts is that nothing panics.
pub(crate) fn no_cut_is_too_much(files: &Files, settings: &Settings, most: usize) -> Result<(), Failed> {
    let mut cut = files.to_vec();
    for (index, (path, bytes)) in files.iter().enumerate() {
        let mut ends: Vec<usize> = memchr::memchr_iter(b'\n', bytes).collect();
        let lines = ends.len();
        ends = spread(lines, most / 2).map(|line| ends[line]).collect();
        ends.extend(spread(bytes.len(), most / 2));
        ends.sort_unstable();
        ends.dedup();
        for end in ends {
            cut[index].1.truncate(0);
            cut[index].1.extend_from_slice(&bytes[..end]);
            let result = std::panic::catch_unwind(AssertUnwindSafe(|| analyze(&workspace(&cut), settings)));
            if result.is_err() {
                return Err(format!("{path} cut at byte {end} panics").into());
            }
        }
        cut[index].1.clone_from(bytes);
    }
    Ok(())
}

/// At most `most` numbers below `count`, evenly spread; the step is odd so that they do not fall into the rhythm of
/// the text.
fn spread(count: usize, most: usize) -> impl Iterator<Item = usize> {
    let step = (count / most.max(1)) | 1;
    (0..count).step_by(step)
}
