//! The one door to files that other people wrote, submissions and courses, and to folders of theirs into which we write.
//!
//! Only a regular file inside its folder is opened, reached without any link, and never more of it is read than a stated limit. So a
//! link reads no other file, a FIFO stops nobody, and neither a device nor a file of many gigabytes fills the memory. The check looks
//! first and opens then: it is for files that lie still, not against a program that exchanges them at this moment.

pub mod power;

use std::fs::{File, Metadata};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::Text;

/// The most that a plan, answers or another small file of a workspace may have, in bytes.
pub const HAND_IN: u64 = 1 << 20;

/// The most that a text of a course (TOML, Markdown) may have, in bytes.
pub const COURSE_TEXT: u64 = 16 << 20;

/// The most that a table of a course may have, in bytes.
pub const TABLE: u64 = 1 << 30;

/// Why a file is not read.
#[derive(Debug)]
pub enum Refused {
    /// There is nothing of this name.
    Missing,
    /// Something stands there that is no regular file: which part of the path, and what it is.
    NotAFile(String, Other),
    /// The name leads out of its folder, or cannot be a file's name on every system.
    Name(String),
    /// It is larger than its limit, both in bytes.
    TooLarge(u64, u64),
    /// The disk said no.
    Disk(io::Error),
}

/// What is no regular file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// A symbolic link, a junction.
    Link,
    /// A folder where a file should be.
    Folder,
    /// A file where a folder should be.
    File,
    /// A FIFO, a socket, a device.
    Special,
}

impl Refused {
    /// What was found, and what was expected instead. `what` names what the file should be, for example a plan.
    pub fn fault(&self, file: &str, what: &Text) -> Fault {
        let plain = Text::new(
            "a regular file inside its folder: copy the file itself to this place",
            "このフォルダーの中にある通常のファイル（ファイルそのものをここにコピーしてください）",
        );
        let (found, expected) = match self {
            Self::Missing => (Text::new("no such file", "ファイルがありません"), what.clone()),
            Self::NotAFile(part, Other::Link) => (
                text!(
                    "{part} is a link to somewhere else, which is not followed",
                    "{part} は別の場所へのリンクです（リンクはたどりません）"
                ),
                text!(
                    "{part} itself in this place: remove the link (what it leads to stays), and copy the file here; a folder that the program writes, such as results, is made anew",
                    "このフォルダーの中にある {part} そのもの（リンクを削除しても、リンク先は残ります。ファイルならここにコピーしてください。results のようにプログラムが書き込むフォルダーは、新しく作られます）"
                ),
            ),
            Self::NotAFile(part, Other::Folder) => (text!("{part} is a folder", "{part} はフォルダーです"), {
                let (en, ja) = (&what.en, &what.ja);
                text!(
                    "{en}: move the folder, or give it another name",
                    "{ja}（フォルダー {part} を移動するか、名前を変えてください）"
                )
            }),
            Self::NotAFile(part, Other::File) => (
                text!(
                    "{part} is a file where a folder should be",
                    "フォルダーがあるべき場所に、ファイル {part} があります"
                ),
                text!("a folder: move or rename {part}", "フォルダー（{part} を移動するか、名前を変えてください）"),
            ),
            Self::NotAFile(part, Other::Special) => (
                text!(
                    "{part} is a device, a pipe or a socket, not a file",
                    "{part} はファイルではなく、デバイス・パイプ・ソケットのいずれかです"
                ),
                plain,
            ),
            Self::Name(name) => {
                let name = name.escape_debug();
                (
                    text!("the name \"{name}\"", "名前 \"{name}\""),
                    Text::new(
                        "a name inside its folder: no `..`, no `\\`, no drive, and none that Windows reserves, such as CON",
                        "フォルダー内の名前（`..`・`\\`・ドライブ名や、CONなどWindowsの予約名は使えません）",
                    ),
                )
            }
            Self::TooLarge(bytes, limit) => {
                let (bytes, limit) = (size(*bytes), size(*limit));
                (
                    text!("a file of {bytes}, which is not read", "大きさが{bytes}のため、読み込みません"),
                    text!("a file of at most {limit}", "{limit}以下のファイル"),
                )
            }
            Self::Disk(error) => (
                text!("a file that cannot be read ({error})", "読み込めないファイルです（{error}）"),
                Text::new(
                    "a file that you may read: look at its rights, and whether another program has it open",
                    "読み取りできるファイル（アクセス権と、ほかのプログラムで開いていないかを確認してください）",
                ),
            ),
        };
        let id = match self {
            Self::Missing => Id::MissingFile,
            Self::NotAFile(..) => Id::NotAFile,
            Self::Name(_) => Id::BadName,
            Self::TooLarge(..) => Id::TooLarge,
            Self::Disk(_) => Id::Unreadable,
        };
        Fault::new(id, Place::file(file), found, expected)
    }
}

