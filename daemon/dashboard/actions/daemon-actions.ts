import { RqdError } from '../../../src/errors.js'
import { printable } from '../../printable.js'
import type { OrderMethod } from '../../data/order-methods.js'
import { orderText } from '../view/order-text.js'
import type { Action } from './action.js'
import { fieldOf } from './action.js'

/** Most executors that a form asks for; the daemon has a bound of its own. */
const MOST_EXECUTORS = 1_000

/** An order to the daemon that the form names. */
function order(
  method: OrderMethod,
  paramsOf: (form: URLSearchParams) => Record<string, unknown> = () => ({}),
  question?: (daemon: string, form: URLSearchParams) => string,
): Action {
  const run: Action['run'] = async ({ orders, form, visitor }) => {
    const supervisor = fieldOf(form, 'supervisor')
    const by = `${visitor.name}, dashboard`
    const look = await orders.give({ supervisor, method, params: paramsOf(form), by })
    const text = orderText(look)
    if (['failed', 'expired'].includes(look.answer.state)) throw new RqdError('RQD_ORDER_REFUSED', text)
    return { text }
  }
  if (question === undefined) return { run }
  return {
    question: (form) => {
      // What cannot be meant is not asked about.
      paramsOf(form)
      return question(printable(fieldOf(form, 'name')), form)
    },
    run,
  }
}

export const daemonActions = {
  'daemon-pause': order('pause', queuesIn),
  'daemon-resume': order('resume', queuesIn),
  'daemon-drain': order(
    'drain',
    (form) => ({ timeoutSec: numberIn(form, 'timeoutSec', 0, 86_400) }),
    (daemon, form) => {
      const timeoutSec = numberIn(form, 'timeoutSec', 0, 86_400)
      const then = timeoutSec === null ? '' : ` Those that run for ${timeoutSec} s yet go back to their queues.`
      return `Drain the daemon ${daemon}? It starts no more jobs until it is resumed; running ones go on.${then}`
    },
  ),
  'daemon-scale': order('scale', (form) => {
    const executors = numberIn(form, 'executors', 1, MOST_EXECUTORS)
    if (executors === null)
      throw new RqdError('RQD_BAD_OPTION', 'executors is empty; expected how many there are to be')
    return { executors }
  }),
  'daemon-reload': order(
    'reload',
    undefined,
    (daemon) =>
      `Reload the daemon ${daemon}? It reads its configuration and the code of jobs again, and replaces its executors one by one. No job is interrupted.`,
  ),
  'daemon-restart-executors': order(
    'restart-executors',
    undefined,
    (daemon) => `Replace all executors of the daemon ${daemon}, one by one? No job is interrupted.`,
  ),
  'daemon-shutdown': order(
    'shutdown',
    undefined,
    (daemon) =>
      `Shut the daemon ${daemon} down? It ends after its running jobs. From here it cannot be started again: its service manager may do that.`,
  ),
} satisfies Record<string, Action>

function queuesIn(form: URLSearchParams): { queues: string[] } {
  return { queues: form.getAll('queue').filter((queue) => queue !== '') }
}

/** @returns null for an empty field */
function numberIn(form: URLSearchParams, name: string, least: number, most: number): number | null {
  const text = (form.get(name) ?? '').trim()
  if (text === '') return null
  const value = Number(text)
  if (Number.isSafeInteger(value) && value >= least && value <= most) return value
  const shown = JSON.stringify(printable(text.slice(0, 40)))
  throw new RqdError('RQD_BAD_OPTION', `${name} is ${shown}; expected a whole number from ${least} to ${most}`)
}
