// The catalogue as the other RPCs read it. A version of a product never changes, so that what was read once is kept.
import { create, fromJson, type JsonObject, toJson } from '@bufbuild/protobuf';
import { timestampFromDate } from '@bufbuild/protobuf/wkt';
import { coalesce } from '#chassis/coalesce.ts';
import type { CommandTx } from '#chassis/command.ts';
import type { Database } from '#chassis/database.ts';
import { type Product, ProductSchema, type ProductTerms, ProductTermsSchema } from '#gen/bank/account/v1/account_pb.ts';
import { selectCalendarYears } from './calendars.ts';
import { refuse } from './domain/refusals.ts';
import { productTypes } from './domain/words.ts';
import { publishProduct } from './events.ts';
import { lockProduct, ProductRow, selectNewestProducts } from './tables.ts';

/** A version of a product. */
export interface ProductKey {
  readonly productId: string;
  readonly productVersion: number;
}

/** Reads the catalogue. */
export interface Catalogue {
  /** The newest version of a product. Refuses PRODUCT_NOT_FOUND. */
  newest(productId: string): Promise<ProductRow>;
  /** A certain version of a product. Refuses PRODUCT_NOT_FOUND. */
  version(productId: string, version: number): Promise<ProductRow>;
  /** The newest versions of products after an id, by id; an empty currency is any. */
  list(filter: { currency: string; after: string; limit: number }): Promise<ProductRow[]>;
  /** The terms of versions that exist, by `keyOf`. */
  terms(keys: readonly ProductKey[]): Promise<ReadonlyMap<string, ProductTerms>>;
}

const CACHE_MAX = 10_000;

const GENERAL_LEDGER_CODES = { current: '2010', savings: '2020', term_deposit: '2020' } as const;

/** The line of the general ledger that accounts of a product roll up to. */
export function generalLedgerCodeOf({ type }: Pick<ProductRow, 'type'>): string {
  return GENERAL_LEDGER_CODES[type];
}

/** Opens the catalogue of a database. */
export function openCatalogue({ orm, query }: Database): Catalogue {
  const known = new Map<string, ProductTerms>();
  const versions = new Map<string, ProductRow>();
  // Many accounts are opened at once, of a few products.
  const newest = coalesce(
    async (ids: readonly string[]) => {
      const rows = await orm.em.fork().find(ProductRow, { id: [...new Set(ids)] }, { orderBy: { version: 'asc' } });
      const newestById = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => newestById.get(id));
    },
    { maxItems: 100, inFlight: 1 },
  );
  return {
    async newest(productId) {
      const row = await newest(productId);
      if (!row) throw refuse('PRODUCT_NOT_FOUND');
      return row;
    },
    async version(id, version) {
      const key = keyOf({ productId: id, productVersion: version });
      const row = versions.get(key) ?? (await orm.em.fork().findOne(ProductRow, { id, version }));
      if (!row) throw refuse('PRODUCT_NOT_FOUND');
      if (versions.size >= CACHE_MAX) versions.clear();
      versions.set(key, row);
      return row;
    },
    async list(filter) {
      const keys = await query(selectNewestProducts(filter));
      return keys.length === 0 ? [] : orm.em.fork().find(ProductRow, { $or: keys }, { orderBy: { id: 'asc' } });
    },
    async terms(keys) {
      const missing = new Map(keys.filter((key) => !known.has(keyOf(key))).map((key) => [keyOf(key), key]));
      if (missing.size > 0) {
        if (known.size + missing.size > CACHE_MAX) known.clear();
        const wanted = [...missing.values()].map(({ productId: id, productVersion: version }) => ({ id, version }));
        const rows = await orm.em.fork().find(ProductRow, { $or: wanted });
        for (const row of rows) known.set(keyOf({ productId: row.id, productVersion: row.version }), termsOf(row));
      }
      return known;
    },
  };
}

/** The newest version of a product, whose name is held until the transaction ends; undefined when there is none. */
export async function newestLocked(tx: CommandTx, id: string): Promise<ProductRow | null> {
  await tx.query(lockProduct(id));
  return tx.em.findOne(ProductRow, { id }, { orderBy: { version: 'desc' } });
}

/** Adds a version of a product, and publishes it. */
export function addVersion(
  tx: CommandTx,
  product: Pick<ProductRow, 'id' | 'version' | 'type' | 'currency' | 'displayName'>,
  terms: ProductTerms | undefined,
): ProductRow {
  const row = tx.em.create(ProductRow, {
    ...product,
    terms: terms ? (toJson(ProductTermsSchema, terms) as JsonObject) : {},
    createTime: new Date(),
  });
  tx.em.persist(row);
  publishProduct(tx, productMessage(row));
  return row;
}

/** Refuses terms that name a calendar which there is not. */
export async function checkCalendar(tx: CommandTx, terms: ProductTerms | undefined): Promise<void> {
  for (const code of [terms?.interest?.calendarCode, terms?.term?.calendarCode]) {
    if (!code) continue;
    const [known] = await tx.query(selectCalendarYears(code, ['', 0], 1));
    if (!known) throw refuse('CALENDAR_NOT_FOUND');
  }
}

/** What a version of a product is found by. */
export function keyOf({ productId, productVersion }: ProductKey): string {
  return `${productId}/${productVersion}`;
}

/** The terms in a row. */
export function termsOf({ terms }: Pick<ProductRow, 'terms'>): ProductTerms {
  return fromJson(ProductTermsSchema, terms);
}

/** The message of a product. */
export function productMessage(row: ProductRow): Product {
  return create(ProductSchema, {
    productId: row.id,
    version: row.version,
    displayName: row.displayName,
    type: productTypes.value(row.type),
    currencyCode: row.currency,
    terms: termsOf(row),
    createTime: timestampFromDate(row.createTime),
  });
}
