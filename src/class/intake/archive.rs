//! Archives and folders of unknown people, as a list of small files. Nothing is unpacked onto the disk; an entry that could lead out,
//! deceive or fill the memory is refused by itself, and its neighbours are read.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use app::learner::hand_in::{ANSWERS, PLAN, is_like};
use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Text, unseen};
use unicode_normalization::UnicodeNormalization as _;
use zip::ZipArchive;

/// The most of one file, in bytes: what a learner hands in as one file holds two of [`disk::HAND_IN`].
const LARGEST: u64 = 4 * disk::HAND_IN;

/// What may be read of an archive or a folder.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// Entries.
    pub entries: usize,
    /// Bytes, after unpacking.
    pub bytes: u64,
}

/// Of a whole class.
pub const OF_CLASS: Most = Most { entries: 200_000, bytes: 1 << 30 };

/// Of what one learner packed.
pub const OF_ONE: Most = Most { entries: 2_000, bytes: 64 << 20 };

/// A file that was found.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its path, with `/` between folders, as it may be shown.
    pub path: String,
    /// What is in it.
    pub body: Body,
}

/// What is in a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Its bytes.
    Bytes(Vec<u8>),
    /// Nothing that could be a hand-in, by its name: not read.
    Other,
    /// It is not read, because.
    Refused(Text),
    /// It cannot be read, and nobody knows what is in it: a person must look.
    Unreadable(Text),
}

impl Entry {
    /// The name without its folders.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    /// Its ending, in small letters.
    pub fn ending(&self) -> String {
        self.name().rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default()
    }

