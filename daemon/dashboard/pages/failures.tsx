import type { VNode } from 'preact'
import { printable } from '../../printable.js'
import type { FailureSnapshot } from '../failure-index.js'
import { Empty } from '../view/empty.js'
import { QueueFilter } from '../view/queue-filter.js'
import { Ago, countText } from '../view/text.js'
import { FailureTable } from './failure-table.js'
import type { Page, PageContext } from './page.js'

/** Groups on one page: the largest. */
const MOST_GROUPS = 100

/** Failed jobs by function and error, to be put back or deleted together. */
export const failuresPage: Page = async (context) => {
  const queue = context.query.get('queue') ?? ''
  const { queues } = await context.data.call('queues', {})
  const snapshot = context.failures.snapshot()
  const failing = queues.filter(({ failed }) => (failed ?? 0) > 0)
  const failed = failing
    .filter((report) => queue === '' || report.queue === queue)
    .reduce((sum, report) => sum + (report.failed ?? 0), 0)
  const groups = snapshot.groups.filter((group) => queue === '' || group.queues.includes(queue))
  const shown = groups.slice(0, MOST_GROUPS)
  return {
    title: 'Failures',
    section: 'Failures',
    body: (
      <>
        <header class="page-head">
          <h1>Failures</h1>
          <p class="aside" id="failures-sum" data-live>
            {countText(failed)} failed {failed === 1 ? 'job' : 'jobs'}, by function and error, the most frequent first.
          </p>
        </header>
        <QueueFilter {...{ context, path: '/failures', queues: failing.map((each) => each.queue), chosen: queue }} />
        <div id="failures" data-live>
          <Progress context={context} snapshot={snapshot} />
          {shown.length > 0 ? (
            <FailureTable context={context} groups={shown} queue={queue} />
          ) : failed === 0 ? (
            <Empty text="No job has failed, or all that had are requeued or deleted." />
          ) : (
            <Empty text="Nothing is grouped yet." />
          )}
          <Rest groups={groups.length - shown.length} others={snapshot.others} />
        </div>
      </>
    ),
  }
}

function Progress({ context, snapshot }: { context: PageContext; snapshot: FailureSnapshot }): VNode {
  const { looked, total, complete, at, error } = snapshot
  if (error !== null) return <p class="note refused">The failed jobs cannot be read now: {printable(error)}</p>
  const isLooking = !complete || looked < total
  return (
    <p class="none" id="failures-progress">
      {isLooking ? (
        <>
          <progress value={looked} max={Math.max(1, total)} aria-label="Failed jobs looked at" /> grouped{' '}
          {countText(looked)} of {countText(total)}
        </>
      ) : (
        <>
          All {countText(total)} were looked at, <Ago iso={at} nowMs={context.nowMs} />
        </>
      )}
    </p>
  )
}

function Rest({ groups, others }: { readonly groups: number; readonly others: number }): VNode | null {
  if (groups <= 0 && others === 0) return null
  const parts = [
    groups > 0 ? `${countText(groups)} smaller groups are not shown` : '',
    others > 0 ? `${countText(others)} jobs are in groups too small to be kept apart` : '',
  ].filter((part) => part !== '')
  return <p class="none">{parts.join('; ')}.</p>
}
