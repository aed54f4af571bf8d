import { type VNode } from 'preact';
import { isBeyond, type SimulationAnswer, type SimulationReport } from '../../rehearsal/simulation-answer.js';
import { Facts, IfMay, Pill, PostForm, Section, Short, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { codeWords } from '../layout/words.js';
import { ActionTitle, RuleTitle } from '../decisions/decision-parts.js';
import { Watched } from './watched.js';

const RULES_SHOWN = 12;
const CODES_SHOWN = 6;

/** What a proposal would make of stored signals, or the button that asks for it. */
export function SimulationSection({
  proposal,
  simulation,
}: {
  proposal: string;
  simulation: SimulationAnswer | null;
}): VNode {
  return (
    <Section
      id="simulation"
      title="Simulation"
      hint="stored signals once more, each simulated message counting for the next decision"
    >
      {simulation === null ? (
        <p>
          A replay asks every stored decision by itself. A simulation carries forward what a message more or
          less would have changed later on.
        </p>
      ) : (
        <Watched
          id="simulated"
          page={`/playbook/proposals/${proposal}`}
          running={simulation.state === 'running'}
        >
          <SimulationView simulation={simulation} />
        </Watched>
      )}
      <IfMay permission="policies.write">
        <PostForm action={`/playbook/proposals/${proposal}/simulate`} class="inline">
          <label>
            Of the last
            <select name="days">
              {[7, 28, 92].map((days) => (
                <option key={days} value={days} selected={days === 28}>
                  {days} days
                </option>
              ))}
            </select>
          </label>
          <label>
            People at most
            <select name="people">
              {[500, 1_000, 2_000, 5_000].map((people) => (
                <option key={people} value={people} selected={people === 5_000}>
                  {people.toLocaleString('en')}
                </option>
              ))}
            </select>
          </label>
          <label>
            Signals are heard
            <select name="heard">
              <option value="arrival">when they arrived</option>
              <option value="occurrence">when they happened</option>
            </select>
          </label>
          <button type="submit" class="secondary">
            {simulation === null ? 'Simulate' : 'Simulate again'}
          </button>
        </PostForm>
      </IfMay>
    </Section>
  );
}

function SimulationView({ simulation }: { simulation: SimulationAnswer }): VNode {
  const { report, since, until, state } = simulation;
  if (state === 'failed')
    return (
      <div class="notice bad">
        <p>It could not be finished: {simulation.error}</p>
      </div>
    );
  return (
    <>
      <p class="faint">
        {since.slice(0, 10)} to {until.slice(0, 10)}, {number(report.people)}{' '}
        {report.people === 1 ? 'person' : 'people'} and {number(report.signals)} signals, beside the playbook{' '}
        <Short id={simulation.active} />, asked for <Time at={simulation.createdAt} />.
      </p>
      {state === 'running' ? (
        <p>
          <Pill tone="wait">running</Pill> {number(report.people)} people so far.
        </p>
      ) : null}
      <Totals report={report} />
      <People report={report} list={`/playbook/simulations/${simulation.id}/affected`} />
      <Days report={report} />
      <Actions report={report} share={simulation.share} />
      <Rules report={report} />
      <Caps report={report} />
      <details>
        <summary>How to read it</summary>
        <ul>
          {report.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      </details>
    </>
  );
}

interface Line {
  readonly name: VNode | string;
  readonly key: string;
  readonly asked: number;
  readonly active: number;
}

/** Figures side by side, with what the change makes of them: so few columns fit a narrow page as they are. */
function Beside({ head, lines }: { head: string; lines: readonly Line[] }): VNode {
  return (
    <div class="table">
      <table>
        <thead>
          <tr>
            <th>{head}</th>
            <th class="num">In force</th>
            <th class="num">Proposed</th>
            <th class="num">Change</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ key, name, asked, active }) => (
            <tr key={key}>
              <td>{name}</td>
              <td class="num">{number(active)}</td>
              <td class="num">{number(asked)}</td>
              <td class="num">{signed(asked - active)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Totals({ report: { totals } }: { report: SimulationReport }): VNode {
  const line = (name: string, key: keyof typeof totals.asked): Line => ({
    name,
    key,
    asked: totals.asked[key],
    active: totals.active[key],
  });
  const always = [
    line('Messages', 'messages'),
    line('People messaged', 'peopleMessaged'),
    line('Decisions', 'decisions'),
    line('Held', 'holds'),
    line('Reviews', 'reviews'),
    line('Tasks', 'tasks'),
  ];
  const sometimes = [
    line('Decided and stopped before leaving', 'stopped'),
    line('Still waiting at the end', 'waiting'),
    line('Fired too often in a day', 'capped'),
  ].filter(({ asked, active }) => asked + active > 0);
  return <Beside head="In all" lines={[...always, ...sometimes]} />;
}

function People({ report, list }: { report: SimulationReport; list: string }): VNode {
  const { affected } = report;
  const count = (people: number): string | null => (people === 0 ? null : number(people));
  return (
    <div class="card">
      <Facts
        rows={[
          ['People with fewer messages', some(affected.fewer, `${list}?change=fewer`)],
          ['People with more', some(affected.more, `${list}?change=more`)],
          ['As many, but others', some(affected.others, `${list}?change=others`)],
          ['The same', number(affected.same)],
          ['Erased, not simulated', count(report.erased)],
          ['Left out: too many signals', count(report.tooMany)],
          ['Left out: cannot be read', count(report.unreadable)],
          ['Earliest signals no longer kept', count(report.fromProfile)],
        ]}
      />
    </div>
  );
}

/** A number of people, with the way to all of them. */
function some(people: number, list: string): VNode | string {
  if (people === 0) return '0';
  return (
    <>
      {number(people)} <a href={list}>{people === 1 ? 'whom' : 'all of them'}</a>
    </>
  );
}

const COLUMNS = [
  ['Decisions', 'decisions'],
  ['Held', 'held'],
  ['Messages', 'messages'],
  ['Stopped', 'stopped'],
  ['Reviews', 'reviews'],
  ['Tasks', 'tasks'],
] as const;

function Days({ report: { days } }: { report: SimulationReport }): VNode {
  if (days.length === 0) return <></>;
  const columns = COLUMNS.filter(([, name]) =>
    days.some(({ asked, active }) => asked[name] + active[name] > 0),
  );
  return (
    <>
      <h3>By day</h3>
      <div class="table">
        <table>
          <thead>
            <tr>
              <th>Day (UTC)</th>
              {columns.map(([label]) => (
                <th key={label} class="num">
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.map(({ day, asked, active }) => (
              <tr key={day}>
                <td class="strong nowrap">{day}</td>
                {columns.map(([, name]) => (
                  <td key={name} class="num nowrap">
                    <Change asked={asked[name]} active={active[name]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** What was, and what would be where that is another number. */
function Change({ asked, active }: { asked: number; active: number }): VNode {
  if (asked === active) return <>{number(asked)}</>;
  return (
    <>
      {number(active)} → <strong>{number(asked)}</strong>
    </>
  );
}

function Actions({ report: { actions }, share }: { report: SimulationReport; share: number }): VNode {
  if (actions.length === 0) return <></>;
  return (
    <>
      <h3>By action and channel</h3>
      <div class="table stacks">
        <table>
          <thead>
            <tr>
              <th>Action</th>
              <th class="num">Considered</th>
              <th class="num">Messages</th>
              <th class="num">Reviews</th>
              <th>Held, by reason</th>
              <th>Suppressed, by rule</th>
            </tr>
          </thead>
          <tbody>
            {actions.map(({ action, channel, asked, active }) => (
              <tr key={`${action} ${channel ?? ''}`}>
                <td>
                  <span class="strong">
                    <ActionTitle id={action} />
                  </span>
                  {channel === null ? null : <small>by {channel}</small>}
                </td>
                <td class="num" data-label="Considered">
                  <Change asked={asked.considered} active={active.considered} />
                </td>
                <td class="num" data-label="Messages">
                  <Change asked={asked.messages} active={active.messages} />
                  <Beyond audience={active.audience} share={share} words="in force" />
                  <Beyond audience={asked.audience} share={share} words="proposed" />
                </td>
                <td class="num" data-label="Reviews">
                  <Change asked={asked.reviews} active={active.reviews} />
                </td>
                <td data-label="Held">
                  <Codes
                    asked={[...asked.held, ...asked.stopped]}
                    active={[...active.held, ...active.stopped]}
                  />
                </td>
                <td data-label="Suppressed">
                  <Codes asked={asked.suppressed} active={active.suppressed} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Says where more people would get it without a review than its templates are signed for. */
function Beyond({
  audience,
  share,
  words,
}: {
  audience: SimulationReport['actions'][number]['asked']['audience'];
  share: number;
  words: string;
}): VNode | null {
  if (audience === null || !isBeyond(audience, share)) return null;
  return (
    <small>
      {words}: {number(audience.people)} people without a review, signed for {number(audience.largest)}
      {share < 1 ? ' of all' : null}
    </small>
  );
}

type Counted = SimulationReport['actions'][number]['asked']['held'];

function Codes({ asked, active }: { asked: Counted; active: Counted }): VNode | null {
  const codes = [...new Set([...asked, ...active].map(({ code }) => code))];
  if (codes.length === 0) return null;
  const count = (counts: Counted, code: string): number =>
    counts.reduce((sum, each) => (each.code === code ? sum + each.count : sum), 0);
  const shown = codes
    .toSorted((a, b) => count(asked, b) + count(active, b) - count(asked, a) - count(active, a))
    .slice(0, CODES_SHOWN);
  return (
    <>
      {shown.map((code) => (
        <div key={code}>
          <Code code={code} /> <Change asked={count(asked, code)} active={count(active, code)} />
        </div>
      ))}
      {codes.length > shown.length ? <small>and {codes.length - shown.length} more</small> : null}
    </>
  );
}

/** A rule by its title, anything else in words. */
function Code({ code }: { code: string }): VNode {
  const { titles } = useView();
  const rule = code.replace('guardrail:', '');
  return titles.guardrails.has(rule) ? <RuleTitle id={rule} /> : <>{codeWords(rule)}</>;
}

function Rules({ report: { rules } }: { report: SimulationReport }): VNode {
  if (rules.length === 0) return <></>;
  const moved = ({ asked, active }: (typeof rules)[number]): number =>
    Math.abs(asked.matched - active.matched);
  const shown = rules.toSorted((a, b) => moved(b) - moved(a)).slice(0, RULES_SHOWN);
  return (
    <>
      <h3>How often rules matched</h3>
      <Beside
        head="Rule"
        lines={shown.map(({ id, asked, active }) => ({
          key: id,
          name: <RuleTitle id={id} />,
          asked: asked.matched,
          active: active.matched,
        }))}
      />
      {rules.length > shown.length ? (
        <p class="faint">and {rules.length - shown.length} more that changed less or matched less often.</p>
      ) : null}
    </>
  );
}

function Caps({ report: { caps, everybody, together } }: { report: SimulationReport }): VNode {
  return (
    <>
      {caps.length === 0 ? null : (
        <>
          <h3>Caps that were full</h3>
          <Beside
            head="Rule"
            lines={caps.flatMap(({ rule, asked, active }) => [
              {
                key: `${rule} blocked`,
                name: <RuleTitle id={rule} more=": no room" />,
                asked: asked.blocked,
                active: active.blocked,
              },
              {
                key: `${rule} waited`,
                name: <RuleTitle id={rule} more=": waited" />,
                asked: asked.waited,
                active: active.waited,
              },
              {
                key: `${rule} people`,
                name: <RuleTitle id={rule} more=": people" />,
                asked: asked.people,
                active: active.people,
              },
            ])}
          />
        </>
      )}
      {everybody.length === 0 ? null : (
        <>
          <h3>Caps over everybody{together ? null : ', not applied'}</h3>
          <Beside
            head={together ? 'Taken on the busiest day' : 'What would be asked of them on the busiest day'}
            lines={everybody.map(({ rule, max, per, of, asked, active }) => ({
              key: `${rule} ${per} ${of}`,
              name: `${rule}: ${number(max)} ${of === 'cost' ? 'of contact cost' : 'messages'} per ${per}`,
              asked,
              active,
            }))}
          />
        </>
      )}
    </>
  );
}

function number(count: number): string {
  return count.toLocaleString('en');
}

function signed(difference: number): string {
  if (difference === 0) return '–';
  return difference > 0 ? `+${number(difference)}` : `−${number(-difference)}`;
}
