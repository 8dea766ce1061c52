//! A map that runs in parallel, where there are threads.

/// Calls `work` with each item, and returns the results in the order of the items.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let run = |part: &[T]| part.iter().map(&work).collect::<Vec<R>>();
    let parts = processors().min(items.len() / MIN_ITEMS_PER_THREAD);
    if parts < 2 {
        return run(items);
    }
    std::thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(parts)).map(|part| {
            // If no thread can be started, this one does the work.
            std::thread::Builder::new().spawn_scoped(scope, move || run(part)).map_err(|_| run(part))
        });
        // Collected, so that all threads are started before the first is joined.
        let parts: Vec<_> = parts.collect();
        let finish = |part: Result<std::thread::ScopedJoinHandle<'_, Vec<R>>, Vec<R>>| match part {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(done) => done,
        };
        parts.into_iter().flat_map(finish).collect()
    })
}

/// The fewest items for one thread: starting it for less work would take longer than the work.
const MIN_ITEMS_PER_THREAD: usize = 16;

fn processors() -> usize {
    if cfg!(target_arch = "wasm32") {
        return 1;
    }
    std::thread::available_parallelism().map_or(1, core::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn map_keeps_the_order_of_the_items() {
        for count in [0, 1, 31, 32, 1_000] {
            let numbers: Vec<usize> = (0..count).collect();
            assert_eq!(map(&numbers, |number| number * 2), (0..count).map(|it| it * 2).collect::<Vec<_>>());
        }
    }
}
