//! Personal data in a file that learners get: by the names of columns, and by the shapes of values, in English and in Japanese.
//!
//! A finding shows where it stands and what it looks like, never the value: of letters and digits but the first, only stars.

use super::Material;
use super::surnames::{SURNAMES, Surname};
use crate::finding::{Finding, Rule};
use course::dataset::Role;
use diagnostics::fault::Place;
use diagnostics::text;
use diagnostics::text::{Text, narrow};
use engine::synth;
use tables::Sheet;

/// This share of a column's values has a shape, before the column is taken to hold such values.
const MOST: f64 = 0.8;

/// Names and numbers of persons are another one in most rows; what is shared by more is a category.
const OWN: f64 = 0.5;

/// Fewer values than this are too few to know a column by their shape.
const FEW: usize = 5;

/// Days of birth spread over more years than anything else that is dated in a table.
const YEARS: f64 = 40.0;

/// What identifies a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Telephone,
    Mail,
    Birth,
    Postcode,
    Address,
    Insurance,
    Record,
}

impl Kind {
    fn text(self) -> Text {
        match self {
            Self::Name => Text::new("names of persons", "氏名"),
            Self::Telephone => Text::new("telephone numbers", "電話番号"),
            Self::Mail => Text::new("e-mail addresses", "メールアドレス"),
            Self::Birth => Text::new("dates of birth", "生年月日"),
            Self::Postcode => Text::new("postcodes", "郵便番号"),
            Self::Address => Text::new("addresses", "住所"),
            Self::Insurance => {
                Text::new("insurance or national numbers", "保険者番号・被保険者番号・個人番号などの番号")
            }
            Self::Record => Text::new("numbers of medical records", "カルテ番号・診察券番号"),
        }
    }

    /// How to keep what the exercise may need.
    fn instead(self) -> Text {
        match self {
            Self::Birth => Text::new("the age in years, in place of the date", "生年月日の代わりに、年齢（歳）"),
            Self::Postcode | Self::Address => Text::new(
                "a region with many inhabitants, or no such column",
                "人口の多い地域区分にするか、列を除くこと",
            ),
            Self::Record => Text::new(
                "numbers made up for this file, whose key stays in the hospital",
                "このファイルのために振り直した番号（対応表は院外に出さないこと）",
            ),
            _ => Text::new("a file without this column", "この列のないファイル"),
        }
    }
}

/// Columns of a dataset's file that hold what identifies a person; of a hidden one, the file itself does.
pub(super) fn columns(material: &Material) -> Vec<Finding> {
    let Some(sheet) = &material.sheet else { return Vec::new() };
    let mut findings = Vec::new();
    for name in sheet.names() {
        let role = material.written.task.dataset.role(name);
        let Ok(words) = sheet.words(name) else { continue };
        // An outcome identifies nobody, whatever it is called.
        let Some((kind, row, shown)) =
            Some(role).filter(|role| *role != Role::Label).and_then(|_| personal(name, &words))
        else {
            continue;
        };
        findings.push(match excused(material, name) {
            Some((place, why)) => excuse(place, name, kind, &why),
            None => finding(sheet, name, role, (kind, row, &shown)),
        });
    }
    findings
}

/// Why the author says that a column holds nothing of a person, and where; nothing where they say nothing.
fn excused(material: &Material, name: &str) -> Option<(Place, String)> {
    let columns = material.written.dataset.maybe_table("source")?.tables("columns");
    let column = columns.into_iter().find(|column| column.string("name") == name)?;
    let why = column.maybe_string("not_personal").filter(|why| !why.value.trim().is_empty())?;
    Some((why.place, why.value))
}

fn excuse(place: Place, name: &str, kind: Kind, why: &str) -> Finding {
    let (en, ja) = (kind.text().en, kind.text().ja);
    Rule::Personal.remark(
        place,
        text!(
            "the column `{name}` looks as if it held {en}; its author says that it does not: {why}",
            "列 `{name}` は{ja}のように見えますが、作成者によれば該当しません：{why}"
        ),
        Text::new("a reason that whoever gets the folder can check", "フォルダーを受け取る人が確かめられる理由"),
    )
}

fn finding(sheet: &Sheet, name: &str, role: Role, (kind, row, shown): (Kind, usize, &str)) -> Finding {
    let (what, instead) = (kind.text(), kind.instead());
    let place = Material::place_of_row(sheet, row, Some(name));
    let row = row + 1;
    let (what_en, what_ja, instead_en, instead_ja) = (what.en, what.ja, instead.en, instead.ja);
    if role.is_visible() {
        return Rule::Personal.broken(
            place,
            text!(
                "the column `{name}` seems to hold {what_en}, as in row {row}: {shown}",
                "列 `{name}` に{what_ja}とみられる値があります（例：{row}行目の {shown}）"
            ),
            text!(
                "{instead_en}: a learner must not be able to tell who a patient is; or, where it is none, {{ name = \"{name}\", not_personal = \"what it is\" }} under [source] columns",
                "{instead_ja}（学習者が患者を特定できないようにしてください）。該当しない値なら、[source] の columns に {{ name = \"{name}\", not_personal = \"何の値か\" }} と書いてください"
            ),
        );
    }
    Rule::Personal.remark(
        place,
        text!(
            "the column `{name}` seems to hold {what_en}, as in row {row}: {shown}. Learners do not see it, but whoever gets the course folder gets the file",
            "列 `{name}` に{what_ja}とみられる値があります（例：{row}行目の {shown}）。学習者には見えませんが、教材のフォルダーを受け取った人にはファイルごと渡ります"
        ),
        text!("{instead_en}, before the folder is handed on", "フォルダーを渡す前に、{instead_ja}"),
    )
}