impl Refused {
    /// The same of a file that was to be written.
    pub fn unwritten(&self, file: &str) -> Fault {
        match self {
            Self::Disk(error) => unwritable(file, error),
            refused => refused.fault(file, &Text::new("a place to write to", "書き込みできる場所")),
        }
    }
}

/// Something that cannot be written: which file or folder, what the disk said, and what whoever owns it can do.
pub fn unwritable(path: &str, error: &io::Error) -> Fault {
    let expected = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Text::new(
            "room on the disk: free some space, then call the command again",
            "空き容量（不要なファイルを削除してから、もう一度実行してください）",
        ),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Text::new(
            "a folder in which you may write: change its rights, or go to one of your own, such as your home folder",
            "書き込みできるフォルダー（アクセス権を変更するか、ホームフォルダーなど自分のフォルダーで実行してください）",
        ),
        ErrorKind::NotFound => Text::new(
            "a folder that is there: it was deleted or moved. Go to another one (cd), and call the command again",
            "存在するフォルダー（削除または移動されています。cd で別のフォルダーに移ってから、もう一度実行してください）",
        ),
        _ => Text::new(
            "a place where files can be written: is this one open in another program, such as Excel?",
            "書き込みできる場所（Excelなど、ほかのプログラムで開いていないか確認してください）",
        ),
    };
    Fault::new(
        Id::Unwritable,
        Place::file(path),
        text!("it cannot be written ({error})", "書き込めません（{error}）"),
        expected,
    )
}

/// `3.2 MB`; a device has no size of its own.
fn size(bytes: u64) -> String {
    let rounded = |unit: f64| format!("{:.1}", bytes as f64 / unit).trim_end_matches(".0").to_owned();
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        1_000_000..1_000_000_000 => format!("{} MB", rounded(1e6)),
        _ => format!("{} GB", rounded(1e9)),
    }
}

