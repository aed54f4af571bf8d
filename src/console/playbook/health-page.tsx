import { type VNode } from 'preact';
import {
  type PlaybookHealth,
  type RuleLine,
  type RuleUseOverview,
  type StoredFinding,
} from '../../checkup/index.js';
import { Empty, Filters, PageHead, Pill, Section, Time } from '../layout/parts.js';
import { moneyWords, percent, type Tone } from '../layout/words.js';

export interface HealthProps {
  readonly health: PlaybookHealth;
  readonly state: 'open' | 'resolved';
  readonly owner: string | null;
  readonly owners: readonly string[];
  readonly findings: readonly StoredFinding[];
  /** There are more than are shown. */
  readonly more: boolean;
  readonly days: number;
  readonly use: RuleUseOverview;
}

const TONES: Readonly<Record<StoredFinding['severity'], Tone>> = {
  high: 'bad',
  medium: 'wait',
  low: 'quiet',
};
export const RULE_DAYS = [7, 30] as const;

/** What of the playbook somebody has to see to, and what its rules did. */
export function HealthPage(props: HealthProps): VNode {
  const { health } = props;
  return (
    <>
      <PageHead
        title="Health of the playbook"
        lead={
          health.lookedAt === null ? (
            'It has not been looked at yet; that happens once an hour.'
          ) : (
            <>
              Looked at <Time at={health.lookedAt} />, and again every hour.{' '}
              <LinksLead links={health.links} />
            </>
          )
        }
      >
        <a href="/playbook" role="button" class="secondary">
          Playbook
        </a>
      </PageHead>
      <Findings {...props} />
      <Rules use={props.use} days={props.days} />
    </>
  );
}

function LinksLead({ links }: { links: PlaybookHealth['links'] }): VNode {
  if (links === null)
    return (
      <>
        Links are not followed, so nothing is known of them: <code>health.checkLinks</code> in{' '}
        <code>engine.yaml</code> turns that on.
      </>
    );
  return (
    <>
      Of the links followed within a week {links.ok} lead somewhere, {links.broken} nowhere, and of{' '}
      {links.unknown} it is not known.
    </>
  );
}

function href({ state, owner, days }: Pick<HealthProps, 'state' | 'owner' | 'days'>): string {
  const query = new URLSearchParams();
  if (state !== 'open') query.set('state', state);
  if (owner !== null) query.set('owner', owner);
  if (days !== RULE_DAYS[0]) query.set('days', String(days));
  const text = query.toString();
  return text === '' ? '/playbook/health' : `/playbook/health?${text}`;
}

