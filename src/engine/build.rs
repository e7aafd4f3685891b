//! The engine's name, `PRACTICUM_ENGINE`: a digest of everything that decides the results which are kept between calls.
//!
//! That is the sources from the seed up to the run and to the trial that is kept of it, every crate below them (`Cargo.lock`), how
//! they are compiled (`[profile]`, flags, compiler, target). Content is no part of it: it has digests of its own.

use std::path::{Path, PathBuf};

/// Crates that stand above what is kept: they change what is said of a result, never the result.
const ABOVE: &[&str] = &["app", "author", "class", "cli", "measure", "report", "web"];

/// But these of their files: what a kept trial is, how it is named and written down.
const KEPT: &[&str] =
    &["../author/proof/cache.rs", "../author/proof/trial.rs", "../author/reading.rs", "../report/json.rs"];

fn main() -> std::io::Result<()> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir("..")? {
        let entry = entry?;
        let name = entry.file_name();
        if entry.file_type()?.is_dir() && !ABOVE.iter().any(|above| name == *above) {
            println!("cargo::rerun-if-changed={}", entry.path().display());
            files(&entry.path(), &mut paths)?;
        }
    }
    for kept in KEPT {
        println!("cargo::rerun-if-changed={kept}");
        paths.push(PathBuf::from(kept));
    }
    paths.sort();
    let mut all = Vec::new();
    for path in paths {
        all.extend(path.as_os_str().as_encoded_bytes());
        all.extend(text(&path)?);
    }
    for file in ["../../Cargo.lock", "../../Cargo.toml"] {
        println!("cargo::rerun-if-changed={file}");
    }
    all.extend(text(Path::new("../../Cargo.lock"))?);
    let manifest = String::from_utf8_lossy(&text(Path::new("../../Cargo.toml"))?).into_owned();
    let mut of_profile = false;
    for line in manifest.lines() {
        of_profile = if line.starts_with('[') { line.starts_with("[profile") } else { of_profile };
        if of_profile {
            all.extend(line.bytes());
        }
    }
    for variable in ["TARGET", "PROFILE", "OPT_LEVEL", "CARGO_CFG_TARGET_FEATURE", "CARGO_ENCODED_RUSTFLAGS"] {
        all.extend(std::env::var(variable).unwrap_or_default().bytes());
    }
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    all.extend(std::process::Command::new(compiler).arg("--version").output()?.stdout);
    println!("cargo::rustc-env=PRACTICUM_ENGINE={:032x}", xxhash_rust::xxh3::xxh3_128(&all));
    Ok(())
}

/// A file's bytes, whatever line ends it was checked out with.
fn text(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = std::fs::read(path)?;
    bytes.retain(|&byte| byte != b'\r');
    Ok(bytes)
}

fn files(path: &Path, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        files(&entry?.path(), found)?;
    }
    Ok(())
}
