import type { VNode } from 'preact'
import { printable } from '../../printable.js'
import { Empty } from '../view/empty.js'
import { ActionForm } from '../view/form.js'
import { QueueFilter } from '../view/queue-filter.js'
import { countText } from '../view/text.js'
import type { Page, PageContext } from './page.js'
import { Suspended } from './queues.js'
import { type WorkerGroup, groupWorkers } from './worker-groups.js'
import { WorkerTable } from './worker-table.js'

/** Workers on one page: more than that nobody reads. */
const MOST_WORKERS = 1_000

/** Who works on this Redis: the executors of daemons, workers in programs, and those of Python RQ. */
export const workersPage: Page = async (context) => {
  const { data, query, links } = context
  const [{ workers }, { daemons }, { suspended }] = await Promise.all([
    data.call('workers', {}),
    data.call('daemons', {}),
    data.call('queues', {}),
  ])
  const queue = query.get('queue') ?? ''
  const meant = queue === '' ? workers : workers.filter(({ queues }) => queues.includes(queue))
  const groups = groupWorkers(meant.slice(0, MOST_WORKERS), daemons)
  const back = queue === '' ? '/workers' : `/workers?${new URLSearchParams({ queue }).toString()}`
  const busy = meant.filter(({ currentJobId }) => currentJobId !== null).length
  return {
    title: 'Workers',
    section: 'Workers',
    body: (
      <>
        <header class="page-head">
          <h1>Workers</h1>
          <p class="aside" id="workers-sum" data-live>
            {countText(meant.length)} live, {countText(busy)} of them busy. Daemons are ordered about on{' '}
            <a href={links.to('/daemons')}>their own page</a>.
          </p>
        </header>
        <div class="row">
          <QueueFilter {...{ context, path: '/workers', queues: queuesOf(workers), chosen: queue }} />
          {suspended ? null : <SuspendForm context={context} back={back} />}
        </div>
        <div id="workers" data-live>
          {suspended ? <Suspended context={context} back={back} /> : null}
          {groups.length === 0 ? (
            <Empty text={queue === '' ? 'No worker lives: nobody takes jobs.' : 'No worker listens on this queue.'} />
          ) : null}
          {groups.map((group) => (
            <Group context={context} group={group} back={back} />
          ))}
          {meant.length > MOST_WORKERS ? (
            <p class="note pending">
              {countText(meant.length - MOST_WORKERS)} more are not shown: choose a queue to see fewer.
            </p>
          ) : null}
        </div>
      </>
    ),
  }
}

function queuesOf(workers: readonly { readonly queues: readonly string[] }[]): string[] {
  return [...new Set(workers.flatMap(({ queues }) => queues))].sort()
}

function SuspendForm({ context, back }: { readonly context: PageContext; readonly back: string }): VNode | null {
  return (
    <ActionForm context={context} action="suspend-all" back={back} class="filters">
      <label>
        Minutes
        <input type="number" name="minutes" min="1" max="1000000" placeholder="until resumed" />
      </label>
      <button type="submit" class="button">
        Suspend all workers
      </button>
    </ActionForm>
  )
}

const kinds: Readonly<Record<WorkerGroup['kind'], string>> = {
  daemon: 'executors of an rqd daemon',
  library: 'workers of the library in programs',
  rq: 'Python RQ',
}

function Group(props: { readonly context: PageContext; readonly group: WorkerGroup; readonly back: string }): VNode {
  const { context, group, back } = props
  const { kind, name, host, supervisor } = group
  const id = `workers-${kind}-${Buffer.from(supervisor ?? name).toString('hex')}`
  return (
    <section id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {kind === 'daemon' ? <a href={context.links.to('/daemons')}>{printable(name)}</a> : printable(name)}{' '}
        <small class="none">
          {kinds[kind]}
          {kind === 'daemon' && host !== null && host !== name ? ` on ${printable(host)}` : ''}
        </small>
      </h2>
      <WorkerTable context={context} group={group} back={back} />
    </section>
  )
}
