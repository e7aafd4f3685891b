//! Who comes in. The site speaks to the learner's own browser and to nobody else: not to a page of another site that sends forms here
//! or gives its own name to our address (DNS rebinding), and to no other user of the computer.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, COOKIE, HOST, LOCATION, ORIGIN, REFERRER_POLICY, SET_COOKIE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::site::Shared;

/// The largest form that is read, in bytes: a memo of a few hundred words, a plan.
pub(crate) const LARGEST: usize = 256 << 10;

/// What a page may load: what this server gives, and nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Lets a request in, or not; and holds every answer to the policy.
pub(crate) async fn guard(State(site): State<Shared>, request: Request, next: Next) -> Response {
    let mut response = match admitted(&site, &request) {
        Admitted::In => next.run(request).await,
        Admitted::First(cookie) => {
            let mut response = StatusCode::SEE_OTHER.into_response();
            for (name, value) in [(SET_COOKIE, cookie), (LOCATION, site.settings.base.clone())] {
                if let Ok(value) = HeaderValue::from_str(&value) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
        Admitted::No(why) => (StatusCode::FORBIDDEN, why).into_response(),
    };
    let headers = response.headers_mut();
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

enum Admitted {
    In,
    /// The first address, with the secret: it becomes a cookie.
    First(String),
    No(&'static str),
}

fn admitted<B>(site: &Shared, request: &Request<B>) -> Admitted {
    let headers = request.headers();
    let host = text(headers, &HOST).unwrap_or_default();
    let Some(secret) = &site.settings.secret else {
        // Whoever reaches a socket is the learner, or the hub that knows them; only forms of other sites are left to refuse.
        return if is_own(request.method(), headers, host) { Admitted::In } else { Admitted::No(FOREIGN) };
    };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !["127.0.0.1", "localhost", "[::1]"].contains(&name) {
        return Admitted::No("This address is not the one under which Practicum was opened.");
    }
    if !is_own(request.method(), headers, host) {
        return Admitted::No(FOREIGN);
    }
    let cookie = cookie_name(host);
    let shown = request.uri().query().and_then(|query| query.split('&').find_map(|part| part.strip_prefix("key=")));
    if request.method() == Method::GET && shown.is_some_and(|shown| same(shown, secret)) {
        let base = &site.settings.base;
        return Admitted::First(format!("{cookie}={secret}; Path={base}; HttpOnly; SameSite=Strict"));
    }
    if cookies(headers).any(|(key, value)| key == cookie && same(value, secret)) {
        return Admitted::In;
    }
    Admitted::No(
        "Please open the address that stands in the terminal where Practicum was started. / Practicumを起動した端末に表示されているアドレスを開いてください。",
    )
}

const FOREIGN: &str = "This request came from another site.";

/// Whether a request that changes something comes from a page of this site. Browsers say where a form was sent from.
fn is_own(method: &Method, headers: &HeaderMap, host: &str) -> bool {
    if let Some(site) = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok()) {
        let is_navigation = *method == Method::GET && site == "none";
        // A link of another site may lead here, with no cookie; its forms and images may not.
        if site != "same-origin" && !is_navigation && *method != Method::GET {
            return false;
        }
    }
    if *method == Method::GET || *method == Method::HEAD {
        return true;
    }
    let origin = text(headers, &ORIGIN);
    origin.is_some_and(|origin| origin.split_once("://").is_some_and(|(_, from)| from == host))
}

/// Cookies of one host are shared by its ports: each port has a name of its own.
fn cookie_name(host: &str) -> String {
    format!("practicum-{}", host.rsplit_once(':').map_or("80", |(_, port)| port))
}

/// The cookies of a request.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).filter_map(|cookie| cookie.trim().split_once('='))
}

fn text<'h>(headers: &'h HeaderMap, name: &axum::http::HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Compares in a time that does not tell how many signs agree.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

/// An asset, which a browser may keep for a day.
pub(crate) fn kept(kind: &'static str, bytes: impl Into<Body>) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(axum::http::header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=86400"));
    response
}
