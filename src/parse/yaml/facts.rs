//! What kubectl refuses or hides although the grammar is right: duplicate keys, keys without a JSON form, tags that do
//! not fit, merges, aliases.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::parse::merge::KeyValue;
use crate::parse::problem::{Problem, ProblemKind};
use crate::parse::scalar::{Scalar, is_timestamp, resolve_plain};
use crate::parse::tree::{NodeId, NodeKind, NodeRef, Style, TagKind, flag};
use crate::parse::yaml::builder::Reader;

/// No more problems than this are kept for one file: a million duplicate keys are said as well by a thousand.
const PROBLEM_LIMIT: usize = 1000;
/// Mappings up to this size are compared key by key.
const SMALL_MAPPING: usize = 12;

/// A plain problem: one place, one message.
pub(super) fn problem(kind: ProblemKind, range: Range<u32>, message: impl Into<String>) -> Problem {
    Problem {
        kind,
        range,
        message: message.into(),
        label: String::new(),
        related: None,
        help: None,
        fix: None,
    }
}

/// A bit for a key: equal keys have equal bits.
#[inline]
pub(super) fn fingerprint(key: &[u8]) -> u64 {
    let mut word = [0_u8; 8];
    if let Some(tail) = key.last_chunk::<8>() {
        word = *tail;
    } else {
        word[..key.len()].copy_from_slice(key);
    }
    let hash = (u64::from_le_bytes(word) ^ (key.len() as u64) << 56).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    1 << (hash >> 58)
}

