//! The class's secret: from it come the exam of each learner and the key of each variant. It stays in its file.

use std::fmt::{self, Write as _};
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use app::ending::Ending;
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Its name in the class folder.
pub const FILE: &str = "secret";

const BYTES: usize = 32;

/// The secret. It cannot be printed.
pub struct Secret([u8; BYTES]);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Makes one from the system's own source of chance, where there is none yet; only its owner may read the file.
    ///
    /// # Errors
    /// The disk's; no source of chance.
    pub fn make(folder: &Path) -> Result<(), Ending> {
        let mut bytes = [0_u8; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| Ending::ours(&error))?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let written = options.open(folder.join(FILE)).and_then(|mut file| {
            file.write_all(hex(&bytes).as_bytes())?;
            file.sync_all()
        });
        match written {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            written => written.map_err(|error| Ending::Disk(disk::unwritable(FILE, &error))),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// It is not there, is no secret, or others may read it.
    pub fn read(folder: &Path) -> Result<Self, Ending> {
        let expected = Text::new(
            "the class's secret, as `practicum class new` made it: without it no exam can be drawn again",
            "`practicum class new` が作ったクラスの秘密鍵（これがないと、同じ試験を再現できません）",
        );
        let bytes = disk::read(folder, FILE, 1000).map_err(|refused| vec![refused.fault(FILE, &expected)])?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(folder.join(FILE)).map_or(0, |seen| seen.permissions().mode());
            if mode & 0o077 != 0 {
                let mode = format!("{:03o}", mode & 0o777);
                let found = text!(
                    "a secret that others may read (its rights are {mode})",
                    "ほかの利用者も読める状態です（アクセス権は {mode}）"
                );
                let expected = Text::new(
                    "a file of your own alone: chmod 600 secret. If somebody has read it, they can draw every exam: make a new class",
                    "自分だけが読めるファイル（chmod 600 secret）。だれかに読まれた場合は試験を再現されるので、クラスを作り直してください",
                );
                return Err(Ending::Faults(vec![Fault::new(Id::Refused, Place::file(FILE), found, expected)]));
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        let digits = text.trim();
        let byte = |at: usize| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..BYTES).map(byte).collect();
        let read = bytes.filter(|_| digits.len() == 2 * BYTES).and_then(|bytes| bytes.try_into().ok());
        read.map(Self).ok_or_else(|| {
            let found = Text::new("something that is no secret", "秘密鍵ではない内容です");
            Ending::Faults(vec![Fault::new(Id::Unreadable, Place::file(FILE), found, expected)])
        })
    }

    fn mac(&self, words: &[&str]) -> [u8; 32] {
        // HMAC takes keys of every length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return [0; 32] };
        for word in words {
            // With its length before it, so that no two lists of words read alike.
            mac.update(&(word.len() as u64).to_be_bytes());
            mac.update(word.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }

    /// The key from which the exams of somebody (a learner, a group) in an exercise are drawn; it goes to the worker, who adds the plan.
    pub fn exam(&self, whose: &str, exercise: &str) -> String {
        hex(&self.mac(&["exam", whose, exercise]))
    }

    /// By what the secret is known again, and nothing can be drawn.
    pub fn identity(&self) -> String {
        hex(&self.mac(&["identity"]))
    }

    /// The key of somebody's variant: ten letters and digits that nobody misreads.
    pub fn variant(&self, whose: &str) -> String {
        const SIGNS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
        self.mac(&["variant", whose]).iter().take(10).map(|byte| char::from(SIGNS[usize::from(byte % 31)])).collect()
    }
}

/// Bytes as digits of base 16.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_made_once_read_by_its_owner_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        Secret::make(folder.path()).unwrap();
        let first = Secret::read(folder.path()).unwrap();
        Secret::make(folder.path()).unwrap();
        let second = Secret::read(folder.path()).unwrap();
        assert_eq!(first.exam("a", "x"), second.exam("a", "x"));
        assert_eq!(format!("{first:?}"), "Secret");
        assert_ne!(first.exam("a", "x"), first.exam("a", "y"));
        assert_ne!(first.exam("ab", "c"), first.exam("a", "bc"));
        assert_eq!(first.variant("a").len(), 10);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let path = folder.path().join(FILE);
            assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
            assert!(Secret::read(folder.path()).is_err());
        }
    }
}
