// Lets Node import TypeScript: the same compiler and settings as the tests.
import { transformFile } from '@swc/core';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const TYPESCRIPT = /\.tsx?$/;

export function resolve(specifier, context, next) {
  if (specifier.startsWith('.') && specifier.endsWith('.js') && TYPESCRIPT.test(context.parentURL ?? ''))
    for (const ending of ['.ts', '.tsx']) {
      const typescript = new URL(specifier.replace(/\.js$/, ending), context.parentURL);
      if (existsSync(typescript)) return next(typescript.href, context);
    }
  return next(specifier, context);
}

export async function load(url, context, next) {
  if (!TYPESCRIPT.test(url)) return next(url, context);
  const { code } = await transformFile(fileURLToPath(url));
  return { format: 'module', source: code, shortCircuit: true };
}
