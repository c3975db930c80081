import { expect } from 'chai';
import { Audience, StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import type { Actor } from '#gen/bank/type/v1/actor_pb.ts';
import { developmentToken } from './development-tokens.ts';

describe('Development tokens', () => {
  async function ask(body: unknown) {
    let actor: Actor | undefined;
    const issuer = {
      principalToken: async (given: Actor) => {
        actor = given;
        return 'signed';
      },
    };
    const { status, json } = await developmentToken(issuer, JSON.stringify(body));
    return { status, json: json as Record<string, unknown>, actor };
  }

  it('are for a customer, members of staff and partners', async () => {
    const ann = await ask({ subject: 'customer:cus_01h455vb4pex5vsknk084sn02q' });
    expect(ann.json).to.deep.equal({ token: 'signed', expiresIn: 28_800 });
    expect(ann.actor).to.include({ audience: Audience.CHANNEL, partyId: 'cus_01h455vb4pex5vsknk084sn02q' });
    expect(ann.actor?.sessionId).to.match(/^ses_/);
    const both = (await ask({ subject: 'staff:back-office,auditor' })).actor;
    expect(both).to.deep.include({
      partyId: 'stf_back_office_auditor',
      roles: [StaffRole.BACK_OFFICE, StaffRole.AUDITOR],
    });
    const [none, praha] = [both, (await ask({ subject: 'staff:teller,auditor@brn_praha.2' })).actor];
    expect(none?.branchId).to.equal('');
    expect(praha).to.deep.include({
      partyId: 'stf_teller_auditor_brn_praha_2',
      branchId: 'brn_praha.2',
      roles: [StaffRole.TELLER, StaffRole.AUDITOR],
    });
    const acme = (await ask({ subject: 'partner:acme', scopes: ['payments:read'] })).actor;
    expect(acme).to.deep.include({ audience: Audience.PARTNER, partyId: 'ptn_acme', scopes: ['payments:read'] });
  });

  it('are refused with a sentence for anybody else', async () => {
    const wrong = [
      {},
      [],
      null,
      'customer:cus_1',
      { subject: 1 },
      { subject: 'customer' },
      { subject: 'customer:acc_1' },
      { subject: 'customer:cus_1\0' },
      { subject: 'staff:' },
      { subject: 'staff:unspecified' },
      { subject: 'staff:teller,teller' },
      { subject: 'staff:TELLER' },
      { subject: 'staff:__proto__' },
      { subject: 'staff:teller@' },
      { subject: 'staff:@brn_praha' },
      { subject: 'staff:teller@brn praha' },
      { subject: 'staff:teller@brn@praha' },
      { subject: 'partner:' },
      { subject: 'partner:acme', scopes: 'all' },
      { subject: 'staff:teller', scopes: ['all'] },
      { subject: 'workload:ledger' },
    ];
    for (const body of wrong) {
      const { status, json } = await ask(body);
      expect([status, json['code']], JSON.stringify(body)).to.deep.equal([400, 'invalid_argument']);
      expect(json['message']).to.match(/customer|staff|partner|scopes|branch/);
    }
  });

  it('do not exist where there is no development issuer', async () => {
    expect((await developmentToken(undefined, '{"subject": "staff:teller"}')).status).to.equal(404);
  });
});
