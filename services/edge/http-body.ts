// Reads the body of an HTTP request, no further than the limit and no longer than the deadline.
import type { IncomingMessage } from 'node:http';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';

/**
 * Answers the whole body. Refuses one that is too long (MESSAGE_UNREADABLE) or too slow (DEADLINE_PASSED); what is still
 * coming is then thrown away as it comes, so that the refusal can be sent.
 */
export function readBody(request: IncomingMessage, deadline: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_MESSAGE_BYTES) return Promise.reject(tooLong());
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => fail(refuseCall('DEADLINE_PASSED')), Math.max(0, deadline - Date.now()));
    let chunks: Buffer[] = [];
    let length = 0;
    let failed = false;

    function fail(error: Refusal): void {
      clearTimeout(timer);
      failed = true;
      chunks = [];
      reject(error);
    }

    request.on('data', (chunk: Buffer) => {
      if (failed) return;
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_MESSAGE_BYTES) fail(tooLong());
    });
    request.once('end', () => {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks));
    });
    // The caller hung up: nobody will read the answer.
    request.once('error', () => fail(refuseCall('MESSAGE_UNREADABLE')));
    request.once('close', () => fail(refuseCall('MESSAGE_UNREADABLE')));
  });
}

function tooLong(): Refusal {
  const { code, reason, domain } = refuseCall('MESSAGE_UNREADABLE');
  return new Refusal({ code, reason, domain, message: `The message is longer than ${MAX_MESSAGE_BYTES} bytes.` });
}
