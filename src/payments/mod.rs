//! Payments: what Stripe tells us and what we ask of it.

pub mod practice;
