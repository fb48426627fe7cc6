//! Jobs on threads: order, budget, cancellation.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use heavytail_spectra::in_order::in_order;
use heavytail_spectra::schedule::{Job, Outcome, run, run_alone};
use heavytail_spectra::stop::{Stopped, checkpoint, is_stop, until};

fn threads(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

#[test]
fn results_come_in_the_order_given_for_any_number_of_threads() {
    for count in [1, 2, 8] {
        let jobs = (0..50_u64)
            .map(|i| Job { cost: (i * 7 % 13) as f64, memory: i, soon: None, work: Box::new(move || i * i) })
            .collect();
        let mut heard = Vec::new();
        let outcomes = run(jobs, threads(count), 60, &AtomicBool::new(false), |i, _| heard.push(i));
        let expected: Vec<_> = (0..50_u64).map(|i| Outcome::Done(i * i)).collect();
        assert_eq!(outcomes, expected);
        heard.sort_unstable();
        assert_eq!(heard, (0..50).collect::<Vec<_>>());
    }
}

#[test]
fn the_costliest_job_starts_first() {
    let jobs = [3.0, 9.0, 1.0, 9.0].map(|cost| Job { cost, memory: 1, soon: None, work: Box::new(|| ()) });
    let mut order = Vec::new();
    run(jobs.into(), threads(1), 1, &AtomicBool::new(false), |i, ()| order.push(i));
    assert_eq!(order, [1, 3, 0, 2]);
}

#[test]
fn the_next_job_is_told_once_before_another_ends() {
    let told = std::sync::Mutex::new(Vec::new());
    let job = |i: usize| Job {
        cost: -(i as f64),
        memory: 1,
        soon: Some(Box::new({
            let told = &told;
            move || told.lock().unwrap().push(i)
        })),
        work: Box::new(|| told.lock().unwrap().clone()),
    };
    let outcomes = run((0..3).map(job).collect(), threads(1), 9, &AtomicBool::new(false), |_, _| ());
    assert_eq!(outcomes, [vec![1], vec![1, 2], vec![1, 2]].map(Outcome::Done));
}

#[test]
fn results_are_taken_in_order_and_not_too_far_ahead() {
    let (started, taken) = (AtomicU64::new(0), AtomicU64::new(0));
    for count in [1, 3] {
        let work = |i: usize| {
            started.fetch_add(1, Ordering::SeqCst);
            let ahead = started.load(Ordering::SeqCst) - taken.load(Ordering::SeqCst);
            assert!(ahead <= 2 * count as u64 + 1, "{ahead} ahead");
            i * i
        };
        let mut squares = Vec::new();
        in_order((threads(count), threads(2 * count)), 40, work, |results| {
            for square in results {
                taken.fetch_add(1, Ordering::SeqCst);
                squares.push(square);
            }
        });
        assert_eq!(squares, (0..40).map(|i| i * i).collect::<Vec<_>>());
    }
}

#[test]
fn nothing_is_started_for_one_who_takes_no_more() {
    let started = AtomicU64::new(0);
    let work = |i: usize| {
        started.fetch_add(1, Ordering::SeqCst);
        i
    };
    assert_eq!(in_order((threads(2), threads(4)), 1000, work, |results| results.next()), Some(0));
    assert!(started.load(Ordering::SeqCst) <= 5);
}

#[test]
#[should_panic(expected = "the third")]
fn a_panic_in_work_reaches_the_one_who_takes() {
    let work = |i: usize| if i == 2 { panic!("the third") } else { i };
    in_order((threads(2), threads(1)), 10, work, |results| results.count());
}

#[test]
fn the_memory_of_running_jobs_stays_within_the_budget() {
    let held = AtomicU64::new(0);
    let jobs = (0..200_u64)
        .map(|i| {
            let (memory, held) = (1 + i * 31 % 64, &held);
            let work = move || {
                let now = held.fetch_add(memory, Ordering::SeqCst) + memory;
                std::thread::yield_now();
                held.fetch_sub(memory, Ordering::SeqCst);
                now
            };
            Job { cost: memory as f64, memory, soon: None, work: Box::new(work) }
        })
        .collect();
    for outcome in run(jobs, threads(8), 100, &AtomicBool::new(false), |_, _| ()) {
        assert!(matches!(outcome, Outcome::Done(1..=100)), "{outcome:?}");
    }
}

#[test]
fn a_job_beyond_the_whole_budget_is_refused_and_the_rest_runs() {
    let jobs =
        [5, 500, 7].map(|memory| Job { cost: 1.0, memory, soon: None, work: Box::new(move || memory) });
    let outcomes = run(jobs.into(), threads(2), 100, &AtomicBool::new(false), |_, _| ());
    assert_eq!(
        outcomes,
        [Outcome::Done(5), Outcome::OverBudget { needed: 500, budget: 100 }, Outcome::Done(7)]
    );
}

#[test]
fn cancelling_keeps_waiting_jobs_from_starting() {
    let cancel = AtomicBool::new(false);
    let jobs = (0..10)
        .map(|i| Job { cost: f64::from(10 - i), memory: 1, soon: None, work: Box::new(move || i) })
        .collect();
    let outcomes = run(jobs, threads(1), 10, &cancel, |i, _| cancel.store(i == 2, Ordering::Relaxed));
    assert_eq!(outcomes[2], Outcome::Done(2));
    assert!(outcomes[3..].iter().all(|outcome| *outcome == Outcome::Cancelled));
}

#[test]
fn work_alone_returns_what_it_makes() {
    assert_eq!(run_alone(threads(3), || 7), 7);
}

#[test]
#[should_panic(expected = "the second")]
fn a_panic_in_a_job_reaches_the_caller_once_the_others_are_done() {
    let job = |i: usize| Job {
        cost: 1.0,
        memory: 6,
        soon: None,
        work: Box::new(move || {
            if i == 1 {
                panic!("the second")
            }
        }),
    };
    // One at a time: the others wait for the memory of the one that panics.
    run((0..4).map(job).collect(), threads(3), 10, &AtomicBool::new(false), |_, ()| ());
}

#[test]
fn no_job_is_no_work() {
    let outcomes = run(Vec::<Job<'_, ()>>::new(), threads(4), 0, &AtomicBool::new(false), |_, ()| ());
    assert!(outcomes.is_empty());
}

#[test]
fn a_raised_flag_ends_work_on_every_thread_that_was_started_for_it() {
    let endless = |_: usize| -> usize {
        loop {
            checkpoint();
            std::thread::yield_now();
        }
    };
    for count in [1, 3] {
        let flag = Arc::new(AtomicBool::new(false));
        let raise = || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            flag.store(true, Ordering::SeqCst);
        };
        std::thread::scope(|scope| {
            scope.spawn(raise);
            let sum =
                until(&flag, || in_order((threads(count), threads(4)), 9, endless, |all| all.sum::<usize>()));
            assert_eq!(sum, Err(Stopped));
        });
        // The flag belongs to the work, and not to the thread.
        checkpoint();
        assert_eq!(until(&flag, || run_alone(threads(count), || endless(0))), Err(Stopped));
    }
}

#[test]
fn work_that_ends_first_has_its_result_and_a_panic_stays_a_panic() {
    let flag = Arc::new(AtomicBool::new(true));
    assert_eq!(until(&flag, || 3), Ok(3));
    let fault = catch_unwind(AssertUnwindSafe(|| until(&flag, || panic!("a fault")))).unwrap_err();
    assert!(!is_stop(fault.as_ref()));
}
