//! The treasury's pages about what is left, from the first form to the last letter.
