//! The statements over gifts that came in by hand.

use crate::clock::{Day, Instant};
use crate::db::Tx;
use crate::ids::{DonationId, EntryId, FundId, OfflineId, PersonId};
use crate::money::{Currency, Money};
use crate::{run, run_in};

use super::super::donation::{Origin, State};
use super::super::offline::{CountSheet, NewExpected, Offline, OfflineKind, OfflineState};

/// Writes a query for whole rows; the columns are named once.
macro_rules! select_offline {
    ($rest:literal) => {
        concat!(
            "SELECT id, number, fund_id, kind, state, amount_minor, fee_minor, currency, gifts, place, account, dated_on, round, bank_line,
                    entry_id, donation_id, recorded_by, recorded_at, bounced_because FROM offline_gift ",
            $rest
        )
    };
}

/// A row to be written.
pub(in crate::donations) struct NewRow<'a> {
    pub number: &'a str,
    pub fund: FundId,
    pub state: OfflineState,
    pub currency: Currency,
    pub account: &'a str,
    pub donor: Option<&'a [u8]>,
    pub gift: &'a NewExpected,
}

pub(in crate::donations) async fn insert(tx: &mut Tx, row: &NewRow<'_>, by: PersonId, now: Instant) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO offline_gift (number, fund_id, kind, state, amount_minor, fee_minor, currency, gifts, place, account,
                              dated_on, donor, round, recorded_by, recorded_at)
                       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 1, $13, $14)";
    let gift = row.gift;
    let amount = Some(gift.gross.minor).filter(|_| gift.kind != OfflineKind::Cash);
    run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(row.number)
            .bind(row.fund)
            .bind(gift.kind)
            .bind(row.state)
            .bind(amount)
            .bind(gift.fee_minor)
            .bind(row.currency)
            .bind(gift.gifts)
            .bind(gift.place.as_str())
            .bind(row.account)
            .bind(gift.dated_on)
            .bind(row.donor)
            .bind(by)
            .bind(now)
    )?;
    Ok(())
}

pub(in crate::donations) async fn find(tx: &mut Tx, number: &str) -> sqlx::Result<Option<Offline>> {
    run!(tx, fetch_optional, sqlx::query_as(select_offline!("WHERE number = $1")).bind(number))
}

pub(in crate::donations) async fn of_donation(tx: &mut Tx, id: DonationId) -> sqlx::Result<Option<Offline>> {
    run!(tx, fetch_optional, sqlx::query_as(select_offline!("WHERE donation_id = $1")).bind(id))
}

/// How each of these gifts came in, where that was by hand.
pub(in crate::donations) async fn kinds_of(tx: &mut Tx, ids: &[DonationId]) -> sqlx::Result<Vec<(DonationId, OfflineKind)>> {
    run_in!(tx, query_as, "SELECT donation_id, kind FROM offline_gift WHERE donation_id IN", ids)
}

pub(in crate::donations) async fn list(tx: &mut Tx, fund: FundId, before: OfflineId, limit: i64) -> sqlx::Result<Vec<Offline>> {
    const SQL: &str = select_offline!("WHERE fund_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(fund).bind(before).bind(limit))
}

/// Expected gifts of one net amount between two days, oldest first. Few gifts are expected at a time, and an index holds just those.
pub(in crate::donations) async fn expected_of(tx: &mut Tx, net: Money, from: Day, to: Day, limit: i64) -> sqlx::Result<Vec<Offline>> {
    const SQL: &str = select_offline!(
        "WHERE state IN ('counting', 'signed', 'expected') AND state = 'expected' AND amount_minor - fee_minor = $1 AND currency = $2
           AND dated_on BETWEEN $3 AND $4 ORDER BY dated_on, id LIMIT $5"
    );
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(net.minor).bind(net.currency).bind(from).bind(to).bind(limit))
}

/// How many wait, and since when the oldest does.
pub(in crate::donations) async fn open(tx: &mut Tx) -> sqlx::Result<(i64, Option<Instant>)> {
    const SQL: &str = "SELECT COUNT(*), MIN(recorded_at) FROM offline_gift WHERE state IN ('counting', 'signed', 'expected')";
    run!(tx, fetch_one, sqlx::query_as(SQL))
}

/// The months in which one that waits is dated. Few wait at a time, and an index holds just those.
pub(in crate::donations) async fn waiting_months(tx: &mut Tx) -> sqlx::Result<Vec<String>> {
    const SQL: &str = "SELECT DISTINCT substr(dated_on, 1, 7) FROM offline_gift WHERE state IN ('counting', 'signed', 'expected')";
    run!(tx, fetch_all, sqlx::query_scalar(SQL))
}

/// The counts of one round, in the order they were made.
pub(in crate::donations) async fn counts(tx: &mut Tx, id: OfflineId, round: i64) -> sqlx::Result<Vec<(PersonId, i64)>> {
    const SQL: &str = "SELECT counted_by, total_minor FROM cash_count WHERE gift_id = $1 AND round = $2 ORDER BY counted_at, counted_by";
    run!(tx, fetch_all, sqlx::query_as(SQL).bind(id).bind(round))
}

