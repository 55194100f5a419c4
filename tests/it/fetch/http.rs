//! Downloads that are cut, that lie, that change, that never end.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use super::*;
use crate::support::web::{Reply, Request, Web};

fn http(url: &str, sha256: Option<String>) -> Source {
    Source::Http {
        url: url.to_owned(),
        sha256,
        unpack: true,
        private: true,
        most_bytes: 10 << 20,
        read: Source::all_text(),
    }
}

/// Fetches what a server yields that answers like `answer`; the pin is that of `expected`.
fn from(
    expected: &[u8],
    answer: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> (Web, tempfile::TempDir, Result<Fetched, FetchError>) {
    let web = Web::start(answer);
    let folder = tempfile::tempdir().unwrap();
    let result = fetched(&http(&web.url("x.txt"), Some(sha256(expected))), folder.path());
    (web, folder, result)
}

#[test]
fn what_was_fetched_once_is_there_without_a_network() {
    let whole = bytes(100_000);
    let served = whole.clone();
    let (web, folder, result) = from(&whole, move |request| Reply::ranged(request, &served, "\"a\""));
    let first = result.unwrap();
    assert_eq!(content(&first), whole);
    assert_eq!(web.requests().len(), 1);
    let source = http(&web.url("x.txt"), Some(sha256(&whole)));
    assert_eq!(fetch::known(&folder.path().join("sources"), &source), Some((1, 100_000)));
    drop(web);
    let again = fetched(&source, folder.path()).unwrap();
    assert_eq!((again.state, again.pinned), (first.state, first.pinned));
    // The same from elsewhere is the same.
    let elsewhere = fetched(&http("http://127.0.0.1:1/x.txt", Some(sha256(&whole))), folder.path()).unwrap();
    assert_eq!(elsewhere.pinned, first.pinned);
}

#[test]
fn a_download_that_is_cut_anywhere_goes_on_where_it_was_cut() {
    let whole = bytes(200_000);
    for seed in 0..40 {
        let served = whole.clone();
        let mut dice = crate::support::Dice::new(seed);
        let cuts: Vec<usize> = (0..4).map(|_| dice.below(100_000)).collect();
        let (web, _folder, result) = from(&whole, move |request| {
            let reply = Reply::ranged(request, &served, "\"a\"");
            Reply { cut_after: cuts.get(request.n).copied(), ..reply }
        });
        assert_eq!(content(&result.unwrap()), whole, "seed {seed}");
        assert!(web.sent() <= 240_000, "{} bytes for 200000", web.sent());
        let requests = web.requests();
        for request in requests.iter().filter(|request| request.from().is_some()) {
            assert_eq!(request.header("if-range"), Some("\"a\""));
        }
    }
}

#[test]
fn a_server_that_does_not_know_ranges_is_asked_for_the_whole_again() {
    let whole = bytes(150_000);
    let served = whole.clone();
    let (web, _folder, result) = from(&whole, move |request| {
        let cut_after = (request.n < 2).then_some(70_000);
        Reply { cut_after, ..Reply::new(200, &served[..]).with("ETag", "\"a\"") }
    });
    assert_eq!(content(&result.unwrap()), whole);
    assert_eq!(web.requests().len(), 3);
    // A weak tag promises nothing about bytes, and without any nothing can be gone on with.
    for tag in ["W/\"a\"", ""] {
        let served = whole.clone();
        let (web, _folder, result) = from(&whole, move |request| {
            assert_eq!(request.from(), None);
            let cut_after = (request.n == 0).then_some(70_000);
            Reply { cut_after, ..Reply::new(200, &served[..]).with("ETag", tag) }
        });
        assert_eq!(content(&result.unwrap()), whole);
        assert_eq!(web.requests().len(), 2);
    }
}

#[test]
fn a_file_that_changed_meanwhile_is_fetched_from_the_beginning() {
    let (old, new) = (bytes(120_000), bytes(130_000));
    let (first, second) = (old, new.clone());
    let (_web, _folder, result) = from(&new, move |request| match request.n {
        0 => Reply { cut_after: Some(60_000), ..Reply::ranged(request, &first, "\"old\"") },
        _ => Reply::ranged(request, &second, "\"new\""),
    });
    assert_eq!(content(&result.unwrap()), new);
    // A server that sends a part of another file all the same.
    let (first, second) = (bytes(120_000), new.clone());
    let (_web, _folder, result) = from(&new, move |request| match request.n {
        0 => Reply { cut_after: Some(60_000), ..Reply::ranged(request, &first, "\"old\"") },
        1 => Reply::new(206, &second[60_000..])
            .with("ETag", "\"new\"")
            .with("Content-Range", "bytes 60000-129999/130000"),
        _ => Reply::ranged(request, &second, "\"new\""),
    });
    assert_eq!(content(&result.unwrap()), new);
}

#[test]
fn a_part_that_is_not_the_one_asked_for_is_not_taken() {
    let whole = bytes(100_000);
    let ranges: [(&str, usize); 6] = [
        ("bytes 50001-99999/100000", 50_001),
        ("bytes 0-99999/100000", 0),
        ("bytes 50000-99999/200000", 50_000),
        ("bytes 50000-50009/100000", 50_000),
        ("bytes 99999-50000/100000", 50_000),
        ("", 50_000),
    ];
    for (range, first) in ranges {
        let served = whole.clone();
        let (_web, _folder, result) = from(&whole, move |request| match request.n {
            0 => Reply { cut_after: Some(50_000), ..Reply::ranged(request, &served, "\"a\"") },
            1 if range.is_empty() => Reply::new(206, &served[first..]),
            1 => Reply::new(206, &served[first..]).with("Content-Range", range),
            _ => Reply::ranged(request, &served, "\"a\""),
        });
        assert_eq!(content(&result.unwrap_or_else(|error| panic!("{range}: {error}"))), whole, "{range}");
    }
    // Nobody asked for a part.
    let served = whole.clone();
    let (_web, _folder, result) =
        from(&whole, move |_| Reply::new(206, &served[..10]).with("Content-Range", "bytes 0-9/100000"));
    assert_eq!(exit(&result.unwrap_err()), 6);
    // The rest is not there any more.
    let served = whole.clone();
    let (_web, _folder, result) = from(&whole, move |request| match request.n {
        0 => Reply { cut_after: Some(50_000), ..Reply::ranged(request, &served, "\"a\"") },
        1 => Reply::new(416, "").with("Content-Range", "bytes */20"),
        _ => Reply::ranged(request, &served, "\"a\""),
    });
    assert_eq!(content(&result.unwrap()), whole);
}

#[test]
fn a_busy_server_is_asked_again_and_not_for_ever() {
    let whole = bytes(1000);
    for status in [429, 500, 502, 503, 504, 408] {
        let served = whole.clone();
        let (web, _folder, result) = from(&whole, move |request| match request.n {
            0..3 => Reply::new(status, "later").with("Retry-After", "0"),
            _ => Reply::new(200, &served[..]),
        });
        assert_eq!(content(&result.unwrap()), whole);
        assert_eq!(web.requests().len(), 4);
        let (web, folder, result) = from(&whole, move |_| Reply::new(status, "later").with("Retry-After", "3600"));
        let error = result.unwrap_err();
        assert_eq!((exit(&error), web.requests().len()), (6, 6), "{error}");
        assert!(error.to_string().contains("after 6 attempts"), "{error}");
        assert_eq!(kept(folder.path()).iter().filter(|name| !name.ends_with(".partial")).count(), 0);
    }
}

#[test]
fn a_server_that_says_no_is_believed_at_once() {
    for status in [400, 401, 403, 404, 410, 418, 451] {
        let (web, _folder, result) = from(b"", move |_| Reply::new(status, "no canary-body"));
        let error = result.unwrap_err();
        assert_eq!((exit(&error), web.requests().len()), (6, 1), "{error}");
        assert!(error.to_string().contains(&status.to_string()) && !error.to_string().contains("canary"), "{error}");
    }
}

#[test]
fn a_length_that_lies_is_found_out() {
    let whole = bytes(100_000);
    let served = whole.clone();
    let (web, folder, result) =
        from(&whole, move |_| Reply { says_length: Some(120_000), ..Reply::new(200, &served[..]) });
    assert_eq!(exit(&result.unwrap_err()), 6);
    assert!(web.requests().len() <= 7);
    assert!(kept(folder.path()).iter().all(|name| name.ends_with(".partial")));
    let served = whole.clone();
    let (_web, folder, result) =
        from(&whole, move |_| Reply { says_length: Some(90_000), ..Reply::new(200, &served[..]) });
    assert!(matches!(result.unwrap_err(), FetchError::Mismatch { .. }));
    assert_eq!(kept(folder.path()), Vec::<String>::new());
    // Without a length the end of the connection is the end of the file.
    let served = whole.clone();
    let (_web, _folder, result) = from(&whole, move |_| Reply { says_length: Some(0), ..Reply::new(200, &served[..]) });
    assert_eq!(content(&result.unwrap()), whole);
}

#[test]
fn what_is_not_what_the_pin_says_is_thrown_away() {
    let (_web, folder, result) = from(b"expected", |_| Reply::new(200, "something else"));
    let error = result.unwrap_err();
    assert_eq!(exit(&error), 6);
    let (expected, found) = (sha256(b"expected"), sha256(b"something else"));
    assert!(error.to_string().ends_with(&format!("expected `sha256: {expected}`, found `sha256: {found}`")), "{error}");
    assert_eq!(kept(folder.path()), Vec::<String>::new());
}

#[test]
fn without_a_pin_the_pin_that_was_found_is_told_and_the_data_waits_for_it() {
    let web = Web::start(|_| Reply::new(200, "hello"));
    let folder = tempfile::tempdir().unwrap();
    let unpinned = http(&web.url("x.txt"), None);
    let error = fetched(&unpinned, folder.path()).unwrap_err();
    assert_eq!(exit(&error), 2);
    assert!(error.hint().unwrap().contains(&format!("write `sha256: {}`", sha256(b"hello"))), "{:?}", error.hint());
    let again = fetched(&unpinned, folder.path()).unwrap_err();
    assert!(matches!(again, FetchError::Unpinned { .. }), "{again}");
    let n_requests = web.requests().len();
    let pinned = fetched(&http(&web.url("x.txt"), Some(sha256(b"hello"))), folder.path()).unwrap();
    assert_eq!((content(&pinned), web.requests().len()), (b"hello".to_vec(), n_requests));
}

#[test]
fn more_than_there_may_be_is_not_fetched() {
    let web = Web::start(|request| match request.path.as_str() {
        "/says-so.txt" => Reply { says_length: Some(1 << 40), ..Reply::new(200, "x") },
        _ => Reply { says_length: Some(0), ..Reply::new(200, vec![b'x'; 11 << 20]) },
    });
    let folder = tempfile::tempdir().unwrap();
    for name in ["says-so.txt", "does-not.txt"] {
        let error = fetched(&http(&web.url(name), Some(sha256(b""))), folder.path()).unwrap_err();
        assert!(matches!(error, FetchError::TooMuch { most: 10_485_760, .. }), "{error}");
        assert_eq!(exit(&error), 5);
    }
    assert!(web.sent() < 14 << 20);
    assert_eq!(kept(folder.path()), Vec::<String>::new());
}

#[test]
fn a_server_that_trickles_or_falls_silent_is_left() {
    let began = Instant::now();
    let (web, _folder, result) =
        from(b"x", |_| Reply { trickle: Some(Duration::from_millis(40)), ..Reply::new(200, vec![b'x'; 100_000]) });
    let error = result.unwrap_err();
    assert!(exit(&error) == 6 && error.to_string().contains("bytes in"), "{error}");
    assert_eq!(web.requests().len(), 6);
    let (web, _folder, result) = from(b"x", |_| Reply { is_silent: true, ..Reply::default() });
    assert_eq!(exit(&result.unwrap_err()), 6);
    assert_eq!(web.requests().len(), 6);
    assert!(began.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_download_that_is_stopped_is_gone_on_with_the_next_time() {
    let whole = bytes(300_000);
    let served = whole.clone();
    let is_slow = std::sync::Arc::new(AtomicUsize::new(1));
    let slow = is_slow.clone();
    let web = Web::start(move |request| Reply {
        trickle: (slow.load(Ordering::SeqCst) == 1).then_some(Duration::from_micros(200)),
        ..Reply::ranged(request, &served, "\"a\"")
    });
    let folder = tempfile::tempdir().unwrap();
    let source = http(&web.url("x.txt"), Some(sha256(&whole)));
    let goes_on = &mut |told: Told| told.done == 0;
    let limits = Limits { least_bytes: 0, ..quick() };
    let stopped = fetch::fetch(&source, &folder.path().join("sources"), Some(limits), &mut Watch::new(goes_on));
    assert!(matches!(stopped, Err(FetchError::Stopped)));
    is_slow.store(0, Ordering::SeqCst);
    assert_eq!(content(&fetched(&source, folder.path()).unwrap()), whole);
    let requests = web.requests();
    assert_eq!(requests.len(), 2);
    assert!(requests[1].from().unwrap() > 0);
}

#[test]
fn two_at_once_fetch_once() {
    let whole = bytes(50_000);
    let served = whole.clone();
    let web = Web::start(move |_| Reply { trickle: Some(Duration::from_micros(20)), ..Reply::new(200, &served[..]) });
    let folder = tempfile::tempdir().unwrap();
    let source = http(&web.url("x.txt"), Some(sha256(&whole)));
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..4).map(|_| scope.spawn(|| content(&fetched(&source, folder.path()).unwrap()))).collect();
        assert!(all.into_iter().all(|one| one.join().unwrap() == whole));
    });
    assert_eq!(web.requests().len(), 1);
}

#[test]
fn a_fetched_file_that_was_changed_is_told() {
    let (_web, folder, result) = from(b"hello", |_| Reply::new(200, "hello"));
    let fetched_once = result.unwrap();
    let file = pedigree::data::source::list(&fetched_once.source, Path::new("/")).unwrap().remove(0).path;
    std::fs::write(&file, "hullo").unwrap();
    let error = fetched(&http("http://127.0.0.1:1/x.txt", Some(sha256(b"hello"))), folder.path()).unwrap_err();
    assert_eq!(exit(&error), 3);
    assert!(error.hint().unwrap().starts_with("remove `"), "{error}");
}
