//! What the README shows is what the program prints.

use super::session::Learner;

#[test]
fn the_readme_shows_the_real_tour() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, rest) = readme.split_once("$ cargo run --release -- tour\n").expect("the README begins with the tour");
    let (shown, _) = rest.split_once("```").unwrap();
    let printed = Learner::new().with("COLUMNS", "100").types("tour").ends(0).out;
    assert_eq!(shown.trim_end(), printed.trim_end(), "copy the tour's output into the README");
}

#[test]
fn every_file_that_the_readme_names_is_there() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = std::fs::read_to_string(root.join("README.md")).unwrap();
    let mut links = 0;
    for link in readme.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
        if !link.starts_with("http") {
            assert!(root.join(link).exists(), "{link}");
            links += 1;
        }
    }
    assert!(links >= 3);
}