impl Reader<'_> {
    pub(super) fn report(&mut self, mut problem: Problem) {
        problem.range = self.whole_characters(&problem.range);
        if let Some((range, _)) = &mut problem.related {
            *range = self.whole_characters(range);
        }
        // Whether kubectl refuses a document must never be lost.
        if self.problems.len() < PROBLEM_LIMIT {
            self.problems.push(problem);
        } else if problem.kind.is_refused() {
            self.refused = true;
        }
    }

    /// The range, widened to whole characters.
    fn whole_characters(&self, range: &Range<u32>) -> Range<u32> {
        let mut start = (range.start as usize).min(self.source.len());
        while !self.source.is_char_boundary(start) {
            start -= 1;
        }
        let mut end = (range.end as usize).clamp(start, self.source.len());
        while !self.source.is_char_boundary(end) {
            end += 1;
        }
        start as u32..end as u32
    }

    /// Looks at nodes that are complete, with their texts at hand.
    fn with_tree<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        std::mem::swap(&mut self.tree.cooked, &mut self.scanner.cooked);
        std::mem::swap(&mut self.tree.cooked_ranges, &mut self.scanner.cooked_ranges);
        let seen = look(self);
        std::mem::swap(&mut self.tree.cooked, &mut self.scanner.cooked);
        std::mem::swap(&mut self.tree.cooked_ranges, &mut self.scanner.cooked_ranges);
        seen
    }

    /// Notes a key that has just been added to the innermost mapping.
    pub(crate) fn note_key(&mut self, id: u32) {
        let node = &mut self.tree.nodes[id as usize];
        let text = if node.meta & (flag::TEXT | flag::COOKED | flag::KIND) == flag::TEXT {
            let inset = match node.meta >> flag::STYLE_SHIFT & 0b111 {
                style if style == Style::SingleQuoted as u32 || style == Style::DoubleQuoted as u32 => 1,
                _ => 0,
            };
            let text = &self.source.as_bytes()[node.start as usize + inset..node.end as usize - inset];
            node.meta |= flag::head(text);
            text
        } else {
            &[]
        };
        if text == b"<<" {
            self.note_merge_key(id);
        }
        let bit = fingerprint(text);
        let Some(frame) = self.frames.last_mut() else { return };
        frame.suspicious |= text.is_empty() || frame.seen & bit != 0;
        frame.seen |= bit;
        let key = if text.is_empty() { flag::HAS_ODD_KEY } else { flag::key_bit(flag::head(text)) };
        self.tree.nodes[frame.node as usize].meta |= key;
    }

    /// Notes a key that is no scalar of its own.
    pub(crate) fn note_odd_key(&mut self) {
        if let Some(frame) = self.frames.last() {
            self.tree.nodes[frame.node as usize].meta |= flag::HAS_ODD_KEY;
        }
    }

    /// `<<` merges if it is plain, or tagged `!` or `!!merge`.
    fn note_merge_key(&mut self, id: u32) {
        let meta = self.tree.nodes[id as usize].meta;
        let is_plain = meta >> flag::STYLE_SHIFT & 0b111 == Style::Plain as u32;
        let merges = match TagKind::of(meta) {
            TagKind::None => is_plain,
            TagKind::Merge => true,
            TagKind::Other => self.tree.node(NodeId(id)).tag() == Some("!"),
            _ => false,
        };
        if !merges {
            return;
        }
        self.tree.nodes[id as usize].meta |= flag::MERGE_KEY;
        if let Some(frame) = self.frames.last_mut() {
            self.tree.nodes[frame.node as usize].meta |= flag::MERGES;
            frame.suspicious = true;
        }
    }

    /// Looks at the keys of a mapping that is complete.
    pub(super) fn inspect_mapping(&mut self, id: u32) {
        let findings = self.with_tree(|reader| inspect_keys(reader.tree.node(NodeId(id))));
        for (key, value) in findings.shadowed {
            self.tree.nodes[key as usize].meta |= flag::SHADOWED;
            self.tree.nodes[id as usize].meta |= flag::HAS_ODD_KEY;
            // Nobody sees what the value holds.
            self.forget_conversions(value);
        }
        for problem in findings.problems {
            self.report(problem);
        }
    }

    /// Takes back problems of the conversion to JSON inside a value that is never converted.
    fn forget_conversions(&mut self, value: u32) {
        let Range { start, end } = self.tree.node(NodeId(value)).range();
        self.problems.retain(|problem| {
            problem.kind != ProblemKind::NoJsonForm || problem.range.start < start || problem.range.end > end
        });
    }

    pub(super) fn container_as_key(&mut self, start: u32, end: u32) {
        let text = &self.source[start as usize..end as usize];
        if text.starts_with("{") && self.source[..start as usize].ends_with('{') {
            self.report_template(start - 1);
            return;
        }
        let mut problem = problem(ProblemKind::Key, start..end, "a list or a mapping cannot be a key");
        problem.label = "JSON keys are strings".to_owned();
        self.report(problem);
    }

    /// A template's `{{` stands at this place; said once a document.
    pub(super) fn report_template(&mut self, start: u32) {
        self.templates += 1;
        if self.templates > 1 {
            self.refused = true;
            return;
        }
        let rest = &self.source[start as usize..];
        let line = rest.split(['\n', '\r']).next().unwrap_or(rest);
        let end = line.find("}}").map_or(line.trim_end().len(), |at| at + 2);
        let mut problem = problem(
            ProblemKind::Template,
            start..start + end as u32,
            format!("`{}` is template text, not YAML", &rest[..end]),
        );
        problem.label = "kubectl reads this as a mapping that is a key".to_owned();
        problem.help = Some("render the template first, and check what comes out".to_owned());
        self.report(problem);
    }

    /// `.inf` and `.nan` have no JSON form.
    pub(super) fn check_number(&mut self, id: u32) {
        let node = self.tree.nodes[id as usize];
        let text = &self.source.as_bytes()[node.start as usize..node.end as usize];
        if !matches!(text, [b'.', ..] | [b'+' | b'-', b'.', ..]) || text.len() > 5 {
            return;
        }
        let text = &self.source[node.start as usize..node.end as usize];
        if matches!(resolve_plain(text), Scalar::Float(value) if !value.is_finite()) {
            let mut problem = problem(
                ProblemKind::NoJsonForm,
                node.start..node.end,
                format!("`{text}` has no JSON form: kubectl refuses the document"),
            );
            problem.help = Some(format!("quote it if text is meant: \"{text}\""));
            self.report(problem);
        }
    }

    /// Whether a tagged scalar is what its tag says; decodes `!!binary`.
    pub(super) fn check_tag(&mut self, id: u32) {
        let node = self.tree.nodes[id as usize];
        let tag = TagKind::of(node.meta);
        let (text, tag_text) = self.with_tree(|reader| {
            let node = reader.tree.node(NodeId(id));
            (node.content().to_owned(), node.tag().unwrap_or_default().to_owned())
        });
        if tag == TagKind::Binary {
            match decode_base64(&text) {
                Some(bytes) => {
                    let from = self.scanner.cooked.len() as u32;
                    self.scanner.cooked.push_str(&String::from_utf8_lossy(&bytes));
                    self.scanner.cooked_ranges.push((from, self.scanner.cooked.len() as u32));
                    let payload = self.scanner.cooked_ranges.len() as u32 - 1;
                    let node = &mut self.tree.nodes[id as usize];
                    node.payload = payload;
                    node.meta |= flag::COOKED;
                }
                None => self.report(problem(
                    ProblemKind::Tag,
                    node.start..node.end,
                    "the value of `!!binary` is not base64",
                )),
            }
            return;
        }
        let fits = match tag {
            TagKind::Int => matches!(resolve_plain(&text), Scalar::Int(_) | Scalar::UInt(_)),
            TagKind::Float => matches!(resolve_plain(&text), Scalar::Int(_) | Scalar::Float(_)),
            TagKind::Bool => matches!(resolve_plain(&text), Scalar::Bool(_)),
            TagKind::Null => matches!(resolve_plain(&text), Scalar::Null),
            TagKind::Timestamp => is_timestamp(&text),
            _ => true,
        };
        if !fits {
            self.report(problem(
                ProblemKind::Tag,
                node.start..node.end,
                format!("`{text}` cannot be read as `{tag_text}`"),
            ));
        } else if tag == TagKind::Float
            && matches!(resolve_plain(&text), Scalar::Float(value) if !value.is_finite())
        {
            self.report(problem(
                ProblemKind::NoJsonForm,
                node.start..node.end,
                format!("`{text}` has no JSON form: kubectl refuses the document"),
            ));
        }
    }

    /// An alias without a node: `target` is a container that it lies in, if there is one of that name.
    pub(super) fn unusable_alias(&mut self, start: u32, end: u32, target: Option<u32>) {
        let name = &self.source[start as usize + 1..end as usize];
        let problem = match target {
            None => {
                let mut problem = problem(
                    ProblemKind::Alias,
                    start..end,
                    format!("no anchor `&{name}` stands before this alias"),
                );
                problem.help = Some(
                    if name.contains(|c: char| !c.is_ascii_alphanumeric()) || name.is_empty() {
                        format!("to write text that starts with `*`, quote it: \"*{name}\"")
                    } else {
                        format!(
                            "anchors hold within one document; write `&{name}` before the value, or quote \"*{name}\""
                        )
                    },
                );
                problem
            }
            Some(target) => {
                let mut problem = problem(
                    ProblemKind::Alias,
                    start..end,
                    format!("the value of anchor `&{name}` contains itself"),
                );
                let at = self.tree.nodes[target as usize].start;
                problem.related = Some((at..at, format!("`&{name}` is the value that starts here")));
                problem
            }
        };
        self.report(problem);
    }
}