/// What a column holds of persons, with a row (from 0) and what of it may be shown.
fn personal(name: &str, words: &[Option<String>]) -> Option<(Kind, usize, String)> {
    let filled: Vec<(usize, &str)> =
        words.iter().enumerate().filter_map(|(row, word)| Some((row, word.as_deref()?.trim()))).collect();
    let (first, example) = *filled.first()?;
    if let Some(kind) = by_name(name).filter(|kind| fits(*kind, &filled)) {
        return Some((kind, first, masked(example)));
    }
    // One such value in a note is one too many.
    for (row, value) in &filled {
        if let Some((kind, piece)) = anywhere(value) {
            return Some((kind, *row, masked(piece)));
        }
    }
    by_shape(name, &filled).map(|kind| (kind, first, masked(example)))
}

/// The letters and digits but the first are stars (of one alone, that one); signs between them stay, for they tell the shape.
fn masked(value: &str) -> String {
    /// More of it tells nothing more.
    const SHOWN: usize = 24;
    let many = value.chars().filter(|c| c.is_alphanumeric()).count() > 1;
    let mut kept = !many;
    let star = |c: char| {
        if !c.is_alphanumeric() || !std::mem::replace(&mut kept, true) { c } else { '*' }
    };
    let mut shown: String = value.chars().take(SHOWN).map(star).collect();
    if value.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}

