//! Which names and values give away that something is secret.

use crate::graph::{Graph, KindRef};
use crate::parse::kind::Kind;

/// Why a value is taken for a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// Its name says so.
    Name,
    /// It holds a private key.
    PrivateKey,
    /// It has the form of a token that a known service gives out.
    Token(&'static str),
    /// It is an address with a password in it.
    Address,
}

impl Secret {
    /// What is wrong, to stand after what holds it.
    pub fn describe(self) -> String {
        match self {
            Self::Name => "is named like a secret, and its value is in plain text".to_owned(),
            Self::PrivateKey => "holds a private key in plain text".to_owned(),
            Self::Token(what) => format!("{what} in plain text"),
            Self::Address => "holds an address with a password in it".to_owned(),
        }
    }
}

/// Whether a value with this name is a secret in plain text.
pub fn recognise(name: &str, value: &str) -> Option<Secret> {
    recognise_value(value).or_else(|| {
        let is_secret = is_secret_name(name) && is_literal(value) && !is_placeholder(name, value);
        is_secret.then_some(Secret::Name)
    })
}

/// Whether a name is that of the public half of a pair, which is no more than a user's name: `ACCESS_KEY` beside
/// `SECRET_KEY`. `has` says whether a name stands beside it.
pub fn is_public_half(name: &str, has: impl Fn(&str) -> bool) -> bool {
    let pairs = [
        ("ACCESS_KEY", "SECRET_KEY"),
        ("ACCESS_KEY", "SECRET_ACCESS_KEY"),
        ("access_key", "secret_key"),
        ("access-key", "secret-key"),
        ("accessKey", "secretKey"),
        ("AccessKey", "SecretKey"),
    ];
    pairs
        .iter()
        .any(|(public, secret)| name.strip_suffix(public).is_some_and(|stem| has(&format!("{stem}{secret}"))))
}

/// Whether a value is the name of a Secret of the namespace, for a program that reads it by itself.
pub fn names_a_secret(graph: &Graph<'_>, namespace: Option<&str>, value: &str) -> bool {
    graph.find(KindRef::Known(Kind::Secret), namespace, value).next().is_some()
}

/// Length of the shortest value that is a secret whatever its name, in bytes: `a://b:c@d`. Most values are shorter.
const SHORTEST_SECRET: usize = 9;

/// Whether a value is a secret whatever its name.
fn recognise_value(value: &str) -> Option<Secret> {
    if value.len() < SHORTEST_SECRET {
        return None;
    }
    if let Some(at) = memchr::memmem::find(value.as_bytes(), b"-----BEGIN ") {
        let header = value[at + 11..].split("-----").next().unwrap_or_default();
        if header.ends_with("PRIVATE KEY") || header.ends_with("PRIVATE KEY BLOCK") {
            return Some(Secret::PrivateKey);
        }
    }
    if let Some(what) = token(value) {
        return Some(Secret::Token(what));
    }
    (has_password(value) || is_connection_string(value)).then_some(Secret::Address)
}

/// Prefix, least number of letters and digits after it, what it is.
const TOKENS: &[(&str, usize, &str)] = &[
    ("AKIA", 16, "holds an access key of AWS"),
    ("ghp_", 36, "holds a token of GitHub"),
    ("gho_", 36, "holds a token of GitHub"),
    ("ghs_", 36, "holds a token of GitHub"),
    ("github_pat_", 36, "holds a token of GitHub"),
    ("glpat-", 20, "holds a token of GitLab"),
    ("xoxb-", 20, "holds a token of Slack"),
    ("xoxp-", 20, "holds a token of Slack"),
    ("sk_live_", 20, "holds a key of Stripe"),
    ("AIza", 35, "holds a key of Google"),
];

/// Length of the shortest token with its prefix, in bytes.
const SHORTEST_TOKEN: usize = "AKIA".len() + 16;

/// What a token of a known service in a value is.
fn token(value: &str) -> Option<&'static str> {
    let in_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    // Texts consist of short words, so that most of them are told by their lengths.
    let words = value.as_bytes().split(|byte| !in_token(*byte)).filter(|word| word.len() >= SHORTEST_TOKEN);
    words
        .flat_map(|word| TOKENS.iter().filter(move |token| begins_in(word, token)))
        .map(|token| token.2)
        .next()
}

/// Whether a token begins in a word, at its start or after a hyphen or an underscore.
fn begins_in(word: &[u8], (prefix, length, _): &(&str, usize, &str)) -> bool {
    memchr::memmem::find_iter(word, prefix).any(|at| {
        let starts = at == 0 || !word[at - 1].is_ascii_alphanumeric();
        starts && word.len() - at - prefix.len() >= *length
    })
}

