//! Documents in an S3 bucket: a small server that speaks as much of S3 as we use. Only where the program is built with S3.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, put};
use strikefund::config::Bucket;
use strikefund::files::{self, Files};

use super::{found, pictures, recorder};
use crate::support::on_both_databases;

type Objects = Arc<Mutex<BTreeMap<String, Bytes>>>;

const WRITTEN: &str = "2026-11-10T00:00:00Z";

async fn store(State(objects): State<Objects>, Path(name): Path<String>, headers: HeaderMap, body: Bytes) -> Response {
    let signed = headers.get(header::AUTHORIZATION).is_some_and(|value| value.to_str().unwrap().contains("Credential=KEY1/"));
    if !signed {
        return StatusCode::FORBIDDEN.into_response();
    }
    // What S3 answers to `If-None-Match: *` where the name is taken.
    if headers.contains_key(header::IF_NONE_MATCH) && objects.lock().unwrap().contains_key(&name) {
        return StatusCode::PRECONDITION_FAILED.into_response();
    }
    objects.lock().unwrap().insert(name, body);
    ([(header::ETAG, "\"tag\"")], "").into_response()
}

async fn fetch(State(objects): State<Objects>, Path(name): Path<String>) -> Response {
    let found = objects.lock().unwrap().get(&name).cloned();
    let Some(body) = found else { return (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response() };
    ([(header::ETAG, "\"tag\""), (header::LAST_MODIFIED, "Tue, 10 Nov 2026 00:00:00 GMT")], body).into_response()
}

async fn remove(State(objects): State<Objects>, Path(name): Path<String>) -> StatusCode {
    objects.lock().unwrap().remove(&name);
    StatusCode::NO_CONTENT
}

async fn list(State(objects): State<Objects>) -> String {
    let one = |(name, body): (&String, &Bytes)| {
        format!(
            "<Contents><Key>{name}</Key><LastModified>{WRITTEN}</LastModified><Size>{}</Size><ETag>\"tag\"</ETag></Contents>",
            body.len()
        )
    };
    let all: Vec<String> = objects.lock().unwrap().iter().map(one).collect();
    format!("<ListBucketResult><IsTruncated>false</IsTruncated>{}</ListBucketResult>", all.concat())
}

/// `DeleteObjects`: the names in the request's XML.
async fn remove_many(State(objects): State<Objects>, body: String) -> String {
    let names = body.split("<Key>").skip(1).filter_map(|rest| rest.split('<').next());
    let gone = names.map(|name| {
        objects.lock().unwrap().remove(name);
        format!("<Deleted><Key>{name}</Key></Deleted>")
    });
    format!("<DeleteResult>{}</DeleteResult>", gone.collect::<Vec<_>>().concat())
}

on_both_databases! {
    async fn documents_lie_in_a_bucket_as_in_a_folder(books: &Books) {
        // The program itself installs it first thing; whoever came first in this process stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let objects: Objects = Arc::default();
        let bucket = Router::new().route("/documents", get(list).post(remove_many)).route("/documents/", get(list).post(remove_many));
        let bucket = bucket.route("/documents/{name}", put(store).get(fetch).delete(remove)).with_state(Arc::clone(&objects));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, bucket).await });
        let settings = Bucket::parse(&format!("http://KEY1:secret@{address}/documents?region=eu-1")).unwrap();
        let storage = Files::in_bucket(&settings).unwrap();

        let by = recorder(books).await;
        let id = files::take_in(&storage, &books.db, &by, pictures::jpeg(1), &books.entropy, books.now()).await.unwrap();
        let document = found(books, id).await.unwrap();
        assert!(objects.lock().unwrap().contains_key(&document.reference));
        assert!(files::open(&storage, &document).await.unwrap().starts_with(b"\xff\xd8\xff"));
        objects.lock().unwrap().insert("orphan".to_owned(), Bytes::from_static(b"left by a crash"));
        assert_eq!(files::sweep(&storage, &books.db, books.now()).await.unwrap(), 1);
        assert_eq!(objects.lock().unwrap().keys().collect::<Vec<_>>(), [&document.reference]);
    }
}
