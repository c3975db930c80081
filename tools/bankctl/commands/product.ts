import { create } from '@bufbuild/protobuf';
import { Operation, type Product, ProductType } from '#gen/bank/account/v1/account_pb.ts';
import {
  AccountService,
  GetProductResponseSchema,
  ListProductsResponseSchema,
} from '#gen/bank/account/v1/account_service_pb.ts';
import {
  DayCount,
  InterestBasis,
  InterestPeriod,
  type InterestTerms,
  type InterestTier,
  TierMethod,
} from '#gen/bank/account/v1/interest_pb.ts';
import type { ListOptions } from '../cli/run.ts';
import { usage } from '../failure.ts';
import { fields, money, table, word } from '../output.ts';
import { pagesOf } from '../pages.ts';
import type { Session } from '../session.ts';

/** Lists products. */
export async function listProducts(
  { bank, out }: Session,
  { limit, currency = '' }: ListOptions & { currency?: string },
): Promise<void> {
  const accounts = bank().client(AccountService);
  const products: Product[] = [];
  const pages = pagesOf((page) => accounts.listProducts({ ...page, currencyCode: currency }), limit);
  for await (const page of pages) products.push(...page.products);
  await out.message(ListProductsResponseSchema, create(ListProductsResponseSchema, { products }), () =>
    table(
      ['product', 'version', 'name', 'type', 'currency'],
      products.map(({ productId, version, displayName, type, currencyCode }) => [
        productId,
        String(version),
        displayName,
        word(ProductType, type),
        currencyCode,
      ]),
    ),
  );
}

/** Shows a product. */
export async function getProduct(
  { bank, out }: Session,
  { version: asked = '0' }: { version?: string },
  productId = '',
): Promise<void> {
  if (!/^\d{1,9}$/.test(asked)) throw usage(`${asked} is no version; write a number.`);
  const answer = await bank()
    .client(AccountService)
    .getProduct({ productId, version: Number(asked) });
  await out.message(GetProductResponseSchema, answer, () => {
    const { version, displayName, type, currencyCode, terms } = answer.product ?? {};
    return fields([
      ['product', `${productId} version ${version}`],
      ['name', displayName],
      ['type', word(ProductType, type ?? 0)],
      ['currency', currencyCode],
      ['transfer limit', money(terms?.transferLimit)],
      ['highest overdraft', money(terms?.overdraftLimitMaximum)],
      ['interest', terms?.interestRatePercent && `${terms.interestRatePercent} % a year`],
      ...interestFields(terms?.interest),
      ...(terms?.fees ?? []).map(({ operation, flat, ratePercent, minimum, maximum }): [string, string] => {
        const parts = [money(flat), ratePercent && `${ratePercent} %`];
        const bounds = [minimum && `at least ${money(minimum)}`, maximum && `at most ${money(maximum)}`];
        return [`fee ${word(Operation, operation)}`, [...parts, ...bounds].filter(Boolean).join(', ')];
      }),
    ]);
  });
}

function interestFields(interest: InterestTerms | undefined): [string, string][] {
  if (!interest) return [];
  const { tiers, dayCount, basis, tierMethod, compounding, posting, withholdingTaxPercent } = interest;
  const tier = ({ from, ratePercent }: InterestTier) => `${ratePercent} % from ${money(from) || 'zero'}`;
  return [
    ['interest', `${tiers.map(tier).join(', ')} (${word(TierMethod, tierMethod)})`],
    ['interest on', `${word(InterestBasis, basis)} balance, ${word(DayCount, dayCount)}`],
    ['compounded', `${word(InterestPeriod, compounding)}, posted ${word(InterestPeriod, posting)}`],
    ['least for interest', money(interest.minimumBalance)],
    ['tax withheld', withholdingTaxPercent && `${withholdingTaxPercent} %`],
  ];
}
