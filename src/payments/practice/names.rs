//! Ids such as `ch_…`: a row's number, scrambled by the seed, so that an id finds its row without a map and tells nothing of the order.

/// Odd, hence invertible modulo 2^64; its inverse is worked out once by Newton's iteration.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;
const UNSPREAD: u64 = inverse(SPREAD);
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Letters that hold any u64 in base 62.
const NUMBER_LETTERS: usize = 11;
const TAG_LETTERS: usize = 13;

/// Turns row numbers into ids and back. Two practice accounts of different seeds share no id.
#[derive(Debug)]
pub struct Names {
    tag: String,
    mask: u64,
}

impl Names {
    pub fn new(seed: [u8; 16]) -> Self {
        let (tag, mask) = seed.split_at(8);
        let word = |bytes: &[u8]| bytes.iter().fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
        Self { tag: base62(word(tag), TAG_LETTERS), mask: word(mask) }
    }

    /// The id of row `number` among those of `prefix` (`ch_`).
    pub fn text(&self, prefix: &str, number: u32) -> String {
        let scrambled = (u64::from(number) ^ self.mask_of(prefix)).wrapping_mul(SPREAD);
        format!("{prefix}{}{}", self.tag, base62(scrambled, NUMBER_LETTERS))
    }

    /// The row number behind an id of this prefix; None for what this account never made.
    pub fn number(&self, prefix: &str, text: &str) -> Option<u32> {
        let letters = text.strip_prefix(prefix)?.strip_prefix(self.tag.as_str())?;
        if letters.len() != NUMBER_LETTERS {
            return None;
        }
        let scrambled = letters.bytes().try_fold(0_u64, |value, letter| {
            let digit = LETTERS.iter().position(|known| *known == letter)?;
            value.checked_mul(62)?.checked_add(u64::try_from(digit).ok()?)
        })?;
        u32::try_from(scrambled.wrapping_mul(UNSPREAD) ^ self.mask_of(prefix)).ok()
    }

    /// Each prefix has its own mask: the first charge and the first refund do not share their letters.
    fn mask_of(&self, prefix: &str) -> u64 {
        prefix.bytes().fold(self.mask, |mask, byte| mask.rotate_left(7) ^ u64::from(byte))
    }
}

fn base62(mut value: u64, width: usize) -> String {
    let mut letters = vec![b'0'; width];
    for letter in letters.iter_mut().rev() {
        *letter = LETTERS[usize::try_from(value % 62).expect("a remainder of 62 is small")];
        value /= 62;
    }
    letters.into_iter().map(char::from).collect()
}

const fn inverse(odd: u64) -> u64 {
    let mut guess = odd;
    let mut round = 0;
    while round < 5 {
        guess = guess.wrapping_mul(2_u64.wrapping_sub(odd.wrapping_mul(guess)));
        round += 1;
    }
    guess
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_leads_back_to_its_row_and_to_no_other_kind() {
        let names = Names::new(*b"sixteen bytes ok");
        for number in [0, 1, 2, 61, 62, 100_000, u32::MAX] {
            let id = names.text("ch_", number);
            assert_eq!(id.len(), 27, "{id}");
            assert_eq!(names.number("ch_", &id), Some(number));
            assert_ne!(names.number("re_", &id.replace("ch_", "re_")), Some(number));
        }
        assert_eq!(names.number("ch_", "ch_unknown"), None);
        assert_eq!(names.number("ch_", ""), None);
        assert_eq!(Names::new(*b"another seed....").number("ch_", &names.text("ch_", 3)), None);
    }
}
