import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Public data sets to measure on, in the folder named by OUTSIDE_DATA, one folder for each: `bipia` (microsoft/BIPIA, MIT: text_attack_*.json,
 * email_*.jsonl) and `email-templates` (Postmark and Mailgun, MIT: a tar.gz). None of it is part of this project.
 */
export const OUTSIDE_DATA = process.env['OUTSIDE_DATA'];

/** The half that checks may be mended on, and the half that is only counted. */
export const HALVES = ['seen', 'held back'] as const;
export type Half = (typeof HALVES)[number];

function fileOf(...path: string[]): string {
  if (OUTSIDE_DATA === undefined) throw new Error('OUTSIDE_DATA names no folder');
  return join(OUTSIDE_DATA, ...path);
}

/** BIPIA's own split: the kinds of instruction in one half do not come up in the other. */
const SPLIT: Readonly<Record<Half, string>> = { seen: 'train', 'held back': 'test' };

export function bipiaInstructions(half: Half): string[] {
  const text = readFileSync(fileOf('bipia', `text_attack_${SPLIT[half]}.json`), 'utf8');
  return Object.values(JSON.parse(text) as Record<string, string[]>).flat();
}

/** Mails that people got, without any instruction. */
export function bipiaMails(half: Half): string[] {
  return readFileSync(fileOf('bipia', `email_${SPLIT[half]}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { context: string }).context);
}

export interface MailTemplate {
  /** Such as `postmark plain/receipt`. */
  readonly name: string;
  readonly html: string;
  /** Null where only html comes. */
  readonly text: string | null;
}

interface Source {
  readonly kinds: readonly string[];
  readonly files: (
    kind: string,
  ) => readonly { readonly name: string; readonly html: string; readonly text: string | null }[];
}

/** Shows every style of the set and explains how placeholders are written; no mail that anybody is sent. */
const STYLE_GUIDE = 'example';

function kindsIn(folder: string, ending: RegExp): string[] {
  return readdirSync(folder)
    .filter((name) => ending.test(name))
    .map((name) => name.replace(ending, ''))
    .sort();
}

function postmark(root: string): Source {
  const folder = join(root, 'ActiveCampaign+postmark-templates');
  return {
    kinds: kindsIn(join(folder, 'templates', 'basic'), /$/),
    files: (kind) =>
      ['templates', 'templates-inlined'].flatMap((set) =>
        ['plain', 'basic', 'basic-full'].map((layout) => {
          const path = join(folder, set, layout, kind, 'content');
          return { name: `postmark ${set}/${layout}/${kind}`, html: `${path}.html`, text: `${path}.txt` };
        }),
      ),
  };
}

function mailgun(root: string): Source {
  const folder = join(root, 'mailgun+transactional-email-templates', 'templates');
  return {
    kinds: kindsIn(folder, /\.html$/),
    files: (kind) =>
      ['.', 'inlined'].map((set) => ({
        name: `mailgun ${set}/${kind}`,
        html: join(folder, set, `${kind}.html`),
        text: null,
      })),
  };
}

/** The good mails, halved by what they are for: every second kind of each source is held back. */
export function mailTemplates(half: Half): MailTemplate[] {
  const root = mkdtempSync(join(tmpdir(), 'countersign-templates-'));
  try {
    execFileSync('tar', ['xzf', fileOf('email-templates', 'postmark-mailgun.tar.gz'), '-C', root]);
    return [postmark(root), mailgun(root)].flatMap(({ kinds, files }) =>
      kinds
        .filter((kind, i) => (i % 2 === 0) === (half === 'seen') && kind !== STYLE_GUIDE)
        .flatMap(files)
        .map(({ name, html, text }) => ({
          name,
          html: readFileSync(html, 'utf8'),
          text: text === null ? null : readFileSync(text, 'utf8'),
        })),
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
