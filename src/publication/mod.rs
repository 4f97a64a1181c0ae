//! What leaves the books: exports for other programs. Not here: how the books come to be (`ledger`, `booking`).

pub mod export;
