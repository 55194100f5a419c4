//! Addresses that lead where nothing is fetched from, directly or by a redirect.

use super::*;
use crate::support::web::{Reply, Web};

fn http(url: &str, private: bool) -> Source {
    let (sha256, read) = (Some(sha256(b"hello")), Source::all_text());
    Source::Http { url: url.to_owned(), sha256, unpack: true, private, most_bytes: 1000, read }
}

#[test]
fn nobody_is_asked_who_may_not_be_asked() {
    let web = Web::start(|_| Reply::new(200, "hello"));
    let folder = tempfile::tempdir().unwrap();
    let hosts = ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "127.0.0.1.", "0"];
    for host in hosts {
        for scheme in ["http", "https"] {
            let url = format!("{scheme}://{host}:{}/x.txt", web.port);
            let error = fetched(&http(&url, false), folder.path()).unwrap_err();
            assert!(matches!(error, FetchError::Refused { .. }), "{url}: {error}");
            assert_eq!(exit(&error), 2);
        }
    }
    assert_eq!(web.connections(), 0);
    assert_eq!(kept(folder.path()), Vec::<String>::new());
    assert_eq!(content(&fetched(&http(&web.url("x.txt"), true), folder.path()).unwrap()), b"hello");
}

#[test]
fn redirects_are_followed_five_times_and_vetted_each_time() {
    let web = Web::start(|request| match request.path.trim_start_matches('/').split_once('/') {
        Some(("hop", "0")) => Reply::new(200, "hello"),
        Some(("hop", n)) => Reply::to(format!("/hop/{}", n.parse::<u32>().unwrap() - 1)),
        _ => Reply::to("/loop"),
    });
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(content(&fetched(&http(&web.url("hop/5"), true), folder.path()).unwrap()), b"hello");
    let folder = tempfile::tempdir().unwrap();
    for path in ["hop/6", "loop"] {
        let before = web.requests().len();
        let error = fetched(&http(&web.url(path), true), folder.path()).unwrap_err();
        assert!(error.to_string().ends_with("more than 5 redirects"), "{error}");
        assert_eq!((exit(&error), web.requests().len() - before), (6, 6));
    }
}

#[test]
fn a_redirect_leads_nowhere_that_an_address_may_not_lead() {
    let targets = [
        "http://169.254.169.254/latest/meta-data/iam/security-credentials/",
        "http://[::ffff:169.254.169.254]/x",
        "http://[fe80::1]/x",
        "http://0.0.0.0/x",
        "http://2852039166/x",
        "http://8.8.8.8/x",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "gopher://127.0.0.1/x",
        "data:text/plain,hello",
        "http://user:canary@127.0.0.1/x",
    ];
    for target in targets {
        let web = Web::start(move |_| Reply::to(target));
        let folder = tempfile::tempdir().unwrap();
        let error = fetched(&http(&web.url("x.txt"), true), folder.path()).unwrap_err();
        assert!(matches!(error, FetchError::Refused { .. }), "{target}: {error}");
        assert!(!error.to_string().contains("canary"), "{error}");
        assert_eq!(web.requests().len(), 1, "{target}");
    }
    let web = Web::start(|_| Reply::new(302, ""));
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(exit(&fetched(&http(&web.url("x.txt"), true), folder.path()).unwrap_err()), 6);
}

#[test]
fn a_server_without_a_certificate_is_not_believed_and_a_closed_port_is_told() {
    let web = Web::start(|_| Reply::new(200, "hello"));
    let folder = tempfile::tempdir().unwrap();
    let url = format!("https://127.0.0.1:{}/x.txt?signature=canary", web.port);
    for url in [url.as_str(), "http://127.0.0.1:1/x.txt?signature=canary", "http://no-such-host.invalid/x.txt?canary"] {
        let error = fetched(&http(url, true), folder.path()).unwrap_err();
        assert_eq!(exit(&error), 6, "{error}");
        assert!(!format!("{error} {:?}", error.hint()).contains("canary"), "{error}");
    }
}
