//! What donors are told once their fund is closed: who got what was left. Once each, to those whose address is still known. Not here: who got it
//! (`publication`), when it is told (`jobs`).

use super::donor_of;
use super::letters::Pen;
use super::store::donors;
use crate::clock::Instant;
use crate::db::Tx;
use crate::funds::Fund;
use crate::ids::DonationId;
use crate::language::Language;
use crate::mail::{self, Kind, Letter};

/// How many gifts one transaction looks at.
const AT_ONCE: i64 = 100;

/// What is told, in one language.
#[derive(Clone, Debug)]
pub struct Told {
    /// The language.
    pub language: Language,
    /// Each group and what it got, a row a line and a tab between both.
    pub table: String,
    /// The path of the closing report under the site.
    pub path: String,
}

/// Tells the donors of the next gifts to a fund behind `after`, and gives the last of these; None: none are left. Whoever was told before is not told
/// again.
///
/// # Errors
/// When the database is gone.
pub async fn tell(
    tx: &mut Tx,
    pen: Pen<'_>,
    (fund, after): (&Fund, DonationId),
    results: &[Told],
    now: Instant,
) -> sqlx::Result<Option<DonationId>> {
    let known = donors::known_of_fund(tx, fund.id, after, AT_ONCE).await?;
    for (gift, donor_reference) in &known {
        let cause = format!("result {} {donor_reference}", fund.reference);
        if mail::is_written(tx, &cause).await? {
            continue;
        }
        let Some(donor) = donor_of(tx, pen.keys, *gift).await? else { continue };
        let Some(told) = results.iter().find(|told| told.language == donor.language) else { continue };
        let (values, link) = ([("table", &*told.table)], format!("{}{}", pen.base_url, told.path));
        let (to, language, kind) = (&*donor.email, donor.language, Kind::LeftoverResult);
        let letter = Letter { cause: &cause, to, language, kind, values: &values, link: Some(&link) };
        mail::queue(tx, &letter, pen.keys, pen.entropy, now).await?;
    }
    Ok(known.last().map(|(gift, _)| *gift))
}
