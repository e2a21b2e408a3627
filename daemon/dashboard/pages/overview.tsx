import type { VNode } from 'preact'
import type { QueueReport } from '../../../src/fleet/queue-report.js'
import type { WorkerDocument } from '../../data/worker-row.js'
import { type HistoryColumn, columnsOf } from '../history-columns.js'
import { Chart } from '../view/chart.js'
import { countText, spanText } from '../view/text.js'
import { QueueTable, Suspended } from './queues.js'
import type { Page, PageContext } from './page.js'

/** How far back charts go, minutes. */
const ranges = { '1h': 60, '6h': 360, '24h': 1_440 } as const
type Range = keyof typeof ranges

/** Columns of a chart: an hour has one for each minute. */
const MOST_COLUMNS = 60

/** What an operator looks at first. */
export const overviewPage: Page = async (context) => {
  const asked = context.query.get('range')
  const range = isRange(asked) ? asked : '1h'
  const [{ queues, suspended }, { workers }, { minutes }] = await Promise.all([
    context.data.call('queues', {}),
    context.data.call('workers', {}),
    context.data.call('history', { minutes: ranges[range] }),
  ])
  return {
    title: 'Overview',
    section: 'Overview',
    body: (
      <>
        <h1 class="unseen">Overview</h1>
        <section id="tiles" data-live aria-label="Now">
          {suspended ? <Suspended context={context} back="/" /> : null}
          <Tiles context={context} queues={queues} workers={workers} />
        </section>
        <nav class="ranges" aria-label="How far back">
          {(Object.keys(ranges) as Range[]).map((each) => (
            <a href={context.links.to('/', { range: each })} aria-current={each === range ? 'true' : undefined}>
              {each}
            </a>
          ))}
        </nav>
        <section id="charts" class="charts" data-live aria-label="Lately">
          <Charts columns={columnsOf(minutes, MOST_COLUMNS)} />
        </section>
        <section id="overview-queues" data-live aria-labelledby="overview-queues-title">
          <h2 id="overview-queues-title">Queues</h2>
          <QueueTable context={context} queues={queues} back="/" />
        </section>
      </>
    ),
  }
}

function Tiles({
  context: { links },
  queues,
  workers,
}: {
  readonly context: PageContext
  readonly queues: readonly QueueReport[]
  readonly workers: readonly WorkerDocument[]
}): VNode {
  const sum = (of: (queue: QueueReport) => number | null): number =>
    queues.reduce((total, queue) => total + (of(queue) ?? 0), 0)
  const oldestSec = Math.max(-1, ...queues.map(({ oldestAgeSec }) => oldestAgeSec ?? -1))
  const failed = sum((queue) => queue.failed)
  const busy = workers.filter(({ state }) => state === 'busy').length
  return (
    <div class="tiles">
      <Tile
        href={links.to('/queues')}
        value={countText(sum((queue) => queue.queued))}
        label="waiting"
        aside={oldestSec < 0 ? 'nothing waits' : `the oldest for ${spanText(oldestSec)}`}
      />
      <Tile
        href={links.to('/jobs', { status: 'started' })}
        value={countText(sum((queue) => queue.started))}
        label="running"
        aside={`${countText(busy)} of ${countText(workers.length)} workers busy`}
      />
      <Tile
        href={links.to('/failures')}
        value={countText(failed)}
        label="failed"
        alarming={failed > 0}
        aside="by error"
      />
      <Tile
        href={links.to('/schedule')}
        value={countText(sum((queue) => queue.scheduled))}
        label="scheduled"
        aside={`${countText(sum((queue) => queue.deferred))} wait for others`}
      />
    </div>
  )
}

function Tile(props: {
  readonly href: string
  readonly value: string
  readonly label: string
  readonly aside: string
  readonly alarming?: boolean
}): VNode {
  const { href, value, label, aside, alarming = false } = props
  return (
    <a class="tile panel" href={href}>
      <span class={alarming ? 'figure alarming' : 'figure'}>{value}</span>
      <span class="what">{label}</span>
      <span class="aside">{aside}</span>
    </a>
  )
}

function Charts({ columns }: { readonly columns: readonly HistoryColumn[] }): VNode {
  const times = columns.map(({ at }) => at)
  const of = (value: (column: HistoryColumn) => number | null): (number | null)[] => columns.map(value)
  return (
    <>
      <Chart
        id="throughput"
        title="Jobs per minute"
        times={times}
        show={rateText}
        series={[
          { name: 'finished', values: of((column) => column.finishedPerMin) },
          { name: 'failed', values: of((column) => column.failedPerMin) },
        ]}
      />
      <Chart
        id="latency"
        title="Wait on the queue"
        times={times}
        show={(sec) => (sec === 0 ? '0' : spanText(sec))}
        series={[
          { name: 'mean', values: of((column) => column.meanWaitSec) },
          { name: 'longest', values: of((column) => column.longestWaitSec) },
        ]}
      />
      <Chart
        id="depth"
        title="Jobs that wait"
        times={times}
        show={shortCount}
        series={[{ name: 'waiting', values: of((column) => column.waiting) }]}
      />
      <Chart
        id="failures"
        title="Failed jobs"
        times={times}
        show={shortCount}
        series={[{ name: 'in the registries', values: of((column) => column.failedJobs) }]}
      />
    </>
  )
}

function isRange(text: string | null): text is Range {
  return text !== null && Object.hasOwn(ranges, text)
}

function rateText(perMinute: number): string {
  return perMinute >= 10 || perMinute === 0
    ? shortCount(Math.round(perMinute))
    : String(Math.round(perMinute * 10) / 10)
}

/** `1.2M`, for an axis. */
function shortCount(value: number): string {
  return new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}
