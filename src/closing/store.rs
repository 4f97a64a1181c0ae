//! SQL of how a fund ends, private to this room.

pub(super) mod grants;
pub(super) mod plans;
