//! `describe`: layers and what is none, without any maths.

use crate::harness::{Place, repository};

#[test]
fn layers_and_coverage_of_a_real_model() {
    let place = Place::new();
    let model = repository("examples/tiny-gpt-much-data");
    let shown = place.run(&["describe", &model]).ok();
    let plain = shown.replace(&model, "MODEL");
    insta::assert_snapshot!(plain);
}

#[test]
fn the_references_own_list_is_reproduced() {
    let place = Place::new();
    let weights = repository("fixtures/golden/matrices.safetensors");
    let rows = place.run(&["describe", &weights, "--compat", "ww", "--format", "csv"]).ok();
    let golden = std::fs::read_to_string(repository("fixtures/golden/describe.csv")).unwrap();
    let table = |text: &str| -> Vec<(String, String, String, String, String)> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        let at = |name: &str| header.iter().position(|column| column == name).unwrap();
        let places = ["name", "N", "M", "rf", "num_evals"].map(at);
        let mut rows: Vec<_> = reader
            .records()
            .map(|row| {
                let row = row.unwrap();
                let number = |at: usize| row[at].parse::<f64>().unwrap().to_string();
                (
                    row[places[0]].to_owned(),
                    number(places[1]),
                    number(places[2]),
                    number(places[3]),
                    number(places[4]),
                )
            })
            .collect();
        rows.sort();
        rows
    };
    let (ours, theirs) = (table(&rows), table(&golden));
    let without_mid: Vec<_> = theirs.into_iter().filter(|row| row.0 != "mid").collect();
    assert_eq!(ours, without_mid);
}