pub(in crate::donations) async fn insert_count(
    tx: &mut Tx,
    gift: &Offline,
    by: PersonId,
    sheet: &CountSheet,
    now: Instant,
) -> sqlx::Result<()> {
    const SQL: &str = "INSERT INTO cash_count (gift_id, round, counted_by, sheet, total_minor, counted_at) VALUES ($1, $2, $3, $4, $5, $6)";
    run!(tx, execute, sqlx::query(SQL).bind(gift.id).bind(gift.round).bind(by).bind(sheet.text()).bind(sheet.total_minor()).bind(now))?;
    Ok(())
}

/// Begins the next round of counting.
pub(in crate::donations) async fn next_round(tx: &mut Tx, gift: &Offline) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE offline_gift SET round = round + 1 WHERE id = $1 AND state = 'counting' AND round = $2";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(gift.id).bind(gift.round))? == 1)
}

/// Notes that the count stands on a signed sheet.
pub(in crate::donations) async fn set_signed(tx: &mut Tx, gift: &Offline, total_minor: i64) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE offline_gift SET state = 'signed', amount_minor = $2 WHERE id = $1 AND state = 'counting'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(gift.id).bind(total_minor))? == 1)
}

/// A signed sheet that nobody agrees to is counted again, from the next round on.
pub(in crate::donations) async fn count_again(tx: &mut Tx, gift: &Offline) -> sqlx::Result<bool> {
    const SQL: &str =
        "UPDATE offline_gift SET state = 'counting', amount_minor = NULL, round = round + 1 WHERE id = $1 AND state = 'signed'";
    Ok(run!(tx, execute, sqlx::query(SQL).bind(gift.id))? == 1)
}

/// What counting a gift settles.
pub(in crate::donations) struct Counted<'a> {
    pub amount: Money,
    pub entry: EntryId,
    pub donation: DonationId,
    pub agreed_by: Option<PersonId>,
    pub bank_line: Option<&'a str>,
}

/// Moves a gift that is `gift.state` to counted; false where it moved meanwhile.
pub(in crate::donations) async fn set_counted(tx: &mut Tx, gift: &Offline, counted: &Counted<'_>, now: Instant) -> sqlx::Result<bool> {
    const SQL: &str = "UPDATE offline_gift SET state = 'counted', amount_minor = $3, entry_id = $4, donation_id = $5, agreed_by = $6,
                              bank_line = $7, counted_at = $8 WHERE id = $1 AND state = $2";
    let Counted { amount, entry, donation, agreed_by, bank_line } = counted;
    let changed = run!(
        tx,
        execute,
        sqlx::query(SQL)
            .bind(gift.id)
            .bind(gift.state)
            .bind(amount.minor)
            .bind(entry)
            .bind(donation)
            .bind(*agreed_by)
            .bind(*bank_line)
            .bind(now)
    )?;
    Ok(changed == 1)
}

pub(in crate::donations) async fn set_bounced(tx: &mut Tx, gift: &Offline, because: &str) -> sqlx::Result<bool> {
    const SQL: &str =
        "UPDATE offline_gift SET state = 'bounced', bounced_because = $2 WHERE id = $1 AND state = 'counted' AND kind = 'cheque'";
    let bounced = run!(tx, execute, sqlx::query(SQL).bind(gift.id).bind(because))? == 1;
    run!(tx, execute, sqlx::query("UPDATE donation SET state = 'failed' WHERE id = $1").bind(gift.donation_id))?;
    Ok(bounced)
}

/// Whether a line of the bank's brought a gift already.
pub(in crate::donations) async fn is_line_taken(tx: &mut Tx, line: &str) -> sqlx::Result<bool> {
    let found: Option<OfflineId> =
        run!(tx, fetch_optional, sqlx::query_scalar("SELECT id FROM offline_gift WHERE bank_line = $1").bind(line))?;
    Ok(found.is_some())
}

/// Writes the gift that it is from now on, so that one batch of a publication holds every gift.
pub(in crate::donations) async fn insert_donation(
    tx: &mut Tx,
    gift: &Offline,
    reference: &str,
    amount: Money,
    now: Instant,
) -> sqlx::Result<DonationId> {
    const SQL: &str = "INSERT INTO donation (ref, number, fund_id, origin, state, currency, donor, pledged_at, settled_at, settled_minor,
                              settled_fee_minor, settled_currency, clearing)
                       SELECT $1, number, fund_id, $2, $3, currency, NULL, $4, $4, $5, fee_minor, currency, 0 FROM offline_gift WHERE id = $6
                       RETURNING id";
    let (origin, state) = (Origin::Elsewhere, State::Paid);
    run!(tx, fetch_one, sqlx::query_scalar(SQL).bind(reference).bind(origin).bind(state).bind(now).bind(amount.minor).bind(gift.id))
}

/// Forgets who gave by hand, and who gave goods, to a fund.
pub(in crate::donations) async fn forget_donors(tx: &mut Tx, fund: FundId) -> sqlx::Result<()> {
    run!(tx, execute, sqlx::query("UPDATE offline_gift SET donor = NULL WHERE fund_id = $1 AND donor IS NOT NULL").bind(fund))?;
    run!(tx, execute, sqlx::query("UPDATE goods SET donor = NULL WHERE fund_id = $1 AND donor IS NOT NULL").bind(fund)).map(drop)
}
