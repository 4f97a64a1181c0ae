//! What proves a gift by hand. Not here: the documents themselves (`files`).

crate::words! {
    /// What a document proves.
    pub enum ProofOf {
        /// What another platform says it collected and kept.
        Statement = "statement",
        /// A count that somebody signed on paper.
        Sheet = "sheet",
        /// A cheque, as it came in.
        Cheque = "cheque",
        /// The bank's letter about a cheque that came back.
        Letter = "letter",
    }
}

crate::record! {
    /// A document, as this room knows it.
    pub struct Proof {
        /// Its own reference.
        pub document: String,
        /// The SHA-256 of its content.
        pub sha256: String,
    }
}

crate::record! {
    /// A document with what it proves.
    pub struct Proven {
        /// Its own reference.
        pub document: String,
        /// The SHA-256 of its content.
        pub sha256: String,
        /// What it proves.
        pub what: ProofOf,
    }
}