/// Whether a name is one part of a path on every system: no way out of its folder, no separators, no name that Windows reserves.
pub fn is_name(name: &str) -> bool {
    const RESERVED: &[&str] = &["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_uppercase();
    let numbered = |port: &str| {
        stem.strip_prefix(port).is_some_and(|number| {
            matches!(number, "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "¹" | "²" | "³")
        })
    };
    !name.is_empty()
        && name.len() <= 255
        && !name.ends_with(['.', ' '])
        && !name.contains(|c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|'))
        && !RESERVED.contains(&stem.as_str())
        && !numbered("COM")
        && !numbered("LPT")
}

/// The folder and the name of a file that somebody named, for [`read`] and [`write()`].
pub fn parted(path: &Path) -> (PathBuf, String) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    (folder.to_owned(), path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
}

/// Reads a file below `root` whole; `path` has `/` between its parts, and no part may be a link.
///
/// # Errors
/// Everything that is not a regular file inside `root` of at most `limit` bytes.
pub fn read(root: &Path, path: &str, limit: u64) -> Result<Vec<u8>, Refused> {
    let (file, seen) = open(root, path, limit)?;
    let mut bytes = Vec::with_capacity(usize::try_from(seen.len()).unwrap_or(0));
    // What grows while it is read, or lies about its size, stops here.
    file.take(limit + 1).read_to_end(&mut bytes).map_err(Refused::Disk)?;
    let read = bytes.len() as u64;
    if read > limit { Err(Refused::TooLarge(read, limit)) } else { Ok(bytes) }
}

/// Whether a file could be [`read`], without reading it.
///
/// # Errors
/// As [`read`].
pub fn sound(root: &Path, path: &str, limit: u64) -> Result<(), Refused> {
    open(root, path, limit).map(drop)
}

/// A folder below `root`, where it is there: reached without any link.
///
/// # Errors
/// A missing folder, a link or anything else on the way that is no folder; a name that cannot be one.
pub fn folder(root: &Path, path: &str) -> Result<PathBuf, Refused> {
    let mut at = root.to_owned();
    let mut shown = String::new();
    for part in parts(path) {
        (at, shown) = below(&at, &shown, part)?;
        let seen = look(&at)?;
        if !seen.is_dir() {
            return Err(Refused::NotAFile(shown, kind(&seen)));
        }
    }
    Ok(at)
}

/// The same, made where it is not there yet.
///
/// # Errors
/// As [`folder`], and the disk's.
pub fn make_folder(root: &Path, path: &str) -> Result<PathBuf, Refused> {
    std::fs::create_dir_all(root).map_err(|error| match root.ancestors().find(|at| at.is_file()) {
        Some(file) => Refused::NotAFile(file.display().to_string(), Other::File),
        None => Refused::Disk(error),
    })?;
    let mut made = String::new();
    for part in parts(path) {
        if !made.is_empty() {
            made.push('/');
        }
        made += part;
        match folder(root, &made) {
            Err(Refused::Missing) => match std::fs::create_dir(root.join(&made)) {
                // Another call of the program may have been faster.
                Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(Refused::Disk(error)),
                _ => drop(folder(root, &made)?),
            },
            Err(refused) => return Err(refused),
            Ok(_) => {}
        }
    }
    Ok(root.join(made))
}

/// How what is not written to the end is called: hidden, and swept away later.
const UNFINISHED: &str = ".part";

/// Writes a file below `root` whole or not at all: into a hidden file beside it, which is then given its name. What stood there is
/// replaced; where it was a link, the link is, not what it leads to.
///
/// # Errors
/// As [`make_folder`].
pub fn write(root: &Path, path: &str, bytes: &[u8]) -> Result<(), Refused> {
    let (within, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (at, _) = below(&make_folder(root, within)?, within, name)?;
    let mut unfinished = unfinished().tempfile_in(at.parent().unwrap_or(root)).map_err(Refused::Disk)?;
    whole(unfinished.as_file_mut(), bytes)?;
    unfinished.persist(&at).map_err(|error| Refused::Disk(error.error))?;
    power::step();
    Ok(())
}

/// Writes a file to its end, and to the disk.
fn whole(file: &mut File, bytes: &[u8]) -> Result<(), Refused> {
    let (first, second) = power::halves(bytes);
    power::step();
    file.write_all(first).map_err(Refused::Disk)?;
    power::step();
    file.write_all(second).and_then(|()| file.sync_all()).map_err(Refused::Disk)?;
    power::step();
    Ok(())
}

/// A folder below `root` that is written whole or not at all: hidden until [`Whole::named`] gives it its name, and gone where that
/// is not reached.
#[derive(Debug)]
pub struct Whole(tempfile::TempDir);

impl Whole {
    /// Makes it in a folder that is there.
    ///
    /// # Errors
    /// The disk's.
    pub fn begun(within: &Path) -> Result<Self, Refused> {
        let mut builder = unfinished();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(std::fs::Permissions::from_mode(0o777));
        }
        Ok(Self(builder.tempdir_in(within).map_err(Refused::Disk)?))
    }

    /// Writes a file into it, or into a folder of it.
    ///
    /// # Errors
    /// The disk's; a name that cannot be a file's.
    pub fn write(&self, path: &str, bytes: &[u8]) -> Result<(), Refused> {
        let (within, name) = path.rsplit_once('/').unwrap_or(("", path));
        let (at, _) = below(&make_folder(self.0.path(), within)?, within, name)?;
        whole(&mut File::create_new(at).map_err(Refused::Disk)?, bytes)
    }

    /// Gives it the first of these names that is not taken, beside where it is.
    ///
    /// # Errors
    /// The disk's.
    pub fn named(self, names: impl Iterator<Item = String>) -> Result<String, Refused> {
        let within = self.0.path().parent().map(Path::to_owned).unwrap_or_default();
        for name in names {
            let (at, _) = below(&within, "", &name)?;
            if at.symlink_metadata().is_ok() {
                continue;
            }
            match std::fs::rename(self.0.path(), &at) {
                Ok(()) => {
                    power::step();
                    return Ok(name);
                }
                // Another call of the program was faster.
                Err(_) if at.symlink_metadata().is_ok() => {}
                Err(error) => return Err(Refused::Disk(error)),
            }
        }
        Err(Refused::Disk(io::Error::from(ErrorKind::AlreadyExists)))
    }
}

/// Takes away what calls that were killed left unfinished in a folder: whatever is an hour older than a file that is made now, so
/// that a call at work loses nothing. What cannot be taken away stays.
pub fn sweep(folder: &Path) {
    let changed = |path: &Path| path.symlink_metadata().and_then(|seen| seen.modified()).ok();
    let left: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with('.') && name.ends_with(UNFINISHED)
        })
        .map(|entry| entry.path())
        .collect();
    if left.is_empty() {
        return;
    }
    // By the clock of the disk itself, which may be another machine's.
    let Ok(now) = unfinished().tempfile_in(folder) else { return };
    for path in left {
        let age = changed(now.path()).zip(changed(&path)).and_then(|(now, then)| now.duration_since(then).ok());
        if age.is_some_and(|age| age > Duration::from_hours(1)) {
            let _ = if path.is_dir() { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        }
    }
}

/// A hidden name, with the rights that a file written plainly would have.
fn unfinished() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".").suffix(UNFINISHED);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder
}

