// Reads the body of an HTTP request, no further than the limit and no longer than the deadline.
import type { IncomingMessage } from 'node:http';
import { Refusal, refuseCall } from '#chassis/errors.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';

/**
 * Answers the whole body. Refuses one that is too long or breaks off (MESSAGE_UNREADABLE) or is too slow
 * (DEADLINE_PASSED); what is still coming is then thrown away as it comes, so that the refusal can be sent.
 */
export function readBody(request: IncomingMessage, deadline: number, max: number = MAX_MESSAGE_BYTES): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > max) return Promise.reject(tooLong(max));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => end(() => refuseCall('DEADLINE_PASSED')), Math.max(0, deadline - Date.now()));
    let chunks: Buffer[] = [];
    let length = 0;
    let ended = false;

    function end(refuse?: () => Refusal): void {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      if (refuse) reject(refuse());
      else resolve(Buffer.concat(chunks));
      chunks = [];
    }

    request.on('data', (chunk: Buffer) => {
      if (ended) return;
      chunks.push(chunk);
      length += chunk.length;
      if (length > max) end(() => tooLong(max));
    });
    request.once('end', () => end());
    // The caller hung up: nobody will read the answer.
    request.once('error', () => end(() => refuseCall('MESSAGE_UNREADABLE')));
    request.once('close', () => end(() => refuseCall('MESSAGE_UNREADABLE')));
  });
}

function tooLong(max: number): Refusal {
  const { code, reason, domain } = refuseCall('MESSAGE_UNREADABLE');
  return new Refusal({ code, reason, domain, message: `The message is longer than ${max} bytes.` });
}
