//! Products and prices: what a session or a subscription is for.

use serde_json::{Value, json};

use super::account::{Account, code};
use super::form::Form;
use super::metadata::Metadata;
use super::reply::{ApiError, Reply, list};
use super::table::{Key, Row, Table};
use crate::money::Currency;

/// How often a price repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interval {
    /// Every day.
    Day,
    /// Every seven days.
    Week,
    /// On the same day of every month, or its last.
    Month,
    /// Every year.
    Year,
}

impl Interval {
    /// Stripe's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    fn parse(word: &str) -> Result<Self, ApiError> {
        [Self::Day, Self::Week, Self::Month, Self::Year]
            .into_iter()
            .find(|interval| interval.word() == word)
            .ok_or_else(|| ApiError::invalid("recurring[interval]", format!("Invalid interval: {word}")))
    }
}

/// What is paid for.
#[derive(Debug)]
pub struct Product {
    created: i64,
    pub name: String,
    description: Option<String>,
    metadata: Metadata,
}

/// What one of it costs, in minor units.
#[derive(Debug)]
pub struct Price {
    created: i64,
    pub amount: i64,
    pub currency: Currency,
    pub interval: Option<Interval>,
    pub product: Key<Product>,
    metadata: Metadata,
}

impl Row for Product {
    const PREFIXES: &'static [&'static str] = &["prod_"];
    const NOUN: &'static str = "product";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.products
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.products
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        json!({
            "id": account.id(key), "object": "product", "active": true, "created": self.created, "default_price": null,
            "description": self.description, "images": [], "livemode": false, "marketing_features": [], "metadata": self.metadata.render(),
            "name": self.name, "package_dimensions": null, "shippable": null, "statement_descriptor": null, "tax_code": null,
            "type": "service", "unit_label": null, "updated": self.created, "url": null,
        })
    }
}

impl Row for Price {
    const PREFIXES: &'static [&'static str] = &["price_"];
    const NOUN: &'static str = "price";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.prices
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.prices
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        let recurring = self.interval.map(|interval| {
            json!({"interval": interval.word(), "interval_count": 1, "meter": null, "trial_period_days": null, "usage_type": "licensed"})
        });
        json!({
            "id": account.id(key), "object": "price", "active": true, "billing_scheme": "per_unit", "created": self.created,
            "currency": code(self.currency), "custom_unit_amount": null, "livemode": false, "lookup_key": null,
            "metadata": self.metadata.render(), "nickname": null, "product": account.id(self.product), "recurring": recurring,
            "tax_behavior": "unspecified", "tiers_mode": null, "transform_quantity": null,
            "type": if self.interval.is_some() { "recurring" } else { "one_time" }, "unit_amount": self.amount,
            "unit_amount_decimal": self.amount.to_string(),
        })
    }
}

impl Account {
    /// A price as `price_data` or `POST /v1/prices` describe it, with a product of its own where one is described.
    pub fn add_price(&mut self, form: &Form) -> Result<Key<Price>, ApiError> {
        let currency = form.required("currency")?.parse().map_err(|said: String| ApiError::invalid("currency", said))?;
        let amount = form.integer("unit_amount")?.ok_or_else(|| ApiError::missing("unit_amount"))?;
        if !(1..=99_999_999_999).contains(&amount) {
            return Err(ApiError::refused("amount_too_small", "The amount must be above zero and within Stripe's limits."));
        }
        let interval = form.child("recurring").map(|recurring| Interval::parse(recurring.required("interval")?)).transpose()?;
        let product = match (form.text("product"), form.child("product_data")) {
            (Some(id), _) => self.get::<Product>(id)?,
            (None, Some(data)) => self.add_product(data)?,
            (None, None) => return Err(ApiError::missing("product")),
        };
        let (created, metadata) = (self.now(), form.metadata(&Metadata::default())?);
        Ok(self.add(Price { created, amount, currency, interval, product, metadata }))
    }

    fn add_product(&mut self, form: &Form) -> Result<Key<Product>, ApiError> {
        let (name, description) = (form.required("name")?.to_owned(), form.owned("description"));
        let (created, metadata) = (self.now(), form.metadata(&Metadata::default())?);
        Ok(self.add(Product { created, name, description, metadata }))
    }

    fn create_product(&mut self, form: &Form) -> Reply {
        let key = self.add_product(form)?;
        self.tell("product.created", key);
        Ok(self.render(key))
    }

    fn create_price(&mut self, form: &Form) -> Reply {
        let key = self.add_price(form)?;
        self.tell("price.created", key);
        Ok(self.render(key))
    }

    fn update_product(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Product>(id)?;
        let metadata = form.metadata(&self.products[key].metadata)?;
        let product = &mut self.products[key];
        product.metadata = metadata;
        product.name = form.owned("name").unwrap_or_else(|| std::mem::take(&mut product.name));
        self.tell("product.updated", key);
        Ok(self.render(key))
    }

    fn update_price(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Price>(id)?;
        self.prices[key].metadata = form.metadata(&self.prices[key].metadata)?;
        self.tell("price.updated", key);
        Ok(self.render(key))
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["products"]) => account.create_product(form),
        ("GET", ["products"]) => list::<Product>(account, "/v1/products", form, |_, _| true),
        ("GET", ["products", id]) => account.show::<Product>(id),
        ("POST", ["products", id]) => account.update_product(id, form),
        ("POST", ["prices"]) => account.create_price(form),
        ("GET", ["prices"]) => {
            let product = form.text("product").map(|id| account.find::<Product>(id));
            list::<Price>(account, "/v1/prices", form, |_, row| product.is_none_or(|key| key == Some(row.product)))
        }
        ("POST", ["prices", id]) => account.update_price(id, form),
        ("GET", ["prices", id]) => account.show::<Price>(id),
        _ => return None,
    })
}
