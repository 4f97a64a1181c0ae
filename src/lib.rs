//! strikefund: gifts for a strike fund, in books that balance, on pages that anyone can check.
//!
//! # The house
//!
//! A file imports from its own floor only as drawn, and from any floor under it; never upward, never in a circle.
//!
//! | floor | rooms |
//! |---|---|
//! | 5 | [`web`]: every address, page, form. [`jobs`]: the loop behind the scenes. [`serve`]: one node, put together. [`verify`]: everything recomputed. [`demo`]: a strike of ten days to look at |
//! | 4 | [`booking`]: what each fact of Stripe's and the bank's does to the books; entries and month locks by two people. [`closing`]: how a fund ends. [`deciding`]: from the last signature to its effect. [`publication`]: batches, public records and their log, reports, exports |
//! | 3 | [`donations`]: a gift from pledge to settled, gifts that repeat and how they end, gifts by hand, goods, refunds, who gave, news for whoever asked. [`spending`]: money out. [`bank`]: statements and what their lines are tied to. [`payments`]: deliveries, sync, the Stripe gateway, the practice Stripe |
//! | 2 | [`approvals`]: what needs a second person, and who agreed to what. [`funds`]: a pot of money with one purpose, one page, one currency |
//! | 1 | [`ledger`]: double entry, locked months; it knows no donor, no Stripe, no HTTP. [`people`]: staff, sign-in, roles, the log of acts. [`files`]: photos of receipts and PDFs. [`mail`]: the outbox |
//! | 0 | [`money`], [`clock`], [`ids`], [`db`], [`seal`], [`config`], [`language`], [`qr`] |
//!
//! Every feature folder has the same rooms: the noun (types, parsing, pure rules), the store (SQL only, private), the verbs (`mod.rs`).
//!
//! # Three journeys
//!
//! **A gift.** give form → `Pledge::parse` → `donations::pledge` → `payments::checkout` → Stripe's page → back on `/thanks`. Meanwhile
//! Stripe → `POST /webhooks/stripe` → signature → raw row, durable → 200. `jobs` wakes → `payments::sync` lists balance transactions since the
//! cursor → `booking` → `donations::settle` + `ledger::post` in one transaction.
//!
//! **A case of water.** an expense and its photo → `spending::save`, `send` → others agree: `deciding::decide` locks the fund, checks, posts → `spending::pay`.
//!
//! **A figure.** `publication::publish` reads one consistent view → what is new becomes public records, leaves of the fund's log → `reports/*.sql` over
//! them → page, CSV, JSON → bytes stored under a number, the log's head signed → served as they are, for ever, and worked out anew by anyone.
//!
//! # The words
//!
//! A **balance transaction** (a *line*) is one row of Stripe's own ledger; a **delivery** is one signed webhook request; **booking** turns one
//! line into one **entry**, whose **postings** are signed minor units that sum to zero per currency; a **publication** is a numbered, immutable
//! batch of public files. A webhook only wakes us: what is booked is Stripe's list of lines, one entry each, keyed by its id.

#![recursion_limit = "256"]

pub mod approvals;
pub mod bank;
pub mod booking;
pub mod clock;
pub mod closing;
pub mod config;
pub mod db;
pub mod deciding;
pub mod demo;
pub mod donations;
pub mod files;
pub mod funds;
pub mod ids;
pub mod jobs;
pub mod language;
pub mod ledger;
pub mod mail;
pub mod money;
pub mod payments;
pub mod people;
pub mod publication;
pub mod qr;
pub mod seal;
pub mod serve;
pub mod spending;
pub mod verify;
pub mod web;
