import { type Bundle } from './bundle.js';
import { eventNames, type Field, fieldPaths, TIMESTAMP } from './fields.js';

function absenceWords({ absent }: Field): string {
  if (absent === 'never') return 'never absent';
  return absent === 'unknown' ? 'unknown' : `\`${JSON.stringify(absent.default)}\``;
}

function typeWords({ type }: Field): string {
  const item = /^list<Item\d+>$/.test(type) ? 'list of objects' : type;
  return (
    { [TIMESTAMP]: 'time', double: 'number', bool: 'boolean', 'list<string>': 'list of strings' }[item] ??
    item
  );
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ').trim();
}

function row(...cells: readonly string[]): string {
  return `| ${cells.map(cell).join(' | ')} |`;
}

/** Markdown: every field that expressions of a playbook may read, what its absence means, and every event that it knows. */
export function vocabularyPage({ vocabulary, actions, channels }: Bundle): string {
  const fields = [...fieldPaths(vocabulary)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const events = eventNames(vocabulary).toSorted();
  return [
    '# Vocabulary of the shipped playbook',
    '',
    'Made by `npm run policies -- vocabulary` from `policies/`. The functions are told in [the playbook](playbook.md).',
    '',
    '## Fields',
    '',
    row('field', 'type', 'absent means', 'read by'),
    row('---', '---', '---', '---'),
    ...fields.map(([path, field]) =>
      row(`\`${path}\``, typeWords(field), absenceWords(field), field.sensitive ? 'guardrails alone' : 'all'),
    ),
    '',
    '## Events',
    '',
    row('event', 'properties'),
    row('---', '---'),
    ...events.map((event) =>
      row(
        `\`${event}\``,
        Object.keys(vocabulary.events[event]?.properties ?? {})
          .map((name) => `\`${name}\``)
          .join(', '),
      ),
    ),
    '',
    '## Names',
    '',
    `Actions: ${[...actions.keys()].map((id) => `\`${id}\``).join(', ')}.`,
    '',
    `Channels: ${[...channels.keys()].map((id) => `\`${id}\``).join(', ')}.`,
    '',
  ].join('\n');
}
