//! The program: everything is in the library.

use std::process::ExitCode;

use practicum::cli;

/// Many small tensors are made and dropped while a model trains; `docs/design.md` has what it gains.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // A panic is our error, never the learner's: it has an exit code of its own.
    std::panic::catch_unwind(cli::main).unwrap_or(ExitCode::from(cli::OUR_ERROR))
}
