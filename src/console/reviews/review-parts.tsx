import { type VNode } from 'preact';
import { type Claim } from '../../messages/content.js';
import { type Fact, isOver } from '../../policies/fact.js';
import { type ReviewDetail } from '../../review/review.js';
import { type Contribution, type SpanField } from '../../risk/assessment.js';
import { Empty, Pill, RiskBar, Section, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { factWords } from '../layout/words.js';
import { markSpans } from './mark-spans.js';

const LIGHT = 0.1;

/** What the checks found, heaviest first, each with the words it points at. */
export function Risk({ review }: { review: ReviewDetail }): VNode {
  const { contributions, score, threshold, model } = review.risk;
  return (
    <Section title="Risk" hint="the probability that a careful reviewer would reject or change this">
      <div class="card">
        <p>
          <RiskBar score={score} threshold={threshold} full />
        </p>
        {contributions.length === 0 ? (
          <p class="faint">None of the checks found anything.</p>
        ) : (
          <ul class="plain contributions">
            {contributions.map((contribution, index) => (
              <li key={contribution.code + contribution.text}>
                <span class={`weight ${contribution.weight < LIGHT ? 'low' : ''}`}>
                  +{Math.round(contribution.weight * 100)}
                </span>
                <span>
                  {index + 1}. {contribution.text}
                  <Quotes contribution={contribution} number={index + 1} />
                </span>
              </li>
            ))}
          </ul>
        )}
        {model === null ? null : <p class="faint">{judgeWords(model)}</p>}
      </div>
    </Section>
  );
}

/** `risk-0f3a5b7c9d1e/2026-11-22-400` for readers. */
function judgeWords(judge: string): string {
  const [checks = '', learned] = judge.split('/');
  return `Judged by checks ${checks}, weighed ${learned === undefined ? 'as set by hand' : `by the learned model ${learned}`}.`;
}

const QUOTES_SHOWN = 4;

function Quotes({ contribution, number }: { contribution: Contribution; number: number }): VNode {
  const quotes = [...new Map(contribution.spans.map((span) => [span.text, span])).values()];
  return (
    <>
      {quotes.slice(0, QUOTES_SHOWN).map((span) => (
        <a key={span.text} class="quote" href={`#mark-${number}`}>
          {span.text.trim().slice(0, 160)}
        </a>
      ))}
    </>
  );
}

/** Every statement that has to be true, and the fact behind it. */
export function Claims({ claims, facts }: { claims: readonly Claim[]; facts: readonly Fact[] }): VNode {
  const missing = claims.filter((claim) => !claim.ok).length;
  return (
    <Section
      title="Claims"
      hint={
        missing === 0
          ? 'every one rested on a valid fact when it was judged'
          : `${missing} had no valid fact behind it when it was judged`
      }
    >
      <div class="table">
        <table class="claims">
          <thead>
            <tr>
              <th>It says</th>
              <th>It rests on</th>
            </tr>
          </thead>
          <tbody>
            {[...claims]
              .sort((a, b) => Number(a.ok) - Number(b.ok))
              .map((claim, index) => (
                <tr key={index}>
                  <td>
                    “{claim.text}”<small>{claim.kind}</small>
                  </td>
                  <td>
                    <Source claim={claim} fact={facts.find((fact) => fact.id === claim.source) ?? null} />
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </Section>
  );
}

function Source({ claim, fact }: { claim: Claim; fact: Fact | null }): VNode {
  const { now } = useView();
  if (claim.source === null) return <Pill tone="bad">no fact found</Pill>;
  return (
    <>
      <Pill tone={claim.ok ? 'good' : 'bad'}>{claim.ok ? 'holds' : 'does not hold'}</Pill>{' '}
      <a href={`/playbook/facts?id=${encodeURIComponent(claim.source)}`}>{claim.source}</a>
      {fact === null ? null : (
        <small>
          {factWords(fact)}
          {validity(fact, now.toISOString())} · source: {fact.source}
        </small>
      )}
    </>
  );
}

function validity(fact: Fact, now: string): VNode | null {
  if (isOver(fact, now)) return <> · not valid any more</>;
  if (fact.validFrom === null || fact.validFrom <= now) return null;
  return (
    <>
      {' '}
      · valid from <Time at={fact.validFrom} />
    </>
  );
}

const FIELD_NAMES: readonly (readonly [SpanField, string])[] = [
  ['subject', 'Subject'],
  ['preheader', 'Preview line'],
  ['text', 'Text'],
];

/** The words with what the checks point at marked in place. */
export function MarkedWords({ review }: { review: ReviewDetail }): VNode {
  const { draft, risk } = review;
  const withSpans = risk.contributions.some((contribution) => contribution.spans.length > 0);
  if (!withSpans) return <></>;
  const texts: Readonly<Partial<Record<SpanField, string | null>>> = {
    subject: draft.subject,
    preheader: draft.preheader,
    text: draft.text,
  };
  return (
    <Section title="The words, marked" hint="the numbers are those of the risks above">
      <div class="card">
        {FIELD_NAMES.map(([field, name]) => {
          const text = texts[field] ?? '';
          return text === '' ? null : (
            <Marked key={field} field={field} name={name} text={text} contributions={risk.contributions} />
          );
        })}
        {draft.text === '' && draft.subject === null ? <Empty title="No words to show" /> : null}
      </div>
    </Section>
  );
}

function Marked({
  field,
  name,
  text,
  contributions,
}: {
  field: SpanField;
  name: string;
  text: string;
  contributions: readonly Contribution[];
}): VNode {
  return (
    <>
      <h3>{name}</h3>
      <p class="words">
        {markSpans(field, text, contributions).map((stretch, index) =>
          stretch.marks.length === 0 ? (
            stretch.text
          ) : (
            <mark
              key={index}
              {...(field === 'text' ? { id: `mark-${stretch.marks[0] ?? 0}` } : {})}
              title={stretch.marks.map((mark) => contributions[mark - 1]?.text ?? '').join('; ')}
            >
              {stretch.text}
              <sup>{stretch.marks.join(',')}</sup>
            </mark>
          ),
        )}
      </p>
    </>
  );
}
