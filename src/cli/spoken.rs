//! What the reader of the command line says, in the learner's words and within the terminal's width: the help of a command, and what
//! is wrong with what was typed.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use unicode_width::UnicodeWidthStr;

use diagnostics::fault::{Fault, Id, Place};
use diagnostics::text;
use diagnostics::text::{Lang, Text};
use report::terminal::{Terminal, bold};

/// Names up to so many cells have their help beside them, longer ones below.
const BESIDE: usize = 22;

/// Terminals narrower than this have all help below the names.
const NARROW: usize = 70;

/// The command that a line asks for, as far as it names one, with its full name.
pub(super) fn asked<'c>(program: &'c Command, arguments: &[OsString]) -> (String, &'c Command) {
    let mut found = (program.get_name().to_owned(), program);
    for word in arguments.iter().skip(1).filter_map(|argument| argument.to_str()).filter(|word| *word != "help") {
        if let Some(next) = found.1.find_subcommand(word) {
            found = (format!("{} {word}", found.0), next);
        }
    }
    found
}

/// What stands for a value in the help.
const PLACEHOLDERS: &[(&str, &str)] = &[
    ("OPTIONS", "オプション"),
    ("COMMAND", "コマンド"),
    ("EXERCISE", "演習"),
    ("EXERCISES", "演習"),
    ("COURSE", "コース"),
    ("FOLDER", "フォルダー"),
    ("DIR", "フォルダー"),
    ("FILE", "ファイル"),
    ("KEY", "キー"),
    ("LANG", "言語"),
    ("SEED", "シード"),
    ("SEEDS", "回数"),
    ("COL", "列"),
    ("COLS", "列"),
    ("VALUE", "値"),
    ("WORD", "語"),
    ("X", "値"),
    ("MM", "mm"),
    ("N", "数"),
    ("T", "時点"),
    ("SCALE", "尺度"),
    ("TASK", "課題"),
    ("MISSING", "扱い"),
    ("ENCODING", "文字コード"),
];

/// `--lang <LANG>` with the reader's word for the value.
fn spec(text: &str, lang: Lang) -> String {
    let mut out = text.to_owned();
    if lang == Lang::Ja {
        for (en, ja) in PLACEHOLDERS {
            for (open, close) in [('<', '>'), ('[', ']')] {
                out = out.replace(&format!("{open}{en}{close}"), &format!("{open}{ja}{close}"));
            }
        }
    }
    out
}

/// `practicum check [OPTIONS] <EXERCISE>`
fn usage(name: &str, command: &Command) -> String {
    let shown = command.clone().bin_name(name).render_usage().to_string();
    shown.trim().trim_start_matches("Usage:").trim().to_owned()
}

/// The help of a command that was built.
pub(super) fn help(terminal: &Terminal, name: &str, command: &Command) -> String {
    let lang = terminal.lang;
    let pick = |en: &'static str, ja: &'static str| if lang == Lang::Ja { ja } else { en };
    let plain = |text: Option<&clap::builder::StyledStr>| {
        text.map(|text| text.to_string().replace('`', "")).unwrap_or_default()
    };
    let mut out = terminal.paragraph("", &plain(command.get_about()));
    let usage = format!("{}{}", pick("Usage: ", "使い方："), spec(&usage(name, command), lang));
    out += &format!("\n{}", terminal.hanging("", "    ", &usage));
    // As they are defined: giving one another text lays it last.
    let mut commands: Vec<&Command> = command.get_subcommands().collect();
    commands.sort_by_key(|command| command.get_display_order());
    let commands: Vec<(String, String)> = commands
        .into_iter()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help")
        .map(|command| (command.get_name().to_owned(), plain(command.get_about())))
        .collect();
    let told = |arg: &Arg| {
        let short = arg.get_short().map_or(String::new(), |short| format!("-{short}, "));
        let text = match (arg.get_id().as_str(), lang) {
            ("help", Lang::En) => "This help".to_owned(),
            ("help", Lang::Ja) => "このヘルプを表示します。".to_owned(),
            ("version", Lang::En) => "The version".to_owned(),
            ("version", Lang::Ja) => "バージョンを表示します。".to_owned(),
            _ => plain(arg.get_help()),
        };
        (short + &spec(&arg.to_string(), lang), text + &choices(arg, lang))
    };
    let mut arguments: Vec<&Arg> = command.get_arguments().filter(|arg| !arg.is_hide_set()).collect();
    let is_claps = |arg: &Arg| ["help", "version"].contains(&arg.get_id().as_str());
    arguments.sort_by_key(|arg| (is_claps(arg), arg.is_global_set(), arg.get_index(), arg.get_display_order()));
    let shown = || arguments.iter().copied();
    for (title, entries) in [
        (pick("Commands", "コマンド"), commands),
        (pick("Arguments", "引数"), shown().filter(|arg| arg.is_positional()).map(told).collect()),
        (pick("Options", "オプション"), shown().filter(|arg| !arg.is_positional()).map(told).collect()),
    ] {
        if entries.is_empty() {
            continue;
        }
        out += &format!("\n{}\n", bold(title));
        let wide = entries.iter().map(|(name, _)| name.width()).max().unwrap_or(0).min(BESIDE);
        for (name, text) in entries {
            if name.width() > wide || terminal.width < NARROW {
                out += &terminal.hanging("  ", "    ", &name);
                out += &terminal.paragraph("      ", &text);
            } else {
                let pad = " ".repeat(wide - name.width());
                out += &terminal.hanging(&format!("  {name}{pad}  "), &" ".repeat(wide + 4), &text);
            }
        }
    }
    let after = plain(command.get_after_help());
    if !after.is_empty() {
        out.push('\n');
        for line in after.lines() {
            out += &if line.starts_with(' ') {
                terminal.hanging("", "      ", line)
            } else {
                terminal.paragraph("", line)
            };
        }
    }
    out
}

