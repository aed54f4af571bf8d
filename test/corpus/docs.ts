import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../../docs/checks.md', import.meta.url);

/** The table in docs/checks.md between the marks of that name; with UPDATE_DOCS=1 it is written first. */
export function documented(name: string, table: string): string {
  const [open, close] = [`<!-- measured: ${name} -->`, `<!-- /measured: ${name} -->`];
  const page = readFileSync(PAGE, 'utf8');
  const from = page.indexOf(open) + open.length;
  const to = page.indexOf(close);
  if (from < open.length || to < 0) throw new Error(`docs/checks.md has no place for ${name}`);
  if (process.env['UPDATE_DOCS'] !== '1') return page.slice(from, to).trim();
  writeFileSync(PAGE, `${page.slice(0, from)}\n\n${table}\n\n${page.slice(to)}`);
  return table;
}

/** A markdown table, its columns as wide as their widest cell, as the formatter wants it. */
export function markdown(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(3, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), rule, ...body.map(line)].join('\n');
}
