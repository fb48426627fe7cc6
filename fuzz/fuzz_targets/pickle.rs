//! Any pickle as the value of a torch file that has one storage.
#![no_main]

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

libfuzzer_sys::fuzz_target!(|pickle: &[u8]| {
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("archive/data.pkl", pickle), ("archive/data/0", &[0; 256])] {
        zip.start_file(name, stored).expect("an entry");
        zip.write_all(content).expect("its bytes");
    }
    heavytail_fuzz::answers("model.pt", zip.finish().expect("the directory").get_ref());
});
