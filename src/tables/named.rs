//! What a file is that is no table, and how rows and values are told in faults.

use diagnostics::text;
use diagnostics::text::Text;

/// How many letters of a value are shown, and how many lines are listed.
const SHOWN: usize = 40;
const LISTED: usize = 5;

/// A value as a fault shows it: the beginning of a long one.
pub fn short(value: &str) -> String {
    let mut letters = value.chars();
    let mut start: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() {
        start.push('…');
    }
    start
}

/// What was found, and in which lines, where there are several.
pub(super) fn in_lines(what: &Text, lines: &[usize]) -> Text {
    let n = lines.len();
    if n < 2 {
        return what.clone();
    }
    let list: Vec<String> = lines.iter().take(LISTED).map(ToString::to_string).collect();
    let (list, more) = (list.join(", "), if n > LISTED { ", …" } else { "" });
    let (en, ja) = (&what.en, &what.ja);
    text!("{en}, in {n} rows (lines {list}{more})", "{ja}（{n}行：{list}{more}行目）")
}

/// What was found, and in which rows of a file without lines.
pub(super) fn in_rows(what: &Text, rows: &[usize]) -> Text {
    let n = rows.len();
    let list: Vec<String> = rows.iter().take(LISTED).map(ToString::to_string).collect();
    let (list, more) = (list.join(", "), if n > LISTED { ", …" } else { "" });
    let (en, ja) = (&what.en, &what.ja);
    if n < 2 {
        text!("{en} in row {list}", "{list}行目：{ja}")
    } else {
        text!("{en}, in {n} rows (rows {list}{more})", "{ja}（{n}行：{list}{more}行目）")
    }
}

/// What is found and expected of a file that is none of what its name says: text, or what else is no Parquet file and no workbook.
pub(super) fn misnamed(file: &str) -> Option<(Text, Text)> {
    let lower = file.to_lowercase();
    let end = [".parquet", ".xlsx", ".xls", ".ods"].into_iter().find(|end| lower.ends_with(end))?;
    Some((
        text!("a file called {end} that is none", "名前は {end} ですが、その形式のファイルではありません"),
        text!(
            "a whole {end} file exported anew as Parquet or CSV; or, where it is CSV, a name that ends with .csv",
            "ParquetかCSVとして書き出し直したファイル。中身がCSVなら、名前の末尾を .csv にしてください"
        ),
    ))
}

/// How a table is written out of a program, as CSV.
fn export(from: &'static str, ja: &'static str) -> Text {
    Text::new(from, ja)
}

