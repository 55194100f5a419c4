//! One request, with its redirects: each address is vetted before it is asked, and again after the connection stands.

use std::future::Future;
use std::sync::Arc;

use reqwest::header::{HeaderMap, HeaderValue, LOCATION};
use url::Url;

use crate::fetch::address::{Lookup, NotAllowed, Policy, Vetted, system_lookup};
use crate::fetch::error::{FetchError, bare, causes};
use crate::fetch::limits::Limits;
use crate::fetch::watch::Watch;

/// The most redirects that are followed.
const MOST_REDIRECTS: u32 = 5;

/// A name and a value that go into a request.
pub type Header = (reqwest::header::HeaderName, HeaderValue);

/// What is asked.
pub enum Method {
    /// For what lies there.
    Get,
    /// For the answer to a body.
    Post(Vec<u8>),
}

/// A client that follows the policy.
pub struct Client {
    inner: reqwest::Client,
    policy: Policy,
}

impl Client {
    /// Returns a client that asks the system for the addresses of names.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn new(policy: Policy, limits: &Limits) -> Result<Self, FetchError> {
        Self::with_lookup(policy, limits, system_lookup())
    }

    /// Returns a client that asks `lookup` for the addresses of names.
    ///
    /// # Errors
    /// When the system's certificates cannot be read.
    pub fn with_lookup(policy: Policy, limits: &Limits, lookup: Lookup) -> Result<Self, FetchError> {
        let inner = builder(policy, limits, lookup).redirect(reqwest::redirect::Policy::none()).build();
        Ok(Self { inner: inner.map_err(|error| no_client(&error))?, policy })
    }

    /// Returns the answer of the last address; `headers` go to the first host alone.
    ///
    /// # Errors
    /// When an address is refused or cannot be reached, when redirects do not end, and when the watch says stop.
    pub async fn send(
        &self,
        url: &Url,
        method: &Method,
        plain: &HeaderMap,
        headers: &[Header],
        watch: &mut Watch<'_>,
    ) -> Result<reqwest::Response, FetchError> {
        let mut at = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            self.policy.vet(&at)?;
            let mut request = match method {
                Method::Get => self.inner.get(at.clone()),
                Method::Post(body) => self.inner.post(at.clone()).body(body.clone()),
            };
            request = request.headers(plain.clone());
            if at.origin() == url.origin() {
                request = headers.iter().fold(request, |request, (name, value)| request.header(name, value));
            }
            let answer = watch.during(request.send()).await?;
            let answer = answer.map_err(|error| unreachable(&at, error))?;
            self.vet_peer(&at, &answer)?;
            if !answer.status().is_redirection() {
                return Ok(answer);
            }
            at = target(&at, &answer)?;
        }
        let why = format!("more than {MOST_REDIRECTS} redirects");
        Err(FetchError::Remote { address: bare(url), why, hint: None })
    }

    /// Whoever answers has to be somebody who may be asked.
    fn vet_peer(&self, at: &Url, answer: &reqwest::Response) -> Result<(), FetchError> {
        let Some(peer) = answer.remote_addr() else { return Ok(()) };
        match self.policy.forbids(peer.ip(), at.scheme() == "http") {
            Some((why, is_private)) => Err(FetchError::Refused { address: bare(at), why: why.to_owned(), is_private }),
            None => Ok(()),
        }
    }
}

/// Returns the builder of a client: no proxy of the environment, no `Referer`, names resolved by us.
pub fn builder(policy: Policy, limits: &Limits, lookup: Lookup) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .referer(false)
        .connect_timeout(limits.connect)
        .read_timeout(limits.silence)
        .user_agent(concat!("pedigree/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(Arc::new(Vetted { policy, lookup }))
}

/// Returns the error that no client can be made.
pub fn no_client(error: &reqwest::Error) -> FetchError {
    FetchError::Remote { address: "https".to_owned(), why: causes(error), hint: None }
}

fn target(at: &Url, answer: &reqwest::Response) -> Result<Url, FetchError> {
    let location = answer.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    location.and_then(|location| at.join(location).ok()).ok_or_else(|| FetchError::Remote {
        address: bare(at),
        why: "a redirect that leads nowhere".to_owned(),
        hint: None,
    })
}

fn unreachable(at: &Url, error: reqwest::Error) -> FetchError {
    let error = error.without_url();
    let mut causes_of = std::iter::successors(std::error::Error::source(&error), |error| error.source());
    let not_allowed = causes_of.find_map(|cause| cause.downcast_ref::<NotAllowed>());
    match not_allowed {
        Some(NotAllowed { why, is_private }) => {
            FetchError::Refused { address: bare(at), why: (*why).to_owned(), is_private: *is_private }
        }
        None => FetchError::Unreachable { address: bare(at), why: causes(&error) },
    }
}

/// Runs a future to its end; what the system still looks up then is left alone.
///
/// # Errors
/// Those of the future, and when no thread can be started.
pub fn block_on<T>(future: impl Future<Output = Result<T, FetchError>>) -> Result<T, FetchError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(FetchError::io("start a thread in", "."))?;
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    output
}
