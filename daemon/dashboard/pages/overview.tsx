import { QueueTable, Suspended } from './queues.js'
import type { Page } from './page.js'

/** What an operator looks at first. */
export const overviewPage: Page = async (context) => {
  const { queues, suspended } = await context.data.call('queues', {})
  return {
    title: 'Overview',
    section: 'Overview',
    body: (
      <>
        <h1 class="unseen">Overview</h1>
        <section id="overview-queues" data-live aria-labelledby="overview-queues-title">
          <h2 id="overview-queues-title">Queues</h2>
          {suspended ? <Suspended context={context} /> : null}
          <QueueTable context={context} queues={queues} back="/" />
        </section>
      </>
    ),
  }
}
