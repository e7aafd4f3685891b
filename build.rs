//! The course pack is embedded in the program: a changed exercise or dataset must rebuild it.

fn main() {
    println!("cargo::rerun-if-changed=exercises");
    println!("cargo::rerun-if-changed=datasets");
}
