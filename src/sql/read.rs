//! From text to a syntax tree, with the same parser, dialect and options as polars-sql.

use diagnostics::fault::Id;
use sqlparser::ast::{Expr, Query, Statement};
use sqlparser::dialect::GenericDialect;
use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Token, Tokenizer};

use super::fault::SqlFault;
use diagnostics::text;
use diagnostics::text::{Text, narrow};

/// The longest text that is read, in characters. The longest check written so far has under 2,000.
const LONGEST: usize = 20_000;
/// The most words and signs: a bound on the work, and on how deep a chain of operators can be.
const MOST_TOKENS: usize = 4_000;
/// How deep brackets may be nested. Polars parses what we make of the text with a limit of 50, and we add a little.
const DEEPEST: usize = 40;

/// Reads one expression.
pub(super) fn expression(sql: &str) -> Result<Expr, SqlFault> {
    let mut parser = parser(sql)?;
    let expression = parser.parse_expr().map_err(|error| fault(sql, &error))?;
    let next = parser.peek_token();
    if next.token == Token::EOF {
        return Ok(expression);
    }
    let token = &next.token;
    let found = text!("`{token}` after the end of the expression", "式の終わりの後に`{token}`");
    let expected = if matches!(token, Token::SemiColon) {
        Text::new("one expression without a semicolon", "セミコロンのない一つの式")
    } else {
        Text::new("one expression and nothing after it", "一つの式だけ")
    };
    Err(mistyped(sql)
        .unwrap_or_else(|| SqlFault::new(Id::NotSql, found, expected).at(next.span.start.line, next.span.start.column)))
}

/// Reads one query.
pub(super) fn query(sql: &str) -> Result<Box<Query>, SqlFault> {
    let mut statements = parser(sql)?.parse_statements().map_err(|error| fault(sql, &error))?;
    let statement = statements.pop();
    let one = || Text::new("one SELECT, or WITH … SELECT", "一つのSELECT、またはWITH … SELECT");
    if !statements.is_empty() {
        let count = statements.len() + 1;
        return Err(SqlFault::new(Id::NotSql, text!("{count} statements", "{count}個の文"), one()));
    }
    match statement {
        None => Err(SqlFault::new(Id::NotSql, Text::new("an empty text", "空の文字列"), one())),
        Some(Statement::Query(query)) => Ok(query),
        Some(other) => {
            let other = other.to_string();
            let word = other.split_whitespace().next().unwrap_or_default();
            Err(SqlFault::new(Id::NotSql, text!("a statement that begins with {word}", "{word}で始まる文"), one()))
        }
    }
}

/// `SELECT NULL`.
pub(super) fn nothing() -> Query {
    let tree = Parser::new(&GenericDialect).try_with_sql("SELECT NULL").and_then(|mut parser| parser.parse_query());
    *tree.unwrap_or_else(|_| unreachable!("SELECT NULL is a query"))
}

/// The parser as polars-sql sets it up, after the limits.
pub(super) fn parser(sql: &str) -> Result<Parser<'static>, SqlFault> {
    let length = sql.chars().count();
    if length > LONGEST {
        return Err(SqlFault::new(
            Id::SqlTooLarge,
            text!("an SQL text of {length} characters", "{length}文字のSQL"),
            text!("at most {LONGEST} characters", "{LONGEST}文字以下"),
        ));
    }
    let tokens =
        Tokenizer::new(&GenericDialect, sql).tokenize_with_location().map_err(|error| fault(sql, &error.into()))?;
    let count = tokens.iter().filter(|token| !matches!(token.token, Token::Whitespace(_))).count();
    if count > MOST_TOKENS {
        return Err(SqlFault::new(
            Id::SqlTooLarge,
            text!("an SQL text of {count} words and signs", "{count}個の語と記号からなるSQL"),
            text!("at most {MOST_TOKENS}", "{MOST_TOKENS}個以下"),
        ));
    }
    let options = ParserOptions { trailing_commas: true, ..ParserOptions::default() };
    Ok(Parser::new(&GenericDialect)
        .with_options(options)
        .with_recursion_limit(DEEPEST)
        .with_tokens_with_locations(tokens))
}

