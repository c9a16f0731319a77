//! One host, called with care.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Response, redirect};
use url::Url;

use super::Answer;
use super::guard::{Endpoint, Resolver, refusal};
use crate::action::secret::Secret;
use crate::action::{Fault, SentRequest};

/// What a call may take.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connect: Duration,
    pub total: Duration,
    /// Bytes of an answer.
    pub body: usize,
    /// Before each attempt.
    pub pauses: [Duration; 3],
    /// The longest wait that an answer may ask for; after longer ones the next run tries again.
    pub longest_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            total: Duration::from_secs(30),
            body: 64 * 1024,
            pauses: [0, 1, 5].map(Duration::from_secs),
            longest_wait: Duration::from_secs(10),
        }
    }
}

/// Whether a call may be sent again after it may have arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// It asks, or it says the same thing twice.
    Safe,
    /// Only where it cannot have arrived.
    Never,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Call {
    pub method: Method,
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    /// A header whose value is secret.
    pub secret: Option<(&'static str, Secret, &'static str)>,
    /// With its media type.
    pub body: Option<(&'static str, String)>,
    pub repeat: Repeat,
}

/// Calls one host.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    url: Url,
    limits: Limits,
}

impl Client {
    /// # Errors
    ///
    /// An address that may not be called.
    pub fn new(url: &str, hosts: &[String]) -> Result<Self, Fault> {
        Self::with_limits(url, hosts, Limits::default())
    }

    pub fn with_limits(url: &str, hosts: &[String], limits: Limits) -> Result<Self, Fault> {
        let endpoint = Endpoint::check(url, hosts)?;
        let http = reqwest::Client::builder()
            .user_agent(concat!("assize/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .connect_timeout(limits.connect)
            .timeout(limits.total)
            .dns_resolver(Resolver { is_listed: endpoint.is_listed })
            .build()
            .map_err(|cause| Fault::unreachable(format!("HTTPS cannot be used: {cause}")))?;
        Ok(Self { http, url: endpoint.url, limits })
    }

    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The target's address with more parts, each of which stays one part.
    pub fn below(&self, parts: &[&str]) -> Result<Url, Fault> {
        let mut url = self.url.clone();
        if parts.iter().any(|part| [".", "..", ""].contains(part)) {
            return Err(Fault::forbidden("a name is no part of an address"));
        }
        url.path_segments_mut()
            .map_err(|()| Fault::forbidden("the address has no path"))?
            .pop_if_empty()
            .extend(parts);
        Ok(url)
    }

    /// Sends the call until it is answered, as often as it may be sent.
    pub async fn send(&self, call: &Call) -> Result<Answer, Fault> {
        let mut wait = None;
        let mut last = Fault::unreachable("it was not called");
        for pause in self.limits.pauses {
            tokio::time::sleep(wait.take().unwrap_or(pause).max(pause)).await;
            match self.once(call).await {
                Err(fault @ Fault::Unreachable { .. }) => last = fault,
                Err(fault) => return Err(fault),
                Ok(answer) if answer.is_busy() && call.repeat == Repeat::Safe => {
                    last = answer.fault(call.is_write());
                    wait = answer.retry_after.map(Duration::from_secs);
                    if wait.is_some_and(|wait| wait > self.limits.longest_wait) {
                        return Err(last);
                    }
                }
                Ok(answer) => return Ok(answer),
            }
        }
        Err(last)
    }

    async fn once(&self, call: &Call) -> Result<Answer, Fault> {
        let mut request = self.http.request(call.method.clone(), call.url.clone());
        for (name, value) in &call.headers {
            request = request.header(*name, header(value)?);
        }
        if let Some((name, secret, prefix)) = &call.secret {
            let mut value = header(&format!("{prefix}{}", secret.expose()))?;
            value.set_sensitive(true);
            request = request.header(HeaderName::from_static(name), value);
        }
        if let Some((media_type, body)) = &call.body {
            request = request.header(CONTENT_TYPE, *media_type).body(body.clone());
        }
        let response = request.send().await.map_err(|error| self.fault(call, error))?;
        self.read(call, response).await
    }

    async fn read(&self, call: &Call, mut response: Response) -> Result<Answer, Fault> {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER);
        let retry_after = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let (mut body, mut is_cut) = (Vec::new(), false);
        while let Some(chunk) = response.chunk().await.map_err(|error| self.fault(call, error))? {
            let room = self.limits.body.saturating_sub(body.len());
            body.extend(chunk.iter().take(room));
            is_cut = chunk.len() > room;
            if is_cut {
                break;
            }
        }
        let body = String::from_utf8_lossy(&body).into_owned();
        let body = match &call.secret {
            Some((_, secret, _)) => secret.scrub(&body),
            None => body,
        };
        Ok(Answer { status, body, is_cut, retry_after })
    }

    /// Where there is no answer, a write may have arrived unless there was no connection.
    fn fault(&self, call: &Call, error: reqwest::Error) -> Fault {
        if let Some(refusal) = refusal(&error) {
            return Fault::forbidden(refusal.to_string());
        }
        let host = self.url.host_str().unwrap_or_default();
        let (is_connect, is_timeout) = (error.is_connect(), error.is_timeout());
        let why = match () {
            _ if is_connect && is_timeout => format!("no connection to `{host}` in time"),
            _ if is_connect => format!("no connection to `{host}`: {}", root(&error.without_url())),
            _ if is_timeout => format!("no answer from `{host}` in time"),
            _ => format!("no answer from `{host}`: {}", root(&error.without_url())),
        };
        match call.is_write() && !is_connect {
            true => Fault::Unknown { why },
            false => Fault::unreachable(why),
        }
    }
}

impl Call {
    pub fn get(url: Url) -> Self {
        Self::new(Method::GET, url, Repeat::Safe)
    }

    pub fn new(method: Method, url: Url, repeat: Repeat) -> Self {
        Self { method, url, headers: Vec::new(), secret: None, body: None, repeat }
    }

    pub fn json(self, body: &serde_json::Value) -> Self {
        Self { body: Some(("application/json", body.to_string())), ..self }
    }

    /// A header that begins with `prefix` and ends with a secret.
    pub fn authorize(self, prefix: &'static str, secret: Secret) -> Self {
        Self { secret: Some(("authorization", secret, prefix)), ..self }
    }

    pub fn is_write(&self) -> bool {
        self.method != Method::GET
    }

    /// What was sent, for the log.
    pub fn sent(&self, answer: &Answer) -> SentRequest {
        let mut url = self.url.clone();
        url.set_query(None);
        SentRequest {
            method: self.method.to_string(),
            place: url.to_string(),
            body: self.body.as_ref().map(|(_, body)| body.clone()).unwrap_or_default(),
            answer: Some(answer.status),
        }
    }
}

fn header(value: &str) -> Result<HeaderValue, Fault> {
    HeaderValue::from_str(value).map_err(|_| Fault::Secret {
        why: "a secret or a header contains characters that no header has".to_owned(),
    })
}

/// The first cause.
fn root(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}
