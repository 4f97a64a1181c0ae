//! Customers: who a subscription belongs to.

use serde_json::{Value, json};

use super::account::Account;
use super::form::Form;
use super::metadata::Metadata;
use super::method::PaymentMethod;
use super::reply::{ApiError, Reply, list, with_nulls};
use super::table::{Key, Row, Table};

/// A customer, perhaps deleted.
#[derive(Debug, Default)]
pub struct Customer {
    created: i64,
    deleted: bool,
    pub email: Option<String>,
    name: Option<String>,
    description: Option<String>,
    metadata: Metadata,
    default_method: Option<Key<PaymentMethod>>,
}

impl Row for Customer {
    const PREFIXES: &'static [&'static str] = &["cus_"];
    const NOUN: &'static str = "customer";

    fn created(&self) -> i64 {
        self.created
    }

    fn table(account: &Account) -> &Table<Self> {
        &account.customers
    }

    fn table_mut(account: &mut Account) -> &mut Table<Self> {
        &mut account.customers
    }

    fn render(&self, account: &Account, key: Key<Self>) -> Value {
        if self.deleted {
            return json!({"id": account.id(key), "object": "customer", "deleted": true});
        }
        with_nulls(
            json!({
                "id": account.id(key), "object": "customer", "balance": 0, "created": self.created, "delinquent": false,
                "description": self.description, "email": self.email, "invoice_prefix": format!("PRACT{}", key.number), "livemode": false,
                "metadata": self.metadata.render(),
                "invoice_settings": {
                    "custom_fields": null, "default_payment_method": account.id_or_null(self.default_method), "footer": null,
                    "rendering_options": null,
                },
                "name": self.name, "next_invoice_sequence": 1, "preferred_locales": [], "tax_exempt": "none",
            }),
            "address currency customer_account default_source discount phone shipping test_clock",
        )
    }
}

impl Account {
    /// A customer with no more than an address.
    pub fn add_customer(&mut self, email: Option<String>) -> Key<Customer> {
        let created = self.now();
        let key = self.add(Customer { created, email, ..Customer::default() });
        self.tell("customer.created", key);
        key
    }

    /// What the customer pays with when nothing else is said.
    pub fn method_of(&self, customer: Key<Customer>) -> Option<Key<PaymentMethod>> {
        let attached = || self.methods.iter().find(|(_, method)| method.belongs_to(customer)).map(|(key, _)| key);
        self.customers[customer].default_method.or_else(attached)
    }

    fn create_customer(&mut self, form: &Form) -> Reply {
        let created = self.now();
        let key = self.add(Customer { created, ..Customer::default() });
        self.read_customer(key, form)?;
        self.tell("customer.created", key);
        Ok(self.render(key))
    }

    fn read_customer(&mut self, key: Key<Customer>, form: &Form) -> Result<(), ApiError> {
        let default = form.child("invoice_settings").and_then(|settings| settings.text("default_payment_method"));
        let method = form.text("source").or_else(|| form.text("payment_method")).or(default);
        let method = method.map(|name| self.method_named(name)).transpose()?;
        if let Some(method) = method {
            self.methods[method].attach_to(key);
        }
        let metadata = form.metadata(&self.customers[key].metadata)?;
        let customer = &mut self.customers[key];
        customer.metadata = metadata;
        customer.default_method = method.or(customer.default_method);
        customer.email = form.owned("email").or_else(|| customer.email.take());
        customer.name = form.owned("name").or_else(|| customer.name.take());
        customer.description = form.owned("description").or_else(|| customer.description.take());
        Ok(())
    }

    fn update_customer(&mut self, id: &str, form: &Form) -> Reply {
        let key = self.get::<Customer>(id)?;
        self.read_customer(key, form)?;
        self.tell("customer.updated", key);
        Ok(self.render(key))
    }

    /// Gone, and every subscription with it.
    fn delete_customer(&mut self, id: &str) -> Reply {
        let key = self.get::<Customer>(id)?;
        self.cancel_subscriptions_of(key);
        let last = self.render(key);
        self.customers[key].deleted = true;
        self.emit("customer.deleted", &last);
        Ok(self.render(key))
    }
}

pub fn answer(account: &mut Account, method: &str, path: &[&str], form: &Form) -> Option<Reply> {
    Some(match (method, path) {
        ("POST", ["customers"]) => account.create_customer(form),
        ("GET", ["customers"]) => {
            let email = form.text("email");
            let wanted = |row: &Customer| !row.deleted && email.is_none_or(|email| row.email.as_deref() == Some(email));
            list::<Customer>(account, "/v1/customers", form, |_, row| wanted(row))
        }
        ("GET", ["customers", id]) => account.show::<Customer>(id),
        ("POST", ["customers", id]) => account.update_customer(id, form),
        ("DELETE", ["customers", id]) => account.delete_customer(id),
        _ => return None,
    })
}
