//! What people type where TOML has another sign or another form: named in the reader's words, with what is meant.
//!
//! A slip is told once and mended for the rest of the reading, so that all mistakes of a file are told at once.

use std::ops::Range;

use super::assumed::Assumed;
use crate::text;
use crate::text::Text;

/// A mistake of typing on one line.
pub(super) struct Slip {
    pub(super) found: Text,
    pub(super) expected: Text,
    /// Where on the line it is, in bytes; none where it is all that the line says.
    pub(super) at: Option<Range<usize>>,
    /// The line as it was probably meant; none where what follows cannot be understood without it.
    pub(super) meant: Option<String>,
}

impl Slip {
    fn new(found: Text, expected: Text, meant: impl Into<String>) -> Self {
        Self { found, expected, at: None, meant: Some(meant.into()) }
    }
}

/// Quotation marks that open a text, those that may close it, and the one that TOML has.
const QUOTES: &[(&str, &str, char)] =
    &[("“”„‟＂", "“”‟＂\"", '"'), ("‘’＇`´", "‘’＇`´'", '"'), ("「", "」", '"'), ("『", "』", '"'), ("《", "》", '"')];

/// The sign that TOML has in place of a full-width one or of its like.
fn half_width(sign: char) -> Option<char> {
    Some(match sign {
        '\u{ff01}'..='\u{ff5e}' => text::narrow(sign),
        '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{feff}' => ' ',
        '−' | '–' | '—' | '‐' | '‑' | 'ー' => '-',
        '、' => ',',
        '。' => '.',
        '【' | '〔' => '[',
        '】' | '〕' => ']',
        '“' | '”' | '„' | '‟' | '‘' | '’' | '「' | '」' | '『' | '』' | '《' | '》' | '´' | '`' => {
            '"'
        }
        _ => return None,
    })
}

/// What a sign is called: in English, in Japanese.
fn called(sign: char) -> (String, String) {
    match sign {
        '\u{3000}' => ("a full-width space".into(), "全角の空白".into()),
        ' '..='\u{7e}' => (format!("`{sign}`"), format!("「{sign}」")),
        '\u{a0}' | '\u{2000}'..='\u{200b}' | '\u{202f}' | '\u{feff}' => {
            ("an invisible space of another kind".into(), "目に見えない特殊な空白".into())
        }
        '\u{ff01}'..='\u{ff5e}' => (format!("the full-width `{sign}`"), format!("全角の「{sign}」")),
        _ if half_width(sign) == Some('"') => {
            (format!("the quotation mark `{sign}`"), format!("TOMLでは使えない引用符「{sign}」"))
        }
        _ => (format!("the sign `{sign}`"), format!("TOMLでは使えない記号「{sign}」")),
    }
}

