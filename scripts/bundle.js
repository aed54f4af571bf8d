// Bundles what runs in the browser beyond plain scripts into dist/browser, from the installed packages alone.
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

await build({
  entryPoints: [at('src/console/browser/editor.ts')],
  tsconfig: at('src/console/browser/tsconfig.json'),
  outdir: at('dist/browser'),
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'eof',
  logLevel: 'warning',
});