/// The words of a column's name: `PatientName`, `patient_name` and `patient name` are two.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut before = ' ';
    for c in name.chars() {
        if !c.is_alphanumeric() || (c.is_ascii_uppercase() && before.is_ascii_lowercase()) {
            parts.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(last) = parts.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        before = c;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// What a column holds by its name. A name that could be another thing's (`drug_name`, `birth_weight`) says nothing.
fn by_name(name: &str) -> Option<Kind> {
    let parts = parts(name);
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let whole = parts.concat();
    let is = |names: &[&str]| names.contains(&whole.as_str());
    let has = |words: &[&str]| words.iter().any(|word| parts.contains(word));
    let contains = |pieces: &[&str]| pieces.iter().any(|piece| name.contains(piece));
    let person = [
        "patient", "pt", "first", "last", "full", "given", "family", "middle", "maiden", "guardian", "mother",
        "father", "kana",
    ];
    if is(&[
        "name",
        "surname",
        "firstname",
        "lastname",
        "fullname",
        "patientname",
        "familyname",
        "givenname",
        "sei",
        "mei",
        "kana",
        "furigana",
    ]) || (has(&["name"]) && has(&person))
        || contains(&["氏名", "姓名", "患者名", "フリガナ", "ふりがな", "ﾌﾘｶﾞﾅ", "カナ氏", "シメイ"])
        || is(&["名前", "お名前", "姓", "名", "本名"])
    {
        return Some(Kind::Name);
    }
    if is(&["tel", "phone", "telephone", "mobile", "fax", "cellphone", "phonenumber", "telno"])
        || (has(&["tel", "phone", "telephone", "mobile", "fax", "cell"])
            && has(&["no", "number", "num", "home", "work", "patient", "contact", "emergency"]))
        || contains(&["電話", "携帯番号", "連絡先", "ファックス", "ＴＥＬ"])
    {
        return Some(Kind::Telephone);
    }
    if has(&["email", "mail"])
        || whole.contains("email")
        || contains(&["メールアドレス", "電子メール", "Ｅメール", "Eメール"])
    {
        return Some(Kind::Mail);
    }
    if is(&["birth", "dob", "birthday", "birthdate", "dateofbirth", "bday"])
        || (has(&["birth", "born"]) && has(&["date", "day", "dt", "on"]))
        || contains(&["生年月日", "誕生日", "出生日"])
    {
        return Some(Kind::Birth);
    }
    if is(&["zip", "zipcode", "postcode", "postalcode", "postal"])
        || (has(&["zip", "post", "postal"]) && has(&["code", "patient", "home"]))
        || contains(&["郵便番号", "〒"])
    {
        return Some(Kind::Postcode);
    }
    if is(&["address", "street", "homeaddress", "streetaddress"])
        || (has(&["address"]) && has(&["home", "street", "patient", "postal"]))
        || contains(&["住所", "番地", "現住地"])
    {
        return Some(Kind::Address);
    }
    let numbered = ["no", "number", "num", "id", "code", "symbol"];
    if is(&["ssn", "nhsnumber", "mynumber", "nationalid", "insuranceno", "insuranceid", "insurancenumber"])
        || (has(&["insurance", "insured", "insurer", "insuree", "policy", "nhs", "medicare"]) && has(&numbered))
        || contains(&[
            "保険者番号",
            "保険証",
            "被保険者",
            "保険番号",
            "記号番号",
            "マイナンバー",
            "個人番号",
            "公費負担者番号",
            "受給者番号",
        ])
    {
        return Some(Kind::Insurance);
    }
    if is(&["mrn", "medicalrecordnumber", "chartno", "chartnumber", "hospitalno"])
        || (has(&["record", "chart", "hospital"]) && has(&["no", "number", "num"]))
        || contains(&["カルテ番号", "カルテNo", "診察券", "病歴番号"])
    {
        return Some(Kind::Record);
    }
    None
}

/// Whether values could be what their column's name says: yes and no, or a few categories, identify nobody.
fn fits(kind: Kind, filled: &[(usize, &str)]) -> bool {
    let mut values: Vec<&str> = filled.iter().map(|(_, value)| *value).collect();
    values.sort_unstable();
    values.dedup();
    let digits = |value: &str| value.chars().filter(char::is_ascii_digit).count();
    let most =
        |of: &dyn Fn(&str) -> bool| values.iter().filter(|value| of(value)).count() as f64 >= OWN * values.len() as f64;
    match kind {
        Kind::Name => values.len() > 2 && most(&|value| value.chars().any(char::is_alphabetic)),
        Kind::Telephone => most(&|value| digits(value) >= 7),
        Kind::Mail => most(&|value| value.contains('@')),
        // A year of birth is an age.
        Kind::Birth => most(&|value| digits(value) >= 5),
        // The first digits of a postcode are a region.
        Kind::Postcode => most(&|value| value.chars().filter(char::is_ascii_alphanumeric).count() >= 5),
        Kind::Address => values.len() > 2 && most(&|value| value.chars().count() >= 6),
        Kind::Insurance | Kind::Record => most(&|value| digits(value) >= 4),
    }
}

/// What identifies a person wherever it stands in a text: an e-mail address, a telephone number, a Japanese postcode with its sign.
fn anywhere(value: &str) -> Option<(Kind, &str)> {
    /// The shortest of them: `a@b.cd`.
    const SHORTEST: usize = 6;
    if value.len() < SHORTEST {
        return None;
    }
    let pieces = || {
        value
            .split(|c: char| {
                c.is_whitespace()
                    || matches!(c, ',' | ';' | '(' | ')' | '<' | '>' | '（' | '）' | '、' | '。' | '：' | '「' | '」')
            })
            .filter(|piece| !piece.is_empty())
    };
    if let Some(piece) = pieces().find(|piece| is_mail(piece)) {
        return Some((Kind::Mail, piece));
    }
    if let Some(piece) = pieces().find(|piece| is_telephone(piece)) {
        return Some((Kind::Telephone, piece));
    }
    if let Some(person) = addressed(value).or_else(|| known(value)).or_else(|| titled(value)) {
        return Some((Kind::Name, person));
    }
    if is_address(value) {
        return Some((Kind::Address, value));
    }
    if let Some(day) = birthday(value) {
        return Some((Kind::Birth, day));
    }
    pieces()
        .find(|piece| piece.strip_prefix('〒').is_some_and(is_japanese_postcode))
        .map(|piece| (Kind::Postcode, piece))
}

/// Figures as they stand in addresses.
const NUMERALS: &str = "一二三四五六七八九十";

/// The prefectures of Japan, without what they are (東京都 is 東京).
const PREFECTURES: &[&str] = &[
    "北海道",
    "青森",
    "岩手",
    "宮城",
    "秋田",
    "山形",
    "福島",
    "茨城",
    "栃木",
    "群馬",
    "埼玉",
    "千葉",
    "東京",
    "神奈川",
    "新潟",
    "富山",
    "石川",
    "福井",
    "山梨",
    "長野",
    "岐阜",
    "静岡",
    "愛知",
    "三重",
    "滋賀",
    "京都",
    "大阪",
    "兵庫",
    "奈良",
    "和歌山",
    "鳥取",
    "島根",
    "岡山",
    "広島",
    "山口",
    "徳島",
    "香川",
    "愛媛",
    "高知",
    "福岡",
    "佐賀",
    "長崎",
    "熊本",
    "大分",
    "宮崎",
    "鹿児島",
    "沖縄",
];

/// Whether a text holds a postal address: a town and, after it, the number of a house. A region alone is none.
fn is_address(value: &str) -> bool {
    is_japanese_address(value) || is_western_address(value)
}

/// 東京都港区芝1-2-3, 岡山市北区鹿田町二丁目5番1号: a town (市, 区, 町, 村) and behind it a house's number, as figures with dashes or
/// with 丁目, 番地 or 番; behind a prefecture one figure is enough.
fn is_japanese_address(value: &str) -> bool {
    let place = |c: char| is_kanji(c) || is_kana(c);
    let town = value.char_indices().rfind(|(at, c)| {
        // 区 by itself is no name, and 木村 a person's.
        let least = if "市区".contains(*c) { 1 } else { 2 };
        "市区町村郡".contains(*c) && value[..*at].chars().rev().take_while(|c| place(*c)).count() >= least
    });
    let Some((at, c)) = town else { return false };
    let behind: Vec<char> = value[at + c.len_utf8()..]
        .chars()
        .map(|c| match c {
            '０'..='９' => narrow(c),
            '‐' | '‑' | '–' | '－' | 'ー' | 'ｰ' | '\u{2212}' | 'の' | 'ノ' => '-',
            c => c,
        })
        .collect();
    let figure = |from: usize| {
        behind[from.min(behind.len())..].iter().take_while(|c| c.is_ascii_digit() || NUMERALS.contains(**c)).count()
    };
    let numbered = |from: usize| {
        let first = figure(from);
        let tail = from + first;
        let dashed = behind.get(tail) == Some(&'-') && (1..=4).contains(&figure(tail + 1));
        let tail: String = behind[tail..].iter().collect();
        let said = ["丁目", "番地", "番", "号"].iter().any(|word| tail.starts_with(word));
        let in_prefecture = PREFECTURES.iter().any(|name| value.contains(name)) && "市区町村".contains(c);
        let plain = in_prefecture && tail.trim().is_empty() && behind[from].is_ascii_digit();
        first > 0 && (dashed || said || plain)
    };
    // A house's number stands near its town.
    (0..behind.len().min(12)).any(numbered)
}

/// 12 High Street, 1600 Pennsylvania Avenue NW: a number, one to three capitalised words, and what a street is called.
fn is_western_address(value: &str) -> bool {
    const STREETS: &[&str] = &[
        "street",
        "st",
        "road",
        "rd",
        "avenue",
        "ave",
        "lane",
        "ln",
        "drive",
        "dr",
        "boulevard",
        "blvd",
        "terrace",
        "close",
        "crescent",
    ];
    let words: Vec<&str> = value.split([' ', ',']).filter(|word| !word.is_empty()).collect();
    words.iter().enumerate().any(|(at, word)| {
        let number = word.len() <= 5
            && word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_alphanumeric());
        let names =
            words[at + 1..].iter().take_while(|word| word.starts_with(|c: char| c.is_ascii_uppercase())).take(4);
        let names: Vec<String> = names.map(|word| word.trim_end_matches('.').to_lowercase()).collect();
        number && names.iter().skip(1).any(|name| STREETS.contains(&name.as_str()))
    })
}

/// A day of birth in a text: a whole date of an era before 1989 (what else of that age has its day written down?), or any whole date
/// that is said to be one of birth.
fn birthday(value: &str) -> Option<&str> {
    /// How far a date may stand from the word that says what it is, in characters.
    const NEAR: usize = 24;
    const SAID: &[&str] = &["生年月日", "誕生日", "DOB", "D.O.B", "dob", "born", "Born", "birth"];
    const OLD: &[&str] = &["昭和", "大正", "明治"];
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c) || c == '元';
    let mut from = 0;
    while let Some(start) = value[from..].find(digit).map(|at| from + at) {
        let (mut end, mut groups, mut at) = (start, 0, start);
        // Three numbers with one sign between each two.
        while groups < 3 {
            let length = value[at..].chars().take_while(|c| digit(*c)).map(char::len_utf8).sum::<usize>();
            if length == 0 {
                break;
            }
            groups += 1;
            at += length;
            end = at;
            match value[at..].chars().next() {
                Some(sign) if "年月-/.．".contains(sign) && groups < 3 => at += sign.len_utf8(),
                _ => break,
            }
        }
        if groups == 3 {
            let before = value[..start].trim_end();
            let era = OLD.iter().find(|era| before.ends_with(**era));
            let begin = era.map_or(start, |era| before.len() - era.len());
            let after = value[end..].trim_start_matches('日').trim_start();
            let near: String = before.chars().rev().take(NEAR).collect::<Vec<_>>().into_iter().rev().collect();
            if era.is_some() || after.starts_with('生') || SAID.iter().any(|word| near.contains(word)) {
                return Some(&value[begin..end]);
            }
        }
        from = end;
    }
    None
}

