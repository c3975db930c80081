import { runService } from '#chassis/boot.ts';
import { account } from './service.ts';

await runService(account);
