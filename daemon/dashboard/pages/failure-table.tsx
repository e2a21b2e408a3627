import type { VNode } from 'preact'
import type { FailureGroupRow } from '../../data/failures-step.js'
import { printable } from '../../printable.js'
import { ActionButton } from '../view/form.js'
import { Ago, Count, JobText } from '../view/text.js'
import type { PageContext } from './page.js'
import { QueueLinks } from './worker-table.js'
import { Rows, numbers, unseen } from '../view/rows.js'

interface TableProps {
  readonly context: PageContext
  readonly groups: readonly FailureGroupRow[]
  /** The one that is shown; empty for all. */
  readonly queue: string
}

/** Groups of failures as a table. */
export function FailureTable({ context, groups, queue }: TableProps): VNode {
  const most = Math.max(1, ...groups.map(({ count }) => count))
  return (
    <Rows
      label="Failures by group"
      heads={[numbers('jobs'), unseen('Share'), 'function and error', 'newest', 'oldest', 'queues', unseen('Actions')]}
    >
      {groups.map((group) => (
        <GroupLine context={context} group={group} queue={queue} most={most} />
      ))}
    </Rows>
  )
}

function GroupLine(props: {
  readonly context: PageContext
  readonly group: FailureGroupRow
  readonly queue: string
  readonly most: number
}): VNode {
  const { context, group, queue, most } = props
  const { signature, count, func, errorType, message } = group
  const { links, nowMs } = context
  const name = `${printable(errorType ?? 'failure')} in ${printable(func ?? 'an unknown function')}`
  const back = queue === '' ? '/failures' : `/failures?${new URLSearchParams({ queue }).toString()}`
  const form = { context, back, fields: { group: signature, queue }, about: name.slice(0, 120) }
  return (
    <tr>
      <td class="number">
        <Count value={count} />
      </td>
      <td>
        <svg class="share" width="60" height="12" viewBox="0 0 60 12" aria-hidden="true">
          <rect class="share-of" width="60" height="12" rx="3" />
          <rect class="share-is" width={Math.max(2, Math.round((60 * count) / most))} height="12" rx="3" />
        </svg>
      </td>
      <th scope="row">
        <a class="open" href={links.to('/jobs', { status: 'failed', queue, group: signature })}>
          <JobText text={name} most={120} />
        </a>
        <br />
        <JobText text={message} most={200} />
        <details id={`samples-${Buffer.from(signature).toString('base64url').slice(0, 60)}`}>
          <summary>Some of them</summary>
          <ul>
            {group.sampleIds.map((id) => (
              <li>
                <a class="id" href={links.job(id)}>
                  {printable(id)}
                </a>
              </li>
            ))}
          </ul>
        </details>
      </th>
      <td>
        <Ago iso={group.newest} nowMs={nowMs} />
      </td>
      <td>
        <Ago iso={group.oldest} nowMs={nowMs} />
      </td>
      <td>
        <QueueLinks context={context} queues={group.queues} />
      </td>
      <td class="actions">
        <ActionButton {...form} action="failures-requeue" label="Requeue all" />
        <ActionButton {...form} action="failures-delete" label="Delete all" kind="danger" />
      </td>
    </tr>
  )
}