/// A person who is addressed in a note: surname and given name in three to five Chinese characters, and 様 or さん after them.
/// What people are to each other, or do, is written so too (主治医様, 担当者さん) and names nobody.
fn addressed(value: &str) -> Option<&str> {
    const OFFICES: &str = "者族医師員人長生妻親弟妹兄姉孫皆";
    let kanji = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}' | '々' | '〆');
    ["様", "さん"].into_iter().find_map(|title| {
        value.match_indices(title).find_map(|(at, _)| {
            let before = value[..at].trim_end_matches([' ', '\u{3000}']);
            let start =
                before.char_indices().rev().take_while(|(_, c)| kanji(*c) || *c == '\u{3000}' || *c == ' ').last()?.0;
            let name = &before[start..];
            let letters: Vec<char> = name.chars().filter(|c| kanji(*c)).collect();
            let person =
                (3..=5).contains(&letters.len()) && letters.last().is_some_and(|last| !OFFICES.contains(*last));
            person.then_some(name)
        })
    })
}

/// A frequent surname with what is said after a name (山田さん, ヤマダ様, 佐藤先生): two letters of it are enough.
fn known(value: &str) -> Option<&str> {
    ["様", "さん", "氏", "殿", "君", "くん", "ちゃん", "先生"].into_iter().find_map(|title| {
        value.match_indices(title).find_map(|(at, _)| {
            let before = &value[..at];
            let run = |of: &dyn Fn(char) -> bool| {
                let start =
                    before.char_indices().rev().take_while(|(_, c)| of(*c)).last().map_or(at, |(start, _)| start);
                &before[start..]
            };
            let kanji = run(&|c| is_kanji(c));
            let in_kanji = || {
                (1..=kanji.chars().count()).find_map(|letters| {
                    let start = kanji.char_indices().rev().nth(letters - 1)?.0;
                    let word = &kanji[start..];
                    // Of one letter it may be the end of another word.
                    ((letters > 1 || word == kanji) && SURNAMES.iter().any(|surname| surname.is(word))).then_some(word)
                })
            };
            // In kana only as a whole: many words end like a name.
            let kana = run(&|c| is_kana(c));
            in_kanji().or_else(|| (kana.chars().count() > 2 && is_surname(kana)).then_some(kana))
        })
    })
}

