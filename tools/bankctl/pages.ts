// Lists of the bank, page by page.
import { Code, ConnectError } from '@connectrpc/connect';
import { reasonOf } from './refusals.ts';

const LARGEST = 1_000;

interface Page {
  readonly nextPageToken: string;
}

/**
 * The pages of a list, each as large as the bank makes them. An answer that would be too long to send is asked for again
 * in smaller pages.
 */
export async function* pagesOf<P extends Page>(
  read: (page: { pageSize: number; pageToken: string }) => Promise<P>,
  limit: number = Number.POSITIVE_INFINITY,
  start: string = '',
): AsyncGenerator<P> {
  let size = LARGEST;
  let left = limit;
  let pageToken = start;
  do {
    const pageSize = Math.min(size, left);
    try {
      const page = await read({ pageSize, pageToken });
      pageToken = page.nextPageToken;
      left -= pageSize;
      yield page;
    } catch (error) {
      if (!isTooLong(error) || size === 1) throw error;
      size = Math.ceil(size / 4);
    }
  } while (pageToken !== '' && left > 0);
}

function isTooLong(error: unknown): boolean {
  return (
    error instanceof ConnectError && (error.code === Code.ResourceExhausted || reasonOf(error) === 'MESSAGE_UNREADABLE')
  );
}
