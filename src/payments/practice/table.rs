//! Rows of one kind in the order they were made, and keys that cannot be mistaken for another kind's.

use std::marker::PhantomData;
use std::ops::{Index, IndexMut};

use serde_json::Value;

use super::account::Account;

/// A kind of Stripe object.
pub trait Row: Sized {
    /// What stands before the letters of an id; several where one kind has several (`ch_`, `py_`).
    const PREFIXES: &'static [&'static str];
    /// What messages call it: “No such charge”.
    const NOUN: &'static str;

    /// Which of the prefixes this row's id has.
    fn prefix(&self) -> &'static str {
        Self::PREFIXES[0]
    }
    /// When it was made, in unix seconds.
    fn created(&self) -> i64;
    fn table(account: &Account) -> &Table<Self>;
    fn table_mut(account: &mut Account) -> &mut Table<Self>;
    /// The object as today's API version shows it.
    fn render(&self, account: &Account, key: Key<Self>) -> Value;
}

/// The number of a row of kind `T`.
pub struct Key<T> {
    pub number: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    pub const fn new(number: u32) -> Self {
        Self { number, kind: PhantomData }
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Key<T> {}

impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl<T> Eq for Key<T> {}

impl<T> std::fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "#{}", self.number)
    }
}

/// All rows of one kind; none is ever removed.
#[derive(Debug)]
pub struct Table<T>(Vec<T>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Table<T> {
    pub fn push(&mut self, row: T) -> Key<T> {
        let number = u32::try_from(self.0.len()).expect("a practice account holds fewer than 2^32 objects of a kind");
        self.0.push(row);
        Key::new(number)
    }

    pub fn get(&self, key: Key<T>) -> Option<&T> {
        self.0.get(usize::try_from(key.number).ok()?)
    }

    /// Oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Key<T>, &T)> {
        self.0.iter().enumerate().map(|(n, row)| (Key::new(u32::try_from(n).expect("push counts in u32")), row))
    }
}

impl<T> Index<Key<T>> for Table<T> {
    type Output = T;

    fn index(&self, key: Key<T>) -> &T {
        &self.0[key.number as usize]
    }
}

impl<T> IndexMut<Key<T>> for Table<T> {
    fn index_mut(&mut self, key: Key<T>) -> &mut T {
        &mut self.0[key.number as usize]
    }
}
