//! The program embeds its content: a changed exercise or dataset rebuilds the program, and nothing below it.

fn main() {
    println!("cargo::rerun-if-changed=exercises");
    println!("cargo::rerun-if-changed=datasets");
    let target = std::env::var("TARGET").unwrap_or_default();
    if target == "x86_64-unknown-linux-gnu" {
        // Rust's own linker there folds the many equal functions that generic code leaves behind.
        println!("cargo::rustc-link-arg=-Wl,--icf=all");
    }
}
