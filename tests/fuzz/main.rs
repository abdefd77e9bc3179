//! Fuzz targets: one for each registered probe, and one for each other reader of foreign bytes.
//!
//! In `cargo test` each runs a few thousand random inputs; `README.md` beside this file says how to
//! run one for longer, and under a coverage-guided engine. An input is either noise, or one of the
//! real replies of `tests/devices` with damage done to it: see [`seed`].

mod probes;
mod readers;
mod seed;

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// No reader may need more than this for one input, whatever it says (octets).
const MEMORY_LIMIT: usize = 64 << 20;

/// One fuzz target: noise and damaged replies go to `read`, which must neither panic nor take more
/// memory than [`MEMORY_LIMIT`].
macro_rules! target {
    ($test:ident, $read:expr) => {
        #[test]
        fn $test() {
            let seeds = $crate::seed::seeds(stringify!($test));
            bolero::check!().with_max_len(512).for_each(|input: &[u8]| {
                let octets = $crate::seed::input(&seeds, input);
                let before = $crate::MEMORY.current_usage();
                $crate::MEMORY.reset_peak_usage();
                $read(&octets);
                let taken = $crate::MEMORY.peak_usage().saturating_sub(before);
                assert!(taken < $crate::MEMORY_LIMIT, "{taken} octets of memory for one input");
            });
        }
    };
}
pub(crate) use target;
