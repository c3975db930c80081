import { runService } from '#chassis/boot.ts';
import { transaction } from './service.ts';

await runService(transaction);