/// The mistake of a text that does not parse.
fn fault(sql: &str, error: &ParserError) -> SqlFault {
    if let Some(fault) = mistyped(sql) {
        return fault;
    }
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => message,
        ParserError::RecursionLimitExceeded => {
            return SqlFault::new(
                Id::SqlTooLarge,
                Text::new("brackets or CASEs nested too deep", "深すぎる括弧やCASEの入れ子"),
                text!("at most {DEEPEST} levels", "{DEEPEST}段以下"),
            );
        }
    };
    let (message, place) = message.rsplit_once(" at Line: ").unwrap_or((message, ""));
    let (line, column) = place.split_once(", Column: ").unwrap_or_default();
    let (line, column) = (line.parse().unwrap_or(0), column.parse().unwrap_or(0));
    let parts = message.strip_prefix("Expected: ").and_then(|rest| rest.rsplit_once(", found: "));
    let fault = match parts {
        Some((expected, "EOF")) => {
            SqlFault::new(Id::NotSql, Text::new("the end of the text", "文字列の終わり"), wanted(expected))
        }
        Some((expected, found)) => SqlFault::new(Id::NotSql, text!("`{found}`", "`{found}`"), wanted(expected)),
        None => SqlFault::new(
            Id::NotSql,
            text!("SQL that cannot be read: {message}", "読み取れないSQL: {message}"),
            Text::new("valid SQL", "正しいSQL"),
        ),
    };
    fault.at(line, column)
}

/// What sqlparser expected, in both languages where the phrase is common.
fn wanted(expected: &str) -> Text {
    match expected {
        "an expression" | "an expression:" => Text::new("an expression", "式"),
        "end of statement" => Text::new("the end of the text", "文の終わり"),
        "identifier" => Text::new("a name", "名前"),
        "an SQL statement" => Text::new("SELECT or WITH", "SELECTかWITH"),
        other => text!("{other}", "{other}"),
    }
}

/// Signs that are written where SQL has others.
const SIGNS: &[(&str, &str)] = &[
    ("=>", ">="),
    ("=<", "<="),
    ("≥", ">="),
    ("≧", ">="),
    ("≤", "<="),
    ("≦", "<="),
    ("≠", "<>"),
    ("!==", "<>"),
    ("=!", "<>"),
];

/// A sign outside quotes that SQL does not have: a full-width one, the usual mistake at a Japanese keyboard and invisible to the eye,
/// or another one of [`SIGNS`].
fn mistyped(sql: &str) -> Option<SqlFault> {
    let (mut line, mut column, mut quote) = (1, 0, None);
    for (at, sign) in sql.char_indices() {
        if sign == '\n' {
            (line, column) = (line + 1, 0);
            continue;
        }
        column += 1;
        match (quote, sign) {
            (Some(open), _) if open == sign => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(sign),
            (None, _) => {
                if let Some((written, meant)) = SIGNS.iter().find(|(written, _)| sql[at..].starts_with(written)) {
                    let fault = SqlFault::new(
                        Id::NotSql,
                        text!("the sign `{written}`, which SQL does not have", "SQLにない記号`{written}`"),
                        text!("`{meant}`", "`{meant}`"),
                    );
                    return Some(fault.at(line, column));
                }
                let plain = match sign {
                    '“' | '”' | '‘' | '’' => '\'',
                    '×' => '*',
                    '÷' => '/',
                    sign if !sign.is_alphabetic() && narrow(sign) != sign => narrow(sign),
                    _ => continue,
                };
                let name = |c: char| if c == ' ' { "blank".to_owned() } else { format!("`{c}`") };
                let name_ja = |c: char| if c == ' ' { "空白".to_owned() } else { format!("`{c}`") };
                let (plain_en, plain_ja) = (name(plain), name_ja(plain));
                let shown = if sign == '\u{3000}' { String::new() } else { format!(" `{sign}`") };
                return Some(
                    SqlFault::new(
                        Id::NotSql,
                        text!("a full-width sign{shown}", "全角の記号{shown}"),
                        text!("the half-width {plain_en}", "半角の{plain_ja}"),
                    )
                    .at(line, column),
                );
            }
        }
    }
    None
}
