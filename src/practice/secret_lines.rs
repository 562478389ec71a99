//! Secrets among the settings of a file that a ConfigMap holds.

use crate::practice::secrecy::{is_literal, is_placeholder, is_secret_name};

/// How the names of files end that consist of settings, one a line. What is a program may only speak of passwords.
const SETTINGS: &[&str] =
    &[".cfg", ".cnf", ".conf", ".config", ".env", ".ini", ".json", ".properties", ".toml", ".yaml", ".yml"];

/// Last words of names whose values are secrets in a file. Others, such as `token`, are words of many a format.
const LAST_WORDS: &[&str] = &["password", "passwd", "passphrase", "secretaccesskey", "apikey"];

/// Values of files that describe settings, and do not make them.
const DESCRIPTIONS: &[&str] = &["string", "str", "text", "required", "optional", "header"];

/// The name of the first setting of a file that is a secret in plain text.
pub fn secret_setting<'t>(file: &str, text: &'t str) -> Option<&'t str> {
    let name = file.to_ascii_lowercase();
    // Texts for people, by convention.
    let is_for_people = ["messages", "schema", "openapi", "swagger"].iter().any(|word| name.contains(word));
    if !text.contains('\n') || is_for_people || !SETTINGS.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    text.lines().find_map(secret_of_line)
}

fn secret_of_line(line: &str) -> Option<&str> {
    let at = memchr::memchr2(b'=', b':', line.as_bytes())?;
    // Nearly every line is done with here.
    if !LAST_WORDS.iter().any(|word| ends_in(&line[..at], word)) {
        return None;
    }
    let (name, value) = (bare(&line[..at]), bare(&line[at + 1..]));
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'));
    let is_secret = is_name
        && is_secret_name(name)
        && is_literal(value)
        && !is_placeholder(name, value)
        && !DESCRIPTIONS.contains(&value)
        && !value.contains(|character: char| {
            character.is_whitespace()
                || matches!(character, '*' | '(' | ')' | '[' | ']' | '|' | '&' | '!' | '"' | '\'')
        });
    is_secret.then_some(name)
}

/// Whether the letters and digits of a name end in a word, whatever stands between them.
fn ends_in(name: &str, word: &str) -> bool {
    let mut letters = name.bytes().rev().filter(u8::is_ascii_alphanumeric);
    word.bytes().rev().all(|byte| letters.next().is_some_and(|letter| letter.eq_ignore_ascii_case(&byte)))
}

/// A name or value without quotes, and without what stands about it in JSON and YAML.
fn bare(text: &str) -> &str {
    let text = text.trim().trim_end_matches(',').trim_start_matches("- ").trim_start_matches("export ");
    let text = text.split(" #").next().unwrap_or(text).trim();
    let unquoted = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    unquoted('"').or_else(|| unquoted('\'')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_found_in_any_format() {
        for (file, text, name) in [
            ("app.properties", "a=b\nspring.datasource.password=hunter2\n", "spring.datasource.password"),
            ("app.yaml", "db:\n  password: \"hunter2\" # of the app\n", "password"),
            ("app.json", "{\n  \"dbPassword\": \"hunter2\",\n}\n", "dbPassword"),
            (".env", "export API_KEY=0123abcd\nA=b\n", "API_KEY"),
        ] {
            assert_eq!(secret_setting(file, text), Some(name), "{file}");
        }
    }

    #[test]
    fn what_only_speaks_of_secrets_is_none() {
        for (file, text) in [
            ("app.properties", "password=${DB_PASSWORD}\npassword=\npassword_file=/run/db\n"),
            ("app.yaml", "password:\n  type: string\n# password: hunter2\npasswordPolicy: strict\n"),
            ("app.yaml", "password: *shared\nsecretName: web\ntoken: a\npassword: {{ .Values.password }}\n"),
            ("run.sh", "PASSWORD=hunter2\necho\n"),
            ("messages_de.properties", "password=Passwort\na=b\n"),
            ("app.yaml", "password: password\npassword: <password>\npassword: string\n"),
            ("app.conf", "password = get_password(user)\npassword = 'two words'\n"),
            ("app.yaml", "password: hunter2"),
        ] {
            assert_eq!(secret_setting(file, text), None, "{file}: {text}");
        }
    }
}
