//! The reference's golden tables through the real command line.

use heavytail_testkit::golden::{Rules, compare};
use heavytail_testkit::variants::{LOOSER, VARIANTS};

use crate::harness::{Place, repository};

#[test]
fn every_variant_agrees_with_the_reference() {
    let place = Place::new();
    let golden = repository("fixtures/golden");
    let mut wrong = Vec::new();
    for variant in VARIANTS {
        let weights = format!("{golden}/{}", variant.weights);
        let mut words = vec!["analyze", weights.as_str(), "--format", "csv", "--quiet"];
        words.extend_from_slice(variant.options);
        let ours = place.run(&words).ok();
        let theirs = std::fs::read_to_string(format!("{golden}/{}", variant.golden)).unwrap();
        // The project's copy of the weights leaves the large matrix out.
        let rules =
            Rules { relative: variant.relative, skip_columns: &[], skip_rows: &["mid"], looser: LOOSER };
        if let Err(differences) = compare(&theirs, &ours, &rules) {
            wrong.push(format!("{}:\n  {}", variant.golden, differences.join("\n  ")));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn ids_and_names_are_the_references() {
    let place = Place::new();
    let weights = repository("fixtures/golden/matrices.safetensors");
    for (options, golden) in [
        (["--compat", "ww", "--start-ids", "0"], "details_default.csv"),
        (["--compat", "ww", "--start-ids", "5"], "details_start_ids5.csv"),
    ] {
        let mut words = vec!["analyze", weights.as_str(), "--format", "csv"];
        words.extend_from_slice(&options);
        let ours = place.run(&words).ok();
        let theirs = std::fs::read_to_string(repository(&format!("fixtures/golden/{golden}"))).unwrap();
        let ids = |text: &str| -> Vec<i64> {
            let mut reader = csv::Reader::from_reader(text.as_bytes());
            let at = reader.headers().unwrap().iter().position(|name| name == "layer_id").unwrap();
            reader.records().map(|row| row.unwrap()[at].parse().unwrap()).collect()
        };
        // The reference's table is of a dict in its own order; a file's is sorted by name: the first id is what counts.
        assert_eq!(ids(&ours).iter().min(), ids(&theirs).iter().min(), "{golden}");
    }
}
