import { type Field, TIMESTAMP } from './fields.js';

/** What the absence of a field means, in words. */
export function absenceWords({ absent }: Pick<Field, 'absent'>): string {
  if (absent === 'never') return 'never absent';
  return absent === 'unknown' ? 'unknown' : JSON.stringify(absent.default);
}

const TYPES: Readonly<Record<string, string>> = {
  [TIMESTAMP]: 'time',
  double: 'number',
  bool: 'boolean',
  string: 'text',
  'list<string>': 'list of texts',
  'list<Message>': 'list of messages',
  EventHistory: 'event',
  Message: 'message',
  Fact: 'fact',
};

/** The engine's name of a type, in words. */
export function typeWords({ type }: Pick<Field, 'type'>): string {
  if (/^list<Item\d+>$/.test(type)) return 'list of objects';
  return TYPES[type] ?? 'fields';
}
