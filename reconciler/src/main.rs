//! `daicho`. See [`daicho::run`].

fn main() -> std::process::ExitCode {
    daicho::run::main()
}
