//! Where donors' words are kept: each donor has a key of its own, wrapped by the master key, and what the donor told us is sealed with it.
//! Erasing a donor destroys that key. Not here: what a donor's words are (`donor`), copies of the keys (`donor_keys`).

use std::collections::BTreeSet;

use super::donor::{Donor, Listing};
use super::store::{donors, repeats, retention};
use crate::clock::Instant;
use crate::db::{Db, Tx};
use crate::ids::{DonationId, DonorId, Entropy, FundId};
use crate::seal::{Keyring, OwnKey};
use crate::transact;

/// How many gifts that were sealed before are moved in one transaction.
const MOVED_AT_ONCE: i64 = 200;

crate::record! {
    /// A gift's sealed words with what opens them.
    pub struct Sealed {
        /// The gift they were told with.
        pub donation_id: DonationId,
        /// Whose they are.
        pub donor_id: DonorId,
        /// What the key is bound to.
        pub donor_reference: String,
        /// What the words are bound to.
        pub reference: String,
        /// The gift's fund.
        pub fund_id: FundId,
        /// The donor's key, wrapped.
        pub wrapped: Vec<u8>,
        /// The words.
        pub words: Vec<u8>,
    }
}

crate::record! {
    /// A gift whose donor was sealed with the master key itself.
    pub struct SealedBefore {
        /// The gift.
        pub id: DonationId,
        /// What the words are bound to.
        pub reference: String,
        /// Its fund.
        pub fund_id: FundId,
        /// Address and name.
        pub donor: Vec<u8>,
    }
}

/// A name that waits to be looked at.
#[derive(Debug)]
pub(super) struct Kept<'a> {
    pub donation: DonationId,
    pub reference: &'a str,
    pub donor: DonorId,
    pub fund: FundId,
    pub name: &'a [u8],
    pub at: Instant,
}

/// Keeps what a donor told us with a gift.
pub(super) async fn keep(
    tx: &mut Tx,
    (donation, reference, fund): (DonationId, &str, FundId),
    donor: &Donor,
    (keys, entropy): (&Keyring, &Entropy),
    now: Instant,
) -> sqlx::Result<()> {
    let (id, donor_reference) = donors::take(tx, &entropy.reference(), &keys.index(&donor.email)).await?;
    let key = key_of(tx, id, &donor_reference, keys, entropy).await?;
    donors::insert_words(tx, (donation, id, fund), &key.seal(entropy, &words_context(reference), &donor.written())).await?;
    list(tx, (donation, id, fund), &donor.listing, (&key, entropy), now).await
}

/// The key of a donor, made where there is none, or none that can be opened.
pub(super) async fn key_of(tx: &mut Tx, donor: DonorId, reference: &str, keys: &Keyring, entropy: &Entropy) -> sqlx::Result<OwnKey> {
    let context = key_context(reference);
    let wrapped = donors::find_key(tx, donor).await?;
    if let Some(wrapped) = wrapped {
        return keys.unwrap_key(&context, &wrapped).ok_or_else(|| sqlx::Error::Decode("a donor's key does not open".into()));
    }
    let (key, wrapped) = keys.new_key(entropy, &context);
    donors::insert_key(tx, donor, &wrapped, keys.version()).await?;
    Ok(key)
}

/// Puts the name that a donor wants to be listed by before the people who look at names.
async fn list(
    tx: &mut Tx,
    (donation, donor, fund): (DonationId, DonorId, FundId),
    listing: &Listing,
    (key, entropy): (&OwnKey, &Entropy),
    now: Instant,
) -> sqlx::Result<()> {
    let Some(name) = listing.name() else { return donors::drop_name(tx, donation).await };
    let reference = entropy.reference();
    let name = key.seal(entropy, &name_context(&reference), name.as_bytes());
    donors::put_name(tx, &Kept { donation, reference: &reference, donor, fund, name: &name, at: now }).await
}

