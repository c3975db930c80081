// W3C Trace Context (https://www.w3.org/TR/trace-context/): one trace id runs through every service that a call reaches.
import { randomUUID } from 'node:crypto';

/** Where in which trace a piece of work stands. */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
}

/** The trace of an incoming call: a child of its traceparent, or a new trace when that is absent or malformed. */
export function continueTrace(traceparent: string | undefined): Trace {
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/.exec(traceparent ?? '');
  const traceId = parts?.[1] ?? randomDigits();
  return { traceId, spanId: randomDigits().slice(16) };
}

/** 32 random hexadecimal digits. Node keeps random bytes in store for these, where others are asked of the system one by one. */
function randomDigits(): string {
  return randomUUID().replaceAll('-', '');
}

/** The traceparent header to send onwards. */
export function traceparentOf({ traceId, spanId }: Trace): string {
  return `00-${traceId}-${spanId}-01`;
}
