//! Small tests of whatever rests on unsafe code in; the same tests under valgrind's memcheck, its first error out.
//!
//! Vectors of the machine (through `pulp` and `faer`) and mapped files are what a wrong index could read past. Miri knows neither;
//! memcheck sees the very instructions that run.

use crate::Outcome;
use crate::command::{cargo, command, output, start};
use crate::valgrind::valgrind;

/// Tests with small sides and files that go through all of it: both reductions at every width, the Gram matrix of both
/// layouts, the SVD, vectors, the largest eigenvalues, mapped shards and pages given back.
const TESTS: [&str; 6] = [
    "small_sides_work_by_every_way",
    "blocks_and_layout_do_not_matter_beyond_rounding",
    "a_dead_column_is_lost_rank_and_found_by_the_svd",
    "what_the_space_can_not_hold_is_found_among_all",
    "shards_follow_the_order_of_the_index",
    "a_file_is_mapped_and_its_pages_are_given_back",
];

/// Runs them; says why not where valgrind can't be used.
pub(crate) fn run() -> Outcome {
    if let Err(reason) = valgrind() {
        println!("memcheck left out: {reason}");
        return Ok(());
    }
    let host = output(command("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
    let runner = format!("CARGO_TARGET_{}_RUNNER", host.to_uppercase().replace('-', "_"));
    let mut tests = cargo(&["test", "--quiet", "--workspace", "--test", "main", "--"]);
    start(tests.args(TESTS).env(runner, "valgrind --quiet --error-exitcode=9"))
}