#[derive(Default)]
struct Findings {
    /// Keys that a later one overrides, with their values.
    shadowed: Vec<(u32, u32)>,
    problems: Vec<Problem>,
}

fn inspect_keys(mapping: NodeRef<'_>) -> Findings {
    let mut findings = Findings::default();
    let mut converts = false;
    let mut unusable = false;
    // Keys by their values; in large mappings memory matters, so nothing else is kept.
    let mut keyed: Vec<(u64, NodeId)> = Vec::with_capacity(mapping.raw_entries().count());
    for (key, value) in mapping.raw_entries() {
        if key.is_merge_key() {
            check_merge(key, value, &mut findings.problems);
            continue;
        }
        match key.scalar() {
            Some(Scalar::Null | Scalar::UInt(_)) => unusable = true,
            Some(Scalar::Str(_)) | None => {}
            Some(_) => converts = true,
        }
        keyed.push((hash(&KeyValue::of(key)), key.id()));
    }
    let tree = mapping.tree();
    let same = |left: NodeId, right: NodeId| KeyValue::of(tree.node(left)) == KeyValue::of(tree.node(right));
    let duplicates = equal_pairs(keyed, same);
    for (earlier, later) in duplicates {
        findings.duplicate(tree.node(earlier), tree.node(later));
    }
    if unusable {
        check_usable(mapping, &mut findings);
    }
    if converts {
        check_collisions(mapping, &mut findings);
    }
    findings
}

