//! The fenced YAML blocks of a Markdown file.

use std::ops::Range;

/// The contents of the blocks fenced by backticks or tildes whose info string starts with `yaml` or `yml`, in order.
/// Blocks inside lists keep their indentation, which YAML does not mind; but kubectl's `---` must stand at the start of
/// a line, so such blocks are cut here.
pub(crate) fn fences(text: &str) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut open: Option<Fence> = None;
    let mut line_start = 0;
    for line in text.split_inclusive('\n') {
        let next = line_start + line.len();
        match &open {
            None => {
                open = Fence::opened_by(line).map(|fence| Fence { content: next, ..fence });
            }
            Some(fence) if fence.is_closed_by(line) => {
                if fence.is_yaml {
                    add_block(text, fence.content..line_start, &mut blocks);
                }
                open = None;
            }
            Some(_) => {}
        }
        line_start = next;
    }
    if let Some(fence) = open.filter(|fence| fence.is_yaml) {
        add_block(text, fence.content..text.len(), &mut blocks);
    }
    blocks
}

#[derive(Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
    is_yaml: bool,
    /// Where its content starts.
    content: usize,
}

impl Fence {
    fn opened_by(line: &str) -> Option<Self> {
        let text = without_list_markers(line.trim());
        let mark = text.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
        let length = text.chars().take_while(|&character| character == mark).count();
        let info = text[length..].trim();
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        let language = info.split([' ', '\t', ',', '{', ':']).next().unwrap_or_default();
        let is_yaml = language.eq_ignore_ascii_case("yaml") || language.eq_ignore_ascii_case("yml");
        Some(Self { mark, length, is_yaml, content: 0 })
    }

    fn is_closed_by(self, line: &str) -> bool {
        let text = line.trim();
        text.len() >= self.length && text.chars().all(|character| character == self.mark)
    }
}

/// A fence may open right behind the markers of the list items that it stands in.
fn without_list_markers(line: &str) -> &str {
    let mut text = line;
    loop {
        let number = text.bytes().take_while(u8::is_ascii_digit).count();
        let marker = match text.as_bytes().get(number) {
            Some(b'-' | b'*' | b'+') if number == 0 => 1,
            Some(b'.' | b')') if number > 0 => number + 1,
            _ => return text,
        };
        match text[marker..].strip_prefix(' ') {
            Some(rest) => text = rest.trim_start(),
            None => return text,
        }
    }
}

fn add_block(text: &str, content: Range<usize>, blocks: &mut Vec<Range<usize>>) {
    let mut start = content.start;
    let mut line_start = content.start;
    for line in text[content.clone()].split_inclusive('\n') {
        let next = line_start + line.len();
        let is_indented = line.starts_with([' ', '\t']);
        if is_indented && (line.trim() == "---" || line.trim_start().starts_with("--- #")) {
            blocks.push(start..line_start);
            start = next;
        }
        line_start = next;
    }
    blocks.push(start..content.end);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contents(text: &str) -> Vec<&str> {
        fences(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn yaml_fences_are_found_and_others_are_not() {
        let text =
            "# T\n```yaml\na: 1\n```\n```sh\n```yaml\n```\n~~~~yml title=x\nb: 2\n~~~\n~~~~\n```YAML\nc: 3\n";
        assert_eq!(contents(text), ["a: 1\n", "b: 2\n~~~\n", "c: 3\n"]);
        assert_eq!(contents("text `yaml`\n```\na: 1\n```\n"), [""; 0]);
    }

    #[test]
    fn fences_in_lists_are_cut_at_their_separators() {
        let text = "1. - ```yaml\n     a: 1\n     ---\n     b: 2\n     ```\n";
        assert_eq!(contents(text), ["     a: 1\n", "     b: 2\n"]);
    }
}
