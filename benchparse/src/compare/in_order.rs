//! Runs numbered jobs on several threads and delivers their results in order.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// So many results may wait for each thread.
const AHEAD: usize = 4;

struct Queue<T> {
    /// Results, the next to be taken first; `None` while a thread is at it.
    ready: VecDeque<Option<T>>,
    /// The number of the first of them.
    first: usize,
    /// How many jobs there are; fewer once nobody wants the rest.
    count: usize,
}

struct Shared<T> {
    queue: Mutex<Queue<T>>,
    changed: Condvar,
    ahead: usize,
}

/// Does the jobs `0..count`, one thread for each of `states`, the calling one among them; that one
/// gives the results to `take` in the order of their numbers and ends with its first error.
pub(super) fn in_order<S: Send, T: Send, E>(
    states: &mut [S],
    count: usize,
    job: impl Fn(&mut S, usize) -> T + Sync,
    mut take: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let Some((own, others)) = states.split_first_mut() else {
        return Ok(());
    };
    let shared = Shared {
        queue: Mutex::new(Queue {
            ready: VecDeque::new(),
            first: 0,
            count,
        }),
        changed: Condvar::new(),
        ahead: AHEAD * (others.len() + 1),
    };
    let (shared, job) = (&shared, &job);
    std::thread::scope(|scope| {
        for state in others.iter_mut().take(count.saturating_sub(1)) {
            scope.spawn(move || {
                // A panic must not leave the others waiting.
                let closing = Closing(shared);
                while shared.do_one(|number| job(state, number)) {}
                std::mem::forget(closing);
            });
        }
        let _closing = Closing(shared);
        while let Some(done) = shared.next(|number| job(own, number)) {
            take(done)?;
        }
        Ok(())
    })
}

impl<T> Shared<T> {
    /// Does the next job once there is room for its result; `false` when none is left.
    fn do_one(&self, job: impl FnOnce(usize) -> T) -> bool {
        let mut queue = self.lock();
        let number = loop {
            let next = queue.first + queue.ready.len();
            if next >= queue.count {
                return false;
            }
            if queue.ready.len() < self.ahead {
                break next;
            }
            queue = self.wait(queue);
        };
        self.do_numbered(queue, number, job);
        true
    }

    fn do_numbered(
        &self,
        mut queue: MutexGuard<'_, Queue<T>>,
        number: usize,
        job: impl FnOnce(usize) -> T,
    ) {
        queue.ready.push_back(None);
        drop(queue);
        let done = job(number);
        let mut queue = self.lock();
        let place = number - queue.first;
        queue.ready[place] = Some(done);
        drop(queue);
        self.changed.notify_all();
    }

    /// The next result; nothing when all were taken. Where it is not ready another job is done.
    fn next(&self, mut job: impl FnMut(usize) -> T) -> Option<T> {
        let mut queue = self.lock();
        loop {
            if let Some(front) = queue.ready.front_mut()
                && let Some(done) = front.take()
            {
                queue.ready.pop_front();
                queue.first += 1;
                drop(queue);
                self.changed.notify_all();
                return Some(done);
            }
            let next = queue.first + queue.ready.len();
            if queue.first >= queue.count {
                return None;
            }
            queue = if next < queue.count && queue.ready.len() < self.ahead {
                self.do_numbered(queue, next, &mut job);
                self.lock()
            } else {
                self.wait(queue)
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, Queue<T>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'q>(&self, queue: MutexGuard<'q, Queue<T>>) -> MutexGuard<'q, Queue<T>> {
        self.changed
            .wait(queue)
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Says that nobody wants the rest.
struct Closing<'s, T>(&'s Shared<T>);

impl<T> Drop for Closing<'_, T> {
    fn drop(&mut self) {
        self.0.lock().count = 0;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_whoever_makes_them() {
        for threads in 1..5 {
            let mut states = vec![0usize; threads];
            let mut taken = Vec::new();
            let job = |done: &mut usize, number: usize| {
                *done += 1;
                number * number
            };
            let all: Result<(), ()> = in_order(&mut states, 1000, job, |square| {
                taken.push(square);
                Ok(())
            });
            assert_eq!(all, Ok(()));
            assert!(
                taken
                    .into_iter()
                    .eq((0..1000).map(|number| number * number))
            );
            assert_eq!(states.iter().sum::<usize>(), 1000);
        }
    }

    #[test]
    fn the_first_error_ends_it() {
        let mut taken = 0;
        let ended = in_order(
            &mut [(); 3],
            1000,
            |(), number| number,
            |number| {
                taken += 1;
                if number < 10 { Ok(()) } else { Err(number) }
            },
        );
        assert_eq!((ended, taken), (Err(10), 11));
    }
}
