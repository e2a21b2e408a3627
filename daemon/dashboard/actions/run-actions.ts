import { RqdError } from '../../../src/errors.js'
import { jobPlaces } from '../../../src/fleet/job-place.js'
import { printable } from '../../printable.js'
import type { DataCaller } from '../../data/caller.js'
import { UNDO_MS } from '../bulk-runs.js'
import { countText } from '../view/text.js'
import type { Action, ActionContext } from './action.js'
import { fieldOf } from './action.js'

const UNDO_SEC = UNDO_MS / 1000

export const runActions = {
  'failures-requeue': { run: (context) => onGroup(context, 'requeue') },
  'failures-delete': { run: (context) => onGroup(context, 'delete') },
  'run-undo': {
    run: ({ runs, form }) => {
      const isUndone = runs.undo(fieldOf(form, 'run'))
      if (!isUndone) throw new RqdError('RQD_BAD_OPTION', 'it is too late to undo it: it has begun; stop it instead')
      return Promise.resolve({ text: 'Undone: nothing has happened.' })
    },
  },
  'run-stop': {
    run: ({ runs, form }) => {
      runs.stop(fieldOf(form, 'run'))
      return Promise.resolve({ text: 'It stops after the jobs that it is at.' })
    },
  },
  'queue-empty': {
    question: async (form, { data }) => {
      const { queue, status, count } = await emptied(data, form)
      const what = status === 'queued' ? 'waiting' : status
      return `Delete the ${countText(count)} ${what} ${count === 1 ? 'job' : 'jobs'} of queue ${printable(queue)}? They are gone then, with all that they hold.`
    },
    run: async ({ data, form, runs, visitor }) => {
      const { queue, status, count } = await emptied(data, form)
      const selection = { queues: [queue], statuses: [status] }
      runs.start({ kind: 'empty', selection, total: count, about: `queue ${queue}, ${status} jobs` }, visitor.name)
      return { text: `Queue ${printable(queue)} is emptied in ${UNDO_SEC} s, unless you undo it.` }
    },
  },
} satisfies Record<string, Action>

async function onGroup({ data, form, runs, failures, visitor }: ActionContext, kind: 'requeue' | 'delete') {
  const group = fieldOf(form, 'group')
  const queue = form.get('queue') ?? ''
  const known = failures.snapshot().groups.find(({ signature }) => signature === group)
  const { queues } = await data.call('queues', { queues: queue === '' ? [] : [queue] })
  const total = queues.reduce((sum, { failed }) => sum + (failed ?? 0), 0)
  const name = known === undefined ? 'a group of failures' : `${known.errorType ?? 'failure'} in ${known.func ?? '?'}`
  const about = `${name}${queue === '' ? '' : `, queue ${queue}`}`.slice(0, 200)
  const selection = { group, queues: queue === '' ? [] : [queue], statuses: ['failed' as const] }
  runs.start({ kind, selection, total, about }, visitor.name)
  return { text: `It begins in ${UNDO_SEC} s, unless you undo it.` }
}

/** What is to be emptied, and how much is there. @throws RqdError for nothing, and for what cannot be emptied */
async function emptied(data: DataCaller, form: URLSearchParams) {
  const queue = fieldOf(form, 'queue')
  const asked = form.get('status') ?? 'queued'
  const status = jobPlaces.find((place) => place === asked)
  if (status === undefined || status === 'started') {
    const shown = JSON.stringify(printable(asked.slice(0, 40)))
    throw new RqdError('RQD_BAD_OPTION', `status is ${shown}; expected one of jobs that do not run`)
  }
  const { queues } = await data.call('queues', { queues: [queue] })
  const count = queues[0]?.[status] ?? 0
  if (count === 0) throw new RqdError('RQD_BAD_OPTION', `queue ${printable(queue)} has no ${status} jobs: it is empty`)
  return { queue, status, count }
}
