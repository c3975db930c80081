// A consumer that is far behind has time: commands have not. So it rests after each batch, for a part of the time that it has worked, and for
// the longer, the slower its work is than it was when there was nothing beside it: what slows it down is slowed down by it.

/** Whoever takes so many events at once is behind. */
const BEHIND = 200;
/** The part of its work for which it rests when nothing slows it down. */
const REST = 0.4;
/** Slower than this many times is not told from this. */
const SLOWNESS_MAX = 5;
/** By so much the best that was seen is worse with each batch: what an event costs changes. */
const DRIFT = 1.002;

/** Answers a function that says for how many milliseconds to rest after so many events, which took so long. */
export function pacing(): (count: number, milliseconds: number) => number {
  let best = Number.POSITIVE_INFINITY;
  return (count, milliseconds) => {
    if (count < BEHIND) return 0;
    const each = milliseconds / count;
    best = Math.min(best * DRIFT, each);
    return milliseconds * REST * Math.min(each / best, SLOWNESS_MAX);
  };
}
