// How `make bench` is told what to do.
import { bool, cleanEnv, makeValidator } from 'envalid';

const positive = makeValidator((text) => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${text} is not a number above zero`);
  return value;
});

/** Reads the variables of the bench of events. */
export function readEventSettings(environment: NodeJS.ProcessEnv) {
  return cleanEnv(environment, {
    EVENTS_BACKLOG: positive({ default: 200_000, desc: 'how many events a consumer is behind' }),
    EVENTS_SECONDS: positive({ default: 8, desc: 'how long each measurement counts, after a fifth of it to warm up' }),
    EVENTS_PER_SECOND: positive({
      default: 500,
      desc: 'how many transfers a second are made while inboxes are watched',
    }),
    EVENTS_ROUNDS: positive({ default: 3, desc: 'how often commands are measured, alone and beside a consumer' }),
  });
}

/** Reads the variables of the bench of the end of a day. */
export function readNightSettings(environment: NodeJS.ProcessEnv) {
  return cleanEnv(environment, {
    NIGHT_ACCOUNTS: positive({ default: 100_000, desc: 'how many accounts earn interest and are told of it' }),
  });
}

/** Reads the variables of `make bench`. */
export function readSettings(environment: NodeJS.ProcessEnv) {
  return cleanEnv(environment, {
    BENCH_RUNS: positive({ default: 5, desc: 'how often everything is measured; medians are told' }),
    BENCH_SECONDS: positive({ default: 3, desc: 'how long each measurement counts, after a fifth of it to warm up' }),
    FULL: bool({ default: false, desc: 'whether a bank with 1 million accounts is measured beside' }),
  });
}
