//! Compresses what is embedded in the Action, which decompresses it. The build script includes this file too.

use std::io;

/// Compresses with Brotli at its highest quality.
pub(crate) fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut compressed, &params)?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::compress;

    fn check(bytes: &[u8]) {
        let compressed = compress(bytes).expect("memory does not fail");
        let mut restored = Vec::new();
        brotli::BrotliDecompress(&mut compressed.as_slice(), &mut restored).expect("our own bytes");
        assert_eq!(restored, bytes);
    }

    #[test]
    fn compressed_bytes_can_be_restored() {
        check(b"");
        check(b"data-platform-engineers");
        check(&b"data-platform-engineers".repeat(1_000));
        check(
            &(0..5_000u32)
                .flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes())
                .collect::<Vec<_>>(),
        );
    }
}
