//! Keys of known forms, as their issuers document them.

use std::ops::Range;

use super::entropy;

/// A key that is known by how it begins.
pub(super) struct Token {
    /// How it begins, upper and lower case told apart.
    pub prefix: &'static str,
    /// How many characters follow at least.
    least: usize,
    /// And at most.
    most: usize,
    /// Which.
    letters: Letters,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    /// Upper-case letters and digits.
    Upper,
    /// Letters and digits.
    Alphanumeric,
    /// Those, `-` and `_`.
    Url,
    /// Those and `.`.
    Dotted,
    /// Those of addresses: letters, digits and `/`.
    Path,
    /// Base64: letters, digits, `+`, `/` and `=`.
    Base64,
}

const fn token(prefix: &'static str, least: usize, most: usize, letters: Letters) -> Token {
    Token { prefix, least, most, letters }
}

/// Far more than any key has.
const ANY: usize = 4096;

pub(super) const TOKENS: [Token; 49] = [
    token("AKIA", 16, 16, Letters::Upper), // AWS
    token("ASIA", 16, 16, Letters::Upper),
    token("ABIA", 16, 16, Letters::Upper),
    token("ACCA", 16, 16, Letters::Upper),
    token("ghp_", 36, ANY, Letters::Alphanumeric), // GitHub
    token("gho_", 36, ANY, Letters::Alphanumeric),
    token("ghu_", 36, ANY, Letters::Alphanumeric),
    token("ghs_", 36, ANY, Letters::Alphanumeric),
    token("ghr_", 36, ANY, Letters::Alphanumeric),
    token("github_pat_", 40, ANY, Letters::Url),
    token("glpat-", 20, ANY, Letters::Url), // GitLab
    token("glsa_", 32, ANY, Letters::Url),  // Grafana
    token("xoxb-", 20, ANY, Letters::Url),  // Slack
    token("xoxp-", 20, ANY, Letters::Url),
    token("xoxa-", 20, ANY, Letters::Url),
    token("xoxr-", 20, ANY, Letters::Url),
    token("xoxs-", 20, ANY, Letters::Url),
    token("xoxe-", 20, ANY, Letters::Url),
    token("xapp-", 20, ANY, Letters::Url),
    token("hooks.slack.com/services/", 30, ANY, Letters::Path),
    token("sk-ant-", 24, ANY, Letters::Url),  // Anthropic
    token("sk-proj-", 24, ANY, Letters::Url), // OpenAI
    token("sk-", 32, ANY, Letters::Url),
    token("sk_live_", 16, ANY, Letters::Alphanumeric), // Stripe
    token("sk_test_", 16, ANY, Letters::Alphanumeric),
    token("rk_live_", 16, ANY, Letters::Alphanumeric),
    token("rk_test_", 16, ANY, Letters::Alphanumeric),
    token("whsec_", 24, ANY, Letters::Base64),
    token("AIza", 35, 35, Letters::Url), // Google
    token("ya29.", 20, ANY, Letters::Dotted),
    token("GOCSPX-", 28, 28, Letters::Url),
    token("npm_", 36, 36, Letters::Alphanumeric),
    token("pypi-AgE", 50, ANY, Letters::Url),
    token("hf_", 30, 40, Letters::Alphanumeric),     // Hugging Face
    token("SG.", 40, ANY, Letters::Dotted),          // SendGrid
    token("dop_v1_", 64, 64, Letters::Alphanumeric), // DigitalOcean
    token("shpat_", 32, 32, Letters::Alphanumeric),  // Shopify
    token("gsk_", 40, ANY, Letters::Alphanumeric),   // Groq
    token("xai-", 40, ANY, Letters::Url),
    token("r8_", 37, 37, Letters::Alphanumeric),  // Replicate
    token("LTAI", 12, 24, Letters::Alphanumeric), // Alibaba Cloud
    token("AKID", 28, 40, Letters::Alphanumeric), // Tencent Cloud
    token("dckr_pat_", 20, ANY, Letters::Url),    // Docker
    token("ATATT3", 100, ANY, Letters::Base64),   // Atlassian
    token("tvly-", 24, ANY, Letters::Url),
    token("AccountKey=", 40, ANY, Letters::Base64),    // Azure storage
    token("sq0csp-", 40, ANY, Letters::Url),           // Square
    token("lin_api_", 32, ANY, Letters::Alphanumeric), // Linear
    token("eyJ", 30, 16_384, Letters::Dotted),         // JSON Web Tokens, RFC 7519
];

