import { parseArgs } from 'node:util';
import { compilePlaybook, countsOf } from './policies/compiler.js';
import { readPlaybookFolder } from './policies/playbook.folder.js';

const USAGE =
  'npm run policies -- check [folder]    type-checks a playbook; POLICIES_DIR or ./policies without a folder';

/** Exit code 0: it compiles; 1: it has mistakes, one a line as `file:line:column message`; 2: there was nothing to check. */
async function check(folder: string): Promise<number> {
  let files: Record<string, string>;
  try {
    files = await readPlaybookFolder(folder);
  } catch (error) {
    console.error(`${folder} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  const result = compilePlaybook(files);
  if (!result.ok) {
    for (const { file, line, column, message } of result.errors)
      console.error(`${folder}/${file}:${line}:${column} ${message}`);
    console.error(`${result.errors.length} mistake${result.errors.length === 1 ? '' : 's'}`);
    return 1;
  }
  for (const { file, line, column, message } of result.warnings)
    console.warn(`${folder}/${file}:${line}:${column} warning: ${message}`);
  const counts = Object.entries(countsOf(result.bundle)).map(([what, count]) => `${count} ${what}`);
  console.log(`${result.bundle.hash}\n${counts.join(', ')}`);
  return 0;
}

const { positionals } = parseArgs({ allowPositionals: true, strict: false });
const [command, folder = process.env['POLICIES_DIR'] ?? './policies', ...rest] = positionals;
if (command === 'check' && rest.length === 0) {
  process.exitCode = await check(folder.replace(/\/+$/, ''));
} else {
  console.error(USAGE);
  process.exitCode = 2;
}
