import { type VNode } from 'preact';
import { type Bundle } from '../../policies/bundle.js';
import { type Carried } from '../../policies/carried.js';
import { FUNCTIONS } from '../../policies/expression-language.js';
import { absenceWords, typeWords } from '../../policies/field-words.js';
import { eventNames, fieldPaths } from '../../policies/fields.js';
import { OUTCOME_EVENTS } from '../../policies/own-events.js';
import { PageHead, Pill, Section } from '../layout/parts.js';

const OWN: ReadonlySet<string> = new Set(Object.values(OUTCOME_EVENTS));

/** What expressions of the playbook in force may say, and what of it signals carried. */
export function VocabularyPage({ bundle, carried }: { bundle: Bundle; carried: Carried }): VNode {
  return (
    <>
      <PageHead
        title="Vocabulary"
        lead="Every field, function, event and name that expressions of the playbook in force may use, and which of it signals carried until now."
      >
        <a href="/playbook" role="button" class="secondary">
          Playbook
        </a>
      </PageHead>
      <form class="inline narrow" data-filter-form="" hx-boost="false">
        <input
          type="search"
          aria-label="Narrow down"
          placeholder="Narrow down, such as total or checkout"
          data-filters="#vocabulary"
        />
        <output aria-live="polite" data-filter-count="" />
      </form>
      <div id="vocabulary">
        <Fields bundle={bundle} carried={carried} />
        <Functions />
        <Events bundle={bundle} carried={carried} />
        <Undeclared bundle={bundle} carried={carried} />
        <Names bundle={bundle} />
      </div>
    </>
  );
}

function Seen({ seen }: { seen: boolean | null }): VNode {
  if (seen === null) return <span class="faint">–</span>;
  return seen ? <Pill tone="good">seen</Pill> : <Pill tone="quiet">not yet</Pill>;
}

/** Whether signals carried a field; null for what they do not carry. */
function wasCarried(carried: Carried, path: string): boolean | null {
  const [, trait] = /^profile\.traits\.(.+)$/.exec(path) ?? [];
  if (trait !== undefined) return carried.traits.has(trait);
  const [, property] = /^signal\.properties\.(.+)$/.exec(path) ?? [];
  if (property === undefined) return null;
  return [...carried.events.values()].some((names) => names.has(property));
}

function Fields({ bundle, carried }: { bundle: Bundle; carried: Carried }): VNode {
  const fields = [...fieldPaths(bundle.vocabulary)].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return (
    <Section title="Fields" hint={`${fields.length}`}>
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Field</th>
              <th>Type</th>
              <th>Absent means</th>
              <th>Signals</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(([path, field]) => (
              <tr key={path} data-filtered="">
                <td>
                  <code>{path}</code>{' '}
                  {field.sensitive ? <Pill tone="wait">sensitive: guardrails alone</Pill> : null}
                  {field.description === undefined ? null : <small>{field.description}</small>}
                </td>
                <td data-label="Type">{typeWords(field)}</td>
                <td data-label="If absent">{absenceWords(field)}</td>
                <td data-label="Signals">
                  <Seen seen={wasCarried(carried, path)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Functions(): VNode {
  return (
    <Section title="Functions" hint={`${FUNCTIONS.length}`}>
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Call</th>
              <th>On</th>
              <th>Gives</th>
            </tr>
          </thead>
          <tbody>
            {FUNCTIONS.map(({ call, on, description }) => (
              <tr key={call} data-filtered="">
                <td>
                  <code>{on === null ? call : `.${call}`}</code>
                </td>
                <td data-label="On">{on === null ? <span class="faint">–</span> : ON[on]}</td>
                <td data-label="Gives">{description}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

const ON: Readonly<Record<string, string>> = {
  string: 'a text',
  list: 'a list',
  History: 'history',
  EventHistory: 'profile.events["…"]',
};

function Events({ bundle, carried }: { bundle: Bundle; carried: Carried }): VNode {
  const events = eventNames(bundle.vocabulary).toSorted();
  return (
    <Section title="Events" hint={`${events.length}`}>
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Event</th>
              <th>Properties</th>
              <th>Signals</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event) => {
              const declared = Object.keys(bundle.vocabulary.events[event]?.properties ?? {});
              const seen = carried.events.get(event);
              const more = [...(seen ?? [])].filter((name) => !declared.includes(name)).sort();
              return (
                <tr key={event} data-filtered="">
                  <td>
                    <span class="strong">{event}</span>
                    {OWN.has(event) ? <small>of Countersign’s own</small> : null}
                  </td>
                  <td data-label="Properties">
                    {declared.map((name, i) => (
                      <span key={name}>
                        {i === 0 ? '' : ', '}
                        <code>{name}</code>
                        {seen === undefined || seen.has(name) ? '' : ' (not yet)'}
                      </span>
                    ))}
                    {more.length === 0 ? null : <small>carried and not declared: {more.join(', ')}</small>}
                  </td>
                  <td data-label="Signals">
                    <Seen seen={OWN.has(event) ? null : seen !== undefined} />
                  </td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

/** What signals carry and no expression can read, until vocabulary.yaml declares it. */
function Undeclared({ bundle, carried }: { bundle: Bundle; carried: Carried }): VNode {
  const known = new Set(eventNames(bundle.vocabulary));
  const events = [...carried.events].filter(([event]) => !known.has(event));
  const traits = [...carried.traits].filter((name) => !Object.hasOwn(bundle.vocabulary.traits, name));
  if (events.length === 0 && traits.length === 0) return <></>;
  return (
    <Section title="Carried and not declared" hint="no expression can read it before vocabulary.yaml says so">
      <div class="table stacks">
        <table>
          <tbody>
            {events
              .toSorted(([a], [b]) => (a < b ? -1 : 1))
              .map(([event, names]) => (
                <tr key={event} data-filtered="">
                  <td>
                    <span class="strong">{event}</span>
                  </td>
                  <td data-label="Properties">{[...names].sort().join(', ')}</td>
                </tr>
              ))}
            {traits.length === 0 ? null : (
              <tr data-filtered="">
                <td>
                  <span class="strong">Traits</span>
                </td>
                <td data-label="Names">{traits.toSorted().join(', ')}</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Names({ bundle }: { bundle: Bundle }): VNode {
  const actions = [...bundle.actions.values()].map(({ spec }) => spec);
  const rows: readonly (readonly [string, string, string])[] = [
    ...actions.map(({ id, title }) => ['action', id, title] as const),
    ...[...bundle.channels.values()].map(({ id, kind }) => ['channel', id, kind] as const),
    ...[...bundle.segments.values()].map(({ id, title }) => ['segment', id, title] as const),
    ...[...new Set(actions.flatMap(({ tags }) => tags))].sort().map((id) => ['tag', id, ''] as const),
    ...[...new Set(actions.map(({ topic }) => topic))].sort().map((id) => ['topic', id, ''] as const),
  ];
  return (
    <Section title="Names" hint={`${rows.length}`}>
      <div class="table stacks">
        <table>
          <tbody>
            {rows.map(([kind, id, title]) => (
              <tr key={`${kind} ${id}`} data-filtered="">
                <td>
                  <code>{id}</code>
                </td>
                <td data-label="Kind">{kind}</td>
                <td data-label="Title">{title}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}
