// A column of sealed personal data: bytea in the database, a Sealed message in the code. What is in it can be read only
// with the key of the party that it names.
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { p, Type } from '@mikro-orm/core';
import { type Sealed, SealedSchema } from '#gen/bank/type/v1/sealed_pb.ts';
import { asBuffer } from './encode.ts';

/** The column of an entity that holds personal data: `profile: sealedColumn()`. Append `.nullable()` where it may be absent. */
export function sealedColumn() {
  return p.type(SealedType);
}

/** What MikroORM wants to know of the column; it takes nothing but a class. Absent values pass through as they are. */
class SealedType extends Type<Sealed | null | undefined, Buffer | null | undefined> {
  override convertToDatabaseValue(sealed: Sealed | null | undefined): Buffer | null | undefined {
    return sealed && asBuffer(toBinary(SealedSchema, sealed));
  }

  override convertToJSValue(bytes: Buffer | null | undefined): Sealed | null | undefined {
    return bytes && fromBinary(SealedSchema, bytes);
  }

  override compareAsType(): string {
    return 'Buffer';
  }

  override getColumnType(): string {
    return 'bytea';
  }
}
