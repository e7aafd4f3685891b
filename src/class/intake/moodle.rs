//! The names of Moodle's "download all submissions": who is meant is told by the end of a folder's name, whatever stands before it.

/// What a folder's (or, in the flat form, a file's) name says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// The learner or the team, or a word such as `Participant` where names are hidden.
    pub(super) name: String,
    /// Their number in this assignment; of a team, the team's.
    pub(super) number: u64,
    /// Whether it holds what was written into the text field.
    pub(super) online: bool,
    /// In the flat form, the file's own name.
    pub(super) file: Option<String>,
}

/// `<Full name>_<number>_assignsubmission_file`, in earlier versions with `_` behind it, flat with `_<file name>`.
pub(super) fn named(part: &str) -> Option<Named> {
    const MARK: &str = "_assignsubmission_";
    let at = part.rfind(MARK)?;
    let (before, behind) = (&part[..at], &part[at + MARK.len()..]);
    let (online, rest) = match behind.strip_prefix("onlinetext") {
        Some(rest) => (true, rest),
        None => (false, behind.strip_prefix("file")?),
    };
    let file = match rest.strip_prefix('_') {
        Some(file) => Some(file),
        None if rest.is_empty() => None,
        None => return None,
    };
    let (name, number) = before.rsplit_once('_')?;
    // The number is of one assignment; it is not the user's.
    let number = number.parse().ok()?;
    let name = name.replace('_', " ").trim().to_owned();
    Some(Named { name, number, online, file: file.filter(|file| !file.is_empty()).map(str::to_owned) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_meant_is_read_from_the_right() {
        let of = |part: &str| named(part).map(|named| (named.name, named.number, named.online, named.file));
        let plain = |name: &str, number, online| Some((name.to_owned(), number, online, None));
        assert_eq!(of("Anna Maria O'Brien_41_assignsubmission_file"), plain("Anna Maria O'Brien", 41, false));
        assert_eq!(of("佐藤 花子_7_assignsubmission_onlinetext"), plain("佐藤 花子", 7, true));
        assert_eq!(of("Participant_123_assignsubmission_file_"), plain("Participant", 123, false));
        assert_eq!(of("Group_A_2_9_assignsubmission_file"), plain("Group A 2", 9, false));
        let flat = Some(("Ken Tanaka".to_owned(), 5, false, Some("plan.toml".to_owned())));
        assert_eq!(of("Ken Tanaka_5_assignsubmission_file_plan.toml"), flat);
        for other in [
            "Ken Tanaka_5",
            "plan.toml",
            "x_assignsubmission_file",
            "Ken_x_assignsubmission_file",
            "K_5_assignsubmission_comments",
        ] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