/// What an option may be, and what it is where it is left out.
fn choices(arg: &Arg, lang: Lang) -> String {
    let words: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    let usual: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let mut out = String::new();
    if !words.is_empty() && arg.get_action().takes_values() {
        out += &match lang {
            Lang::En => format!(" (one of {})", words.join(", ")),
            Lang::Ja => format!("（{} のいずれか）", words.join("、")),
        };
    }
    if !usual.is_empty() && arg.get_action().takes_values() {
        out += &match lang {
            Lang::En => format!(" (otherwise {})", usual.join(", ")),
            Lang::Ja => format!("（省略時は {}）", usual.join("、")),
        };
    }
    out
}

/// What is wrong with a command line; `name` and `command` are what it [`asked`] for.
pub(super) fn fault(error: &Error, name: &str, command: &Command) -> Fault {
    let all = |kind: ContextKind| -> Vec<String> {
        match error.get(kind) {
            Some(ContextValue::String(one)) => vec![one.clone()],
            Some(ContextValue::Strings(all)) => all.clone(),
            _ => Vec::new(),
        }
    };
    let one = |kind: ContextKind| all(kind).join(" ");
    let (argument, value) = (one(ContextKind::InvalidArg), one(ContextKind::InvalidValue));
    // `--lang <LANG>` is called --lang.
    let option = argument.split(' ').next().unwrap_or_default();
    let (place, of) = (Place::file(option), Place::file(name));
    let usage = || {
        let usage = usage(name, command);
        Text { en: usage.clone().into(), ja: spec(&usage, Lang::Ja).into() }
    };
    let list = |names: &[String]| {
        let list = names.join(", ");
        text!("one of {list}", "{list} のいずれか")
    };
    match error.kind() {
        ErrorKind::InvalidSubcommand => {
            let word = one(ContextKind::InvalidSubcommand);
            let known = command.get_subcommands().filter(|known| !known.is_hide_set()).map(Command::get_name);
            let known: Vec<String> = known.filter(|known| *known != "help").map(str::to_owned).collect();
            let found = text!("the unknown command \"{word}\"", "存在しないコマンド \"{word}\"");
            Fault::new(Id::UnknownCommand, of, found, list(&known)).near(&word, known.iter().map(String::as_str))
        }
        ErrorKind::UnknownArgument => {
            let named = |hidden: bool| -> Vec<String> {
                let arguments = command.get_arguments().filter(|arg| hidden || !arg.is_hide_set());
                arguments.filter_map(|arg| arg.get_long().map(|long| format!("--{long}"))).collect()
            };
            if option.parse::<f64>().is_ok() {
                let found = text!("{option}, a number below 0", "0より小さい数 {option}");
                Fault::new(Id::OutOfRange, of, found, Text::new("a whole number from 0", "0以上の整数"))
            } else if option.starts_with('-') {
                let found = Text::new("an unknown option", "存在しないオプションです");
                let word = option.split('=').next().unwrap_or(option);
                // Who mistypes an option knows of it, and may mean one that is not shown.
                Fault::new(Id::UnknownOption, place, found, list(&named(false)))
                    .near(word, named(true).iter().map(String::as_str))
            } else {
                let found = text!("\"{argument}\", one word too many", "余分な語 \"{argument}\" があります");
                Fault::new(Id::UnknownOption, of, found, usage())
            }
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = all(ContextKind::InvalidArg).join(", ");
            let ja = spec(&missing, Lang::Ja);
            Fault::new(Id::MissingArgument, of, text!("no {missing}", "{ja} がありません"), usage())
        }
        ErrorKind::MissingSubcommand => {
            Fault::new(Id::MissingArgument, of, Text::new("no command", "コマンドがありません"), usage())
        }
        ErrorKind::InvalidValue | ErrorKind::NoEquals if value.is_empty() => {
            let known = all(ContextKind::ValidValue);
            let expected = if known.is_empty() { given(&argument) } else { list(&known) };
            Fault::new(
                Id::MissingArgument,
                place,
                text!("no value after {option}", "{option} の後に値がありません"),
                expected,
            )
        }
        ErrorKind::InvalidValue => {
            let known = all(ContextKind::ValidValue);
            let found = text!("the value \"{value}\"", "値 \"{value}\"");
            Fault::new(Id::UnknownWord, place, found, list(&known)).near(&value, known.iter().map(String::as_str))
        }
        ErrorKind::ValueValidation => {
            let why = error.source().map(ToString::to_string).unwrap_or_default();
            Fault::new(Id::BadValue, place, text!("the value \"{value}\"", "値 \"{value}\""), number(&why))
        }
        ErrorKind::ArgumentConflict => {
            let other = one(ContextKind::PriorArg);
            if other == argument {
                let found = text!("{option} more than once", "{option} が2回以上あります");
                Fault::new(Id::Twice, place, found, text!("{option} once", "{option} は1回だけ"))
            } else {
                let found = text!("{option} beside {other}", "{option} と {other} の両方があります");
                Fault::new(Id::Together, place, found, Text::new("one of them", "どちらか一方"))
            }
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            let found = text!("another number of values for {argument}", "{argument} の値の個数が違います");
            Fault::new(Id::BadValue, place, found, usage())
        }
        ErrorKind::InvalidUtf8 => Fault::new(
            Id::Encoding,
            of,
            Text::new("letters that are no UTF-8", "UTF-8として読めない文字があります"),
            Text::new("words in UTF-8", "UTF-8の文字"),
        ),
        _ => Fault::new(
            Id::UnknownCommand,
            of,
            Text::new("a command line that cannot be read", "読み取れないコマンドです"),
            usage(),
        ),
    }
}