/// Whether a value of one line is `scheme://user:password@host`.
fn has_password(value: &str) -> bool {
    let Some(at) = memchr::memmem::find(value.as_bytes(), b"://") else { return false };
    let (scheme, rest) = (&value[..at], &value[at + 3..]);
    if value.contains(char::is_whitespace) || scheme.is_empty() {
        return false;
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, _)) = authority.rsplit_once('@') else { return false };
    user.split_once(':').is_some_and(|(_, password)| is_literal(password))
}

/// Names in the strings by which programs connect, of ADO.NET, of Azure and of libpq, whose values are secrets.
const CONNECTION_SECRETS: &[&str] = &["password", "pwd", "accountkey", "sharedaccesskey"];

/// Whether a value of one line is a list of settings, by semicolons or blanks, with a password among them:
/// `Server=db;User Id=app;Password=hunter2`.
fn is_connection_string(value: &str) -> bool {
    if memchr::memchr_iter(b'=', value.as_bytes()).nth(1).is_none() || value.contains('\n') {
        return false;
    }
    let separator = if value.contains(';') { ';' } else { ' ' };
    let mut settings = value.split(separator).filter_map(|part| part.split_once('='));
    settings.any(|(name, password)| {
        let name = name.trim();
        CONNECTION_SECRETS.iter().any(|secret| name.eq_ignore_ascii_case(secret))
            && is_literal(password)
            && !is_placeholder(name, password)
    })
}

/// Whether a value is meant as it stands: not empty, no variable, template, placeholder, path, switch, or reference to
/// where the secret is kept.
pub(super) fn is_literal(value: &str) -> bool {
    let value = value.trim();
    let is_switch = matches!(
        value.to_ascii_lowercase().as_str(),
        "true" | "false" | "yes" | "no" | "on" | "off" | "0" | "1" | "none" | "null"
    );
    let is_elsewhere = value.starts_with(['/', '.', '~'])
        || value.contains("://")
        || ELSEWHERE.iter().any(|prefix| value.starts_with(prefix));
    let is_open = value.contains(['$', '{', '}', '<', '>', '%'])
        || value.bytes().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'.'));
    !value.is_empty() && !is_switch && !is_elsewhere && !is_open
}

/// How values begin that name the place where a secret is kept, or that are encrypted.
const ELSEWHERE: &[&str] = &[
    "vault:",
    "ref+",
    "file:",
    "env:",
    "secret:",
    "ssm:",
    "arn:",
    "projects/",
    "awssm:",
    "gcpsm:",
    "keyvault:",
    "@Microsoft.KeyVault(",
    "ENC[",
    "ENC(",
];

/// Whether a value is a blank for somebody to fill in: it repeats the name, or says so.
pub(super) fn is_placeholder(name: &str, value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    let says_so = ["insert", "replace", "your_", "your-", "placeholder", "example"];
    (name.len() > 5 && value.contains(&name.to_ascii_lowercase()))
        || says_so.iter().any(|word| value.starts_with(word))
        || is_name_of_secret(name, &value)
}

/// Whether what is called a secret is the name of a Secret, which repeats what it is for: `ssh-key` or `ssh-key-secret` as
/// `SSH_KEY_SECRET`.
fn is_name_of_secret(name: &str, value: &str) -> bool {
    let of_name = words(name);
    let of_value: Vec<&str> = value.split(['-', '.']).filter(|word| *word != "secret").collect();
    of_name.last().is_some_and(|last| last == "secret")
        && !of_value.is_empty()
        && of_value.iter().all(|word| of_name.iter().any(|other| other == word))
}

/// Nouns that mean a secret when a name ends in them.
const NOUNS: &[&str] = &[
    "password",
    "passwd",
    "pwd",
    "pass",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "apitoken",
    "credential",
    "credentials",
    "secretkey",
    "accesskey",
    "privatekey",
    "authtoken",
    "accesstoken",
];

/// Words before a noun that make it a public thing, a switch, or the name of an object.
const NAMES: &[&str] = &[
    "public",
    "no",
    "allow",
    "use",
    "pull",
    "tls",
    "existing",
    "kubernetes",
    "k8s",
    "cert",
    "ingress",
    "csrf",
];

/// Words that make a key a secret when they stand before it.
const KEYS: &[&str] =
    &["api", "access", "private", "secret", "encryption", "signing", "master", "auth", "hmac"];

/// Whether the last words of a name mean a secret: `DB_PASSWORD`, `clientSecret`, `API_KEY`, but not `SECRET_NAME`,
/// `TOKEN_TTL` or `PASSWORD_FILE`.
pub fn is_secret_name(name: &str) -> bool {
    if !may_end_in_secret(name) {
        return false;
    }
    let words = words(name);
    match words.as_slice() {
        [] => false,
        [.., before, last] if last == "key" => {
            let is_of_azure = words.first().is_some_and(|first| first == "azure");
            KEYS.contains(&before.as_str()) || (is_of_azure && before != "public")
        }
        // As Rails has it.
        [.., secret, key, last]
            if (secret.as_str(), key.as_str(), last.as_str()) == ("secret", "key", "base") =>
        {
            true
        }
        // As the command line of Oracle's cloud has it.
        [.., before, key, last] if (key.as_str(), last.as_str()) == ("key", "content") => before != "public",
        // What is public is none, and a pull or TLS secret is the name of an object.
        [.., before, _] if NAMES.contains(&before.as_str()) => false,
        [.., last] => NOUNS.contains(&last.as_str()),
    }
}

