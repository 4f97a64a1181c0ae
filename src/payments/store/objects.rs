//! The statements over the state of Stripe's objects.
