//! `daicho-hospital`: a simulated hospital LAN. See [`daicho_hospital::cli`].
use std::process::ExitCode;

fn main() -> ExitCode {
    daicho_hospital::cli::run()
}
