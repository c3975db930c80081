// The buf plugin that writes docs/reference.
import { runNodeJs } from '@bufbuild/protoplugin';
import { bankPlugin } from './plugin.ts';
import { referencePages } from './reference/pages.ts';

runNodeJs(bankPlugin('protoc-gen-bank-reference', referencePages));
