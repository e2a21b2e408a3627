import type { VNode } from 'preact'
import { formatAge } from '../../../src/age-text.js'
import type { CronRow } from '../../../src/cron/list.js'
import { printable } from '../../printable.js'
import { Empty } from '../view/empty.js'
import { Ago, JobText } from '../view/text.js'
import type { PageContext } from './page.js'
import { Rows } from '../view/rows.js'

/** Cron entries with when they fired and will fire. */
export function CronTable(props: { readonly context: PageContext; readonly entries: readonly CronRow[] }): VNode {
  const { context, entries } = props
  if (entries.length === 0) return <Empty text="No daemon has cron entries." />
  return (
    <Rows
      label="Cron entries"
      heads={['entry', 'when', 'next', 'last', 'last job', 'function', 'queue', 'looked after by']}
    >
      {entries.map((entry) => (
        <CronLine context={context} entry={entry} />
      ))}
    </Rows>
  )
}

function CronLine({ context, entry }: { readonly context: PageContext; readonly entry: CronRow }): VNode {
  const { links, nowMs } = context
  const { name, holder, lastJobId, queue } = entry
  return (
    <tr>
      <th scope="row">
        <JobText text={name} most={80} />
      </th>
      <td>{whenText(entry)}</td>
      <td>{holder === null ? <span class="none">–</span> : <Ago iso={entry.nextTick} nowMs={nowMs} />}</td>
      <td>
        <Ago iso={entry.lastTick} nowMs={nowMs} />
      </td>
      <td>
        {lastJobId === null ? (
          <span class="none">–</span>
        ) : (
          <a class="open id" href={links.job(lastJobId)}>
            {printable(lastJobId)}
          </a>
        )}
      </td>
      <td>
        <JobText text={entry.func} most={80} />
      </td>
      <td>
        <a href={links.jobs(queue)}>{printable(queue)}</a>
      </td>
      <td>
        {holder === null ? <span class="alarming">nobody: it does not fire</span> : <JobText text={holder} most={60} />}
      </td>
    </tr>
  )
}

function whenText({ cron, intervalSec, timeZone, backfill }: CronRow): VNode {
  const base = cron === null ? `every ${formatAge(intervalSec ?? 0)}` : printable(cron)
  const more = [timeZone === null ? '' : printable(timeZone), backfill ? 'missed ones are made up for' : '']
  const shown = more.filter((each) => each !== '').join(', ')
  return (
    <>
      <code>{base}</code>
      {shown === '' ? null : <small class="none"> {shown}</small>}
    </>
  )
}