/// A person with a title before the name: Mr Smith, Mrs. Jones; after those that doctors have, or that begin a sentence, only a
/// frequent surname.
fn titled(value: &str) -> Option<&str> {
    let words: Vec<&str> = value.split_whitespace().collect();
    words.windows(2).find_map(|two| {
        let (title, name) =
            (two[0].trim_matches(|c: char| !c.is_alphanumeric()), two[1].trim_matches(|c: char| !c.is_alphanumeric()));
        let capital = name.chars().count() > 2 && name.chars().next().is_some_and(char::is_uppercase);
        let person = match title {
            "Mr" | "Mrs" | "Ms" => capital,
            "Miss" | "Dr" | "Prof" => capital && is_surname(name),
            _ => false,
        };
        person.then_some(name)
    })
}

fn is_mail(piece: &str) -> bool {
    let Some((who, host)) = piece.split_once('@') else { return false };
    let plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c));
    let ends = host
        .rsplit_once('.')
        .is_some_and(|(name, end)| !name.is_empty() && end.len() >= 2 && end.chars().all(|c| c.is_ascii_alphabetic()));
    plain(who) && plain(host) && ends
}

/// `A` for each digit of an area, `-` for any dash: the groups of a number that is written in groups.
fn groups(piece: &str) -> Option<Vec<usize>> {
    let mut groups = vec![0];
    for c in piece.chars() {
        match c {
            '0'..='9' | '０'..='９' => *groups.last_mut()? += 1,
            '-' | '‐' | '‑' | '–' | '－' | 'ー' | '\u{2212}' => groups.push(0),
            _ => return None,
        }
    }
    groups.iter().all(|&digits| digits > 0).then_some(groups)
}

/// Japanese numbers begin with 0 and are written in three groups (090-1234-5678, 03-1234-5678), mobile ones also as eleven digits;
/// others begin with + and the country, or are written 3-3-4 as in North America.
fn is_telephone(piece: &str) -> bool {
    if let Some(rest) = piece.strip_prefix('+') {
        let digits = rest.chars().filter(char::is_ascii_digit).count();
        return (9..=15).contains(&digits) && groups(rest).is_some();
    }
    let Some(groups) = groups(piece) else { return false };
    let zero = piece.starts_with(['0', '０']);
    let digits: usize = groups.iter().sum();
    match groups[..] {
        [_, _, last] if zero => last == 4 && (10..=11).contains(&digits),
        [area, middle, last] => (area, middle, last) == (3, 3, 4),
        [11] => ["070", "080", "090"].iter().any(|area| piece.starts_with(area)),
        _ => false,
    }
}

fn is_japanese_postcode(value: &str) -> bool {
    matches!(groups(value).as_deref(), Some([3, 4]))
}

/// A postcode of the United Kingdom: `SW1A 1AA`.
fn is_british_postcode(value: &str) -> bool {
    let Some((out, inward)) = value.split_once(' ') else { return false };
    let inward: Vec<char> = inward.chars().collect();
    let outward = out.len() >= 2
        && out.len() <= 4
        && out.starts_with(|c: char| c.is_ascii_uppercase())
        && out.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
        && out.chars().any(|c| c.is_ascii_digit());
    outward && matches!(inward[..], [a, b, c] if a.is_ascii_digit() && b.is_ascii_uppercase() && c.is_ascii_uppercase())
}

/// The number of an insurer (保険者番号, of 8 or 6 digits) ends with a check digit: the others, from the right times 2 and 1 in turn,
/// digits of products summed, make a multiple of ten with it (保険者番号、公費負担者番号…設定要領, Ministry of Health, Labour and Welfare).
fn is_insurer(value: &str) -> bool {
    let digits: Option<Vec<u32>> = value.chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| matches!(digits.len(), 6 | 8)) else { return false };
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &digit)| if i % 2 == 1 { 2 * digit / 10 + 2 * digit % 10 } else { digit })
        .sum();
    sum.is_multiple_of(10)
}

