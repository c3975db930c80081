// Passes streams of HTTP/2 on, as they come: headers, data, trailers, and how they end.
import http2 from 'node:http2';

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = http2.constants;

export type Headers = http2.IncomingHttpHeaders;

/** What became of a call that was passed on, before anything of it was answered. */
export type Failure = 'connect-failure' | 'refused-stream' | 'reset-before-request' | 'unavailable';

/** Codes of gRPC. */
export const PERMISSION_DENIED = 7;
export const UNIMPLEMENTED = 12;
export const UNAVAILABLE = 14;

/** Answers a call by gRPC with a status alone, and any other by HTTP. */
export function answer(
  stream: http2.ServerHttp2Stream,
  headers: Headers,
  status: number,
  grpcStatus: number,
  text: string,
): void {
  if (stream.destroyed || stream.headersSent) return;
  const isGrpc = headers['content-type']?.startsWith('application/grpc') ?? false;
  if (isGrpc) {
    const trailers = { 'grpc-status': String(grpcStatus), 'grpc-message': text };
    // A status without a body is headers that end the stream: clients take it for broken otherwise.
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
  } else {
    stream.respond({ ':status': status });
    stream.end(text);
  }
}

/** Reads what a caller sends, whole. */
export async function bodyOf(stream: http2.ServerHttp2Stream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/**
 * Passes a call on over a session, its body as it comes or as it was read before. Answers undefined when the answer has begun
 * to be passed back, and else why there is none, so that it may be tried again.
 */
export function passOn(
  session: http2.ClientHttp2Session,
  stream: http2.ServerHttp2Stream,
  headers: http2.OutgoingHttpHeaders,
  body?: Buffer,
): Promise<Failure | undefined> {
  return new Promise((resolve) => {
    const onward = session.request(headers, { endStream: false });
    let answered = false;
    onward.once('response', (response, flags) => {
      const isWhole = (flags & http2.constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      if (isWhole && response['grpc-status'] === String(UNAVAILABLE) && body !== undefined)
        return resolve('unavailable');
      answered = true;
      resolve(undefined);
      if (!stream.destroyed) passBack(onward, stream, response, isWhole);
    });
    onward.once('error', () => undefined);
    onward.once('close', () => {
      const { rstCode } = onward;
      if (!answered) resolve(rstCode === NGHTTP2_REFUSED_STREAM ? 'refused-stream' : 'reset-before-request');
      else if (rstCode !== 0 && !stream.destroyed) stream.close(rstCode);
    });
    // Who gives up gives up for all who are behind.
    stream.once('close', () => onward.close(stream.rstCode || NGHTTP2_CANCEL));
    if (body === undefined) stream.pipe(onward);
    else onward.end(body);
  });
}

function passBack(
  onward: http2.ClientHttp2Stream,
  stream: http2.ServerHttp2Stream,
  response: Headers,
  isWhole: boolean,
): void {
  if (isWhole) {
    stream.respond(response, { endStream: true });
    return;
  }
  let trailers: http2.OutgoingHttpHeaders = {};
  onward.once('trailers', (sent: Headers) => {
    trailers = sent;
  });
  stream.respond(response, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers(trailers));
  onward.pipe(stream);
}
