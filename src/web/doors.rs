//! The table of addresses: which path, which method, who may come (safety rule AZ1). A page that is not in it does not exist, for the router
//! is built from it. Not here: what an address does, what a decision needs beyond a role (the verbs read roles again).

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request, State};
use axum::handler::Handler;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};

use super::error::Trouble;
use super::export::{self, As};
use super::words::{self, Words, cookie};
use super::{Site, answer, fields, treasury, whole_list};
use crate::people::session::{self, Session, Stage};
use crate::people::{self, Actor, Person, Role};
use crate::transact;

/// Who may come to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Anybody: public pages, and pages whose address is itself the secret.
    Anyone,
    /// Who has given a password, and not yet the second factor.
    HalfSignedIn,
    /// Any member of staff.
    Staff,
    /// Staff with one of these roles.
    Holding(&'static [Role]),
}

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Door {
    /// The path, with its places in braces.
    pub path: &'static str,
    /// GET (which is also HEAD) or POST.
    pub method: Method,
    /// Who may come.
    pub who: Who,
}

/// The table, and the routers made from it.
#[derive(Debug)]
pub struct Doors {
    site: Arc<Site>,
    list: Vec<Door>,
    pages: Router<Arc<Site>>,
    uploads: Router<Arc<Site>>,
}

impl Doors {
    /// An empty table.
    pub fn new(site: &Arc<Site>) -> Self {
        Self { site: Arc::clone(site), list: Vec::new(), pages: Router::new(), uploads: Router::new() }
    }

    /// A page that is read.
    #[must_use]
    pub fn get<H: Handler<T, Arc<Site>>, T: 'static>(self, path: &'static str, who: Who, handler: H) -> Self {
        self.page(path, Method::GET, who, get(handler))
    }

    /// A form that is sent.
    #[must_use]
    pub fn post<H: Handler<T, Arc<Site>>, T: 'static>(self, path: &'static str, who: Who, handler: H) -> Self {
        self.page(path, Method::POST, who, checked(path, post(handler)))
    }

    /// A form that carries files, up to `largest` bytes in all.
    #[must_use]
    pub fn upload<H: Handler<T, Arc<Site>>, T: 'static>(mut self, path: &'static str, who: Who, largest: usize, handler: H) -> Self {
        let route = checked(path, post(handler)).layer(DefaultBodyLimit::max(largest));
        self.list.push(Door { path, method: Method::POST, who });
        let guarded = self.guarded(who, route);
        Self { uploads: self.uploads.route(path, guarded), ..self }
    }

    fn page(mut self, path: &'static str, method: Method, who: Who, route: MethodRouter<Arc<Site>>) -> Self {
        self.list.push(Door { path, method, who });
        let guarded = self.guarded(who, route);
        Self { pages: self.pages.route(path, guarded), ..self }
    }

    fn guarded(&self, who: Who, route: MethodRouter<Arc<Site>>) -> MethodRouter<Arc<Site>> {
        match who {
            Who::Anyone => route,
            _ => route.layer(from_fn_with_state(Guard { site: Arc::clone(&self.site), who }, guard)),
        }
    }

    /// The rows, the router of pages, and the router of uploads.
    pub fn open(self) -> (Vec<Door>, Router<Arc<Site>>, Router<Arc<Site>>) {
        (self.list, self.pages, self.uploads)
    }
}

/// Takes only a form that is the address's own.
fn checked(path: &'static str, route: MethodRouter<Arc<Site>>) -> MethodRouter<Arc<Site>> {
    route.layer(from_fn_with_state(fields::of(path).unwrap_or_default(), fields::check))
}

#[derive(Clone)]
struct Guard {
    site: Arc<Site>,
    who: Who,
}

/// Who is signed in: the guard found it out, and a handler behind one may ask for it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// The browser's sign-in.
    pub session: Session,
    /// The person, with the roles they held when the request came.
    pub person: Person,
    /// The language of this page.
    pub words: Words,
    /// What stands behind its address, but for its language.
    pub kept: String,
    /// The address that was asked for.
    pub address: Uri,
}

impl SignedIn {
    /// Who acts, for the verbs.
    pub const fn actor(&self) -> Actor {
        Actor { person: self.person.id, proved_at: self.session.proved_at }
    }

    /// How many rows of a list are read for this request: those of a `page`, or more where the whole list is asked for as a file.
    pub fn rows(&self, page: i64) -> i64 {
        export::rows_at_once(&self.address, page)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Trouble> {
        // A handler that asks for it behind no guard is a mistake of ours, not of the visitor's.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| anyhow::anyhow!("no guard stands before this page").into())
    }
}

/// Lets through who may come; tells others to sign in, or that there is no such page.
async fn guard(State(guard): State<Guard>, mut request: Request, next: Next) -> Response {
    match find(&guard, request.headers(), request.uri()).await {
        Err(trouble) => trouble.into_response(),
        Ok(Found::Nobody) => {
            let words = Words::asked(request.uri().query(), request.headers());
            treasury::sign_in_first(&guard.site, words, request.method(), request.uri())
        }
        // Whoever may not come learns nothing of what is there (screens.md 0.5).
        Ok(Found::Another) => Trouble::NotFound.into_response(),
        Ok(Found::Welcome(signed_in)) => {
            let as_file = As::asked_of_list(request.uri().query()).filter(|_| request.method().is_safe());
            let mut response = if let Some(asked) = as_file {
                whole_list::answer(asked, *signed_in, request, next).await
            } else {
                request.extensions_mut().insert(*signed_in);
                next.run(request).await
            };
            answer::keep_private(&mut response);
            response
        }
    }
}

enum Found {
    Welcome(Box<SignedIn>),
    Nobody,
    Another,
}

async fn find(guard: &Guard, headers: &HeaderMap, address: &Uri) -> Result<Found, Trouble> {
    let query = address.query();
    let Guard { site, who } = guard;
    let Some(token) = cookie(headers, site.session_cookie()) else { return Ok(Found::Nobody) };
    let now = site.clock.now();
    let tx = &mut site.db.begin_read().await?;
    let Some(session) = session::find(tx, token, now).await? else { return Ok(Found::Nobody) };
    let person = people::find(tx, session.person_id).await?.filter(|person| person.disabled_at.is_none());
    let Some(person) = person else { return Ok(Found::Nobody) };
    let fits = match who {
        Who::Anyone => true,
        Who::HalfSignedIn => session.stage == Stage::Password,
        Who::Staff | Who::Holding(_) => session.stage == Stage::Whole,
    };
    if !fits {
        return Ok(Found::Nobody);
    }
    if let Who::Holding(roles) = who
        && !roles.iter().any(|role| person.roles.holds(*role))
    {
        return Ok(Found::Another);
    }
    if session.wants_noting(now) {
        let noted: sqlx::Result<()> = transact!(site.db, tx => session::note_use(tx, session.id, now).await);
        noted?;
    }
    // Somebody's own language, unless they chose another in this browser.
    let words = Words::chosen(query, headers).unwrap_or(Words(person.language));
    Ok(Found::Welcome(Box::new(SignedIn { session, person, words, kept: words::kept(query), address: address.clone() })))
}
