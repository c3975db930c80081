import { runService } from '#chassis/boot.ts';
import { registerFirstAdministrators } from './first-administrators.ts';
import { security } from './service.ts';

const [word, ...words] = process.argv.slice(2);
if (word === 'first-administrators') console.log(await registerFirstAdministrators(words, process.env));
else await runService(security);
