import type { VNode } from 'preact'
import type { QueueReport } from '../../../src/fleet/queue-report.js'
import { printable } from '../../printable.js'
import { ActionButton } from '../view/form.js'
import { Empty } from '../view/empty.js'
import { Count, Span } from '../view/text.js'
import type { Page, PageContext } from './page.js'
import { Rows, numbers, unseen } from '../view/rows.js'

const places = ['queued', 'started', 'scheduled', 'deferred', 'failed', 'finished', 'canceled'] as const

/** All queues, with how much is where. */
export const queuesPage: Page = async (context) => {
  const { queues, suspended, strangers } = await context.data.call('queues', {})
  return {
    title: 'Queues',
    section: 'Queues',
    body: (
      <>
        <header class="page-head">
          <h1>Queues</h1>
          <p class="aside">A pause holds for all rqd daemons of this Redis, not for workers of Python RQ.</p>
        </header>
        <section id="queues" data-live>
          {suspended ? <Suspended context={context} back="/queues" /> : null}
          <QueueTable context={context} queues={queues} back="/queues" />
          {strangers.length > 0 ? (
            <p class="note refused">
              In the set of queues there is something else: {strangers.slice(0, 5).map(printable).join(', ')}
            </p>
          ) : null}
        </section>
      </>
    ),
  }
}

/** Says that nobody takes jobs. */
export function Suspended({ context, back }: { readonly context: PageContext; readonly back: string }): VNode {
  return (
    <div class="note refused row">
      <span>All workers of this Redis are suspended: nothing is taken off any queue.</span>
      <ActionButton context={context} action="resume-all" back={back} label="Resume all" />
    </div>
  )
}

/** Queues as a table. */
export function QueueTable({
  context,
  queues,
  back,
}: {
  readonly context: PageContext
  readonly queues: readonly QueueReport[]
  readonly back: string
}): VNode {
  if (queues.length === 0) return <Empty text="There are no queues yet: the first job makes one." />
  return (
    <Rows
      label="Queues"
      heads={[
        'Queue',
        ...places.map((place) => numbers(place === 'queued' ? 'waiting' : place === 'started' ? 'running' : place)),
        numbers('oldest waits'),
        unseen('Actions'),
      ]}
    >
      {queues.map((queue) => (
        <QueueRow context={context} queue={queue} back={back} />
      ))}
    </Rows>
  )
}

function QueueRow({
  context,
  queue: report,
  back,
}: {
  readonly context: PageContext
  readonly queue: QueueReport
  readonly back: string
}): VNode {
  const { links } = context
  const { queue, pausedEverywhere, oldestAgeSec } = report
  const name = printable(queue)
  const form = { context, back, fields: { queue }, about: `queue ${name}` }
  return (
    <tr id={`queue-${encodeURIComponent(queue)}`}>
      <th scope="row">
        <a href={links.jobs(queue)} class="open">
          {name}
        </a>
        {pausedEverywhere ? <span class="badge paused">paused</span> : null}
      </th>
      {places.map((place) => (
        <td class="number">
          <a href={links.jobs(queue, place)} class={place === 'failed' && (report[place] ?? 0) > 0 ? 'alarming' : ''}>
            <Count value={report[place]} />
          </a>
        </td>
      ))}
      <td class="number">
        <Span sec={oldestAgeSec} />
      </td>
      <td class="actions">
        {pausedEverywhere ? (
          <ActionButton {...form} action="queue-resume" label="Resume" />
        ) : (
          <ActionButton {...form} action="queue-pause" label="Pause" />
        )}
        <ActionButton {...form} action="queue-empty" label="Empty" kind="danger" />
      </td>
    </tr>
  )
}
