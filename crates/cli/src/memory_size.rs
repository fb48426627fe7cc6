//! `1.5G` in, bytes out.

/// Reads a size: a number of bytes, or with K, M, G, T (powers of 1024; a trailing `B` or `iB` is welcome).
///
/// # Errors
/// What is wrong with the word, for clap to show.
pub(crate) fn memory_size(word: &str) -> Result<u64, String> {
    let bad = || format!("`{word}` is no size; write bytes, or a number with K, M, G or T: 1.5G");
    let lower = word.trim().to_ascii_lowercase();
    let bare = lower.strip_suffix("ib").or_else(|| lower.strip_suffix('b')).unwrap_or(&lower);
    let (number, shift) = match bare.char_indices().next_back().ok_or_else(bad)? {
        (at, 'k') => (&bare[..at], 10),
        (at, 'm') => (&bare[..at], 20),
        (at, 'g') => (&bare[..at], 30),
        (at, 't') => (&bare[..at], 40),
        _ => (bare, 0_u32),
    };
    let number: f64 = number.trim().parse().map_err(|_no_number| bad())?;
    let bytes = number * f64::from(shift).exp2();
    if !(bytes >= 0.0 && bytes < 2.0_f64.powi(62)) {
        return Err(bad());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be in range")]
    Ok(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::memory_size;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(memory_size("1.5G"), Ok(3 << 29));
        assert_eq!(memory_size("64MiB"), Ok(64 << 20));
        assert_eq!(memory_size("100"), Ok(100));
        assert_eq!(memory_size(" 2 kb "), Ok(2048));
    }

    #[test]
    fn what_is_no_size_is_refused_with_an_example() {
        for word in ["", "G", "-1G", "nan", "1X", "1e30T"] {
            assert_eq!(
                memory_size(word).unwrap_err(),
                format!("`{word}` is no size; write bytes, or a number with K, M, G or T: 1.5G")
            );
        }
    }
}
