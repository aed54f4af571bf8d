import { type ExpressionInput } from './bundle.js';
import { type Struct, TIMESTAMP } from './fields.js';
import { EventRecord, HistoryRecord } from './records.js';

const NOW = new Date(0);

/** Inputs to try an expression on: everything there, and everything that may be absent absent. */
export function trialInputs(structs: readonly Struct[]): ExpressionInput[] {
  const byName = new Map(structs.map((struct) => [struct.name, struct]));
  return [true, false].map((present) => ({
    now: NOW,
    profile: sample('Profile', byName, present),
    signal: sample('Signal', byName, present),
    context: sample('Context', byName, present),
    history: sample('History', byName, present),
    openTasks: 1,
    facts: sample('Facts', byName, present),
  }));
}

function sample(type: string, structs: ReadonlyMap<string, Struct>, present: boolean): unknown {
  switch (type) {
    case 'string':
      return '1';
    case 'double':
      return 1;
    case 'bool':
      return true;
    case TIMESTAMP:
      return NOW;
    default: {
      const item = /^list<(.+)>$/.exec(type)?.[1];
      if (item !== undefined) return present ? [sample(item, structs, present)] : [];
      return record(type, structs, present);
    }
  }
}

function record(type: string, structs: ReadonlyMap<string, Struct>, present: boolean): unknown {
  const struct = structs.get(type);
  if (struct === undefined) return undefined;
  const lookUp = (name: string): unknown => {
    const field = struct.fields.get(name);
    if (field === undefined || (!present && field.absent === 'unknown')) return undefined;
    return sample(field.type, structs, present);
  };
  if (struct.record === EventRecord) return new EventRecord(lookUp, NOW);
  if (struct.record === HistoryRecord) return new HistoryRecord(lookUp, NOW, () => []);
  const Record = struct.record as new (lookUp: (name: string) => unknown) => object;
  return new Record(lookUp);
}
