import { type VNode } from 'preact';
import { type Making } from '../../drafting/making.js';
import { type Json } from '../../shared/canonical-json.js';
import { type ModelUse } from '../../messages/model-use.js';
import { Facts, Time } from '../layout/parts.js';
import { capital, costWords, fallbackWords } from '../layout/words.js';

/** What the data sections of the shipped prompts are called for whoever reads the words; others go by their own names. */
const SECTIONS: Readonly<Record<string, string>> = {
  customer: 'The person, as far as the action allows',
  'what happened': 'What happened',
  facts: 'Facts',
  examples: 'Past messages that people approved',
  links: 'Links it may use',
};

const ROLES: Readonly<Record<string, string>> = {
  system: 'The rules it was given',
  user: 'The task with its data',
  assistant: 'Its answer that could not be used',
};

/** Who wrote the words, from what, and at what cost; nothing where no model was to write. */
export function MakingCard({ making }: { readonly making: Making | null }): VNode | null {
  if (making === null) return null;
  const { prompt, failed, usage, sent } = making;
  const isCutShort = wasCutShort(failed) && sent.length > 0;
  return (
    <section class="card">
      <h2>How it was written</h2>
      {failed === null ? null : (
        <p>The model gave no draft: {fallbackWords(failed)}. The words come from a signed template.</p>
      )}
      <Facts
        rows={[
          ['Model', prompt?.model ?? null],
          ['Prompt', prompt === null ? null : `${prompt.id}, version ${prompt.version}`],
          ['Tokens', usage === null ? null : tokensWords(usage, isCutShort)],
          ['Cost', usage === null ? null : <Cost key="cost" usage={usage} isCutShort={isCutShort} />],
          ['Took', usage === null ? null : `${(usage.latencyMs / 1_000).toFixed(1)} s`],
        ]}
      />
      {sent.length === 0 ? <p class="faint">Nothing was sent to a model.</p> : <Given making={making} />}
    </section>
  );
}

/** What the model took for a message where the card above does not say it all: no draft came of it, or it was asked more than once. */
export function AnswersCard({
  making,
  use,
}: {
  readonly making: Making | null;
  readonly use: ModelUse | null;
}): VNode | null {
  if (use === null || (making !== null && use.answers.length < 2)) return null;
  const { currency } = use;
  return (
    <section class="card">
      <h2>What the model took</h2>
      <table class="tight">
        <thead>
          <tr>
            <th>Answered</th>
            <th>What came of it</th>
            <th class="num">Tokens</th>
            <th class="num">Cost</th>
          </tr>
        </thead>
        <tbody>
          {use.answers.map(({ at, outcome, tokensIn, tokensOut, costMicros }, index) => (
            <tr key={index}>
              <td>
                <Time at={at} />
              </td>
              <td>{outcome === 'ok' ? 'an answer that could be used' : fallbackWords(outcome)}</td>
              <td class="num">{tokensWords({ tokensIn, tokensOut }, wasCutShort(outcome))}</td>
              <td class="num">
                {currency === null ? (
                  ''
                ) : (
                  <Cost
                    usage={{ tokensIn, tokensOut, costMicros, currency }}
                    isCutShort={wasCutShort(outcome)}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const count = (tokens: number): string => tokens.toLocaleString('en');

/** A call that got no answer in time may have been worked on to its end, and nobody tells what that took. */
const wasCutShort = (outcome: string | null): boolean => outcome === 'timeout';

type Tokens = Pick<NonNullable<Making['usage']>, 'tokensIn' | 'tokensOut'>;

function tokensWords({ tokensIn, tokensOut }: Tokens, isCutShort: boolean): string {
  if (isCutShort && tokensIn + tokensOut === 0) return 'not known';
  return `${isCutShort ? 'at least ' : ''}${count(tokensIn)} in, ${count(tokensOut)} out`;
}

/** What the model cost, in money or in words. */
export function Cost({
  usage,
  isCutShort,
}: {
  readonly usage: Omit<NonNullable<Making['usage']>, 'latencyMs'>;
  readonly isCutShort: boolean;
}): VNode {
  if (usage.tokensIn + usage.tokensOut === 0)
    return isCutShort ? (
      <>not known: it may have been worked on although no answer came in time</>
    ) : (
      <>nothing: no answer was paid for, or one was at hand</>
    );
  if (usage.costMicros === 0) return <>not known: the playbook has no price for this model</>;
  const known = costWords(usage.costMicros, usage.currency);
  return <>{isCutShort ? `at least ${known}: the last answer did not come in time` : known}</>;
}

/** What left the house for it, folded away: by parts, and word for word. */
function Given({ making: { context, sent } }: { readonly making: Making }): VNode {
  return (
    <details class="raw given">
      <summary>What the model was given</summary>
      <p class="faint">Addresses and long numbers were masked before it left.</p>
      {context.map(({ name, data }, index) => (
        <div key={index}>
          <h3>{SECTIONS[name] ?? capital(name)}</h3>
          <Value value={data} />
        </div>
      ))}
      <details class="raw">
        <summary>Word for word</summary>
        {sent.map(({ role, content }, index) => (
          <div key={index}>
            <h3>{index > 2 ? 'What was wrong with that answer' : (ROLES[role] ?? capital(role))}</h3>
            <pre class="words">{content}</pre>
          </div>
        ))}
      </details>
    </details>
  );
}

/** JSON for readers. */
function Value({ value }: { readonly value: Json }): VNode {
  if (value === null || value === '') return <span class="faint">nothing</span>;
  if (typeof value !== 'object') return <>{String(value)}</>;
  if (Array.isArray(value))
    return value.length === 0 ? (
      <span class="faint">none</span>
    ) : (
      <ul class="plain given-list">
        {value.map((item, index) => (
          <li key={index}>
            <Value value={item} />
          </li>
        ))}
      </ul>
    );
  const members = Object.entries(value);
  return members.length === 0 ? (
    <span class="faint">nothing</span>
  ) : (
    <dl class="given-members">
      {members.map(([name, member]) => (
        <div key={name}>
          <dt>{name.replaceAll('_', ' ')}</dt>
          <dd>
            <Value value={member} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