/// Reads a text with the signs that TOML has wherever others stand outside of texts and comments. Gives the slips by line (from
/// 0), and the numbers that were understood although they are written with full-width digits.
pub(super) fn plain(text: &str) -> (String, Vec<(usize, Slip)>, Vec<Assumed>) {
    let (mut out, mut slips, mut assumed) = (String::with_capacity(text.len()), Vec::new(), Vec::new());
    let mut open: Option<&'static str> = None;
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push('\n');
        }
        // The last sign that is no blank: after some of them a number may begin.
        let mut before = None;
        let mut signs: Vec<(char, char)> = Vec::new();
        let mut first = None;
        let mut at = 0;
        while let Some(sign) = line[at..].chars().next() {
            let rest = &line[at..];
            if let Some(quote) = open {
                let (step, closes) = match (quote, sign) {
                    ("\"" | "\"\"\"", '\\') => (1 + rest[1..].chars().next().map_or(0, char::len_utf8), false),
                    _ if rest.starts_with(quote) => (quote.len(), true),
                    _ => (sign.len_utf8(), false),
                };
                out.push_str(&rest[..step]);
                at += step;
                if closes {
                    open = None;
                }
                continue;
            }
            if sign == '#' || sign == '＃' {
                if sign == '＃' {
                    first.get_or_insert(at);
                    signs.push(('＃', '#'));
                }
                out.push('#');
                out.push_str(&rest[sign.len_utf8()..]);
                break;
            }
            if let Some(quote) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quote| rest.starts_with(quote)) {
                out.push_str(quote);
                at += quote.len();
                open = Some(quote);
                before = Some('"');
                continue;
            }
            if let Some((read, length)) = number_of(rest, before) {
                assumed.push(Assumed { line: number + 1, written: rest[..length].to_owned(), read: read.clone() });
                out.push_str(&read);
                before = Some('0');
                at += length;
                continue;
            }
            if let Some((_, closers, with)) = QUOTES.iter().find(|(openers, ..)| openers.contains(sign)) {
                let inner = &rest[sign.len_utf8()..];
                if sign != *with {
                    first.get_or_insert(at);
                }
                signs.push((sign, *with));
                if let Some((end, closer)) = inner.char_indices().find(|(_, c)| closers.contains(*c)) {
                    signs.push((closer, *with));
                    out.push('"');
                    out.push_str(&inner[..end].replace('\\', "\\\\").replace('"', "\\\""));
                    out.push('"');
                    at += sign.len_utf8() + end + closer.len_utf8();
                    before = Some('"');
                    continue;
                }
            }
            let plain = half_width(sign).unwrap_or(sign);
            if plain != sign {
                first.get_or_insert(at);
                signs.push((sign, plain));
            }
            out.push(plain);
            before = Some(plain).filter(|plain| !plain.is_whitespace()).or(before);
            at += sign.len_utf8();
        }
        // A text in one pair of quotation marks ends with its line, at the latest; the parser says so.
        if open.is_some_and(|quote| quote.len() == 1) {
            open = None;
        }
        signs.retain(|(sign, plain)| sign != plain);
        if let Some((sign, _)) = signs.first() {
            let at = first.map(|at: usize| at..at + sign.len_utf8());
            slips.push((number, Slip { at, ..of_signs(&signs) }));
        }
    }
    (out, slips, assumed)
}

/// The text with half-width signs.
pub(super) fn half(text: &str) -> String {
    text.chars().map(|sign| half_width(sign).unwrap_or(sign)).collect()
}

/// A number with full-width signs where a value may begin: what it reads as, and how many bytes it takes.
fn number_of(rest: &str, before: Option<char>) -> Option<(String, usize)> {
    if !matches!(before, Some('=' | '[' | ',')) {
        return None;
    }
    let part = |sign: char| {
        let plain = half_width(sign).unwrap_or(sign);
        (plain.is_ascii_digit() || matches!(plain, '.' | '-' | '+')).then_some(plain)
    };
    let length = rest.find(|sign| part(sign).is_none()).unwrap_or(rest.len());
    let (written, after) = rest.split_at(length);
    let read: String = written.chars().filter_map(part).collect();
    let whole = after
        .trim_start()
        .chars()
        .next()
        .is_none_or(|next| matches!(next, ',' | ']' | '}' | '#' | '、' | '，' | '］' | '｝' | '＃'));
    (written != read && whole && read.parse::<f64>().is_ok()).then_some((read, length))
}