/// Whether a name ends like one that [`is_secret_name`] goes by: told without its words, which few names are worth.
fn may_end_in_secret(name: &str) -> bool {
    let stem = name.trim_end_matches(|character: char| !character.is_alphabetic()).as_bytes();
    let ends_in = |ending: &str| {
        stem.len()
            .checked_sub(ending.len())
            .is_some_and(|start| stem[start..].eq_ignore_ascii_case(ending.as_bytes()))
    };
    ends_in("key") || ends_in("content") || ends_in("key_base") || NOUNS.iter().any(|noun| ends_in(noun))
}

/// The words of a name in any style, in lower case, without a number at the end, whether a word of its own or not.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut was_lower = false;
    let mut is_open = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            is_open = false;
            was_lower = false;
            continue;
        }
        if !is_open || (character.is_uppercase() && was_lower) {
            words.push(String::new());
            is_open = true;
        }
        was_lower = character.is_lowercase() || character.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
    }
    let is_number = |word: &String| word.bytes().all(|byte| byte.is_ascii_digit());
    if words.last().is_some_and(is_number) {
        words.pop();
    }
    if let Some(last) = words.last_mut() {
        last.truncate(last.trim_end_matches(|character: char| character.is_ascii_digit()).len());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_of_a_name_decide() {
        for name in [
            "DB_PASSWORD",
            "clientSecret",
            "API_KEY",
            "aws.secretAccessKey",
            "GITHUB_TOKEN",
            "MYSQL_PASS",
            "AZURE_BATCH_KEY",
            "OCI_CLI_KEY_CONTENT",
            "TOKEN_2",
            "DB_PASSWORD2",
            "SECRET_KEY_BASE",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
        for name in [
            "SECRET_NAME",
            "TOKEN_TTL",
            "PASSWORD_FILE",
            "KEY",
            "PUBLIC_KEY",
            "PUBLIC_KEY_CONTENT",
            "BYPASS",
            "PRIMARY_KEY",
            "imagePullSecret",
            "tlsSecret",
            "",
        ] {
            assert!(!is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn a_value_must_be_meant_as_it_stands() {
        assert_eq!(recognise("DB_PASSWORD", "hunter2"), Some(Secret::Name));
        for value in [
            "",
            "$(OTHER)",
            "/run/secrets/db",
            "vault:secret/db#password",
            "arn:aws:ssm:x",
            "true",
            "<change me>",
            "****",
        ] {
            assert_eq!(recognise("DB_PASSWORD", value), None, "{value}");
        }
    }

    #[test]
    fn a_secret_may_be_the_name_of_one() {
        for (name, value) in
            [("SSH_KEY_SECRET", "ssh-key"), ("GIT_SECRET", "git-secret"), ("kubeconfigSecret", "kubeconfig")]
        {
            assert_eq!(recognise(name, value), None, "{name}");
        }
        for (name, value) in
            [("GIT_SECRET", "secret"), ("GIT_SECRET", "hunter2-git"), ("SSH_PASSWORD", "ssh-password")]
        {
            assert_eq!(recognise(name, value), Some(Secret::Name), "{name}");
        }
    }

    #[test]
    fn some_values_are_secrets_whatever_their_name() {
        assert_eq!(recognise("cfg", "-----BEGIN RSA PRIVATE KEY-----\nMII"), Some(Secret::PrivateKey));
        assert_eq!(recognise("cfg", "-----BEGIN CERTIFICATE-----\nMII"), None);
        assert_eq!(recognise("url", "postgres://app:hunter2@db/app"), Some(Secret::Address));
        assert_eq!(recognise("url", "postgres://app:$(PASSWORD)@db/app"), None);
        assert_eq!(recognise("url", "postgres://db:5432/app"), None);
        for value in [
            "Server=db;User Id=app;Password=hunter2;",
            "DefaultEndpointsProtocol=https;AccountName=app;AccountKey=c2VjcmV0",
            "host=db user=app password=hunter2",
        ] {
            assert_eq!(recognise("db", value), Some(Secret::Address), "{value}");
        }
        for value in [
            "Server=db;Integrated Security=true",
            "Server=db;User Id=app;Password=$(PASSWORD)",
            "host=db user=app password=",
            "-Xmx1g -Dstore.password=changeit -Dx=y",
        ] {
            assert_eq!(recognise("db", value), None, "{value}");
        }
        assert!(matches!(recognise("id", "AKIAIOSFODNN7EXAMPLE"), Some(Secret::Token(_))));
    }
}
