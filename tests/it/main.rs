//! One test binary for everything that needs a database or a server.

mod ledger;
