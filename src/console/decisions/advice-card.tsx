import { type VNode } from 'preact';
import { HOLD, type DecisionResult } from '../../decisions/decision.js';
import { type Advice } from '../../decisions/situation.js';
import { Facts, Json, Said, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { Cost } from '../messages/making.js';
import { ActionTitle } from './decision-parts.js';
import { type AdviceTook } from './decision.read-model.js';

const ADVICE_CODE = /^advice_/;

/** What was suggested before it was decided, by whom, and what became of it; nothing where nobody was asked. */
export function AdviceCard({
  advice,
  result,
  took,
}: {
  advice: Advice | null;
  result: DecisionResult | null;
  took: AdviceTook | null;
}): VNode | null {
  const { currency } = useView().titles;
  if (advice === null) return null;
  const became = result?.reasons.filter(({ code }) => ADVICE_CODE.test(code)) ?? [];
  return (
    <section class="card">
      <h2>What was suggested</h2>
      <Facts
        rows={[
          ['By', <Adviser key="by" advice={advice} />],
          ['First', advice.ranking.length === 0 ? 'no preference' : <Ranking key="first" advice={advice} />],
          ['Time', advice.sendAt === null ? 'as soon as it may' : <Time key="time" at={advice.sendAt} />],
          [
            'Cost',
            took === null ? null : (
              <Cost key="cost" usage={{ ...took, currency }} isCutShort={took.isCutShort} />
            ),
          ],
        ]}
      />
      <p class="sub">In their words</p>
      <ul class="plain">
        {advice.reasons.map((reason) => (
          <li key={reason} class="quote">
            <Said text={reason} />
          </li>
        ))}
      </ul>
      {became.length === 0 ? null : (
        <>
          <p class="sub">What became of it</p>
          <ul class="plain">
            {became.map(({ code, text }) => (
              <li key={code}>
                <Said text={text} />
              </li>
            ))}
          </ul>
        </>
      )}
      {advice.shown === null ? null : <Json value={advice.shown} summary="What the model was shown" />}
    </section>
  );
}

function Adviser({ advice: { from, asked } }: { advice: Advice }): VNode {
  if (from === 'history') return <>the person’s own history</>;
  return (
    <>
      {asked?.model ?? 'the language model'} with prompt {asked?.prompt ?? ''} {asked?.version ?? ''}
    </>
  );
}

function Ranking({ advice: { ranking } }: { advice: Advice }): VNode {
  return (
    <>
      {ranking.map(({ action, channel }, i) => (
        <span key={`${action}/${channel ?? ''}`}>
          {i === 0 ? '' : ', then '}
          {action === HOLD ? 'do nothing' : <ActionTitle id={action} />}
          {channel === null ? '' : ` by ${channel}`}
        </span>
      ))}
    </>
  );
}