/// An individual number (マイナンバー) has 12 digits; the last is 11 less the remainder by 11 of the others, weighted from the right
/// 2 to 7 and 2 to 6, or 0 where the remainder is 0 or 1 (平成26年総務省令第85号, article 5).
fn is_individual_number(value: &str) -> bool {
    let digits: Option<Vec<u32>> = value.chars().map(|c| c.to_digit(10)).collect();
    let Some(digits) = digits.filter(|digits| digits.len() == 12) else { return false };
    let sum: u32 = digits[..11]
        .iter()
        .rev()
        .enumerate()
        .map(|(i, &digit)| digit * if i < 6 { i as u32 + 2 } else { i as u32 - 4 })
        .sum();
    let check = if sum % 11 <= 1 { 0 } else { 11 - sum % 11 };
    digits[11] == check
}

/// A social security number of the United States, in its groups.
fn is_social_security(value: &str) -> bool {
    matches!(groups(value).as_deref(), Some([3, 2, 4]))
}

fn is_kanji(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '々')
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}')
}

/// A name of two words: kanji and kanji, kana and kana, capitalised words, or a title before it.
fn is_name(value: &str) -> bool {
    let words: Vec<&str> = value.split([' ', '　', ',', '・']).filter(|word| !word.is_empty()).collect();
    let all = |word: &str, of: fn(char) -> bool, most: usize| {
        (1..=most).contains(&word.chars().count()) && word.chars().all(of)
    };
    let capitalised = |word: &str| {
        let mut letters = word.trim_end_matches('.').chars();
        letters.next().is_some_and(char::is_uppercase)
            && letters.clone().all(|c| c.is_lowercase() || c == '-' || c == '\'')
    };
    match words[..] {
        [title, _, ..] if ["Mr", "Mrs", "Ms", "Miss", "Dr"].contains(&title.trim_end_matches('.')) => true,
        [family, given] if all(family, is_kanji, 4) => all(given, is_kanji, 4) || all(given, is_kana, 5),
        [family, given] if all(family, is_kana, 8) => all(given, is_kana, 8),
        [_, _] if words.iter().all(|word| word.len() > 1 && word.chars().all(|c| c.is_ascii_uppercase())) => {
            words.iter().any(|word| is_surname(word))
        }
        [_, _] | [_, _, _] => words.iter().all(|word| capitalised(word)) && words.iter().any(|word| word.len() > 2),
        _ => false,
    }
}

/// Whether a word is a frequent surname, in Chinese characters, in either kana, or in Latin letters.
fn is_surname(word: &str) -> bool {
    let plain = katakana(word).to_lowercase();
    SURNAMES.iter().any(|surname| surname.is(&plain))
}

/// Hiragana as katakana; anything else as it is.
fn katakana(word: &str) -> String {
    word.chars()
        .map(|c| match c {
            '\u{3041}'..='\u{3096}' => char::from_u32(c as u32 + 0x60).unwrap_or(c),
            c => c,
        })
        .collect()
}

/// Whether a value is, or holds beside numbers, a surname and perhaps a given name: 佐藤花子, サトウハナコ, SATO Hanako, 佐藤花子12,
/// `sato_hanako_12`.
fn holds_surname(value: &str) -> bool {
    let letters = |c: char| c.is_alphabetic() || c == '々' || c == 'ー';
    let words: Vec<&str> = value.split(|c: char| !letters(c)).filter(|word| !word.is_empty()).collect();
    if words.is_empty() || words.len() > 4 {
        return false;
    }
    let plain = katakana(&words.concat());
    let count = plain.chars().count();
    if plain.chars().all(|c| is_kanji(c) || is_kana(c)) {
        let (most, of): (usize, fn(&Surname, &str) -> bool) =
            if plain.chars().all(is_kana) { (12, Surname::begins_in_kana) } else { (7, Surname::begins) };
        return (3..=most).contains(&count) && SURNAMES.iter().any(|surname| of(surname, &plain));
    }
    // In Latin letters a surname is a word of its own, for many words begin like one.
    plain.is_ascii() && words.iter().any(|word| word.len() >= 3 && is_surname(word))
}

/// Words in a column's name that tell that its numbers are those of things.
const OF_THINGS: &[&str] =
    &["lot", "batch", "serial", "device", "model", "kit", "sample", "specimen", "part", "product", "accession"];
const OF_THINGS_JA: &[&str] =
    &["ロット", "製造", "型番", "品番", "機器", "装置", "検体", "試薬", "受付", "商品", "在庫", "シリアル"];

