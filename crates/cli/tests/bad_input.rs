//! Bad input, each with the exact words: the file, the tensor and what to do, and never half a result.

use std::io::Write as _;

use crate::harness::{Place, noise, safetensors, with_header};

fn refusal(place: &Place, model: &str) -> String {
    place.run(&["analyze", model]).refused()
}

#[test]
fn a_path_that_is_not_there() {
    assert_eq!(
        refusal(&Place::new(), "nowhere.safetensors"),
        "heavytail: nowhere.safetensors: no such file or folder\n"
    );
}

#[test]
fn a_file_without_a_byte() {
    let place = Place::new();
    place.write("empty.safetensors", b"");
    assert_eq!(
        refusal(&place, "empty.safetensors"),
        "heavytail: empty.safetensors: the file is empty; the download or the copy may have failed\n"
    );
}

#[test]
fn a_header_that_ends_early_and_one_longer_than_the_file() {
    let place = Place::new();
    place.write("short.safetensors", &[7, 0, 0]);
    place.write("long.safetensors", &with_header("{}", b"")[..9]);
    insta::assert_snapshot!(refusal(&place, "short.safetensors"));
    insta::assert_snapshot!(refusal(&place, "long.safetensors"));
}

#[test]
fn data_that_ends_early() {
    let place = Place::new();
    let whole = safetensors(&[("fc.weight", &[16, 8], noise(128, 1))]);
    place.write("cut.safetensors", &whole[..whole.len() - 1]);
    insta::assert_snapshot!(refusal(&place, "cut.safetensors"));
}

#[test]
fn offsets_that_overlap_or_lie_outside() {
    let place = Place::new();
    let two = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
    place.write("overlap.safetensors", &with_header(two, &[0; 12]));
    let outside = r#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}"#;
    place.write("outside.safetensors", &with_header(outside, &[0; 8]));
    insta::assert_snapshot!(refusal(&place, "overlap.safetensors"));
    insta::assert_snapshot!(refusal(&place, "outside.safetensors"));
}

#[test]
fn a_dtype_that_nobody_knows_and_a_shape_beyond_counting() {
    let place = Place::new();
    let dtype = r#"{"a":{"dtype":"Q9","shape":[2],"data_offsets":[0,8]}}"#;
    place.write("dtype.safetensors", &with_header(dtype, &[0; 8]));
    let shape = r#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}}"#;
    place.write("shape.safetensors", &with_header(shape, &[0; 8]));
    insta::assert_snapshot!(refusal(&place, "dtype.safetensors"));
    insta::assert_snapshot!(refusal(&place, "shape.safetensors"));
}

#[test]
fn an_index_that_names_a_shard_which_is_not_there() {
    let place = Place::new();
    let index = r#"{"weight_map":{"fc.weight":"model-00001-of-00002.safetensors"}}"#;
    place.write("model/model.safetensors.index.json", index.as_bytes());
    insta::assert_snapshot!(refusal(&place, "model"));
}

#[test]
fn one_name_in_two_shards() {
    let place = Place::new();
    place.write("model/a.safetensors", &safetensors(&[("fc.weight", &[16, 8], noise(128, 1))]));
    place.write("model/b.safetensors", &safetensors(&[("fc.weight", &[16, 8], noise(128, 2))]));
    insta::assert_snapshot!(refusal(&place, "model"));
}

#[test]
fn a_pickle_that_would_run_a_program() {
    let place = Place::new();
    // What `pickle.dumps` makes of an object whose `__reduce__` returns (os.system, ("touch pwned",)).
    let mut pickle =
        b"\x80\x02cposix\nsystem\nq\x00X\x0b\x00\x00\x00touch pwnedq\x01\x85q\x02Rq\x03.".to_vec();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("archive/data.pkl", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(&pickle).unwrap();
    place.write("evil.pt", &archive.finish().unwrap().into_inner());
    insta::assert_snapshot!(refusal(&place, "evil.pt"));
    // The same without the archive, behind the magic number of the layout before PyTorch 1.6.
    let mut legacy = b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.\x80\x02}q\x00.".to_vec();
    legacy.append(&mut pickle);
    place.write("evil_legacy.pt", &legacy);
    insta::assert_snapshot!(refusal(&place, "evil_legacy.pt"));
    assert!(!place.names().contains(&"pwned".to_owned()));
}

#[test]
fn a_zip_that_unpacks_to_far_more_than_it_is() {
    let place = Place::new();
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options =
        zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("archive/data.pkl", options).unwrap();
    let zeros = vec![0_u8; 1 << 20];
    (0..300).for_each(|_| archive.write_all(&zeros).unwrap());
    place.write("bomb.pt", &archive.finish().unwrap().into_inner());
    insta::assert_snapshot!(refusal(&place, "bomb.pt"));
}

#[test]
fn a_layer_with_nan_is_a_row_and_the_others_are_complete() {
    let place = Place::new();
    let mut broken = noise(16 * 32, 1);
    broken[3 * 16 + 2] = f32::NAN;
    let zero = vec![0.0; 16 * 32];
    let bytes = safetensors(&[
        ("broken.weight", &[32, 16], broken),
        ("good.weight", &[32, 16], noise(16 * 32, 2)),
        ("one.weight", &[1, 1], vec![1.0]),
        ("zero.weight", &[32, 16], zero),
    ]);
    place.write("model.safetensors", &bytes);
    let rows = place.run(&["analyze", "model.safetensors", "--format", "csv"]).ok();
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|column| column == name).unwrap();
    let of: Vec<(String, String, String)> = reader
        .records()
        .map(|row| {
            let row = row.unwrap();
            (row[at("name")].to_owned(), row[at("status")].to_owned(), row[at("reason")].to_owned())
        })
        .collect();
    let row =
        |name: &str, status: &str, reason: &str| (name.to_owned(), status.to_owned(), reason.to_owned());
    assert_eq!(
        of,
        [
            row("broken", "failed", "the weights are not finite: NaN at row 3, column 2 of the 32x16 matrix"),
            row("good", "success", ""),
            row("zero", "failed", "no fit: 0 of 16 eigenvalues above the cut 1e-5, needs 2"),
        ]
    );
}

#[test]
fn a_model_without_a_layer_says_what_it_holds() {
    let place = Place::new();
    let bytes = safetensors(&[("fc.bias", &[4], vec![1.0; 4]), ("one.weight", &[1, 1], vec![1.0])]);
    place.write("model.safetensors", &bytes);
    insta::assert_snapshot!(refusal(&place, "model.safetensors"));
}

#[test]
fn an_option_out_of_range() {
    let place = Place::new();
    place.write("model.safetensors", &safetensors(&[("fc.weight", &[16, 8], noise(128, 1))]));
    for (words, message) in [
        (["--max-evals", "4"], "option max-evals: 4 is not allowed; at least min-evals, 8"),
        (["--tolerance", "-1"], "option tolerance: -1 is not allowed; a number, 0 or more"),
        (["--start-ids", "-2"], "option start-ids: -2 is not allowed; 0 or more"),
        (["--memory", "1M"], "option memory: 1048576 is not allowed; at least 16777216 bytes (16M)"),
        (
            ["--layers", "h.["],
            "cannot read `h.[` as a layer's id, type, name or glob: error parsing glob 'h.[': unclosed character class; missing ']'",
        ),
    ] {
        let refused = place.run(&["analyze", "model.safetensors", words[0], words[1]]).refused();
        assert_eq!(refused, format!("heavytail: {message}\n"));
    }
    let unknown = place.run(&["analyze", "model.safetensors", "--min-eval", "4"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("'--min-evals'"), "{}", unknown.stderr);
}