fn open(root: &Path, path: &str, limit: u64) -> Result<(File, Metadata), Refused> {
    let (within, name) = match path.rsplit_once('/') {
        Some(("", _)) => return Err(Refused::Name(path.to_owned())),
        Some(split) => split,
        None => ("", path),
    };
    let (at, shown) = below(&folder(root, within)?, within, name)?;
    let seen = look(&at)?;
    if !seen.is_file() {
        let other = kind(&seen);
        return Err(Refused::NotAFile(shown, other));
    }
    if seen.len() > limit {
        return Err(Refused::TooLarge(seen.len(), limit));
    }
    let file = File::open(&at).map_err(Refused::Disk)?;
    let opened = file.metadata().map_err(Refused::Disk)?;
    if !opened.is_file() || !is_same(&seen, &opened) {
        return Err(Refused::NotAFile(shown, Other::Link));
    }
    Ok((file, opened))
}

/// The parts of a path; the empty path has none, an absolute one begins with an empty name.
fn parts(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(move |_| !path.is_empty())
}

fn below(at: &Path, shown: &str, part: &str) -> Result<(PathBuf, String), Refused> {
    if !is_name(part) {
        return Err(Refused::Name(part.to_owned()));
    }
    Ok((at.join(part), if shown.is_empty() { part.to_owned() } else { format!("{shown}/{part}") }))
}

fn look(path: &Path) -> Result<Metadata, Refused> {
    path.symlink_metadata().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Refused::Missing,
        _ => Refused::Disk(error),
    })
}

fn kind(seen: &Metadata) -> Other {
    if seen.is_symlink() {
        Other::Link
    } else if seen.is_dir() {
        Other::Folder
    } else if seen.is_file() {
        Other::File
    } else {
        Other::Special
    }
}

#[cfg(unix)]
fn is_same(seen: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (seen.dev(), seen.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same(_seen: &Metadata, _opened: &Metadata) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_on_every_system() {
        for name in ["plan.toml", "brief.en.md", "console", "com", "com10.csv", "病院.csv", ".schema", "a b.csv"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "", ".", "..", "a/b", "a\\b", "C:", "c:plan", "con", "CON.toml", "Aux.csv", "nul .txt", "lpt1", "com¹",
            "a.", "a ", "a\0b", "a\nb",
        ] {
            assert!(!is_name(name), "{name:?}");
        }
    }

    #[test]
    fn only_files_inside_their_folder_within_the_limit_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("in")).unwrap();
        std::fs::write(root.join("in/file"), "12345").unwrap();
        std::fs::write(root.join("secret"), "secret").unwrap();
        let inside = root.join("in");
        assert_eq!(read(&inside, "file", 5).unwrap(), b"12345");
        assert!(matches!(read(&inside, "file", 4), Err(Refused::TooLarge(5, 4))));
        assert!(matches!(read(&inside, "../secret", 100), Err(Refused::Name(_))));
        assert!(matches!(read(&inside, "/etc/passwd", 100), Err(Refused::Name(_))));
        assert!(matches!(read(&inside, "none", 100), Err(Refused::Missing)));
        assert!(matches!(read(root, "in", 100), Err(Refused::NotAFile(_, Other::Folder))));
        assert!(matches!(read(root, "secret/file", 100), Err(Refused::NotAFile(_, Other::File))));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed_on_any_part_of_the_way() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("true")).unwrap();
        std::fs::write(root.join("true/file"), "x").unwrap();
        std::os::unix::fs::symlink(root.join("true"), root.join("linked")).unwrap();
        std::os::unix::fs::symlink(root.join("true/file"), root.join("true/link")).unwrap();
        assert!(matches!(read(root, "linked/file", 9), Err(Refused::NotAFile(part, Other::Link)) if part == "linked"));
        assert!(matches!(read(root, "true/link", 9), Err(Refused::NotAFile(_, Other::Link))));
        assert!(matches!(make_folder(root, "linked/new"), Err(Refused::NotAFile(_, Other::Link))));
        assert!(!root.join("true/new").exists());
        // A device is never read, nor waited for.
        assert!(matches!(read(Path::new("/dev"), "zero", 9), Err(Refused::NotAFile(_, Other::Special))));
    }
}
