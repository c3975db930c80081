// What the core of the ledger does, as tables: one line, one case. `runTable` says how they are read.

/** Tables by the sentence that each one shows. */
export const TABLES: Readonly<Record<string, string>> = {
  'moves money between accounts, and holds the floor': `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0
    transfer  cash -> alice   100.00   posted
    transfer  alice -> cash   100.01   INSUFFICIENT_FUNDS
    transfer  alice -> cash   100.00   posted
    transfer  alice -> cash     0.01   INSUFFICIENT_FUNDS
    balance   alice  0.00
    balance   cash   0.00
    `,
  'holds floors below zero, and ceilings, on the normal side of each account': `
    account   cash   EUR debit   ceiling 1000
    account   alice  EUR credit  floor -50  ceiling 200
    transfer  alice -> cash     50.00   posted
    transfer  alice -> cash      0.01   INSUFFICIENT_FUNDS
    transfer  cash -> alice    250.00   posted
    transfer  cash -> alice      0.01   CEILING_EXCEEDED
    account   bob    EUR credit
    transfer  cash -> bob      800.01   CEILING_EXCEEDED
    transfer  cash -> bob      800.00   posted
    transfer  bob -> cash     1000.00   posted
    balance   cash   0.00
    account   vault  EUR debit   floor 0
    transfer  vault -> bob       1.00   posted
    transfer  bob -> vault       1.00   posted
    transfer  bob -> vault       0.01   INSUFFICIENT_FUNDS
    `,
  'forces interest, fees, scheme advices and history beyond the limits, and nothing else': `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0  ceiling 10
    fee            alice -> cash     1.00   posted
    interest       alice -> cash     1.00   posted
    scheme_advice  alice -> cash     1.00   posted
    deposit        cash -> alice    14.00   CEILING_EXCEEDED
    withdrawal     alice -> cash     1.00   INSUFFICIENT_FUNDS
    transfer       alice -> cash     1.00   INSUFFICIENT_FUNDS
    interest       cash -> alice    20.00   posted
    balance   alice  17.00
    deposit        cash -> alice     0.01   CEILING_EXCEEDED
    transfer       alice -> cash     0.01   posted
    `,
  'takes nothing on a frozen side, forced or not': `
    account   cash   EUR debit
    account   alice  EUR credit  frozen down
    account   bob    EUR credit  frozen up
    transfer  cash -> alice     5.00   posted
    transfer  alice -> cash     1.00   LEDGER_ACCOUNT_FROZEN
    fee       alice -> cash     1.00   LEDGER_ACCOUNT_FROZEN
    transfer  cash -> bob       1.00   LEDGER_ACCOUNT_FROZEN
    transfer  bob -> cash       1.00   posted
    `,
  'knows accounts, currencies and what is closed': `
    account   cash   EUR debit
    account   alice  EUR credit
    account   yen    JPY credit
    account   gone   EUR credit  closed
    transfer  cash -> nobody    1.00   LEDGER_ACCOUNT_NOT_FOUND
    transfer  nobody -> cash    1.00   LEDGER_ACCOUNT_NOT_FOUND
    transfer  cash -> yen       1.00   CURRENCY_MISMATCH
    transfer  cash -> gone      1.00   LEDGER_ACCOUNT_CLOSED
    transfer  gone -> cash      1.00   LEDGER_ACCOUNT_CLOSED
    fee       gone -> cash      1.00   LEDGER_ACCOUNT_CLOSED
    balance   cash   0.00
    `,
  'books history on migrating customer accounts alone, up to today': `
    day       2026-03-02
    account   cash   EUR debit   bank
    account   fees   EUR credit  bank
    account   old    EUR credit  migrating
    account   older  EUR credit  migrating
    account   new    EUR credit  floor 0
    migration cash -> old     1.00   on 1995-03-24   posted
    migration old -> older    9.00   on 1995-03-25   posted
    migration old -> cash     1.00   on 2026-03-02   posted
    migration old -> cash     1.00   on 2026-03-03   BOOKING_DATE_NOT_OPEN
    migration old -> new      1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_MIGRATING
    migration cash -> new     1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_MIGRATING
    migration cash -> fees    1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_MIGRATING
    migration old -> nobody   1.00   on 1995-03-24   LEDGER_ACCOUNT_NOT_FOUND
    transfer  cash -> old     1.00   LEDGER_ACCOUNT_MIGRATING
    fee       old -> fees     1.00   LEDGER_ACCOUNT_MIGRATING
    balance   old   -9.00
    `,
  'books the end of the day on the day that closes, if one does': `
    day       2026-03-02
    account   cash   EUR debit
    account   alice  EUR credit
    interest  cash -> alice     1.00   end-of-day   BOOKING_DATE_NOT_OPEN
    day       2026-03-03 closing 2026-03-02
    interest  cash -> alice     1.00   end-of-day   posted
    transfer  cash -> alice     1.00   posted
    `,
  'posts a group whole or not at all': `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0
    account   bob    EUR credit  floor 0
    {
      transfer  cash -> alice    10.00   posted
      transfer  alice -> bob     10.00   posted
    }
    {
      transfer  cash -> alice     5.00   LINKED_JOURNAL_REFUSED
      transfer  alice -> bob      6.00   INSUFFICIENT_FUNDS
      transfer  bob -> cash       1.00   LINKED_JOURNAL_REFUSED
    }
    balance   alice  0.00
    balance   bob   10.00
    balance   cash  10.00
    `,
  'keeps balances within 64 bits': `
    account   cash   EUR debit
    account   alice  EUR credit
    transfer  cash -> alice   92233720368547758.07   posted
    transfer  cash -> alice                   0.01   BALANCE_OUT_OF_RANGE
    transfer  alice -> cash   92233720368547758.07   posted
    transfer  alice -> cash   92233720368547758.07   posted
    transfer  alice -> cash                   0.01   BALANCE_OUT_OF_RANGE
    balance   alice  -92233720368547758.07
    account   bob    EUR credit
    transfer  alice -> bob                    0.01   BALANCE_OUT_OF_RANGE
    transfer  bob -> cash                     0.01   BALANCE_OUT_OF_RANGE
    `,
  'undoes journals whole and in parts, never more than they were, and no reversal': `
    account   cash   EUR debit
    account   alice  EUR credit  floor 0
    transfer  cash -> alice   100.00   posted
    reverse   1   30.00   posted
    reverse   1   70.01   REVERSAL_EXCEEDS_ORIGINAL
    reverse   1           posted
    reverse   1           REVERSAL_EXCEEDS_ORIGINAL
    reverse   2           REVERSAL_NOT_REVERSIBLE
    reverse   9           JOURNAL_NOT_FOUND
    balance   alice  0.00
    transfer  cash -> alice   100.00   posted
    transfer  alice -> cash    60.00   posted
    reverse   8           INSUFFICIENT_FUNDS
    reverse   8   40.00   posted
    reverse   8   60.00   INSUFFICIENT_FUNDS
    `,
  'finds out balancing legs: as much as is available, at most so much, above a target or up to one': `
    account   cash   EUR debit
    account   alice  EUR credit  floor -20
    account   pot    EUR credit  floor 0  ceiling 70
    transfer  cash -> alice   100.00                       posted
    transfer  alice -> pot     10.00 at-most               posted
    balance   alice  90.00
    transfer  alice -> pot    500.00 at-most keep 50       posted
    balance   alice  50.00
    balance   pot    50.00
    transfer  alice -> pot    500.00 at-most keep 50       NOTHING_AVAILABLE
    transfer  alice -> pot    500.00 at-most up-to 40      NOTHING_AVAILABLE
    transfer  alice -> pot    500.00 at-most up-to 60      posted
    transfer  alice -> pot    500.00 at-most               posted
    balance   pot    70.00
    balance   alice  30.00
    transfer  alice -> cash   500.00 at-most keep -500     posted
    balance   alice -20.00
    transfer  alice -> cash     0.01 at-most               NOTHING_AVAILABLE
    fee       alice -> cash     0.01 at-most               NOTHING_AVAILABLE
    transfer  pot -> alice    500.00 at-most up-to 0       posted
    balance   alice   0.00
    transfer  pot -> nobody     1.00 at-most               LEDGER_ACCOUNT_NOT_FOUND
    `,
};
