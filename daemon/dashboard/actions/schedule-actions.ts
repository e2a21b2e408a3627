import { RqdError } from '../../../src/errors.js'
import { printable } from '../../printable.js'
import type { Action } from './action.js'
import { fieldOf } from './action.js'

const reasons = {
  'not-scheduled': 'is not scheduled on this queue any longer',
  due: 'is due: its scheduler queues it now',
  missing: 'has no data: it was deleted, or has expired',
  canceled: 'had been canceled, and has been taken off the schedule',
} as const

export const scheduleActions = {
  'schedule-run-now': {
    run: async ({ data, form }) => {
      const id = fieldOf(form, 'id')
      const { failures } = await data.call('jobs.enqueue-now', { ids: [id], queue: form.get('queue') })
      const [refusal] = failures
      if (refusal !== undefined) {
        throw new RqdError('RQD_BAD_OPTION', `job ${printable(id)} ${reasons[refusal.reason]}`)
      }
      return { text: `Job ${printable(id)} is queued.` }
    },
  },
  'schedule-cancel': {
    question: (form) => `Cancel the job ${printable(fieldOf(form, 'id'))}? It will not be run.`,
    run: async ({ data, form }) => {
      const id = fieldOf(form, 'id')
      const { failures } = await data.call('cancel', { ids: [id] })
      const [refusal] = failures
      if (refusal !== undefined) throw new RqdError('RQD_BAD_OPTION', refusal.message)
      return { text: `Job ${printable(id)} is canceled.` }
    },
  },
} satisfies Record<string, Action>
