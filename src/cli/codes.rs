//! Exit codes.

use diagnostics::text::Text;

/// Everything asked for was done; a check passed.
pub const PASSED: u8 = 0;
/// A check failed, or was not answered yet.
pub const FAILED: u8 = 1;
/// What was given cannot be used: a file, an option, an exercise. It says where.
pub const BAD_INPUT: u8 = 2;
/// Our own error.
pub const OUR_ERROR: u8 = 3;
/// The exercise or its dataset is at fault: its author's error, which another try does not mend.
pub const AUTHORS_ERROR: u8 = 4;
/// Something cannot be written: a folder, a disk, the output. A verdict that was told holds.
pub const UNWRITTEN: u8 = 5;

/// The user ended it: what shells give for Ctrl-C.
pub const STOPPED: u8 = 130;

/// What each exit code means; help in both languages is made from it.
pub const EXIT_CODES: [(u8, Text); 7] = [
    (PASSED, Text::new("passed or done", "合格または完了")),
    (FAILED, Text::new("a check failed or was not answered yet", "不合格または未回答の判定あり")),
    (BAD_INPUT, Text::new("bad input", "入力の誤り")),
    (OUR_ERROR, Text::new("our error", "プログラムの誤り")),
    (AUTHORS_ERROR, Text::new("the exercise's error", "教材の誤り")),
    (
        UNWRITTEN,
        Text::new("a folder, disk or output that cannot be written", "フォルダー・ディスク・出力に書き込めない"),
    ),
    (STOPPED, Text::new("stopped with Ctrl-C", "Ctrl-Cによる中止")),
];