/// Each key with the next one that is the same, in the order of the first. `keyed` has equal hashes for equal keys.
fn equal_pairs(
    mut keyed: Vec<(u64, NodeId)>,
    same: impl Fn(NodeId, NodeId) -> bool,
) -> Vec<(NodeId, NodeId)> {
    let mut pairs = Vec::new();
    if keyed.len() <= SMALL_MAPPING {
        for (at, &(hash, earlier)) in keyed.iter().enumerate() {
            let later = keyed[at + 1..].iter().find(|later| later.0 == hash && same(earlier, later.1));
            pairs.extend(later.map(|later| (earlier, later.1)));
        }
        return pairs;
    }
    keyed.sort_unstable();
    for (at, &(hash, earlier)) in keyed.iter().enumerate() {
        let later =
            keyed[at + 1..].iter().take_while(|later| later.0 == hash).find(|later| same(earlier, later.1));
        pairs.extend(later.map(|later| (earlier, later.1)));
    }
    pairs.sort_unstable();
    pairs
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Findings {
    fn duplicate(&mut self, earlier: NodeRef<'_>, later: NodeRef<'_>) {
        let value = earlier.tree().after(earlier.id().0);
        self.shadowed.push((earlier.id().0, value));
        if self.problems.len() >= PROBLEM_LIMIT {
            return;
        }
        let (first, second) = (earlier.source(), later.source());
        let message = if first == second {
            format!("duplicate key `{second}`: the last one wins, this value is ignored")
        } else {
            format!(
                "keys `{first}` and `{second}` are the same key: the last one wins, this value is ignored"
            )
        };
        let mut problem = problem(ProblemKind::DuplicateKey, earlier.range(), message);
        problem.label = "ignored".to_owned();
        problem.related = Some((later.range(), "this one wins".to_owned()));
        problem.help = Some("remove one of them; kubectl says nothing and keeps the last".to_owned());
        self.problems.push(problem);
    }

    fn is_shadowed(&self, key: NodeRef<'_>) -> bool {
        self.shadowed.binary_search_by_key(&key.id().0, |&(id, _)| id).is_ok()
    }
}

/// Keys that JSON has no form for.
fn check_usable(mapping: NodeRef<'_>, findings: &mut Findings) {
    for (key, _) in mapping.raw_entries() {
        let message = match key.scalar() {
            Some(Scalar::Null) => "null cannot be a key",
            Some(Scalar::UInt(_)) => "a number this large cannot be a key",
            _ => continue,
        };
        if findings.is_shadowed(key) || findings.problems.len() >= PROBLEM_LIMIT {
            continue;
        }
        let mut problem = problem(ProblemKind::NoJsonForm, key.range(), message);
        problem.help = Some("JSON keys are strings: quote it".to_owned());
        findings.problems.push(problem);
    }
}

/// Keys that are equal only as JSON.
fn check_collisions(mapping: NodeRef<'_>, findings: &mut Findings) {
    let tree = mapping.tree();
    let keys = mapping.raw_entries().map(|(key, _)| key);
    let usable = keys.filter(|key| key.is_scalar() && !key.is_merge_key() && !findings.is_shadowed(*key));
    let keyed: Vec<_> = usable.map(|key| (hash(&key.key()), key.id())).collect();
    let same = |left: NodeId, right: NodeId| {
        let (left, right) = (tree.node(left), tree.node(right));
        left.key() == right.key() && KeyValue::of(left) != KeyValue::of(right)
    };
    for (first, second) in equal_pairs(keyed, same) {
        if findings.problems.len() >= PROBLEM_LIMIT {
            return;
        }
        let (first, second) = (tree.node(first), tree.node(second));
        let text = first.key();
        let mut problem = problem(
            ProblemKind::KeyCollision,
            first.range(),
            format!(
                "keys `{}` and `{}` both become the JSON key \"{text}\": it is chance which value is kept",
                first.source(),
                second.source()
            ),
        );
        problem.related = Some((second.range(), format!("becomes \"{text}\" too")));
        findings.problems.push(problem);
    }
}

fn check_merge(key: NodeRef<'_>, value: NodeRef<'_>, problems: &mut Vec<Problem>) {
    let fits = match value.kind() {
        NodeKind::Mapping => true,
        NodeKind::Sequence => !value.is_alias() && value.items().all(NodeRef::is_mapping),
        NodeKind::Scalar => false,
    };
    if fits {
        return;
    }
    let range = if value.range().is_empty() { key.range() } else { value.range() };
    let mut problem = problem(
        ProblemKind::Merge,
        range,
        "`<<` merges a mapping or a list of mappings, and this is neither",
    );
    problem.help = Some("to use `<<` as an ordinary key, quote it".to_owned());
    problems.push(problem);
}

/// Standard base64 with padding; line breaks between the characters are skipped, as Go does.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().filter(|byte| !matches!(byte, b'\n' | b'\r')).collect();
    if !digits.len().is_multiple_of(4) {
        return None;
    }
    let padding = digits.iter().rev().take_while(|&&byte| byte == b'=').count();
    if padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3);
    let quads = digits.len() / 4;
    for (index, quad) in digits.chunks(4).enumerate() {
        let mut value = 0_u32;
        for (place, &digit) in quad.iter().enumerate() {
            let bits = match digit {
                b'A'..=b'Z' => digit - b'A',
                b'a'..=b'z' => digit - b'a' + 26,
                b'0'..=b'9' => digit - b'0' + 52,
                b'+' => 62,
                b'/' => 63,
                b'=' if index + 1 == quads && place >= 4 - padding => 0,
                _ => return None,
            };
            value = value << 6 | u32::from(bits);
        }
        let kept = if index + 1 == quads { 3 - padding } else { 3 };
        bytes.extend_from_slice(&value.to_be_bytes()[1..=kept]);
    }
    Some(bytes)
}
