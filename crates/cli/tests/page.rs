//! `--html` and `--plots`: a page and figures that hold the same numbers as the table.

use crate::harness::{Place, repository};

#[test]
fn a_page_is_written_beside_the_table_and_says_how_it_was_made() {
    let place = Place::new();
    let much = repository("examples/tiny-gpt-much-data");
    let little = repository("examples/tiny-gpt-little-data");
    place.run(&["analyze", &much, "--html", "out/report.html"]).ok();
    let page = std::fs::read_to_string(place.path("out/report.html")).unwrap();
    assert!(page.contains("Content-Security-Policy"));
    assert!(page.contains("transformer.h.0.attn.c_proj"));
    assert!(page.contains("--html out/report.html"), "the command that makes it again");
    place.run(&["compare", &little, &much, "--html", "pair.html"]).ok();
    let page = std::fs::read_to_string(place.path("pair.html")).unwrap();
    assert!(page.contains("tiny-gpt-little-data was trained with less data for its size than"));
    assert!(page.len() < 1 << 20, "{} bytes", page.len());
}

#[test]
fn a_page_that_can_not_be_written_is_told_before_the_work_starts() {
    let place = Place::new();
    place.write("file", b"no folder");
    let refused = place.run(&["analyze", "nowhere", "--html", "file/page.html"]).refused();
    assert!(refused.starts_with("heavytail: can't write file/page.html: "), "{refused}");
}

#[test]
fn figures_are_written_beside_the_table() {
    let place = Place::new();
    let much = repository("examples/tiny-gpt-much-data");
    place.run(&["analyze", &much, "--plots", "figures"]).ok();
    let files = std::fs::read_dir(place.path("figures")).unwrap().count();
    assert_eq!(files, 2 * (3 + 5 * 18));
    let esd = "figures/layer-0006-transformer.h.1.attn.c_proj-esd.svg";
    let text = std::fs::read_to_string(place.path(esd)).unwrap();
    assert!(text.contains("power law, alpha 5.49"), "the table's alpha");
}

#[test]
fn a_folder_of_figures_that_can_not_be_made_is_told_before_the_work_starts() {
    let place = Place::new();
    place.write("file", b"no folder");
    let refused = place.run(&["analyze", "nowhere", "--plots", "file"]).refused();
    assert!(refused.starts_with("heavytail: can't write file: "), "{refused}");
}
