import { type Bundle } from './bundle.js';
import { FUNCTIONS } from './expression-language.js';
import { absenceWords, typeWords } from './field-words.js';
import { eventNames, fieldPaths } from './fields.js';

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
    'Made by `npm run policies -- vocabulary` from `policies/`. The console shows the same of the playbook in force, with what signals carried.',
    '',
    '## Fields',
    '',
    row('field', 'type', 'absent means', 'read by', 'what'),
    row('---', '---', '---', '---', '---'),
    ...fields.map(([path, field]) =>
      row(
        `\`${path}\``,
        typeWords(field),
        typeof field.absent === 'object' ? `\`${absenceWords(field)}\`` : absenceWords(field),
        field.sensitive ? 'guardrails alone' : 'all',
        field.description ?? '',
      ),
    ),
    '',
    '## Functions',
    '',
    row('call', 'on', 'gives'),
    row('---', '---', '---'),
    ...FUNCTIONS.map(({ call, on, description }) => row(`\`${call}\``, on ?? '', description)),
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
