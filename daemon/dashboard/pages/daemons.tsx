import { printable } from '../../printable.js'
import { Empty } from '../view/empty.js'
import { orderText } from '../view/order-text.js'
import { countText } from '../view/text.js'
import { DaemonCard } from './daemon-card.js'
import type { Page } from './page.js'

/** Daemons on one page. */
const MOST_DAEMONS = 200

/** All rqd daemons of this Redis, and orders to them. */
export const daemonsPage: Page = async (context) => {
  const [{ daemons }, { queues }, orders] = await Promise.all([
    context.data.call('daemons', {}),
    context.data.call('queues', {}),
    context.orders.snapshot(),
  ])
  const pausedEverywhere = new Set(queues.filter((each) => each.pausedEverywhere).map(({ queue }) => queue))
  const shown = daemons.slice(0, MOST_DAEMONS)
  const isShown = new Set(shown.map(({ supervisor }) => supervisor))
  return {
    title: 'Daemons',
    section: 'Daemons',
    body: (
      <>
        <header class="page-head">
          <h1>Daemons</h1>
          <p class="aside">
            Orders go through Redis: a daemon takes them up within a second. A pause here holds for one daemon alone.
          </p>
        </header>
        <div id="daemons" data-live>
          {/* Of those that have ended, or were replaced. */}
          {orders
            .filter(({ supervisor }) => !isShown.has(supervisor))
            .map((order) => (
              <p class={order.ended ? 'note' : 'note pending'}>{orderText(order)}</p>
            ))}
          {shown.length === 0 ? <Empty text="No rqd daemon works on this Redis." /> : null}
          <div class="grid">
            {shown.map((daemon) => (
              <DaemonCard
                context={context}
                daemon={daemon}
                pausedEverywhere={pausedEverywhere}
                orders={orders.filter(({ supervisor }) => supervisor === daemon.supervisor)}
              />
            ))}
          </div>
          {daemons.length > MOST_DAEMONS ? (
            <p class="note pending">
              {countText(daemons.length - MOST_DAEMONS)} more are not shown, from{' '}
              {printable(daemons[MOST_DAEMONS]?.name ?? '')} on: <code>rqctl daemons</code> lists all.
            </p>
          ) : null}
        </div>
      </>
    ),
  }
}