    /// The bytes, where they were read.
    pub fn bytes(&self) -> Option<&[u8]> {
        match &self.body {
            Body::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Whether a file could be (part of) a hand-in.
fn is_wanted(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_lowercase()).unwrap_or_default();
    matches!(ending.as_str(), "toml" | "json" | "html" | "htm" | "yml" | "yaml" | "zip")
        || is_like(name, PLAN)
        || is_like(name, ANSWERS)
}

/// A name as it may be shown, and whether it may be used.
fn checked(name: &str) -> Result<String, Text> {
    let shown: String = name.chars().flat_map(char::escape_debug).take(200).collect();
    let refused = |why_en: &str, why_ja: &str| Err(text!("the name {shown}: {why_en}", "名前 {shown}：{why_ja}"));
    if name.len() > 1000 {
        return refused("too long", "長すぎます");
    }
    if name.contains(unseen) {
        return refused("letters that cannot be seen", "見えない文字が含まれています");
    }
    if name.split('/').any(|part| !disk::is_name(part)) {
        return refused(
            "it leads out of its folder, or is no name on every system",
            "フォルダーの外を指しているか、使えない名前です",
        );
    }
    Ok(name.to_owned())
}

/// A name for comparison: what one disk or another holds for the same.
fn folded(name: &str) -> String {
    name.nfc().flat_map(char::to_lowercase).collect()
}

/// Reads a zip; `file` is what faults call it.
///
/// # Errors
/// No archive that can be read, or one with too much in it.
pub fn zip(file: &str, from: impl Read + Seek, most: Most) -> Result<Vec<Entry>, Fault> {
    let wrong = |found: Text| {
        Fault::new(
            Id::Unreadable,
            Place::file(file),
            found,
            Text::new("a zip as a learning platform makes it", "学習プラットフォームが出力したzipファイル"),
        )
    };
    let broken = || wrong(Text::new("an archive that cannot be read", "読み取れないアーカイブです"));
    let mut zip = ZipArchive::new(from).map_err(|_| broken())?;
    if zip.len() > most.entries {
        let (n, most) = (zip.len(), most.entries);
        return Err(wrong(text!(
            "{n} files in it; at most {most} are read",
            "{n}個のファイルが入っています（読み込むのは{most}個まで）"
        )));
    }
    let mut left = most.bytes;
    let mut seen = BTreeSet::new();
    let mut entries = Vec::new();
    for at in 0..zip.len() {
        let told = zip
            .by_index_raw(at)
            .map(|raw| (named(raw.name_raw(), raw.name().ok().as_deref()), raw.is_dir(), raw.encrypted()));
        let Ok(mut entry) = zip.by_index(at) else {
            // Its name can be read also where its content cannot: whose it is is known.
            let (name, is_folder, is_encrypted) = told.unwrap_or_else(|_| ((at + 1).to_string(), false, false));
            if is_folder {
                continue;
            }
            let why = if is_encrypted {
                Text::new("it is encrypted", "暗号化されています")
            } else {
                Text::new("it is damaged", "破損しています")
            };
            let path = checked(&name).unwrap_or_else(|_| shown(&name));
            // What could be no hand-in by its name need not be read.
            let is_other = path.contains('.') && !is_wanted(path.rsplit('/').next().unwrap_or_default());
            entries.push(Entry { path, body: if is_other { Body::Other } else { Body::Unreadable(why) } });
            continue;
        };
        let name = named(entry.name_raw(), entry.name().ok().as_deref());
        if entry.is_dir() {
            continue;
        }
        let is_link = entry.is_symlink();
        // The kind of file, where Unix wrote the archive: regular, or not told.
        let is_special = entry.unix_mode().is_some_and(|mode| !matches!(mode & 0o170_000, 0 | 0o100_000));
        let body = match checked(&name) {
            Err(why) => Body::Refused(why),
            Ok(_) if is_link || is_special => {
                Body::Refused(Text::new("a link or a device, not a file", "ファイルではなく、リンクまたはデバイスです"))
            }
            Ok(_) if !seen.insert(folded(&name)) => Body::Refused(Text::new(
                "a second file of the same name (but for capital letters or accents)",
                "同じ名前のファイルが2つあります（大文字・小文字などの違いだけです）",
            )),
            Ok(_) if !is_wanted(name.rsplit('/').next().unwrap_or_default()) => Body::Other,
            Ok(_) => {
                // What an archive says of sizes is not believed: so many bytes are unpacked, and no more.
                let most = LARGEST.min(left);
                let mut bytes = Vec::new();
                match entry.by_ref().take(most + 1).read_to_end(&mut bytes) {
                    Ok(read) if read as u64 <= most => {
                        left -= read as u64;
                        Body::Bytes(bytes)
                    }
                    Ok(_) if most < LARGEST => {
                        return Err(wrong(too_much()));
                    }
                    Ok(_) => {
                        left = left.saturating_sub(LARGEST);
                        Body::Refused(too_large())
                    }
                    Err(_) => Body::Unreadable(Text::new("it is damaged", "破損しています")),
                }
            }
        };
        entries.push(Entry { path: checked(&name).unwrap_or_else(|_| shown(&name)), body });
    }
    // Of entries with one and the same name an archive opens as the last: which was meant, it does not say.
    let start = zip.central_directory_start();
    for name in twice(zip.into_inner(), start) {
        let path = checked(&name).unwrap_or_else(|_| shown(&name));
        let why = Text::new("two files of exactly this name are in the archive", "同じ名前のファイルが2つ入っています");
        if let Some(entry) = entries.iter_mut().find(|entry| entry.path == path && entry.body != Body::Other) {
            entry.body = Body::Unreadable(why);
        }
    }
    Ok(entries)
}

/// The names that stand more than once in an archive's list of what it holds.
fn twice(mut from: impl Read + Seek, start: u64) -> BTreeSet<String> {
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    if from.seek(SeekFrom::Start(start)).is_err() {
        return twice;
    }
    let mut from = BufReader::new(from);
    let mut head = [0_u8; 46];
    let number = |head: &[u8; 46], at: usize| usize::from(u16::from_le_bytes([head[at], head[at + 1]]));
    // The head of each: APPNOTE 4.3.12.
    while from.read_exact(&mut head).is_ok() && head.starts_with(b"PK\x01\x02") {
        let mut name = vec![0; number(&head, 28)];
        let rest = number(&head, 30) + number(&head, 32);
        if from.read_exact(&mut name).is_err() {
            break;
        }
        let mut left = rest;
        while left > 0 {
            let n = from.fill_buf().map_or(0, |bytes| bytes.len().min(left));
            if n == 0 {
                return twice;
            }
            from.consume(n);
            left -= n;
        }
        let name = named(&name, None);
        if !seen.insert(name.clone()) {
            twice.insert(name);
        }
    }
    twice
}

fn too_much() -> Text {
    Text::new("more in it than is read", "内容が大きすぎます")
}

fn of_hand_ins() -> Text {
    Text::new("a folder of hand-ins", "提出物のフォルダー")
}

fn too_large() -> Text {
    let most = LARGEST >> 20;
    text!("larger than {most} MB", "{most} MBを超えています")
}

/// A name that is refused, as it may be shown: its folder stays, so that it is known whose it is.
fn shown(name: &str) -> String {
    let plain: String = name.chars().take(300).map(|c| if unseen(c) || c == '\\' { '\u{fffd}' } else { c }).collect();
    plain.replace("..", "\u{fffd}").split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// A name as its writer meant it: UTF-8, or CP932 as Japanese Windows writes it, or what the archive says otherwise.
fn named(raw: &[u8], said: Option<&str>) -> String {
    if let Ok(name) = std::str::from_utf8(raw) {
        return name.to_owned();
    }
    let (name, _, broken) = encoding_rs::SHIFT_JIS.decode(raw);
    if broken {
        said.map_or_else(|| String::from_utf8_lossy(raw).into_owned(), str::to_owned)
    } else {
        name.into_owned()
    }
}

/// So many folders one within another are looked into.
const DEEPEST: usize = 12;

/// Reads a folder on the disk.
///
/// # Errors
/// A folder that cannot be read, or with too much in it.
pub fn folder(file: &str, root: &Path, most: Most) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    let mut left = most.bytes;
    let mut open = vec![String::new()];
    while let Some(folder) = open.pop() {
        let listed = std::fs::read_dir(root.join(&folder))
            .map_err(|error| disk::Refused::Disk(error).fault(file, &of_hand_ins()))?;
        let mut names: Vec<_> = listed.flatten().collect();
        names.sort_by_key(std::fs::DirEntry::file_name);
        for entry in names {
            let name = entry.file_name().to_string_lossy().into_owned();
            // What a system or an editor leaves behind.
            if name.starts_with('.') || name == "__MACOSX" || name == "Thumbs.db" {
                continue;
            }
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kind = entry.file_type().ok();
            if kind.is_some_and(|kind| kind.is_dir()) && checked(&path).is_ok() {
                if path.matches('/').count() < DEEPEST {
                    open.push(path);
                } else {
                    let why = Text::new("a folder too deep within others", "フォルダーの階層が深すぎます");
                    entries.push(Entry { path, body: Body::Unreadable(why) });
                }
                continue;
            }
            if entries.len() >= most.entries {
                let most = most.entries;
                let found = text!("more than {most} files in it", "{most}個を超えるファイルが入っています");
                return Err(Fault::new(Id::TooMany, Place::file(file), found, of_hand_ins()));
            }
            let body = match checked(&path) {
                Err(why) => Body::Refused(why),
                Ok(_) if !is_wanted(&name) => Body::Other,
                Ok(_) => match disk::read(root, &path, LARGEST.min(left)) {
                    Ok(bytes) => {
                        left -= bytes.len() as u64;
                        Body::Bytes(bytes)
                    }
                    Err(disk::Refused::TooLarge(bytes, _)) if bytes <= LARGEST => {
                        return Err(Fault::new(Id::TooLarge, Place::file(file), too_much(), of_hand_ins()));
                    }
                    Err(disk::Refused::TooLarge(..)) => Body::Refused(too_large()),
                    Err(refused) => Body::Refused(refused.fault(&path, &Text::new("a file", "ファイル")).found),
                },
            };
            entries.push(Entry { path: checked(&path).unwrap_or_else(|_| shown(&path)), body });
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Cursor, Write as _};
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn packed(files: &[(&str, &[u8])]) -> Cursor<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(bytes).unwrap();
        }
        zip.add_symlink("a/link.toml", "/etc/passwd", SimpleFileOptions::default()).unwrap();
        let mut bytes = zip.finish().unwrap();
        bytes.set_position(0);
        bytes
    }

    #[test]
    fn what_could_lead_out_or_deceive_is_refused_and_its_neighbours_are_read() {
        let bomb = vec![0_u8; 20 << 20];
        let long = format!("{}/plan.toml", "x".repeat(4000));
        let hostile = [
            "../evil.toml",
            "/abs.toml",
            "a\\..\\plan.toml",
            "c:\\plan.toml",
            "a/con.toml",
            "a/plan.toml.",
            "a/b\u{202e}.toml",
            "a/../../plan.toml",
            &long,
        ];
        let mut files: Vec<(&str, &[u8])> = hostile.iter().map(|name| (*name, b"x".as_slice())).collect();
        files.extend([
            ("a/plan.toml", b"mine".as_slice()),
            ("A/PLAN.toml", b"twin"),
            ("b/e\u{301}.toml", b"1"),
            ("b/\u{e9}.toml", b"2"),
            ("c/plan.toml", &bomb),
            ("c/notes.docx", b"x"),
        ]);
        let entries = zip("class.zip", packed(&files), OF_CLASS).unwrap();
        let read: Vec<(&str, &[u8])> = entries.iter().filter_map(|e| Some((e.path.as_str(), e.bytes()?))).collect();
        assert_eq!(read, [("a/plan.toml", b"mine".as_slice()), ("b/e\u{301}.toml", b"1")]);
        let refused = entries.iter().filter(|entry| matches!(entry.body, Body::Refused(_))).count();
        assert_eq!(refused, hostile.len() + 4, "{entries:?}");
        assert!(entries.iter().all(|entry| !entry.path.contains("..") && !entry.path.contains(unseen)));
    }

    #[test]
    fn too_many_entries_and_what_is_no_archive_are_told() {
        let files = [("a/plan.toml", b"x".as_slice()), ("b/plan.toml", b"x"), ("c/plan.toml", b"x")];
        assert!(zip("z", packed(&files), Most { entries: 2, bytes: 100 }).is_err());
        assert!(zip("z", packed(&files), Most { entries: 9, bytes: 2 }).is_err());
        assert!(zip("z", Cursor::new(b"PK\x03\x04 no".to_vec()), OF_CLASS).is_err());
    }

    #[test]
    fn two_entries_of_one_name_are_not_chosen_from() {
        // No writer makes such an archive: the second name is changed in the bytes.
        let mut bytes = packed(&[("a/plan.toml", b"one"), ("a/plam.toml", b"two"), ("b/plan.toml", b"x")]).into_inner();
        for at in 0..bytes.len() - 11 {
            if bytes[at..].starts_with(b"a/plam.toml") {
                bytes[at..at + 11].copy_from_slice(b"a/plan.toml");
            }
        }
        let entries = zip("z", Cursor::new(bytes), OF_CLASS).unwrap();
        let of = |path: &str| entries.iter().filter(|entry| entry.path == path).collect::<Vec<_>>();
        assert!(matches!(&of("a/plan.toml")[..], [Entry { body: Body::Unreadable(_), .. }]), "{entries:?}");
        assert_eq!(of("b/plan.toml")[0].bytes(), Some(b"x".as_slice()));
    }

    #[test]
    fn names_of_japanese_windows_are_read() {
        let (name, _, _) = encoding_rs::SHIFT_JIS.encode("佐藤花子_12_assignsubmission_file");
        assert_eq!(named(&name, Some("?")), "佐藤花子_12_assignsubmission_file");
    }
}
