// The object store in a bucket of S3, or of what speaks like it, by Amazon's own client: region and credentials are found as all
// clients of AWS find them. Where the bucket has Object Lock with a retention by default, nobody can remove before it ends.
import type { S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { checkedKey, type ObjectStore } from './object-store.ts';

/** Which bucket. An empty endpoint is the one of the region; without a region it is that of AWS_REGION. */
export interface Bucket {
  readonly bucket: string;
  readonly endpoint: string;
  readonly region?: string;
}

const TIMES = { connectionTimeout: 3_000, requestTimeout: 20_000 };
/** As often an object is tried to be written while somebody else writes it too. */
const TRIES = 5;
const PAGE = 1_000;

/** Keeps objects in a bucket. Loaded when it is used: few processes have one, and the library is large. */
export function s3ObjectStore({ bucket, endpoint, region }: Bucket): ObjectStore {
  const library = () => import('@aws-sdk/client-s3');
  let opened: Promise<S3Client> | undefined;
  const client = () => {
    // What has an endpoint of its own seldom has a name for each bucket.
    const own = endpoint === '' ? {} : { endpoint, forcePathStyle: true };
    opened ??= library().then(
      ({ S3Client: Client }) => new Client({ requestHandler: TIMES, ...own, ...(region && { region }) }),
    );
    return opened;
  };
  const at = (key: string) => ({ Bucket: bucket, Key: checkedKey(key) });

  /** Writes where nothing is: the store decides which of several writers that is. */
  async function put(key: string, bytes: Uint8Array, left = TRIES): Promise<boolean> {
    const [s3, { PutObjectCommand }] = await Promise.all([client(), library()]);
    const written = s3.send(new PutObjectCommand({ ...at(key), Body: bytes, IfNoneMatch: '*' }));
    return written.then(
      () => true,
      (error: S3ServiceException) => {
        const status = error.$metadata?.httpStatusCode;
        if (status === 412) return false;
        if (status === 409 && left > 1) return put(key, bytes, left - 1);
        throw error;
      },
    );
  }

  return {
    putIfAbsent: put,
    async get(key) {
      const [s3, { GetObjectCommand }] = await Promise.all([client(), library()]);
      const found = await s3.send(new GetObjectCommand(at(key))).catch(absent);
      return found?.Body && Buffer.from(await found.Body.transformToByteArray());
    },
    async list(prefix, { after = '', limit }) {
      const [s3, { ListObjectsV2Command }] = await Promise.all([client(), library()]);
      const keys: string[] = [];
      for (let last = after; keys.length < limit; last = keys.at(-1) ?? '') {
        const asked = Math.min(PAGE, limit - keys.length);
        const from = last === '' ? {} : { StartAfter: last };
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, MaxKeys: asked, ...from }),
        );
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
        if (!page.IsTruncated) break;
      }
      return keys;
    },
    async remove(key) {
      const [s3, { DeleteObjectCommand, HeadObjectCommand }] = await Promise.all([client(), library()]);
      const found = await s3.send(new HeadObjectCommand(at(key))).catch(absent);
      if (!found) return;
      // Without its version, a bucket that keeps versions would only hide it.
      const version = found.VersionId ? { VersionId: found.VersionId } : {};
      await s3.send(new DeleteObjectCommand({ ...at(key), ...version }));
    },
  };
}

function absent(error: S3ServiceException): undefined {
  if (error.$metadata?.httpStatusCode !== 404) throw error;
}
