import type { VNode } from 'preact'
import { factLabel } from '../../../src/explain/fact-label.js'
import type { Verdict } from '../../../src/explain/explanation.js'
import { printable } from '../../printable.js'

/** Why a job does not run, or how it ended: each cause with what shows it and what can be done. */
export function Verdicts({ verdicts }: { readonly verdicts: readonly Verdict[] }): VNode {
  return (
    <section class="panel verdicts" aria-label="Verdict">
      {verdicts.map(({ cause, sentence, evidence, next }) => (
        <div class="verdict">
          <p>
            <strong>{printable(sentence)}</strong> <code class="none">{cause}</code>
          </p>
          {evidence.length === 0 ? null : (
            <dl class="facts">
              {evidence.map(({ name, text }) => (
                <>
                  <dt>{printable(factLabel(name))}</dt>
                  <dd>{printable(text)}</dd>
                </>
              ))}
            </dl>
          )}
          {next === null ? null : <p>What to do: {printable(next)}</p>}
        </div>
      ))}
    </section>
  )
}
