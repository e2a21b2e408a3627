import type { VNode } from 'preact'
import type { DaemonDocument } from '../../data/daemons.js'
import { printable } from '../../printable.js'
import type { OrderLook } from '../orders.js'
import { orderText } from '../view/order-text.js'
import { Ago, Badge, Count, Span, bytesText } from '../view/text.js'
import { DaemonOrders } from './daemon-orders.js'
import type { PageContext } from './page.js'

interface CardProps {
  readonly context: PageContext
  readonly daemon: DaemonDocument
  readonly pausedEverywhere: ReadonlySet<string>
  readonly orders: readonly OrderLook[]
}

/** One daemon: what it is, what it does, what is ordered of it. */
export function DaemonCard({ context, daemon, pausedEverywhere, orders }: CardProps): VNode {
  const { name, supervisor, host, pid, alive } = daemon
  const id = `daemon-${supervisor.replace(/[^\w-]/g, '-')}`
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`}>
        {printable(name)} <Badge state={daemon.state} />
      </h2>
      {orders.map((order) => (
        <p class={noteClass(order)}>{orderText(order)}</p>
      ))}
      {alive ? null : (
        <p class="note refused">
          Its lease ran out <Span sec={-daemon.leaseLeftSec} /> ago: it was killed, or is cut off from Redis. The other
          daemons take over its jobs.
        </p>
      )}
      <dl class="facts">
        <dt>Host</dt>
        <dd>
          {printable(host)}
          {pid === null ? null : `, pid ${pid}`}
        </dd>
        <dt>Version</dt>
        <dd>{printable(daemon.version)}</dd>
        <dt>Up since</dt>
        <dd>
          <Ago iso={daemon.startedAt} nowMs={context.nowMs} />
        </dd>
        <dt>Executors</dt>
        <dd>
          <Executors daemon={daemon} />
        </dd>
        <dt>Jobs</dt>
        <dd>
          <Count value={daemon.running} /> running, <Count value={daemon.finished} /> finished,{' '}
          <Count value={daemon.failed} /> failed
        </dd>
        <dt>Memory</dt>
        <dd>{bytesText(daemon.rssBytes)}</dd>
        <dt>Queues</dt>
        <dd>
          <Queues context={context} daemon={daemon} pausedEverywhere={pausedEverywhere} />
        </dd>
        {daemon.sockets.length > 0 ? (
          <>
            <dt>Socket</dt>
            <dd>
              <code>{daemon.sockets.map(printable).join(' ')}</code>
            </dd>
          </>
        ) : null}
        {daemon.http === null ? null : (
          <>
            <dt>HTTP</dt>
            <dd>
              <code>{printable(daemon.http)}</code>
            </dd>
          </>
        )}
      </dl>
      {alive ? <DaemonOrders context={context} daemon={daemon} /> : null}
    </section>
  )
}

function noteClass({ answer, ended }: OrderLook): string {
  if (!ended) return 'note pending'
  return answer.state === 'done' || answer.state === 'gone' ? 'note' : 'note refused'
}

function Executors({ daemon }: { readonly daemon: DaemonDocument }): VNode {
  const { total, busy, idle } = daemon.executors
  const label = `${busy} of ${total} busy`
  return (
    <>
      <progress value={busy} max={Math.max(1, total)} aria-label={label} /> {label}
      {total > busy + idle ? `, ${total - busy - idle} starting or ending` : null}
    </>
  )
}

/** Queues shown on a card. */
const MOST_QUEUES = 12

function Queues({ context, daemon, pausedEverywhere }: Omit<CardProps, 'orders'>): VNode {
  const { queues, pausedQueues } = daemon
  return (
    <ul class="plain">
      {queues.slice(0, MOST_QUEUES).map((queue) => (
        <li>
          <a href={context.links.jobs(queue)}>{printable(queue)}</a>
          {pausedEverywhere.has(queue) ? (
            <span class="badge paused">paused everywhere</span>
          ) : pausedQueues.includes(queue) ? (
            <span class="badge paused">paused here</span>
          ) : null}
        </li>
      ))}
      {queues.length > MOST_QUEUES ? <li class="none">and {queues.length - MOST_QUEUES} more</li> : null}
    </ul>
  )
}