function Findings(props: HealthProps): VNode {
  const { health, state, owner, owners, findings, days } = props;
  const open = health.open.high + health.open.medium + health.open.low;
  return (
    <Section title="To see to">
      <Filters
        label="State"
        items={[
          { href: href({ state: 'open', owner, days }), text: 'Open', on: state === 'open', count: open },
          { href: href({ state: 'resolved', owner, days }), text: 'Gone', on: state === 'resolved' },
        ]}
      />
      {owners.length < 2 && owner === null ? null : (
        <Filters
          label="Owner"
          items={[
            { href: href({ state, owner: null, days }), text: 'Everybody’s', on: owner === null },
            ...owners.map((name) => ({
              href: href({ state, owner: name, days }),
              text: name,
              on: name === owner,
            })),
          ]}
        />
      )}
      {findings.length === 0 ? (
        <Empty
          title={
            state === 'resolved'
              ? 'Nothing has come and gone yet'
              : health.lookedAt === null
                ? 'Not looked at yet'
                : 'Nothing to see to'
          }
        >
          <p>
            Here stands what nobody has read for long, what ends or has ended, what stopped firing, and what
            gets worse.
          </p>
        </Empty>
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>Found</th>
                <th>What to do</th>
                <th>Owner</th>
                <th>{state === 'open' ? 'Since' : 'From, to'}</th>
              </tr>
            </thead>
            <tbody>
              {findings.map((each) => (
                <tr key={each.id}>
                  <td>
                    <Pill tone={TONES[each.severity]}>{each.severity}</Pill> {each.message}
                    <small>
                      <a href={each.href}>{each.subject}</a>
                    </small>
                  </td>
                  <td data-label="What to do">
                    <WithCode text={each.advice} />
                  </td>
                  <td data-label="Owner">{each.owner ?? <Pill tone="wait">nobody owns it</Pill>}</td>
                  <td data-label={state === 'open' ? 'Since' : 'From, to'}>
                    <Time at={each.firstSeenAt} />
                    {each.resolvedAt === null ? null : (
                      <small>
                        gone <Time at={each.resolvedAt} />
                      </small>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {props.more ? <p class="faint">The gravest {findings.length} are shown.</p> : null}
    </Section>
  );
}

/** A text in which what stands between backticks is code. */
function WithCode({ text }: { text: string }): VNode {
  return <>{text.split('`').map((part, i) => (i % 2 === 1 ? <code key={part}>{part}</code> : part))}</>;
}

function Rules({ use, days }: { use: RuleUseOverview; days: number }): VNode {
  const busy = use.rules.filter(({ matched }) => matched > 0);
  const idle = use.rules.filter(({ matched }) => matched === 0);
  return (
    <Section
      id="rules"
      title="What rules did"
      hint={`${use.decisions.toLocaleString('en')} decisions that were carried out`}
    >
      <Filters
        label="Days"
        items={RULE_DAYS.map((each) => ({
          href: `${href({ state: 'open', owner: null, days: each })}#rules`,
          text: `${each} days`,
          on: each === days,
        }))}
      />
      {busy.length === 0 ? (
        <Empty title={use.decisions === 0 ? 'Nothing is counted yet' : 'No rule matched in these days'}>
          {use.decisions === 0 ? <p>Decisions are counted a few minutes after they were made.</p> : null}
        </Empty>
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>Rule</th>
                <th class="num">Matched</th>
                <th class="num">In the way</th>
                <th class="num">Alone</th>
                <th class="num">Cost</th>
              </tr>
            </thead>
            <tbody>
              {busy.map((line) => (
                <RuleRow key={line.rule} line={line} use={use} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="faint">
        In the way: of a candidate, or it asked for a person. Alone: nothing else stood in the way of
        something worth doing, or asked for a person. Cost: how much more the best that the rule alone held
        back was expected to be worth than what was done; what a law asks for costs something too.{' '}
        {use.countedUntil === null ? null : (
          <>
            Counted up to <Time at={use.countedUntil} />.
          </>
        )}
      </p>
      {idle.length === 0 || use.decisions === 0 ? null : (
        <details>
          <summary>Never matched in these days: {idle.length}</summary>
          <ul>
            {idle.map(({ rule, spec }) => (
              <li key={rule}>
                <a href={`/playbook#guardrail-${rule}`}>{spec?.title ?? rule}</a>
              </li>
            ))}
          </ul>
        </details>
      )}
    </Section>
  );
}

function RuleRow({ line, use }: { line: RuleLine; use: RuleUseOverview }): VNode {
  const { rule, spec, matched, stood, alone, cost } = line;
  return (
    <tr>
      <td>
        {spec === null ? (
          <>
            <span class="strong">{rule}</span> <small>not in the playbook any more</small>
          </>
        ) : (
          <>
            <a href={`/playbook#guardrail-${rule}`} class="strong" title={rule}>
              {spec.title}
            </a>
            <small>
              {spec.effect}, {spec.owner}
            </small>
          </>
        )}
      </td>
      <td class="num" data-label="Matched">
        {matched.toLocaleString('en')}
        <small>{percent(matched / Math.max(1, use.decisions))}</small>
      </td>
      <td class="num" data-label="In the way">
        {stood.toLocaleString('en')}
      </td>
      <td class="num" data-label="Alone">
        {alone.toLocaleString('en')}
      </td>
      <td class="num" data-label="Cost">
        {cost === 0 ? '–' : moneyWords(Math.round(cost), use.currency)}
      </td>
    </tr>
  );
}
