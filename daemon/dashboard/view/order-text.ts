import { formatAge } from '../../../src/age-text.js'
import { printable } from '../../printable.js'
import type { OrderMethod } from '../../data/order-methods.js'
import type { OrderLook } from '../orders.js'

const verbs: Readonly<Record<OrderMethod, string>> = {
  status: 'Status',
  pause: 'Pause',
  resume: 'Resume',
  drain: 'Drain',
  scale: 'Scale',
  'restart-executors': 'Restart executors',
  reload: 'Reload',
  shutdown: 'Shut down',
}

/** How an order stands, in a sentence. */
export function orderText({ method, daemon, answer }: OrderLook): string {
  const head = `${verbs[method]} of daemon ${printable(daemon)}`
  switch (answer.state) {
    case 'waiting':
      return `${head}: ordered; it has not taken it up yet.`
    case 'taken':
      return `${head}: under way${progressText(answer.progress)}.`
    case 'done':
      return `${head}: done${resultText(method, answer.result)}.`
    case 'failed':
      return `${head}: refused: ${printable(answer.error?.message ?? 'it does not say why')}`
    case 'expired':
      return `${head}: it took the order up too late, and did nothing. Look whether it gets on, and order again.`
    case 'gone':
      return method === 'shutdown'
        ? `${head}: it has ended.`
        : `${head}: it ended before it answered. Look at its log, and order again when it is back.`
    case 'unknown':
      return `${head}: nothing is kept of what came of it.`
    default:
      return answer.state satisfies never
  }
}

/** Of `drain.progress` and `rollout.progress`, which come as JSON from another daemon. */
function progressText(value: unknown): string {
  const { step, done, total, running, elapsedSec } = recordOf(value)
  const parts = [
    typeof step === 'string' ? printable(step) : '',
    isCount(done) && isCount(total) ? `${done} of ${total} executors are as they should be` : '',
    isCount(running) ? `${running} ${running === 1 ? 'job runs' : 'jobs run'} yet` : '',
    isCount(elapsedSec) ? `for ${formatAge(elapsedSec)}` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}

function resultText(method: OrderMethod, value: unknown): string {
  const result = recordOf(value)
  const { paused, handedBack, executors, ending, running, changed, needRestart } = result
  switch (method) {
    case 'pause':
    case 'resume':
      return `; paused there now: ${namesIn(paused)}`
    case 'drain':
      return isCount(handedBack) && handedBack > 0
        ? `; at the deadline ${handedBack} jobs went back to their queues`
        : '; nothing runs there any more'
    case 'scale':
      return `; executors now: ${isCount(executors) ? executors : 'unknown'}${endingText(ending)}`
    case 'restart-executors':
      return endingText(ending)
    case 'reload':
      return `; changed: ${namesIn(changed)}; needs a restart of the daemon: ${namesIn(needRestart)}${endingText(ending)}`
    case 'shutdown':
      return isCount(running) && running > 0 ? `; it ends after ${running} running jobs` : '; it ends'
    default:
      return ''
  }
}

function endingText(ending: unknown): string {
  return isCount(ending) && ending > 0 ? `; ${ending} old executors end a job yet` : ''
}

function namesIn(value: unknown): string {
  const names = Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  if (names.length === 0) return 'nothing'
  return `${names.slice(0, 8).map(printable).join(', ')}${names.length > 8 ? ` and ${names.length - 8} more` : ''}`
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}
