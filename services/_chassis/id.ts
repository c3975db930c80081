// Ids are strings that show what they name (`acc_…`) and sort by the time they were made (UUIDv7).
import { typeidUnboxed } from 'typeid-js';

/** The prefixes of the bank's ids. */
export type Prefix =
  | 'acc'
  | 'alr'
  | 'apr'
  | 'aud'
  | 'chb'
  | 'chd'
  | 'chs'
  | 'car'
  | 'cau'
  | 'chx'
  | 'cmd'
  | 'crd'
  | 'crv'
  | 'cse'
  | 'cus'
  | 'doc'
  | 'evd'
  | 'evt'
  | 'hld'
  | 'jnl'
  | 'kyc'
  | 'lac'
  | 'lgh'
  | 'lrv'
  | 'nws'
  | 'pcf'
  | 'pmf'
  | 'pmg'
  | 'pmw'
  | 'pmo'
  | 'pde'
  | 'pot'
  | 'prd'
  | 'prq'
  | 'ptn'
  | 'pwr'
  | 'pye'
  | 'rcl'
  | 'rdg'
  | 'rfs'
  | 'rel'
  | 'scp'
  | 'sht'
  | 'stm'
  | 'ses'
  | 'sgr'
  | 'spi'
  | 'srq'
  | 'stf'
  | 'stp'
  | 'til'
  | 'tpy'
  | 'txn'
  | 'whk';

/** A new id: a prefix and 26 characters. */
export function newId(prefix: Prefix): string {
  return typeidUnboxed(prefix);
}

/** The id of another thing that belongs one-to-one to this one: `deriveId('jnl', 'txn_01…')` is `jnl_01…`. */
export function deriveId(prefix: Prefix, id: string): string {
  return `${prefix}_${id.slice(id.indexOf('_') + 1)}`;
}
