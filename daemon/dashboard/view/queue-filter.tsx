import type { VNode } from 'preact'
import { printable } from '../../printable.js'
import { formValue } from '../form-value.js'
import type { PageContext } from '../pages/page.js'

/** Shows one queue only, or all; the queue is in the address. */
export function QueueFilter({
  context,
  path,
  queues,
  chosen,
}: {
  readonly context: PageContext
  /** Of the page, below the mount. */
  readonly path: string
  readonly queues: readonly string[]
  readonly chosen: string
}): VNode {
  // A queue that is gone, but asked for, is shown as what it is.
  const names = chosen === '' || queues.includes(chosen) ? queues : [chosen, ...queues]
  return (
    <form class="filters" method="get" action={context.links.to(path)}>
      <label>
        Queue
        <select name="queue">
          <option value="" selected={chosen === ''}>
            all
          </option>
          {names.map((name) => (
            <option value={formValue(name)} selected={name === chosen}>
              {printable(name)}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="button">
        Show
      </button>
    </form>
  )
}
