//! The program: its content; everything else is in the library.

use std::process::ExitCode;

use include_dir::include_dir;
use practicum::cli;
use practicum::course::pack::Content;
use practicum::sql;

/// Many small tensors are made and dropped while a model trains; `docs/design.md` has what it gains.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The course pack that is part of the program.
static CONTENT: Content = Content {
    exercises: include_dir!("$CARGO_MANIFEST_DIR/exercises"),
    datasets: include_dir!("$CARGO_MANIFEST_DIR/datasets"),
};

fn main() -> ExitCode {
    let roomy = std::thread::Builder::new().name("main".to_owned()).stack_size(sql::STACK);
    let ended = match roomy.spawn(|| cli::main(&CONTENT)) {
        Ok(thread) => thread.join(),
        Err(_) => std::panic::catch_unwind(|| cli::main(&CONTENT)),
    };
    // A panic is our error, never the learner's: it has an exit code of its own.
    ended.unwrap_or(ExitCode::from(cli::OUR_ERROR))
}
