//! What kplan says of its checks, and Kubernetes of its fields.

use crate::diagnostic::Severity;
use crate::render::Rule;

/// Columns that text is wrapped at.
const WIDTH: usize = 100;

/// A kind or a field, with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldPage {
    /// `Deployment.spec.strategy`.
    pub title: String,
    /// What is known of it in a word or two each: `("type", "DeploymentStrategy")`.
    pub facts: Vec<(&'static str, String)>,
    /// What Kubernetes says of it.
    pub text: String,
    /// What it is made of.
    pub children: Vec<Child>,
}

/// A field of what is explained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// Its name.
    pub name: String,
    /// Its type, in words.
    pub shape: String,
    /// Whether it must be there.
    pub required: bool,
    /// What Kubernetes says of it; only the first sentence is shown.
    pub text: String,
}

/// The page of a field.
pub fn field_page(page: &FieldPage) -> String {
    let mut out = format!("{}\n\n", page.title);
    let width = page.facts.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    for (name, fact) in &page.facts {
        out.push_str(&format!("  {name:width$}  {fact}\n"));
    }
    if !page.text.is_empty() {
        out.push('\n');
        page.text.lines().for_each(|line| out.push_str(&wrapped(line, 0)));
    }
    if !page.children.is_empty() {
        out.push_str("\nFields:\n");
    }
    let name_width = page.children.iter().map(|child| child.name.len() + usize::from(child.required)).max();
    let name_width = name_width.unwrap_or(0);
    let shape_width = page.children.iter().map(|child| child.shape.len()).max().unwrap_or(0);
    for child in &page.children {
        let name = format!("{}{}", child.name, if child.required { "!" } else { "" });
        let row = format!("  {name:name_width$}  {:shape_width$}  ", child.shape);
        let text = first_sentence(&child.text);
        let room = WIDTH.saturating_sub(row.chars().count()).max(30);
        out.push_str(format!("{row}{}", cut(text, room)).trim_end());
        out.push('\n');
    }
    if page.children.iter().any(|child| child.required) {
        out.push_str("\n`!`: must be there\n");
    }
    out
}

/// All checks as a table, in their order: id, group, level, one line.
pub fn check_list(rules: &[Rule<'_>]) -> String {
    let width = |of: fn(&Rule<'_>) -> usize| rules.iter().map(of).max().unwrap_or(0);
    let (id_width, group_width) = (width(|rule| rule.id.len()), width(|rule| rule.group.len()));
    let rows = rules.iter().map(|rule| {
        let level = level_word(rule.severity);
        format!("{:id_width$}  {:group_width$}  {level:7}  {}\n", rule.id, rule.group, rule.summary)
    });
    rows.collect()
}

/// The page of a check as it is, with a line that says what it is.
pub fn check_page(rule: &Rule<'_>) -> String {
    let level = level_word(rule.severity);
    let (title, rest) = rule.page.split_once('\n').unwrap_or((rule.page, ""));
    format!("{title}\n\n{}: {}. Group `{}`, level `{level}`.\n{rest}", rule.id, rule.summary, rule.group)
}

/// `docs/checks.md`: a table of all checks, and their pages.
pub fn check_manual(rules: &[Rule<'_>]) -> String {
    let mut out = String::from(
        "# The checks\n\n\
         This file is made of the pages beside the checks, `src/check/*.md`; `kplan explain CHECK` prints one of them.\n\
         An error is what the API server would reject, or what cannot work; a warning will be accepted and will probably \
         hurt; a note is advice, off unless it is selected.\n\n\
         | check | group | level | |\n|---|---|---|---|\n",
    );
    for rule in rules {
        let level = level_word(rule.severity);
        out.push_str(&format!(
            "| [{id}](#{id}) | {} | {level} | {} |\n",
            rule.group,
            rule.summary,
            id = rule.id
        ));
    }
    for rule in rules {
        out.push('\n');
        let mut is_in_fence = false;
        for line in rule.page.lines() {
            is_in_fence ^= line.starts_with("```");
            // One level down: each page is a chapter.
            let sign = if !is_in_fence && line.starts_with('#') { "#" } else { "" };
            out.push_str(&format!("{sign}{line}\n"));
        }
    }
    out
}

fn level_word(severity: Severity) -> &'static str {
    severity.as_str()
}

fn first_sentence(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    line.find(". ").map_or(line, |end| &line[..=end])
}

fn cut(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let kept: String = text.chars().take(room.saturating_sub(3)).collect();
    let whole = kept.rsplit_once(' ').map_or(kept.as_str(), |(words, _)| words);
    format!("{whole} ...")
}

/// One paragraph in lines of at most [`WIDTH`] columns.
fn wrapped(paragraph: &str, indent: usize) -> String {
    let mut out = String::new();
    let mut line = " ".repeat(indent);
    for word in paragraph.split_whitespace() {
        let is_empty = line.trim().is_empty();
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(&line);
            out.push('\n');
            line = " ".repeat(indent);
        } else if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
    }
    out.push_str(line.trim_end());
    out.push('\n');
    out
}
