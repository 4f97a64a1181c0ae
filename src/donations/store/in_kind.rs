//! The statements over goods that were given in kind.

use crate::clock::Instant;
use crate::db::Tx;
use crate::ids::{FundId, GoodsId, PersonId};
use crate::money::Currency;
use crate::run;

use super::super::goods::{Given, Goods, GoodsState, NewGoods};

/// Writes a query for whole rows; the columns are named once.
macro_rules! select_goods {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, fund_id, what, quantity, unit, category, value_minor, currency, valued_how, received_on, kept, given, state,
                    recorded_by, recorded_at FROM goods ",
            $rest
        )
    };
}

/// A row to be written.
pub(in crate::donations) struct NewRow<'a> {
    pub number: &'a str,
    pub fund: FundId,
    pub goods: &'a NewGoods,
    pub currency: Currency,
    pub donor: Option<&'a [u8]>,
    pub state: GoodsState,
}

pub(in crate::donations) async fn insert(tx: &mut Tx, row: &NewRow<'_>, by: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO goods (number, fund_id, what, quantity, unit, category, value_minor, currency, valued_how, received_on,
                              donor, kept, given, state, recorded_by, recorded_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0, $13, $14, $15)";
    let goods = row.goods;
    let (value, how) = goods.value.map(|(value, how)| (value.minor, how)).unzip();
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(row.number)
            .bind(row.fund)
            .bind(goods.what.as_str())
            .bind(goods.quantity)
            .bind(goods.unit.as_str())
            .bind(goods.category.as_str())
            .bind(value)
            .bind(row.currency)
            .bind(how)
            .bind(goods.received_on)
            .bind(row.donor)
            .bind(goods.kept.as_str())
            .bind(row.state)
            .bind(by)
            .bind(now)
    )?;
    Ok(())
}

pub(in crate::donations) async fn find(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Goods>> {
    run!(tx, fetch_optional, sqlx::query_as(select_goods!("WHERE number = $1")).bind(number))
}

pub(in crate::donations) async fn list(tx: &mut Tx, fund: FundId, before: GoodsId, limit: i64) -> sqlx::Result<Vec<Goods>> {
    const SQL: &str = select_goods!("WHERE fund_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(before).bind(limit))
}

pub(in crate::donations) async fn set_agreed(tx: &mut Tx, id: GoodsId, by: PersonId, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE goods SET state = 'logged', agreed_by = $2, agreed_at = $3 WHERE id = $1 AND state = 'waiting'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(by).bind(now))? == 1)
}

/// Raises what was given out; false where fewer are left.
pub(in crate::donations) async fn raise_given(tx: &mut Tx, id: GoodsId, quantity: i64) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE goods SET given = given + $2 WHERE id = $1 AND quantity - given >= $2";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(id).bind(quantity))? == 1)
}

pub(in crate::donations) async fn insert_given(tx: &mut Tx, id: GoodsId, given: &Given, by: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str =
        "INSERT INTO goods_given (goods_id, quantity, given_on, passed_to, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)";
    run!(
        tx,
        execute,
        sqlx::query(SQL).bind(id).bind(given.quantity).bind(given.given_on).bind(given.passed_to.as_deref()).bind(by).bind(now)
    )?;
    Ok(())
}

pub(in crate::donations) async fn given_of(tx: &mut Tx, id: GoodsId) -> sqlx::Result<Vec<Given>> {
    const SQL: &str = "SELECT quantity, given_on, passed_to FROM goods_given WHERE goods_id = $1 ORDER BY id DESC";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(id))
}