/// What most of a column's values are by their shape.
fn by_shape(name: &str, filled: &[(usize, &str)]) -> Option<Kind> {
    let mut values: Vec<&str> = filled.iter().map(|(_, value)| *value).collect();
    values.sort_unstable();
    values.dedup();
    let n = values.len();
    if n < FEW {
        let people = values.iter().filter(|value| is_name(value) && holds_surname(value)).count();
        return (people > 1 && people as f64 >= OWN * n as f64).then_some(Kind::Name);
    }
    let share = |is: &dyn Fn(&str) -> bool| values.iter().filter(|value| is(value)).count() as f64 / n as f64;
    let named = parts(name);
    let of_things = OF_THINGS.iter().any(|thing| named.iter().any(|part| part == thing))
        || OF_THINGS_JA.iter().any(|thing| name.contains(thing));
    if !of_things && (share(&is_japanese_postcode) >= MOST || share(&is_british_postcode) >= MOST) {
        return Some(Kind::Postcode);
    }
    if !of_things
        && (share(&is_social_security) >= MOST || share(&is_insurer) >= 1.0 || share(&is_individual_number) >= 1.0)
    {
        return Some(Kind::Insurance);
    }
    let own = n as f64 >= OWN * filled.len() as f64;
    // One in ten people of Japan bears one of the ten most frequent surnames, one in three one of the list.
    if own && (share(&is_name) >= MOST || share(&holds_surname) >= 0.1 && share(&is_like_a_name) >= MOST) {
        return Some(Kind::Name);
    }
    // The same few people in many rows are known by their surnames.
    if share(&|value| is_name(value) && holds_surname(value)) >= OWN {
        return Some(Kind::Name);
    }
    born(filled).then_some(Kind::Birth)
}

/// Whether a value is as long as a name with a number, and no sentence.
fn is_like_a_name(value: &str) -> bool {
    let letters = value.chars().filter(|c| c.is_alphabetic()).count();
    (2..=24).contains(&letters) && value.split_whitespace().count() <= 3 && letters * 2 >= value.chars().count()
}

