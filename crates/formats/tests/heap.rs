//! Some work in, the most heap memory that the thread held at a time out: counted by the allocator, thread by thread, so
//! that other tests beside it do not matter.
#![expect(unsafe_code, reason = "an allocator has no safe form")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

thread_local! {
    static NOW: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// The system's allocator with a tally.
struct Counted;

#[global_allocator]
static ALLOCATOR: Counted = Counted;

fn count(more: isize) {
    // Nothing is counted while a thread ends.
    let _ = NOW.try_with(|now| {
        now.set(now.get() + more);
        PEAK.try_with(|peak| peak.set(peak.get().max(now.get())))
    });
}

fn size(layout: Layout) -> isize {
    isize::try_from(layout.size()).expect("no larger layout exists")
}

// SAFETY: every call goes to the system's allocator as it came; the tally allocates nothing.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(size(layout));
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(size(layout));
        // SAFETY: the caller keeps the contract of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        count(-size(layout));
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, new: usize) -> *mut u8 {
        count(isize::try_from(new).expect("no larger layout exists") - size(layout));
        // SAFETY: the caller keeps the contract of `realloc`.
        unsafe { System.realloc(place, layout, new) }
    }
}

/// What the work returns, and the most bytes that it held at a time beyond those held before.
pub(crate) fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.with(Cell::get);
    PEAK.with(|peak| peak.set(before));
    let done = work();
    (done, usize::try_from(PEAK.with(Cell::get) - before).expect("the peak is no less than the beginning"))
}

#[test]
fn the_peak_is_counted_and_not_the_sum() {
    let (kept, peak) = peak_of(|| {
        for _ in 0..10 {
            drop(std::hint::black_box(vec![0_u8; 1 << 20]));
        }
        vec![1_u8; 10]
    });
    assert!((1 << 20..1 << 21).contains(&peak), "{peak}");
    drop(kept);
}