fn given(argument: &str) -> Text {
    let ja = spec(argument, Lang::Ja);
    text!("{argument}", "{ja}")
}

/// Which number was expected, from the parser's reason.
fn number(why: &str) -> Text {
    if let Some((_, range)) = why.split_once(" is not in ") {
        let ends = range.split_once("..=").map(|(low, high)| (low.to_owned(), high.to_owned())).or_else(|| {
            let (low, high) = range.split_once("..")?;
            Some((low.to_owned(), (high.parse::<i64>().ok()? - 1).to_string()))
        });
        if let Some((low, high)) = ends {
            return text!("a whole number from {low} to {high}", "{low}以上{high}以下の整数");
        }
    }
    if why.contains("float") {
        return Text::new("a number, such as 0.1", "数（例：0.1）");
    }
    if why.contains("digit") || why.contains("integer") || why.contains("number too") {
        return Text::new("a whole number of 0 or more, not too large", "0以上の整数（大きすぎない値）");
    }
    Text::same(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_told_by_what_they_hold() {
        assert_eq!(number("70 is not in 1..=64").en, "a whole number from 1 to 64");
        assert_eq!(number("0 is not in 1..1000").ja, "1以上999以下の整数");
        assert_eq!(number("invalid float literal").en, "a number, such as 0.1");
    }
}
