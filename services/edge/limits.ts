// What a caller may ask of the edge. Everything beyond is refused before it is read.

/** The longest request, as it travels and again when it is decompressed. */
export const MAX_MESSAGE_BYTES = 1024 * 1024;
/** The longest answer: what a service may send. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;
/** All headers of a request together. */
export const MAX_HEADER_BYTES = 16 * 1024;
export const MAX_HEADERS = 100;

/** HTTP/1.1: connections at once, and how long one may take to send its headers, its request, or nothing at all. */
export const MAX_CONNECTIONS = 2_000;
export const HEADERS_TIMEOUT_MS = 5_000;
export const REQUEST_TIMEOUT_MS = 15_000;
export const IDLE_TIMEOUT_MS = 30_000;
/** A socket that neither sends nor takes anything for so long is closed; longer than the longest call. */
export const SOCKET_TIMEOUT_MS = 40_000;
export const TIMEOUT_CHECK_MS = 500;

/** gRPC: calls at once on one connection, and how long a connection without calls is kept. */
export const MAX_STREAMS = 100;
export const IDLE_CONNECTION_MS = 5 * 60_000;
export const KEEPALIVE_MS = 30_000;
export const KEEPALIVE_TIMEOUT_MS = 10_000;

/** How long calls under way may take to end when the edge stops. */
export const GRACE_MS = 10_000;
