//! Reads the command line and calls one verb.

fn main() {}
