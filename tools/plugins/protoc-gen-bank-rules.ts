// The buf plugin that writes gen/bank/rules.ts.
import { runNodeJs } from '@bufbuild/protoplugin';
import { bankPlugin } from './plugin.ts';
import { renderRules } from './render-rules.ts';
import { buildRules } from './rules.ts';

runNodeJs(
  bankPlugin('protoc-gen-bank-rules', (contract) => {
    return new Map([['bank/rules.ts', renderRules(buildRules(contract), contract.options)]]);
  }),
);
