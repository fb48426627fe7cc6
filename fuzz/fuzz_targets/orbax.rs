//! A zarr array of any description and any chunk, and an OCDBT database whose nodes have any body, uncompressed so that
//! their fields are reached.
//!
//! An input is a byte that says which of them, the length of a first part in two bytes, that part, and another.
#![no_main]

/// Header and checksum round a body.
fn node(magic: u32, body: &[u8]) -> Vec<u8> {
    let len = (body.len() as u64 + 18).to_le_bytes();
    [&magic.to_be_bytes(), &len[..], &[0, 0], body, &[0; 4]].concat()
}

/// A manifest whose one version is the node in `d/0`, which has this length and height.
fn manifest(len: usize, height: u8) -> Vec<u8> {
    let len = [len as u8 | 0x80, (len >> 7) as u8 | 0x80, (len >> 14) as u8 & 0x7f];
    [&[0; 16], &[0, 0, 0, 4, 0, 1, 3, 0][..], b"d/0", &[1, 1, height, 0, 0], &len, &[1]].concat()
}

const TREE: (&str, &[u8]) = ("_METADATA", br#"{"tree_metadata":{}}"#);

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let &[layout, high, low, ref rest @ ..] = input else { return };
    let (first, second) = rest.split_at(usize::from(u16::from_be_bytes([high, low])).min(rest.len()));
    let node_file = node(0x0cdb_20de, second);
    let database = |body: &[u8]| {
        let manifest = node(0x0cdb_3a2a, body);
        heavytail_fuzz::answers_in("database", &[("manifest.ocdbt", &manifest), ("d/0", &node_file)]);
    };
    match layout % 4 {
        0 => {
            let files = [TREE, ("w/.zarray", first), ("w/0", second), ("w/0.0", second)];
            heavytail_fuzz::answers_in("zarr2", &files);
        }
        1 => {
            let files = [
                TREE,
                ("v/zarr.json", first),
                ("v/c/0", second),
                ("w/zarr.json", first),
                ("w/c/0/0", second),
            ];
            heavytail_fuzz::answers_in("zarr3", &files);
        }
        2 => database(&manifest(node_file.len(), first.first().map_or(0, |height| height % 3))),
        _ => database(first),
    }
});
