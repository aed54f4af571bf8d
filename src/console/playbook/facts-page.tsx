import { type VNode } from 'preact';
import { isValidAt } from '../../policies/fact.js';
import { Empty, Filters, More, PageHead, Pill, Time } from '../layout/parts.js';
import { useView } from '../layout/view.js';
import { factWords } from '../layout/words.js';
import { type FactLine } from './playbook.read-model.js';

export function FactsPage({
  facts,
  kind,
  older,
}: {
  facts: readonly FactLine[];
  kind: string | null;
  older: string | null;
}): VNode {
  const { now } = useView();
  const kinds = [null, 'product', 'offer', 'claim'].map((value) => ({
    href: value === null ? '/playbook/facts' : `/playbook/facts?kind=${value}`,
    text: value === null ? 'All' : `${value}s`,
    on: kind === value,
  }));
  return (
    <>
      <PageHead
        title="Facts"
        lead="What drafts may rest on: every price, date, number and offer in a draft must map to one that is valid."
      />
      <Filters label="Kind" items={kinds} />
      {facts.length === 0 ? (
        <Empty title="No fact to show">
          <p>
            Facts arrive by the API: <code>PUT /v1/facts/:id</code>. They change without a new playbook, each
            change a new version.
          </p>
        </Empty>
      ) : (
        <div class="table stacks">
          <table>
            <thead>
              <tr>
                <th>Fact</th>
                <th>Says</th>
                <th>Valid</th>
                <th>Source</th>
              </tr>
            </thead>
            <tbody>
              {facts.map((fact) => (
                <tr key={fact.id}>
                  <td>
                    <span class="strong">{fact.id}</span>
                    <small>
                      {fact.kind}, version {fact.version}
                    </small>
                  </td>
                  <td>{factWords(fact)}</td>
                  <td>
                    {isValidAt(fact, now.toISOString()) ? (
                      <Pill tone="good">now</Pill>
                    ) : (
                      <Pill tone="bad">not now</Pill>
                    )}
                    {fact.validFrom === null ? null : (
                      <small>
                        from <Time at={fact.validFrom} />
                      </small>
                    )}
                    {fact.validUntil === null ? null : (
                      <small>
                        until <Time at={fact.validUntil} />
                      </small>
                    )}
                  </td>
                  <td>
                    {fact.source}
                    <small>
                      <Time at={fact.createdAt} /> by {fact.createdBy}
                    </small>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <More href={older} />
    </>
  );
}