impl Letters {
    fn has(self, byte: u8) -> bool {
        match self {
            Self::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Dotted => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'),
            Self::Path => byte.is_ascii_alphanumeric() || byte == b'/',
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-'),
        }
    }
}

/// Returns the key that begins at `start`, where it is one.
pub(super) fn at(bytes: &[u8], start: usize, token: &Token) -> Option<Range<usize>> {
    let Token { prefix, least, most, letters } = token;
    let body = start + prefix.len();
    // What stands in the middle of a longer word is none, and is not read again and again.
    let is_inner = start > 0
        && (bytes[start - 1].is_ascii_alphanumeric()
            || bytes[start - 1] == b'_'
            || (letters.has(bytes[start - 1]) && !matches!(letters, Letters::Path | Letters::Base64)));
    if &bytes[start..body] != prefix.as_bytes() || is_inner {
        return None;
    }
    let length = bytes[body..].iter().take(most + 1).take_while(|byte| letters.has(**byte)).count();
    let length = length - bytes[body..body + length].iter().rev().take_while(|byte| **byte == b'.').count();
    let token = &bytes[start..body + length];
    let has_digit = bytes[body..body + length].iter().any(u8::is_ascii_digit);
    let is_right = (*least..=*most).contains(&length) && has_digit && entropy(&bytes[body..body + length]) > 2.5;
    let is_json = *prefix != "eyJ" || is_json_web_token(token);
    let place = if *prefix == "AccountKey=" { body..body + length } else { start..body + length };
    (is_right && is_json).then_some(place)
}

/// Three parts in base64, of which the first two begin as JSON does.
fn is_json_web_token(token: &[u8]) -> bool {
    let parts: Vec<&[u8]> = token.split(|byte| *byte == b'.').collect();
    matches!(parts[..], [header, claims, signature] if header.len() >= 10 && claims.starts_with(b"eyJ") && signature.len() >= 10)
}

/// Returns a private key in PEM, RFC 7468: all of it, or what there is of it.
pub(super) fn private_key(text: &str, start: usize) -> Option<Range<usize>> {
    const LONGEST_LABEL: usize = 40;
    let bytes = text.as_bytes();
    let label = start + "-----BEGIN ".len();
    let is_label = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b' ';
    let end = label + bytes[label..].iter().take(LONGEST_LABEL).take_while(|byte| is_label(byte)).count();
    if !text[label..end].ends_with("PRIVATE KEY") || !text[end..].starts_with("-----") {
        return None;
    }
    let body = end + "-----".len();
    let is_body = |byte: &u8| {
        byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'+' | b'/' | b'=' | b'\n' | b'\r' | b' ' | b'\t' | b'\\' | b':' | b',' | b'-' | b'"' | b'\''
            )
    };
    let rest = &bytes[body..];
    let close = memchr::memmem::find(rest, b"-----").filter(|close| rest[..*close].iter().all(is_body));
    let key_end = match close {
        Some(close) if rest[close..].starts_with(b"-----END ") => {
            let label = body + close + "-----END ".len();
            let length = bytes[label..].iter().take(LONGEST_LABEL).take_while(|byte| is_label(byte)).count();
            let dashes = bytes[label + length..].iter().take(5).take_while(|byte| **byte == b'-').count();
            label + length + dashes
        }
        Some(_) | None => {
            body + rest.iter().take_while(|byte| is_body(byte) && !matches!(byte, b' ' | b'-' | b':')).count()
        }
    };
    Some(start..text[..key_end].trim_end().len().max(body))
}