fn of_signs(signs: &[(char, char)]) -> Slip {
    let mut once: Vec<(char, char)> = Vec::new();
    for pair in signs {
        if once.len() < 8 && !once.contains(pair) {
            once.push(*pair);
        }
    }
    let list = |of: &dyn Fn(&(char, char)) -> String, between: &str| {
        let mut words: Vec<String> = Vec::new();
        for word in once.iter().map(of) {
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(between)
    };
    let half =
        |plain: char| if plain == ' ' { ("a plain space".into(), "半角の空白".into()) } else { called(plain) };
    Slip {
        found: Text {
            en: list(&|(sign, _)| called(*sign).0, ", ").replace(", the full-width ", ", ").into(),
            ja: list(&|(sign, _)| called(*sign).1, "、").replace("、全角の「", "「").into(),
        },
        expected: Text {
            en: format!("{} (half-width, as on an English keyboard)", list(&|(_, plain)| half(*plain).0, ", ")).into(),
            ja: format!(
                "半角の{}（日本語入力をオフにして入力してください）",
                list(&|(_, plain)| half(*plain).1.replace("半角の", ""), "、")
            )
            .into(),
        },
        at: None,
        meant: None,
    }
}

/// A line without its comment.
pub(super) fn code(line: &str) -> &str {
    let mut open = None;
    let mut escaped = false;
    for (at, sign) in line.char_indices() {
        match (open, sign) {
            _ if escaped => escaped = false,
            (Some('"'), '\\') => escaped = true,
            (Some(quote), _) if quote == sign => open = None,
            (None, '"' | '\'') => open = Some(sign),
            (None, '#') => return line[..at].trim(),
            _ => {}
        }
    }
    line.trim()
}

/// The key and the value of `key = value`.
fn assignment(code: &str) -> Option<(&str, &str)> {
    let at = code.find(['=', '"', '\'']).filter(|&at| code[at..].starts_with('='))?;
    Some((code[..at].trim(), code[at + 1..].trim()))
}

fn bare(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

/// The line on which a list was opened that is still open at `line`, where it is another one.
pub(super) fn opened(lines: &[String], line: usize) -> Option<usize> {
    let balance = |line: &str| -> i64 {
        let (mut open, mut depth) = (None, 0);
        for sign in code(line).chars() {
            match (open, sign) {
                (Some(quote), _) => open = Some(quote).filter(|quote| *quote != sign),
                (None, '"' | '\'') => open = Some(sign),
                (None, '[' | '{') => depth += 1,
                (None, ']' | '}') => depth -= 1,
                _ => {}
            }
        }
        depth
    };
    // Nothing but what stands in the list lies between.
    (0..line.min(lines.len()))
        .rev()
        .take(1000)
        .find(|&at| balance(&lines[at]) > 0 && assignment(code(&lines[at])).is_some())
}

/// What is wrong with a line that the parser refused with `message`.
pub(super) fn explain(line: &str, message: &str) -> Slip {
    if let Some((at, sign)) = line.char_indices().find(|(_, c)| c.is_control() && *c != '\t' && *c != '\r') {
        let plain: String = line.chars().filter(|c| !c.is_control() || *c == '\t').collect();
        let n = format!("U+{:04X}", u32::from(sign));
        let at = Some(at..at + sign.len_utf8());
        let slip = Slip::new(
            text!("the control character {n}, which cannot be seen", "目に見えない制御文字 {n} があります"),
            Text::new("visible letters and signs only", "目に見える文字と記号だけにしてください"),
            plain,
        );
        return Slip { at, ..slip };
    }
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.contains('\r') {
        return Slip::new(
            Text::new("a line end of an old Mac editor (CR alone)", "古いMac形式の改行（CRのみ）があります"),
            Text::new("lines that end with LF or CR LF", "改行はLFまたはCR LFにして保存してください"),
            "",
        );
    }
    if message.contains("recurs") {
        return Slip {
            found: Text::new("brackets nested too deep", "括弧の入れ子が深すぎます"),
            expected: Text::new("at most 80 levels", "80段以下の入れ子"),
            at: None,
            meant: None,
        };
    }
    let code = code(line);
    let shown: String = code.chars().take(60).collect();
    if ["//", ";", "--", "/*", "%", "```"].iter().any(|mark| code.starts_with(mark)) {
        return Slip::new(
            text!("`{shown}`, which is no comment here", "`{shown}` はTOMLの注釈ではありません"),
            Text::new("# before a comment", "注釈の前には # を書いてください"),
            "",
        );
    }
    if message.contains("array") && !code.starts_with('[') && (assignment(code).is_none() || code.starts_with('{')) {
        return Slip::new(
            text!(
                "`{shown}` in a list, without a comma before or after it",
                "並びの中の `{shown}` の前か後にコンマがありません"
            ),
            Text::new(
                "a comma between the values of a list: [1, 2]",
                "並びの値の間にはコンマを書いてください（例：[1, 2]）",
            ),
            format!("{},", code.trim_end_matches(',')),
        );
    }
    if code.starts_with('{') {
        return Slip {
            found: Text::new(
                "JSON (a line that begins with a curly bracket)",
                "JSONのような行（波括弧で始まる行）があります",
            ),
            expected: Text::new(
                "TOML: key = value, one on each line",
                "TOML（1行に1つずつ「キー = 値」）で書いてください",
            ),
            at: None,
            meant: None,
        };
    }
    if code.starts_with('[') {
        return heading(code, message);
    }
    match assignment(code) {
        Some((key, value)) => of_value(key, value, message).unwrap_or_else(|| unreadable(code)),
        None => without_equals(code),
    }
}

fn unreadable(code: &str) -> Slip {
    let shown: String = code.chars().take(60).collect();
    Slip::new(
        text!("a line that TOML cannot read: `{shown}`", "TOMLとして読めない行があります：`{shown}`"),
        Text::new(
            "key = value, with texts in \"quotation marks\" and tables as [name]",
            "「キー = 値」の形で書いてください。文字列は\"引用符\"で囲み、表の見出しは [名前] とします",
        ),
        "",
    )
}

/// A line such as `[train]`.
fn heading(code: &str, message: &str) -> Slip {
    let two = code.starts_with("[[");
    let (open, close) = if two { ("[[", "]]") } else { ("[", "]") };
    let name = code.trim_start_matches('[').split(']').next().unwrap_or_default().trim().to_owned();
    let meant = format!("{open}{name}{close}");
    if message.contains("duplicate") {
        return Slip {
            found: text!("the heading {meant} a second time", "見出し {meant} が2回あります"),
            expected: text!(
                "{meant} once, with all its key = value lines below it",
                "{meant} は1回だけ書き、その下に「キー = 値」をまとめてください"
            ),
            at: None,
            meant: None,
        };
    }
    if code.contains(']') && code.starts_with(&meant) {
        let rest = code[meant.len()..].trim();
        let shown: String = rest.chars().take(40).collect();
        return Slip::new(
            text!("`{shown}` after the heading {meant}", "見出し {meant} の後に `{shown}` があります"),
            Text::new(
                "nothing more on a heading's line: key = value below it",
                "見出しの行には他に何も書かず、「キー = 値」は次の行から書いてください",
            ),
            meant,
        );
    }
    let name = name.split(['=', '#']).next().unwrap_or_default().trim().to_owned();
    if !bare(&name) {
        return Slip { at: None, meant: None, ..unreadable(code) };
    }
    let meant = format!("{open}{name}{close}");
    Slip::new(
        text!("a heading that is not closed: `{open}{name}`", "閉じていない見出し `{open}{name}` があります"),
        text!("{meant}, with key = value lines below it", "{meant}（その下に「キー = 値」を書きます）"),
        meant,
    )
}

/// A line that should be `key = value`, but has no `=`.
fn without_equals(code: &str) -> Slip {
    let form = |key: &str, value: &str| {
        text!("key = value, with the sign `=`: {key} = {value}", "「キー = 値」の形（記号は「=」）：{key} = {value}")
    };
    if let Some((key, value)) = code.split_once(':') {
        let (key, value) = (key.trim().trim_matches(['"', '-', ' ']), value.trim().trim_end_matches(','));
        if bare(key) {
            let (value_shown, dots) =
                (value.chars().take(40).collect::<String>(), if value.is_empty() { "…" } else { "" });
            return Slip::new(
                text!("`:` after {key}", "{key} の後が「:」です"),
                form(key, &format!("{value_shown}{dots}")),
                if value.is_empty() { String::new() } else { format!("{key} = {value}") },
            );
        }
    }
    let (key, value) = code.split_once([' ', '\t']).unwrap_or((code, ""));
    let value = value.trim();
    if !bare(key) {
        return unreadable(code);
    }
    if value.is_empty() {
        return Slip::new(
            text!("`{key}` alone, without `=` and a value", "`{key}` だけで、「=」と値がありません"),
            form(key, "…"),
            "",
        );
    }
    let shown: String = code.chars().take(60).collect();
    let value_shown: String = value.chars().take(40).collect();
    Slip::new(
        text!("`{shown}`, without `=`", "`{shown}` に「=」がありません"),
        form(key, &value_shown),
        format!("{key} = {value}"),
    )
}

/// A line `key = value` of which one side is wrong.
#[expect(clippy::too_many_lines, reason = "one slip after the other, in the order in which they are tried")]
fn of_value(key: &str, value: &str, message: &str) -> Option<Slip> {
    let shown: String = value.chars().take(60).collect();
    let slip = |found: Text, expected: Text, meant: &str| {
        Some(Slip::new(found, expected, if meant.is_empty() { String::new() } else { format!("{key} = {meant}") }))
    };
    let number = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
            && text.parse::<f64>().is_ok()
    };
    if message.contains("duplicate") || message.contains("cannot extend") {
        return Some(Slip::new(
            text!("the key {key} a second time", "キー {key} が2回あります"),
            text!(
                "each key = value once: remove one of the lines with {key}",
                "「キー = 値」は1つずつ：{key} の行のどちらかを消してください"
            ),
            "",
        ));
    }
    if key.is_empty() {
        return Some(Slip::new(
            Text::new("`=` without a key before it", "「=」の前にキーがありません"),
            Text::new("key = value", "「キー = 値」の形"),
            "",
        ));
    }
    if !bare(key) && !key.contains(['"', '\'']) {
        let joined = key.split_whitespace().collect::<Vec<_>>().join("_");
        if bare(&joined) {
            return Some(Slip::new(
                text!("a key with a space in it: `{key}`", "空白を含むキー `{key}` があります"),
                text!("{joined} = value", "{joined} = 値"),
                format!("{joined} = {value}"),
            ));
        }
        let quoted = key.replace(['\\', '"'], "");
        let key_shown: String = key.chars().take(60).collect();
        return Some(Slip::new(
            text!(
                "the key `{key_shown}`, which has other signs than a–z, 0–9, _ and -",
                "キー `{key_shown}` に、半角の英数字・_・- 以外の文字があります"
            ),
            Text::new("the key's name as the file's description has it", "説明にあるとおりのキーの名前（半角の英字）"),
            format!("\"{quoted}\" = {value}"),
        ));
    }
    if let Some(rest) = value.strip_prefix('=') {
        return slip(
            text!("`==` after {key}", "{key} の後が「==」です"),
            text!("one `=`: {key} = {rest}", "「=」は1つだけ：{key} = {rest}"),
            rest.trim(),
        );
    }
    if value.is_empty() {
        return slip(
            text!("nothing after `{key} =`", "`{key} =` の後に値がありません"),
            Text::new(
                "key = value; leave the line out (or put # before it) where you do not want to say",
                "「キー = 値」。指定しないときは行ごと消すか、行頭に # を付けてください",
            ),
            "",
        );
    }
    if let Some(quote @ ('"' | '\'')) = value.chars().next() {
        return of_text(key, value, quote, message);
    }
    if value.starts_with(['[', '{']) {
        return of_list(key, value, message);
    }
    if let Some(plain) = value.strip_suffix([',', ';']) {
        let sign = &value[plain.len()..];
        return slip(
            text!("`{sign}` after the value of {key}", "{key} の値の後に「{sign}」があります"),
            text!("nothing after the value: {key} = {plain}", "値の後には何も書きません：{key} = {plain}"),
            plain.trim_end(),
        );
    }
    if let Some(percent) = value.strip_suffix('%').map(str::trim_end).filter(|text| number(text)) {
        let share = share(percent.parse().unwrap_or(0.0));
        return slip(
            text!("{key} = {percent}%", "{key} = {percent}%"),
            text!(
                "a number without %: {percent} % is written {share}",
                "%を付けない数：{percent}%は {share} と書きます"
            ),
            &share,
        );
    }
    if let Some(flag) = match value.to_lowercase().as_str() {
        "true" | "yes" | "y" | "on" => Some("true"),
        "false" | "no" | "n" | "off" => Some("false"),
        _ => None,
    } {
        return slip(
            text!("{key} = {shown}", "{key} = {shown}"),
            text!(
                "true or false in small letters ({flag} here); a text would stand in \"quotation marks\"",
                "小文字の true か false（ここでは {flag}）。文字列なら\"引用符\"で囲みます"
            ),
            flag,
        );
    }
    if ["none", "null", "nil", "na", "n/a", "undefined"].contains(&value.to_lowercase().as_str()) {
        return slip(
            text!("{key} = {shown}, a word that TOML does not have", "{key} = {shown}（TOMLにない語です）"),
            text!(
                "the line left out, where nothing is meant; \"{shown}\" in quotation marks, where the word is meant",
                "値がないことを示すなら行ごと消し、その語を値にするなら \"{shown}\" と引用符で囲みます"
            ),
            &format!("\"{}\"", value.to_lowercase()),
        );
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((whole, part)) = value.split_once(',')
        && digits(whole.trim_start_matches('-'))
        && digits(part)
    {
        return slip(
            text!("{key} = {shown}, with a comma in the number", "{key} = {shown}：数の中にコンマがあります"),
            text!(
                "a point for decimals ({whole}.{part}), and no sign between thousands ({whole}{part})",
                "小数点は「.」（{whole}.{part}）。桁区切りのコンマは書きません（{whole}{part}）"
            ),
            "",
        );
    }
    let trimmed = value.trim_start_matches('+');
    let mended = match trimmed {
        _ if trimmed.starts_with('.') => format!("0{trimmed}"),
        _ if trimmed.ends_with('.') => format!("{trimmed}0"),
        _ => {
            let rest = trimmed.trim_start_matches('0');
            if rest.is_empty() || rest.starts_with('.') { format!("0{rest}") } else { rest.to_owned() }
        }
    };
    if number(&mended) && mended != value {
        return slip(
            text!("the number {shown}", "数値 {shown}"),
            text!(
                "the same number with a digit before and after the point, and no 0 in front: {mended}",
                "小数点の前後に数字を置き、先頭に余分な0を付けない形：{mended}"
            ),
            &mended,
        );
    }
    if value.contains('=') {
        return slip(
            text!("two keys on one line: `{key} = {shown}`", "1行に2つのキーがあります：`{key} = {shown}`"),
            Text::new("key = value, one on each line", "「キー = 値」を1行に1つずつ"),
            "",
        );
    }
    if let Some((low, high)) = ["-", "–", "〜", "～", "~", "..", " to "]
        .iter()
        .find_map(|between| value.split_once(between))
        .map(|(low, high)| (low.trim(), high.trim()))
        && number(low)
        && number(high)
    {
        return slip(
            text!("{key} = {shown}, two numbers with a sign between", "{key} = {shown}：2つの数を記号でつないでいます"),
            text!(
                "a range as a list of two numbers: {key} = [{low}, {high}]; a text such as a date in \"quotation marks\"",
                "範囲は2つの数の並びで {key} = [{low}, {high}] と書きます。日付などの文字列は\"引用符\"で囲みます"
            ),
            &format!("[{low}, {high}]"),
        );
    }
    let digits_end = value.find(|c: char| !(c.is_ascii_digit() || c == '.' || c == '-')).unwrap_or(value.len());
    let (head, tail) = value.split_at(digits_end);
    if number(head) && !tail.is_empty() {
        let tail_shown: String = tail.trim().chars().take(40).collect();
        return slip(
            text!("the number {head} with `{tail_shown}` behind it", "数値 {head} の後に `{tail_shown}` があります"),
            text!("the number alone: {key} = {head}", "数だけ：{key} = {head}"),
            head,
        );
    }
    if value.chars().next().is_some_and(char::is_alphabetic) || bare(value) && value.len() > 1 {
        let text = value.replace(['\\', '"'], "");
        let text_shown: String = text.chars().take(60).collect();
        return slip(
            text!("the text {text_shown} without quotation marks", "引用符のない文字列 {text_shown}"),
            text!(
                "the text in \"quotation marks\": {key} = \"{text_shown}\"",
                "\"引用符\"で囲んだ文字列：{key} = \"{text_shown}\""
            ),
            &format!("\"{text}\""),
        );
    }
    None
}

/// A percentage as the share that it is.
pub(super) fn share(percent: f64) -> String {
    let share = format!("{:.6}", percent / 100.0);
    let short = share.trim_end_matches('0');
    let decimals = short.split('.').nth(1).map_or(0, str::len);
    if decimals < 2 { format!("{:.2}", percent / 100.0) } else { short.to_owned() }
}

/// `key = "…` with something wrong.
fn of_text(key: &str, value: &str, quote: char, message: &str) -> Option<Slip> {
    let inner = &value[1..];
    let closing = ["”", "“", "＂", "’", "‘", "」"].into_iter().find(|sign| inner.trim_end().ends_with(sign));
    let ends = inner.find(quote);
    if quote == '"' && (message.contains("unicode") || message.contains("escape")) {
        let meant = value.replace('\\', "/");
        let shown: String = value.chars().take(60).collect();
        return Some(Slip::new(
            text!(
                "a backslash in a text in \"quotation marks\": {shown}",
                "\"引用符\"で囲んだ文字列に \\ があります：{shown}"
            ),
            Text::new(
                "/ in its place (it works on Windows too), or 'single quotation marks' around the text",
                "代わりに / を使うか（Windowsでも使えます）、'一重引用符' で囲んでください",
            ),
            format!("{key} = {meant}"),
        ));
    }
    let Some(end) = ends else {
        let (inner, comment) = match inner.find(" #") {
            Some(at) if closing.is_none() => inner.split_at(at),
            _ => (inner, ""),
        };
        let bare = inner.trim_end().trim_end_matches(['”', '“', '＂', '’', '‘', '」', '\\']);
        let shown: String = bare.chars().take(60).collect();
        let found = match closing {
            Some(sign) => {
                text!("a text that begins with {quote} and ends with {sign}", "{quote} で始まり {sign} で終わる文字列")
            }
            None => text!("a text that is not closed: {quote}{shown}", "閉じていない文字列があります：{quote}{shown}"),
        };
        return Some(Slip::new(
            found,
            text!(
                "the same quotation mark at both ends: {quote}{shown}{quote}",
                "両端を同じ引用符で囲んだ文字列：{quote}{shown}{quote}"
            ),
            format!("{key} = {quote}{bare}{quote}{comment}"),
        ));
    };
    let rest = inner[end + 1..].trim();
    let (text, rest_shown): (&str, String) = (&value[..end + 2], rest.chars().take(40).collect());
    let expected = match rest {
        "" => return None,
        "," | ";" => text!("nothing after the value: {key} = {text}", "値の後には何も書きません：{key} = {text}"),
        _ if rest.contains('=') && rest.chars().next().is_some_and(char::is_alphabetic) && !rest.contains(quote) => {
            Text::new("key = value, one on each line", "「キー = 値」を1行に1つずつ")
        }
        _ => Text::new(
            "one text in \"quotation marks\"; within it, 'single' ones: \"site = 'regional'\"",
            "1つの文字列を\"引用符\"で囲み、その中では一重の ' を使ってください（例：\"site = 'regional'\"）",
        ),
    };
    Some(Slip::new(
        text!("`{rest_shown}` after the text {text}", "文字列 {text} の後に `{rest_shown}` があります"),
        expected,
        if matches!(rest, "," | ";") { format!("{key} = {text}") } else { String::new() },
    ))
}

/// `key = [ … ` or `key = { …` with something wrong.
fn of_list(key: &str, value: &str, message: &str) -> Option<Slip> {
    let (open, close) = if value.starts_with('[') { ('[', ']') } else { ('{', '}') };
    let count = |sign: char| value.chars().filter(|&c| c == sign).count();
    let shown: String = value.chars().take(60).collect();
    if count(open) > count(close) {
        return Some(Slip::new(
            text!(
                "`{open}` after {key} that is never closed by `{close}`",
                "{key} の「{open}」が「{close}」で閉じられていません"
            ),
            text!("{key} = {shown}{close}", "{key} = {shown}{close}"),
            format!("{key} = {}{close}", value.trim_end_matches(',')),
        ));
    }
    let closed = value.rfind(close)? + 1;
    let rest = value[closed..].trim();
    if !rest.is_empty() || count(open) < count(close) {
        let rest = if rest.is_empty() { close.to_string() } else { rest.chars().take(40).collect() };
        return Some(Slip::new(
            text!("`{rest}` after the value of {key}", "{key} の値の後に `{rest}` があります"),
            text!("nothing after the closing `{close}`", "閉じる「{close}」の後には何も書きません"),
            "",
        ));
    }
    if open == '{' {
        return Some(Slip::new(
            text!("{key} = {shown}, which is no table", "{key} = {shown} は表になっていません"),
            Text::new(
                "key = value pairs with commas between them: { a = 1, b = 2 }",
                "「キー = 値」をコンマで区切った形：{ a = 1, b = 2 }",
            ),
            "",
        ));
    }
    // Words without quotation marks, or numbers without commas.
    let items: Vec<&str> = value[1..closed - 1].split(',').map(str::trim).filter(|item| !item.is_empty()).collect();
    let quoted = |item: &&str| item.starts_with(['"', '\'']) || item.parse::<f64>().is_ok();
    let numbers =
        |item: &&str| item.split_whitespace().count() > 1 && item.split_whitespace().all(|n| n.parse::<f64>().is_ok());
    if items.iter().any(numbers) {
        let meant = items.iter().flat_map(|item| item.split_whitespace()).collect::<Vec<_>>().join(", ");
        return Some(Slip::new(
            text!(
                "{key} = {shown}: two values without a comma between them",
                "{key} = {shown}：値の間にコンマがありません"
            ),
            text!(
                "a comma between the values of a list: [{meant}]",
                "並びの値の間にはコンマを書いてください：[{meant}]"
            ),
            format!("{key} = [{meant}]"),
        ));
    }
    if message.contains("quoted") && !items.iter().all(quoted) {
        let word = |item: &&str| {
            if quoted(item) { (*item).to_owned() } else { format!("\"{}\"", item.replace(['"', '\\'], "")) }
        };
        let meant = items.iter().map(word).collect::<Vec<_>>().join(", ");
        let meant_shown: String = meant.chars().take(100).collect();
        return Some(Slip::new(
            text!("{key} = {shown}: texts without quotation marks", "{key} = {shown}：引用符のない文字列"),
            text!(
                "each text in \"quotation marks\": [{meant_shown}]",
                "それぞれの文字列を\"引用符\"で囲みます：[{meant_shown}]"
            ),
            format!("{key} = [{meant}]"),
        ));
    }
    None
}
