//! Which names stand for a secret: of keys, variables, options, properties. Pure.

/// What a name with a secret has in it, without what separates its words.
const PARTS: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "privatekey",
    "credential",
    "clientkey",
    "jaas",
    "requirepass",
    "masterauth",
];

/// What is a secret only where it is the whole name, or its last word.
const WORDS: [&str; 4] = ["auth", "authorization", "pwd", "pass"];

/// What ends a name that only leads to a secret, or tells of one.
const HARMLESS: [&str; 16] = [
    "name",
    "names",
    "ref",
    "file",
    "path",
    "namespace",
    "mode",
    "type",
    "count",
    "ttl",
    "seconds",
    "policy",
    "kind",
    "version",
    "mechanism",
    "store",
];

/// Whether what is kept under a name is a secret.
pub fn is_sensitive(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric();
    let last = name.rsplit(|c| !is_word(c)).next().unwrap_or_default().to_ascii_lowercase();
    let joined: String = name.chars().filter(|c| is_word(*c)).collect::<String>().to_ascii_lowercase();
    if HARMLESS.iter().any(|end| joined.ends_with(end)) {
        return false;
    }
    PARTS.iter().any(|part| joined.contains(part)) || WORDS.contains(&last.as_str()) || WORDS.contains(&joined.as_str())
}

/// Whether the word after this one of a command line is a secret. `-a` is Redis' and those of many others.
pub fn is_sensitive_option(word: &str) -> bool {
    word == "-a" || word.starts_with('-') && !word.contains(['=', ':', ' ']) && is_sensitive(word)
}

#[cfg(test)]
mod tests {
    use super::is_sensitive;

    #[test]
    fn names_of_secrets_are_told_from_names_of_where_they_are() {
        for name in
            ["KAFKA_PASSWORD", "redis_password", "client-key-data", "IBMCLOUD_API_KEY", "apikey", "db.pwd", "auth"]
        {
            assert!(is_sensitive(name), "{name}");
        }
        for name in ["secretName", "tokenFile", "KAFKA_BROKERS", "secretKeyRef", "author", "restartPolicy", "passing"] {
            assert!(!is_sensitive(name), "{name}");
        }
    }
}
