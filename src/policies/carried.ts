import { parse } from '@marcbachmann/cel-js';
import { type Bundle, type Finding, type Place } from './bundle.js';
import { pathsIn } from './expression-syntax.js';
import { eventNames, eventsLeadingTo } from './fields.js';
import { nearest } from './nearest.js';
import { OUTCOME_EVENTS } from './own-events.js';

/** What signals carried until now, by name alone. */
export interface Carried {
  readonly traits: ReadonlySet<string>;
  /** Names of properties, by event. */
  readonly events: ReadonlyMap<string, ReadonlySet<string>>;
}

/** What the expressions of one item of the playbook read, and the events it waits for. */
interface Reader {
  /** Such as `guardrails/minors`. */
  readonly key: string;
  readonly owner: string;
  /** Chains of names in its expressions. */
  readonly paths: readonly string[];
  /** The events whose properties `signal` may carry for it; null for any. */
  readonly events: readonly string[] | null;
  /** Events that it names itself. */
  readonly named: readonly string[];
}

/** What a rule asks for that no signal ever carried. */
interface Missing {
  /** What is looked for in the rule's text. */
  readonly name: string;
  readonly message: string;
}

const OWN: ReadonlySet<string> = new Set(Object.values(OUTCOME_EVENTS));
const PROPERTIES = 'signal.properties.';
const TRAITS = 'profile.traits.';
const EVENTS = 'profile.events.';

/**
 * Fields and events that rules ask for and no signal ever carried, each with the name that was probably meant. Nothing while no signal came
 * at all: then nothing can be told from it. Of a property it is told once an event that could carry it was seen.
 */
export function neverCarried(bundle: Bundle, carried: Carried): Finding[] {
  if (carried.events.size === 0 && carried.traits.size === 0) return [];
  return readersOf(bundle).flatMap((reader) => {
    const found = new Map(missing(bundle, carried, reader).map((each) => [each.message, each]));
    return [...found.values()].map(({ name, message }): Finding => ({
      ...placeOf(bundle, reader.key, name),
      code: 'never-carried',
      subject: reader.key,
      owner: reader.owner,
      message,
    }));
  });
}

const readers = new WeakMap<Bundle, readonly Reader[]>();

/** Worked out once for a bundle. */
function readersOf(bundle: Bundle): readonly Reader[] {
  let known = readers.get(bundle);
  if (known === undefined) readers.set(bundle, (known = readersIn(bundle)));
  return known;
}

function readersIn(bundle: Bundle): Reader[] {
  const actionOwner = (id: string): string => bundle.actions.get(id)?.spec.owner ?? '';
  const triggers = [...bundle.triggers.values()].map(({ spec }) => spec);
  return [
    ...[...bundle.segments.values()].map((spec) =>
      reader(`segments/${spec.id}`, spec.owner, { sources: [spec.when] }),
    ),
    ...bundle.guardrails.map(({ spec }) =>
      reader(`guardrails/${spec.id}`, spec.owner, { sources: [spec.when] }),
    ),
    ...triggers.map((spec) => {
      const own = 'event' in spec ? [spec.event] : [];
      return reader(`triggers/${spec.id}`, spec.owner, {
        sources: [spec.kind === 'threshold' ? spec.value : spec.when],
        events: own,
        named: [...own, ...('unless' in spec ? spec.unless : [])],
      });
    }),
    ...[...bundle.actions.values()].map(({ spec }) =>
      reader(`actions/${spec.id}`, spec.owner, {
        sources: [spec.eligible, ...Object.values(spec.facts)],
        events: eventsLeadingTo(triggers, spec.id),
        named: spec.goalEvent === undefined ? [] : [spec.goalEvent],
      }),
    ),
    ...[...bundle.templates.values()].map(({ spec }) =>
      reader(`templates/${spec.id}`, actionOwner(spec.action), {
        sources: [spec.when, ...Object.values(spec.slots).map(({ from }) => from)],
        events: eventsLeadingTo(triggers, spec.action),
      }),
    ),
  ];
}

function reader(
  key: string,
  owner: string,
  { sources, events = null, named = [] }: Partial<Reader> & { readonly sources: readonly string[] },
): Reader {
  return { key, owner, paths: sources.flatMap((source) => pathsIn(parse(source).ast)), events, named };
}

function missing(bundle: Bundle, carried: Carried, reader: Reader): Missing[] {
  const { paths } = reader;
  const counted = eventNames(bundle.vocabulary).filter((event) =>
    paths.some((path) => path === EVENTS + event || path.startsWith(`${EVENTS}${event}.`)),
  );
  return [
    ...[...reader.named, ...counted].flatMap((event) => missingEvent(carried, event)),
    ...paths.flatMap((path) => [
      ...missingTrait(carried, after(TRAITS, path)),
      ...missingProperty(bundle, carried, reader.events, after(PROPERTIES, path)),
    ]),
  ];
}

function after(prefix: string, path: string): string | null {
  return path.startsWith(prefix) ? path.slice(prefix.length) : null;
}

function missingEvent({ events }: Carried, event: string): Missing[] {
  if (events.has(event) || OWN.has(event)) return [];
  return [{ name: event, message: `no signal was ever called "${event}"${meant(event, events.keys())}` }];
}

function missingTrait({ traits }: Carried, name: string | null): Missing[] {
  if (name === null || traits.has(name)) return [];
  const seen = `(${count(traits.size, 'trait')} seen)`;
  return [{ name, message: `${TRAITS}${name} was never carried by a signal${meant(name, traits)} ${seen}` }];
}

function missingProperty(
  { vocabulary }: Bundle,
  { events }: Carried,
  scope: readonly string[] | null,
  name: string | null,
): Missing[] {
  if (name === null) return [];
  const declaring = Object.keys(vocabulary.events).filter(
    (event) =>
      (scope === null || scope.includes(event)) &&
      Object.hasOwn(vocabulary.events[event]?.properties ?? {}, name),
  );
  const seen = declaring.flatMap((event): [string, ReadonlySet<string>][] => {
    const names = events.get(event);
    return names === undefined ? [] : [[event, names]];
  });
  if (seen.length === 0 || seen.some(([, names]) => names.has(name))) return [];
  const names = new Set(seen.flatMap(([, each]) => [...each]));
  const by = seen.map(([event]) => event).join(', ');
  const message = `${PROPERTIES}${name} was never carried by a signal${meant(name, names)} (${count(names.size, 'name')} seen for ${by})`;
  return [{ name, message }];
}

function meant(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === null ? '' : `; did you mean "${near}"?`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** Where an item of the playbook writes a name: below its id, before the next item of the file; its id when it is not found. */
function placeOf(bundle: Bundle, key: string, name: string): Place {
  const place = bundle.places.get(key) ?? { file: '', line: 1, column: 1 };
  const next = [...bundle.places.values()]
    .filter(({ file, line }) => file === place.file && line > place.line)
    .reduce((least, { line }) => Math.min(least, line), Infinity);
  const lines = (bundle.files[place.file] ?? '').split('\n');
  const word = new RegExp(`(?<![\\w$])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?![\\w$])`);
  for (let line = place.line; line < next && line <= lines.length; line++) {
    const at = word.exec(lines[line - 1] ?? '');
    if (at !== null) return { file: place.file, line, column: at.index + 1 };
  }
  return place;
}