/// Whether a column of dates spreads as days of birth do: over more years than admissions, and most of them long before the last.
fn born(filled: &[(usize, &str)]) -> bool {
    const YEAR: f64 = 365.25;
    const MILLISECONDS: f64 = 86_400_000.0;
    /// Before 1990, in years since 1970, hardly anything but births is dated in today's tables; a study of that time ran for fewer years.
    const OLD: f64 = 20.0;
    const OLD_YEARS: f64 = 10.0;
    /// Days since 1970 are fewer; milliseconds, where a time of day is written, are more.
    const DAYS: f64 = 1_000_000.0;
    let words: Vec<Option<String>> = filled.iter().map(|(_, value)| Some((*value).to_owned())).collect();
    let Ok(days) = synth::times(&words) else { return false };
    let mut days: Vec<f64> = days.into_iter().flatten().collect();
    if days.iter().any(|day| day.abs() > DAYS) {
        for day in &mut days {
            *day /= MILLISECONDS;
        }
    }
    days.sort_by(f64::total_cmp);
    // Without the earliest and the latest: one wrong century is no birth.
    let few = days.len() / 20;
    let (Some(early), Some(late)) = (days.get(few), days.iter().nth_back(few)) else { return false };
    let spread = (late - early) / YEAR;
    // Patients of one age group were born within fewer years, but all long ago.
    spread > YEARS || (spread > OLD_YEARS && late / YEAR < OLD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_known_by_their_names_in_both_languages() {
        for (name, kind) in [
            ("name", Kind::Name),
            ("PatientName", Kind::Name),
            ("last_name", Kind::Name),
            ("患者氏名", Kind::Name),
            ("フリガナ", Kind::Name),
            ("phone", Kind::Telephone),
            ("home_tel", Kind::Telephone),
            ("電話番号", Kind::Telephone),
            ("E-mail", Kind::Mail),
            ("メールアドレス", Kind::Mail),
            ("dob", Kind::Birth),
            ("date_of_birth", Kind::Birth),
            ("生年月日", Kind::Birth),
            ("zip", Kind::Postcode),
            ("郵便番号", Kind::Postcode),
            ("現住所", Kind::Address),
            ("保険者番号", Kind::Insurance),
            ("被保険者番号", Kind::Insurance),
            ("insurance_no", Kind::Insurance),
            ("MRN", Kind::Record),
            ("カルテ番号", Kind::Record),
        ] {
            assert_eq!(by_name(name), Some(kind), "{name}");
        }
        for name in [
            "drug_name",
            "ward_name",
            "birth_weight",
            "telemetry",
            "病名",
            "薬剤名",
            "保険区分",
            "post_op",
            "phone_use",
            "mailed",
            "姓別",
            "ip_address_count",
        ] {
            assert_eq!(by_name(name), None, "{name}");
        }
    }

    #[test]
    fn check_digits_tell_insurers_and_individual_numbers() {
        // The Tokyo branch of the Japan Health Insurance Association.
        assert!(is_insurer("01130012") && !is_insurer("01130013") && !is_insurer("1130012"));
        // 2·1 + 4·9 + 5·8 + 6·7 + 7·6 + 2·5 + 3·4 + 4·3 + 5·2 + 6·1 = 212 = 19·11 + 3, and 11 − 3 = 8.
        assert!(is_individual_number("123456789018") && !is_individual_number("123456789012"));
    }

    #[test]
    fn shapes_are_told_from_what_looks_like_them() {
        for telephone in
            ["090-1234-5678", "09012345678", "03-1234-5678", "086-223-7151", "+81-90-1234-5678", "555-123-4567"]
        {
            assert!(is_telephone(telephone), "{telephone}");
        }
        for other in ["2024-01-31", "12345678901", "120-80", "1-2-3", "10.5", "0312345678", "123-45-6789"] {
            assert!(!is_telephone(other), "{other}");
        }
        for name in ["山田 太郎", "佐々木　花子", "ヤマダ タロウ", "John Smith", "Smith, John", "Mr 07 Smith"]
        {
            assert!(is_name(name), "{name}");
        }
        for other in ["heart failure", "Heart failure", "肺炎", "慢性心不全 急性増悪で入院", "A B", "ICU 3"]
        {
            assert!(!is_name(other), "{other}");
        }
        assert!(is_mail("taro.yamada@example.ac.jp") && !is_mail("3@rest") && !is_mail("a@b"));
    }

    #[test]
    fn names_are_known_in_every_writing_and_beside_numbers() {
        for name in [
            "佐藤花子",
            "さとうはなこ",
            "サトウ ハナコ",
            "SATO HANAKO",
            "Sato Hanako",
            "佐藤花子12",
            "12_佐藤花子",
            "sato_hanako_12",
            "yamada03",
            "スズキ イチロウ",
            "Mary Smith",
            "jones.p",
        ] {
            assert!(holds_surname(name) || is_name(name), "{name}");
        }
        for other in [
            "P012",
            "肺炎",
            "アスピリン",
            "ward_12",
            "ICU-3",
            "sample_001",
            "心不全",
            "group a",
            "森林浴の効果を調べた",
        ] {
            assert!(!holds_surname(other), "{other}");
        }
    }

    #[test]
    fn addresses_are_told_from_regions() {
        for address in [
            "東京都港区芝1-2-3",
            "岡山市北区鹿田町2丁目5番1号",
            "大阪府堺市堺区南瓦町３－１",
            "自宅は横浜市中区本町6の50",
            "名古屋市中区三の丸三丁目1番2号",
            "12 High Street",
            "1600 Pennsylvania Avenue NW",
        ] {
            assert!(is_address(address), "{address}");
        }
        for other in [
            "東京都",
            "港区",
            "岡山市北区",
            "市中肺炎",
            "中区2023",
            "村田さん 1-2",
            "3 West Ward",
            "Stage 2 St",
            "区域2-3",
        ] {
            assert!(!is_address(other), "{other}");
        }
    }

    #[test]
    fn days_of_birth_in_notes_are_told_from_other_days() {
        for note in
            ["昭和20年3月2日", "1945年3月2日生まれ", "DOB 1945-03-02", "生年月日：1945/3/2", "大正１４年１２月１日生"]
        {
            assert!(birthday(note).is_some(), "{note}");
        }
        for note in ["2024年3月2日に転倒", "平成31年4月1日入院", "昭和62年に虫垂炎手術", "血圧 120-80-60", "3-2", ""]
        {
            assert_eq!(birthday(note), None, "{note}");
        }
        let old: Vec<String> = (0..40).map(|i| format!("S{}.{}.{}", 5 + i % 20, 1 + i % 12, 1 + i % 28)).collect();
        let filled: Vec<(usize, &str)> = old.iter().map(String::as_str).enumerate().collect();
        assert_eq!(by_shape("memo", &filled), Some(Kind::Birth), "one age group, in short");
    }

    #[test]
    fn numbers_of_things_are_no_postcodes() {
        let lots: Vec<String> = (0..40).map(|i| format!("708-{}", 1234 + i)).collect();
        let filled: Vec<(usize, &str)> = lots.iter().map(String::as_str).enumerate().collect();
        assert_eq!(by_shape("memo", &filled), Some(Kind::Postcode));
        for name in ["lot", "lot_no", "LotNumber", "試薬ロット", "製造番号"] {
            assert_eq!(by_shape(name, &filled), None, "{name}");
        }
    }

    #[test]
    fn a_mask_shows_a_shape_and_no_value() {
        assert_eq!(masked("090-1234-5678"), "0**-****-****");
        assert_eq!(masked("山田 太郎"), "山* **");
        assert_eq!(masked("t.o@example.org"), "t.*@*******.***");
        assert_eq!(masked("X"), "*");
        assert!(masked(&"長い住所".repeat(20)).chars().count() <= 25);
    }

    #[test]
    fn people_who_are_addressed_in_notes_are_found_and_offices_are_not() {
        for (note, name) in [
            ("佐藤花子様の付き添いあり", Some("佐藤花子")),
            ("長男の鈴木一郎さんより連絡", Some("鈴木一郎")),
            ("山田 太郎 様", Some("山田 太郎")),
            ("主治医様へ報告", None),
            ("御家族様へ説明済み", None),
            ("奥様と来院", None),
            ("同様の症状が多様にみられる", None),
            ("患者さんの希望", None),
        ] {
            assert_eq!(addressed(note), name, "{note}");
        }
        assert_eq!(anywhere("連絡先 ０９０\u{2212}1234-5678").map(|(kind, _)| kind), Some(Kind::Telephone));
    }
}
