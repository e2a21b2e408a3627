import { fieldOf, fieldsOf, type Action, type ActionContext, type Done } from './action.js'
import { type Refused, outcomeText } from './outcome.js'

/** As many as the methods take in one call. */
const AT_ONCE = 1_000

const reasons = {
  'not-failed': 'is not among the failed jobs of its queue',
  missing: 'has no data: deleted, or expired',
} as const

/** What can be done to one job, and to those that were chosen. */
export const jobActions = {
  'job-requeue': { run: requeue },
  'job-cancel': { run: cancel },
  'job-delete': {
    question: (form) =>
      `Job ${form.get('id') ?? ''} is deleted, with its results${withDependents(form) ? ' and the jobs that wait for it' : ''}. That cannot be undone.`,
    run: remove,
  },
  'job-stop': {
    question: (form) =>
      `The run of job ${form.get('id') ?? ''} is ended at once, and the job is filed as stopped. What the function has done so far stays done.`,
    run: async ({ data, form }) => {
      const { told, failures } = await data.call('stop-job', { ids: [fieldOf(form, 'id')] })
      return { text: outcomeText(told, 'being stopped: its worker has been told', failures.map(refusal)) }
    },
  },
  'jobs-requeue': { run: requeue },
  'jobs-cancel': { run: cancel },
  'jobs-delete': {
    question: (form) => {
      const count = form.getAll('id').length
      if (count === 0) return undefined
      return `${count === 1 ? 'The chosen job is' : `The ${count} chosen jobs are`} deleted, with all results. That cannot be undone.`
    },
    run: remove,
  },
} satisfies Record<string, Action>

async function requeue({ data, form }: ActionContext): Promise<Done> {
  const done: string[] = []
  const refused: Refused[] = []
  for (const ids of parts(form)) {
    const { requeued, failures } = await data.call('requeue', { ids })
    done.push(...requeued)
    refused.push(...failures.map(({ id, reason }) => ({ id, why: `job ${id} ${reasons[reason]}` })))
  }
  return { text: outcomeText(done, 'requeued', refused) }
}

async function cancel({ data, form }: ActionContext): Promise<Done> {
  const done: string[] = []
  const refused: Refused[] = []
  const enqueueDependents = withDependents(form)
  for (const ids of parts(form)) {
    const { canceled, failures } = await data.call('cancel', { ids, enqueueDependents })
    done.push(...canceled)
    refused.push(...failures.map(refusal))
  }
  const what = enqueueDependents ? 'canceled, and what waited for it goes on' : 'canceled'
  return { text: outcomeText(done, what, refused) }
}

async function remove({ data, form }: ActionContext): Promise<Done> {
  const done: string[] = []
  const refused: Refused[] = []
  let gone = 0
  for (const ids of parts(form)) {
    const { deleted, count, failures } = await data.call('delete', { ids, deleteDependents: withDependents(form) })
    done.push(...deleted)
    refused.push(...failures.map(refusal))
    gone += count
  }
  const others = gone - done.length
  const what = others > 0 ? `deleted, and ${others.toLocaleString('en-US')} that waited` : 'deleted'
  return { text: outcomeText(done, what, refused) }
}

function parts(form: URLSearchParams): string[][] {
  const ids = fieldsOf(form, 'id')
  return Array.from({ length: Math.ceil(ids.length / AT_ONCE) }, (_, i) => ids.slice(i * AT_ONCE, (i + 1) * AT_ONCE))
}

function withDependents(form: URLSearchParams): boolean {
  return form.get('dependents') === 'yes'
}

function refusal({ id, message }: { id: string; message: string }): Refused {
  return { id, why: message }
}
