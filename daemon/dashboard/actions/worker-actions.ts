import { RqdError } from '../../../src/errors.js'
import { printable } from '../../printable.js'
import type { Action } from './action.js'
import { fieldOf } from './action.js'

export const workerActions = {
  'worker-stop-job': {
    question: (form) =>
      `Stop the job ${printable(fieldOf(form, 'id'))}? It ends as stopped, for good, and is not tried again.`,
    run: async ({ data, form }) => {
      const id = fieldOf(form, 'id')
      const { failures } = await data.call('stop-job', { ids: [id] })
      const [refusal] = failures
      if (refusal !== undefined) throw new RqdError('RQD_BAD_OPTION', refusal.message)
      return { text: `The worker of job ${printable(id)} has been told to stop it.` }
    },
  },
  'worker-shutdown': {
    question: (form) =>
      `Shut the worker ${printable(fieldOf(form, 'worker'))} down? It ends after its job; whoever started it has to start it again.`,
    run: async ({ data, form }) => {
      const worker = fieldOf(form, 'worker')
      const { deaf } = await data.call('send', { command: 'shutdown', workers: [worker] })
      if (deaf.length > 0) {
        const text = `worker ${printable(worker)} does not listen to commands: it has ended, or is of an RQ before 1.6`
        throw new RqdError('RQD_BAD_OPTION', text)
      }
      return { text: `Worker ${printable(worker)} has been told: it ends after its job.` }
    },
  },
  'suspend-all': {
    question: (form) => {
      const minutes = minutesOf(form)
      const until =
        minutes === null ? 'until they are resumed' : `for ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
      return `Suspend all workers of this Redis, rqd's and Python's, ${until}? They begin no other job; running ones go on.`
    },
    run: async ({ data, form }) => {
      const minutes = minutesOf(form)
      await data.call('suspend', { durationSec: minutes === null ? null : minutes * 60 })
      return { text: 'All workers of this Redis are suspended: they begin no other job.' }
    },
  },
} satisfies Record<string, Action>

/** @returns null for no bound */
function minutesOf(form: URLSearchParams): number | null {
  const text = form.get('minutes') ?? ''
  if (text.trim() === '') return null
  const minutes = Number(text)
  if (Number.isSafeInteger(minutes) && minutes >= 1 && minutes <= 1_000_000) return minutes
  const shown = JSON.stringify(printable(text.slice(0, 40)))
  throw new RqdError('RQD_BAD_OPTION', `minutes is ${shown}; expected a whole number from 1 on, or nothing`)
}
