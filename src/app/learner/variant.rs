//! Variants: every learner another draw of the same world.

use course::content::Digest;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use hmac::{Hmac, KeyInit as _, Mac as _};
use seed::Seed;
use sha2::Sha256;

/// The seed of the data and of the practice exam, where there is no variant.
pub const USUAL: u64 = 1;

/// The seed of a variant. The same key gives the same data wherever it is used; 48 bits, which every reader of JSON keeps whole.
pub fn seed(exercise: &str, key: &str) -> u64 {
    Seed::new(USUAL).named("variant").named(exercise).named(key).bits() >> 16
}

/// What stands for a grader's secret where there is none: a practice exam is no secret.
const PRACTICE: u64 = 1;

/// The seed of a practice exam, from the seed of the learner's data and the digest of the plan: an unchanged plan meets the same
/// patients again, to the byte, and a changed one new ones. So trying again is no lottery. 48 bits, as [`fn@seed`].
pub fn exam(data: u64, plan: Digest) -> u64 {
    Seed::new(PRACTICE).named("exam").at(data).named(&plan.to_string()).bits() >> 16
}

/// The seed of a graded exam, from a key that a grader made for the learner and keeps, and the digest of the plan: the same plan has the
/// same verdict, and nobody without the key can draw these patients. HMAC-SHA-256 (RFC 2104); 48 bits, as [`fn@seed`].
pub fn graded(key: &str, plan: Digest) -> u64 {
    // HMAC takes keys of every length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key.as_bytes()) else { return PRACTICE };
    mac.update(plan.to_string().as_bytes());
    mac.finalize().into_bytes().iter().take(6).fold(0, |bits, byte| bits << 8 | u64::from(*byte))
}

/// A key as it may be written: a student's number, a name, a group.
///
/// # Errors
/// An empty or very long key, or one with control characters.
pub fn key(written: &str, place: &Place) -> Result<String, Fault> {
    let key = written.trim();
    if key.is_empty() || key.chars().count() > 64 || key.chars().any(|c| c.is_control() || c == '"' || c == '\\') {
        return Err(Fault::new(
            Id::BadName,
            place.clone(),
            text!("the key \"{key}\"", "キー \"{key}\""),
            Text::new("1 to 64 letters or digits, such as a student's number", "1〜64文字の文字・数字（学籍番号など）"),
        ));
    }
    Ok(key.to_owned())
}