/// What the donor of a gift told us; of a gift that came again, what was told with the one it began with. None: nobody is known, or no more.
///
/// # Errors
/// When the database is gone.
pub async fn donor_of(tx: &mut Tx, keys: &Keyring, donation: DonationId) -> sqlx::Result<Option<Donor>> {
    Ok(words_of(tx, donation).await?.and_then(|sealed| opened(&sealed, keys)).map(|(donor, _)| donor))
}

/// Whose a gift is, and the gift their words came with; None: nobody is known, or no more.
pub(super) async fn whose(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<(DonorId, DonationId)>> {
    Ok(words_of(tx, donation).await?.map(|sealed| (sealed.donor_id, sealed.donation_id)))
}

/// The sealed words that count for a gift: its own, or those of the gift it is a payment of.
async fn words_of(tx: &mut Tx, donation: DonationId) -> sqlx::Result<Option<Sealed>> {
    if let Some(own) = donors::find_words(tx, donation).await? {
        return Ok(Some(own));
    }
    let Some(first) = repeats::beginning_of(tx, donation).await? else { return Ok(None) };
    donors::find_words(tx, first).await
}

/// What the donor of these words wished; None: nothing, or nobody is known any more.
pub(super) fn wish_in(sealed: &Sealed, keys: &Keyring) -> Option<String> {
    opened(sealed, keys).and_then(|(donor, _)| donor.wish)
}

fn opened(sealed: &Sealed, keys: &Keyring) -> Option<(Donor, OwnKey)> {
    let key = keys.unwrap_key(&key_context(&sealed.donor_reference), &sealed.wrapped)?;
    let donor = Donor::read(&key.open(&words_context(&sealed.reference), &sealed.words)?)?;
    Some((donor, key))
}

/// Seals something more that the donor of a gift told us; None: nobody is known, or no more.
pub(super) async fn seal_for(
    tx: &mut Tx,
    (keys, entropy): (&Keyring, &Entropy),
    donation: DonationId,
    context: &str,
    told: &[u8],
) -> sqlx::Result<Option<Vec<u8>>> {
    let sealed = words_of(tx, donation).await?;
    Ok(sealed.and_then(|sealed| opened(&sealed, keys)).map(|(_, key)| key.seal(entropy, context, told)))
}

/// Opens what [`seal_for`] sealed; None: the donor was erased since.
pub(super) async fn open_of(
    tx: &mut Tx,
    keys: &Keyring,
    donation: DonationId,
    context: &str,
    told: &[u8],
) -> sqlx::Result<Option<Vec<u8>>> {
    let sealed = words_of(tx, donation).await?;
    Ok(sealed.and_then(|sealed| opened(&sealed, keys)).and_then(|(_, key)| key.open(context, told)))
}

/// Changes how the donor of a gift is listed; a name to show waits until a person has looked at it. False: nobody is known, or no more.
///
/// # Errors
/// When the database is gone.
pub async fn list_as(
    tx: &mut Tx,
    keys: &Keyring,
    entropy: &Entropy,
    donation: DonationId,
    listing: &Listing,
    now: Instant,
) -> sqlx::Result<bool> {
    if donors::hold_donor_of(tx, donation).await?.is_none() {
        return Ok(false);
    }
    let Some(sealed) = words_of(tx, donation).await? else { return Ok(false) };
    let Some((donor, key)) = opened(&sealed, keys) else { return Ok(false) };
    if donor.listing == *listing {
        return Ok(true);
    }
    let donor = Donor { listing: listing.clone(), ..donor };
    donors::set_words(tx, sealed.donation_id, &key.seal(entropy, &words_context(&sealed.reference), &donor.written())).await?;
    list(tx, (sealed.donation_id, sealed.donor_id, sealed.fund_id), listing, (&key, entropy), now).await?;
    Ok(true)
}

/// Erases the donor of a gift, and with it all that the donor ever told us, in every fund: the key goes, and what it sealed is noise wherever
/// a copy lies. The gifts stay; a stand-in, which has nothing of the address in it, holds them together, so that the donor goes on counting
/// once. False: nobody is known, or no more.
///
/// # Errors
/// When the database is gone.
pub async fn erase(tx: &mut Tx, keys: &Keyring, donation: DonationId, now: Instant) -> sqlx::Result<bool> {
    let Some((donor, reference)) = donors::hold_donor_of(tx, donation).await? else { return Ok(false) };
    donors::erase(tx, donor, &keys.token(&format!("erased donor/{reference}")), now).await?;
    Ok(true)
}

/// Erases a donor of whom nothing is kept any more; whoever gave to another fund as well, or gets a fund's news, is still known there.
pub(super) async fn erase_unknown(tx: &mut Tx, keys: &Keyring, (donor, reference): (DonorId, &str), now: Instant) -> sqlx::Result<()> {
    if retention::has_no_words(tx, donor).await? {
        donors::erase(tx, donor, &keys.token(&format!("erased donor/{reference}")), now).await?;
    }
    Ok(())
}

/// The names that may be shown for a fund, in alphabetical order; a donor with several gifts stands there once by each name.
///
/// # Errors
/// When the database is gone.
pub async fn shown_names(tx: &mut Tx, keys: &Keyring, fund: FundId) -> sqlx::Result<Vec<String>> {
    names(tx, keys, fund, false).await
}

/// Those that the public sees: each came with a publication after the one that counted its gift, so that no batch can be read out of it.
///
/// # Errors
/// When the database is gone.
pub async fn published_names(tx: &mut Tx, keys: &Keyring, fund: FundId) -> sqlx::Result<Vec<String>> {
    names(tx, keys, fund, true).await
}

async fn names(tx: &mut Tx, keys: &Keyring, fund: FundId, published: bool) -> sqlx::Result<Vec<String>> {
    let mut names = BTreeSet::new();
    for (donor, donor_reference, reference, wrapped, sealed) in donors::shown_names(tx, fund, published).await? {
        let key = keys.unwrap_key(&key_context(&donor_reference), &wrapped);
        let name = key.and_then(|key| key.open(&name_context(&reference), &sealed)).and_then(|name| String::from_utf8(name).ok());
        names.extend(name.map(|name| (name.to_lowercase(), name, donor)));
    }
    Ok(names.into_iter().map(|(_, name, _)| name).collect())
}

/// Moves gifts whose donor was sealed with the master key itself under keys of the donors' own, and gives how many. Twice is once.
///
/// # Errors
/// When the database is gone.
pub async fn move_in(db: &Db, keys: &Keyring, entropy: &Entropy, now: Instant) -> sqlx::Result<usize> {
    let mut moved = 0;
    loop {
        let some: sqlx::Result<usize> = transact!(db, tx => move_some(tx, keys, entropy, now).await);
        match some? {
            0 => return Ok(moved),
            some => moved += some,
        }
    }
}

async fn move_some(tx: &mut Tx, keys: &Keyring, entropy: &Entropy, now: Instant) -> sqlx::Result<usize> {
    let before = donors::sealed_before(tx, MOVED_AT_ONCE).await?;
    for gift in &before {
        let old = keys.open(&format!("donation.donor/{}", gift.reference), &gift.donor).and_then(|old| Donor::read_old(&old));
        if let Some(donor) = old {
            keep(tx, (gift.id, &gift.reference, gift.fund_id), &donor, (keys, entropy), now).await?;
        }
        donors::drop_before(tx, gift.id).await?;
    }
    Ok(before.len())
}

pub(super) fn key_context(donor_reference: &str) -> String {
    format!("donor_key.wrapped/{donor_reference}")
}

fn words_context(reference: &str) -> String {
    format!("donor_words.words/{reference}")
}

pub(super) fn name_context(reference: &str) -> String {
    format!("public_name.name/{reference}")
}
