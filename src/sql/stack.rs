//! Work that goes as deep as people nest their expressions.

/// Does work that goes as deep as people nest their expressions, on a stack that is large enough: threads differ (1 MB is usual on
/// Windows), and an overflow would end the program.
pub(super) fn roomy<T>(work: impl FnOnce() -> T) -> T {
    stacker::maybe_grow(ROOM, 2 * ROOM, work)
}

/// In bytes, the stack of a thread that reads and runs much SQL: on a smaller one, each text asks the system for room of its own, which
/// takes longer than reading it.
pub const STACK: usize = 2 * ROOM + 8 * 1024 * 1024;

/// Several times what the deepest text within the limits takes.
const ROOM: usize = 32 * 1024 * 1024;