/// What a file is that is neither CSV nor Parquet, by its first bytes; and how to make a CSV of it.
pub(super) fn other_kind(bytes: &[u8]) -> Option<(Text, Text)> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let holds = |name: &[u8]| bytes.windows(name.len()).any(|window| window == name);
    let unpack =
        || Text::new("the CSV file that is inside: unpack it first", "中のCSVファイル（先に展開してください）");
    let from_excel = || {
        Text::new(
            "a CSV file: in Excel, Save As, \"CSV UTF-8 (comma delimited)\", of the sheet with the table",
            "CSVファイル。Excelで表のシートを開き、「名前を付けて保存」で「CSV UTF-8（コンマ区切り）」を選んでください",
        )
    };
    let from_python = |en: &'static str, ja: &'static str| export(en, ja);
    let found = if starts(b"PK\x03\x04") {
        if holds(b"xl/workbook") {
            (Text::new("an Excel workbook (.xlsx)", "Excelブック（.xlsx）です"), from_excel())
        } else if holds(b"opendocument.spreadsheet") {
            let how = Text::new(
                "a CSV file: in LibreOffice, Save As, \"Text CSV\", with UTF-8 and commas",
                "CSVファイル。LibreOfficeで「名前を付けて保存」から「テキストCSV」を選び、UTF-8とカンマを指定してください",
            );
            (Text::new("a LibreOffice spreadsheet (.ods)", "LibreOfficeの表計算ファイル（.ods）です"), how)
        } else {
            (Text::new("a zip archive", "zipで圧縮されたファイルです"), unpack())
        }
    } else if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        (Text::new("an old Excel workbook (.xls)", "旧形式のExcelブック（.xls）です"), from_excel())
    } else if starts(b"\x1f\x8b") {
        (Text::new("a gzip archive (.gz)", "gzipで圧縮されたファイル（.gz）です"), unpack())
    } else if starts(b"BZh") || starts(b"\xfd7zXZ\0") || starts(b"\x28\xb5\x2f\xfd") || starts(b"7z\xbc\xaf\x27\x1c") {
        (
            Text::new("a packed file (.bz2, .xz, .zst or .7z)", "圧縮されたファイル（.bz2、.xz、.zst、.7z）です"),
            unpack(),
        )
    } else if starts(b"ARROW1") || starts(b"FEA1") {
        let how = from_python(
            "CSV or Parquet: pandas.read_feather(file).to_csv(\"file.csv\", index=False), or write.csv in R",
            "CSVかParquet。pandasなら pandas.read_feather(file).to_csv(\"file.csv\", index=False)、Rなら write.csv で書き出してください",
        );
        (Text::new("a Feather (Arrow) file", "Feather（Arrow）ファイルです"), how)
    } else if starts(b"PARE") {
        (
            Text::new("an encrypted Parquet file", "暗号化されたParquetファイルです"),
            Text::new("a Parquet file that is not encrypted, or CSV", "暗号化していないParquet、またはCSV"),
        )
    } else if starts(b"\x89HDF")
        || starts(b"SQLite format 3")
        || starts(b"$FL")
        || starts(b"<stata_dta>")
        || starts(b"RDX")
    {
        let how = export(
            "CSV or Parquet, exported by the program that wrote it",
            "CSVかParquet（書き出した元のソフトウェアから変換してください）",
        );
        (
            Text::new(
                "a file of another program (HDF5, SQLite, SPSS, Stata or R)",
                "別のソフトウェア（HDF5、SQLite、SPSS、Stata、R）のファイルです",
            ),
            how,
        )
    } else if starts(b"%PDF") || starts(b"\x89PNG") || starts(b"\xff\xd8\xff") || starts(b"\x93NUMPY") {
        let what = if starts(b"%PDF") {
            "a PDF"
        } else if starts(b"\x93NUMPY") {
            "a NumPy array (.npy)"
        } else {
            "a picture"
        };
        let ja = if starts(b"%PDF") {
            "PDFです"
        } else if starts(b"\x93NUMPY") {
            "NumPyの配列（.npy）です"
        } else {
            "画像です"
        };
        (Text::new(what, ja), Text::new("a table as CSV or Parquet", "表（CSVまたはParquet）"))
    } else {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
        let json = [&b"{\""[..], b"[{", b"[["].iter().any(|start| text.starts_with(start)) || text.starts_with(b"{\n");
        let page = text
            .get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"<!doc") || start.eq_ignore_ascii_case(b"<html"));
        if json {
            let how = export(
                "CSV or Parquet: pandas.read_json(file).to_csv(\"file.csv\", index=False)",
                "CSVかParquet。pandasなら pandas.read_json(file).to_csv(\"file.csv\", index=False)",
            );
            (Text::new("a JSON file", "JSONファイルです"), how)
        } else if page || text.starts_with(b"<?xml") {
            (
                Text::new("a web page or an XML file", "ウェブページまたはXMLファイルです"),
                Text::new(
                    "a CSV file: download the file itself, or export it as CSV",
                    "CSVファイル（ファイル本体をダウンロードするか、CSVで書き出してください）",
                ),
            )
        } else {
            return None;
        }
    };
    Some(found)
}

/// Whether these are letters of two bytes each, and where not, whether they are letters at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Width {
    One,
    Two,
    None,
}

/// Letters of a byte or of two: a zero byte is no letter of one byte, and in UTF-16 commas, digits and line ends have one.
pub(super) fn width(bytes: &[u8]) -> Width {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        return Width::Two;
    }
    let start = &bytes[..bytes.len().min(4096)];
    let zeros = |odd: usize| start.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    match (zeros(0), zeros(1)) {
        (0, 0) => Width::One,
        (0, _) | (_, 0) => Width::Two,
        _ => Width::None,
    }
}
