import type { VNode } from 'preact'

/** What keys do: each with what it is for. */
export type KeyHelp = readonly (readonly [key: string, meaning: string])[]

/** On a page of a dashboard. */
export const dashboardKeys: KeyHelp = [
  ['g then o, q, j, f, w, s, d', 'go to Overview, Queues, Jobs, Failures, Workers, Schedule, Daemons'],
  ['/', 'find a job'],
  ['j and k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['x', 'choose the row'],
  ['t', 'light, dark, or as the system has it'],
  ['?', 'this list'],
]

/** The list of keys, which one of them opens. */
export function Help({ keys }: { readonly keys: KeyHelp }): VNode {
  return (
    <dialog id="help" aria-labelledby="help-title">
      <h2 id="help-title">Keys</h2>
      <dl class="facts">
        {keys.map(([key, meaning]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit" class="button">
          Close
        </button>
      </form>
    </dialog>
  )
}
