//! SQL of how a fund ends, private to this room.
