//! Options that several commands have.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use diagnostics::keys::Short;

pub(super) const EXERCISE_JA: &str = "演習の名前です。演習のフォルダーの中では省略できます。";
pub(super) const SEED_JA: &str = "データの生成と学習に使う乱数のシードです。省略時は作業フォルダーのものを使います。";

/// Reads one of these by its name; help and completions say what each is, where there is something to say.
pub(super) fn one_of<T: Copy + Send + Sync>(
    all: &'static [T],
    name: fn(T) -> &'static str,
    about: fn(T) -> Option<Short>,
) -> impl TypedValueParser<Value = T> {
    let value = |&one: &T| {
        let value = PossibleValue::new(name(one));
        about(one).map_or(value.clone(), |about| value.help(about.en))
    };
    PossibleValuesParser::new(all.iter().map(value))
        .try_map(move |word| all.iter().copied().find(|&one| name(one) == word).ok_or("no such name"))
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct SeedOption {
    /// Another draw of the data and of the training's chance; otherwise the workspace's own.
    #[arg(long, value_name = "N", hide = true)]
    pub(super) seed: Option<u64>,
}

#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Effort {
    /// Train a plan that needs more than the usual budget of operations.
    #[arg(long)]
    pub(super) long: bool,
}
