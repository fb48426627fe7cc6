//! Compressed bytes in, as many as were promised out.

use std::io::Read;

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

use crate::Error;
use crate::cursor::to_u64;
use crate::orbax::malformed;

/// Windows of this size are allowed to any frame; larger ones only where so much is expected.
const WINDOW: usize = 8 << 20;

/// How bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    Zstd,
    Gzip,
    Zlib,
    /// Not compressed, but followed by a checksum, which is not verified.
    Checksum,
}

/// Unpacks to at most `limit` bytes.
pub(crate) fn unpack(codec: Codec, bytes: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let most = to_u64(limit).saturating_add(1);
    let read = match codec {
        Codec::Zstd => {
            let mut decoder = FrameDecoder::new();
            decoder.set_max_window_size(to_u64(limit.max(WINDOW)));
            let decoder = StreamingDecoder::new_with_decoder(bytes, decoder)
                .map_err(|_| malformed("a zstd frame does not begin as one"))?;
            decoder.take(most).read_to_end(&mut out)
        }
        Codec::Gzip => flate2::read::MultiGzDecoder::new(bytes).take(most).read_to_end(&mut out),
        Codec::Zlib => flate2::read::ZlibDecoder::new(bytes).take(most).read_to_end(&mut out),
        Codec::Checksum => {
            out.extend_from_slice(bytes.get(..bytes.len().saturating_sub(4)).unwrap_or_default());
            Ok(out.len())
        }
    };
    read.map_err(|_| malformed("compressed bytes are damaged"))?;
    if out.len() > limit {
        return Err(malformed("compressed bytes unpack to more than they should"));
    }
    Ok(out)
}
