//! The program killed in the middle of an upload (safety test C6): no row without its file, and what no row names is swept.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::time::{Duration, SystemTime};

use strikefund::clock::Clock;
use strikefund::db::Db;
use strikefund::files::{self, Files};
use strikefund::ids::{Entropy, PersonId};
use strikefund::people::session::{self, Stage};
use strikefund::people::{self, Language, NewPerson, Role, Roles};
use strikefund::seal::Keyring;
use strikefund::{run, transact};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::files::pictures;
use crate::support::node::{Home, Node};
use crate::support::{block_on, soak};

const BOUNDARY: &str = "a-line-that-no-file-holds-7d93b1";

/// A form with a photo, as a browser sends it.
fn upload(node: &Node, token: &str, operation: &str, photo: &[u8]) -> Vec<u8> {
    let fields = [
        ("operation", operation),
        ("amount", "18.99"),
        ("bought_on", "2026-01-02"),
        ("vendor", operation),
        ("category", "water"),
        ("public_text", "Water"),
        ("paid_by", "card"),
        ("paid_from", "assets:bank:main"),
        ("show", "after_hold"),
        ("draft", "1"),
    ];
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg";
    body.extend(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").bytes());
    body.extend(photo);
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    let host = node.address;
    let head = format!(
        "POST /treasury/general/expenses/new HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\ncookie: session={token}\r\ncontent-type: multipart/form-data; boundary={BOUNDARY}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

/// Somebody who enters expenses.
async fn recorder(db: &Db, entropy: &Entropy) -> PersonId {
    let new = NewPerson {
        name: "Rosa".to_owned(),
        email: "rosa@example.org".to_owned(),
        language: Language::English,
        roles: Roles::new([Role::Recorder]),
    };
    let (keys, now) = (Keyring::from_master(&[7; 32]), Clock::system().now());
    let id: sqlx::Result<PersonId> = transact!(db, tx => people::add(tx, &new, &keys, entropy, now).await);
    id.unwrap()
}

async fn signed_in(db: &Db, entropy: &Entropy, person: PersonId) -> String {
    let now = Clock::system().now();
    let token: sqlx::Result<String> = transact!(db, tx => session::begin(tx, person, Stage::Whole, "", entropy, now).await);
    token.unwrap()
}

async fn words(db: &Db, sql: &'static str) -> BTreeSet<String> {
    let tx = &mut db.begin_read().await.unwrap();
    let found: Vec<String> = run!(tx, fetch_all, sqlx::query_scalar(sql)).unwrap();
    found.into_iter().collect()
}

#[test]
fn a_program_killed_in_mid_upload_leaves_no_row_without_its_file_and_what_no_row_names_is_swept() {
    block_on(async {
        let (home, entropy) = (Home::on_sqlite(), Entropy::seeded(20_261_129));
        let folder = home.data().join("documents");
        let db = Db::open_sqlite(home.data()).await.unwrap();
        let rosa = recorder(&db, &entropy).await;
        let opened: sqlx::Result<()> = transact!(db, tx => strikefund::bank::open_account(tx, "assets:bank:main", "Main", strikefund::money::Currency::USD, Clock::system().now()).await);
        opened.unwrap();
        db.close().await;
        let rounds = u64::try_from(soak(12, 300)).unwrap();
        for round in 0..rounds {
            let node = home.start().await;
            let db = Db::open_sqlite(home.data()).await.unwrap();
            let token = signed_in(&db, &entropy, rosa).await;
            db.close().await;
            let seed = u8::try_from(round % 250).unwrap();
            let request = upload(&node, &token, &entropy.reference(), &pictures::jpeg(seed));
            let mut stream = TcpStream::connect(node.address).await.unwrap();
            // A part of it or the whole, and then at any moment until long after the answer.
            let length = if round % 4 == 0 { request.len() - 1 - usize::try_from(entropy.below(600)).unwrap() } else { request.len() };
            stream.write_all(&request[..length]).await.unwrap();
            if round % 4 == 3 {
                // Once it is answered, it is kept.
                let mut answer = [0; 12];
                stream.read_exact(&mut answer).await.unwrap();
                assert_eq!(&answer, b"HTTP/1.1 303");
            } else {
                tokio::time::sleep(Duration::from_millis(entropy.below(8 * (round + 1)))).await;
            }
            node.kill();

            let db = Db::open_sqlite(home.data()).await.unwrap();
            let kept = Files::in_folder(&folder).unwrap();
            for name in words(&db, "SELECT ref FROM document").await {
                let row = files::find_by_reference(&mut db.begin_read().await.unwrap(), &name).await.unwrap().unwrap();
                files::open(&kept, &row).await.unwrap_or_else(|error| panic!("round {round}: {name} has a row, and {error}"));
            }
            let bare =
                words(&db, "SELECT number FROM expense e WHERE NOT EXISTS (SELECT 1 FROM expense_document d WHERE d.expense_id = e.id)")
                    .await;
            assert!(bare.is_empty(), "round {round}: an expense without what came with it: {bare:?}");
            db.close().await;
        }

        let db = Db::open_sqlite(home.data()).await.unwrap();
        // Two days on, whatever else lies there is gone.
        let age = SystemTime::UNIX_EPOCH + Duration::from_secs(Clock::system().now().plus_secs(-2 * 86_400).unix_secs().unsigned_abs());
        fs::write(folder.join("half-written#1"), b"left by a kill in mid-write").unwrap();
        for file in fs::read_dir(&folder).unwrap() {
            File::options().append(true).open(file.unwrap().path()).unwrap().set_modified(age).unwrap();
        }
        let swept = files::sweep(&Files::in_folder(&folder).unwrap(), &db, Clock::system().now()).await.unwrap();
        let left: BTreeSet<String> = fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
        assert_eq!(left, words(&db, "SELECT ref FROM document").await, "{swept} were swept");
        assert!(left.len() as u64 >= rounds / 4 && swept >= 1, "{} uploads of {rounds} came through, {swept} were swept", left.len());
        db.close().await;
        home.done(&["verify"]);
    });
}
