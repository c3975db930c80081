// A member of staff who has logged in, for tests, the way that all of them come in: two administrators whom an operator registered,
// of whom one registers somebody, the other approves it, and everybody logs in with an app of their own.
import { randomUUID } from 'node:crypto';
import { StaffRole } from '#gen/bank/options/v1/options_pb.ts';
import { registerFirstAdministrators } from '../security/first-administrators.ts';
import { appCode, PASSWORD } from '../security/testing.ts';
import type { Bank } from './bank.ts';
import { pending, textAt, whenExecuted } from './journeys/counter.ts';
import { type Door, type EdgeAddress, openDoor, type RpcName } from './journeys/doors.ts';

/** A session that goes on. */
export interface StaffSession {
  /** What is shown to the edge. */
  readonly token: string;
  logOut(): Promise<void>;
  /** Lets go of the edge. */
  close(): void;
}

const NAMES = ['--branch', 'brn_praha', '--name', 'Jan Novak', '--name', 'Petr Novak'];

/** Logs a member of staff in at an edge of a bank that has had none. */
export async function staffSession(
  bank: Pick<Bank, 'environment'>,
  edge: EdgeAddress,
  role: keyof typeof StaffRole,
): Promise<StaffSession> {
  const [maker, checker] = await administrators(bank, edge);
  const door = openDoor(edge, 'gRPC');
  const order = { requestId: randomUUID(), displayName: 'Eva Nova', branchId: 'brn_praha', roles: [StaffRole[role]] };
  const register = () => door.callWith(maker.token, 'security.RegisterStaffMember', order);
  const approvalId = await pending(register());
  await ask(door, checker.token, 'security.ApproveRequest', { approvalId });
  const staffId = textAt(await whenExecuted(register), 'staffMember', 'staffId');
  const issued = await ask(door, maker.token, 'security.IssueStaffEnrolmentCode', { staffId });
  for (const administrator of [maker, checker]) administrator.close();
  return session(door, await logIn(door, textAt(issued, 'enrolmentCode')));
}

/** Logs the first two administrators in at an edge of a bank that has had none. */
export async function administrators(
  { environment }: Pick<Bank, 'environment'>,
  edge: EdgeAddress,
): Promise<[StaffSession, StaffSession]> {
  const told = await registerFirstAdministrators(NAMES, environment);
  const [one = '', other = ''] = [...told.matchAll(/: ([\w-]{43}), until /g)].map(([, code = '']) => code);
  return [await enter(edge, one), await enter(edge, other)];
}

async function enter(edge: EdgeAddress, code: string): Promise<StaffSession> {
  const door = openDoor(edge, 'gRPC');
  return session(door, await logIn(door, code));
}

function session(door: Door, token: string): StaffSession {
  return {
    token,
    logOut: async () => void (await ask(door, token, 'security.LogOut', {})),
    close: () => door.close(),
  };
}

/** Registers credentials with a code, and logs in with them for the first time. */
async function logIn(door: Door, enrolmentCode: string): Promise<string> {
  const credentials = { username: `staff-${randomUUID()}`, password: PASSWORD };
  const registered = await ask(door, undefined, 'security.RegisterCredentials', { enrolmentCode, ...credentials });
  const secondFactorCode = appCode(textAt(registered, 'totpSecret'));
  const login = await ask(door, undefined, 'security.LogIn', { ...credentials, secondFactorCode });
  return textAt(login, 'tokens', 'accessToken');
}

function ask(door: Door, token: string | undefined, rpc: RpcName, request: Readonly<Record<string, string>>) {
  return door.callWith(token, rpc, { requestId: randomUUID(), ...request });
}
