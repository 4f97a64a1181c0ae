//! The log of a fund's public records: append-only (RFC 6962), in the files of C2SP tlog-tiles, its head signed. Pure: not here: what a
//! record says (`record`), where records and hashes are kept (`store`).

pub mod note;
pub mod tile;
pub mod tree;
