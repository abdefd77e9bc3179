//! `daicho-agent`: see `daicho-agent --help`.

fn main() -> std::process::ExitCode {
    daicho_agent::cli::main()
}
