//! A client of Stripe's API that knows nothing of ours: plain HTTP and JSON.

use axum::body::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Request};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;

/// What came back.
pub struct Response {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

pub struct Client {
    base: String,
    http: hyper_util::client::legacy::Client<HttpConnector, Full<Bytes>>,
}

impl Client {
    pub fn new(base: &str) -> Self {
        Self { base: base.to_owned(), http: hyper_util::client::legacy::Client::builder(TokioExecutor::new()).build_http() }
    }

    /// One request; Err when the connection breaks or the body is no JSON.
    pub async fn send(&self, method: &str, path: &str, body: &str, headers: &[(&str, &str)]) -> Result<Response, String> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::from(body.to_owned()))).map_err(|error| error.to_string())?;
        let response = self.http.request(request).await.map_err(|error| error.to_string())?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
        let body = serde_json::from_slice(&bytes).map_err(|error| error.to_string())?;
        Ok(Response { status: parts.status.as_u16(), headers: parts.headers, body })
    }

    pub async fn get(&self, path: &str) -> Value {
        self.well("GET", path, "").await
    }

    pub async fn post(&self, path: &str, form: &str) -> Value {
        self.well("POST", path, form).await
    }

    pub async fn delete(&self, path: &str) -> Value {
        self.well("DELETE", path, "").await
    }

    async fn well(&self, method: &str, path: &str, form: &str) -> Value {
        let path = format!("/v1/{path}");
        let response = self.send(method, &path, form, &[("authorization", "Bearer sk_test_practice")]).await.expect("an answer");
        assert!((200..300).contains(&response.status), "{method} {path}: {}", response.body);
        response.body
    }

    /// The ids of a list's page.
    pub async fn ids(&self, path: &str) -> Vec<String> {
        let page = self.get(path).await;
        page["data"].as_array().expect("a list has data").iter().map(|item| item["id"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
