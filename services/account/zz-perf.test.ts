import { useBank } from '../_testbed/bank.ts';
import { ACCOUNT_BANK, accountsAs, openAccount, registerPerson } from '../_testbed/opening.ts';
import { asPrincipal, staff } from '#chassis/testing/clients.ts';
import { AccountService } from '#gen/bank/account/v1/account_service_pb.ts';
describe('perf', function () {
  this.timeout(120000);
  const bank = useBank(ACCOUNT_BANK);
  it('cut over 1000', async () => {
    const o = await registerPerson(bank());
    let t = performance.now();
    const accounts = await Promise.all(Array.from({ length: 1000 }, () => openAccount(bank(), { owners: [o], migrating: true }).catch((e) => e)));
    console.log('open 1000', performance.now() - t, accounts.filter((a) => a instanceof Error).length);
    const c = asPrincipal({ service: AccountService, audience: 'account', address: bank().address('account'), issuer: bank().issuer }, staff('BACK_OFFICE'), { deadlineMs: 30000 });
    t = performance.now();
    const ids = accounts.filter((a) => !(a instanceof Error)).map((a) => a.accountId);
    const r = await c.cutOverAccounts({ requestId: 'x', accountIds: ids });
    console.log('cut over', ids.length, performance.now() - t, r.outcomes.filter((x) => x.refusal).length);
    t = performance.now();
    for (let i = 0; i < 20; i++) await openAccount(bank(), { owners: [o] });
    console.log('open seq ms', (performance.now() - t) / 20);
    t = performance.now();
    for (let i = 0; i < 20; i++) await accountsAs(bank(), 'COMPLIANCE').freezeAccount({ requestId: 'f' + i, accountId: accounts[0]?.accountId ?? '', debits: true, reason: 2 });
    console.log('freeze seq ms', (performance.now() - t) / 20);
  });
});
