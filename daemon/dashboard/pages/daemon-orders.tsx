import type { VNode } from 'preact'
import type { DaemonDocument } from '../../data/daemons.js'
import { printable } from '../../printable.js'
import { formValue } from '../form-value.js'
import { ActionButton, ActionForm } from '../view/form.js'
import type { PageContext } from './page.js'

const back = '/daemons'

/** What can be ordered of a daemon. */
export function DaemonOrders(props: { readonly context: PageContext; readonly daemon: DaemonDocument }): VNode | null {
  const { context, daemon } = props
  if (context.visitor.role !== 'operate') return null
  const { name, supervisor, pausedQueues, state, sharesExecutors } = daemon
  if (!daemon.takesOrders) {
    return (
      <p class="none">
        It takes no orders through Redis (<code>fleet-orders</code> is off): use <code>rqctl</code> on its host.
      </p>
    )
  }
  const form = { context, back, fields: { supervisor, name }, about: `daemon ${printable(name)}` }
  const isHeld = pausedQueues.length > 0 || /^(paused|drain)/.test(state)
  return (
    <div class="orders">
      <div class="buttons">
        <PauseForm context={context} daemon={daemon} />
        {isHeld ? <ActionButton {...form} action="daemon-resume" label="Resume all" kind="primary" /> : null}
      </div>
      <div class="buttons">
        {sharesExecutors ? null : <ScaleForm context={context} daemon={daemon} />}
        <ActionForm {...form} action="daemon-drain" class="filters">
          <label>
            Seconds at most
            <input type="number" name="timeoutSec" min="0" max="86400" placeholder="no bound" />
          </label>
          <button type="submit" class="button">
            Drain<span class="unseen"> daemon {printable(name)}</span>
          </button>
        </ActionForm>
      </div>
      {sharesExecutors ? (
        <p class="none">
          Its executors run the jobs of several tenants: use <code>rqctl</code> on its host, without a tenant, to scale,
          reload, restart or shut it down.
        </p>
      ) : (
        <div class="buttons">
          <ActionButton {...form} action="daemon-reload" label="Reload" />
          <ActionButton {...form} action="daemon-restart-executors" label="Restart executors" />
          <ActionButton {...form} action="daemon-shutdown" label="Shut down" kind="danger" />
        </div>
      )}
    </div>
  )
}

function ScaleForm(props: { readonly context: PageContext; readonly daemon: DaemonDocument }): VNode {
  const { context, daemon } = props
  const { name, supervisor, executors } = daemon
  return (
    <ActionForm {...{ context, back }} action="daemon-scale" fields={{ supervisor, name }} class="filters">
      <label>
        Executors
        <input type="number" name="executors" min="1" max="1000" required value={String(executors.total)} />
      </label>
      <button type="submit" class="button">
        Scale<span class="unseen"> daemon {printable(name)}</span>
      </button>
    </ActionForm>
  )
}

function PauseForm(props: { readonly context: PageContext; readonly daemon: DaemonDocument }): VNode | null {
  const { context, daemon } = props
  const { name, supervisor, queues } = daemon
  const { links } = context
  return (
    <ActionForm {...{ context, back }} action="daemon-pause" fields={{ supervisor, name }} class="filters">
      <label>
        Queue
        <select name="queue">
          <option value="">all</option>
          {queues.map((queue) => (
            <option value={formValue(queue)}>{printable(queue)}</option>
          ))}
        </select>
      </label>
      <button type="submit" class="button">
        Pause<span class="unseen"> on daemon {printable(name)}</span>
      </button>
      <button type="submit" class="button" formaction={links.to('/do/daemon-resume')}>
        Resume<span class="unseen"> on daemon {printable(name)}</span>
      </button>
    </ActionForm>
  )
}
